# SPDX-License-Identifier: MIT
"""Good input: what is in the image, where it goes, and what other people's tools say about it."""
import os
import shutil
import struct
import subprocess
import sys
import zlib

from craft import COMPRESS, LINUX_SECTIONS, MRC_MAIN_ID, Segment, dtb, elf, image, vmlinux, zimage
from harness import Skipped, case, equal
import unpack

MIB = 1 << 20
CODECS = ("none", "lz4", "gzip", "zstd", "xz")


def need(tool):
    path = shutil.which(tool)
    if not path:
        raise Skipped("%s is not installed" % tool)
    return path


def expect_kernel(packed, data, place, dest, align=1, entry=0, bss=None):
    k = packed.kernel
    equal(k.data, data, "kernel bytes")
    equal(k.place, place, "place")
    equal(k.dest, dest, "dest")
    equal(k.align, align, "align")
    equal(k.entry, entry, "entry")
    if bss is not None:
        equal(k.memory - k.inflated, bss, "BSS")


@case("image-layout")
def image_layout(box):
    """Every number of lib/image.h's picture, for all parts, in both codecs."""
    tree, initrd = dtb(), os.urandom(5001)
    box.write("tree", tree)
    box.write("initrd", initrd)
    for codec in CODECS:
        p = box.pack(vmlinux(), "-c", codec, "--dtb", "tree", "--initrd", "initrd", "--cmdline", "a=b c",
                     "--dtb-policy", "fallback", "--cmdline-policy", "prepend",
                     "--uart", "pl011,shift=2,width=4@0x9000000")
        equal(p.desc % 16, 0, "D")
        equal(p.check_at % 16, 0, "N")
        equal((p.magic, p.version, p.flags), (0x4453485A, 1, 0), "descriptor")
        equal(p.desc_size, 48 + 80 * 4, "descriptor size")
        equal(p.size, len(p.data), "image size")
        equal(p.words(0x2C)[0], len(p.data), "zImage end")
        equal(len(p.data) % 8, 0, "padding at the end")
        equal((p.dtb_policy, p.cmdline_policy), (1, 2), "policies")
        equal(p.words(0xD8, 4), (0x9000000, 0x00201800, 4, 0), "UART")
        equal([x.kind for x in p.parts], ["cmdline", "dtb", "kernel", "initrd"], "order")
        equal(p.part("cmdline").data, b"a=b c", "cmdline")
        equal(p.part("dtb").data, tree, "dtb")
        equal(p.part("initrd").data, initrd, "initrd")
        equal([x.align for x in p.parts], [1, 8, 2 * MIB, 4096], "alignments")
        end = p.check_at + 4
        for x in p.parts:
            assert x.offset % 8 == 0 and x.offset >= end, "offset of %s" % x.kind
            assert not any(p.data[end:x.offset]), "gap before %s is not zero" % x.kind
            end = x.offset + x.stored
        assert p.parts[0].offset >= p.check_at + 4 + 1624, "early area"
        assert not any(p.data[end:]), "padding is not zero"


@case("boot-sector")
def boot_sector(box):
    for load in 0, 0x42000000:
        p = box.pack(vmlinux(), *(("--load", hex(load)) if load else ()))
        equal(p.words(0x24, 6), (0x016F2818, 0, len(p.data), 0x04030201, 0x45454545, 0xB8), "zImage words")
        equal(p.words(0x3C)[0], 0, "0x3c")
        equal(p.words(0xB8, 7), (6, 0x5A534C4B, 0xD4, 70_000, 0x8000, 0, 0), "size table")
        equal(p.words(0xD4)[0], p.kernel.inflated, "inflated size")
        equal(p.load, load, "descriptor's load")
        mb1 = p.words(0x40, 8)
        equal(sum(mb1[:3]) & 0xFFFFFFFF, 0, "multiboot checksum")
        equal(mb1[3:], (load + 0x40, load, 0, 0, load), "multiboot addresses")
        mb2 = p.words(0x60, 4)
        equal(sum(mb2) & 0xFFFFFFFF, 0, "multiboot 2 checksum")
        equal(p.words(0x78, 4), (load + 0x60, load, 0, 0), "multiboot 2 addresses")
        equal(p.words(0x90)[0], load, "multiboot 2 entry")


@case("xxhsum-agrees")
def xxhsum(box):
    need("xxhsum")
    p = box.pack(vmlinux(), "--cmdline", "x" * 13, "--dtb", box.write("tree", dtb()))

    def oracle(data):
        done = subprocess.run(["xxhsum", "-H32", "-"], input=data, stdout=subprocess.PIPE, check=True)
        return int(done.stdout.split()[0], 16)
    equal(p.check, oracle(p.data[:p.check_at]), "check word")
    for part in p.parts:
        equal(part.check, oracle(part.bytes), "check of " + part.kind)


@case("gzip-agrees")
def gzip_agrees(box):
    kernel = image()
    p = box.pack(vmlinux(), "-c", "gzip")
    equal(p.kernel.data, kernel, "zlib")
    trailer = zlib.crc32(kernel).to_bytes(4, "little") + len(kernel).to_bytes(4, "little")
    member = b"\x1f\x8b\x08" + bytes(6) + b"\xff" + p.kernel.bytes + trailer
    done = subprocess.run(["gzip", "-dc"], input=member, stdout=subprocess.PIPE, check=True)
    equal(done.stdout, kernel, "zcat of a member with the data in it")


@case("lz4-agrees")
def lz4_agrees(box):
    kernel = image()
    p = box.pack(vmlinux(), "-c", "lz4")
    equal(p.kernel.data, kernel, "liblz4")
    block = p.kernel.bytes
    legacy = b"\x02\x21\x4c\x18" + len(block).to_bytes(4, "little") + block
    done = subprocess.run(["lz4", "-dc"], input=legacy, stdout=subprocess.PIPE, check=True)
    equal(done.stdout, kernel, "lz4 -dc of a legacy frame with the block in it")
    frame = ["lz4", "-12", "-BD", "-B7", "--no-frame-crc", "-c"]
    done = subprocess.run(frame, input=kernel, stdout=subprocess.PIPE, check=True)
    if len(block) >= len(done.stdout):
        raise AssertionError(f"a frame has {len(done.stdout)} bytes, the block {len(block)}")


@case("zstd-agrees")
def zstd_agrees(box):
    kernel = image()
    p = box.pack(vmlinux(), "-c", "zstd")
    subprocess.run(["zstd", "-tq"], input=p.kernel.bytes, check=True)
    equal(p.kernel.data, kernel, "zstd -dc")
    equal(p.kernel.bytes[4] & ~0xC0, 0x20, "single segment, no check word, no dictionary")


@case("xz-agrees")
def xz_agrees(box):
    kernel = image()
    p = box.pack(vmlinux(), "-c", "xz")
    subprocess.run(["xz", "-tq"], input=p.kernel.bytes, check=True)
    equal(p.kernel.data, kernel, "xz -dc")
    equal(p.kernel.bytes[7], 0, "no check")


@case("grub-file-agrees")
def grub_file(box):
    need("grub-file")
    box.pack(vmlinux(), "--load", "0x42000000")
    box.good("pack", "-o", "out.elf", "-f", "elf", "--load", "0x42000000", "kernel")
    for kind, name in (("arm-linux", "out.img"), ("x86-multiboot", "out.img"), ("x86-multiboot2", "out.img"),
                       ("x86-multiboot", "out.elf"), ("x86-multiboot2", "out.elf")):
        done = subprocess.run(["grub-file", "--is-" + kind, box.path(name)], check=False)
        equal(done.returncode, 0, "grub-file --is-%s %s" % (kind, name))


@case("file-agrees")
def file_agrees(box):
    need("file")
    box.pack(vmlinux())
    text = subprocess.run(["file", "-b", box.path("out.img")], stdout=subprocess.PIPE, check=True).stdout
    assert b"zImage (little-endian)" in text, text


@case("elf-output")
def elf_output(box):
    need("readelf")
    box.write("kernel", vmlinux())
    box.good("pack", "-o", "out.img", "--load", "0x42000004", "kernel")
    box.good("pack", "-o", "out.elf", "-f", "elf", "--load", "0x42000004", "kernel")
    done = subprocess.run(["readelf", "-h", "-l", "-n", "-W", box.path("out.elf")], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=True)
    text = done.stdout.decode()
    assert "arning" not in text and "rror" not in text, text
    for wanted in "EXEC (Executable file)", "ARM", "Entry point address:               0x42000004", "RWE", "zshim":
        assert wanted in text, "readelf does not show %s: %s" % (wanted, text)
    data = box.read("out.elf")
    inside = data[-len(box.read("out.img")):]
    equal(inside, box.read("out.img"), "the image inside")
    equal((len(data) - len(inside)) % 8, 0, "multiboot 2 alignment")
    assert "load: 0x42000004" in box.good("info", "out.elf")


@case("elf-load-from-dtb")
def elf_load(box):
    box.write("kernel", vmlinux())
    box.write("tree", dtb(memory=0x60000000))
    text = box.good("pack", "-o", "out.elf", "-f", "elf", "--dtb", "tree", "kernel")
    assert "load: 0x61000000" in text, text
    box.write("tree", dtb("#address-cells = <2>; #size-cells = <2>; memory@880000000 { device_type = \"memory\";"
                          "reg = <0 0x80000000 0 0x1000000 0 0x40000000 0 0x1000000>; };"))
    assert "load: 0x41000000" in box.good("pack", "-o", "out.elf", "-f", "elf", "--dtb", "tree", "kernel")
    box.write("tree", dtb("#address-cells = <1>; #size-cells = <1>; memory { device_type = \"memory\"; reg = <0 0>; };"))
    box.bad("pack", "-o", "x", "-f", "elf", "--dtb", "tree", "kernel", says="no usable /memory", status=2)


@case("flash-output")
def flash_output(box):
    """A zImage but for the pen's three words, which the check covers; filled up when asked to."""
    def tree(compatible):
        box.write("tree", dtb('compatible = "acme,other", "%s";' % compatible))
        return box.good("pack", "-f", "flash", "--dtb", "tree", "-o", "out.flash", "kernel")

    box.write("kernel", vmlinux())
    text = tree("arm,vexpress,v2p-ca9")
    assert "flash: other CPUs wait for 0x10000030\n" in text, text
    assert ", flash, " in text, text
    box.good("pack", "--dtb", "tree", "-o", "out.zimage", "kernel")
    flash, plain = box.read("out.flash"), box.read("out.zimage")
    check = int.from_bytes(flash[0x1f4:0x1f8], "little")
    differs = {at & ~3 for at in range(len(plain)) if flash[at] != plain[at]}
    equal(len(flash), len(plain), "size")
    equal(differs, {0x1e4, 0x1ec, check}, "words that differ")
    equal(flash[0x1e4:0x1f0].hex(), "3000001000000000" "0001001e", "pen")
    assert "pen: mailbox 0x10000030, stride 0, GIC CPU interface 0x1e000100\n" in box.good("info", "out.flash")
    assert "pen: none\n" in box.good("info", "out.zimage")
    text = tree("linux,dummy-virt")
    assert "flash: " not in text, text
    equal(box.read("out.flash")[0x1e4:0x1f0], bytes(12), "no pen")
    assert "flash: the board of --dtb is not in board/" in tree("acme,unknown")
    text = box.good("pack", "-f", "flash", "kernel")
    assert "flash: without --dtb it starts only where" in text, text
    flash = box.read("kernel.flash")
    box.good("pack", "-f", "flash", "--flash-size", "1M", "-o", "full", "kernel")
    equal(box.read("full"), flash + b"\xff" * (1048576 - len(flash)), "filled up")
    assert "behind the image: %d bytes\n" % (1048576 - len(flash)) in box.good("info", "full")
    box.good("pack", "-f", "flash", "--flash-size", str(len(flash)), "-o", "full", "kernel")
    equal(box.read("full"), flash, "just full")
    box.bad("pack", "-f", "flash", "--flash-size", str(len(flash) - 1), "-o", "none", "kernel",
            says="--flash-size: too small: the image has %d bytes, the flash %d" % (len(flash), len(flash) - 1))


@case("same-input-same-bytes")
def reproducible(box):
    box.write("kernel", vmlinux())
    box.write("tree", dtb())
    for codec in CODECS:
        for form in "zimage", "elf":
            args = ("-c", codec, "-f", form, "--dtb", "tree", "--cmdline", "x", "kernel")
            box.good("pack", "-o", "a", *args)
            os.utime(box.path("kernel"), (1, 1))
            box.good("pack", "-o", "b", *args, env={"TZ": "Asia/Tokyo", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "5"})
            equal(box.read("a"), box.read("b"), "%s %s" % (codec, form))


@case("empty-environment")
def empty_environment(box):
    box.write("kernel", vmlinux())
    box.good("pack", "-o", "out.img", "kernel", env={})
    box.good("pack", "-o", "out.img", "kernel", env={"PATH": ""})
    box.good("info", "out.img", env={})


@case("output-rights-and-links")
def output_rights(box):
    box.write("kernel", vmlinux())
    box.good("pack", "-o", "a", "kernel", preexec_fn=lambda: os.umask(0o027))
    equal(os.stat(box.path("a")).st_mode & 0o777, 0o640, "rights")
    os.symlink("a", box.path("link"))
    box.good("pack", "-c", "none", "-o", "link", "kernel")
    assert os.path.islink(box.path("link")), "the link was replaced"
    equal(unpack.Image(box.read("a")).kernel.codec, 0, "codec behind the link")
    equal(sorted(os.listdir(box.folder)), ["a", "kernel", "link"], "files")


@case("output-to-a-pipe")
def output_pipe(box):
    box.write("kernel", vmlinux())
    box.good("pack", "-o", "out.img", "kernel")
    os.mkfifo(box.path("fifo"))
    with subprocess.Popen(["cat", box.path("fifo")], stdout=subprocess.PIPE) as cat:
        box.good("pack", "-o", "fifo", "kernel")
        equal(cat.stdout.read(), box.read("out.img"), "through the pipe")


@case("dtb-with-padding")
def dtb_padding(box):
    tree = dtb()
    p = box.pack(vmlinux(), "--dtb", box.write("tree", tree + b"junk" * 10))
    equal(p.part("dtb").data, tree, "what is behind totalsize is dropped")


# Placement.

@case("place-splits")
def place_splits(box):
    for page_offset in 0xC0000000, 0xB0000000, 0x80000000, 0x40000000:
        for offset in 0x8000, 0x208000:
            p = box.pack(vmlinux(base=page_offset + offset))
            expect_kernel(p, image(), "linux", offset, 2 * MIB, bss=70_000)
            equal(p.words(0xC8)[0], offset, "TEXT_OFFSET in the table")


@case("place-alignment-by-version")
def place_versions(box):
    for release, mib in (("6.1.0", 2), ("5.11.0-rc1", 2), ("5.10.200", 16), ("4.19.0", 16), ("2.6.39", 16),
                         ("3.2", 16), (None, 2)):
        data = elf([Segment(0xC0008000, image(release))], 0xC0008000, LINUX_SECTIONS)
        expect_kernel(box.pack(data), image(release), "linux", 0x8000, mib * MIB)


@case("place-linux-by-banner-or-section")
def place_decision(box):
    plain = [Segment(0x80008000, image(None))]
    # Address and head like Linux, but nothing in the file says so.
    expect_kernel(box.pack(elf(plain, 0x80008000)), image(None), "fixed", 0x80008000)
    expect_kernel(box.pack(elf(plain, 0x80008000, (".text",))), image(None), "fixed", 0x80008000)
    expect_kernel(box.pack(elf(plain, 0x80008000, LINUX_SECTIONS)), image(None), "linux", 0x8000, 2 * MIB)
    # Stripped of its sections, the banner decides.
    expect_kernel(box.pack(vmlinux(base=0x80008000, sections=())), image(), "linux", 0x8000, 2 * MIB)
    # A monitor that carries a Linux Image is no Linux.
    boot = [Segment(0x80000000, bytes(0x8000)), Segment(0x80008000, image())]
    expect_kernel(box.pack(elf(boot, 0x80000000)), bytes(0x8000) + image(), "fixed", 0x80000000)


@case("place-options")
def place_options(box):
    kernel = vmlinux(base=0x80008000)
    expect_kernel(box.pack(kernel, "--place", "fixed"), image(), "fixed", 0x80008000)
    expect_kernel(box.pack(kernel, "--phys", "0x60000000"), image(), "fixed", 0x60008000)
    bare = elf([Segment(0x40010000, b"\1" * 64)], 0x40010000)
    expect_kernel(box.pack(bare), b"\1" * 64, "fixed", 0x40010000)
    expect_kernel(box.pack(bare, "--phys", "0x60000004"), b"\1" * 64, "fixed", 0x60000004)
    expect_kernel(box.pack(bare, "--place", "linux"), b"\1" * 64, "linux", 0x10000, 2 * MIB)


@case("place-no-pv-table")
def place_no_pv_table(box):
    kernel = vmlinux(sections=(".text", ".init.arch.info"))
    expect_kernel(box.pack(kernel, "--phys", "0x60100000"), image(), "fixed", 0x60108000)


# ELF files.

@case("elf-holes-and-bss")
def elf_holes(box):
    a, b, c = b"A" * 100, b"B" * 50, b"C" * 30
    segments = [Segment(0x41100000, c, memsz=5000), Segment(0x41000000, a), Segment(0x41000100, b, memsz=0x1000)]
    wanted = bytearray(0x100000 + len(c))
    wanted[0:100], wanted[0x100:0x132], wanted[0x100000:] = a, b, c
    for codec in CODECS:
        expect_kernel(box.pack(elf(segments, 0x41000000), "-c", codec), bytes(wanted), "fixed", 0x41000000, bss=4970)


@case("elf-bss-segment")
def elf_bss_segment(box):
    segments = [Segment(0x41000000, b"A" * 100), Segment(0x41002000, b"", memsz=0x3000)]
    expect_kernel(box.pack(elf(segments, 0x41000000)), b"A" * 100, "fixed", 0x41000000, bss=0x5000 - 100)


@case("elf-vector-segments")
def elf_vectors(box):
    """As in Debian's armmp: three at 0xffff0000, overlapping in virtual space only."""
    base, data = 0xC0208000, bytearray(image(size=0x3000))
    data[0x2000:0x2040] = bytes(0x40)
    segments = [Segment(base, bytes(data[:0x2000])),
                Segment(0xFFFF0000, b"V" * 0x20, paddr=base + 0x2000),
                Segment(0xFFFF0000, b"W" * 0x10, paddr=base + 0x2020),
                Segment(0xFFFF0010, b"X" * 0x10, paddr=base + 0x2030),
                Segment(0xFFFF1000, b"S" * 0x20, paddr=base + 0x2040),
                Segment(base + 0x2060, bytes(data[0x2060:]), memsz=0x9000)]
    data[0x2000:0x2060] = b"V" * 0x20 + b"W" * 0x10 + b"X" * 0x10 + b"S" * 0x20
    expect_kernel(box.pack(elf(segments, base, LINUX_SECTIONS)), bytes(data), "linux", 0x208000, 2 * MIB,
                  bss=0x9000 - (0x3000 - 0x2060))


@case("elf-entry")
def elf_entry(box):
    code = bytes(0x1000)
    virtual = Segment(0xC0000000, code, paddr=0x41000000)
    for entry, offset in ((0x41000000, 0), (0x41000010, 0x10), (0x41000801, 0x801), (0x41000FFC, 0xFFC)):
        equal(box.pack(elf([Segment(0x41000000, code)], entry)).kernel.entry, offset, "entry")
    equal(box.pack(elf([virtual], 0xC0000021)).kernel.entry, 0x21, "virtual entry, Thumb")
    equal(box.pack(elf([virtual], 0x41000020)).kernel.entry, 0x20, "physical entry")


@case("elf-header-in-first-segment")
def elf_header_inside(box):
    data = bytes(0x8000) + image()
    kernel = elf([Segment(0xC0000000, data)], 0xC0008000, LINUX_SECTIONS, header_inside=True)
    expect_kernel(box.pack(kernel), image(), "linux", 0x8000, 2 * MIB)
    # In a bare-metal file nothing says that it may be dropped.
    bare = elf([Segment(0x41000000, b"\2" * 0x2000)], 0x41001000, header_inside=True)
    equal(box.pack(bare).kernel.inflated, 0x2000, "bare metal keeps it")


@case("elf-240-mib-of-debug-information")
def elf_huge(box):
    """Read by segments only: little memory, little time."""
    small = vmlinux(pad=16)
    (shoff,) = struct.unpack_from("<I", small, 32)
    with open(box.path("kernel"), "wb") as f:
        f.write(small[:shoff])
        f.seek(240 * MIB)
        f.write(small[shoff:])
        f.seek(32)
        f.write(struct.pack("<I", 240 * MIB))
    probe = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", probe, box.zshim, "pack", "-o", "out.img", "kernel"],
                          cwd=box.folder, stdout=subprocess.PIPE, check=True, timeout=60)
    peak = int(done.stdout.split()[-1])
    expect_kernel(unpack.Image(box.read("out.img")), image(), "linux", 0x8000, 2 * MIB)
    assert peak < 32 * 1024, "peak memory %d KiB" % peak


def cache(*names):
    """The real kernels that `make kernels` keeps."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "zshim", *names)


def register_objcopy(name, folder):
    @case("elf-%s-equals-objcopy" % name)
    def _(box):
        try:
            with open(os.path.join(folder(box), "vmlinux"), "rb") as f:
                kernel = f.read()
            with open(os.path.join(folder(box), "Image"), "rb") as f:
                wanted = f.read()
        except OSError as why:
            raise Skipped(why) from why
        p = box.pack(kernel)
        equal(p.kernel.data, wanted, "kernel against objcopy -O binary")
        equal((p.kernel.place, p.kernel.dest), ("linux", 0x8000), "place")


register_objcopy("payload", lambda box: os.path.join(box.root, "build", "payload"))
register_objcopy("tiny", lambda box: cache("tiny"))


# Image.

@case("image-raw")
def image_raw(box):
    data = image()
    p = box.pack(data)
    equal((p.kernel.data, p.kernel.place, p.kernel.dest), (data, "linux", 0x8000), "Image")
    assert p.kernel.memory >= len(data) + MIB, "BSS guess"
    p = box.pack(data, "--text-offset", "0x208000", "--bss", "123K")
    expect_kernel(p, data, "linux", 0x208000, 2 * MIB, bss=123 * 1024)
    assert "guess" in box.good("pack", "-o", "x", "kernel")
    assert "guess" not in box.good("pack", "-o", "x", "--bss", "0", "kernel")


@case("image-text-offset-in-head")
def image_head(box):
    data = bytearray(image())
    struct.pack_into("<I", data, 0x50, 0xE2488982)  # sub r8, r8, #0x208000, as in Debian's 6.1
    expect_kernel(box.pack(bytes(data), "--bss", "0"), bytes(data), "linux", 0x208000, 2 * MIB)
    expect_kernel(box.pack(bytes(data), "--bss", "0", "--text-offset", "0x8000"), bytes(data), "linux", 0x8000,
                  2 * MIB)


@case("image-thumb-2-kernel")
def image_thumb(box):
    swapped = (MRC_MAIN_ID & 0xFFFF) << 16 | MRC_MAIN_ID >> 16
    data = image(head=swapped)
    equal(box.pack(data).kernel.data, data, "Image")


# zImage.

def register_codec(codec):
    @case("zimage-" + codec)
    def _(box):
        need(COMPRESS[codec][0])
        data = image(size=9 * MIB if codec == "lz4" else 600_000)  # lz4: more than one block
        p = box.pack(zimage(data, codec), "-c", "none")
        expect_kernel(p, data, "linux", 0x208000, 2 * MIB, bss=0x1234)
        p = box.pack(zimage(data, codec, table=3), "-c", "none")  # before TEXT_OFFSET was in it
        expect_kernel(p, data, "linux", 0x8000, 2 * MIB, bss=0x1234)
        p = box.pack(zimage(data, codec, table=0), "-c", "none")
        equal((p.kernel.data, p.kernel.dest), (data, 0x8000), "without table")


for _codec in COMPRESS:
    register_codec(_codec)


@case("zimage-appended-dtb")
def zimage_appended(box):
    box.write("kernel", zimage(image(), "gzip") + dtb())
    text = box.good("pack", "-o", "out.img", "kernel")
    assert "behind the zImage are ignored" in text, text
    equal(unpack.Image(box.read("out.img")).kernel.data, image(), "kernel")


@case("zimage-debian")
def zimage_debian(box):
    path = cache("debian", "vmlinuz")
    if not os.path.isfile(path):
        raise Skipped("%s is not there: make kernels" % path)
    shutil.copy(path, box.path("kernel"))
    box.good("pack", "-o", "out.img", "kernel")
    p = unpack.Image(box.read("out.img"))
    size, bss, text = p.words(0xD4)[0], p.words(0xC4)[0], p.words(0xC8)[0]
    blob = box.read("kernel")
    table = blob.find(b"KLSZ") - 4
    at, wanted_bss, wanted_text = struct.unpack_from("<3I", blob, table + 8)
    equal((size, bss, text), (struct.unpack_from("<I", blob, at)[0], wanted_bss, wanted_text), "size table")
    equal(len(p.kernel.data), size, "kernel")


@case("several-dtbs")
def several_dtbs(box):
    """As many as fit beside all else, in the order given, each listed by info."""
    trees = [dtb('compatible = "maker,board-%u", "maker,family";' % n) for n in range(13)]
    options = []
    for n, tree in enumerate(trees):
        box.write("tree%u" % n, tree)
        options += ["--dtb", "tree%u" % n]
    p = box.pack(vmlinux(), *options, "--cmdline", "x", "--initrd", "tree0")
    equal([x.data for x in p.parts if x.kind == "dtb"], trees, "trees")
    equal({x.offset % 8 for x in p.parts}, {0}, "alignment")
    text = box.good("info", "out.img")
    equal([line for line in text.splitlines() if "compatible" in line],
          ["  compatible: maker,board-%u" % n for n in range(13)], "compatible")


@case("dtb-without-compatible")
def no_compatible(box):
    box.write("tree", dtb("x;"))
    box.pack(vmlinux(), "--dtb", "tree")
    assert "  compatible: none\n" in box.good("info", "out.img")


# What a driver needs: base; data, status, mask, flip; width and enable {set, offset, clear}.
UARTS = {
    "uart8250@0x3f8": (0x3F8, 0x20200500, 0x00000001, 0),
    "uart,shift=1@0x1000": (0x1000, 0x20200A00, 0x00000001, 0),
    "ns16550a,shift=2,width=4@0x01c28000": (0x1C28000, 0x20201400, 0x00000004, 0),
    "ec_imx6q@0x021e8000": (0x21E8000, 0x0010B440, 0x00800104, 0x00008404),
    "ec_imx21,shift=2,width=4@0x02020000": (0x2020000, 0x0010B440, 0x00800104, 0x00008404),
    "cdns@0xe0000000": (0xE0000000, 0x00102C30, 0x28001404, 0),
    "bcm2835aux@0x3f215040": (0x3F215040, 0x20201400, 4, 0),
}


@case("uart-types")
def uart_types(box):
    for text, words in UARTS.items():
        equal(box.pack(vmlinux(), "--uart", text).words(0xD8, 4), words, text)


@case("info-of-good-images")
def info_good(box):
    box.write("kernel", vmlinux())
    box.write("tree", dtb())
    box.good("pack", "-o", "out.img", "--dtb", "tree", "--initrd", "/etc/passwd", "--cmdline", "a\tb \\ c",
             "--uart", "pl011@0x9000000", "kernel")
    text = box.good("info", "out.img")
    for wanted in ("version 1", "arch: armv7a", "part 3: initrd", "base 0x9000000", "text: a\\x09b \\x5c c",
                   "text offset: 0x8000", "load: anywhere"):
        assert wanted in text, "%s is not in %s" % (wanted, text)
    equal(text.count(" ok\n"), 5, "verdicts")
    assert "DAMAGED" not in text, text
