#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""selftest.py BUILD: does the mini vmlinux see what is wrong with a hand-over?

Starts it in QEMU without the shim, with every register and byte set by this program: first as it
should be, on each board, then with one thing wrong at a time.  A check that cannot fail is worth
nothing, so each one of enum fail in mini.h has a case here.  BUILD is the build folder.
"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
HERE = os.path.dirname(os.path.realpath(__file__))
VIRT = ["-M", "virt,dtb-randomness=off", "-cpu", "cortex-a15"]
HYP = ["-M", "virt,dtb-randomness=off,virtualization=on", "-cpu", "cortex-a15"]
QUIET = ["-audiodev", "none,id=n"]
STATUS = {
    name: int(number)
    for name, number in re.findall(r"FAIL_(\w+) = (\d+)", open(os.path.join(HERE, "mini.h")).read())
}
RANDOM = bytes((i * i * 31 + i * 7 + 3) >> 2 & 0xFF for i in range(50001))


def offsets():
    """{symbol: offset in the image}."""
    path = os.path.join(BUILD, "payload", "vmlinux")
    rows = subprocess.run(["arm-none-eabi-nm", path], capture_output=True, text=True, check=True)
    found = {row.split()[2]: int(row.split()[0], 16) for row in rows.stdout.splitlines()}
    return {name: at - found["_start"] for name, at in found.items()}


class Handover:
    """What is put into RAM and registers.  The RAM base is `ram`; 128 MiB."""

    def __init__(self, work, machine, ram, dtb, base=None):
        self.work, self.machine, self.ram = work, machine, ram
        with open(os.path.join(BUILD, "payload", "Image"), "rb") as file:
            self.image = bytearray(file.read())
        with open(dtb, "rb") as file:
            self.dtb = bytearray(file.read())
        self.start = (ram if base is None else base) + 0x8000
        self.dtb_at = ram + 0x5000000
        self.initrd_at = ram + 0x5400000
        self.initrd = b""
        self.registers = [0, 0xFFFFFFFF, None]
        self.before = []  # ARM instructions that run just before the jump, r0 to r3 are free
        self.memory = "128"
        self.cpu = 0
        self.semihosting = ["-semihosting"]

    def fdtput(self, *arguments):
        path = os.path.join(self.work, "edit.dtb")
        with open(path, "wb") as file:
            file.write(self.dtb)
        subprocess.run(["fdtput", path, *arguments], check=True)
        with open(path, "rb") as file:
            self.dtb = bytearray(file.read())

    def chosen(self, name, value):
        self.fdtput("-t", "x" if isinstance(value, int) else "s", "/chosen", name,
                    f"{value:x}" if isinstance(value, int) else value)

    def add_initrd(self, size=len(RANDOM)):
        self.initrd = RANDOM[:size]
        self.chosen("linux,initrd-start", self.initrd_at)
        self.chosen("linux,initrd-end", self.initrd_at + size)

    def stub(self):
        r0, r1, r2 = self.registers
        r2 = self.dtb_at if r2 is None else r2
        words = list(self.before)
        # ldr r0/r1/r2/pc from the four words behind these four instructions
        words += [0xE59F0008, 0xE59F1008, 0xE59F2008, 0xE59FF008, r0, r1, r2, self.start]
        return struct.pack(f"<{len(words)}I", *words)

    def run(self):
        command = ["qemu-system-arm", *self.machine, "-m", self.memory, "-nic", "none",
                   "-display", "none", "-serial", "stdio", "-monitor", "none", *self.semihosting]
        pieces = [(self.start, self.image), (self.dtb_at, self.dtb), (self.initrd_at, self.initrd),
                  (self.ram + 0x7000000, self.stub())]
        for i, (address, data) in enumerate(pieces):
            if not data:
                continue
            path = os.path.join(self.work, f"piece{i}")
            with open(path, "wb") as file:
                file.write(data)
            cpu = f",cpu-num={self.cpu}" if i == len(pieces) - 1 else ""
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on{cpu}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, check=False)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


class Test:
    def __init__(self, work):
        self.work, self.results = work, []
        self.virt_dtb = os.path.join(work, "virt.dtb")
        machine = f"virt,dtb-randomness=off,dumpdtb={self.virt_dtb}"
        subprocess.run(["qemu-system-arm", "-M", machine, "-m", "128", "-nic", "none"],
                       check=True, capture_output=True)

    def virt(self, machine=None):
        # QEMU keeps its own DTB at the RAM base, hence a base above it.
        return Handover(self.work, machine or VIRT, 0x40000000, self.virt_dtb, 0x42000000)

    def vexpress(self, cpu, ram):
        dtb = os.path.join(BUILD, "board", f"vexpress-{cpu}", "mini.dtb")
        return Handover(self.work, ["-M", f"vexpress-{cpu}", *QUIET], ram, dtb)

    def record(self, name, passed, why=""):
        self.results.append(f"{'pass' if passed else 'FAIL'} payload.{name.replace(' ', '-')}")
        if not passed:
            print(f"payload: FAILED: {name}: {why}")

    def expect(self, name, handover, status, *lines):
        code, output = handover.run()
        missing = [line for line in lines if line not in output]
        self.record(name, code == status and not missing,
                    f"status {code}, wanted {status}, missing {missing}\n{output}")

    def good(self, name, handover, *lines):
        self.expect(name, handover, 0, "mini: image crc32 ok", "mini: all checks passed", *lines)

    def bad(self, name, fail, change):
        handover = self.virt()
        change(handover)
        self.expect(name, handover, STATUS[fail], "mini: FAIL ")


def good_cases(t):
    crc = f"{zlib.crc32(RANDOM):08x}"
    for name, make, mode in (
        ("virt", t.virt, "svc"),
        ("virt HYP", lambda: t.virt(HYP), "hyp"),
        ("virt a7", lambda: t.virt(["-M", "virt", "-cpu", "cortex-a7"]), "svc"),
        ("vexpress-a9", lambda: t.vexpress("a9", 0x60000000), "svc"),
        ("vexpress-a15", lambda: t.vexpress("a15", 0x80000000), "svc"),
    ):
        h = make()
        t.good(name, h, "mini: initrd none", "mini: bootargs none")
        h = make()
        words = f"a=b initrd.crc=0x{crc} expect.mode={mode} expect.entry={h.start:#x}"
        h.chosen("bootargs", words)
        h.add_initrd()
        t.good(f"{name} with initrd", h, f'mini: bootargs "{words}"', f"crc32 {crc}",
               f"in {mode.upper()}, r0=00000000 r1=ffffffff r2={h.dtb_at:08x}")
        h = make()
        h.semihosting = []
        t.good(f"{name} powers off", h)
    h = t.virt()
    h.chosen("bootargs", "expect.noinitrd")
    t.good("no initrd, as expected", h)
    h = t.virt()
    h.dtb_at -= 0x100000 - 8  # totalsize is 1 MiB: the last of its two sections to the brim
    t.good("DTB at the end of its reach", h)
    h = t.virt()
    h.initrd_at = h.start - 0x4000 - 10001  # between the RAM base and the page table
    h.add_initrd(10001)
    t.good("initrd just below the page table", h)
    h = t.virt()
    h.dtb_at = h.start - 0x208000  # the RAM base of a kernel with Debian's text offset
    h.chosen("bootargs", "text.offset=0x208000")
    t.good("DTB at the base of a larger text offset", h)


def set_word(data, offset, value):
    struct.pack_into(">I", data, offset, value)


def bad_cases(t):
    def initrd_word(words, size=len(RANDOM)):
        def change(h):
            h.chosen("bootargs", words)
            if size:
                h.add_initrd(size)
        return change

    def initrd_at(offset):
        def change(h):
            h.initrd_at = h.start + offset
            h.add_initrd()
            h.initrd = b""  # do not load it: QEMU refuses what overlaps
        return change

    def image_byte(offset):
        def change(h):
            h.image[offset] ^= 0x10
        return change

    def dtb_word(offset, value):
        return lambda h: set_word(h.dtb, offset, value)

    def attribute(**values):
        def change(h):
            for name, value in values.items():
                setattr(h, name, value(h) if callable(value) else value)
        return change

    def before(*words):
        return attribute(before=words)

    def chosen(name, value):
        return lambda h: h.chosen(name, value)

    size = len(t.virt().image)
    at = offsets()
    cases = (
        ("r0", "R0", attribute(registers=[1, 0xFFFFFFFF, None])),
        ("system mode", "MODE", before(0xF102001F)),  # cps #31
        ("IRQ open", "MODE", before(0xF1080080)),  # cpsie i
        ("FIQ open", "MODE", before(0xF1080040)),  # cpsie f
        ("D-cache on", "SCTLR", before(0xEE113F10, 0xE3833004, 0xEE013F10)),
        ("1 MiB base", "PLACE", attribute(start=0x42108000)),
        ("no text offset", "PLACE", attribute(start=0x42000000)),
        ("end of RAM", "PLACE", lambda h: (
            setattr(h, "start", 0x47E08000),
            h.fdtput("-t", "x", "/memory@40000000", "reg", "0", "40000000", "0", "7f70000"))),
        ("r2 is 0", "DTB_PLACE", attribute(registers=[0, 0, 0])),
        ("r2 + 4", "DTB_PLACE", attribute(dtb_at=0x45000004)),
        ("r2 is no DTB", "DTB", attribute(registers=[0, 0, 0x46000000])),
        ("r2 is nowhere", "EXCEPTION", attribute(registers=[0, 0, 0x0B000000])),
        ("magic", "DTB", dtb_word(0, 0xD00DFEEE)),
        ("totalsize small", "DTB", dtb_word(4, 39)),
        ("totalsize big", "DTB", dtb_word(4, 0x200001)),
        ("old version", "DTB", dtb_word(20, 3)),
        ("structure offset", "DTB", dtb_word(8, 0x100004)),
        ("structure short", "DTB", dtb_word(36, 64)),
        ("strings offset", "DTB", dtb_word(12, 0x100004)),
        ("strings short", "DTB", dtb_word(32, 4)),
        ("reservations", "DTB", dtb_word(16, 44)),
        ("out of reach", "DTB_PLACE", lambda h: (setattr(h, "dtb_at", 0x45080000),
                                               set_word(h.dtb, 4, 0x180008))),
        ("DTB past RAM", "DTB_PLACE", lambda h: (setattr(h, "dtb_at", 0x47F80000),
                                               h.dtb.__delitem__(slice(0x4000, None)))),
        ("DTB in BSS", "DTB_PLACE", attribute(dtb_at=lambda h: h.start + (size + 0x30000 & ~4095),
                                              dtb=lambda h: h.dtb[:0x4000])),
        ("DTB in page table", "DTB_PLACE", lambda h: (
            setattr(h, "dtb_at", h.start - 0x2100), set_word(h.dtb, 4, 0x2108),
            h.dtb.__delitem__(slice(0x2100, None)))),
        ("text", "IMAGE", lambda h: image_byte(h.image.find(b"Linux version"))(h)),
        ("vectors", "IMAGE", image_byte(at["vectors_lma"])),
        ("last byte", "IMAGE", image_byte(-1)),
        ("hole begins", "HOLE", image_byte(at["hole_start"])),
        ("hole ends", "HOLE", image_byte(at["hole_end"] - 1)),
        ("initrd below the base", "INITRD", initrd_at(-0x8000 - 50001)),
        ("DTB below the base", "DTB_PLACE", lambda h: setattr(h, "dtb_at", 0x41E00000)),
        ("initrd in text", "INITRD", initrd_at(0x4000)),
        ("initrd in page table", "INITRD", initrd_at(-0x4001)),
        ("initrd in BSS", "INITRD", initrd_at(size + 0x40000)),
        ("initrd out of RAM", "INITRD", initrd_at(0x6000000)),
        ("initrd in DTB", "INITRD", initrd_at(0x45000100 - 0x42008000)),
        ("initrd empty", "INITRD", lambda h: (
            h.chosen("linux,initrd-start", 0x45400000),
            h.chosen("linux,initrd-end", 0x45400000))),
        ("initrd without end", "INITRD", chosen("linux,initrd-start", 0x45400000)),
        ("initrd missing", "INITRD", initrd_word("initrd.crc=0x1", 0)),
        ("initrd crc", "INITRD", initrd_word("initrd.crc=0x1")),
        ("bootargs open", "BOOTARGS", lambda h: h.chosen("bootargs", 0x61626364)),
        ("bootargs NUL", "BOOTARGS", chosen("bootargs", 0x61006200)),
        ("compatible", "BOARD", lambda h: h.fdtput("-t", "s", "/", "compatible", "no,board")),
        ("mode", "EXPECT", chosen("bootargs", "x expect.mode=hyp y")),
        ("entry", "EXPECT", chosen("bootargs", "expect.entry=0x40008000")),
        ("no initrd", "EXPECT", initrd_word("expect.noinitrd")),
        ("no hex", "EXPECT", chosen("bootargs", "expect.entry=0xg")),
    )
    for name, fail, change in cases:
        t.bad(name, fail, change)
    return {fail for _, fail, _ in cases}


def board_cases(t):
    h = t.vexpress("a9", 0x60000000)
    h.machine += ["-smp", "2"]
    h.cpu = 1
    t.expect("CPU 1", h, STATUS["CPU"], "mini: FAIL ")
    # The DTB says 128 MiB, but RAM ends in our BSS; vexpress ignores writes to nowhere.
    h = t.vexpress("a9", 0x60000000)
    h.memory = "130304K"
    h.start = 0x67E08000
    h.dtb_at = 0x67E00000
    t.expect("BSS out of RAM", h, STATUS["BSS"], "mini: FAIL ")
    bare = os.path.join(BUILD, "payload", "bare.elf")
    done = subprocess.run(["qemu-system-arm", *VIRT, "-nographic", "-nic", "none", "-semihosting",
                           "-kernel", bare], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    t.record("bare.elf", done.returncode == 0 and done.stdout == b"bare: hello\r\n", done)
    return {"CPU", "BSS"}


def main():
    with tempfile.TemporaryDirectory() as work:
        t = Test(work)
        good_cases(t)
        seen = bad_cases(t) | board_cases(t)
    for name in sorted(set(STATUS) - seen - {"NONE"}):
        t.record(f"no case for FAIL_{name}", False)
    results = os.path.join(BUILD, "check", "payload.results")
    os.makedirs(os.path.dirname(results), exist_ok=True)
    with open(results, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in t.results)
    failed = sum(line.startswith("FAIL") for line in t.results)
    print(f"payload: {len(t.results) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
