# SPDX-License-Identifier: MIT
"""Bad input: exit status 1, one line that names the file and the reason, no output file."""
import os
import resource
import struct

from craft import LINUX_SECTIONS, Segment, dtb, elf, image, vmlinux, zimage
from harness import case, equal

TEXT = bytes(4096)
ONE = [Segment(0x40008000, TEXT)]


def damaged_zimage():
    blob = bytearray(zimage(image(), "gzip"))
    blob[len(blob) // 2] ^= 0x10
    return bytes(blob)


def patched(blob, offset, value):
    return blob[:offset] + struct.pack("<I", value) + blob[offset + 4:]


BAD_KERNELS = {
    "text-file": (lambda: b"This is no kernel.\n" * 100, "no kernel that zshim knows"),
    "random": (lambda: os.urandom(100_000), "no kernel that zshim knows"),
    "one-byte": (lambda: b"x", "no kernel that zshim knows"),
    "empty": (lambda: b"", "is empty"),
    "x86-64": (lambda: elf(ONE, 0x40008000, machine=62, bits=64), "x86-64"),
    "i386": (lambda: elf(ONE, 0x40008000, machine=3), "i386"),
    "aarch64": (lambda: elf(ONE, 0x40008000, machine=183, bits=64), "AArch64"),
    "riscv": (lambda: elf(ONE, 0x40008000, machine=243), "RISC-V"),
    "unknown-machine": (lambda: elf(ONE, 0x40008000, machine=4711), "machine 4711"),
    "big-endian-arm": (lambda: elf(ONE, 0x40008000, endian=">"), "big-endian ARM"),
    "arm-64-bit": (lambda: elf(ONE, 0x40008000, bits=64), "no 32-bit little-endian"),
    "object-file": (lambda: elf([], 0, kind=1), "no linked program"),
    "core-file": (lambda: elf(ONE, 0x40008000, kind=4), "no linked program"),
    "user-program": (lambda: elf(ONE + [Segment(0, b"/lib/ld.so\0", kind=3)], 0x40008000), "user-space"),
    "no-load": (lambda: elf([Segment(0x40008000, TEXT, kind=4)], 0x40008000), "no PT_LOAD"),
    "no-segments": (lambda: elf([], 0), "no PT_LOAD"),
    "elf-magic-only": (lambda: b"\x7fELF", "truncated"),
    "elf-header-only": (lambda: elf(ONE, 0x40008000)[:52], "truncated"),
    "elf-truncated-segment": (lambda: elf(ONE, 0x40008000)[:2000], "truncated: segment 0"),
    "elf-truncated-sections": (lambda: elf(ONE, 0x40008000, LINUX_SECTIONS)[:-50], "truncated: section headers"),
    "overlap": (lambda: elf([Segment(0x40008000, TEXT), Segment(0x40008800, TEXT)], 0x40008000),
                "segments 0 and 1 overlap at 0x40008800"),
    "overlap-same": (lambda: elf([Segment(0x40008000, TEXT), Segment(0x50000000, TEXT, paddr=0x40008000)],
                                 0x40008000), "overlap"),
    "overlap-unsorted": (lambda: elf([Segment(0x40009000, TEXT), Segment(0x40008001, TEXT)], 0x40009000),
                         "segments 1 and 0 overlap"),
    "entry-outside": (lambda: elf(ONE, 0x50000000), "entry 0x50000000 is outside"),
    "entry-in-bss": (lambda: elf([Segment(0x40008000, TEXT, memsz=8192)], 0x40009000), "is outside"),
    "file-larger-than-memory": (lambda: elf([Segment(0x40008000, TEXT, memsz=100)], 0x40008000), "segment 0"),
    "hole-too-large": (lambda: elf(ONE + [Segment(0x60000000, TEXT)], 0x40008000), "too far apart"),
    "above-4-gib": (lambda: elf([Segment(0xFFFFF800, TEXT)], 0xFFFFF800), "above 4 GiB"),
    "no-pv-table": (lambda: vmlinux(sections=(".text", ".init.arch.info")), "--phys"),
    "image-truncated": (lambda: image()[:2048], "no banner"),
    "image-big-endian": (lambda: patched(image(), 0, 0xF1010200), "big-endian"),
    "zimage-header-only": (lambda: zimage(image(), "gzip")[:0x30], "truncated"),
    "zimage-truncated": (lambda: zimage(image(), "gzip", truncate=100), "truncated: a zImage of"),
    "zimage-big-endian": (lambda: zimage(image(), "gzip", endian=0x01020304), "big-endian"),
    "zimage-damaged": (damaged_zimage, "damaged?"),
    "zimage-bad-end": (lambda: patched(zimage(image(), "gzip"), 0x2C, 8), "broken zImage header"),
    "zimage-empty": (lambda: zimage(b"nothing here" * 99, "gzip"), "is no ARM Linux"),
    "zimage-no-stream": (lambda: patched(zimage(image(), "gzip", table=0)[:0x60], 0x2C, 0x60), "no compressed kernel"),
    "uimage": (lambda: b"\x27\x05\x19\x56" + bytes(200), "uImage: not built yet"),
    "gzip-file": (lambda: b"\x1f\x8b\x08" + bytes(200), "gzip file"),
    "fit": (lambda: dtb(), "FIT or device tree"),
    "aarch64-image": (lambda: bytes(0x38) + b"ARM\x64" + bytes(200), "AArch64 Image"),
    "bzimage": (lambda: bytes(0x202) + b"HdrS" + bytes(1000), "x86 bzImage"),
}


def register_kernel(name, make, says):
    @case("bad-" + name)
    def _(box):
        box.write("kernel", make())
        box.bad("pack", "-o", "out.img", "kernel", says=says)


for _name, (_make, _says) in BAD_KERNELS.items():
    register_kernel(_name, _make, _says)


@case("bad-zimage-table")
def bad_zimage_table(box):
    good = zimage(image(), "gzip")
    (table,) = struct.unpack_from("<I", good, 0x38)
    for at, value, says in ((table + 20, 0xFFFFFFF0, "size pointer"), (table + 20, 0x20, "inflated size"),
                            (table + 12, 0xFFFFFFFF, "")):
        box.write("kernel", patched(good, at, value))
        if says:
            box.bad("pack", "-o", "out.img", "kernel", says=says)
        else:  # a table that cannot be walked is no table
            box.good("pack", "-o", "out.img", "kernel")


@case("bad-already-packed")
def bad_already_packed(box):
    box.pack(vmlinux(), out="packed")
    box.bad("pack", "-o", "out.img", "packed", says="zshim image already")


@case("bad-missing-files")
def bad_missing(box):
    box.write("kernel", vmlinux())
    for args in (("no-such",), ("--dtb", "no-such", "kernel"), ("--initrd", "no-such", "kernel")):
        box.bad("pack", "-o", "out.img", *args, says="no-such: No such file")
    box.bad("info", "no-such", says="no-such: No such file")


@case("bad-folders")
def bad_folders(box):
    box.write("kernel", vmlinux())
    os.mkdir(box.path("dir"))
    for args in (("dir",), ("--dtb", "dir", "kernel"), ("--initrd", "dir", "kernel")):
        box.bad("pack", "-o", "out.img", *args, says="dir: is a folder")
    box.bad("info", "dir", says="dir: is a folder")
    box.bad("pack", "-o", "dir", "kernel", says="cannot write: is a folder")
    box.bad("pack", "-o", "none/out.img", "kernel", says="cannot write: No such file")


@case("bad-unreadable")
def bad_unreadable(box):
    # Root reads everything but this: a process' memory at address 0.
    box.bad("pack", "-o", "out.img", "--initrd", "/proc/self/mem", box.write("kernel", vmlinux()),
            says="/proc/self/mem: ")
    box.bad("pack", "-o", "out.img", "/dev/null", says="no regular file")


@case("bad-dtb")
def bad_dtb(box):
    box.write("kernel", vmlinux())
    good = dtb()
    broken = bytearray(good)
    broken[0x38 + 16] = 0x77  # the first token of the structure block, in a tree without reservations
    for name, data, says in (("text", b"no tree" * 100, "is no device tree"),
                             ("short", good[:20], "is no device tree"),
                             ("cut", good[:-8], "truncated device tree"),
                             ("broken", bytes(broken), "broken device tree"),
                             ("empty", b"", "is empty")):
        box.write("dtb", data)
        box.bad("pack", "-o", "out.img", "--dtb", "dtb", "kernel", says=says)
        box.write("good", good)
        box.bad("pack", "-o", "out.img", "--dtb", "good", "--dtb", "dtb", "kernel", says="dtb: " + says)
        assert name


@case("bad-empty-initrd")
def bad_initrd(box):
    box.write("kernel", vmlinux())
    box.bad("pack", "-o", "out.img", "--initrd", box.write("initrd", b""), "kernel", says="initrd: is empty")


@case("bad-cmdline-length")
def bad_cmdline(box):
    box.write("kernel", vmlinux())
    box.bad("pack", "-o", "out.img", "--cmdline", "x" * 1024, "kernel", says="1024 characters")
    text = "x" * 1023
    equal(box.pack(vmlinux(), "--cmdline", text).part("cmdline").data, text.encode(), "1023 characters")


@case("bad-output-is-input")
def bad_same(box):
    kernel = vmlinux()
    box.write("kernel", kernel)
    box.write("tree", dtb())
    os.symlink("kernel", box.path("link"))
    os.link(box.path("tree"), box.path("twin"))
    args = ("--dtb", "tree", "--initrd", "/etc/passwd", "kernel")
    for out in "kernel", "./kernel", "link", "tree", "twin":
        box.bad("pack", "-o", out, *args, says="same file as the input")
    box.bad("pack", "-o", "/etc/passwd", *args, says="same file as the input /etc/passwd")
    equal(box.read("kernel"), kernel, "the kernel afterwards")


@case("bad-disk-full")
def bad_full(box):
    box.write("kernel", vmlinux())
    box.bad("pack", "-o", "/dev/full", "kernel", says="/dev/full: cannot write: No space left")
    # A file system that is full in the middle of the file, as near as a test gets without mounting.
    box.write("out.img", b"old")
    box.bad("pack", "-o", "out.img", "kernel", says="out.img: cannot write: File too large",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    equal(box.read("out.img"), b"old", "the old file")


@case("bad-load-too-high")
def bad_load(box):
    box.write("kernel", vmlinux())
    box.bad("pack", "-o", "out.elf", "-f", "elf", "--load", "0xfffff000", "kernel", says="above 4 GiB")


@case("bad-phys-too-high")
def bad_phys(box):
    box.write("kernel", vmlinux())
    box.bad("pack", "-o", "out.img", "--phys", "0xffe00000", "--place", "linux",
            box.write("big", vmlinux(bss=0x2000000)), says="above 4 GiB")


@case("info-bad")
def info_bad(box):
    whole = box.pack(vmlinux(), "--cmdline", "a b").data
    for name, data, says in (
            ("text", b"hello", "is no zshim image"),
            ("elf", elf(ONE, 0x40008000), "is no zshim image"),
            ("other-version", whole[:0x1FE] + b"\2" + whole[0x1FF:], "version 2"),
            ("half", whole[:len(whole) // 2], "truncated zshim image"),
            ("head", whole[:0x1000], "truncated zshim image"),
            ("empty", b"", "is empty")):
        box.write(name, data)
        box.bad("info", name, says=says)


@case("info-every-damaged-word")
def info_damaged(box):
    """Each word of boot sector's end and descriptor, changed, must be noticed."""
    good = box.pack(vmlinux(), "--cmdline", "a b")
    start, end = good.desc, good.check_at + 4
    for at in [0x2C, 0xD4, 0x1F0, 0x1F4] + list(range(start, end, 4)):
        (old,) = struct.unpack_from("<I", good.data, at)
        for value in (old ^ 1, old ^ 0x80000000, 0xFFFFFFFF):
            if value == old:
                continue
            box.write("damaged", patched(good.data, at, value))
            box.bad("info", "damaged", says="damaged")


@case("info-damaged-part")
def info_part(box):
    good = box.pack(vmlinux(), "--cmdline", "a b")
    for part in good.parts:
        blob = bytearray(good.data)
        blob[part.offset + part.stored // 2] ^= 1
        box.write("damaged", bytes(blob))
        box.bad("info", "damaged", says="1 check failed")
        assert "DAMAGED" in box.run("info", "damaged").stdout.decode(), part.kind
