# SPDX-License-Identifier: MIT
"""Failures of device tree, command line, initrd and room: E10 to E24."""
import struct

import stage
import trees
from boards import MACHINES
from cases_place import DTB_AT
from cases_tree import BANK, MIB, TREE_AT, boot_tree, long_words
from faults import STATUS, VIRT, between, boot_image, fault, kernel_part, packed, place
from harness import CODES, noise


# --- device tree, command line, initrd ---

@fault("NO_DTB", "vexpress")
def _(work):
    machine = MACHINES["vexpress-a9"]
    boot_image(work, packed(work, machine=machine), machine).fault(
        CODES["NO_DTB"], machine.ram + 0x100, machine.ram)


@fault("NO_DTB", "low-elf")
def _(work):
    """QEMU gives virt's tree only to ELF files that leave it 1 MiB at the RAM base."""
    image = work.pack(work.mini, "--uart", VIRT.uart, "-f", "elf", "--load", "0x40010000")
    work.boot(VIRT, "-kernel", image).fault(CODES["NO_DTB"], 0, VIRT.ram)


@fault("NO_DTB", "reset")
def _(work):
    """From reset, with nothing in RAM."""
    machine = MACHINES["vexpress-a15"]
    image = packed(work, machine=machine)
    work.boot(machine, "-bios", work.write("i", image.data)).fault(CODES["NO_DTB"], 0, 0)


def broken_case(label, damage, status):
    @fault("DTB_BROKEN", label)
    def _(work):
        tree = bytearray(trees.small([BANK]))
        damage(tree)
        boot_tree(work, tree, "--uart", VIRT.uart).fault(CODES["DTB_BROKEN"], TREE_AT,
                                                         status and STATUS[status])


def tree_word(offset, value):
    return lambda tree: struct.pack_into(">I", tree, offset, value)


def nonzero_token(tree):
    """The first token of the structure block is none."""
    struct.pack_into(">I", tree, struct.unpack_from(">I", tree, 8)[0], 7)


broken_case("size", tree_word(4, 32), None)
broken_case("huge", tree_word(4, 0x7FFFFFFF), None)
broken_case("version", tree_word(24, 18), None)
broken_case("structure", tree_word(8, 0x10000), None)
broken_case("strings", tree_word(12, 0x7FFFFFF0), None)
broken_case("token", nonzero_token, None)


@fault("DTB_BROKEN", "embedded")
def _(work):
    """Damaged before it was packed, so that its part is sound."""
    image = packed(work, "--dtb", work.write("tree.dtb", trees.small([BANK])))
    part, _number = image.part("dtb")
    image.patch(part["offset"], b"\xd0\x0d\xfe\xee")
    image.seal_part("dtb")
    image.seal()
    boot_image(work, image).fault(CODES["DTB_BROKEN"], place(VIRT) + part["offset"],
                                  STATUS["magic"])


@fault("NO_RAM")
def _(work):
    boot_tree(work, trees.small([])).fault(CODES["NO_RAM"], TREE_AT, TREE_AT)


@fault("NO_RAM", "above-4g")
def _(work):
    tree = trees.small([(0x100000000, 1 << 30)], "", 2, 2)
    boot_tree(work, tree).fault(CODES["NO_RAM"], TREE_AT, TREE_AT)


@fault("RAM_MAP", "banks")
def _(work):
    tree = trees.small([(0x40000000 + 2 * n * MIB, MIB) for n in range(40)])
    boot_tree(work, tree).fault(CODES["RAM_MAP"], 32, between(32, 33))


@fault("RAM_MAP", "reservations")
def _(work):
    tree = trees.extend(trees.small([BANK]),
                        reserve=[(0x41000000 + n * 0x2000, 0x1000) for n in range(40)])
    boot_tree(work, tree).fault(CODES["RAM_MAP"], 32, 32)


@fault("BOOTARGS", "loader")
def _(work):
    image = packed(work)
    boot_image(work, image, VIRT, "-append", long_words(1024)).fault(CODES["BOOTARGS"], 1024, 1023)


def joined_case(policy):
    @fault("BOOTARGS", policy)
    def _(work):
        image = packed(work, "--cmdline", long_words(512), "--cmdline-policy", policy)
        boot = boot_image(work, image, VIRT, "-append", long_words(511))
        boot.fault(CODES["BOOTARGS"], 1024, 1023)


joined_case("append")
joined_case("prepend")


def initrd_case(label, start, end, cells=1):
    @fault("INITRD", label)
    def _(work):
        values = [f"<{v >> 32:#x} {v & 0xffffffff:#x}>" if cells == 2 else f"<{v:#x}>"
                  for v in (start, end)]
        tree = trees.extend(trees.small([BANK]), "/ { chosen { linux,initrd-start = %s; "
                            "linux,initrd-end = %s; }; };" % tuple(values))
        boot_tree(work, tree, "--uart", VIRT.uart).fault(CODES["INITRD"], start & 0xFFFFFFFF,
                                                         end & 0xFFFFFFFF)


initrd_case("outside", 0x50000000, 0x50010000)
initrd_case("partly-outside", 0x47FFF000, 0x48001000)
initrd_case("end-before-start", 0x46010000, 0x46000000)
initrd_case("above-4g", 0x142000000, 0x142010000, 2)


# --- no room ---

SECOND = 0x44000000  # a bank beside the kernel's room
ROOM_END = 0x40176000


def room_case(code, label, make, a=None, b=None, at=0x41000000, **pieces):
    """make() gives the tree.  It may leave out the RAM that image and tree lie in: a loader's."""
    @fault(code, label)
    def _(work):
        image = packed(work)
        if pieces.get("change"):
            pieces["change"](image)
        more = [(pieces["initrd_at"], pieces["initrd"])] if "initrd" in pieces else []
        args = stage.arguments(work, VIRT, [(at, image.data), (DTB_AT, make()), *more], at,
                               (0, 0xFFFFFFFF, DTB_AT))
        work.boot(VIRT, *args).fault(CODES[code], a, b)


NEEDED = ROOM_END - 0x40008000 + 0x8000  # with the text offset
room_case("ROOM_KERNEL", "bank", lambda: trees.small([(0x40000000, MIB)]), NEEDED,
          ROOM_END - 0x40000000 - MIB)
room_case("ROOM_KERNEL", "one-page", lambda: trees.small([(0x40000000, ROOM_END - 0x40001000)]),
          NEEDED, 0x1000)
room_case("ROOM_KERNEL", "reserved", lambda: trees.extend(
    trees.small([BANK]), reserve=[(0x40000000 + n * 2 * MIB, 0x10000) for n in range(10)] +
    [(0x41400000, BANK[0] + BANK[1] - 0x41400000)]), NEEDED, 0x10000 - 0x3000)
room_case("ROOM_SHIM", None, lambda: trees.small([(0x40000000, ROOM_END - 0x40000000)]),
          between(0x8000, 0x10000), between(0x5000, 0xD000))
room_case("ROOM_DTB", "large", lambda: trees.small(
    [(0x40000000, ROOM_END - 0x40000000), (SECOND, 0x10000)],
    "/ { big = [%s]; };" % ("5a" * 0x12000)), between(0x12000, 0x14000),
          between(1, 0x12000))
room_case("ROOM_DTB", "2-mib", lambda: trees.small([BANK], "/ { big = [%s]; };" % ("5a" * 2 * MIB)),
          between(2 * MIB, 2 * MIB + 0x2000))
room_case("ROOM_INITRD", None, lambda: trees.extend(
    trees.small([(0x40000000, ROOM_END - 0x40000000), (SECOND, 0x20000)]),
    "/ { chosen { linux,initrd-start = <0x40010000>; linux,initrd-end = <0x40050000>; }; };"),
          0x40000, between(0x20000, 0x40000), initrd_at=0x40010000, initrd=noise(0x40000))


def no_bss(image):
    part = kernel_part(image)
    part["memory"] = part["inflated"]
    image.seal()


@fault("ROOM_PART")
def _(work):
    """No BSS behind the kernel, no RAM behind that: nothing for the decoder's margin."""
    image = packed(work)
    no_bss(image)
    part = kernel_part(image)
    tree = trees.small([(0x40000000, 0x8000 + part["memory"]), (SECOND, 0x11000)])
    args = stage.arguments(work, VIRT, [(0x40008000, image.data), (DTB_AT, tree)], 0x40008000,
                           (0, 0xFFFFFFFF, DTB_AT))
    work.boot(VIRT, *args).fault(CODES["ROOM_PART"], between(part["stored"], part["stored"] + 4095),
                                 between(1, part["stored"] - 1))
