# SPDX-License-Identifier: MIT
"""--filter: which one is taken, what it does to the bytes, and that auto keeps the smaller image."""
import subprocess

from craft import Segment, calls, elf, image
from harness import case, equal

NONE, ARM, THUMB = 0, 1, 2
CODECS = ("lz4", "gzip", "zstd", "xz")


def filtered(data, option):
    """By xz, whose filters stand in front of its encoder."""
    raw = ("xz", "--format=raw")
    packed = subprocess.run([*raw, option, "--lzma2=preset=0", "-c"], input=data, stdout=subprocess.PIPE,
                            check=True).stdout
    return subprocess.run([*raw, "--lzma2=preset=0", "-dc"], input=packed, stdout=subprocess.PIPE,
                          check=True).stdout


@case("filter-xz-agrees")
def xz_agrees(box):
    for thumb, number, option in (False, ARM, "--arm"), (True, THUMB, "--armthumb"):
        for size in 200_000, 200_001, 200_002, 200_003:
            data = calls(image(size=size), thumb)
            p = box.pack(data, "-c", "none", "--filter", "arm", "--bss", "0")
            equal(p.kernel.filter, number, "filter")
            wanted = filtered(data, option)
            assert wanted != data
            equal(p.kernel.bytes, wanted, "stored bytes")
            for codec in CODECS:
                p = box.pack(data, "-c", codec, "--filter", "arm", "--bss", "0")
                equal(p.kernel.decoded, wanted, "%s: decoded bytes" % codec)
                equal(p.kernel.data, data, "%s: kernel" % codec)


@case("filter-auto-keeps-the-smaller")
def auto(box):
    for thumb, number in (False, ARM), (True, THUMB):
        data = calls(image(), thumb)
        for codec in CODECS:
            stored = {}
            for option in "auto", "none", "arm":
                p = box.pack(data, "-c", codec, "--filter", option, "--bss", "0")
                equal(p.kernel.data, data, "kernel")
                stored[option] = p.kernel.stored
                equal(p.kernel.filter, 0 if option == "none" else number, "%s %s" % (codec, option))
            equal(stored["auto"], min(stored.values()), codec)
            assert stored["arm"] < stored["none"], stored


@case("filter-auto-leaves-it-out")
def auto_none(box):
    """Where the same distance comes again and again the filter makes it worse; stored, it gains nothing."""
    data = bytearray(calls(image(), every=4))
    data[16384:-4] = b"\x10\x00\x00\xeb" * ((len(data) - 16388) // 4)
    for codec in CODECS:
        equal(box.pack(bytes(data), "-c", codec, "--bss", "0").kernel.filter, NONE, codec)
        equal(box.pack(bytes(data), "-c", codec, "--filter", "arm", "--bss", "0").kernel.filter, ARM, codec)
    equal(box.pack(calls(image()), "-c", "none", "--bss", "0").kernel.filter, NONE, "none")


@case("filter-without-calls")
def without_calls(box):
    """The entry decides; a gain of 0 bytes is none."""
    for entry, number in (0x41000000, ARM), (0x41000001, THUMB):
        kernel = elf([Segment(0x41000000, b"no call" * 1000)], entry)
        equal(box.pack(kernel, "--filter", "arm").kernel.filter, number, "entry %#x" % entry)
        equal(box.pack(kernel).kernel.filter, NONE, "auto")
    for size in 1, 2, 3, 4, 5, 7:
        kernel = elf([Segment(0x41000000, b"\xeb" * size)], 0x41000000)
        equal(box.pack(kernel, "--filter", "arm").kernel.data, b"\xeb" * size, "kernel")


@case("filter-is-told")
def told(box):
    for thumb, name in (False, "arm"), (True, "thumb"):
        box.write("kernel", calls(image(), thumb))
        text = box.good("pack", "-o", "out.img", "--bss", "0", "kernel")
        assert ", gzip, filter %s, " % name in text, text
        assert "  filter: %s\n" % name in box.good("info", "out.img")
        text = box.good("pack", "-o", "out.img", "--bss", "0", "--filter", "none", "kernel")
        assert ", gzip, " in text and "filter %s" % name not in text, text
        assert "  filter: none\n" in box.good("info", "out.img")
