# SPDX-License-Identifier: MIT
"""Images without a kernel: pack --loader."""
import os
import re
import struct

from craft import dtb, vmlinux
from harness import case, equal
import unpack



def early(box):
    """Bytes of the early area of a loader image, as lib/image.h has them."""
    with open(os.path.join(box.root, "lib", "image.h"), encoding="ascii") as file:
        found = re.findall(r"#define ZSHIM_(?:EARLY_SIZE|PARKED_SIZE|EARLY_LOADER)\s+(\d+)", file.read())
    equal(len(found), 3, "sizes of the early area")
    return sum(map(int, found))



def pack(box, *args, out="out.img"):
    said = box.good("pack", "--loader", *args, "-o", out)
    return unpack.Image(box.read(out)), said


@case("loader-layout")
def layout(box):
    """No kernel, the flag, and all that other images may carry."""
    tree, initrd = dtb(), os.urandom(5001)
    box.write("tree", tree)
    box.write("initrd", initrd)
    p, said = pack(box, "--dtb", "tree", "--initrd", "initrd", "--cmdline", "a=b", "--dtb-policy", "fallback",
                   "--cmdline-policy", "append", "--uart", "pl011@0x9000000", "--load", "0x42000000")
    equal(p.flags, 1, "flags")
    equal(p.kernel, None, "kernel")
    equal([x.kind for x in p.parts], ["cmdline", "dtb", "initrd"], "parts")
    equal(p.part("dtb").data, tree, "dtb")
    equal(p.part("initrd").data, initrd, "initrd")
    equal((p.dtb_policy, p.cmdline_policy), (1, 1), "policies")
    equal(p.words(0xD8)[0], 0x9000000, "UART")
    assert p.parts[0].offset >= p.check_at + 4 + early(box), "early area"
    equal(p.words(0x24, 6), (0x016F2818, 0, len(p.data), 0x04030201, 0x45454545, 0xB8), "zImage words")
    equal(p.words(0xB8, 8), (6, 0x5A534C4B, 0xD4, 0, 0, 0, 0, 0), "size table: nothing to inflate")
    assert "kernel" not in said, said
    lines = box.good("info", "out.img").splitlines()
    assert "flavour: loader" in lines and "parts: 3" in lines, lines


@case("loader-empty")
def empty(box):
    p, _ = pack(box)
    equal((p.flags, p.parts, len(p.data) % 8), (1, [], 0), "nothing in it")
    assert len(p.data) >= p.check_at + 4 + early(box), "early area"
    equal(pack(box, "-c", "none")[0].data, p.data, "-c none changes nothing")
    box.good("info", "out.img")
    box.good("pack", "--loader")
    equal(box.read("loader.zimage"), p.data, "default name")
    box.good("pack", "--loader", "-f", "elf", "--load", "64M")
    assert "flavour: loader" in box.good("info", "loader.elf"), "as ELF"


@case("loader-info-boot")
def info_boot(box):
    box.pack(vmlinux())
    assert "flavour: boot" in box.good("info", "out.img").splitlines(), "flavour"


WRONG = {
    "kernel": (("kernel",), "--loader takes no KERNEL: kernel"),
    "codec": (("-c", "gzip"), "--loader has nothing to compress"),
    "auto": (("-c", "auto"), "--loader has nothing to compress"),
    "filter": (("--filter", "none"), "--loader has no kernel for --filter"),
    "best": (("--best",), "--loader has no kernel for --best"),
    "place": (("--place", "auto"), "--loader has no kernel for --place"),
    "phys": (("--phys", "0"), "--loader has no kernel for --phys"),
    "text-offset": (("--text-offset", "0"), "--loader has no kernel for --text-offset"),
    "bss": (("--bss", "0"), "--loader has no kernel for --bss"),
    "policy": (("--dtb-policy", "fallback"), "--dtb-policy without --dtb"),
    "storage": (("--storage", "20"), "--storage without -c auto"),
    "value": (("--loader=1",), "--loader takes no value"),
}


def register_wrong(name, args, says):
    @case("loader-usage-" + name)
    def _(box):
        box.write("kernel", vmlinux())
        first = () if args[0].startswith("--loader") else ("--loader",)
        box.bad("pack", *first, *args, says=says, status=2)


for _name, (_args, _says) in WRONG.items():
    register_wrong(_name, _args, _says)


@case("loader-bad-dtb")
def bad_dtb(box):
    box.write("tree", b"no tree at all, and long enough to be looked at as one, I think")
    box.bad("pack", "--loader", "--dtb", "tree", "-o", "out.img", says="tree")


def damaged(box, change, says):
    image = bytearray(box.read("out.img"))
    change(image)
    box.write("damaged", image)
    box.bad("info", "damaged", says=says)


@case("loader-info-bad")
def info_bad(box):
    """The flag and the kernel: never both, never none."""
    p, _ = pack(box)
    damaged(box, lambda d: struct.pack_into("<I", d, p.desc + 12, 0), "at %#x" % p.desc)
    damaged(box, lambda d: struct.pack_into("<I", d, p.desc + 12, 2), "at %#x" % (p.desc + 12))
    p = box.pack(vmlinux(), "--cmdline", "x" * 400)
    damaged(box, lambda d: struct.pack_into("<I", d, p.desc + 12, 1), "at %#x" % (p.desc + 48))
    # With its kernel far enough behind.
    p, _ = pack(box, "--cmdline", "x")
    command = p.desc + 48
    damaged(box, lambda d: struct.pack_into("<I", d, command, 1), "at %#x" % command)
