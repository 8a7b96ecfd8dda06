# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by the scripts of this folder: where the real kernels are kept and when a step is done.
#
# Rule of the cache: a name without a leading dot is complete.  Each step works under $CACHE/.tmp
# and ends with a rename, so a step that was killed leaves nothing that looks finished.  Whoever
# writes holds the lock, so two runs at once are safe: the second waits, then finds all done.

CACHE=${KERNEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zshim}
TMP=$CACHE/.tmp
KERNELS=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

say() {
    echo "kernels: $*" >&2
}

die() {
    say "$*"
    exit 1
}

# lock: from here to the end of the script no other run writes to the cache, nor to $TMP.  What we
# start inherits the lock, so when we are killed the next run waits until that has ended as well.
lock() {
    mkdir -p "$CACHE"
    exec 9>"$CACHE/.lock"
    if ! flock -n 9; then
        say "another run is at work in $CACHE, waiting for it"
        flock 9
    fi
    trap 'rm -rf "$TMP"' EXIT
    rm -rf "$TMP"
    mkdir -p "$TMP"
}

# A key is the inputs of a step that live in the repository, as one word: when they change, the step
# is done again.  The scripts themselves do not count, or a new comment would cost minutes of work;
# whoever changes what a script does counts up the number.  Nor do comments in tiny.config.
tiny_key() {
    echo "1-$(grep -E '^(# )?CONFIG_' "$KERNELS/tiny.config" | sha256sum | cut -d' ' -f1)"
}

initramfs_key() {
    echo "1-$(cat "$KERNELS"/{init,initramfs.list,mkcpio.py} | sha256sum | cut -d' ' -f1)"
}

# What each of these peers is built of besides the tiny kernel's source: see build-peers.sh.
peers_key() {
    echo "1-$(tiny_key)-$(sha256sum <"$KERNELS/peers.mk" | cut -d' ' -f1)-$(<"$CACHE/debian/package")"
}

armhf_key() {
    echo "1-$(sha256sum <"$KERNELS/armhf.list" | cut -d' ' -f1)"
}

fetch_done() {
    [[ -d $CACHE/debian && -f $CACHE/busybox && -d $CACHE/linux-source-6.1 ]]
}

tiny_done() {
    [[ -f $CACHE/tiny/key && $(<"$CACHE/tiny/key") == "$(tiny_key)" ]]
}

initramfs_done() {
    [[ -f $CACHE/initramfs.key && $(<"$CACHE/initramfs.key") == "$(initramfs_key)" ]]
}

peers_done() {
    [[ -f $CACHE/peers/key && $(<"$CACHE/peers/key") == "$(peers_key)" ]]
}

armhf_done() {
    [[ -f $CACHE/armhf/key && $(<"$CACHE/armhf/key") == "$(armhf_key)" ]]
}
