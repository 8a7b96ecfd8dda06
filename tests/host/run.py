#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the host program: run.py [ZSHIM] [NAME...]

Prints `pass NAME` or `FAIL NAME: why` for each case, and the same to build/check/host.results.
"""
import os
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "host"))

from harness import CASES, Sandbox, Skipped  # noqa: E402
import cases_bad  # noqa: E402
import cases_encode  # noqa: E402
import cases_filter  # noqa: E402
import cases_good  # noqa: E402
import cases_loader  # noqa: E402
import cases_usage  # noqa: E402
import cases_verify  # noqa: E402

# Importing them has registered their cases.
GROUPS = (cases_bad, cases_encode, cases_filter, cases_good, cases_loader, cases_usage,
          cases_verify)


def run_case(case, zshim):
    with tempfile.TemporaryDirectory(prefix="zshim-host-") as folder:
        try:
            case.function(Sandbox(folder, zshim, ROOT))
            return "pass %s" % case.name
        except Skipped as why:
            return "skip %s: NOT RUN: %s" % (case.name, why)
        except (AssertionError, subprocess.SubprocessError, OSError) as why:
            if os.environ.get("V"):
                traceback.print_exc()
            return "FAIL %s: %s" % (case.name, " ".join(str(why).split()))


def main():
    zshim = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.join(ROOT, "build", "zshim")
    wanted = sys.argv[2:]
    results = os.path.join(ROOT, "build", "check", "host.results")
    os.makedirs(os.path.dirname(results), exist_ok=True)
    failed = 0
    with open(results, "w", encoding="ascii") as log:
        for case in CASES:
            if wanted and not any(w in case.name for w in wanted):
                continue
            line = run_case(case, zshim)
            failed += line.startswith("FAIL")
            print(line, flush=True)
            log.write(line + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
