# SPDX-License-Identifier: MIT
"""zshim verify: sound images, damaged ones, and layouts of which the answer is known."""
import ctypes
import os
import random
import re
import struct

from craft import dtb, vmlinux
from harness import case, equal

CODECS = ("none", "lz4", "gzip", "zstd", "xz")
KIB, MIB = 1 << 10, 1 << 20
RAM = 0x40000000
# vmlinux()'s kernel: 0x8000 above the RAM base, 200,000 bytes and 70,000 of BSS.
HEAD = 200  # bytes of the ELF wrapper
KERNEL_END = 0x8000 + 200_000 + 70_000


def xxh32(data):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH32.restype = ctypes.c_uint32
    return library.XXH32(bytes(data), len(data), 0)


def words(data, offset, *values):
    return data[:offset] + struct.pack("<%dI" % len(values), *values) + data[offset + 4 * len(values):]


def resealed(image, data):
    """The check over stub and descriptor made right again."""
    return words(data, image.check_at, xxh32(data[:image.check_at]))


def part_entry(image, kind):
    """Offset of the part's entry in the descriptor."""
    return image.desc + 48 + 80 * [p.kind for p in image.parts].index(kind)


def with_part(image, kind, stored):
    """Other stored bytes of the same length, summed anew."""
    part, at = image.part(kind), part_entry(image, kind)
    equal(len(stored), part.stored, "the length of the new part")
    data = image.data[:part.offset] + stored + image.data[part.offset + part.stored:]
    return resealed(image, words(data, at + 76, xxh32(stored)))


def full(box, *more):
    """An image with all kinds of parts."""
    box.write("tree", dtb(memory=RAM))
    box.write("initrd", os.urandom(3001))
    return box.pack(vmlinux(), "--dtb", "tree", "--initrd", "initrd", "--cmdline", "a=b", *more)


# --- sound ---

@case("verify-sound")
def verify_sound(box):
    for codec in CODECS:
        box.pack(vmlinux(), "-c", codec)
        text = box.good("verify", "out.img")
        assert "part 0: kernel, " in text and f"sound, inflates by {codec}\n" in text, text
        assert "loads:" not in text, text


@case("verify-elf")
def verify_elf(box):
    """An ELF file is proved where its loader puts it."""
    box.write("kernel", vmlinux())
    box.good("pack", "-f", "elf", "--load", "0x41000000", "-o", "out.elf", "kernel")
    text = box.good("verify", "--ram", "0x40000000:64M", "out.elf")
    assert "\nload: 0x41000000\n" in text and "kernel goes to 0x40008000" in text, text
    box.bad("verify", "--ram", "0x80000000:64K", "out.elf", says="at 0x41000000: E20 no room for kernel")
    # Only its image, as bytes behind the wrapper: the same image.
    assert "loads: " in box.good("verify", "--ram", "0x40000000:64M", box.write("raw", box.read("out.elf")[HEAD:]))


@case("verify-behind")
def verify_behind(box):
    image = box.pack(vmlinux())
    box.write("longer", image.data + b"more")
    assert "behind the image: 4 bytes" in box.good("verify", "longer")
    box.write("flash", image.data + b"\xff" * 1000)
    assert "behind the image: 1000 bytes" in box.good("verify", "flash")
    box.write("flash", image.data + b"\xff" * 900 + b"\xfe" + b"\xff" * 99)
    box.bad("verify", "flash", says="filling behind the image at %#x: fe, not ff" % (len(image.data) + 900))


# --- damaged ---

def must_name(box, blob, what):
    """Refused, in a line that says where; never taken for sound, never a crash."""
    box.write("damaged", blob)
    done = box.run("verify", "damaged")
    text = done.stderr.decode()
    equal(done.returncode, 1, "%s: status" % what)
    assert text.startswith("zshim: damaged: ") and text.count("\n") == 1, "%s: %r" % (what, text)


@case("verify-each-flip")
def verify_flips(box):
    """One bit of each byte of boot sector and descriptor, and of every 331st of all the file."""
    image = full(box, "-c", "lz4")
    rng = random.Random(1)
    offsets = [*range(0x200), *range(image.desc, image.check_at + 40), *range(0x200, len(image.data), 331),
               len(image.data) - 1]
    for at in offsets:
        blob = bytearray(image.data)
        blob[at] ^= 1 << rng.randrange(8)
        must_name(box, bytes(blob), "bit of byte %#x" % at)


@case("verify-each-flip-elf")
def verify_flips_elf(box):
    box.write("kernel", vmlinux())
    box.good("pack", "-f", "elf", "--load", "0x41000000", "-o", "out.elf", "kernel")
    good = box.read("out.elf")
    for at in range(HEAD):
        for bit in 0, 7:
            blob = bytearray(good)
            blob[at] ^= 1 << bit
            must_name(box, bytes(blob), "bit %d of byte %#x" % (bit, at))
    must_name(box, good + b"x", "a byte more")


@case("verify-truncated")
def verify_truncated(box):
    image = full(box)
    box.good("pack", "-f", "elf", "--load", "0x41000000", "-o", "out.elf", "kernel")
    for good in image.data, box.read("out.elf"):
        for size in [*range(1, 0x240, 7), *range(0x240, len(good) - 1, 1999), len(good) - 1]:
            must_name(box, good[:size], "the first %d bytes" % size)


@case("verify-names-it")
def verify_names(box):
    """What is damaged, where, what was found and what was expected."""
    image = full(box)
    for number, part in enumerate(image.parts):
        blob = bytearray(image.data)
        blob[part.offset + part.stored // 2] ^= 4
        damaged = bytes(blob)
        found = xxh32(damaged[part.offset:part.offset + part.stored])
        box.write("damaged", damaged)
        box.bad("verify", "damaged", says="part %d (%s) at %#x: XXH32 is %08x, not %08x" % (
            number, part.kind, part.offset, found, part.check))
    blob = bytearray(image.data)
    blob[0x1000] ^= 1
    blob[image.kernel.offset] ^= 1
    box.write("damaged", bytes(blob))
    box.bad("verify", "damaged", says="stub and descriptor, %#x bytes: XXH32 is %08x, not %08x; and 1 more" % (
        image.check_at, xxh32(blob[:image.check_at]), image.check))
    at = image.check_at + 4 + 100
    box.write("damaged", image.data[:at] + b"\x80" + image.data[at + 1:])
    box.bad("verify", "damaged", says="padding at %#x: 80, not 00" % at)


@case("verify-wrong-inside")
def verify_inside(box):
    """Summed right, wrong inside: made so, or packed by a program with a bug."""
    image = full(box)
    stored = image.kernel.bytes
    entry = part_entry(image, "kernel")
    for name, blob, says in (
            ("stream", with_part(image, "kernel", b"\7" + stored[1:]), "the board's gzip decoder says of the kernel: "),
            ("short", resealed(image, words(image.data, entry + 32, image.kernel.inflated + 1)),
             "the kernel inflates to 200000 bytes, not 200001"),
            ("long", resealed(image, words(image.data, entry + 32, image.kernel.inflated - 4)), "decoder says of the kernel: "),
            ("tree", with_part(image, "dtb", bytes(image.part("dtb").stored)), "(dtb) at 0x"),
            ("end", resealed(image, words(image.data, 0x2C, len(image.data) + 8)), "zImage header: ends at")):
        box.write(name, blob)
        box.bad("verify", name, says=says)


@case("verify-other-shim")
def verify_other_shim(box):
    """The image is sound; what its shim would do is not known here."""
    image = box.pack(vmlinux())
    blob = bytearray(image.data)
    blob[0x1000] ^= 1
    box.write("other", resealed(image, bytes(blob)))
    box.bad("verify", "other", says="its shim is not that of zshim 0.")


@case("verify-no-image")
def verify_none(box):
    box.write("kernel", vmlinux())
    box.bad("verify", "kernel", says="kernel: is no zshim image")
    box.bad("verify", "no-such", says="no-such: No such file")
    box.bad("verify", box.write("text", b"text"), says="is no zshim image")


# --- layouts ---

def runs(text):
    """[(first, last, what)] of the loads."""
    return [(int(a, 16), int(b, 16), what) for a, b, what in
            re.findall(r"^  (0x\w+)-(0x\w+): (works|E\d\d)", text, re.M)]


@case("verify-loads-anywhere")
def verify_anywhere(box):
    image = box.pack(vmlinux())
    (only,) = runs(box.good("verify", "--ram", "1G:128M", "out.img"))
    equal(only, (RAM, RAM + 128 * MIB - len(image.data) & ~3, "works"), "the loads")


@case("verify-loads-some")
def verify_some(box):
    """RAM that the image must leave some of: what is said of each address is what --load says of it."""
    image = box.pack(vmlinux(), "-c", "none")
    ram = ["--ram", "%#x:%#x" % (RAM, KERNEL_END + 192 * KIB & ~0xFFF)]
    found = runs(box.good("verify", *ram, "out.img"))
    assert {"works"} < {what for _, _, what in found}, found
    for first, last, what in found:
        for load in first, last:
            done = box.run("verify", *ram, "--load", hex(load), "out.img")
            equal(done.returncode, int(what != "works"), "status at %#x" % load)
            assert what == "works" or what + " " in done.stderr.decode(), done.stderr
    assert len(image.data) > 200_000, "not an image that is in the way"


@case("verify-loads-drawn")
def verify_drawn(box):
    """Boards and initrds at random: in each range of loads, addresses at random have its verdict."""
    rng, kinds = random.Random(2026), set()
    box.pack(vmlinux(), "-c", "none", out="none")
    box.pack(vmlinux(), "-c", "lz4", out="lz4")
    for _ in range(15):
        size = (KERNEL_END & ~0xFFF) + 4096 * rng.randrange(-2, 130)
        args = ["--ram", "%#x:%#x" % (RAM, size), rng.choice(("none", "lz4"))]
        if rng.randrange(2):
            args += ["--ram", "0x50000000:%#x" % rng.choice((0x8000, 0x40000, 0x6000000))]
        if rng.randrange(2):
            args += ["--initrd", "%#x:%#x" % (RAM + 4 * rng.randrange(20000), 4 * rng.randrange(1, 60000))]
        for first, last, what in runs(box.run("verify", *args).stdout.decode()):
            kinds.add(what)
            drawn = [load for load in (rng.randrange(first, last + 1) & ~0xFFF for _ in range(3)) if load >= first]
            for load in {first, last, *drawn}:
                done = box.run("verify", *args, "--load", hex(load))
                assert (what == "works") == (done.returncode == 0) and (
                    what == "works" or what + " " in done.stderr.decode()), "%s at %#x: %s" % (args, load, what)
    assert {"works"} < kinds, kinds


@case("verify-loads-nowhere")
def verify_nowhere(box):
    image = box.pack(vmlinux())
    box.bad("verify", "--ram", "1G:256K", "out.img",
            says="at every address: E20 no room for kernel %#x %#x (%d bytes missing)" % (
                KERNEL_END, *[KERNEL_END - 256 * KIB] * 2))
    box.bad("verify", "--ram", "1G:%d" % (len(image.data) // 2), "out.img", says="no place for the image itself")


@case("verify-ranges-around")
def verify_around(box):
    """Loads do not go over reservations, the loader's tree or its initrd."""
    image = box.pack(vmlinux())
    tree = box.write("tree", dtb("""#address-cells = <1>; #size-cells = <1>;
        memory@40000000 { device_type = "memory"; reg = <0x40000000 0x8000000>; };
        reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
            keep@42000000 { reg = <0x42000000 0x100000>; }; };"""))
    size = len(image.data) + 3 & ~3
    found = runs(box.good("verify", "--dtb", tree, "--fdt", "0x44000000", "--initrd", "0x45000000:1M", "out.img"))
    ends = [0x42000000 - size, *(at - size & ~0xFFF for at in (0x44000000, 0x45000000)), 0x48000000 - size]
    equal(found, [(first, last, "works") for first, last in
                  zip((RAM, 0x42100000, 0x44001000, 0x45100000), ends)], "the loads")


@case("verify-embedded-tree")
def verify_embedded(box):
    """RAM by the image's own tree; by --ram against it; by none."""
    full(box)
    assert "ram: 0x40000000-0x48000000, by /memory" in box.good("verify", "out.img")
    assert "ram: 0x80000000-0x84000000, by --ram" in box.good("verify", "--ram", "2G:64M", "out.img")
    box.write("none", dtb('compatible = "x";'))
    box.pack(vmlinux(), "--dtb", "none")
    assert "loads:" not in box.good("verify", "out.img")
    assert "ram: 0x60000000-0x68000000, by /memory" in box.good("verify", "--dtb", box.write("tree", dtb()), "out.img")
    box.bad("verify", "--dtb", "none", "out.img", says="E12 no RAM in device tree")


def board_tree(name, base):
    return dtb('#address-cells = <1>; #size-cells = <1>; compatible = "%s", "any,board";'
               'memory@%x { device_type = "memory"; reg = <%#x 0x4000000>; };' % (name, base, base))


@case("verify-several-trees")
def verify_several(box):
    """All of the image's, unless the loader's tells which."""
    for number, base in enumerate((0x40000000, 0x60000000, 0x80000000)):
        box.write("tree%d" % number, board_tree("board,%d" % number, base))
    box.pack(vmlinux(), "--dtb", "tree0", "--dtb", "tree1")
    text = box.good("verify", "out.img")
    equal(re.findall(r"^board: (.*)$", text, re.M), ["board,0", "board,1"], "the boards")
    equal(text.count("loads: "), 2, "proofs")
    box.bad("verify", "--load", "0x40000000", "--ram", "0x40000000:256K", "out.img", says="E20 no room for kernel")
    for loader, wanted in (("tree1", "0x60000000"), ("tree2", "0x40000000")):
        text = box.good("verify", "--dtb", loader, "out.img")
        equal(re.findall(r"^ram: (\w+)-", text, re.M), [wanted], "RAM with the loader's " + loader)
    box.write("other", dtb())
    assert "ram: 0x60000000-0x68000000" in box.good("verify", "--dtb", "other", "out.img")


@case("verify-tree-behind")
def verify_tree_behind(box):
    image, tree = box.pack(vmlinux()), dtb(memory=RAM)
    box.write("longer", image.data + tree)
    text = box.good("verify", "--load", "0x41000000", "longer")
    at = 0x41000000 + len(image.data)
    assert "device tree moves from 0x%08x to " % at in text, text
    box.write("broken", image.data + tree[:-8])
    assert "load" not in box.good("verify", "broken")


@case("verify-initrd-outside")
def verify_initrd(box):
    box.pack(vmlinux())
    box.bad("verify", "--ram", "1G:64M", "--initrd", "0x80000000:64K", "out.img",
            says="E15 initrd is not in RAM 0x80000000 0x80010000")


@case("verify-partly-in-ram")
def verify_partly(box):
    box.pack(vmlinux())
    box.bad("verify", "--ram", "1G:64M", "--load", "0x43fff000", "out.img",
            says="at 0x43fff000: only a part of the image lies in RAM")
    assert "taken for ROM" in box.good("verify", "--ram", "1G:64M", "--load", "0", "out.img")


@case("verify-whole-address-space")
def verify_huge(box):
    """2 GiB that end where a 32-bit address does, and as many ranges as there may be."""
    box.pack(vmlinux())
    box.good("verify", "--ram", "0x80000000:2G", "out.img")
    many = [word for n in range(32) for word in ("--ram", "%#x:1M" % (RAM + 2 * n * MIB))]
    box.good("verify", *many, "out.img")


# --- usage ---

WRONG = {
    "no-file": ((), "FILE is missing"),
    "two-files": (("a", "b"), "more than one FILE: b"),
    "unknown": (("--rom", "1", "a"), "unknown option: --rom"),
    "no-value": (("a", "--ram"), "--ram: its value is missing"),
    "empty": (("--dtb=", "a"), "--dtb: empty"),
    "ram-syntax": (("--ram", "0x40000000", "a"), "--ram: not ADDR:SIZE"),
    "ram-nothing": (("--ram", "0x40000000:0", "a"), "--ram: not ADDR:SIZE"),
    "ram-size": (("--ram", "0x40000000:1T", "a"), "--ram: not ADDR:SIZE"),
    "ram-colon": (("--ram", ":1M", "a"), "--ram: not ADDR:SIZE"),
    "ram-long": (("--ram", "0" * 99 + ":1M", "a"), "--ram: not ADDR:SIZE"),
    "ram-high": (("--ram", "0x80000000:3G", "a"), "--ram: ends above 4 GiB"),
    "ram-many": ((*(w for n in range(33) for w in ("--ram", "%d:4K" % (n << 20))), "a"), "more than 32 ranges"),
    "load-odd": (("--load", "2", "a"), "--load: not a 32-bit number that is a multiple of 4"),
    "load-word": (("--load", "here", "a"), "--load: not a 32-bit number"),
    "load-twice": (("--load", "4", "--load", "4", "a"), "--load is given twice"),
    "fdt-odd": (("--fdt", "0x40000002", "a"), "--fdt: not an address"),
    "fdt-0": (("--fdt", "0", "a"), "--fdt: not an address"),
    "initrd-syntax": (("--initrd", "0x40000000", "a"), "--initrd: not ADDR:SIZE"),
    "no-ram": (("--load", "0x40000000", "out.img"), "nothing tells where RAM is"),
}


def register_wrong(name, args, says):
    @case("verify-usage-" + name)
    def _(box):
        box.pack(vmlinux())
        box.bad("verify", *args, says=says, status=2)


for _name, (_args, _says) in WRONG.items():
    register_wrong(_name, _args, _says)


@case("verify-help")
def verify_help(box):
    for args in ("--help",), ("x", "-h"):
        assert box.good("verify", *args).startswith("usage: zshim verify"), args


# --- pack looks at the board of its tree ---

def board(box, size):
    return box.write("tree", dtb('#address-cells = <1>; #size-cells = <1>; compatible = "a,board";'
                                 'memory@40000000 { device_type = "memory"; reg = <0x40000000 %#x>; };' % size))


@case("pack-warns")
def pack_warns(box):
    """Nothing works on the board: said, and packed all the same."""
    box.write("kernel", vmlinux())
    for size, says in (
            (256 * KIB, "a,board works: E20 no room for kernel %#x %#x (%d bytes missing)" % (
                KERNEL_END, *[KERNEL_END - 256 * KIB] * 2)),
            (16 * KIB, "a,board works: the image does not fit into it")):
        done = box.run("pack", "-o", "out.img", "--dtb", board(box, size), "kernel")
        text = done.stderr.decode()
        equal(done.returncode, 0, "status")
        assert text.startswith("zshim: out.img: warning: no load address in the RAM of ") and says in text, text
        equal(text.count("\n"), 1, "lines")
        box.bad("verify", "out.img", says="")
    box.good("pack", "-o", "out.img", "--dtb", board(box, 64 * MIB), "kernel")
    # RAM that its loader fills in later.
    box.good("pack", "-o", "out.img", "--dtb", board(box, 0), "kernel")


@case("pack-refuses-elf")
def pack_refuses(box):
    """It is loaded at one address: where that does not work, there is no use for the file."""
    box.write("kernel", vmlinux())
    elf = ["pack", "-o", "out.elf", "-f", "elf", "--dtb", board(box, KERNEL_END + 192 * KIB & ~0xFFF)]
    box.good(*elf, "--load", "0x40001000", "kernel")
    bad = "%#x" % (RAM + KERNEL_END + 64 * KIB & ~0xFFF)
    os.unlink(box.path("out.elf"))
    box.bad(*elf, "--load", bad, "kernel", says="--load: at %s in the RAM of a,board: E2" % bad)
    done = box.run(*elf, "--load", bad, "--dtb-policy", "fallback", "kernel")
    equal(done.returncode, 0, "status with a tree that may not count")
    assert b"out.elf: warning: at %s" % bad.encode() in done.stderr, done.stderr


@case("pack-refuses-flash")
def pack_refuses_flash(box):
    """It lies outside RAM, and has all of it for the kernel; or too little."""
    box.write("kernel", vmlinux())
    flash = ["pack", "-o", "out.flash", "-f", "flash", "--dtb"]
    box.good(*flash, board(box, KERNEL_END + 192 * KIB & ~0xFFF), "kernel")
    os.unlink(box.path("out.flash"))
    box.bad(*flash, board(box, KERNEL_END & ~0xFFF), "kernel",
            says="-f flash: at 0 in the RAM of a,board: E2")
    equal(os.path.exists(box.path("out.flash")), False, "a file that cannot boot")
