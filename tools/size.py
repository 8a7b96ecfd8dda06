#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py MAP...: what each object file adds to a stub, beside the stub's budget.

A MAP is the linker's map of build/stub-ARCH-CODEC-boot.elf, with the .elf and the .bin beside it.
The stub's bytes are all of an image that is not payload: the .bin, descriptor and part entry, check
word, early area and the gap to the first part (numbers.md, "How it is measured").
With link time optimisation the map names no source: symbols are then counted by the debug
information's file.
"""
import pathlib
import re
import subprocess
import sys

BUDGET = {"none": 11776, "lz4": 12288, "gzip": 13312, "zstd": 18432, "xz": 14336}
DESCRIPTOR = 48 + 80  # one part
SECTIONS = (".header", ".firststage", ".text", ".rodata", ".data.rel.ro", ".rel.dyn", ".fill")
CODE = (".header", ".firststage", ".text")
PADDING = "(padding)"
LINKER = "(relocations, fill)"


def early_size():
    text = pathlib.Path("lib/image.h").read_text()
    return int(re.search(r"#define ZSHIM_EARLY_SIZE\s+(\d+)", text)[1])


def add(table, name, section, size):
    row = table.setdefault(name, [0, 0])
    row[0 if section in CODE else 1] += size


def by_object(text, size):
    """{object: [code, constants]} from the map's contributions to the output sections."""
    found = []
    section = None
    text = text[text.index("Linker script and memory map") :]
    text = re.sub(r"^( ?[.\w*][^ \n]*)\n +0x", r"\1 0x", text, flags=re.M)  # join broken lines
    for line in text.splitlines():
        out = re.match(r"(\.\S+)\s+0x\w+\s+0x\w+", line)
        if out or re.match(r"\S", line):
            section = out[1] if out else None
            continue
        part = re.match(r" (\S+)\s+0x(\w+)\s+0x(\w+) ?(.*)", line)
        if section in SECTIONS and part and int(part[3], 16):
            name = PADDING if part[1] == "*fill*" else re.sub(r"^build/boot/|\.o$", "", part[4])
            if section in (".rel.dyn", ".fill"):
                name = LINKER
            found.append((int(part[2], 16), int(part[3], 16), name, section))
    table = {}
    found.append((size, 0, "", ""))
    for (at, length, name, section), (following, *_) in zip(found, found[1:]):
        length = min(length, following - at)  # merged strings count once, whatever the map says
        add(table, name, section, length)
        add(table, PADDING, section, following - at - length)
    return table


def by_symbol(elf):
    """The same from the symbols and the debug information of the linked file."""
    table = {}
    done = subprocess.run(["arm-none-eabi-nm", "-S", "-l", "-n", elf], capture_output=True,
                          text=True, check=True)  # fmt: skip
    here = str(pathlib.Path.cwd()) + "/"
    end = 0
    for line in done.stdout.splitlines():
        found = re.match(r"(\w{8}) (\w{8}) ([tTrRdD]) \S+(?:\t(.*):\d+)?$", line)
        if not found or int(found[1], 16) < end:
            continue
        end = int(found[1], 16) + int(found[2], 16)
        name = (found[4] or "(no debug information)").replace(here, "").removeprefix("./")
        size = end - int(found[1], 16)
        section = ".text" if found[3] in "tT" else ".rodata"
        add(table, re.sub(r"\.[cS]$", "", name), section, size)
    return table


def report(map_path):
    binary = map_path.with_suffix(".bin").stat().st_size
    codec = map_path.stem.split("-")[2]
    text = map_path.read_text()
    table = by_symbol(map_path.with_suffix(".elf")) if ".ltrans" in text else by_object(text, binary)
    rest = binary - sum(map(sum, table.values()))
    if rest:
        table["(assembly, strings)"] = [0, rest]
    print(f"{map_path.with_suffix('.bin')}\n  {'object':<28}{'code':>8}{'const':>8}{'bytes':>8}")
    for name, (code, const) in sorted(table.items(), key=lambda x: -sum(x[1])):
        print(f"  {name:<28}{code:8,}{const:8,}{code + const:8,}")
    described = (binary + DESCRIPTOR + 15) & ~15
    total = (described + 4 + early_size() + 7) & ~7
    print(f"  {'stub file':<28}{'':16}{binary:8,}")
    print(f"  {'descriptor, check, gap':<28}{'':16}{total - binary - early_size():8,}")
    print(f"  {'early area':<28}{'':16}{early_size():8,}")
    over = total - BUDGET[codec]
    state = f"MISSED by {over:,}" if over > 0 else f"met, {-over:,} left"
    print(f"  {'stub bytes':<28}{'':16}{total:8,}  budget {BUDGET[codec]:,}: {state}\n")


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: size.py MAP...")
    for name in sys.argv[1:]:
        report(pathlib.Path(name))


if __name__ == "__main__":
    main()
