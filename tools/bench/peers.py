# SPDX-License-Identifier: MIT
"""The peers: Linux's own zImage with each of its codecs, and the reference libraries."""
import dataclasses
import pathlib
import re
import subprocess

from machine import (
    IMAGE, KERNEL_TABLES, BenchError, boot, peak_ram, plugin, read_count, run, run_guest,
)  # fmt: skip

LINUX_CODECS = ("gzip", "lz4", "lzo", "lzma", "xz")
LIBRARIES = {"lz4": "liblz4", "gzip": "libdeflate", "zstd": "libzstd", "xz": "liblzma"}
SHARED = ("liblz4.so.1", "libdeflate.so.0", "libzstd.so.1", "liblzma.so.5")
CROSS = "arm-linux-gnueabihf-"
OUT_ADDRESS = 0x60000000  # also in decode.c
COPY_GAP = 0x2000  # Linux's stub leaves room for the code that copies, then rounds up to 256
KERNELS = pathlib.Path("tools/kernels")
NO_NETWORK = 3  # exit status of the fetch scripts


@dataclasses.dataclass
class ZImage:
    """Linux's zImage; kernel and memory are of the kernel inside, and as zshim has them."""

    path: pathlib.Path
    stored: int  # bytes of its payload, with the size word behind it
    kernel: int
    inflated: int
    memory: int

    @property
    def size(self):
        return self.path.stat().st_size


def zimage(cache, kernel, codec, like):
    """like: zshim's image of the same kernel.  Without a codec: the zImage that Debian built."""
    name = f"{kernel}-{codec}" if codec else f"{kernel}-own"
    path = cache / f"peers/{name}.zimage"
    if not path.exists():
        raise BenchError(f"{path} is missing: tools/kernels/build-peers.sh makes it")
    stored = int(path.with_suffix(".stored").read_text())
    return ZImage(path, stored, like.kernel, like.inflated, like.memory)


def excluded(image, written):
    """
    What machine.py does not count as RAM of the boot.  Linux's stub says nothing; it copies itself
    right behind the inflated kernel, where the first row of writes is the moved copy.
    """
    end = image.kernel + image.inflated
    ranges = [
        (IMAGE, IMAGE + image.size),
        (image.kernel - KERNEL_TABLES, image.kernel + image.memory),
    ]
    behind = [(s, e) for s, e in written if s >= end]
    if behind and behind[0][0] < end + COPY_GAP:
        start, stop = behind[0]
        ranges.append((start, min(stop, start + image.size)))
    return ranges


def measure_zimage(build, image, out):
    count = boot(build, image.path, image.kernel, out)
    return count, peak_ram(count.written, excluded(image, count.written))


class Libraries:
    """The reference libraries of an armhf root, under qemu-arm."""

    def __init__(self, build, cache):
        self.build, self.root = build, cache / "armhf"
        self.program = build / "bench/decode"
        folders = (self.root / "usr/lib/arm-linux-gnueabihf", self.root / "lib/arm-linux-gnueabihf")
        shared = []
        for name in SHARED:
            found = [folder / name for folder in folders if (folder / name).exists()]
            if not found:
                raise BenchError(f"no {name} in {self.root}: tools/kernels/fetch-armhf.sh fetches it")
            shared += found[:1]
        # -z now: no function is looked up while we count.
        run(
            f"{CROSS}gcc", "-std=gnu11", "-O2", "-marm", "-no-pie", "-Wl,-z,now", "-Wall", "-Wextra",
            "-Werror", "-I", self.root / "usr/include", "tools/bench/decode.c", *shared,
            "-o", self.program,
        )  # fmt: skip
        symbols = run(f"{CROSS}nm", self.program)
        self.start, self.stop = (
            int(re.search(rf"^(\w+) T {name}$", symbols, re.M)[1], 16)
            for name in ("bench_start", "bench_stop")
        )

    def measure(self, codec, packed, wanted, out):
        """
        Decodes the bytes packed twice: once without plugin, to see that what comes out is wanted,
        and once to count.
        """
        what, packed_file, result = out.name, out.with_suffix(".in"), out.with_suffix(".out")
        packed_file.write_bytes(packed)
        qemu = ["qemu-arm", "-cpu", "cortex-a15", "-L", str(self.root)]
        command = [str(self.program), codec, str(packed_file), str(len(wanted)), str(result)]
        run_guest(qemu + command, what)
        if result.read_bytes() != wanted:
            raise BenchError(f"{what}: decoded to something else")
        run_guest(
            [*qemu, "-plugin", plugin(self.build, self.start, self.stop, out), *command], what
        )
        count = read_count(out, what)
        result.unlink()
        return count, peak_ram(count.written, [(OUT_ADDRESS, OUT_ADDRESS + len(wanted))])


def prepare(script):
    """Runs a script of tools/kernels; False when there is no network to fetch from."""
    status = subprocess.run([KERNELS / script], check=False).returncode
    if status not in (0, NO_NETWORK):
        raise BenchError(f"tools/kernels/{script} failed, see above")
    return status == 0
