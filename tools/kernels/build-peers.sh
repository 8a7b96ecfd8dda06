#!/bin/bash
# SPDX-License-Identifier: MIT
# Build Linux's own zImages of the tiny and of Debian's kernel with each of its codecs, for make bench.
#
#   $CACHE/peers/KERNEL-CODEC.zimage  KERNEL: tiny debian, CODEC: gzip lz4 lzo lzma xz
#   $CACHE/peers/KERNEL-CODEC.stored  bytes of its payload
#   $CACHE/peers/debian-own.*         the same of the zImage that Debian built
#   $CACHE/peers/key
#
# The decompressor is that of linux-source-6.1 around either kernel, built with -O2 as Debian's and
# every other kernel's is by default (tiny.config asks for -Os); text offset and BSS size are the
# kernel's own.  Debian's own zImage, built by Debian, is the check on that: make bench has both.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"

CODECS=(gzip lz4 lzo lzma xz)
LOG=$CACHE/.peers.log
SOURCE=$(readlink -f "$CACHE/linux-source-6.1")
out=$TMP/peers

failed() {
    tail -n 20 "$LOG" >&2
    die "Linux's zImage did not build, see $LOG"
}

# kmake DIR GOAL...: as Linux's makefile would run itself in this object tree.
kmake() {
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS sub_make_done=1 abs_srctree="$SOURCE" \
        abs_objtree="$1" make -s -rR -C "$1" --include-dir="$SOURCE" -f "$here/peers.mk" ARCH=arm \
        CROSS_COMPILE="${CROSS:-arm-none-eabi-}" "${@:2}" >>"$LOG" 2>&1 || failed
}

# debian_word N: the N-th word of the size table in Debian's zImage (facts: Linux's head.S).
debian_word() {
    local table
    table=$(od -An -tu4 -j $((0x38)) -N4 "$CACHE/debian/vmlinuz")
    od -An -tu4 -j $((table + 4 * $1)) -N4 "$CACHE/debian/vmlinuz" | tr -d ' '
}

# What is inside Debian's zImage: an xz stream behind the decompressor, which has the magic as well,
# and then the size of the Image, 4 bytes of the payload too.
debian_image() {
    cp "$CACHE/debian/vmlinuz" "$out/debian-own.zimage"
    python3 - "$out/debian-own.zimage" "$1" "$out/debian-own.stored" <<'END' ||
import lzma, sys
data = open(sys.argv[1], "rb").read()
data = data[data.rindex(b"\xfd7zXZ\0"):]
stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)
open(sys.argv[2], "wb").write(stream.decompress(data))
print(len(data) - len(stream.unused_data) + 4, file=open(sys.argv[3], "w"))
END
        die "Debian's zImage holds no xz stream"
}

# build CODEC: all kernels with one codec, in an object tree of its own.
build() {
    local codec=$1 dir=$TMP/build-$1 kernel
    cp -a "$CACHE/tiny/build" "$dir"
    ln -sfn "$SOURCE" "$dir/source"
    sed -i -E -e 's/^CONFIG_(KERNEL_[A-Z0-9]+|CC_OPTIMIZE_FOR_SIZE)=y/# CONFIG_\1 is not set/' \
        -e "s/^# CONFIG_(KERNEL_${codec^^}|CC_OPTIMIZE_FOR_PERFORMANCE) is not set/CONFIG_\1=y/" \
        "$dir/.config"
    kmake "$dir" syncconfig
    for kernel in tiny debian; do
        local -a more=()
        [[ $kernel == tiny ]] || more=("KBSS_SZ=$(debian_word 3)" "TEXT_OFFSET=$(debian_word 4)")
        # Newer than piggy_data, which is then made again.
        cp "$TMP/$kernel.Image" "$dir/arch/arm/boot/Image"
        kmake "$dir" peer PEER="$out/$kernel-$codec.zimage" "${more[@]}"
        stat -c %s "$dir/arch/arm/boot/compressed/piggy_data" >"$out/$kernel-$codec.stored"
    done
    rm -rf "$dir"
}

peers_done && exit 0
lock
peers_done && exit 0
tiny_done || die "no tiny kernel in $CACHE: run make kernels first"
mkdir -p "$out"
say "building Linux's own zImages (1 to 3 minutes), log in $LOG"
: >"$LOG"
debian_image "$TMP/debian.Image"
cp "$CACHE/tiny/Image" "$TMP/tiny.Image"
export -f build kmake failed die say debian_word
export CACHE TMP LOG SOURCE out here
printf '%s\n' "${CODECS[@]}" | tac | xargs -P"$(nproc)" -I@ bash -euo pipefail -c 'build @'
peers_key >"$out/key"
rm -rf "$CACHE/peers"
mv "$out" "$CACHE/peers"
rm -f "$LOG"
