# SPDX-License-Identifier: MIT
"""Makes the files that the host tests pack: ELF files, Images, zImages, device trees.

Written from the formats' specifications, not from zshim's source, so that both can be wrong only
independently.
"""
import random
import struct
import subprocess

MRC_MAIN_ID = 0xEE109F10  # mrc p15, 0, r9, c0, c0: in the head of every ARM Linux


def image(release="6.1.0-test", size=200_000, head=MRC_MAIN_ID, seed=1, extra=b""):
    """An ARM Linux Image: head code, banner, bytes that compress about as well as code does."""
    rng = random.Random(seed)
    words = [rng.getrandbits(32) for _ in range(600)]
    body = bytearray()
    while len(body) < size:
        body += struct.pack("<I", rng.choice(words))
    body = body[:size]
    struct.pack_into("<3I", body, 0, 0xE10F9000, 0xE229901A, head)
    text = b"Linux version %s\0" + (b"Linux version " + release.encode() if release else b"") + b" (x)\n\0"
    body[4096:4096 + len(text)] = text
    body[8192:8192 + len(extra)] = extra
    return bytes(body)


def calls(data, thumb=False, every=40, seed=2):
    """Puts calls of a few functions into the bytes of a kernel, as real ones have them."""
    rng = random.Random(seed)
    body = bytearray(data)
    targets = [4 * rng.randrange(len(body) // 4) for _ in range(20)]
    for at in range(16384, len(body) - 4, every):
        target = rng.choice(targets)
        if thumb:
            number = (target - at - 4) // 2
            struct.pack_into("<2H", body, at, 0xF000 | number >> 11 & 0x7FF, 0xF800 | number & 0x7FF)
        else:
            struct.pack_into("<I", body, at, 0xEB000000 | (target - at - 8) // 4 & 0xFFFFFF)
    return bytes(body)


class Segment:
    def __init__(self, vaddr, data, paddr=None, memsz=None, kind=1):
        self.vaddr = vaddr
        self.paddr = vaddr if paddr is None else paddr
        self.data = data
        self.memsz = len(data) if memsz is None else memsz
        self.kind = kind


LINUX_SECTIONS = (".text", ".init.pv_table")


def elf(segments, entry, sections=(), machine=40, kind=2, endian="<", bits=32, header_inside=False,
        pad=0):
    """An ELF file.  header_inside: the first segment's file bytes begin with the ELF header."""
    ehdr_size, phdr_size = 52, 32
    at = ehdr_size + phdr_size * len(segments)
    at += -at % 16
    blob = bytearray(at)
    headers = b""
    for i, s in enumerate(segments):
        offset = len(blob)
        if header_inside and i == 0:
            # data[0:at] is replaced by the headers themselves.
            offset = 0
            blob += s.data[at:]
        else:
            blob += s.data
        headers += struct.pack(endian + "8I", s.kind, offset, s.vaddr, s.paddr, len(s.data), s.memsz,
                               7, 4)
        blob += bytes(-len(blob) % 16)
    shoff = shnum = 0
    blob += bytes(pad)
    if sections:
        names = b"\0"
        table = bytes(40)
        for name in sections:
            table += struct.pack(endian + "10I", len(names), 1, 2, 0, 0, 0, 0, 0, 4, 0)
            names += name.encode() + b"\0"
        table += struct.pack(endian + "10I", len(names), 3, 0, 0, len(blob), len(names) + 10, 0, 0, 1, 0)
        names += b".shstrtab\0"
        blob += names
        blob += bytes(-len(blob) % 4)
        shoff = len(blob)
        shnum = len(sections) + 2
        blob += table
    ident = b"\x7fELF" + bytes([1 if bits == 32 else 2, 1 if endian == "<" else 2, 1]) + bytes(9)
    blob[:ehdr_size] = ident + struct.pack(endian + "HHIIIIIHHHHHH", kind, machine, 1, entry, 52,
                                           shoff, 0x5000200, 52, 32, len(segments), 40, shnum,
                                           max(shnum - 1, 0))
    blob[ehdr_size:ehdr_size + len(headers)] = headers
    return bytes(blob)


def vmlinux(base=0xC0008000, release="6.1.0-test", sections=LINUX_SECTIONS, bss=70_000, **more):
    """A small vmlinux in one segment; its Image is image(release)."""
    data = image(release)
    return elf([Segment(base, data, memsz=len(data) + bss)], base, sections, **more)


def tool(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


COMPRESS = {
    "gzip": ("gzip", "-n", "-9", "-c"),
    "lzo": ("lzop", "-9", "-c"),
    "lz4": ("lz4", "-l", "-9", "-c"),
    "lzma": ("xz", "--format=lzma", "-9", "-c"),
    "xz": ("xz", "--check=crc32", "--arm", "--lzma2=dict=1MiB", "-c"),
}


def zimage(inner, codec, table=5, bss=0x1234, text_offset=0x208000, endian=0x04030201, truncate=0):
    """A zImage as Linux builds it.  table: data words and tag in the size entry; 0: an old kernel."""
    piggy = tool(inner, *COMPRESS[codec])
    if codec != "gzip":  # whose last word is the size already
        piggy += struct.pack("<I", len(inner))
    blob = bytearray(struct.pack("<8I", *[0xE1A00000] * 8) + bytes(0x20))
    # Bytes that look like the beginning of streams, as in the decompressor's own code.
    blob += b"\x1f\x8b\x08\x00" + b"\x5d\x00\x00\x80\x00" + b"\xfd7zXZ\x00" + bytes(50) + b"\x02\x21\x4c\x18"
    blob += bytes(3) + piggy  # nothing aligns the stream
    size_at = len(blob) - 4
    blob += bytes(-len(blob) % 4)
    table_at = len(blob)
    if table:
        data = [size_at, bss, text_offset, 0x10000][:table - 1]
        blob += struct.pack("<3I", 3, 0x12345678, 0)  # an entry to skip
        blob += struct.pack("<%dI" % (len(data) + 2), len(data) + 2, 0x5A534C4B, *data)
        blob += bytes(4)
    struct.pack_into("<5I", blob, 0x20, 0xEA000000, 0x016F2818, 0, len(blob), endian)
    if table:
        struct.pack_into("<2I", blob, 0x34, 0x45454545, table_at)
    return bytes(blob[:len(blob) - truncate])


def dtb(source=None, memory=0x60000000):
    if source is None:
        source = ("#address-cells = <1>; #size-cells = <1>; compatible = \"x\";"
                  "memory@%x { device_type = \"memory\"; reg = <%#x 0x8000000>; };" % (memory, memory))
    text = "/dts-v1/; / { %s };" % source
    return tool(text.encode(), "dtc", "-q", "-I", "dts", "-O", "dtb", "-")
