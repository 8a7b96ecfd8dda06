#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD SECONDS NAME...: fuzzes each target for SECONDS, as many at once as there are cores.
#
# New inputs go to BUILD/fuzz/NAME.corpus, what fails to BUILD/fuzz/NAME.crash-* (or .timeout-*), the
# log to BUILD/fuzz/NAME.log.  Ends with one line a target; exit status 1 when anything failed.
set -euo pipefail
build=$1
seconds=$2
shift 2

# shellcheck disable=SC2317 # xargs calls it
one() {
    local name=$1 out=$build/fuzz/$1
    mkdir -p "$out.corpus" "tests/fuzz/corpus/$name"
    "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=30 \
        -artifact_prefix="$out." -print_final_stats=1 \
        "$out.corpus" "tests/fuzz/corpus/$name" >"$out.log" 2>&1 || echo "exit $?" >>"$out.log"
}

report() {
    local name=$1 log=$build/fuzz/$1.log units
    units=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
    if [[ -z $units ]] || grep -q '^exit ' "$log"; then
        echo "FAIL fuzz $name: see $log"
        return 1
    fi
    echo "fuzz $name: $units executions in $seconds s, nothing failed"
}

export build seconds
export -f one
printf '%s\n' "$@" | xargs -P "$(nproc)" -I@ bash -euc 'one @'
bad=0
for name in "$@"; do
    report "$name" || bad=1
done
exit "$bad"
