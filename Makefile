# SPDX-License-Identifier: MIT
# zshim: `make help` lists the targets.  Each folder that builds something has a .mk file, included
# at the end; all results are in build/.

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules $(if $(V),,--silent)
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

B := build
comma := ,
VERSION := 0.1.0

CROSS ?= arm-none-eabi-
CC := gcc
CLANG := clang
CLANG_FORMAT := clang-format
PYTHON := python3

# Warnings are errors on both compilers.
WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wundef -Wcast-align -Wpointer-arith -Wwrite-strings -Wvla \
	-Wformat=2 -Wswitch-enum -Werror

HOST_CFLAGS := -std=gnu11 -O2 -g $(WARN) -D_FILE_OFFSET_BITS=64
DEP = -MMD -MP -MF $@.d

all: host stubs ## build the host program and the stubs

.PHONY: all host stubs deps qemu check lint format kernels size clean help

include boot/boot.mk
include tools/tools.mk
include tools/kernels/kernels.mk
include tests/payload/payload.mk
UNIT_BOOT := boot/layout.c
include tests/unit/unit.mk
include tests/plan/plan.mk
include tests/strict/strict.mk
include tests/qemu/qemu.mk
include tools/lint.mk
include tools/bench/bench.mk

# The one list of Debian packages: what a machine with nothing but Debian 12 and root needs.
deps: ## install the Debian packages that building and testing need (as root)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$$(sed 's/#.*//' tools/package/deps.txt) >/dev/null
	@echo "deps: installed"

clean: ## remove build/
	rm -rf $(B)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | \
		awk -F'\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'
	@echo "  variables of make qemu: BOARD KERNEL CODEC INITRD DTB CMDLINE FORMAT IMAGE; V=1 shows commands"

$(B)/%/:
	@mkdir -p $@

# Without this a failed build tries to delete the folders.
.PRECIOUS: $(B)/%/

-include $(shell find $(B) -name '*.d' 2>/dev/null)
