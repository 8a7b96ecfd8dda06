# SPDX-License-Identifier: MIT
"""The matrix: whole boots of the mini vmlinux in situations drawn at random (situation.py), each
verdict compared with an oracle's (oracle.py), which knows nothing of how the shim decides.

MATRIX_SEED and MATRIX_BOOTS in the environment, or on make's command line, change what is drawn."""
import collections
import os
import re
import struct
import threading

import oracle
import stage
from boards import ROOT
from harness import CODES, REPORTS, Failed, case
from image import Image
from oracle import SECTION, down, up
from situation import MIB, draw
from symbols import symbols

SEED = os.environ.get("MATRIX_SEED", "4")
BOOTS = int(os.environ.get("MATRIX_BOOTS", "100"))

CODEC_SYMBOLS = {"none": "codec_store", "lz4": "codec_lz4_block", "gzip": "codec_inflate",
                 "zstd": "codec_zstd", "xz": "codec_xzboot"}
STACK, TABLE = 4096, 16384  # of the shim's place, by the drawing in boot/layout.c
COPIER_ROOM = 4096
QEMU_TREE = 1 << 20  # what virt's own tree takes


# --- what a boot needs, from the files: image, stub and tree ---

class Constants:
    """What is the same for all boots of a run."""
    lock, sizes, scratch = threading.Lock(), {}, {}

    @classmethod
    def get(cls, work):
        with cls.lock:
            if not cls.sizes:
                cls.scratch = {codec: scratch_size(work, codec) for codec in CODEC_SYMBOLS}
                cls.sizes = sizes(work)
        return cls


def sizes(work):
    """Of two parts of the shim's place, as the compiler has them: {"STATE": bytes, "PEN": bytes}."""
    source = work.write("sizes.c", b'#include "boot.h"\n'
                        b"const char STATE[sizeof(struct boot)], PEN[ARCH_PEN_ROOM];\n")
    folders = ("lib", "boot", "boot/arm", "board", "board/uart")
    include = [f"-I{os.path.join(ROOT, name)}" for name in folders] + [f"-I{work.build('boot')}"]
    work.run("arm-none-eabi-gcc", "-march=armv7-a", "-mthumb", "-std=gnu11", *include, "-c", source,
             "-o", work.path("sizes.o"))
    rows = work.run("arm-none-eabi-nm", "-S", work.path("sizes.o")).splitlines()
    return {row.split()[3]: int(row.split()[1], 16) for row in rows}


def scratch_size(work, codec):
    """struct codec's third word, in the stub (lib/codec.h)."""
    with open(work.build(f"stub-armv7a-{codec}-boot.bin"), "rb") as file:
        file.seek(symbols(work, codec)[CODEC_SYMBOLS[codec]] + 8)
        return struct.unpack("<I", file.read(4))[0]


def shim_room(work, codec, data):
    """table | pen | stub, descriptor | codec scratch | stack | struct boot"""
    known = Constants.get(work)
    code = Image.of(data).check_at + 4
    scratch = up(TABLE + known.sizes["PEN"] + code, 8)
    return up(scratch + known.scratch[codec] + STACK, 64) + known.sizes["STATE"]


def margin(codec, stored, inflated):
    """In-place margins, as each file in lib/codec/ proves its own."""
    slack = {"none": 0, "lz4": (inflated >> 8) + (inflated >> 15) + 4,
             "gzip": inflated // 512 + 65536 + 13, "zstd": (inflated >> 8) + 131072 + 7,
             "xz": 65536 + 4096 + (inflated >> 13)}[codec]
    return stored if stored < slack or stored - slack > inflated else slack


SEED_MAX = 64  # of a random seed that is carried over


def tree_room(tree):
    """What is used of it, and what step 11 may add: bootargs, both ends of the initrd, what ATAGs
    say, seeds, /memory (of no banks: ours are in the tree) and the reservation of the pen."""
    def cost(name, size):
        return 12 + up(size, 4) + len(name) + 1

    _, _, structure, strings, reserve, _, _, _, strings_size, structure_size = struct.unpack_from(
        ">10I", tree)
    entries = reserve
    while tree[entries:entries + 16] != bytes(16):
        entries += 16
    used = max(structure + structure_size, strings + strings_size, entries + 16)
    more = (("bootargs", 1024), ("linux,initrd-start", 8), ("linux,initrd-start", 8),
            ("device_type", 7), ("reg", 0), ("serial-number", 17), ("linux,revision", 4),
            ("kaslr-seed", SEED_MAX), ("kaslr-seed", SEED_MAX))
    return used + 64 + sum(cost(*row) for row in more) + 16 + 128


def question(work, s, data):
    image = Image.of(data)
    kernel, _ = image.part("kernel")
    part = s.image_at + kernel["offset"]
    tree, others = s.tree_at, []
    if s.tree_from != "loader":
        tree = s.image_at + image.part("dtb")[0]["offset"]
    if s.tree_from == "both":
        others = [(s.tree_at, s.tree_at + len(s.loader_tree))]
    initrd = s.initrd_at
    if s.initrd_from == "image":
        initrd = s.image_at + image.part("initrd")[0]["offset"]
    initrd = (initrd, initrd + len(s.initrd)) if s.initrd else None
    reserved = [(down(a, SECTION), up(b, SECTION)) if kind == "no-map" else (a, b)
                for kind, a, b in s.reserved if kind == "no-map" or (a, b) != initrd]
    return oracle.Question(
        banks=s.banks, reserved=reserved, image=(s.image_at, s.image_at + len(data)),
        part=(part, part + kernel["stored"]), tree=(tree, tree + len(s.tree)),
        tree_room=tree_room(s.tree),
        shim_room=shim_room(work, s.codec, data), text_offset=kernel["dest"],
        align=kernel["align"], memory=kernel["memory"], inflated=kernel["inflated"],
        margin=margin(s.codec, kernel["stored"], kernel["inflated"]), plain=s.codec == "none",
        initrd=initrd, named=s.initrd_from == "loader", others=others)


# --- the machine ---

def start(work, s, data):
    """QEMU's arguments.  The pieces are loaded where nothing lies in the end, and copied."""
    low, high = s.ram
    pieces = [(s.image_at, data)]
    if s.tree_from != "image":
        pieces.append((s.tree_at, s.loader_tree or s.tree))
    if s.initrd_from == "loader":
        pieces.append((s.initrd_at, s.initrd))
    taken = [(at, at + len(piece)) for at, piece in pieces] + [(low, low + MIB)]
    more = []
    if s.machine.has_dtb and not s.secure:  # started as a Linux is: QEMU's own tree goes up
        more = ["-kernel", work.write("nothing", bytes(32))]
        above = low + min((high - low) // 2, 128 * MIB)
        taken.append((above, above + 2 * QEMU_TREE))
    elif s.machine.has_dtb:  # it goes to the base, and must not be taken for the loader's
        pieces.insert(0, (low, bytes(4)))
    size = COPIER_ROOM + sum(up(len(piece), 4096) for _, piece in pieces)
    gap = oracle.without([(low, high)], [oracle.pages(t) for t in taken])
    at = next((e - size for b, e in reversed(gap) if e - b >= size), None)
    if at is None:
        raise Failed("no RAM to load the pieces into")
    copies, args, copier = [], list(more), at
    at += COPIER_ROOM
    # From low to high: whole words are copied, the last of which may reach into the next piece.
    for number, (target, piece) in enumerate(sorted(pieces, key=lambda row: row[0])):
        path = work.write(f"piece{number}", piece)
        args += ["-device", f"loader,file={path},addr={at:#x},force-raw=on"]
        copies.append((at, target, len(piece)))
        at += up(len(piece), 4096)
    registers = (0, 0xFFFFFFFF, s.tree_at if s.tree_from != "image" else 0)
    path = work.write("copier", stage.assemble(copies, registers, s.image_at))
    return args + ["-device", f"loader,file={path},addr={copier:#x},force-raw=on,cpu-num=0"]


# --- verdicts ---

class Tally:
    """What came of all of them, for the report at the end of the run."""

    def __init__(self):
        self.ends = collections.Counter()
        self.by = collections.defaultdict(collections.Counter)
        self.other = []  # refusals that name something else than the oracle

    def add(self, s, end):
        self.ends[end] += 1
        self.by["board"][s.machine.name + (" firmware" if s.secure else "")] += 1
        self.by["mode"][("HYP" if s.machine.mode == "hyp" else
                         "secure SVC" if s.secure or "vexpress" in s.machine.name else "SVC")] += 1
        self.by["codec"][s.codec] += 1
        self.by["RAM MiB"][s.megabytes] += 1
        self.by["banks"][len(s.banks)] += 1
        self.by["reservations"][len(s.reserved)] += 1
        self.by["tree from"][s.tree_from] += 1
        self.by["initrd from"][s.initrd_from] += 1
        self.by["drawn"]["tight" if s.tight else "roomy"] += 1
        for what, way in s.places.items():
            self.by[what + " at"][way] += 1

    def report(self):
        total = sum(self.ends.values())
        if not total:
            return
        ends = collections.Counter({"boot": 0, "silent death": 0, "wrong boot": 0})
        ends.update(self.ends)
        print(f"matrix: seed {SEED}, {total} runs: " +
              ", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
        print(f"matrix: {len(self.other)} refusals name something else than the oracle" +
              "".join(f"; {row}" for row in sorted(self.other)))
        for name, counts in self.by.items():
            rows = sorted(counts.items(), key=lambda row: (isinstance(row[0], str), row[0]))
            print(f"matrix: {name}: " + ", ".join(f"{key} {count}" for key, count in rows))


TALLY = Tally()
REPORTS.append(TALLY.report)


def name_of(boot):
    """How it ended: boot, an error's name, or what must never be."""
    errors = re.findall(r"^zshim: E(\d\d) ", boot.text, re.M)
    if boot.status == 0 and not errors and "mini: all checks passed" in boot.text:
        return "boot"
    if len(errors) == 1 and boot.status is None:
        boot.fault(int(errors[0]))
        return {number: code for code, number in CODES.items()}[int(errors[0])]
    if errors:
        return "error and more"
    return "wrong boot" if "mini: " in boot.text else "silent death"


def check_places(boot, s, q, lowest):
    """What the log says of the plan, against the rules and the lowest base that works."""
    numbers = [int(n, 16) for n in boot.find(r"kernel goes to 0x(\w+), to 0x(\w+) ").groups()]
    shim = int(boot.find(r"shim moves from 0x\w+ to 0x(\w+)")[1], 16)
    shim = (shim, shim + q.shim_room)
    free = oracle.without(oracle.merged(q.banks), q.reserved)
    room = (numbers[0] - oracle.PGTABLE, numbers[1])
    if numbers[0] != lowest + s.text_offset:
        raise Failed(f"kernel at {numbers[0]:#x}: {lowest + s.text_offset:#x} loses less RAM")
    if not oracle.inside(shim, free) or any(
            oracle.share_page(shim, other) for other in
            [room, q.image, q.tree, *q.others] + ([q.initrd] if q.initrd else [])):
        raise Failed(f"shim at {shim[0]:#x} lies on something")
    tree = tuple(int(n, 16) for n in boot.find(r"^mini: dtb (\w+)-(\w+) ").groups())
    if not oracle.inside(tree, free) or tree[1] > lowest + oracle.LOWMEM:
        raise Failed(f"device tree at {tree[0]:#x} is not in free lowmem")
    if s.initrd:
        disk = tuple(int(n, 16) for n in boot.find(r"^mini: initrd (\w+)-(\w+) ").groups())
        if disk[1] - disk[0] != len(s.initrd) or disk[1] > lowest + oracle.LOWMEM or \
                (disk != q.initrd and not oracle.inside(disk, free)):
            raise Failed(f"initrd at {disk[0]:#x} is not in free lowmem")


def compare(boot, end, s, q, name):
    codes, lowest = oracle.judge(q)
    if end == "boot" and not codes:
        check_places(boot, s, q, lowest)
    elif end == "boot":
        raise Failed(f"boots, but the oracle finds no layout: {' '.join(sorted(codes))}")
    elif not codes:
        raise Failed(f"{end}, but there is a layout with the kernel's base at {lowest:#x}")
    elif end not in codes:
        # The planner names what came nearest to a place in all that it tried, the oracle what is in
        # the way of a layout.  Both are short of room; more than that is not a matter of taste.
        if end not in oracle.CODES.values() or not codes <= set(oracle.CODES.values()):
            raise Failed(f"{end}, but the oracle says {' or '.join(sorted(codes))}")
        TALLY.other.append(f"{name} {end} for {' or '.join(sorted(codes))}")


def pack_for(work):
    def pack(s, options):
        path = work.pack(work.mini, *options)
        if not s.more_bss:
            return stage.contents(path)
        image = Image(path)
        kernel, _ = image.part("kernel")
        kernel["memory"] += s.more_bss
        kernel["dest"] = s.text_offset
        image.seal()
        return bytes(image.data)
    return pack


def run(work, seed, number):
    s, data = draw(seed, number, work, pack_for(work),
                   lambda codec, image: shim_room(work, codec, image))
    work.log(str(s))
    q = question(work, s, data)
    work.log(f"{q}\n")
    boot = work.boot(s.machine, *start(work, s, data), memory=s.megabytes)
    end = name_of(boot)
    TALLY.add(s, end)
    if end != "boot" and end not in CODES:
        raise Failed(end)
    compare(boot, end, s, q, f"{seed}.{number}")


def matrix_case(number):
    @case(f"matrix.{number:04}", "matrix")
    def _(work):
        try:
            run(work, SEED, number)
        except Failed as why:
            raise Failed(f"{why}; again: make check-boot MATRIX_SEED={SEED} MATRIX_BOOTS="
                         f"{number + 1} BOOT_ARGS='--only matrix.{number:04}'") from why


for case_number in range(BOOTS):
    matrix_case(case_number)
