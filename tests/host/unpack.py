# SPDX-License-Identifier: MIT
"""Reads a zshim image by what lib/image.h says about the format."""
import ctypes
import lzma
import struct
import subprocess
import zlib

KIND = {1: "kernel", 2: "dtb", 3: "initrd", 4: "cmdline"}
PLACE = {0: "any", 1: "linux", 2: "fixed"}


def lz4_block(data, size):
    """The lz4 tool has no name for a block without a frame; its library has."""
    out = ctypes.create_string_buffer(size + 1)
    made = ctypes.CDLL("liblz4.so.1").LZ4_decompress_safe(data, out, len(data), size)
    if made != size:
        raise ValueError(f"liblz4 makes {made} bytes of the block")
    return out.raw[:size]


def inflated(codec, data, size):
    """By the libraries that others use."""
    if codec == 1:
        return zlib.decompress(data, -15)
    if codec == 2:
        return lz4_block(data, size)
    if codec == 3:
        command = ["zstd", "-dcq", "--long=31"]
        return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout
    if codec == 4:
        return lzma.decompress(data, lzma.FORMAT_XZ)
    return data


BCJ = {1: lzma.FILTER_ARM, 2: lzma.FILTER_ARMTHUMB}


def unfiltered(number, data):
    """liblzma has its filters only in front of LZMA2."""
    if number == 0:
        return data
    last = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    packed = lzma.compress(data, lzma.FORMAT_RAW, filters=last)
    return lzma.decompress(packed, lzma.FORMAT_RAW, filters=[{"id": BCJ[number]}] + last)


class Part:
    FIELDS = ("kind", "codec", "filter", "flags", "offset", "stored", "inflated", "memory", "align",
              "dest", "entry", "place", "check")

    def __init__(self, image, at):
        for name, value in zip(self.FIELDS, struct.unpack_from("<4I7Q2I", image, at)):
            setattr(self, name, value)
        self.kind = KIND[self.kind]
        self.place = PLACE[self.place]
        self.bytes = image[self.offset:self.offset + self.stored]
        self.decoded = inflated(self.codec, self.bytes, self.inflated)
        self.data = unfiltered(self.filter, self.decoded)


class Image:
    def __init__(self, data):
        self.data = data
        self.desc, self.check_at = self.words(0x1F0, 2)
        (self.check,) = self.words(self.check_at)
        head = struct.unpack_from("<4I2Q4I", data, self.desc)
        self.magic, self.version, self.desc_size, self.flags, self.size, self.load = head[:6]
        self.dtb_policy, self.cmdline_policy, count, part_size = head[6:]
        self.parts = [Part(data, self.desc + 48 + i * part_size) for i in range(count)]

    def words(self, offset, count=1):
        return struct.unpack_from("<%dI" % count, self.data, offset)

    def part(self, kind):
        found = [p for p in self.parts if p.kind == kind]
        return found[0] if found else None

    @property
    def kernel(self):
        return self.part("kernel")
