#!/bin/bash
# SPDX-License-Identifier: MIT
# Fetch what the real kernels are made of: Debian's armmp kernel with its DTBs, a static busybox for
# armhf and the kernel source.  APT runs on a state folder of its own, as the architecture armhf, so
# neither the user's package lists nor the architectures of the system change; what it downloads is
# trusted through Debian's signed index as always.
#
#   $CACHE/debian/vmlinuz  $CACHE/debian/dtbs/*.dtb  $CACHE/debian/package (name and version)
#   $CACHE/busybox         a static ARM program
#   $CACHE/linux-source-6.1/
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"

MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
SUITE=bookworm
# The harness tells this one from a step that failed.
EXIT_NETWORK=3
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT=$TMP/apt
apt_ready=

no_network() {
    say "NO NETWORK: $1 from $MIRROR failed; nothing was kept, run 'make kernels' again when online"
    exit "$EXIT_NETWORK"
}

# apt COMMAND...: the tool of that name, away from the system's state.
apt() {
    local tool=$1
    shift
    "$tool" -qq -o APT::Architecture=armhf -o APT::Architectures=armhf \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 \
        -o Acquire::http::Timeout=20 \
        -o Dir::State="$APT/state" -o Dir::State::Lists="$APT/lists" \
        -o Dir::State::status="$APT/status" -o Dir::Cache="$APT/cache" \
        -o Dir::Etc::SourceList="$APT/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null "$@"
}

apt_update() {
    [[ -z $apt_ready ]] || return 0
    [[ -r $KEYRING ]] || die "$KEYRING is missing: install debian-archive-keyring"
    mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial" "$APT/state"
    : >"$APT/status"
    echo "deb [signed-by=$KEYRING] $MIRROR $SUITE main" >"$APT/sources.list"
    say "reading the package index of $SUITE"
    apt apt-get update --error-on=any || no_network "the package index"
    apt_ready=1
}

# package NAME DIR: download one package and unpack it into DIR.
package() {
    local name=$1 dir=$2
    apt_update
    mkdir -p "$TMP/deb" "$dir"
    say "fetching $name"
    (cd "$TMP/deb" && apt apt-get download "$name") || no_network "package $name"
    dpkg-deb -x "$TMP/deb/${name%%:*}"_*.deb "$dir"
}

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
