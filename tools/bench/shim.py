# SPDX-License-Identifier: MIT
"""zshim's own images: packed, described, and counted."""
import pathlib
import re
import struct
import subprocess

from machine import IMAGE, KERNEL_TABLES, RAM, BenchError, boot, call, last_line, peak_ram, run

BARE = 0x60000000  # where the made-up payloads are linked: clear of an image of 256 MiB
GROWTH_MEMORY = 1024  # MiB of RAM for them


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


def xxh32(pieces):
    """Of the pieces in a row, by the tool that others use."""
    command = ["xxhsum", "-H32"]
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
            for piece in pieces:
                tool.stdin.write(piece)
            found = re.match(rb"[0-9a-f]{8}\b", tool.communicate()[0])
    except FileNotFoundError as error:
        raise BenchError("xxhsum is missing: run make deps") from error
    if not found:
        raise BenchError("xxhsum printed no sum")
    return int(found[0], 16)


def repeat(image, zshim, times, out):
    """
    The image with its packed kernel that many times in a row, as `cat a.gz a.gz` would have it.

    So the data is the same at each size, and no codec gets a copy for nothing because its window
    reaches back to the one before; and packing 256 MiB with the best parser would take minutes.
    """
    head = bytearray(image.path.read_bytes()[: image.offset])
    payload = image.payload()
    stored, inflated = len(payload) * times, image.inflated * times
    size = -(-(len(head) + stored) // 8) * 8
    descriptor, check = struct.unpack_from("<2I", head, 0x1F0)  # the offsets are lib/image.h's
    part = descriptor + 48
    struct.pack_into("<Q", head, descriptor + 16, size)
    struct.pack_into("<3Q", head, part + 24, stored, inflated, inflated)
    struct.pack_into("<I", head, part + 76, xxh32(payload for _ in range(times)))
    struct.pack_into("<I", head, 0x2C, size)
    struct.pack_into("<I", head, 0xD4, inflated)
    struct.pack_into("<I", head, check, xxh32([head[:check]]))
    with open(out, "wb") as file:
        file.write(head)
        for _ in range(times):
            file.write(payload)
        file.write(bytes(size - len(head) - stored))
    return Image(out, zshim)
