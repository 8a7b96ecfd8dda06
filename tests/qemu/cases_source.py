# SPDX-License-Identifier: MIT
"""Where the parameters come from: ATAGs, several trees in the image, a tree behind it, a command's
arguments; what wins over what, and what is broken on purpose."""
import struct

import stage
import trees
from atags import (CORE, EMPTY_CORE, NONE, arguments, atags, cmdline, initrd, mem, revision, serial,
                   tag, words)
from boards import MACHINES
from cases_linux import check, kernel_path
from cases_mini import sized_dtb
from cases_tree import BANK, MIB, hand_over
from faults import STATUS, VIRT, fault
from harness import CODES, INITRD, INITRD_CRC, Failed, case

IMAGE_AT, TREE_AT, INITRD_AT, LIST_AT = 0x45000000, 0x45800000, 0x45900000, 0x45a00000
ALL_ONES = 0xFFFFFFFF
A9, A15 = MACHINES["vexpress-a9"], MACHINES["vexpress-a15"]


def staged(work, image, pieces, registers, machine=VIRT, at=IMAGE_AT):
    """QEMU's arguments to start an image, or bytes, with these pieces and registers."""
    return stage.arguments(work, machine, [(at, stage.contents(image)), *pieces], at, registers)


def boot(work, image, pieces, registers, machine=VIRT, at=IMAGE_AT, **options):
    return work.boot(machine, *staged(work, image, pieces, registers, machine, at), **options)


def final_tree(work, image, pieces, registers):
    text, after, _ = hand_over(work, VIRT, 0x40008000, *staged(work, image, pieces, registers))
    return text, after


def expect(tree, **values):
    """Properties of the tree that the kernel got, as dtc prints them; None: not there."""
    now = trees.properties(tree)
    for name, value in values.items():
        if now.get(name) != value:
            raise Failed(f"{name} is {now.get(name)}, not {value}")


def tree_image(work, *options, tree=None):
    """The mini vmlinux with a small tree in the image."""
    tree = trees.small([BANK]) if tree is None else tree
    return work.pack(work.mini, "--dtb", work.write("embedded.dtb", tree), *options)


# --- ATAGs: QEMU's own ---

def qemu_case(name, memory):
    """QEMU's vexpress says in ATAGs how much RAM there is; the tree in the image has 64 MiB."""
    @case(f"atags.{name}.{memory}", "source")
    def _(work):
        machine = MACHINES[name]
        image = work.pack(work.mini, "--dtb", sized_dtb(work, machine, 64))
        line = f"{INITRD_CRC} from=atags"
        run = work.boot(machine, "-kernel", image, "-initrd", work.write("initrd", INITRD),
                        "-append", line, memory=memory)
        end = machine.ram + (memory << 20)
        run.mini(f"list of ATAGs at {machine.ram + 0x100:#010x}\n", ", from the image\n",
                 f"RAM {machine.ram:#010x}-{end:#010x}\n", "0 characters from the image, "
                 f"{len(line)} from the loader\n", f"{len(INITRD)} bytes, from the loader\n",
                 f"mini: ram {machine.ram:08x}-{end:08x}\n", f'mini: bootargs "{line}"\n', "r1=8e0")


qemu_case("vexpress-a9", 128)
qemu_case("vexpress-a9", 512)
qemu_case("vexpress-a15", 256)
qemu_case("vexpress-a15-hyp", 128)


# --- ATAGs: everything that they can say ---

FULL = (mem(0x40000000, 32 * MIB), mem(0x46000000, 16 * MIB), serial(0x0123456789ABCDEF),
        mem(0x44000000, 32 * MIB), mem(0x50000000, 0), revision(0xA02082), initrd(INITRD_AT, 4096),
        words(0x54410004, 1, 2, 3), words(0x41000403, 9), cmdline("from=atags"))


def folded_case(label, tree, source, *list_and_options):
    @case(f"atags.folded.{label}", "source")
    def _(work):
        data, *options = list_and_options
        image = work.pack(work.mini, *options)
        pieces = [(LIST_AT, data), (INITRD_AT, bytes(4096))]
        if source == "image":
            image = tree_image(work, *options, tree=tree())
        elif source == "behind":
            image = stage.contents(image) + tree()
        else:
            pieces.append((0x40000000, tree()))
        text, after = final_tree(work, image, pieces, (0, 0x183, LIST_AT))
        for line in (f"list of ATAGs at {LIST_AT:#010x}\n", "RAM 0x40000000-0x42000000\n",
                     "RAM 0x44000000-0x47000000\n", "r1=183 "):
            if line not in text.replace("\r", ""):
                raise Failed(f"log lacks: {line}")
        changed = trees.differences(tree(), after)
        wanted = {"/serial-number", "/linux,revision", "/chosen/bootargs",
                  "/chosen/linux,initrd-start", "/chosen/linux,initrd-end"}
        memory = [name for name in changed if name.startswith("/memory")]
        if set(changed) - set(memory) != wanted:
            raise Failed(f"changed: {changed}")
        expect(after, **{"/serial-number": '"0123456789ABCDEF"',
                         "/linux,revision": f"<{0xA02082:#x}>",
                         "/chosen/bootargs": '"from=atags"'})
        check_banks(after)


def check_banks(after):
    """Linux's own way: every /memory that is on, in this order; what is 0 long is none."""
    found = []
    for name, value in trees.properties(after).items():
        if name.startswith("/memory") and name.endswith("/reg") and value.startswith("<"):
            cells = [int(cell, 16) for cell in value[1:-1].split()]
            found += [cell for cell in cells if cell]
    if found != [0x40000000, 0x2000000, 0x44000000, 0x3000000]:
        raise Failed(f"/memory is {[hex(cell) for cell in found]}")


OTHER = 'bootargs = "other"; linux,initrd-start = <0x40400000>; linux,initrd-end = <0x40500000>; ' \
    'stdout-path = "/pl011@9000000";'
folded_case("image", lambda: trees.small([BANK]), "image", atags(*FULL))
folded_case("behind", lambda: trees.small([BANK], "", 2, 2), "behind", atags(*FULL))
folded_case("base", lambda: trees.small([BANK], "", 2, 1), "base", atags(*FULL))
folded_case("no-memory", lambda: trees.small([]), "image", atags(*FULL))
folded_case("two-nodes", lambda: trees.small([[(0x60000000, MIB)], [(0x70000000, MIB)]]), "image",
            atags(*FULL))
folded_case("tree-says-else", lambda: trees.small([BANK], chosen=OTHER), "image", atags(*FULL))
folded_case("twice", lambda: trees.small([BANK]), "image",
            atags(cmdline("first"), initrd(0x40100000, 9), serial(7), revision(9), *FULL))
folded_case("empty-core", lambda: trees.small([BANK]), "image",
            EMPTY_CORE + b"".join(FULL) + struct.pack("<2I", 2, 0))
folded_case("initrd-wins", lambda: trees.small([BANK]), "image", atags(*FULL), "--initrd",
            "/etc/passwd")


@case("atags.nothing", "source")
def _(work):
    """A list that says nothing changes nothing."""
    before = trees.small([BANK], chosen='stdout-path = "/pl011@9000000"; bootargs = "own";')
    _, after = final_tree(work, tree_image(work, tree=before), [(LIST_AT, atags(cmdline("")))],
                          (0, ALL_ONES, LIST_AT))
    if trees.differences(before, after):
        raise Failed(f"changed: {trees.differences(before, after)}")


def line_case(policy, result):
    @case(f"atags.cmdline.{policy}", "source")
    def _(work):
        """The tree's own bootargs are not part of it."""
        tree = trees.small([BANK], chosen='bootargs = "other"; stdout-path = "/pl011@9000000";')
        image = tree_image(work, "--cmdline", "from=image", "--cmdline-policy", policy, tree=tree)
        boot(work, image, [(LIST_AT, atags(cmdline("from=atags")))],
             (0, ALL_ONES, LIST_AT)).mini(f'mini: bootargs "{result}"\n')


line_case("replace", "from=image")
line_case("append", "from=atags from=image")
line_case("prepend", "from=image from=atags")


@case("atags.line-without-end", "source")
def _(work):
    """The tag ends before the text does."""
    data = atags(tag(0x54410009, b"abcdefgh"), mem(*BANK))
    boot(work, tree_image(work), [(LIST_AT, data)],
         (0, ALL_ONES, LIST_AT)).mini('mini: bootargs "abcdefgh"\n')


def place_case(label, at):
    """Nothing of the list is lost, wherever it lies."""
    @case(f"atags.place.{label}", "source")
    def _(work):
        line = f"{INITRD_CRC} " + "x" * 900
        data = atags(mem(*BANK), initrd(INITRD_AT, len(INITRD)), cmdline(line))
        boot(work, tree_image(work, tree=trees.small([])), [(at, data), (INITRD_AT, INITRD)],
             (0, ALL_ONES, at)).mini(f'mini: bootargs "{line}"\n', f"list of ATAGs at {at:#010x}\n")


place_case("low", 0x40000100)
place_case("page-tables", 0x40004000)
place_case("text", 0x40010004)
place_case("bss", 0x40170000)
place_case("shim", 0x40178000)  # where the shim would go
place_case("end-of-ram", 0x47FFFA00)


# --- ATAGs: broken ---

def hostile(data, status, at=LIST_AT):
    def register(label):
        @case(f"atags.hostile.{label}", "source")
        def _(work):
            """Nothing of it is taken; the tree has all that is needed."""
            run = boot(work, tree_image(work, "--cmdline", "expect.noinitrd"), [(at, data)],
                       (0, ALL_ONES, at))
            run.mini(f"list of ATAGs at {at:#010x} is no good, status {STATUS[status]}\n",
                     "RAM 0x40000000-0x48000000\nzshim: kernel", "0 from the loader\n")

        @fault("ATAGS", label)
        def _(work):
            """It is the only one to know of RAM."""
            image = tree_image(work, tree=trees.small([]))
            boot(work, image, [(at, data)], (0, ALL_ONES, at)).fault(
                CODES["ATAGS"], at, STATUS[status])
    return register


GOOD = mem(0x40000000, 64 * MIB) + initrd(INITRD_AT, 4096) + cmdline("bad=list")
hostile(CORE + GOOD + tag(0x54410002, size=0), "corrupt")("size-0")
hostile(CORE + GOOD + tag(0x54410002, size=1), "corrupt")("size-1")
hostile(CORE + GOOD + tag(0x54410002, bytes(4)) + NONE, "corrupt")("short-mem")
hostile(CORE + GOOD + tag(0x54410009, size=ALL_ONES), "truncated")("size-huge")
hostile(CORE + GOOD + tag(0x54410009, size=0x1000), "truncated")("size-16k")
hostile(CORE + GOOD + words(0x54420005, 0xFFFFFFF0, 0x20) + NONE, "corrupt")("initrd-wraps")
hostile(CORE + b"".join(mem(0x40000000 + n * 2 * MIB, MIB) for n in range(33)) + NONE,
        "nospace")("33-banks")
hostile(CORE + GOOD + tag(0x99) * 2100, "truncated")("endless")
hostile(CORE + GOOD + bytes(8)[:4], "truncated", 0x48000000 - len(CORE + GOOD) - 4)("end-of-ram")


@fault("NO_DTB", "atags")
def _(work):
    """ATAGs, and no tree to fold them into: the log tells of them."""
    image = work.pack(work.mini, "--uart", VIRT.uart)
    run = boot(work, image, [(LIST_AT, atags(*FULL))], (0, 0x183, LIST_AT))
    run.has(f"list of ATAGs at {LIST_AT:#010x}\n")
    run.fault(CODES["NO_DTB"], LIST_AT, 0x40000000)


@fault("INITRD", "atags")
def _(work):
    data = atags(mem(*BANK), initrd(0x60000000, 4096))
    boot(work, tree_image(work), [(LIST_AT, data)], (0, ALL_ONES, LIST_AT)).fault(
        CODES["INITRD"], 0x60000000, 0x60001000)


# --- several trees in the image ---

def all_boards(work, *more):
    """One image for three machines."""
    virt_dtb = work.write("virt.dtb", trees.extend(trees.virt(work.folder),
                                                   '/ { model = "embedded"; };'))
    return work.pack(work.mini, "--dtb", work.mini_dtb(A9), "--dtb", work.mini_dtb(A15), "--dtb",
                     virt_dtb, *more)


def one_image_case(name, part, by):
    @case(f"trees.{name}", "source")
    def _(work):
        machine = MACHINES[name]
        memory = 128 if machine.has_dtb else 256  # as the tree of virt says
        run = work.boot(machine, "-kernel", all_boards(work), "-initrd", work.write("i", INITRD),
                        "-append", INITRD_CRC, memory=memory)
        run.mini(f"it is part {part} of the image, chosen by {by}\n", ", from the image\n",
                 f"RAM {machine.ram:#010x}-{machine.ram + memory * MIB:#010x}\n")


one_image_case("vexpress-a9", 0, "machine number and RAM base")
one_image_case("vexpress-a15", 1, "machine number and RAM base")
one_image_case("virt-a15", 2, "compatible")
one_image_case("virt-hyp", 2, "compatible")


def choice_case(label, part, by, embedded, loader="", registers=(0, ALL_ONES), more=()):
    """embedded: what with_compatible() takes; loader: likewise, of the tree in r2."""
    @case(f"trees.choice.{label}", "source")
    def _(work):
        options = []
        for number, source in enumerate(embedded):
            options += ["--dtb", work.write(f"{number}.dtb", with_compatible(*source))]
        image = work.pack(work.mini, *options)
        pieces = [(TREE_AT, with_compatible(*loader))] if loader else []
        pieces += more
        r2 = TREE_AT if loader else more[0][0] if more else 0
        run = boot(work, image, pieces, (*registers, r2))
        run.mini(f"it is part {part} of the image, chosen by {by}\n")


def with_compatible(compatible, memory=BANK):
    """The mini vmlinux looks at the first entry, and has to find a virt."""
    return trees.extend(trees.small([memory] if memory else []),
                        "/ { compatible = %s; };" % ", ".join(
                            f'"{word}"' for word in compatible.split()))


D = "linux,dummy-virt"
ELSEWHERE = (0x60000000, 0x8000000)
choice_case("specific-first", 1, "compatible", [(f"{D} generic",), (f"{D}-b board generic",)],
            (f"{D}-b board generic",))
choice_case("generic-and-ram", 1, "compatible", [(f"{D}-a family", ELSEWHERE), (f"{D}-b family",)],
            ("x family",))
choice_case("first-of-equals", 0, "compatible", [(f"{D}-a family",), (f"{D}-b family",)],
            ("x family",))
choice_case("machine", 1, "machine number", [(f"{D}-a",), (f"{D} arm,vexpress,v2p-ca9", ELSEWHERE)],
            registers=(0, 0x8E0), more=[(LIST_AT, atags(mem(*BANK)))])
choice_case("ram", 1, "RAM base", [(f"{D}-a", ELSEWHERE), (f"{D}-b",)])
choice_case("ram-by-atags", 0, "RAM base",
            [(f"{D}-a", (0x40000000, MIB)), (f"{D}-b", (0x44000000, 0x4000000))],
            more=[(LIST_AT, atags(mem(*BANK)))])
choice_case("compatible-beats-machine", 0, "compatible",
            [(f"{D} board",), (f"{D} arm,vexpress,v2p-ca9",)], ("board",), (0, 0x8E0))


@case("trees.loader-knows-better", "source")
def _(work):
    """No tree in the image is for this board, but the loader has one."""
    image = work.pack(work.mini, "--dtb", work.mini_dtb(A9), "--dtb", work.mini_dtb(A15))
    work.boot(VIRT, "-kernel", image).mini("device tree at 0x44000000, ", ", from r2\n")


@case("trees.fallback", "source")
def _(work):
    """They are asked only where the loader has none."""
    image = all_boards(work, "--dtb-policy", "fallback")
    work.boot(VIRT, "-kernel", image).mini(", from r2\n")
    work.boot(A15, "-kernel", image).mini("it is part 1 of the image")


@fault("NO_MATCH")
def _(work):
    """Two trees for other boards, no loader's, and RAM where neither has it."""
    image = work.pack(work.mini, "--uart", VIRT.uart, "--dtb", work.mini_dtb(A9), "--dtb",
                      work.mini_dtb(A15))
    boot(work, image, [], (0, 0x1234, 0)).fault(CODES["NO_MATCH"], 0x1234, IMAGE_AT)


@fault("NO_MATCH", "atags")
def _(work):
    image = work.pack(work.mini, "--uart", VIRT.uart, "--dtb", work.mini_dtb(A9), "--dtb",
                      work.mini_dtb(A15))
    run = boot(work, image, [(LIST_AT, atags(mem(0x41000000, MIB)))], (0, 0, LIST_AT))
    run.has(f"list of ATAGs at {LIST_AT:#010x}\n")
    run.fault(CODES["NO_MATCH"], ALL_ONES, 0x41000000)


# --- a tree behind the image ---

def behind(image, tree, pad=b""):
    return stage.contents(image) + pad + tree


def behind_case(label, at, tree=lambda: trees.small([BANK])):
    @case(f"behind.{label}", "source")
    def _(work):
        image = work.pack(work.mini, "--cmdline", "from=image")
        whole = behind(image, tree())
        run = boot(work, whole, [], (0, ALL_ONES, 0), at=at)
        run.mini(f"device tree at {at + len(stage.contents(image)):#010x}, ",
                 "from behind the image\n", 'mini: bootargs "from=image"\n')


behind_case("high", IMAGE_AT)
behind_case("odd", IMAGE_AT + 4)
behind_case("in-the-way", 0x40100000)  # image and tree in BSS and text
behind_case("low", 0x40010000)


@case("behind.end-of-ram", "source")
def _(work):
    """The tree ends where RAM does."""
    image = stage.contents(work.pack(work.mini))
    tree = trees.small([BANK])
    pad = -len(tree) % 8
    tree = tree[:4] + struct.pack(">I", len(tree) + pad) + tree[8:] + bytes(pad)
    at = 0x48000000 - len(image) - len(tree)
    boot(work, image + tree, [], (0, ALL_ONES, 0), at=at).mini("from behind the image\n")


@case("behind.atags", "source")
def _(work):
    """As zImage users do on boards of before: cat image dtb."""
    for machine in (A9, A15):
        tree = trees.read(sized_dtb(work, machine, 64))
        image = work.write("both", behind(work.pack(work.mini), tree))
        run = work.boot(machine, "-kernel", image, "-initrd", work.write("initrd", INITRD),
                        "-append", INITRD_CRC, memory=128)
        run.mini("from behind the image\n",
                 f"RAM {machine.ram:#010x}-{machine.ram + 128 * MIB:#010x}\n")


@case("behind.rom", "source")
def _(work):
    """From reset, in flash, with image and tree; QEMU's own tree at the RAM base comes later."""
    tree = trees.extend(trees.virt(work.folder), '/ { chosen { bootargs = "from=flash"; }; };')
    image = work.write("both", behind(work.pack(work.mini), tree))
    work.boot(VIRT, "-bios", image).mini('from behind the image\n', 'mini: bootargs "from=flash"\n')


@case("behind.after-r2", "source")
def _(work):
    image = work.pack(work.mini)
    other = trees.small([BANK], chosen='bootargs = "from=behind";')
    boot(work, behind(image, other), [(TREE_AT, trees.small([BANK]))],
         (0, ALL_ONES, TREE_AT)).mini("from r2\n", "mini: bootargs none\n")


@case("behind.before-base", "source")
def _(work):
    other = trees.small([BANK], chosen='bootargs = "from=base";')
    boot(work, behind(work.pack(work.mini), trees.small([BANK])), [(0x40000000, other)],
         (0, ALL_ONES, 0)).mini("from behind the image\n", "mini: bootargs none\n")


@case("behind.after-image", "source")
def _(work):
    """--dtb wins, and takes from it what it has not."""
    image = tree_image(work, tree=trees.small([]))
    other = trees.small([BANK], chosen='bootargs = "from=behind";')
    boot(work, behind(image, other), [], (0, ALL_ONES, 0)).mini(
        "from the image\n", 'mini: bootargs "from=behind"\n', "RAM 0x40000000-0x48000000\n")


def garbage_case(label, garbage, *lines):
    """What lies behind the image is not a tree: the one at the RAM base is found."""
    @case(f"behind.garbage.{label}", "source")
    def _(work):
        run = boot(work, behind(work.pack(work.mini), garbage),
                   [(0x40000000, trees.small([BANK]))], (0, ALL_ONES, 0))
        run.mini("from RAM base\n", *lines)


GOOD_TREE = trees.small([BANK])
garbage_case("padding", struct.pack("<I", 0) + GOOD_TREE)
garbage_case("ones", b"\xff" * 64)
garbage_case("magic-only", trees.FDT_MAGIC + b"\xff" * 60, " is no good, status")
garbage_case("cut", GOOD_TREE[:-64] + b"\xff" * 64, " is no good, status")
garbage_case("past-ram", GOOD_TREE[:4] + struct.pack(">I", 64 << 20) + GOOD_TREE[8:],
             f" is no good, status {STATUS['truncated']}")


@fault("DTB_BROKEN", "behind")
def _(work):
    image = work.pack(work.mini, "--uart", VIRT.uart)
    boot(work, behind(image, GOOD_TREE[:-64] + b"\xff" * 64), [], (0, ALL_ONES, 0)).fault(
        CODES["DTB_BROKEN"], IMAGE_AT + len(stage.contents(image)), STATUS["corrupt"])


# --- arguments of U-Boot's go and bootelf ---

def argv_boot(work, texts, pieces, image=None, count=None, at=LIST_AT, r2=0x47123456, table=()):
    registers = (len(texts) if count is None else count, at, r2)
    data = struct.pack(f"<{len(table)}I", *table) or arguments(at, texts)
    return boot(work, image or work.pack(work.mini), [*pieces, (at & ~3, data)], registers)


@case("argv.all", "source")
def _(work):
    run = argv_boot(work, ["45000000", f"fdt={TREE_AT:x}", f"initrd={INITRD_AT:#x}:{len(INITRD):x}",
                           f"bootargs={INITRD_CRC} from=go", "word"],
                    [(TREE_AT, trees.small([BANK])), (INITRD_AT, INITRD)])
    run.mini(f"list of arguments at {LIST_AT:#010x}\n", f"device tree at {TREE_AT:#010x}, ",
             "from fdt=\n", f"{len(INITRD)} bytes, from the loader\n", "r1=ffffffff",
             f'mini: bootargs "{INITRD_CRC} from=go"\n')
    run.lacks("no good")


@case("argv.embedded", "source")
def _(work):
    """fdt= is the loader's tree: --dtb wins, and gets RAM from it."""
    image = tree_image(work, "--initrd", "/etc/passwd", "--cmdline", INITRD_CRC, "--cmdline-policy",
                       "append", tree=trees.small([]))
    run = argv_boot(work, ["45000000", f"fdt={TREE_AT:x}", f"initrd={INITRD_AT:x}:{len(INITRD):x}",
                           "bootargs=from=go"],
                    [(TREE_AT, trees.small([BANK])), (INITRD_AT, INITRD)], image)
    run.mini("from the image\n", "RAM 0x40000000-0x48000000\n",
             f"{len(INITRD)} bytes, from the loader\n", f'mini: bootargs "from=go {INITRD_CRC}"\n')


@case("argv.wrong-fdt", "source")
def _(work):
    """There is none; the tree at the RAM base will do."""
    for address, status in ((0x45700000, "magic"), (0x45700002, "align"), (0x50000000, "magic")):
        run = argv_boot(work, ["45000000", f"fdt={address:x}"], [(0x40000000, GOOD_TREE)])
        run.mini(f"device tree at {address:#010x} is no good, status {STATUS[status]}\n",
                 "from RAM base\n")


@case("argv.in-the-way", "source")
def _(work):
    """Table, words, tree and initrd where the kernel goes."""
    run = argv_boot(work, ["45000000", "fdt=40100000", f"initrd=40020000:{len(INITRD):x}",
                           f"bootargs={INITRD_CRC}"],
                    [(0x40100000, trees.small([BANK])), (0x40020000, INITRD)], at=0x40060000)
    run.mini("from fdt=\n", f'mini: bootargs "{INITRD_CRC}"\n')


def not_argv_case(label, texts, line="", **options):
    """Not taken for arguments, or not as they are: the tree at the RAM base is used, no initrd."""
    @case(f"argv.not.{label}", "source")
    def _(work):
        run = argv_boot(work, texts, [(0x40000000, GOOD_TREE)], **options)
        run.mini("from RAM base\n", "mini: initrd none\n", "mini: bootargs none\n", line)
        if not line:
            run.lacks("list of arguments")


ARGS = ["45000000", f"fdt={TREE_AT:x}", f"initrd={INITRD_AT:x}:1000", "bootargs=x"]
NO_GOOD = f"list of arguments at {LIST_AT:#010x} is no good, status {STATUS['corrupt']}\n"
not_argv_case("none", ARGS, count=0)
not_argv_case("too-many", ARGS * 8 + ["x"])
not_argv_case("count", ARGS, count=5)  # behind the table are a 0 and texts
not_argv_case("unaligned", ARGS, at=LIST_AT + 2)
not_argv_case("unprintable", [*ARGS, "a\x80b"])
not_argv_case("word-nowhere", ARGS, count=3, table=[0x50000000, 0x50000000, 0x50000000])
not_argv_case("words-at-0", ARGS, count=4, table=[0, 0, 0, 0])
not_argv_case("long-word", [*ARGS, "x" * 4096])
not_argv_case("bad-number", [*ARGS[:3], "fdt=4580000g"], NO_GOOD)
not_argv_case("no-number", [*ARGS[:2], "fdt="], NO_GOOD)
not_argv_case("nine-digits", [*ARGS[:2], "fdt=045800000"], NO_GOOD)
not_argv_case("no-size", [*ARGS[:2], "initrd=45900000"], NO_GOOD)
not_argv_case("size-0", [*ARGS[:2], "initrd=45900000:0"], NO_GOOD)
not_argv_case("wraps", [*ARGS[:2], "initrd=ffffff00:200"], NO_GOOD)


@case("argv.not.table-nowhere", "source")
def _(work):
    """The table begins behind RAM, or leaves it."""
    for r1 in (0x50000000, 0x47FFFFF8):
        run = boot(work, work.pack(work.mini), [(0x40000000, GOOD_TREE)], (4, r1, 0))
        run.mini("from RAM base\n", f"r1={r1:x} ")
        run.lacks("list of arguments")


@case("argv.after-r2", "source")
def _(work):
    """A tree in r2: r0 and r1 are not looked at."""
    run = argv_boot(work, ARGS, [(TREE_AT + 0x10000, GOOD_TREE)], r2=TREE_AT + 0x10000)
    run.mini("from r2\n", "mini: initrd none\n")
    run.lacks("list of arguments")


@case("argv.after-atags", "source")
def _(work):
    run = argv_boot(work, ARGS, [(0x40000000, GOOD_TREE), (TREE_AT, atags(cmdline("from=atags")))],
                    r2=TREE_AT)
    run.mini("list of ATAGs at", "from RAM base\n", 'mini: bootargs "from=atags"\n')
    run.lacks("list of arguments")


# --- r2 that is no good ---

def bad_r2_case(label, r2, status, pieces=()):
    @case(f"r2.{label}", "source")
    def _(work):
        run = boot(work, work.pack(work.mini), [(0x40000000, GOOD_TREE), *pieces],
                   (0, ALL_ONES, r2))
        run.mini(f"device tree at {r2:#010x} is no good, status {STATUS[status]}\n",
                 "from RAM base\n")


bad_r2_case("misaligned", TREE_AT + 2, "align", [(TREE_AT, bytes(2) + GOOD_TREE)])
bad_r2_case("nothing-there", TREE_AT, "magic")
bad_r2_case("nowhere", 0x60000000, "magic")
bad_r2_case("broken", TREE_AT, "corrupt", [(TREE_AT, GOOD_TREE[:-64] + b"\xff" * 64)])


@fault("DTB_BROKEN", "misaligned")
def _(work):
    image = work.pack(work.mini, "--uart", VIRT.uart)
    boot(work, image, [(TREE_AT, bytes(2) + GOOD_TREE)], (0, ALL_ONES, TREE_AT + 2)).fault(
        CODES["DTB_BROKEN"], TREE_AT + 2, STATUS["align"])


@case("r2.zero", "source")
def _(work):
    """Nobody meant that."""
    run = boot(work, work.pack(work.mini), [(0x40000000, GOOD_TREE)], (0, ALL_ONES, 0))
    run.mini("from RAM base\n")
    run.lacks("no good")


# --- seeds, and RAM that 32 bits do not reach ---

SEEDS = 'rng-seed = [01 02 03 04 05]; kaslr-seed = <0x11 0x22>; '


def seed_case(label, ours, loaders, **wanted):
    @case(f"seeds.{label}", "source")
    def _(work):
        image = tree_image(work, tree=trees.small([BANK], chosen=ours))
        _, after = final_tree(work, image, [(TREE_AT, trees.small([BANK], chosen=loaders))],
                              (0, ALL_ONES, TREE_AT))
        expect(after, **{f"/chosen/{name.replace('_', '-')}": v for name, v in wanted.items()})


seed_case("loader", "", SEEDS, rng_seed="[01 02 03 04 05]", kaslr_seed="<0x11 0x22>")
seed_case("own", "rng-seed = [09];", SEEDS, rng_seed="[09]", kaslr_seed="<0x11 0x22>")
seed_case("none", "", "", rng_seed=None, kaslr_seed=None)
seed_case("long", "", "rng-seed = [" + "5a " * 100 + "];",
          rng_seed="<" + "0x5a5a5a5a " * 15 + "0x5a5a5a5a>")


@case("seeds.in-the-way", "source")
def _(work):
    """The loader's tree lies where the kernel goes."""
    image = tree_image(work, tree=trees.small([]))
    _, after = final_tree(work, image, [(0x40020000, trees.small([BANK], chosen=SEEDS))],
                          (0, ALL_ONES, 0x40020000))
    expect(after, **{"/chosen/rng-seed": "[01 02 03 04 05]", "/memory/reg": "<0x40000000 0x8000000>"})


def far_case(label, cells, wanted):
    @case(f"ram.far.{label}", "source")
    def _(work):
        """The loader's banks, one above 4 GiB and one across it, as the kernel gets them."""
        far = [BANK, (0xE0000000, 0x40000000), (0x140000000, 0x180000000)]
        image = tree_image(work, tree=trees.small([], "", *cells))
        _, after = final_tree(work, image, [(TREE_AT, trees.small(far, "", 2, 2))],
                              (0, ALL_ONES, TREE_AT))
        got = [int(cell, 16) for cell in trees.properties(after)["/memory/reg"][1:-1].split()]
        if got != wanted:
            raise Failed(f"reg is {[hex(cell) for cell in got]}")


far_case("2-2", (2, 2), [0, 0x40000000, 0, 0x8000000, 0, 0xE0000000, 0, 0x40000000, 1, 0x40000000,
                         1, 0x80000000])
far_case("2-1", (2, 1), [0, 0x40000000, 0x8000000, 0, 0xE0000000, 0x40000000, 1, 0x40000000,
                         0xFFFFF000])
far_case("1-1", (1, 1), [0x40000000, 0x8000000, 0xE0000000, 0x40000000])


# --- Linux ---

def linux_case(label, name, kernel, make, *lines, loader=True):
    """RAM, command line and initrd come by ATAGs; Debian's trees say 1 GiB."""
    @case(f"linux.{kernel}.{name}.{label}", "linux")
    def _(work):
        machine = MACHINES[name]
        line = f"{machine.console} from=atags"
        image = make(work, kernel_path(work, kernel), machine)
        run = work.boot_linux(machine, "-kernel", image, "-initrd", work.initramfs, "-append", line,
                              memory=128)
        run.has(*lines)
        if loader:
            run.has("list of ATAGs at", f"RAM {machine.ram:#010x}-{machine.ram + 128 * MIB:#010x}\n")
        check(work, machine, run, line)


def one_tree(work, kernel, machine):
    return work.pack(kernel, "--dtb", work.linux_dtb(machine))


def two_trees(work, kernel, _machine):
    return work.pack(kernel, "--dtb", work.linux_dtb(A15), "--dtb", work.linux_dtb(A9))


def tree_behind(work, kernel, machine):
    return work.write("both", behind(work.pack(kernel), trees.read(work.linux_dtb(machine))))


for machine_name in ("vexpress-a9", "vexpress-a15"):
    number = 0 if machine_name == "vexpress-a15" else 1
    linux_case("atags", machine_name, "debian", one_tree, "from the image\n")
    linux_case("two-trees", machine_name, "debian", two_trees, f"it is part {number} of the image")
    linux_case("behind", machine_name, "tiny", tree_behind, "from behind the image\n")
linux_case("two-trees", "virt-a15", "debian", two_trees, "from r2\n", loader=False)
