#!/bin/bash
# SPDX-License-Identifier: MIT
# make qemu: pack a kernel and boot it, serial port on stdio.  From the environment, all optional:
#
#   BOARD=virt         a folder of board/
#   KERNEL=mini        mini, tiny, debian or the path of a kernel
#   CODEC=gzip         as zshim pack -c
#   FORMAT=zimage      or elf
#   DTB= INITRD= CMDLINE=   what the image carries; by default what the kernel needs
#   IMAGE=             where the image is kept, by default in BUILD/qemu
#
# BUILD is the build folder.  Exit status: that of QEMU, which is that of the mini vmlinux.
set -euo pipefail
root=$(dirname "$(readlink -f "$0")")/../..
BUILD=${BUILD:-$root/build}
BOARD=${BOARD:-virt}
KERNEL=${KERNEL:-mini}
CODEC=${CODEC:-gzip}
FORMAT=${FORMAT:-zimage}
DTB=${DTB:-}
INITRD=${INITRD:-}
CMDLINE=${CMDLINE:-}
IMAGE=${IMAGE:-$BUILD/qemu/$BOARD.$(basename "$KERNEL").$CODEC.$FORMAT}
# shellcheck source=tools/kernels/cache.sh
. "$root/tools/kernels/cache.sh"

usage() {
    echo "make qemu: $*" >&2
    exit 2
}

boards() {
    (cd "$root/board" && ls -d -- */) | tr -d / | grep -vx -e template -e uart | tr '\n' ' '
}

[[ -f $root/board/$BOARD/qemu.args && $BOARD != template ]] ||
    usage "no board $BOARD; there are: $(boards)"
# shellcheck source=board/virt/qemu.args
. "$root/board/$BOARD/qemu.args"

# get SCRIPT...: what make kernels does, as far as this kernel needs it.
get() {
    local script
    for script in "$@"; do
        "$root/tools/kernels/$script"
    done
}

memory=512
passed=()
case $KERNEL in
mini)
    kernel=$BUILD/payload/vmlinux
    memory=128
    [[ -n $DTB || -z $QEMU_DTB_MINI ]] || DTB=$BUILD/board/$BOARD/mini.dtb
    ;;
tiny)
    get fetch.sh build-initramfs.sh build-tiny.sh
    kernel=$CACHE/tiny/vmlinux
    ;;
debian)
    get fetch.sh build-initramfs.sh
    kernel=$CACHE/debian/vmlinuz
    ;;
*)
    kernel=$KERNEL
    [[ -f $kernel ]] || usage "no kernel $KERNEL: give mini, tiny, debian or a path"
    ;;
esac

# Linux gets the test initramfs if it is there, and the board's own DTB.
if [[ $KERNEL != mini ]]; then
    [[ -n $INITRD || ! -f $CACHE/initramfs.cpio.gz ]] || INITRD=$CACHE/initramfs.cpio.gz
    if [[ -z $DTB && -n $QEMU_DTB_LINUX ]]; then
        get fetch.sh
        # From an ELF file QEMU passes nothing on.
        if [[ -n $QEMU_DTB_PASSED && $FORMAT != elf ]]; then
            passed=(-dtb "$CACHE/debian/dtbs/$QEMU_DTB_LINUX")
        else
            DTB=$CACHE/debian/dtbs/$QEMU_DTB_LINUX
        fi
    fi
    # In the image it names 1 GiB, and nobody but us would tell the kernel that there is less.
    [[ -z $QEMU_DTB_LINUX || ${#passed[@]} -ne 0 ]] || memory=1024
    [[ -n $CMDLINE ]] || CMDLINE="$QEMU_CONSOLE zshim.shell"
fi

memory=${QEMU_MEMORY:-$memory}

options=(-c "$CODEC" -f "$FORMAT" --uart "$QEMU_UART")
[[ $FORMAT != elf ]] || options+=(--load "$QEMU_LOAD")
[[ -z $DTB ]] || options+=(--dtb "$DTB")
[[ -z $INITRD ]] || options+=(--initrd "$INITRD")
[[ -z $CMDLINE ]] || options+=(--cmdline "$CMDLINE")

mkdir -p "$(dirname "$IMAGE")"
"$BUILD/zshim" pack "${options[@]}" -o "$IMAGE" "$kernel"

read -ra machine <<<"$QEMU_ARGS"
qemu=(qemu-system-arm "${machine[@]}" -m "$memory" -nic none -display none -no-reboot
    -kernel "$IMAGE" "${passed[@]}")
if [[ $KERNEL == mini ]]; then
    # Semihosting carries the exit status; Ctrl-C ends QEMU.
    qemu+=(-serial stdio -monitor none -semihosting)
else
    # Ctrl-C goes to the guest.
    echo "qemu: leave with poweroff -f in the shell, or with Ctrl-A x"
    qemu+=(-serial mon:stdio)
fi
echo "${qemu[*]}"
exec "${qemu[@]}"
