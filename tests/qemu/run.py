#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole boots in QEMU: run.py [--list] [--only PATTERN] [--group NAME] [--jobs N] [--build DIR]
[--run NAME]

Prints `pass CASE` or `FAIL CASE (why)` for each case and the same, without the why, into
BUILD/check/NAME.results; the log of each is BUILD/check/NAME/CASE.log.  NAME is boot by default.  Exit status 0 when all that
was asked for passed.
"""
import argparse
import concurrent.futures
import fnmatch
import importlib
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback

sys.dont_write_bytecode = True

import child  # noqa: E402
from boards import ROOT  # noqa: E402
from harness import CASES, REPORTS, Failed, Shared, Work  # noqa: E402

# They register their cases; the long ones first, so that the end of the run is not one of them.
MODULES = (
    "make",
    "linux",
    "uboot",
    "ubootgo",
    "matrix",
    "cpus",
    "source",
    "boards",
    "mini",
    "place", "verify",
    "tree",
    "entry",
    "state",
    "room",
    "loader",
    "late",
)
for module in MODULES:
    importlib.import_module("cases_" + module)

TOOLS = ("qemu-system-arm", "dtc", "fdtput", "fdtget", "xxhsum", "arm-none-eabi-nm",
         "arm-none-eabi-as", "arm-none-eabi-objcopy", "make")
EXIT_NETWORK = 3  # of tools/kernels/fetch.sh
TAIL = 25


def options():
    parser = argparse.ArgumentParser(description="boot zshim images in QEMU")
    parser.add_argument("--list", action="store_true", help="names only")
    parser.add_argument("--only", action="append", metavar="PATTERN",
                        help="cases whose name has this in it, or matches it if it has *")
    parser.add_argument("--group", action="append", help="cases of this group")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--run", default="boot", metavar="NAME", help="what the results are called")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    return parser.parse_args()


def wanted(case, args):
    by_name = not args.only or any(
        fnmatch.fnmatch(case.name, pattern) if "*" in pattern else pattern in case.name
        for pattern in args.only)
    return by_name and (not args.group or case.group in args.group)


def get_kernels():
    """True when the kernels are in the cache, False when there is no network to get them from."""
    for script in ("fetch.sh", "build-initramfs.sh", "build-tiny.sh"):
        status = subprocess.run([os.path.join(ROOT, "tools", "kernels", script)],
                                check=False).returncode
        if status == EXIT_NETWORK:
            return False
        if status:
            raise Failed(f"tools/kernels/{script}: status {status}")
    return True


def kernel_cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    return os.environ.get("KERNEL_CACHE") or os.path.join(home, "zshim")


def run_case(shared, case):
    """None, or why it failed."""
    work = Work(shared, case.name)
    try:
        case.function(work)
        return None
    except Failed as why:
        return str(why)
    except Exception as why:  # pylint: disable=broad-except
        work.log(traceback.format_exc())
        return f"{type(why).__name__}: {why}"
    finally:
        work.close()


def tail(path):
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file.read().splitlines()[-TAIL:]:
            print("    " + line)


def run_all(shared, cases, jobs, results):
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run_case, shared, case): case for case in cases}
        try:
            for future in concurrent.futures.as_completed(futures):
                case, why = futures[future], future.result()
                failed += why is not None
                print(f"pass {case.name}" if why is None else f"FAIL {case.name} ({why})")
                results.write(f"{'pass' if why is None else 'FAIL'} {case.name}\n")
                if why is not None:
                    tail(os.path.join(shared.folder, case.name + ".log"))
                sys.stdout.flush()
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            child.kill_all()
            raise
    return failed


def prepare(shared):
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise Failed(f"missing: {' '.join(missing)}; run make deps")
    shutil.rmtree(shared.folder, ignore_errors=True)
    os.makedirs(shared.images)


def interrupted(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    args = options()
    cases = [case for case in CASES if wanted(case, args)]
    if args.list:
        print("\n".join(case.name for case in cases))
        return 0
    began = time.monotonic()
    shared = Shared(os.path.abspath(args.build), kernel_cache(), args.run)
    os.makedirs(os.path.dirname(shared.folder), exist_ok=True)
    with open(shared.folder + ".results", "w", encoding="ascii") as results:
        skipped = 0
        try:
            if not cases:
                raise Failed("no such case")
            prepare(shared)
            if any(case.group == "linux" for case in cases) and not get_kernels():
                skipped = sum(case.group == "linux" for case in cases)
                cases = [case for case in cases if case.group != "linux"]
            failed = run_all(shared, cases, args.jobs, results)
            if skipped:
                results.write(f"SKIPPED {skipped} boots of Linux: no network\n")
        except Failed as why:
            print(f"FAIL {args.run}.setup ({why})")
            results.write(f"FAIL {args.run}.setup\n")
            return 1
    shutil.rmtree(shared.images)
    for report in REPORTS:
        report()
    if skipped:
        print(f"SKIPPED {skipped} boots of Linux: no network to fetch the kernels from")
    print(f"{args.run}: {len(cases) - failed} passed, {failed} failed, "
          f"{time.monotonic() - began:.0f} s; logs in {os.path.relpath(shared.folder)}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("boot: interrupted")
