# SPDX-License-Identifier: MIT
# Real kernels for the tests, in a cache outside the tree: fetched once, built once.

KERNEL_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/zshim
DEBIAN_VMLINUZ := $(KERNEL_CACHE)/debian/vmlinuz
DEBIAN_DTB_DIR := $(KERNEL_CACHE)/debian/dtbs
TINY_VMLINUX := $(KERNEL_CACHE)/tiny/vmlinux
INITRAMFS := $(KERNEL_CACHE)/initramfs.cpio.gz
export KERNEL_CACHE CROSS

kernels: ## fetch Debian's armmp kernel and build a tiny one, once, for the tests
	tools/kernels/fetch.sh
	tools/kernels/build-initramfs.sh
	tools/kernels/build-tiny.sh
