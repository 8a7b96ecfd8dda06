# SPDX-License-Identifier: MIT
"""Any start of the machine: bytes anywhere in RAM, any registers, any instructions before the jump.

QEMU's own loader refuses pieces that overlap each other or what it puts into low RAM itself, so the
pieces are loaded high, and a few instructions copy them down before they jump.
"""
import os
import struct

import trees

# adr r4, table; 1: ldm r4!, {r5-r7}; cmp r5, #0; beq 3f; 2: ldr r8, [r5], #4; str r8, [r6], #4;
# cmp r5, r7; blo 2b; b 1b; 3:
COPY = (0xE8B400E0, 0xE3550000, 0x0A000004, 0xE4958004, 0xE4868004, 0xE1550007, 0x3AFFFFFB,
        0xEAFFFFF7)
SUB_R4_8 = 0xE2444008  # sub r4, r4, #8: back to the words behind the 0
LOAD = 0xE894000F  # ldm r4, {r0-r3}
JUMP = 0xE12FFF13  # bx r3

COPIER = 0x7F00000  # of RAM: 128 MiB have it
PIECES = 0x6000000


def instructions(work, source):
    """The words of ARM instructions."""
    text, elf, raw = (work.path("before." + suffix) for suffix in ("s", "o", "bin"))
    work.write("before.s", f".arch armv7-a\n.arch_extension virt\n.arch_extension sec\n{source}\n"
               .encode())
    trees.tool("arm-none-eabi-as", "-o", elf, text)
    trees.tool("arm-none-eabi-objcopy", "-O", "binary", elf, raw)
    return struct.unpack(f"<{os.path.getsize(raw) // 4}I", trees.read(raw))


def assemble(copies, registers, entry, before=(), last=()):
    """copies: (from, to, size).  The instructions in `before` may use r3 and r5 to r12, those in
    `last` r4 to r7; after them nothing is loaded."""
    code = [0, *COPY, SUB_R4_8, *before, LOAD, *last, JUMP]
    code[0] = 0xE28F4F00 | (len(code) - 2)  # add r4, pc, #table
    if len(code) - 2 > 255:
        raise ValueError("table is out of reach")
    for source, target, size in copies:
        code += [source, target, source + (size + 3 & ~3)]
    code += [0, *registers, entry]
    return struct.pack(f"<{len(code)}I", *code)


def arguments(work, machine, pieces, entry, registers=(0, 0xFFFFFFFF, 0), before=(), last=(),
              kernel=True):
    """QEMU's arguments.  pieces: (address, bytes), copied in this order.  Without a kernel, QEMU
    starts the highest exception level, and puts its tree at the RAM base."""
    at, copies, args = machine.ram + PIECES, [], []
    for number, (address, data) in enumerate(pieces):
        path = work.write(f"piece{number}", data)
        args += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
        copies.append((at, address, len(data)))
        at += len(data) + 0xFFF & ~0xFFF
    if at > machine.ram + COPIER:
        raise ValueError("the pieces are too large")
    path = work.write("copier", assemble(copies, registers, entry, before, last))
    args += ["-device", f"loader,file={path},addr={machine.ram + COPIER:#x},force-raw=on,cpu-num=0"]
    if machine.has_dtb and kernel:  # with a kernel, QEMU puts its tree above it instead of at the RAM base
        args += ["-kernel", work.write("nothing", bytes(32))]
    return args


def contents(path_or_bytes):
    if isinstance(path_or_bytes, (bytes, bytearray)):
        return bytes(path_or_bytes)
    with open(os.fspath(path_or_bytes), "rb") as file:
        return file.read()
