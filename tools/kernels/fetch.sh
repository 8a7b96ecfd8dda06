#!/bin/bash
# SPDX-License-Identifier: MIT
# Fetch what the real kernels are made of: Debian's armmp kernel with its DTBs, a static busybox for
# armhf and the kernel source.
#
#   $CACHE/debian/vmlinuz  $CACHE/debian/dtbs/*.dtb  $CACHE/debian/package (name and version)
#   $CACHE/busybox         a static ARM program
#   $CACHE/linux-source-6.1/
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"

# shellcheck source=tools/kernels/apt.sh
. "$here/apt.sh"

# linux-image-armmp is an empty package that depends on the kernel of the day.
kernel_package() {
    apt apt-cache depends linux-image-armmp |
        awk '$1 == "Depends:" && $2 ~ /^linux-image-6.*-armmp$/ { print $2; exit }'
}

fetch_debian() {
    local root=$TMP/debian.root out=$TMP/debian name
    apt_update
    name=$(kernel_package)
    [[ -n $name ]] || die "linux-image-armmp names no kernel package"
    package "$name" "$root"
    mkdir -p "$out/dtbs"
    cp "$root"/boot/vmlinuz-* "$out/vmlinuz"
    cp "$root/usr/lib/$name"/*.dtb "$out/dtbs/"
    [[ -s $out/dtbs/vexpress-v2p-ca9.dtb && -s $out/dtbs/vexpress-v2p-ca15-tc1.dtb ]] ||
        die "$name has no DTBs for vexpress"
    (cd "$TMP/deb" && echo "$name"_*.deb) >"$out/package"
    mv "$out" "$CACHE/debian"
}

fetch_busybox() {
    local root=$TMP/busybox.root
    package busybox-static "$root"
    mv "$root/bin/busybox" "$CACHE/busybox"
}

fetch_source() {
    local root=$TMP/source.root
    package linux-source-6.1 "$root"
    say "unpacking linux-source-6.1"
    tar -C "$TMP" -xf "$root"/usr/src/linux-source-6.1.tar.xz
    mv "$TMP/linux-source-6.1" "$CACHE/linux-source-6.1"
}

fetch_done && exit 0
lock
[[ -d $CACHE/debian ]] || fetch_debian
[[ -f $CACHE/busybox ]] || fetch_busybox
[[ -d $CACHE/linux-source-6.1 ]] || fetch_source
