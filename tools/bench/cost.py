#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""cost.py [--profile [--kernel NAME] [--top N]] BUILD CACHE: guest instructions of a boot.

Counted by count.so from the first instruction of the image to the first instruction of the kernel,
on QEMU's virt, cortex-a15, 512 MiB, image started by -kernel: relocation, checks, page tables,
decoding, device tree, console and caches are all in it.  The same to the instruction on every run.

BUILD is the build folder, CACHE the one that `make kernels` fills.  --profile tells instead in
which functions of the stub the instructions are, for debian or for --kernel.
"""
import argparse
import bisect
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RAM = 0x40000000
IMAGE = RAM + 0x10000  # where QEMU puts what -kernel names
BARE = 0x50000000  # where the made-up payloads of the fixed cost are linked: clear of all else
CODECS = ("none", "lz4", "gzip", "zstd", "xz")
# Instructions a byte of the inflated kernel.
BUDGET = {"none": 1.5, "lz4": 2.6, "gzip": 8.0, "zstd": 13.0, "xz": 45.0}
FIXED_BUDGET = 150_000
FIXED_SIZES = (1 << 20, 16 << 20)
LONG_WINDOW = ("zstd", "xz")  # data that are repeated cost next to nothing: no line goes through them
QEMU = [
    "qemu-system-arm", "-M", "virt,dtb-randomness=off", "-cpu", "cortex-a15", "-m", "512",
    "-nic", "none", "-display", "none", "-monitor", "none", "-no-reboot",
]  # fmt: skip


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cost.py: {' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


class Image:
    """A packed kernel; or, without a codec, somebody else's zImage with the same kernel in it."""

    def __init__(self, kernel, codec, path, zshim):
        self.kernel, self.codec, self.path = kernel, codec, path
        self.size = path.stat().st_size
        info = run(zshim, "info", path)
        part = info[info.index("part 0: kernel") :]
        fields = dict(re.findall(r"^\s*([a-z ]+): (\S+)", part, re.M))
        self.inflated = int(fields["inflated"])
        self.stub = self.size - int(fields["stored"])
        base = RAM if fields["place"] == "linux" else 0
        place = fields["text offset"] if base else fields["address"]
        self.entry = base + int(place, 0) + int(fields["entry"], 0)


def boot(image, build, work, tag, *, entry=None, mem=True, profile=None):
    """Counts one boot; the result is a dict, and the console's text under "log"."""
    log, out = work / f"{tag}.log", work / f"{tag}.count"
    plugin = f"{build}/bench/count.so,start={IMAGE:#x},stop={entry or image.entry:#x},outfile={out}"
    plugin += ",mem=on" if mem else ""
    plugin += f",profile={profile}" if profile else ""
    command = [*QEMU, "-kernel", str(image.path), "-serial", f"file:{log}", "-plugin", plugin]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, timeout=600, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        sys.exit(f"cost.py: {tag}: {error}\n{log.read_text(errors='replace')}")
    text = out.read_text()
    if not text.startswith("count: insns"):
        sys.exit(f"cost.py: {tag}: {text.strip()}\n{log.read_text(errors='replace')}")
    words = text.split()[1:]
    result = {key: int(value) for key, value in zip(words[::2], words[1::2])}
    result["log"] = log.read_text(errors="replace")
    return result


def pack(zshim, kernel, path, codec, work):
    out = work / f"{kernel}-{codec}.img"
    run(zshim, "pack", "-c", codec, "-o", out, path)
    return Image(kernel, codec, out, zshim)


def bare_elf(path, data):
    """An ELF file with one segment at BARE: data, entered at its first byte."""
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    words = [2 | 40 << 16, 1, BARE, 52, 0, 0x05000000]
    head += b"".join(w.to_bytes(4, "little") for w in words)
    head += b"".join(h.to_bytes(2, "little") for h in (52, 32, 1, 40, 0, 0))
    segment = [1, 0x1000, BARE, BARE, len(data), len(data), 7, 0x1000]
    head += b"".join(w.to_bytes(4, "little") for w in segment)
    path.write_bytes(head.ljust(0x1000, b"\0") + data)


def kernels(build, cache):
    found = {
        "mini": build / "payload/vmlinux",
        "tiny": cache / "tiny/vmlinux",
        "debian": cache / "debian/vmlinuz",
    }
    for name, path in list(found.items()):
        if not path.exists():
            print(f"cost.py: no {name} kernel ({path}): left out", file=sys.stderr)
            del found[name]
    return found


def verdict(value, budget):
    return f"{'met' if value <= budget else 'MISSED'} ({budget:,})"


def rows(build, cache, work):
    """Boots everything; yields the lines of the table."""
    zshim = build / "zshim"
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, path in kernels(build, cache).items():
            for codec in CODECS:
                image = pack(zshim, name, path, codec, work)
                jobs.append((image, pool.submit(boot, image, build, work, f"{name}-{codec}")))
            if name == "debian":
                peer = Image.__new__(Image)
                peer.kernel, peer.codec, peer.path = name, "Linux xz", path
                peer.size, peer.stub = path.stat().st_size, None
                peer.inflated, peer.entry = image.inflated, image.entry
                jobs.append((peer, pool.submit(boot, peer, build, work, "peer")))
        for image, job in jobs:
            yield image, job.result()


def print_costs(build, cache, work):
    form = "{:<7} {:<9} {:>10} {:>10} {:>7} {:>13} {:>7} {:>11} {:>11}  {}"
    heads = "kernel codec inflated image stub insns insn/B loads stores budget"
    print(form.format(*heads.split()))
    for image, cost in rows(build, cache, work):
        per_byte = cost["insns"] / image.inflated
        budget = BUDGET.get(image.codec)
        print(form.format(
            image.kernel, image.codec, f"{image.inflated:,}", f"{image.size:,}",
            "-" if image.stub is None else f"{image.stub:,}",
            f"{cost['insns']:,}", f"{per_byte:.2f}", f"{cost['loads']:,}", f"{cost['stores']:,}",
            verdict(per_byte, budget) if budget else "peer"))  # fmt: skip


def print_fixed(build, cache, work):
    """The fixed cost: the line through two sizes of the same data, at 0 bytes."""
    source = kernels(build, cache)
    name = "tiny" if "tiny" in source else "mini"
    data = source[name].read_bytes()[: FIXED_SIZES[0]]
    for codec in CODECS:
        cost = []
        for size in (16,) if codec in LONG_WINDOW else FIXED_SIZES:
            path = work / f"fixed-{size}.elf"
            bare_elf(path, (data * (size // len(data) + 1))[:size])
            image = pack(build / "zshim", f"fixed-{size}", path, codec, work)
            cost.append(boot(image, build, work, f"fixed-{codec}-{size}", mem=False)["insns"])
        if codec in LONG_WINDOW:
            print(f"fixed cost, {codec}: {cost[0]:,} instructions, with 16 bytes; "
                  f"{verdict(cost[0], FIXED_BUDGET)}")  # fmt: skip
            continue
        small, large = FIXED_SIZES
        slope = (cost[1] - cost[0]) / (large - small)
        fixed = round(cost[0] - slope * small)
        print(f"fixed cost, {codec}: {fixed:,} instructions, then {slope:.3f} a byte "
              f"({small >> 20} and {large >> 20} MiB of {name}); {verdict(fixed, FIXED_BUDGET)}")  # fmt: skip


class Symbols:
    """Which function of the stub an offset in it belongs to."""

    def __init__(self, elf):
        lines = run("arm-none-eabi-nm", "-n", elf).splitlines()
        found = {}
        for line in lines:
            address, kind, *rest = line.split(maxsplit=2)
            name = "".join(rest)  # marks of debug information have none
            if kind in "tT" and not name.startswith("$"):
                found.setdefault(int(address, 16), name)
        self.start = sorted(found)
        self.name = [found[a] for a in self.start]
        self.end = next(int(x.split()[0], 16) for x in lines if x.endswith(" stub_end"))

    def at(self, offset):
        return self.name[bisect.bisect_right(self.start, offset) - 1]


def stub_elf(build, codec):
    return build / f"stub-armv7a-{codec}-boot.elf"


def table_size():
    """The shim's own place starts with the page table, then comes the stub."""
    text = pathlib.Path("boot/arm/arch.h").read_text()
    return int(re.search(r"ARCH_TABLE_SIZE\s+(0x[0-9a-f]+)", text)[1], 16)


def print_profile(build, cache, work, name, top):
    found = kernels(build, cache)
    name = name if name in found else list(found)[-1]
    path = found[name]
    for codec in CODECS:
        image = pack(build / "zshim", name, path, codec, work)
        blocks = work / f"{codec}.profile"
        cost = boot(image, build, work, f"profile-{codec}", mem=False, profile=blocks)
        symbols = Symbols(stub_elf(build, codec))
        bases = [IMAGE]
        moved = re.search(r"shim moves from 0x[0-9a-f]+ to (0x[0-9a-f]+)", cost["log"])
        if moved:
            bases.append(int(moved[1], 16) + table_size())
        share = {}
        for line in blocks.read_text().splitlines():
            address, insns, runs = line.split()
            where = next((int(address, 16) - b for b in reversed(bases)
                          if b <= int(address, 16) < b + symbols.end), None)  # fmt: skip
            function = "(outside)" if where is None else symbols.at(where)
            share[function] = share.get(function, 0) + int(insns) * int(runs)
        print(f"{name}, {codec}: {cost['insns']:,} instructions, "
              f"{cost['insns'] / image.inflated:.2f} a byte of {image.inflated:,}")  # fmt: skip
        for function, n in sorted(share.items(), key=lambda x: -x[1])[:top]:
            share_of = 100 * n / cost["insns"]
            print(f"  {n:>13,}  {share_of:5.1f} %  {n / image.inflated:7.3f} a byte  {function}")


def main():
    parser = argparse.ArgumentParser(description="Boot cost in guest instructions.")
    parser.add_argument("--profile", action="store_true", help="by function of the stub")
    parser.add_argument("--kernel", default="debian", help="mini, tiny or debian: what to profile")
    parser.add_argument("--top", type=int, default=14, help="functions to list")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        if args.profile:
            print_profile(args.build, args.cache, work, args.kernel, args.top)
        else:
            print_costs(args.build, args.cache, work)
            print_fixed(args.build, args.cache, work)


if __name__ == "__main__":
    main()
