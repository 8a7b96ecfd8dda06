# SPDX-License-Identifier: MIT
"""zshim's own images: packed, described, and counted."""
import pathlib
import re
import struct

from machine import IMAGE, KERNEL_TABLES, RAM, BenchError, boot, call, last_line, peak_ram, run

BARE = 0x60000000  # where made-up payloads are linked: clear of an image of 256 MiB


class NotBuilt(Exception):
    """The packer says that it does not have this yet."""


def table_size():
    """The page table, with which the shim's own place starts; then comes the stub."""
    text = pathlib.Path("boot/arm/arch.h").read_text()
    return int(re.search(r"ARCH_TABLE_SIZE\s+(0x[0-9a-f]+)", text)[1], 16)


class Image:
    """A packed kernel, by what zshim info says about it."""

    def __init__(self, path, zshim):
        self.path = path
        self.size = path.stat().st_size
        info = run(zshim, "info", path)
        head, part = info[: info.index("part 0:")], info[info.index("part 0: kernel") :]
        fields = dict(re.findall(r"^\s*([a-z ]+): (\S+)", part, re.M))
        self.codec = fields["codec"]
        self.offset = int(fields["offset"], 0)
        self.stored = int(fields["stored"])
        self.inflated = int(fields["inflated"])
        self.memory = int(fields["memory"])
        self.stub = self.size - self.stored
        self.summed = int(re.search(r"check: \w+ over (\d+) bytes", head)[1])
        base = RAM if fields["place"] == "linux" else 0
        self.kernel = base + int(fields["text offset"] if base else fields["address"], 0)
        self.entry = self.kernel + int(fields["entry"], 0)

    def payload(self):
        return self.path.read_bytes()[self.offset : self.offset + self.stored]


def pack(zshim, out, kernel, codec, filter_name):
    done = call([zshim, "pack", "-c", codec, "--filter", filter_name, "-o", out, kernel])
    if done.returncode == 2 and "not built yet" in done.stderr:
        raise NotBuilt(done.stderr.strip())
    if done.returncode:
        raise BenchError(f"pack {codec}, filter {filter_name}: {last_line(done.stderr)}")
    return Image(out, zshim)


def moved(log, what):
    """Where the log says that something moved to, or None."""
    found = re.search(rf"^zshim: {what} moves from 0x[0-9a-f]+ to (0x[0-9a-f]+)", log, re.M)
    return int(found[1], 16) if found else None


def excluded(image, log):
    """What machine.py does not count as RAM of the boot."""
    shim, tree, part = (moved(log, what) for what in ("shim", "device tree", "packed kernel"))
    size = re.search(r"^zshim: device tree has (\d+) bytes", log, re.M)
    if None in (shim, tree, size):
        raise BenchError(f"{image.path.name}: its log does not say where shim and device tree went")
    code = shim + table_size()
    ranges = [
        (IMAGE, IMAGE + image.size),
        (image.kernel - KERNEL_TABLES, image.kernel + image.memory),
        (tree, tree + int(size[1])),
        (code, code + image.summed + 4),
    ]
    return ranges + ([(part, part + image.stored)] if part else [])


def measure(build, image, out):
    count = boot(build, image.path, image.entry, out)
    return count, peak_ram(count.written, excluded(image, count.log))


def bare_elf(path, data):
    """An ELF file with one segment at BARE: data, entered at its first byte."""
    head = b"\x7fELF\x01\x01\x01" + bytes(9)
    head += struct.pack("<6I", 2 | 40 << 16, 1, BARE, 52, 0, 0x05000000)
    head += struct.pack("<6H", 52, 32, 1, 40, 0, 0)
    head += struct.pack("<8I", 1, 0x1000, BARE, BARE, len(data), len(data), 7, 0x1000)
    path.write_bytes(head.ljust(0x1000, b"\0") + data)
