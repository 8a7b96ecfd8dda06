# SPDX-License-Identifier: MIT
"""Any start of the machine: bytes anywhere in RAM, any registers, any instructions before the jump.

QEMU's own loader refuses pieces that overlap each other or what it puts into low RAM itself, so the
pieces are loaded high, and a few instructions copy them down before they jump.
"""
import os
import struct

# adr r4, table; 1: ldm r4!, {r5-r7}; cmp r5, #0; beq 3f; 2: ldr r8, [r5], #4; str r8, [r6], #4;
# cmp r5, r7; blo 2b; b 1b; 3:
COPY = (0xE8B400E0, 0xE3550000, 0x0A000004, 0xE4958004, 0xE4868004, 0xE1550007, 0x3AFFFFFB,
        0xEAFFFFF7)
SUB_R4_8 = 0xE2444008  # sub r4, r4, #8: back to the words behind the 0
JUMP = 0xE8948007  # ldm r4, {r0, r1, r2, pc}

COPIER = 0x7F00000  # of RAM: 128 MiB have it
PIECES = 0x6000000


def assemble(copies, registers, entry, before=()):
    """copies: (from, to, size).  The instructions in `before` may use r3 and r5 to r12."""
    code = [0, *COPY, SUB_R4_8, *before, JUMP]
    code[0] = 0xE28F4000 | (4 * len(code) - 8)  # add r4, pc, #table
    if 4 * len(code) - 8 > 255:
        raise ValueError("table is out of reach")
    for source, target, size in copies:
        code += [source, target, source + (size + 3 & ~3)]
    code += [0, *registers, entry]
    return struct.pack(f"<{len(code)}I", *code)


def arguments(work, machine, pieces, entry, registers=(0, 0xFFFFFFFF, 0), before=()):
    """QEMU's arguments.  pieces: (address, bytes), copied in this order."""
    at, copies, args = machine.ram + PIECES, [], []
    for number, (address, data) in enumerate(pieces):
        path = work.write(f"piece{number}", data)
        args += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
        copies.append((at, address, len(data)))
        at += len(data) + 0xFFF & ~0xFFF
    if at > machine.ram + COPIER:
        raise ValueError("the pieces are too large")
    path = work.write("copier", assemble(copies, registers, entry, before))
    args += ["-device", f"loader,file={path},addr={machine.ram + COPIER:#x},force-raw=on,cpu-num=0"]
    if machine.has_dtb:  # with a kernel, QEMU puts its tree above it instead of at the RAM base
        args += ["-kernel", work.write("nothing", bytes(32))]
    return args


def contents(path_or_bytes):
    if isinstance(path_or_bytes, (bytes, bytearray)):
        return bytes(path_or_bytes)
    with open(os.fspath(path_or_bytes), "rb") as file:
        return file.read()
