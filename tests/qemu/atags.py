# SPDX-License-Identifier: MIT
"""Lists of ATAGs (Linux, arch/arm/include/uapi/asm/setup.h), and the arguments of a command."""
import struct

NONE = struct.pack("<2I", 0, 0)


def tag(number, data=b"", size=None):
    """One tag; size: another number of words than it has."""
    data += bytes(-len(data) % 4)
    return struct.pack("<2I", len(data) // 4 + 2 if size is None else size, number) + data


def words(number, *values):
    return tag(number, struct.pack(f"<{len(values)}I", *values))


def mem(start, size):
    return words(0x54410002, size, start)


def cmdline(text):
    return tag(0x54410009, text.encode() + b"\0")


def initrd(start, size):
    return words(0x54420005, start, size)


def serial(value):
    return words(0x54410006, value & 0xFFFFFFFF, value >> 32)


def revision(value):
    return words(0x54410007, value)


CORE = words(0x54410001, 0, 4096, 0)
EMPTY_CORE = tag(0x54410001)


def atags(*tags, end=NONE):
    return CORE + b"".join(tags) + end


def arguments(at, texts):
    """The table of pointers and the texts behind it, for address `at`."""
    table, data = [], b""
    start = at + 4 * (len(texts) + 1)
    for text in texts:
        table.append(start + len(data))
        data += text.encode() + b"\0"
    return struct.pack(f"<{len(table) + 1}I", *table, 0) + data
