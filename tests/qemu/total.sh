#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: total.sh FOLDER GROUP...
# Adds up FOLDER/GROUP.results, lines "pass NAME" and "FAIL NAME", and ends with
# "N passed, M failed".  A group without results is a failure.
set -eu
folder=$1
shift

passed=0 failed=0
for group in "$@"; do
    results=$folder/$group.results
    if ! grep -qE '^(pass|FAIL) ' "$results" 2>/dev/null; then
        echo "FAIL check-$group (no results)"
        failed=$((failed + 1))
        continue
    fi
    p=$(grep -c '^pass ' "$results" || true)
    f=$(grep -c '^FAIL ' "$results" || true)
    echo "check-$group: $p passed, $f failed"
    grep '^FAIL ' "$results" || true
    grep -i '^skip' "$results" || true
    passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
