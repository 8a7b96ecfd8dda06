# SPDX-License-Identifier: MIT
"""Failures of parts and streams, and exceptions once the vectors are set: E30 to E54; what a
debugger finds after a failure."""
import struct
import subprocess

import trees
from boards import MACHINES
from cases_tree import BANK
from faults import ARM_UDF, HYP, STATUS, VIRT, between, boot_image, fault, kernel_part, packed
from gdb import Gdb
from harness import CASES, CODES, INITRD, SILENCE, Boot, Failed, case, noise
from image import xxh32
from symbols import symbols

# Thumb
UDF, BKPT, SVC = (struct.pack("<H", half) for half in (0xDE00, 0xBE00, 0xDF00))
MOVS_R3_0 = b"\x00\x23"
LOAD_0 = MOVS_R3_0 + b"\x1b\x68"  # ldr r3, [r3]
JUMP_0 = MOVS_R3_0 + b"\x18\x47"  # bx r3


# --- parts and streams ---

def part_case(kind, *options):
    @fault("PART", kind)
    def _(work):
        image = packed(work, *[word.format(initrd=work.write("initrd", INITRD),
                                           dtb=work.write("dtb", trees.small([BANK])))
                               for word in options])
        part, number = image.part(kind)
        image.flip(part["offset"] + part["stored"] // 2)
        boot_image(work, image).fault(CODES["PART"], number, xxh32(image.stored(kind)))


part_case("kernel")
part_case("initrd", "--initrd", "{initrd}")
part_case("dtb", "--dtb", "{dtb}")
part_case("cmdline", "--cmdline", "some words")


@fault("PART", "last-byte")
def _(work):
    image = packed(work, codec="none")
    part, number = image.part("kernel")
    image.flip(part["offset"] + part["stored"] - 1, 0x80)
    boot_image(work, image).fault(CODES["PART"], number, xxh32(image.stored("kernel")))


def stream_case(code, label, change, a=None, b=None, codec="gzip"):
    """change(stream, part): other stored bytes, or None to keep them; sums are made right."""
    @fault(code, label)
    def _(work):
        image = packed(work, codec=codec)
        part = kernel_part(image)
        stream = change(image.stored("kernel"), part)
        if stream is not None:
            image.replace_stored("kernel", stream)
        image.seal_part("kernel")
        image.seal()
        boot_image(work, image).fault(CODES[code], *(n(part) if callable(n) else n for n in (a, b)))


def byte_set(offset, value):
    return lambda s, part: s[:offset] + bytes([value(s[offset]) if callable(value) else value]) + \
        s[offset + 1:]


stream_case("STREAM", "magic", byte_set(0, 0x29), STATUS["magic"], codec="zstd")
stream_case("STREAM", "reserved-bit", byte_set(4, lambda byte: byte | 8), STATUS["unsupported"],
            codec="zstd")
stream_case("STREAM", "content-size", byte_set(5, lambda byte: byte ^ 1), STATUS["corrupt"],
            codec="zstd")
stream_case("STREAM", "filter", byte_set(13, lambda byte: byte | 1), STATUS["unsupported"],
            codec="xz")
stream_case("STREAM", "block-type", byte_set(0, lambda byte: byte | 6), STATUS["corrupt"])
stream_case("STREAM", "truncated", lambda s, part: s[:len(s) // 2], STATUS["truncated"])
stream_case("STREAM", "empty", lambda s, part: b"", STATUS["truncated"])


def inflated_by(change):
    def edit(_stream, part):
        part["inflated"] = part["inflated"] + change
    return edit


stream_case("LONG", "gzip", inflated_by(-1), None, lambda part: part["inflated"])
stream_case("LONG", "gzip-half", inflated_by(-0x90000), None, lambda part: part["inflated"])
stream_case("LONG", "none", inflated_by(-1), None, lambda part: part["inflated"], "none")
stream_case("SHORT", "gzip", inflated_by(1), lambda part: part["inflated"] - 1,
            lambda part: part["inflated"])
stream_case("SHORT", "none", inflated_by(1), lambda part: part["inflated"] - 1,
            lambda part: part["inflated"], "none")
stream_case("TRAILING", "zeros", lambda s, part: s + bytes(8), lambda part: part["stored"] - 8,
            lambda part: part["stored"])
stream_case("TRAILING", "one-byte", lambda s, part: s + b"\x1f", lambda part: part["stored"] - 1,
            lambda part: part["stored"])


@fault("FDT_EDIT", "cells")
def _(work):
    """The embedded tree has no /memory, and cells in which the loader's cannot be said."""
    tree = trees.compile_dts("""/dts-v1/; / { #address-cells = <3>; #size-cells = <1>;
        compatible = "linux,dummy-virt"; };""")
    image = packed(work, "--dtb", work.write("tree.dtb", tree))
    boot_image(work, image).fault(CODES["FDT_EDIT"], STATUS["unsupported"], between(0x100, 0x2000))


# --- exceptions after the vectors are set ---

def code_at(boot, symbol_offset):
    """Where an instruction of the stub is in the shim's own place, behind page table and pen."""
    found = boot.find(r"shim moves from 0x\w+ to 0x(\w+)")
    return int(found[1], 16) + 0x5000 + symbol_offset


def late_case(code, label, symbol, patch, a, b, machine=VIRT):
    """a: added to the address of the patch, or a function of it; b: a number or a function."""
    @fault(code, label)
    def _(work):
        more = () if machine.has_dtb else ("--dtb", work.mini_dtb(machine))
        image = packed(work, *more, machine=machine)
        at = symbols(work, "gzip")[symbol]
        image.patch(at, patch)
        image.seal()
        boot = boot_image(work, image, machine)
        pc = code_at(boot, at)
        boot.fault(CODES[code], a(pc) if callable(a) else pc + a, b(pc) if callable(b) else b)


def svc_thumb(cpsr):
    return cpsr & 0x3F == 0x33


late_case("UNDEFINED", "thumb", "check_parts", UDF, 0, lambda pc: svc_thumb)
late_case("UNDEFINED", "after-inflating", "fix_device_tree", UDF, 0, lambda pc: svc_thumb)
late_case("UNDEFINED", "hyp", "check_parts", UDF, 0, lambda pc: svc_thumb, HYP)
late_case("UNDEFINED", "vexpress", "check_parts", UDF, 0, lambda pc: svc_thumb,
          MACHINES["vexpress-a9"])
late_case("UNDEFINED", "arm", "xxh32", ARM_UDF, 0, lambda pc: lambda c: c & 0x3F == 0x13)
late_case("PREFETCH", "nowhere", "check_parts", JUMP_0, lambda pc: 0, 5)
late_case("PREFETCH", "breakpoint", "check_parts", BKPT, 0, 2)
late_case("DATA", "nowhere", "check_parts", LOAD_0, lambda pc: 0, lambda pc: pc + 2)
late_case("UNEXPECTED", "svc", "check_parts", SVC, 2, 8)
late_case("HYP_TRAP", "undefined", "enter_kernel", UDF, 0, None, HYP)


# --- what a debugger finds ---

def rest_case(label, symbol, patch, code):
    @case(f"fault.registers.{label}", "fault")
    def _(work):
        image = packed(work)
        if symbol:
            image.patch(symbols(work, "gzip")[symbol], patch)
            image.seal()
        else:
            image.flip(0x1000)
        socket = work.path("gdb")
        child = work.start(VIRT, "-kernel", work.write("damaged.img", image.data),
                           more=("-S", "-gdb", f"unix:{socket},server=on,wait=off"))
        gdb = Gdb(socket)
        gdb.go()
        if not child.read(20, rb"zshim: E\d\d[^\n]*\n"):
            raise Failed("no error line")
        child.read(SILENCE)  # from the line to the rest
        gdb.interrupt()
        registers = [gdb.register(number) for number in range(4)]
        log = gdb.memory(registers[1], 4096) if registers[1] else b""
        child.kill()
        work.log_output(child)
        boot = Boot(None, child.text)
        a, b = numbers(boot, CODES[code])
        if registers[0] != CODES[code] or registers[2:] != [a, b]:
            raise Failed(f"rests with {[hex(r) for r in registers]}, "
                         f"not {CODES[code]} .. {a:#x} {b:#x}")
        if bool(registers[1]) != bool(symbol):
            raise Failed(f"r1 = {registers[1]:#x} as the log's address")
        if log:
            check_log(log, registers[1], boot.text)


def numbers(boot, code):
    found = boot.find(rf"^zshim: E{code:02} .* 0x(\w+) 0x(\w+)$")
    return int(found[1], 16), int(found[2], 16)


def check_log(log, address, text):
    """Magic, sizes, and every line that was printed."""
    size, length = struct.unpack_from("<2I", log, 8)
    if log[:8] != b"ZSHIMLOG" or size != len(log) - 16 or length > size or address % 64:
        raise Failed(f"log at {address:#x}: {log[:16]!r}")
    if log[16:16 + length].decode() != text:
        raise Failed("log differs from what was printed:\n" + log[16:16 + length].decode())


rest_case("first-stage", None, None, "STUB")
rest_case("exception", "check_parts", UDF, "UNDEFINED")


# --- of this file itself ---

@case("fault.every-code", "fault")
def _(work):
    """A code without a boot that provokes it is not tested."""
    missing = set(CODES) - {c.code for c in CASES}
    if missing or not CODES:
        raise Failed(f"no boot for {' '.join(sorted(missing)) or 'any code'}")


@case("fault.xxh32", "fault")
def _(work):
    """Our sum against the reference's."""
    for size in (0, 1, 3, 4, 15, 16, 17, 31, 32, 1000, 4099):
        data = noise(size, 7)
        done = subprocess.run(["xxhsum", "-H32", "-"], input=data, capture_output=True, check=True)
        if int(done.stdout.split()[0], 16) != xxh32(data):
            raise Failed(f"xxh32 of {size} bytes is {xxh32(data):#x}, not {done.stdout}")
