#!/bin/bash
# SPDX-License-Identifier: MIT
# Build the test initramfs from the busybox that fetch.sh put into the cache.
#
#   $CACHE/initramfs.cpio.gz
#   $CACHE/initramfs.hash     SHA-256 of its /payload.bin, which /init prints again on the board
#   $CACHE/initramfs.key      says what it was built from; written last
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"

make_initramfs() {
    local out=$TMP/initramfs
    mkdir -p "$out"
    python3 "$here/mkcpio.py" "$here/initramfs.list" "$here" "$CACHE" >"$out/cpio"
    gzip -9n <"$out/cpio" >"$out/cpio.gz"
    cpio --quiet --to-stdout -i payload.bin <"$out/cpio" >"$out/payload.bin"
    sha256sum <"$out/payload.bin" | cut -d' ' -f1 >"$out/hash"
    initramfs_key >"$out/key"
    rm -f "$CACHE/initramfs.key"
    mv "$out/cpio.gz" "$CACHE/initramfs.cpio.gz"
    mv "$out/hash" "$CACHE/initramfs.hash"
    mv "$out/key" "$CACHE/initramfs.key"
}

initramfs_done && exit 0
lock
initramfs_done && exit 0
[[ -f $CACHE/busybox ]] || die "no busybox in $CACHE: run fetch.sh first"
say "building the initramfs"
make_initramfs
