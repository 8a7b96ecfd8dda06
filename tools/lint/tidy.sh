#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: tidy.sh FILE FLAGS...
# clang-tidy on one file, without its count of warnings that it did not show.
set -u -o pipefail
file=$1
shift
"${CLANG_TIDY:-clang-tidy}" --quiet "$file" -- "$@" 2>&1 | \
	{ grep -vE \
		'^[0-9]+ warnings?( and [0-9]+ errors?)? (generated|treated)' || true; }
