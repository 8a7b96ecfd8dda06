#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py [options] BUILD CACHE: what a boot costs, beside Linux's zImage and reference libraries.

Counts guest instructions, loads, stores and RAM with the QEMU plugin count.so, from the first
instruction of the image to the first of the kernel, on virt, cortex-a15, 512 MiB, image started by
-kernel: relocation, checks, page tables, decoding, device tree, console and caches are all in it.
The same to the instruction on every run and every host.  machine.py says what RAM is.

BUILD is the build folder; CACHE the one that tools/kernels fills, which is done here when needed.
With --kernel, --codec or --program only some rows are counted, and no CSV is written.
Budgets that are missed do not fail the run.  What could not be measured does, unless there is no
network to fetch it from: that is said loudly.
"""
import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import sys
import tempfile
import time

import budgets
import copies
import peers
import profiles
import report
import shim
from machine import BenchError, boot

KERNELS = ("tiny", "debian")
FILTERS = ("none", "arm")
PROGRAMS = ("zshim", "linux", "library")
CODECS = ("none", "lz4", "gzip", "zstd", "xz", "lzo", "lzma")  # in the table's order
GROWTH = "growth"  # goes by the name of a kernel
PIECE = 1 << 20
COPIES = 256
GROWTH_MEMORY = 1024  # MiB of RAM for that
# What is long goes first, so that no core is left with it at the end.
HEAVY = ("none", "lz4", "lzo", "gzip", "zstd", "xz", "lzma")


def parse(argv):
    parser = argparse.ArgumentParser(description="Boot cost in guest instructions.")
    parser.add_argument("--built", default="none", help="codecs that the stubs have, with commas")
    parser.add_argument("--kernel", action="append", choices=("mini", *KERNELS, GROWTH))
    parser.add_argument("--codec", action="append", choices=CODECS)
    parser.add_argument("--program", action="append", choices=PROGRAMS)
    parser.add_argument("--profile", action="store_true", help="by function of the stub")
    parser.add_argument("--filter", choices=FILTERS, help="only with, or without")
    parser.add_argument("--top", type=int, default=14, help="functions to list")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--csv", type=pathlib.Path, help="write it, whatever was counted")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    args = parser.parse_args(argv)
    whole = not (args.kernel or args.codec or args.program or args.filter)
    args.csv = args.csv or (args.build / "bench/bench.csv" if whole else None)
    args.built = args.built.split(",")
    args.kernel = args.kernel or ([KERNELS[1]] if args.profile else [*KERNELS, GROWTH])
    args.codec = args.codec or CODECS
    args.program = args.program or PROGRAMS
    args.filter = [args.filter] if args.filter else FILTERS
    return args


def needs(args):
    """Runs what fetches and builds; returns what is not to be had without a network."""
    real = set(args.kernel) - {"mini"}
    missing = set()
    if real and not (peers.prepare("fetch.sh") and peers.prepare("build-tiny.sh")):
        return {"kernels", "linux", "library"}
    if "linux" in args.program and real - {GROWTH} and not args.profile:
        peers.prepare("build-peers.sh")
    if "library" in args.program and not args.profile:
        if not peers.prepare("fetch-armhf.sh"):
            missing.add("library")
    return missing


class Bench:
    def __init__(self, args, missing, work, pool):
        self.args, self.work, self.pool = args, work, pool
        self.zshim = args.build / "zshim"
        self.missing = missing
        self.problems, self.notes = [], []
        self.path = {
            "mini": args.build / "payload/vmlinux",
            "tiny": args.cache / "tiny/vmlinux",
            "debian": args.cache / "debian/vmlinuz",
        }
        self.kernels = [k for k in args.kernel if k != GROWTH and self.has(k)]
        self.codecs = [c for c in CODECS if c in args.built and c in args.codec]
        self.packed = {}

    def has(self, kernel):
        return kernel == "mini" or "kernels" not in self.missing

    def pack_all(self):
        """Starts all packing.  The stored kernel is packed in any case: it is what all others hold."""
        wanted = {(k, c, f) for k in self.kernels for c in self.codecs for f in self.args.filter}
        wanted |= {(k, c, "none") for k in self.kernels for c in ["none", *self.codecs]}
        for kernel, codec, name in sorted(wanted, key=lambda w: -HEAVY.index(w[1])):
            out = self.work / f"{kernel}-{codec}-{name}.img"
            self.packed[kernel, codec, name] = self.pool.submit(
                shim.pack, self.zshim, out, self.path[kernel], codec, name
            )

    def image(self, kernel, codec, name="none"):
        return self.packed[kernel, codec, name].result()

    # Each of these is a job: it gives a row, or None where there is none.
    def of_shim(self, kernel, codec, name):
        image = self.image(kernel, codec, name)
        count, ram = shim.measure(self.args.build, image, self.work / f"{kernel}-{codec}-{name}")
        return row(kernel, "zshim", codec, name, image, count, ram, stub=image.stub)

    def of_linux(self, kernel, codec, program):
        own = program == "debian"
        image = peers.zimage(self.args.cache, kernel, None if own else codec, self.image(kernel, "none"))
        count, ram = peers.measure_zimage(
            self.args.build, image, self.work / f"{kernel}-{codec}-{program}"
        )
        name = "arm" if codec == "xz" else "none"
        return row(kernel, program, codec, name, image, count, ram, stub=image.size - image.stored)

    def of_library(self, libraries, kernel, codec):
        image, flat = self.image(kernel, codec), self.image(kernel, "none")
        count, ram = libraries.measure(
            codec, image.payload(), flat.payload(), self.work / f"{kernel}-{codec}-library"
        )
        sized = dataclasses.replace(NO_IMAGE, size=image.stored, inflated=flat.inflated)
        return row(kernel, peers.LIBRARIES[codec], codec, "none", sized, count, ram)

    def jobs(self):
        """(weight, function, arguments) of every row, in the table's order."""
        libraries = None
        if "library" in self.args.program and "library" not in self.missing and self.kernels:
            libraries = peers.Libraries(self.args.build, self.args.cache)
        for kernel in self.kernels:
            for codec in (c for c in CODECS if c in self.args.codec):
                for name in self.args.filter:
                    if codec in self.codecs and "zshim" in self.args.program:
                        yield self.of_shim, kernel, codec, name
                if "linux" in self.args.program and kernel in KERNELS and codec in peers.LINUX_CODECS:
                    yield self.of_linux, kernel, codec, "linux"
                    if kernel == "debian" and codec == "xz":
                        yield self.of_linux, kernel, codec, "debian"
                if libraries and codec in self.codecs and codec in peers.LIBRARIES:
                    yield self.of_library, libraries, kernel, codec

    def result(self, future):
        """Its result; None, and a line for the end, where there is none."""
        try:
            return future.result()
        except shim.NotBuilt as why:
            self.notes.append(f"left out: {why}")
        except BenchError as why:
            self.problems.append(str(why))
        return None

    def rows(self):
        jobs = list(self.jobs())
        futures = {}
        for job in sorted(jobs, key=weight):
            futures[job] = self.pool.submit(*job)
        found = []
        for number, job in enumerate(jobs, 1):
            progress(f"{number} of {len(jobs)}: {' '.join(map(str, job[-3:]))}")
            found.append(self.result(futures[job]))
        progress("")
        return [r for r in found if r]

    def growth_of(self, codec, data):
        stem = self.work / f"growth-{codec}"
        shim.bare_elf(stem, data)
        image = shim.pack(self.zshim, stem.with_suffix(".img"), stem, codec, "none")
        cost = {}
        for times in (1, 2, COPIES):
            out = self.work / f"growth-{codec}-{times}"
            larger = copies.repeat(image, self.zshim, times, out)
            cost[times] = boot(
                self.args.build, larger.path, larger.entry, out, memory=GROWTH_MEMORY, mem=False
            ).insns
            out.unlink()
        return budgets.Growth(codec, len(data), COPIES, cost[1], cost[2], cost[COPIES])

    def start_growth(self):
        """{codec: future of its growth}"""
        if GROWTH not in self.args.kernel or "kernels" in self.missing:
            return {}
        if "zshim" not in self.args.program:
            return {}
        data = self.path["tiny"].with_name("Image").read_bytes()[:PIECE]
        order = sorted(self.codecs, key=HEAVY.index, reverse=True)
        return {codec: self.pool.submit(self.growth_of, codec, data) for codec in order}

    def growth(self, started):
        found = [self.result(started[codec]) for codec in self.codecs if codec in started]
        return [g for g in found if g]


@dataclasses.dataclass
class NoImage:
    size: int = 0
    inflated: int = 0


NO_IMAGE = NoImage()


def weight(job):
    """Smaller: start it earlier."""
    words = [w for w in job[1:] if isinstance(w, str)]
    return -("debian" in words) * len(HEAVY) - max(HEAVY.index(w) for w in words if w in HEAVY)


def row(kernel, program, codec, name, image, count, ram, stub=None):
    return budgets.Row(
        kernel, program, codec, name, image.inflated, image.size, stub, count.insns, count.loads,
        count.load_bytes, count.stores, count.store_bytes, ram,
    )  # fmt: skip


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def print_bench(bench):
    started = time.monotonic()
    bench.pack_all()
    growing = bench.start_growth()
    rows = bench.rows()
    growth = bench.growth(growing)
    if rows:
        report.print_table(rows)
    if growth:
        print()
        report.print_growth(growth)
    print()
    report.print_verdicts(budgets.verdicts(rows, growth))
    print(f"measured in {time.monotonic() - started:.0f} s")
    if bench.args.csv and not bench.problems and not bench.missing:
        report.write_csv(bench.args.csv, rows)
        print(f"table: {bench.args.csv}")


def print_profiles(bench):
    for kernel in bench.kernels:
        for codec in bench.codecs:
            for name in bench.args.filter:
                out = bench.work / f"profile-{kernel}-{codec}-{name}"
                title = f"{kernel}, {codec}, filter {name}"
                try:
                    image = shim.pack(bench.zshim, out, bench.path[kernel], codec, name)
                except shim.NotBuilt:
                    continue
                elf = bench.args.build / f"stub-armv7a-{codec}-boot.elf"
                profiles.print_profile(bench.args.build, image, title, elf, out, bench.args.top)


def main():
    args = parse(sys.argv[1:])
    try:
        missing = needs(args)
        with tempfile.TemporaryDirectory() as folder:
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                bench = Bench(args, missing, pathlib.Path(folder), pool)
                (print_profiles if args.profile else print_bench)(bench)
    except BenchError as why:
        sys.exit(f"bench: {why}")
    for note in dict.fromkeys(bench.notes):
        print(f"bench: {note}")
    if missing:
        print(f"bench: SKIPPED, NO NETWORK: {', '.join(sorted(missing))}; nothing is saved")
    for problem in dict.fromkeys(bench.problems):
        print(f"bench: NOT MEASURED: {problem}", file=sys.stderr)
    sys.exit(1 if bench.problems else 0)


if __name__ == "__main__":
    main()
