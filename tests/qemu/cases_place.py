# SPDX-License-Identifier: MIT
"""Image, device tree and initrd, each where the kernel goes; images at odd addresses."""
import re

import stage
import trees
from boards import MACHINES
from cases_linux import check, kernel_path
from harness import INITRD, INITRD_CRC, Failed, case

# The mini vmlinux at RAM base 0x40000000: page tables from 0x40003000, image from 0x40008000, BSS
# from about 0x40129000 to 0x40176000.  Each case checks what it relies on of this against the log.
DTB_AT = 0x45000000
INITRD_AT = 0x45800000


def room(boot):
    """(start, end) of what the kernel takes, by the log."""
    found = boot.find(r"kernel goes to 0x(\w+), to 0x(\w+) with its BSS")
    return int(found[1], 16) - 0x5000, int(found[2], 16)


def moved(boot, what):
    found = re.search(rf"^zshim: {what} moves from 0x(\w+) to 0x(\w+)$", boot.text, re.M)
    return (int(found[1], 16), int(found[2], 16)) if found else None


def must_move(boot, what, start, size):
    """It lay in the kernel's room, so that this case is what it says, and was moved out of it."""
    low, high = room(boot)
    if start >= high or start + size <= low:
        raise Failed(f"{what} at {start:#x} was not in the kernel's way {low:#x}-{high:#x}")
    move = moved(boot, what)
    if not move or move[0] != start:
        raise Failed(f"log does not tell how {what} moves from {start:#x}")
    if low < move[1] + size and move[1] < high:
        raise Failed(f"{what} moves to {move[1]:#x}, which is in {low:#x}-{high:#x}")


def virt_tree(work, words, initrd=None):
    """QEMU's own, with these bootargs, and this (address, size) as initrd."""
    text = f'bootargs = "{words}";'
    if initrd:
        text += f" linux,initrd-start = <{initrd[0]:#x}>;"
        text += f" linux,initrd-end = <{initrd[0] + initrd[1]:#x}>;"
    return trees.extend(trees.virt(work.folder), "/ { chosen { %s }; };" % text)


def boot_staged(work, name, image, at, dtb_at=DTB_AT, initrd_at=INITRD_AT):
    machine = MACHINES[name]
    words = f"expect.mode={machine.mode} {INITRD_CRC}"
    tree = virt_tree(work, words, (initrd_at, len(INITRD)))
    pieces = [(at, stage.contents(image)), (dtb_at, tree), (initrd_at, INITRD)]
    boot = work.boot(machine, *stage.arguments(work, machine, pieces, at,
                                               (0, 0xFFFFFFFF, dtb_at)))
    boot.mini(f"zshim: 0.1.0 at {at:#010x}, ", f"device tree at {dtb_at:#010x}, ",
              f"initrd at {initrd_at:#010x}, ")
    return boot, len(tree)


def image_case(label, at, codec="gzip", name="virt-a15", in_the_way=True):
    @case(f"place.image.{label}.{name}.{codec}", "place")
    def _(work):
        image = work.pack(work.mini, "-c", codec)
        boot, _ = boot_staged(work, name, image, at)
        if in_the_way:
            low, high = room(boot)
            if not low < at + len(stage.contents(image)) or not at < high:
                raise Failed(f"image at {at:#x} was not in the kernel's way")


image_case("at-kernel", 0x40008000)
image_case("at-kernel", 0x40008000, "none")
image_case("at-kernel", 0x40008000, name="virt-hyp")
image_case("ram-base", 0x40000000)
image_case("ram-base-plus-4", 0x40000004)
image_case("inside", 0x40100FFC)
image_case("inside", 0x40100FFC, "none")
image_case("inside-plus-8", 0x400F0008)
image_case("in-bss", 0x4014000C)
image_case("across-end", 0x40175FFC)
image_case("just-above", 0x40176004, in_the_way=False)
image_case("above", 0x42000004, in_the_way=False)
image_case("above", 0x42000004, name="virt-hyp", in_the_way=False)
image_case("unaligned-28", 0x4300001C, in_the_way=False)


@case("place.image.below", "place")
def _(work):
    """RAM that the kernel may have begins above the image."""
    tree = trees.extend(virt_tree(work, "a=b"), """/ { chosen {
        linux,usable-memory-range = <0 0x44000000 0 0x02000000>; }; };""")
    image, machine = work.pack(work.mini), MACHINES["virt-a15"]
    pieces = [(0x41000004, stage.contents(image)), (DTB_AT, tree)]
    boot = work.boot(machine, *stage.arguments(work, machine, pieces, 0x41000004,
                                               (0, 0xFFFFFFFF, DTB_AT)))
    boot.mini("zshim: 0.1.0 at 0x41000004, ", "kernel starts at 0x44008000")


def tree_case(label, dtb_at, name="virt-a15"):
    @case(f"place.dtb.{label}.{name}", "place")
    def _(work):
        boot, size = boot_staged(work, name, work.pack(work.mini), 0x42000000, dtb_at=dtb_at)
        must_move(boot, "device tree", dtb_at, size)


tree_case("in-page-table", 0x40004000)
tree_case("in-text", 0x40010000)
tree_case("in-text", 0x40010000, "virt-hyp")
tree_case("in-text-plus-4", 0x40020004)
tree_case("in-bss", 0x40160000)
tree_case("across-start", 0x40002FF8)


@case("place.image.last-line.vexpress-a15", "place")
def _(work):
    """It ends in the last line of cache below 4 GiB."""
    machine = MACHINES["vexpress-a15"]
    image = stage.contents(work.pack(work.mini, "--uart", machine.uart))
    tree = trees.read(work.mini_dtb(machine))
    at = 0xFFFFFFF8 - len(image) & ~3
    args = stage.arguments(work, machine, [(at, image), (0x82000000, tree)], at,
                           (0, 0xFFFFFFFF, 0x82000000))
    work.boot(machine, *args, memory=2048).mini(f" at {at:#010x}, entered in SVC")


def initrd_case(label, initrd_at, name="virt-a15"):
    @case(f"place.initrd.{label}.{name}", "place")
    def _(work):
        boot, _ = boot_staged(work, name, work.pack(work.mini), 0x42000000, initrd_at=initrd_at)
        must_move(boot, "initrd", initrd_at, len(INITRD))


initrd_case("in-page-table", 0x40000000)
initrd_case("in-text", 0x40020000)
initrd_case("in-text", 0x40020000, "virt-hyp")
initrd_case("in-bss", 0x40150000)
initrd_case("across-end", 0x4016FF00)


@case("place.initrd.reserved", "place")
def _(work):
    """U-Boot reserves the initrd by /memreserve/: it may be moved all the same."""
    at, machine = 0x40020000, MACHINES["virt-a15"]
    tree = trees.extend(virt_tree(work, INITRD_CRC, (at, len(INITRD))), reserve=[(at, len(INITRD))])
    pieces = [(0x42000000, stage.contents(work.pack(work.mini))), (DTB_AT, tree), (at, INITRD)]
    boot = work.boot(machine, *stage.arguments(work, machine, pieces, 0x42000000,
                                               (0, 0xFFFFFFFF, DTB_AT)))
    boot.mini("kernel starts at 0x40008000")
    must_move(boot, "initrd", at, len(INITRD))


@case("place.all-in-kernel", "place")
def _(work):
    """Everything at once lies in the kernel's place."""
    for codec in ("gzip", "none"):
        image = work.pack(work.mini, "-c", codec)
        # Without compression the image itself fills the text.
        dtb_at = {"gzip": 0x40160000, "none": 0x40150000}[codec]
        initrd_at = {"gzip": 0x40040000, "none": 0x40158000}[codec]
        boot, size = boot_staged(work, "virt-a15", image, 0x40008000, dtb_at, initrd_at)
        must_move(boot, "device tree", dtb_at, size)
        must_move(boot, "initrd", initrd_at, len(INITRD))


def vexpress_case(name):
    @case(f"place.image.at-kernel.{name}", "place")
    def _(work):
        machine = MACHINES[name]
        at = machine.ram + 0x8000
        image = work.pack(work.mini, "--dtb", work.mini_dtb(machine), "--initrd",
                          work.write("initrd", INITRD), "--cmdline", INITRD_CRC)
        pieces = [(at, stage.contents(image))]
        boot = work.boot(machine, *stage.arguments(work, machine, pieces, at))
        boot.mini(f"zshim: 0.1.0 at {at:#010x}, ", f"kernel starts at {at:#010x} in SVC")


vexpress_case("vexpress-a9")
vexpress_case("vexpress-a15")


# --- memory so small that the packed kernel has no place but in the kernel's own ---

def tight_case(codec, moves):
    @case(f"place.in-place.{codec}", "place")
    def _(work):
        """RAM: the kernel's room, and a bank that just takes the shim and the tree."""
        tree = trees.small([(0x40000000, 0x176000), (0x44000000, 0x12000)], chosen="")
        image = work.pack(work.mini, "-c", codec, "--uart", MACHINES["virt-a15"].uart)
        machine = MACHINES["virt-a15"]
        pieces = [(0x40008000, stage.contents(image)), (DTB_AT, tree)]
        boot = work.boot(machine, *stage.arguments(work, machine, pieces, 0x40008000,
                                                   (0, 0xFFFFFFFF, DTB_AT)))
        boot.mini("console UART at 0x09000000 by --uart")
        low, high = room(boot)
        move = moved(boot, "packed kernel")
        if bool(move) != moves or (move and not low < move[1] < high):
            raise Failed(f"the packed kernel was not decoded in place: {move}")


tight_case("gzip", True)
tight_case("none", False)  # a memmove, from where it lies


# --- r2 that is no address of a tree: a loader's own business, an address of nothing ---

def wild_case(label, name, r2):
    @case(f"place.dtb.r2-{label}.{name}", "place")
    def _(work):
        machine, at = MACHINES[name], 0x41000004
        pieces = [(at, stage.contents(work.pack(work.mini))), (0x40000000, trees.virt(work.folder))]
        boot = work.boot(machine, *stage.arguments(work, machine, pieces, at, (0, 0xFFFFFFFF, r2)))
        boot.mini("device tree at 0x40000000, ", ", from RAM base\n", f" r2={r2:x}\n")


for machine_name in ("virt-a15", "virt-hyp"):
    wild_case("nowhere", machine_name, 0x0B000000)
    wild_case("beyond-ram", machine_name, 0xFFFFFFF0)
    wild_case("unaligned", machine_name, 0x40000002)
    wild_case("zero", machine_name, 0)


@case("place.image.each-alignment", "place")
def _(work):
    """The early vectors lie in the image wherever it lies: a load that aborts needs them."""
    image, tree = stage.contents(work.pack(work.mini)), trees.virt(work.folder)
    for name in ("virt-a15", "virt-hyp"):
        for at in range(0x41000000, 0x41000020, 4):
            machine = MACHINES[name]
            pieces = [(at, image), (0x40000000, tree)]
            boot = work.boot(machine, *stage.arguments(work, machine, pieces, at,
                                                       (0, 0xFFFFFFFF, 0x0B000000)))
            boot.mini(f"zshim: 0.1.0 at {at:#010x}, ", ", from RAM base\n")


# --- Linux ---

LINUX_ROOM = 0x40208000, 0x41607588  # Debian's, by facts.md F; must_move() checks it


def linux_case(label, at, dtb_at, initrd_at, in_the_way):
    @case(f"place.linux.{label}", "linux")
    def _(work):
        machine = MACHINES["virt-a15"]
        initrd = stage.contents(work.initramfs)
        tree = virt_tree(work, "from=tree", (initrd_at, len(initrd)))
        image = stage.contents(work.pack(kernel_path(work, "debian")))
        pieces = [(at, image), (dtb_at, tree), (initrd_at, initrd)]
        boot = work.boot_linux(machine, *stage.arguments(work, machine, pieces, at,
                                                         (0, 0xFFFFFFFF, dtb_at)))
        sizes = {"device tree": (dtb_at, len(tree)), "initrd": (initrd_at, len(initrd)),
                 "packed kernel": (at, len(image))}
        for what in in_the_way:
            if what == "packed kernel":
                low, high = room(boot)
                if not moved(boot, what) or not low <= at < high:
                    raise Failed("the image did not lie in the kernel's place")
            else:
                must_move(boot, what, *sizes[what])
        check(work, machine, boot, "from=tree")


linux_case("image-at-kernel", 0x40208000, DTB_AT, INITRD_AT, ("packed kernel",))
linux_case("dtb-in-text", 0x42000000, 0x40400000, INITRD_AT, ("device tree",))
linux_case("initrd-in-bss", 0x42000004, DTB_AT, 0x415F0000, ("initrd",))
linux_case("all-in-kernel", 0x40208000, 0x41400000, 0x415F0000,
           ("packed kernel", "device tree", "initrd"))
