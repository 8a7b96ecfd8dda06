# SPDX-License-Identifier: MIT
"""zshim verify and the board: places, moves and refusals must be the same, to the byte."""
import random
import re
import subprocess
import zlib

import stage
import trees
from boards import MACHINES
from harness import Failed, case, noise

MIB = 0x100000
MINI_END = 0x176000  # above the RAM base; every case sees by the log where it is
DRAWS = 10
PLAN = r"kernel goes to 0x.*|[a-z ]+ moves from 0x.*"


class Situation:
    """A board, an image and a loader, all of them drawn; tight: with little more RAM than needed."""

    def __init__(self, work, machine, number, tight):
        self.seed = f"{machine.name} {number}"
        self.rng, self.machine, self.taken = random.Random(self.seed), machine, []
        size = MINI_END + 4096 * self.rng.randrange(-4, 70) if tight else self.rng.randrange(4, 90) * MIB
        self.banks = [(machine.ram, size)]
        if self.rng.randrange(3) == 0:
            self.banks.append((machine.ram + 92 * MIB, 0x10000 * self.rng.randrange(1, 8)))
        self.reserve = [(self.anywhere(0x3000, 4096), 0x3000)] if self.rng.randrange(3) == 0 else []
        self.codec = self.rng.choice(("gzip", "lz4", "zstd", "xz") + (() if tight else ("none",)))
        self.initrd = self.rng.choice(("", "loader", "image"))
        self.disk = noise(self.rng.choice((50001, 180000)), number + 1)
        # The kernel's tree: the loader's by r2 or behind the image; the image's; that without RAM,
        # which the loader's names.
        self.source = self.rng.choice(("r2", "r2", "behind", "image", "both"))
        self.draw_places(work)

    def anywhere(self, size, align):
        """In a bank, and over nothing that lies there already."""
        banks = [bank for bank in self.banks if bank[1] >= size]
        for _ in range(1000):
            start, length = self.rng.choice(banks)
            at = start + self.rng.randrange((length - size) // align + 1) * align
            if all(at + size <= low or at >= high for low, high in self.taken):
                self.taken.append((at, at + size))
                return at
        raise Failed(f"{self.seed}: no place drawn")

    def draw_places(self, work):
        self.initrd_at = self.anywhere(len(self.disk), 4) if self.initrd == "loader" else 0
        self.tree = self.make_tree(work)
        self.tree_at = self.anywhere(len(self.tree), 4) if self.source in ("r2", "both") else 0
        options = ["-c", self.codec]
        if self.source == "image":
            options += ["--dtb", work.write("embedded.dtb", self.tree)]
        if self.source == "both":
            bare = trees.extend(self.tree, "/ { /delete-node/ memory@%x; };" % self.machine.ram)
            options += ["--dtb", work.write("embedded.dtb", bare)]
        if self.initrd == "image":
            options += ["--initrd", work.write("initrd", self.disk)]
        self.path = work.pack(work.mini, *options)
        self.image = stage.contents(self.path)
        if self.source == "behind":
            self.image += self.tree
            self.path = work.write("longer.img", self.image)
        self.at = self.anywhere(len(self.image), 4)

    def make_tree(self, work):
        wide = self.machine.board != "vexpress-a9"
        reg = " ".join(f"0 {at:#x} 0 {size:#x}" if wide else f"{at:#x} {size:#x}"
                       for at, size in self.banks)
        crc = f"initrd.crc={zlib.crc32(self.disk):#x}" if self.initrd else ""
        chosen = f'bootargs = "expect.mode={self.machine.mode} {crc}";'
        if self.initrd == "loader":
            chosen += (f" linux,initrd-start = <{self.initrd_at:#x}>;"
                       f" linux,initrd-end = <{self.initrd_at + len(self.disk):#x}>;")
        source = "/ { memory@%x { reg = <%s>; }; chosen { %s }; };" % (self.machine.ram, reg, chosen)
        base = trees.virt(work.folder) if self.machine.has_dtb else trees.read(
            work.mini_dtb(self.machine))
        return trees.extend(base, source, self.reserve)

    def verify(self, work):
        """(status, the plan's lines or the refusal)."""
        command = [work.build("zshim"), "verify", "--load", f"{self.at:#x}"]
        if self.tree_at:
            command += ["--dtb", work.write("loader.dtb", self.tree), "--fdt", f"{self.tree_at:#x}"]
        done = subprocess.run([*command, self.path], capture_output=True, check=False, text=True)
        work.log(f"{self.seed}: $ {' '.join(command)} {self.path}\n{done.stdout}{done.stderr}")
        if done.returncode:
            refusal = re.search(r": (E\d\d .*? 0x\w+ 0x\w+)", done.stderr)
            return done.returncode, refusal and refusal[1]
        return 0, re.findall(f"^(?:{PLAN})$", done.stdout, re.M)

    def boot(self, work):
        pieces = [(self.at, self.image)]
        if self.tree_at:
            pieces.append((self.tree_at, self.tree))
        if self.initrd == "loader":
            pieces.append((self.initrd_at, self.disk))
        boot = work.boot(self.machine, *stage.arguments(work, self.machine, pieces, self.at,
                                                        (0, 0xFFFFFFFF, self.tree_at)))
        refusal = re.search(r"^zshim: (E\d\d .* 0x\w+ 0x\w+)$", boot.text, re.M)
        if refusal:
            return 1, refusal[1]
        boot.mini()
        return 0, re.findall(f"^zshim: ({PLAN})$", boot.text, re.M)


def agree_case(name):
    @case(f"verify.agrees.{name}", "verify")
    def _(work):
        verdicts = []
        for number in range(DRAWS):
            drawn = Situation(work, MACHINES[name], number, tight=number % 4 != 0)
            said, happened = drawn.verify(work), drawn.boot(work)
            if said != happened:
                raise Failed(f"{drawn.seed}: verify has {said}, the board {happened}")
            verdicts.append(said[0])
        if 0 not in verdicts or 1 not in verdicts:
            raise Failed(f"the draws show one verdict only: {verdicts}")


for machine_name in ("virt-a15", "virt-hyp", "vexpress-a9", "vexpress-a15"):
    agree_case(machine_name)


def rom_case(name):
    @case(f"verify.agrees.rom.{name}", "verify")
    def _(work):
        """From reset, in ROM at 0: only the parts that must leave it move."""
        machine = MACHINES[name]
        tree = work.write("tree.dtb", trees.read(work.mini_dtb(machine)))
        image = work.pack(work.mini, "--dtb", tree)
        boot = work.boot(machine, "-bios", image)
        boot.mini("zshim: 0.1.0 at 0x00000000, ")
        said = work.run(work.build("zshim"), "verify", "--load", "0", image)
        if "taken for ROM" not in said:
            raise Failed("not taken for ROM")
        if re.findall(f"^(?:{PLAN})$", said, re.M) != re.findall(f"^zshim: ({PLAN})$", boot.text, re.M):
            raise Failed("verify and the board differ")


rom_case("vexpress-a9")
rom_case("vexpress-a15")
