#!/bin/bash
# SPDX-License-Identifier: MIT
# Fetch the reference libraries of armhf.list, for make bench.
#
#   $CACHE/armhf/usr/lib/arm-linux-gnueabihf/  the root of a small armhf system, for qemu-arm -L
#   $CACHE/armhf/versions  the packages' file names
#   $CACHE/armhf/key       says from which armhf.list
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=tools/kernels/cache.sh
. "$here/cache.sh"
# shellcheck source=tools/kernels/apt.sh
. "$here/apt.sh"

armhf_done && exit 0
lock
armhf_done && exit 0
read -ra names < <(sed 's/#.*//' "$here/armhf.list" | xargs)
for name in "${names[@]}"; do
    package "$name" "$TMP/armhf"
done
(cd "$TMP/deb" && ls) >"$TMP/armhf/versions"
armhf_key >"$TMP/armhf/key"
rm -rf "$CACHE/armhf"
mv "$TMP/armhf" "$CACHE/armhf"
