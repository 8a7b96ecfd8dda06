#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""needs.py CONSTS.o STUB.elf: the memory that a stub needs on the board, as the stub has it.

Prints two numbers: the bytes of struct boot, and the scratch memory of the largest of its codecs.
The first is the size of a symbol in CONSTS.o, which was compiled from boot.h for the board; the
second is in the stub's own `struct codec`s: name, id and scratch_size, a word each.  The planner
asks for both (boot/move.c, ask_layout()), and `zshim verify` must ask for the same.
"""
import os
import re
import struct
import subprocess
import sys

SCRATCH_SIZE = 8  # offset in struct codec


def symbols(path):
    """[(name, address, size)]"""
    nm = os.environ.get("CROSS", "arm-none-eabi-") + "nm"
    text = subprocess.run([nm, "-S", path], check=True, stdout=subprocess.PIPE).stdout.decode()
    return [(row[3], int(row[0], 16), int(row[1], 16))
            for row in (line.split() for line in text.splitlines()) if len(row) == 4]


def main():
    consts, stub = sys.argv[1:]
    (state,) = [size for name, _, size in symbols(consts) if name == "STATE"]
    with open(re.sub(r"\.elf$", ".bin", stub), "rb") as file:
        image = file.read()  # the stub is linked at 0
    scratch = [struct.unpack_from("<I", image, at + SCRATCH_SIZE)[0]
               for name, at, size in symbols(stub) if re.fullmatch(r"codec_\w+", name) and size == 20]
    if not scratch:
        sys.exit(f"{stub}: has no codec")
    print(f"{state}, {max(scratch)}")


if __name__ == "__main__":
    main()
