#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of make bench and make size: run.py BUILD CODECS [NAME...]

Prints `pass NAME` or `FAIL NAME: why` for each case, and the same to BUILD/check/bench.results.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/bench"), str(ROOT / "tools/bench")]

import cases_count  # noqa: E402
import cases_report  # noqa: E402
import cases_size  # noqa: E402
from machine import BenchError  # noqa: E402


class Setting:
    """What every case may use."""

    def __init__(self, build, codecs, work):
        self.build, self.codecs, self.work = build, codecs, work
        self.zshim = build / "zshim"
        self.kernel = build / "payload/vmlinux"


def cases():
    for module in (cases_count, cases_report, cases_size):
        for name, function in vars(module).items():
            if name.startswith("case_"):
                yield "bench-" + name.removeprefix("case_").replace("_", "-"), function


def run_case(name, function, build, codecs):
    with tempfile.TemporaryDirectory(prefix="zshim-bench-") as folder:
        try:
            function(Setting(build, codecs, pathlib.Path(folder)))
            return f"pass {name}"
        except (AssertionError, BenchError, ValueError, OSError, subprocess.SubprocessError) as why:
            if os.environ.get("V"):
                traceback.print_exc()
            return f"FAIL {name}: {' '.join(str(why).split())}"


def main():
    build, codecs, wanted = pathlib.Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:]
    results = build / "check/bench.results"
    results.parent.mkdir(parents=True, exist_ok=True)
    failed = 0
    with open(results, "w", encoding="utf-8") as log:
        for name, function in cases():
            if wanted and not any(w in name for w in wanted):
                continue
            line = run_case(name, function, build, codecs)
            failed += line.startswith("FAIL")
            print(line, flush=True)
            log.write(line + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
