#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seal.py IN OUT: write the CRC32 of the mini vmlinux's flat image into its word at entry + 8.

The flat image is what must stand in memory when the payload is entered: all PT_LOADs by p_paddr,
what lies between them zero, without BSS.  The word itself counts as zero.
"""
import struct
import sys
import zlib

SEAL = 8  # offset of the word in the image; the magic is 4 bytes below


def segments(elf):
    if elf[:7] != b"\x7fELF\x01\x01\x01":
        sys.exit("seal.py: not a 32-bit little-endian ELF")
    (phoff,) = struct.unpack_from("<I", elf, 28)
    phentsize, phnum = struct.unpack_from("<HH", elf, 42)
    for i in range(phnum):
        kind, offset, _, paddr, filesz = struct.unpack_from("<5I", elf, phoff + i * phentsize)
        if kind == 1 and filesz:
            yield paddr, offset, filesz


def main():
    with open(sys.argv[1], "rb") as file:
        elf = bytearray(file.read())
    loads = list(segments(elf))
    start = min(paddr for paddr, _, _ in loads)
    flat = bytearray(max(paddr + size for paddr, _, size in loads) - start)
    for paddr, offset, size in loads:
        flat[paddr - start : paddr - start + size] = elf[offset : offset + size]
    if flat[SEAL - 4 : SEAL] != b"MINI" or flat[SEAL : SEAL + 4] != bytes(4):
        sys.exit("seal.py: no word to write the CRC to")
    first = next(offset for paddr, offset, _ in loads if paddr == start)
    struct.pack_into("<I", elf, first + SEAL, zlib.crc32(flat))
    with open(sys.argv[2], "wb") as file:
        file.write(elf)


main()
