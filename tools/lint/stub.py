#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stub.py CONSTS.o STUB.elf...: what the compiler cannot promise about a stub, checked in it.

Relocations, writable data, boot sector, instructions that may not be there or may fault with the
MMU off, helpers of the compiler's library, alignment of data accesses, and the deepest stack.
CONSTS.o (lint.mk makes it) has arrays as large as the constants that this needs from the headers.
"""
import pathlib
import re
import struct
import subprocess
import sys

TOOLS = "arm-none-eabi-"

# Objects of code that runs with the MMU on only; all others must keep to aligned accesses.
MMU_ON_ONLY = r"/lib/codec/"

# Instructions that an ARMv7-A core may lack, that CPACR bars at entry, or that have no place on
# memory which is not Normal.
FORBIDDEN = {
    r"v(?!ector)\w+": "VFP or NEON",
    r"[us]div\w*": "division: Cortex-A8 and -A9 have none",
    r"(ldrex|strex|clrex)\w*": "exclusive access: memory is Strongly-ordered while the MMU is off",
    r"(svc|bkpt)\w*": "exception on purpose",
}
# The libraries' helpers have such names; some read memory without care for alignment.
HELPER = r"__(aeabi|gnu|div|udiv|mod|umod|mul|ashl|ashr|lshr|popcount|clz|ctz|ffs)\w*"

# Calls through pointers: who makes them (source file:function), and whom they may reach.
INDIRECT = [
    (r"boot/move\.c:(plan_within|ask_layout)", r"lib/codec/\w+\.c:\w*margin\w*"),
    (r"boot/(unpack\.c:unpack_kernel|main\.c:boot_moved)", r"lib/codec/\w+\.c:\w*decode\w*"),
    (r"boot/ram\.c:(each|for)_reserved", r"boot/(ram|arm/mmu)\.c:(remove_ram|map_device)"),
    (r"boot/ram\.c:for_memory", r"boot/(ram|tree|params)\.c:(add_memory|look_for_ram|keep_bank)"),
    (r"lib/fmt\.c:\w+", r"boot/console\.c:put"),
    (r"lib/(elf32|zimage)\.c:\w+", r"boot/flavour/loader\.c:read_kernel"),
]

problems = []


def problem(text):
    problems.append(text)
    print(f"stub.py: {text}")


def tool(name, *args):
    command = [TOOLS + name, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"stub.py: {name}: {done.stderr.strip()}")
    return done.stdout


def array_sizes(path):
    """{NAME: bytes} of the arrays in CONSTS.o."""
    rows = (line.split() for line in tool("nm", "-S", path).splitlines())
    return {row[3]: int(row[1], 16) for row in rows if len(row) == 4}


def header_constants(path):
    """{NAME: number} of lib/image.h."""
    text = re.sub(r"\\\n", " ", pathlib.Path(path).read_text())
    return {m[1]: int(m[2], 0) for m in re.finditer(r"#define (\w+)\s+(0x[0-9a-f]+|\d+)\b", text)}


# --- sections, symbols, relocations ------------------------------------------------------------
def check_sections(elf):
    for line in tool("readelf", "-SW", elf).splitlines():
        row = re.match(r"\s*\[ *\d+\] (\S+)\s+\S+\s+\w{8} \w+ (\w+) \w\w +(\w*) ", line)
        if not row or int(row[2], 16) == 0:
            continue
        name, size, flags = row[1], int(row[2], 16), row[3]
        if "W" in flags and "A" in flags and name not in (".data.rel.ro", ".got.plt"):
            problem(f"{elf}: {name}: {size} bytes of writable data")
        if name == ".got.plt" and size > 12:
            problem(f"{elf}: {name}: {size} bytes, so there are GOT entries")
    for line in tool("nm", elf).splitlines():
        kind, name = line.split()[-2:]
        if kind in "Uwv":
            problem(f"{elf}: undefined symbol {name}")
        elif re.fullmatch(HELPER, name):
            problem(f"{elf}: helper of the compiler's library: {name}")
    kinds = re.findall(r" (R_ARM_\w+)", tool("readelf", "-rW", elf))
    for kind in set(kinds) - {"R_ARM_RELATIVE"}:
        problem(f"{elf}: dynamic relocation {kind}")
    return len(kinds)


def check_objects(elf):
    """Unaligned accesses: GCC marks each object that may make them."""
    text = elf.with_suffix(".map").read_text()
    unaligned = []
    for obj in dict.fromkeys(re.findall(r"^LOAD (\S+\.o)$", text, re.M)):
        if re.search(r"\.(ltrans|debug\.temp)\.o$", obj):  # of objects that are listed, too
            continue
        if "Tag_CPU_unaligned_access: v6" in tool("readelf", "-A", obj):
            unaligned.append(obj)
            if not re.search(MMU_ON_ONLY, obj):
                problem(f"{elf}: {obj} may access unaligned words, and runs with the MMU off")
    return unaligned


# --- boot sector ---------------------------------------------------------------------------------
def check_boot_sector(elf, c):
    stub = elf.with_suffix(".bin").read_bytes()
    bs = {name[9:]: value for name, value in c.items() if name.startswith("ZSHIM_BS_")}

    def word(at):
        return struct.unpack_from("<I", stub, at)[0]

    def want(what, at, value):
        if word(at) != value:
            problem(f"{elf}: {what} at {at:#x} is {word(at):#x}, not {value:#x}")

    if len(stub) % 16:
        problem(f"{elf}: {len(stub)} bytes, not a multiple of 16")
    for at in range(0, 0x20, 4):
        if word(at) & 0x0F000000 != 0x0A000000:
            problem(f"{elf}: the word at {at:#x} is {word(at):#010x}, not a branch")
    want("zImage magic", bs["ZIMAGE_MAGIC"], 0x016F2818)
    want("zImage start", bs["ZIMAGE_START"], 0)
    want("zImage endianness", bs["ZIMAGE_ENDIAN"], 0x04030201)
    want("second zImage magic", bs["ZIMAGE_MAGIC2"], 0x45454545)
    want("pointer to the size table", bs["ZIMAGE_TABLE"], bs["KLSZ"])
    want("reserved word", bs["RESERVED"], 0)
    want("size table length", bs["KLSZ"], 6)
    want("size table tag", bs["KLSZ"] + 4, 0x5A534C4B)
    want("multiboot 1 magic", bs["MB1"], 0x1BADB002)
    if sum(word(bs["MB1"] + i) for i in (0, 4, 8)) & 0xFFFFFFFF:
        problem(f"{elf}: checksum of the multiboot 1 header")
    want("multiboot 2 magic", bs["MB2"], 0xE85250D6)
    if sum(word(bs["MB2"] + i) for i in (0, 4, 8, 12)) & 0xFFFFFFFF:
        problem(f"{elf}: checksum of the multiboot 2 header")
    magic = b"ZSHIM\0" + bytes([c["ZSHIM_VERSION"], c["ZSHIM_ARCH_ARMV7A"]])
    if stub[bs["MAGIC"] : bs["MAGIC"] + 8] != magic:
        problem(f"{elf}: magic of the boot sector at {bs['MAGIC']:#x}")
    sizes = re.search(r" \.firststage +\w+ +\w{8} \w+ (\w+)", tool("readelf", "-SW", elf))
    first = int(sizes[1], 16)
    if first > 512:
        problem(f"{elf}: the first stage has {first} bytes, more than 512")
    return first


# --- instructions and stack -----------------------------------------------------------------------
class Function:
    def __init__(self, address, name, source):
        self.address, self.source = address, source
        self.plain = re.sub(r"\.(constprop|isra|part|cold|lto_priv)\b.*", "", name)
        self.name = f"{source}:{self.plain}" if source else name
        self.frame = 0
        self.calls, self.tails = [], []  # addresses, in order
        self.indirect = False


def read_frames(build):
    """{(file, function): bytes} from what -fstack-usage left."""
    frames = {}
    for path in build.rglob("*.su"):
        for line in path.read_text().splitlines():
            where, size, kind = line.split("\t")
            file, _, _, name = where.split(":")
            name = re.sub(r"\.(constprop|isra|part|cold|lto_priv)\b.*", "", name)
            file = re.sub(rf"^(\./|{re.escape(str(pathlib.Path.cwd()))}/)", "", file)
            key = file, name
            frames[key] = max(frames.get(key, 0), int(size))
            if kind == "dynamic":
                problem(f"{file}: {name}: stack of no fixed size")
    return frames


def read_functions(elf, frames):
    functions = {}
    for line in tool("nm", "-n", "-S", "-l", elf).splitlines():
        row = re.match(r"(\w{8}) (\w{8} )?[tT] ([^$\s]\S*)(?:\t(.*):\d+)?$", line)
        if not row:
            continue
        source = row[4] if row[2] and row[4] else ""  # labels in assembly have no size
        source = re.sub(rf"^(\./|{re.escape(str(pathlib.Path.cwd()))}/)", "", source)
        source = source if source.endswith(".c") else ""
        address = int(row[1], 16)
        if address not in functions or source:
            functions[address] = Function(address, row[3], source)
    for f in functions.values():
        if f.source:
            if (f.source, f.plain) not in frames:
                problem(f"{elf}: {f.name}: no stack usage known")
            f.frame = frames.get((f.source, f.plain), 0)
    return functions


def pushed(mnemonic, operands):
    """Bytes that an instruction of an assembly function takes from the stack."""
    if mnemonic.startswith("push") or re.match(r"stm(db|fd)\s+sp!", f"{mnemonic} {operands}"):
        count = 0
        for item in re.search(r"\{(.*)\}", operands)[1].split(","):
            ends = item.strip().split("-")
            number = [{"sl": 10, "fp": 11, "ip": 12, "lr": 14}.get(e) or int(e[1:]) for e in ends]
            count += number[-1] - number[0] + 1
        return 4 * count
    found = re.match(r"sp(?:, sp)?, #(\d+)", operands)
    return int(found[1]) if mnemonic.startswith("sub") and found else 0


def read_code(elf, functions):
    starts = sorted(functions)
    current = None
    for line in tool("objdump", "-d", "--no-show-raw-insn", elf).splitlines():
        row = re.match(r" *([0-9a-f]+):\t(\S+)(?:\t([^@;]*))?", line)
        if not row:
            continue
        address, mnemonic, operands = int(row[1], 16), row[2], (row[3] or "").strip()
        if address in functions:
            current = functions[address]
        if current is None or mnemonic.startswith("."):
            continue
        for pattern, why in FORBIDDEN.items():
            if re.fullmatch(pattern, mnemonic):
                problem(f"{elf}: {current.name}+{address - current.address:#x}: {mnemonic}: {why}")
        if not current.source:
            current.frame += pushed(mnemonic, operands)
        target = re.match(r"(?:\w+, )?([0-9a-f]+) <", operands)
        if target and re.match(r"(b|cbn?z)", mnemonic):
            to = int(target[1], 16)
            to = max((s for s in starts if s <= to), default=to)
            if to != current.address:
                into = current.calls if re.match(r"blx?(?!t|e|s)", mnemonic) else current.tails
                into.append(to)
        elif re.match(r"blx", mnemonic) or (mnemonic == "bx" and operands != "lr"):
            current.indirect = current.indirect or bool(current.source)


def add_indirect(elf, functions):
    for f in functions.values():
        if not f.indirect:
            continue
        for caller, callee in INDIRECT:
            if re.fullmatch(caller, f.name):
                found = [g.address for g in functions.values() if re.fullmatch(callee, g.name)]
                if not found:
                    problem(f"{elf}: nothing matches {callee}: update INDIRECT")
                f.calls += found
                break
        else:
            problem(f"{elf}: {f.name} calls through a pointer: add it to INDIRECT")


def deepest(elf, functions, address, path=()):
    """(bytes, names): the deepest chain from this function on, its own frame included."""
    f = functions[address]
    if address in path:
        problem(f"{elf}: recursion: {' > '.join(functions[a].name for a in (*path, address))}")
        return 0, ()
    path = (*path, address)
    best = f.frame, (f"{f.name} {f.frame}",)
    for to in dict.fromkeys(f.calls):
        size, names = deepest(elf, functions, to, path)
        best = max(best, (f.frame + size, (f"{f.name} {f.frame}", *names)))
    # A tail call of C code has left its own frame; assembly may do as it likes.  A function's cold
    # part is a piece of it.
    for to in dict.fromkeys(f.tails):
        size, names = deepest(elf, functions, to, path)
        own = 0 if f.source and functions[to].name != f.name else f.frame
        best = max(best, (own + size, (f"{f.name} {own}", *names)))
    return best


def check_stack(elf, functions, consts):
    by_name = {f.plain if f.source else f.name: f for f in functions.values()}
    chains = {
        "before the move": ("boot_main", consts["EARLY_STACK"]),
        "after it": ("boot_moved", consts["STACK"]),
        "of an exception": ("exception", consts["FAULT_STACK"]),
    }
    for what, (root, bound) in chains.items():
        size, names = deepest(elf, functions, by_name[root].address)
        print(f"  stack {what}: {size} of {bound} bytes: {' > '.join(names)}")
        if size > bound:
            problem(f"{elf}: stack {what} takes {size} bytes, there are {bound}")


def layout_constants():
    text = pathlib.Path("boot/layout.c").read_text()
    return {m[1]: int(m[2]) for m in re.finditer(r"#define (STACK)\s+(\d+)u", text)}


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: stub.py CONSTS.o STUB.elf...")
    consts = {"STACK": 0} | layout_constants() | array_sizes(sys.argv[1])
    image = header_constants("lib/image.h")
    if consts.get("BOOT_STACK_SIZE", consts["STACK"]) != consts["STACK"]:
        problem("boot/boot.h's BOOT_STACK_SIZE is not boot/layout.c's STACK")
    # entry.S: the stack's top is 8 bytes below the end of the early area, struct boot at its start.
    consts["EARLY_STACK"] = image["ZSHIM_EARLY_SIZE"] - 8 - consts["BOOT"]
    for name in sys.argv[2:]:
        elf = pathlib.Path(name)
        relocations = check_sections(elf)
        unaligned = check_objects(elf)
        first = check_boot_sector(elf, image)
        functions = read_functions(elf, read_frames(elf.parent))
        read_code(elf, functions)
        add_indirect(elf, functions)
        print(f"{elf.name}: {relocations} relocations, first stage {first} of 512 bytes, "
              f"objects with unaligned accesses: {' '.join(unaligned) or 'none'}")  # fmt: skip
        check_stack(elf, functions, consts)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
