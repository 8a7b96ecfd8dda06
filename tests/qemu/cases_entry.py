# SPDX-License-Identifier: MIT
"""Failures before anything is read but stub and descriptor: E01 to E08."""
import struct

import stage
from boards import MACHINES
from faults import (ARM_UDF, HYP, STATUS, VIRT, between, boot_image, fault, kernel_part, packed,
                    place)
from harness import CODES
from image import BS_CHECK, BS_DESC, DESC, xxh32
from symbols import symbols

SPECIAL = 0x0B000000  # an address on virt that nobody answers
ARM_LOAD = struct.pack("<2I", 0xE3A0040B, 0xE5900000)  # mov r0, #SPECIAL; ldr r0, [r0]
ARM_JUMP = struct.pack("<I", 0xE3A0F40B)  # mov pc, #SPECIAL
THUMB_UDF = struct.pack("<H", 0xDE00)


# --- the first stage ---

def stub_case(label, damage, machine=VIRT):
    @fault("STUB", label)
    def _(work):
        image = packed(work, machine=machine)
        found, expected = damage(image)
        boot_image(work, image, machine).fault(CODES["STUB"], found, expected)


def flipped(offset):
    def damage(image):
        at = offset(image) if callable(offset) else offset
        image.flip(at)
        return xxh32(bytes(image.data[:image.check_at])), image.word(image.check_at)
    return damage


def check_word(value):
    def damage(image):
        image.set_word(BS_CHECK, value)
        return value, 0
    return damage


stub_case("code", flipped(0x1000))
stub_case("code-hyp", flipped(0x1000), HYP)
stub_case("code-vexpress", flipped(0x1000), MACHINES["vexpress-a15"])
stub_case("boot-sector", flipped(0x41))
stub_case("magic", flipped(0x1F9))
stub_case("first-word-of-c", flipped(0x3E0))
stub_case("descriptor", flipped(lambda image: image.word(BS_DESC) + 12))
stub_case("last-checked-byte", flipped(lambda image: image.check_at - 1))
stub_case("check", flipped(lambda image: image.check_at + 2))
stub_case("check-odd", check_word(0x4008))
stub_case("check-far", check_word(0x7FFFFFF0))


# --- between the first stage and the vectors ---

def early_case(label, symbol, code, status, machine=VIRT, target=None):
    """The last instruction of the code faults, or jumps to the target, which does."""
    @fault("EARLY", label)
    def _(work):
        image = packed(work, machine=machine)
        at = symbols(work, "gzip")[symbol]
        image.patch(at, code)
        image.seal()
        last = at + (len(code) - 4 if len(code) >= 4 else 0)
        pc = place(machine) + last if target is None else target
        boot_image(work, image, machine).fault(CODES["EARLY"], pc, status)


# In PL1 the mode in the upper byte, DFSR or IFSR below it; in HYP the HSR, which QEMU has as 0 for
# an undefined instruction.
early_case("undefined", "check_stub", ARM_UDF, 0x1B000000)
early_case("undefined-hyp", "check_stub", ARM_UDF, between(0, 0x02000000), HYP)
early_case("undefined-vexpress", "check_stub", ARM_UDF, 0x1B000000, MACHINES["vexpress-a9"])
early_case("data-abort", "check_stub", ARM_LOAD, 0x17000008)
early_case("data-abort-hyp", "check_stub", ARM_LOAD, lambda hsr: hsr >> 26 == 0x25, HYP)
early_case("prefetch-abort", "check_stub", ARM_JUMP, 0x17000008, target=SPECIAL)
early_case("in-c", "find_console", THUMB_UDF, 0x1B000000)


@fault("NO_STACK")
def _(work):
    """In ROM, and no known board's RAM base has RAM 2 MiB above it."""
    image = packed(work)
    work.boot(VIRT, "-bios", work.write("i", image.data), memory=2).fault(
        CODES["NO_STACK"], 0, lambda at: at & 0xFFFFF == 0)


# --- entered in a way that we cannot boot from ---

def multiboot_case(label, r0, r1):
    @fault("MULTIBOOT", label)
    def _(work):
        at = 0x41000004
        args = stage.arguments(work, VIRT, [(at, packed(work).data)], at, (r0, r1, 0))
        work.boot(VIRT, *args).fault(CODES["MULTIBOOT"], r0, r1)


multiboot_case("1", 0x2BADB002, 0x1234)
multiboot_case("2", 0x36D76289, 0x5678)


# --- descriptor and codec ---

def desc_case(label, change, status="range"):
    """change(image): damages the descriptor and returns the offset of what the shim should name."""
    @fault("DESC", label)
    def _(work):
        image = packed(work)
        offset = change(image)
        image.seal()
        boot_image(work, image).fault(CODES["DESC"], STATUS[status], offset)


def word_changed(get, name, value):
    def change(image):
        fields = get(image)
        fields[name] = value
        return fields.offset + sum(8 if c == "Q" else 4 for c in layout_before(fields, name))
    return change


def layout_before(fields, name):
    """The struct characters of the members before this one."""
    text = "IIIIQQIIII" if fields.layout is DESC else "IIIIQQQQQQQII"
    return text[:fields.names.index(name)]


def descriptor(image):
    return image.desc


def part_changed(name, value):
    """A number that contradicts itself or its surroundings: the part is named."""
    def change(image):
        part = kernel_part(image)
        part[name] = value(part[name]) if callable(value) else value
        return part.offset
    return change


def magic_changed(image):
    image.flip(0x1FE, 3)  # version 2
    return 0x1F8


desc_case("version", word_changed(descriptor, "version", 2))
desc_case("flags", word_changed(descriptor, "flags", 1 << 31))
desc_case("policy", word_changed(descriptor, "cmdline_policy", 3))
desc_case("part-count", word_changed(descriptor, "part_count", 17))
desc_case("kind", word_changed(kernel_part, "kind", 6))
desc_case("codec", word_changed(kernel_part, "codec", 5))
desc_case("filter", word_changed(kernel_part, "filter", 3))
desc_case("part-flags", word_changed(kernel_part, "flags", 1 << 31))
desc_case("place", word_changed(kernel_part, "place", 3))
desc_case("offset", part_changed("offset", lambda offset: offset + 4))
desc_case("stored", part_changed("stored", lambda stored: stored + 4096))
desc_case("inflated", part_changed("inflated", lambda inflated: inflated + (1 << 20)))
desc_case("align", part_changed("align", 3))
desc_case("entry", part_changed("entry", 0x7FFFFFFF))
desc_case("image-version", magic_changed, "magic")


def codec_case(codec, other):
    @fault("CODEC", f"{codec}-stub-{other}")
    def _(work):
        image = packed(work, codec=codec)
        part, number = image.part("kernel")
        part["codec"] = other
        image.seal()
        boot_image(work, image).fault(CODES["CODEC"], other, number)


codec_case("gzip", 2)
codec_case("gzip", 4)
codec_case("none", 1)
