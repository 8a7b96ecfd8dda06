#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""size.py MAP...: what each object file adds to a stub, beside the stub's budget.

A MAP is the linker's map of build/stub-ARCH-CODEC-FLAVOUR.elf, with the .bin beside it.  The stub's
bytes are all of an image that is not payload (numbers.md, "How it is measured"): the .bin, the
descriptor with one part, the check word, the early area and the gap to the first part.  Each byte
is in exactly one line of the table.  A string that several objects have is the first one's.
What link time optimisation made has no object: there the source file counts that the debug
information has for each instruction, also where it was inlined.
"""
import itertools
import pathlib
import re
import sys

from budgets import FLAVOUR, STUB
from machine import run

SECTIONS = (".header", ".firststage", ".text", ".rodata", ".data.rel.ro", ".rel.dyn", ".fill")
CODE = (".header", ".firststage", ".text")
BY_LINKER = {".rel.dyn": "(relocations)", ".fill": "(fill to 16)"}
PADDING = "(padding)"
ALIGN = 32  # no section wants more: a larger gap is something that we failed to read


EARLY = {"boot": ("EARLY_SIZE", "PARKED_SIZE"), "loader": ("EARLY_SIZE", "PARKED_SIZE", "EARLY_LOADER")}


def header_sizes(flavour):
    """(descriptor, part, early area) in bytes, as lib/image.h has them."""
    text = pathlib.Path("lib/image.h").read_text()
    found = [
        re.search(rf"sizeof\(struct {name}\) == (\d+)", text) for name in ("zshim_desc", "zshim_part")
    ]
    early = [re.search(rf"#define ZSHIM_{name}\s+(\d+)", text) for name in EARLY[flavour]]
    return *(int(f[1]) for f in found), sum(int(f[1]) for f in early)


def contributions(text):
    """(address, size, object, output section) of each line of the map that puts bytes in the stub."""
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
            yield int(part[2], 16), int(part[3], 16), BY_LINKER.get(section, name), section


def sources(elf):
    """{address: source of what begins there}, code from the line table, tables from the symbols."""
    found, source = {}, None
    for line in run("arm-none-eabi-objdump", "-WL", elf).splitlines():
        if row := re.match(r"(?:.*/)??((?:boot|lib|board|build)/\S+):$", line):
            source = re.sub(r"^build/boot/|\.[cS]$", "", row[1])
        elif row := re.match(r"\S+ +\d+ +0x(\w+)", line):
            found[int(row[1], 16)] = source
    for line in run("arm-none-eabi-nm", "-l", elf).splitlines():
        row = re.match(r"(\w{8}) [rRdD] [^$\s]\S*\t(?:.*?/)??((?:boot|lib|board)/\S+)\.\w:\d+$", line)
        if row:
            found.setdefault(int(row[1], 16), row[2])
    return found


def split(parts, elf):
    """The same parts, those of link time optimisation by source."""
    by_address = None
    for at, length, name, section in parts:
        if ".ltrans" not in name:
            yield at, length, name, section
            continue
        by_address = sources(elf) if by_address is None else by_address
        cuts = sorted({at, *(a for a in by_address if at < a < at + length)})
        for start, end in zip(cuts, [*cuts[1:], at + length]):
            yield start, end - start, by_address.get(start) or "(strings, tables)", section


def by_object(text, size, elf=None):
    """{object: [code, constants]}: all of the size bytes of the stub file."""
    table = {}

    def add(name, section, count):
        row = table.setdefault(name, [0, 0])
        row[0 if section in CODE else 1] += count

    found = sorted(split(contributions(text), elf), key=lambda c: c[0]) + [(size, 0, "", "")]
    if found[0][0] != 0:
        raise ValueError(f"nothing is known of the first {found[0][0]} bytes")
    for (at, length, name, section), (following, *_) in itertools.pairwise(found):
        length = min(length, following - at)  # merged strings count once, whatever the map says
        if following - at - length >= ALIGN:
            raise ValueError(f"nothing is known of {at + length:#x} to {following:#x}")
        add(name, section, length)
        add(PADDING, section, following - at - length)
    return {name: row for name, row in table.items() if sum(row)}


def beside(binary, flavour):
    """(what, bytes) of what the packer puts between the stub file and the first part."""
    desc, part, early = header_sizes(flavour)
    start = -(-binary // 16) * 16
    check = -(-(start + desc + part) // 16) * 16
    end = -(-(check + 4 + early) // 8) * 8
    yield "descriptor, one part", desc + part
    yield "check word", 4
    yield "early area", early
    yield "gaps", end - binary - desc - part - 4 - early


def report(map_path):
    """Prints the table of one stub; returns its bytes."""
    binary = map_path.with_suffix(".bin").stat().st_size
    table = by_object(map_path.read_text(), binary, map_path.with_suffix(".elf"))
    codec, flavour = map_path.stem.split("-")[2:]
    total = binary + sum(size for _, size in beside(binary, flavour))
    over = total - STUB[codec] - FLAVOUR[flavour]
    print(f"{map_path.with_suffix('.bin')}\n  {'object':<28}{'code':>8}{'const':>8}{'bytes':>8}")
    for name, (code, const) in sorted(table.items(), key=lambda x: -sum(x[1])):
        print(f"  {name:<28}{code:8,}{const:8,}{code + const:8,}")
    code, const = map(sum, zip(*table.values()))
    print(f"  {'stub file':<28}{code:8,}{const:8,}{binary:8,}")
    for name, size in beside(binary, flavour):
        print(f"  {name:<44}{size:8,}")
    state = f"MISSED by {over:,}" if over > 0 else f"met, {-over:,} left"
    print(f"  {'stub bytes':<44}{total:8,}  budget {total - over:,}: {state}\n")
    return total


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: size.py MAP...")
    for name in sys.argv[1:]:
        try:
            report(pathlib.Path(name))
        except ValueError as why:
            sys.exit(f"size.py: {name}: {why}")


if __name__ == "__main__":
    main()
