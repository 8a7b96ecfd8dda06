# SPDX-License-Identifier: MIT
"""Reads and damages zshim images, by lib/image.h; the XXH32 is this file's own."""
import os
import re
import struct

from boards import ROOT

BS_ZIMAGE_END = 0x2C
BS_UART = 0xD8
BS_PEN = 0x1E4
BS_DESC = 0x1F0
BS_CHECK = 0x1F4

DESC = struct.Struct("<4I2Q4I")
DESC_NAMES = ("magic", "version", "size", "flags", "image_size", "load", "dtb_policy",
              "cmdline_policy", "part_count", "part_size")
PART = struct.Struct("<4I7Q2I")
PART_NAMES = ("kind", "codec", "filter", "flags", "offset", "stored", "inflated", "memory", "align",
              "dest", "entry", "place", "check")
ARRIVED = 16  # in struct parked
KINDS = {"kernel": 1, "dtb": 2, "initrd": 3, "cmdline": 4}

_P1, _P2, _P3, _P4, _P5 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1
_M = 0xFFFFFFFF


def _rol(value, bits):
    return (value << bits | value >> (32 - bits)) & _M


def xxh32(data):
    """XXH32 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    whole = len(data) & ~15
    if whole:
        lanes = [(_P1 + _P2) & _M, _P2, 0, -_P1 & _M]
        for words in struct.iter_unpack("<4I", data[:whole]):
            lanes = [_rol((lane + word * _P2) & _M, 13) * _P1 & _M
                     for lane, word in zip(lanes, words)]
        value = sum(_rol(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18)))
    else:
        value = _P5
    value = (value + len(data)) & _M
    rest = data[whole:]
    while len(rest) >= 4:
        value = _rol((value + struct.unpack_from("<I", rest)[0] * _P3) & _M, 17) * _P4 & _M
        rest = rest[4:]
    for byte in rest:
        value = _rol((value + byte * _P5) & _M, 11) * _P1 & _M
    for shift, prime in ((15, _P2), (13, _P3)):
        value = (value ^ value >> shift) * prime & _M
    return value ^ value >> 16


class Fields:
    """A structure inside the image, by the names of its members."""

    def __init__(self, data, offset, layout, names):
        self.data, self.offset, self.layout, self.names = data, offset, layout, names

    def __getitem__(self, name):
        return self.layout.unpack_from(self.data, self.offset)[self.names.index(name)]

    def __setitem__(self, name, value):
        values = list(self.layout.unpack_from(self.data, self.offset))
        values[self.names.index(name)] = value
        self.layout.pack_into(self.data, self.offset, *values)


def early_size():
    with open(os.path.join(ROOT, "lib", "image.h"), encoding="ascii") as file:
        return int(re.search(r"#define ZSHIM_EARLY_SIZE\s+(\d+)", file.read())[1])


class Image:
    def __init__(self, path=os.devnull):
        with open(path, "rb") as file:
            self.data = bytearray(file.read())

    @classmethod
    def of(cls, data):
        image = cls()
        image.data = bytearray(data)
        return image

    def word(self, offset):
        return struct.unpack_from("<I", self.data, offset)[0]

    def set_word(self, offset, value):
        struct.pack_into("<I", self.data, offset, value & _M)

    @property
    def desc(self):
        return Fields(self.data, self.word(BS_DESC), DESC, DESC_NAMES)

    @property
    def check_at(self):
        return self.word(BS_CHECK)

    def parked_at(self, load=0):
        """Where other CPUs leave word, in an image that is loaded to this address."""
        early = (load + self.check_at + 4 + 7 & ~7) - load
        return early + early_size() - 8

    def part(self, kind):
        """The part of this kind, and its number."""
        for number in range(self.desc["part_count"]):
            at = self.word(BS_DESC) + DESC.size + number * PART.size
            part = Fields(self.data, at, PART, PART_NAMES)
            if part["kind"] == KINDS[kind]:
                return part, number
        raise KeyError(kind)

    def stored(self, kind):
        part, _ = self.part(kind)
        return bytes(self.data[part["offset"]:part["offset"] + part["stored"]])

    def flip(self, offset, mask=0x10):
        self.data[offset] ^= mask

    def patch(self, offset, data):
        self.data[offset:offset + len(data)] = data

    def replace_stored(self, kind, data):
        """Other stored bytes for the last part of the image."""
        part, _ = self.part(kind)
        if part["offset"] + part["stored"] + 7 < len(self.data):
            raise ValueError(f"{kind} is not the last part")
        del self.data[part["offset"]:]
        self.data += data + bytes(-len(data) % 8)
        part["stored"] = len(data)
        self.desc["image_size"] = len(self.data)
        self.set_word(BS_ZIMAGE_END, len(self.data))

    def seal_part(self, kind):
        part, _ = self.part(kind)
        part["check"] = xxh32(self.stored(kind))

    def seal(self):
        """Makes the first stage believe in stub and descriptor as they are now."""
        self.set_word(self.check_at, xxh32(bytes(self.data[:self.check_at])))
