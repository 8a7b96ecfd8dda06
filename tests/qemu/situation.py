# SPDX-License-Identifier: MIT
"""One whole boot drawn at random: a board and its RAM, what the device tree says of it, a kernel and
its codec, and where a loader left image, device tree and initrd.  About half are roomy; the others
have little more RAM than they need, or less."""
import random
import zlib
from dataclasses import dataclass, field
from typing import List, Tuple

import trees
from boards import MACHINES
from oracle import PGTABLE, PHYS_END, down, overlap, up

MIB = 1 << 20
# The most that QEMU's board takes, or that lies below 4 GiB.
MOST = {"virt": 2048, "vexpress-a9": 1024, "vexpress-a15": 2048}
ROOTS = {
    "virt": "linux,dummy-virt",
    "vexpress-a9": "arm,vexpress,v2p-ca9",
    "vexpress-a15": "arm,vexpress,v2p-ca15",
}
WEIGHTS = {"virt-a15": 4, "virt-a7": 1, "virt-hyp": 4, "virt-secure": 3, "vexpress-a9": 4,
           "vexpress-a15": 3, "vexpress-a15-hyp": 2}
CODECS = ("none", "lz4", "gzip", "zstd", "xz")
MINI_MEMORY = 0x16E000  # to draw by: what the mini vmlinux needs, nearly


@dataclass
class Situation:
    number: int
    machine: object
    secure: bool  # started as firmware is, not as a Linux
    megabytes: int
    tight: bool
    codec: str
    more_bss: int = 0  # than the mini vmlinux has, in the descriptor
    text_offset: int = 0x8000
    banks: List[Tuple[int, int]] = field(default_factory=list)
    reserved: List[Tuple[str, int, int]] = field(default_factory=list)  # kind, start, end
    wide: bool = False  # two cells an address and a size
    padding: int = 0  # bytes of a property that nobody reads
    words: str = ""
    words_packed: bool = False
    tree_from: str = "loader"  # or "image", or "both"
    initrd: bytes = b""
    initrd_from: str = "none"  # or "loader", or "image"
    tree: bytes = b""  # what the kernel gets
    loader_tree: bytes = b""  # when that is another one
    image_at: int = 0
    tree_at: int = 0  # of the loader's, which goes into r2
    initrd_at: int = 0
    places: dict = field(default_factory=dict)  # how the places were drawn, for the figures

    @property
    def ram(self):
        """The shim uses nothing of the last page below 4 GiB, nor looks for a tree there."""
        return self.machine.ram, min(self.machine.ram + (self.megabytes << 20), PHYS_END)

    def __str__(self):
        lines = [f"{self.machine.name}{' as firmware' if self.secure else ''}, "
                 f"{self.megabytes} MiB, {self.codec}, {'tight' if self.tight else 'roomy'}",
                 f"kernel: text offset {self.text_offset:#x}, {self.more_bss:#x} bytes more of BSS"]
        lines += [f"bank {s:#x}-{e:#x}" for s, e in self.banks]
        lines += [f"{kind} {s:#x}-{e:#x}" for kind, s, e in self.reserved]
        lines += [f"image at {self.image_at:#x}",
                  f"tree from {self.tree_from}, {len(self.tree)} bytes, r2 {self.tree_at:#x}",
                  f"initrd from {self.initrd_from}, {len(self.initrd)} bytes at "
                  f"{self.initrd_at:#x}"]
        return "\n".join(lines) + "\n"


class Draw:
    """The order in which things are drawn is part of what a seed means."""

    def __init__(self, seed, number):
        self.rng = random.Random(f"{seed}.{number}")
        rng = self.rng
        name = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        machine = MACHINES[name]
        sizes = [m for m in (32, 40, 64, 96, 128, 200, 256, 512, 768, 1000, 1024, 1536, 2048)
                 if m <= MOST[machine.board]]
        self.s = Situation(number, machine, name == "virt-secure" and rng.random() < 0.6,
                           rng.choice(sizes), rng.random() < 0.55, rng.choice(CODECS))
        if rng.random() < 0.35:
            self.s.more_bss = rng.choice((4, 0x12000, MIB, 3 * MIB)) + 4 * rng.randrange(4096)
            self.s.text_offset = rng.choice((0x8000, 0x208000))
        self.s.wide = rng.random() < 0.5
        self.s.padding = rng.choice((0, 0, 100, 5000, rng.randrange(200_000),
                                     rng.choice((900_000, 1_100_000))))

    # --- what the kernel takes when it goes to this bank ---

    def kernel(self, start):
        """(page tables, end of BSS) with the lowest base at or above start."""
        at = up(start, 2 * MIB) + self.s.text_offset
        return at - PGTABLE, up(at + MINI_MEMORY + self.s.more_bss, 4096)

    # --- RAM ---

    def draw_ram(self, shim_size, image_size):
        rng, s = self.rng, self.s
        low, high = s.ram
        if not s.tight:
            first = low + rng.choice((0, 0, 0, rng.randrange(1, 64) << 16, 16 * MIB))
            s.banks = [(first, high)]
            if rng.random() < 0.4:
                hole = up(rng.randrange(first, high), 0x1000)
                s.banks = [(first, hole), (min(hole + (rng.randrange(64) << 16), high), high)]
        else:
            self.draw_tight([shim_size, s.padding + 0x900, len(s.initrd), image_size])
        s.banks = [(a, b) for a, b in s.banks if a < b]
        for _ in range(rng.choice((0, 0, 1, 1, 2, 4))):
            self.draw_reserved()

    def draw_tight(self, needs):
        """A bank for the kernel and hardly more, and up to three small ones, each with just about
        what some of the things need."""
        def some():
            chosen = [up(need, 0x1000) for need in needs if rng.random() < 0.55]
            return max(0, sum(chosen) + rng.choice((-0x1000, 0, 0, 0, 0x1000, 0x4000)))

        rng, s = self.rng, self.s
        low, high = s.ram
        start = low + rng.choice((0, 0, 2 * MIB, 0x3000, rng.randrange(256) << 12))
        start = min(start, high - 16 * MIB)
        at = self.kernel(start)[1] + some() - rng.choice((0, 0, 0, 0, 0, 0x1000))
        s.banks = [(start, min(at, high))]
        for _ in range(rng.randrange(4)):
            at = up(at + 1, rng.choice((0x1000, 0x4000, 0x100000))) + (rng.randrange(64) << 14)
            size = some()
            if size and at + size <= high:
                s.banks.append((at, at + size))
                at += size

    def draw_reserved(self):
        rng, s = self.rng, self.s
        kind = rng.choice(("memreserve", "reserved", "no-map"))
        bank = rng.choice(s.banks)
        if s.tight:
            start = rng.randrange(*bank) & ~0xFFF
            size = rng.choice((0x100, 0x1000, 0x4000, 0x10000))
            if overlap((start, start + size), self.kernel(s.banks[0][0])) and rng.random() < 0.8:
                return
        else:
            start = rng.choice((rng.randrange(*bank), self.kernel(bank[0])[0])) & ~0xFF
            size = rng.choice((0x100, 0x10000, MIB, 8 * MIB))
        end = min(start + size, bank[1])
        clear = all(not overlap((start, end), other[1:]) for other in s.reserved)
        if start < end and clear:
            s.reserved.append((kind, start, end))

    # --- places ---

    def draw_place(self, what, size, taken, align=4):
        """Anywhere in RAM, known to the tree or not, but not over what is there."""
        rng, s = self.rng, self.s
        low, high = s.ram
        room = self.kernel(s.banks[0][0])
        ways = {
            "low": lambda: rng.randrange(low, max(room[0], low + 1)),
            "page-table": lambda: room[0] + rng.randrange(PGTABLE),
            "at-kernel": lambda: room[0] + PGTABLE,
            "inside": lambda: rng.randrange(*room),
            "across-start": lambda: room[0] - rng.randrange(size + 1),
            "across-end": lambda: room[1] - rng.randrange(size + 1),
            "just-above": lambda: room[1] + 4 * rng.randrange(64),
            "small-bank": lambda: rng.randrange(*rng.choice(s.banks)),
            "bank-end": lambda: rng.choice(s.banks)[1] - size - 4 * rng.randrange(64),
            "above": lambda: rng.randrange(low, high),
            "above-128M": lambda: rng.randrange(low + 128 * MIB, max(high, low + 129 * MIB)),
            "ram-end": lambda: high - size - 4 * rng.randrange(64),
            "adjacent": lambda: rng.choice(taken)[1] + 4 * rng.randrange(3) if taken else low,
            "adjacent-below": lambda: rng.choice(taken)[0] - size - 4 * rng.randrange(3)
                              if taken else low,
        }
        known = what == "initrd" and rng.random() < 0.9
        for attempt in range(400):
            way = rng.choice(list(ways))
            at = down(ways[way](), align)
            if known and attempt < 200 and not any(b <= at and at + size <= e for b, e in s.banks):
                continue
            if low <= at and at + size <= high and \
                    not any(overlap((at, at + size), other) for other in taken):
                s.places[what] = way
                return at
        raise ValueError(f"no place for {what}")

    def draw_sources(self):
        rng, s = self.rng, self.s
        s.tree_from = rng.choice(("loader", "loader", "loader", "image", "both"))
        s.initrd_from = rng.choice(("none", "loader", "loader", "image"))
        if s.initrd_from != "none":
            size = rng.choice((1, 5000, 50_001, 50_001, rng.randrange(1, 300_000), MIB, 3 * MIB))
            s.initrd = rng.randbytes(size)
        s.words = f"expect.mode={s.machine.mode} "
        s.words += f"initrd.crc={zlib.crc32(s.initrd):#x}" if s.initrd else "expect.noinitrd"
        if s.text_offset != 0x8000:
            s.words += f" text.offset={s.text_offset:#x}"
        s.words_packed = rng.random() < 0.3

    # --- the tree ---

    def make_tree(self, initrd=None, words=None, padding=None):
        s = self.s
        cells = 2 if s.wide else 1
        chosen = f'stdout-path = "/pl011@{s.machine.uart_base:x}";'
        if words:
            chosen += f' bootargs = "{words}";'
        if initrd:
            chosen += " linux,initrd-start = <%#x>; linux,initrd-end = <%#x>;" % initrd
        return compile_tree(ROOTS[s.machine.board], s.machine.uart_base, cells, s.banks,
                            s.reserved, chosen, padding)

    def loader_initrd(self):
        s = self.s
        if s.initrd_from == "loader":
            return s.initrd_at, s.initrd_at + len(s.initrd)
        return None

    def make_trees(self, work):
        """Their sizes do not depend on the addresses in them."""
        s, initrd = self.s, self.loader_initrd()
        padding = work.write("padding", b"Z" * s.padding) if s.padding else None
        words = None if s.words_packed else s.words
        mine = initrd if s.tree_from != "both" else None
        s.tree = self.make_tree(mine, words, padding)
        s.loader_tree = self.make_tree(initrd) if s.tree_from == "both" else b""

    def options(self, work):
        """What the packer is told besides the kernel."""
        s = self.s
        out = ["-c", s.codec, "--uart", s.machine.uart]
        if s.tree_from != "loader":
            out += ["--dtb", work.write("tree.dtb", s.tree)]
        if s.initrd_from == "image":
            out += ["--initrd", work.write("initrd", s.initrd)]
        if s.words_packed:
            out += ["--cmdline", s.words]
        return out


def compile_tree(root, uart, cells, banks, reserved, chosen, padding):
    def reg(start, end):
        return " ".join(f"{v >> 32:#x} {v & 0xffffffff:#x}" if cells == 2 else f"{v:#x}"
                        for v in (start, end - start))

    memory = "".join(f'memory@{s:x} {{ device_type = "memory"; reg = <{reg(s, e)}>; }};\n'
                     for s, e in banks)
    nodes = "".join(f"r{s:x} {{ reg = <{reg(s, e)}>; {'no-map;' if kind == 'no-map' else ''} }};\n"
                    for kind, s, e in reserved if kind != "memreserve")
    entries = "".join(f"/memreserve/ {s:#x} {e - s:#x};\n"
                      for kind, s, e in reserved if kind == "memreserve")
    return trees.compile_dts(f"""/dts-v1/;
{entries}/ {{
    compatible = "{root}";
    #address-cells = <{cells}>;
    #size-cells = <{cells}>;
    chosen {{ {chosen} }};
    pl011@{uart:x} {{ compatible = "arm,pl011", "arm,primecell"; reg = <{reg(uart, uart + 4096)}>; }};
    {memory}
    reserved-memory {{ #address-cells = <{cells}>; #size-cells = <{cells}>; ranges; {nodes} }};
    pad {{ {f'padding = /incbin/("{padding}");' if padding else ''} }};
}};
""")


def draw(seed, number, work, pack, shim_size):
    """A Situation and its image; pack(situation, options) gives the bytes of one, shim_size(codec,
    image) what the shim needs beside it."""
    d = Draw(seed, number)
    s = d.s
    d.draw_sources()
    bare = pack(s, ["-c", s.codec, "--uart", s.machine.uart])
    carried = s.initrd if s.initrd_from == "image" else b""
    d.draw_ram(shim_size(s.codec, bare), len(bare) + len(carried))
    s.initrd_at = s.ram[0]
    d.make_trees(work)
    image = pack(s, d.options(work))
    taken = []
    s.image_at = d.draw_place("image", len(image), taken)
    taken.append((s.image_at, s.image_at + len(image)))
    if s.tree_from != "image":
        size = len(s.loader_tree or s.tree)
        s.tree_at = d.draw_place("tree", size, taken, d.rng.choice((4, 8, 4096)))
        taken.append((s.tree_at, s.tree_at + size))
    if s.initrd_from == "loader":
        s.initrd_at = d.draw_place("initrd", len(s.initrd), taken, d.rng.choice((1, 4, 4096)))
        d.make_trees(work)
        if s.tree_from == "image":  # its address is in the tree, and that in the image
            image = pack(s, d.options(work))
    return s, image
