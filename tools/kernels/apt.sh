# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced behind cache.sh: Debian packages of the architecture armhf.  APT runs on a state folder of
# its own, so neither the user's package lists nor the architectures of the system change; what it
# downloads is trusted through Debian's signed index as always.

MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
SUITE=bookworm
# The harness tells this one from a step that failed.
EXIT_NETWORK=3
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT=$TMP/apt
apt_ready=

no_network() {
    say "NO NETWORK: $1 from $MIRROR failed; nothing was kept, try again when online"
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
