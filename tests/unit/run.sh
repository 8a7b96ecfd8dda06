#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: run.sh RESULTS NAME COMMAND...
# Runs one test program that prints TAP, adds a line "pass NAME.test" or "FAIL NAME.test" for each
# of its tests to RESULTS, and shows its output only when something failed.
set -u
results=$1 name=$2
shift 2

output=$(mktemp)
trap 'rm -f "$output"' EXIT
timeout "${TEST_TIMEOUT:-120}" "$@" </dev/null >"$output" 2>&1
code=$?

# "ok 1 - name"; what a crash left out is missed by the exit code and by the plan "1..N".
sed -n "s/^ok [0-9]* - /pass $name./p; s/^not ok [0-9]* - /FAIL $name./p" "$output" >>"$results"
planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$output" | head -1)
seen=$(grep -cE '^(not )?ok [0-9]+ - ' "$output")

if [ "$code" -eq 0 ] && [ "${planned:-0}" -eq "$seen" ] && [ "$seen" -gt 0 ] &&
	! grep -q '^not ok' "$output"; then
	echo "ok $name ($seen tests)"
	exit 0
fi
grep -q '^not ok' "$output" ||
	echo "FAIL $name (exit $code, $seen of ${planned:-?} tests ran)" >>"$results"
echo "not ok $name (exit $code)"
sed 's/^/    /' "$output"
exit 1
