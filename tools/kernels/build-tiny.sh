#!/bin/bash
# SPDX-License-Identifier: MIT
# Build the tiny kernel: a real Linux vmlinux, from the source that fetch.sh put into the cache.
#
#   $CACHE/tiny/vmlinux  System.map  Image  zImage  dtbs/*.dtb  config
#   $CACHE/tiny/build/   the object tree of $CACHE/linux-source-6.1, to build parts of it again
#   $CACHE/tiny/key      says which tiny.config it was built from
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"

DTBS=(vexpress-v2p-ca9.dtb vexpress-v2p-ca15-tc1.dtb)
CONFIG=$here/tiny.config
LOG=$CACHE/.tiny.log
out=$TMP/tiny
build=$out/build

# The same bytes from every run: no user, host or time in the banner.  Whoever runs us may be make:
# its job server and variables are not for this one.
kmake() {
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
        make -s -C "$CACHE/linux-source-6.1" O="$build" ARCH=arm \
        CROSS_COMPILE="${CROSS:-arm-none-eabi-}" KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=zshim \
        KBUILD_BUILD_HOST=zshim KBUILD_BUILD_VERSION=1 "$@" >>"$LOG" 2>&1 || {
        tail -n 20 "$LOG" >&2
        die "the tiny kernel did not build, see $LOG"
    }
}

# Kconfig drops a line that it does not know or cannot have without a word.  (An option that depends
# on one that is off does not appear at all, which is off as well.)
check_config() {
    local line
    while read -r line; do
        [[ $line != CONFIG_* ]] || grep -qxF "$line" "$build/.config" ||
            die "tiny.config: the kernel did not take $line"
    done <"$CONFIG"
}

tiny_done && exit 0
lock
tiny_done && exit 0
[[ -d $CACHE/linux-source-6.1 ]] || die "no kernel source in $CACHE: run fetch.sh first"
mkdir -p "$build" "$out/dtbs"
say "building the tiny kernel (1 to 4 minutes), log in $LOG"
: >"$LOG"
kmake KCONFIG_ALLCONFIG="$CONFIG" allnoconfig
check_config
kmake -j"$(nproc)" vmlinux zImage "${DTBS[@]}"
cp "$build"/{vmlinux,System.map} "$build"/arch/arm/boot/{Image,zImage} "$out/"
cp "${DTBS[@]/#/$build/arch/arm/boot/dts/}" "$out/dtbs/"
cp "$build/.config" "$out/config"
tiny_key >"$out/key"
rm -rf "$CACHE/tiny"
mv "$out" "$CACHE/tiny"
rm -f "$LOG"
