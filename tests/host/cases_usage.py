# SPDX-License-Identifier: MIT
"""Wrong usage: exit status 2, one line, nothing ignored."""
import subprocess

from craft import dtb, vmlinux
from harness import case, equal

WRONG = {
    "no-command": ((), "a command is missing"),
    "unknown-command": (("pck",), "unknown command: pck"),
    "no-kernel": (("pack",), "KERNEL is missing"),
    "two-kernels": (("pack", "kernel", "kernel"), "more than one KERNEL"),
    "unknown-option": (("pack", "--fast", "kernel"), "unknown option: --fast"),
    "no-abbreviation": (("pack", "--phy", "1", "kernel"), "unknown option: --phy"),
    "missing-value": (("pack", "kernel", "-o"), "-o: its value is missing"),
    "empty-value": (("pack", "-o", "", "kernel"), "-o: empty"),
    "value-for-flag": (("pack", "--best=1", "kernel"), "takes no value"),
    "repeated": (("pack", "-c", "gzip", "-c", "none", "kernel"), "-c is given twice"),
    "14-dtbs": (("pack", *["--dtb", "a"] * 14, "kernel"), "--dtb: more than 13"),
    "elf-two-dtbs": (("pack", "-f", "elf", "--dtb", "tree", "--dtb", "tree", "kernel"), "more than one --dtb"),
    "bad-codec": (("pack", "-c", "zip", "kernel"), "no such choice: zip"),
    "bad-filter": (("pack", "--filter", "thumb", "kernel"), "no such choice: thumb"),
    "best-of-none": (("pack", "--best", "-c", "none", "kernel"), "--best with -c none"),
    "storage-without-auto": (("pack", "--storage", "20", "kernel"), "--storage without -c auto"),
    "storage-with-codec": (("pack", "-c", "lz4", "--storage", "20", "kernel"), "--storage without -c auto"),
    "mips-without-auto": (("pack", "--cpu-mips=9", "kernel"), "--cpu-mips without -c auto"),
    "storage-unit": (("pack", "-c", "auto", "--storage", "20M", "kernel"), "not a number of MB/s"),
    "storage-0": (("pack", "-c", "auto", "--storage", "0", "kernel"), "not a number of MB/s"),
    "storage-negative": (("pack", "-c", "auto", "--storage=-5", "kernel"), "not a number of MB/s"),
    "storage-exponent": (("pack", "-c", "auto", "--storage", "1e3", "kernel"), "not a number of MB/s"),
    "storage-comma": (("pack", "-c", "auto", "--storage", "1,5", "kernel"), "not a number of MB/s"),
    "storage-point": (("pack", "-c", "auto", "--storage", "1.", "kernel"), "not a number of MB/s"),
    "storage-huge": (("pack", "-c", "auto", "--storage", "9" * 400, "kernel"), "not a number of MB/s"),
    "mips-word": (("pack", "-c", "auto", "--cpu-mips", "fast", "kernel"), "not a number of MIPS"),
    "mips-nan": (("pack", "-c", "auto", "--cpu-mips", "nan", "kernel"), "not a number of MIPS"),
    "bad-number": (("pack", "--load", "12z", "kernel"), "not a 32-bit number"),
    "octal-is-decimal": (("pack", "--load", "0x", "kernel"), "not a 32-bit number"),
    "too-large": (("pack", "--load", "4G", "kernel"), "not a 32-bit number"),
    "overflow": (("pack", "--load", "0x100000000", "kernel"), "not a 32-bit number"),
    "negative": (("pack", "--load=-4", "kernel"), "not a 32-bit number"),
    "load-unaligned": (("pack", "--load", "0x40000002", "kernel"), "not a multiple of 4"),
    "flash-size": (("pack", "--flash-size", "64M", "kernel"), "--flash-size without -f flash"),
    "flash-size-word": (("pack", "-f", "flash", "--flash-size", "big", "kernel"), "not a 32-bit number"),
    "elf-without-load": (("pack", "-f", "elf", "kernel"), "needs --load"),
    "elf-phys-unaligned": (("pack", "--phys", "0x40100000", "kernel"), "no multiple of 2 MiB"),
    "elf-bss": (("pack", "--bss", "1", "kernel"), "--bss"),
    "elf-text-offset": (("pack", "--text-offset", "0x8000", "kernel"), "--text-offset"),
    "policy-without-dtb": (("pack", "--dtb-policy", "fallback", "kernel"), "without --dtb"),
    "policy-without-cmdline": (("pack", "--cmdline-policy", "append", "kernel"), "without --cmdline"),
    "uart-type": (("pack", "--uart", "8250@0x1000", "kernel"), "no such type: 8250;"),
    "uart-type-begins-well": (("pack", "--uart", "pl01@0x1000", "kernel"), "no such type: pl01;"),
    "uart-type-empty": (("pack", "--uart", "@0x1000", "kernel"), "no such type: ;"),
    "uart-width": (("pack", "--uart", "pl011,width=2@0x1000", "kernel"), "pl011 has shift 2 and width 4"),
    "uart-shift": (("pack", "--uart", "cdns,shift=0@0x1000", "kernel"), "cdns has shift 2 and width 4"),
    "uart-far": (("pack", "--uart", "uart8250,shift=6@0x1000", "kernel"), "shift 6 with width 1: not"),
    "uart-words-too-near": (("pack", "--uart", "uart8250,shift=1,width=4@0x1000", "kernel"), "shift 1 with width 4: not"),
    "uart-halfwords": (("pack", "--uart", "uart8250,shift=1,width=2@0x1000", "kernel"), "shift 1 with width 2: not"),
    "uart-odd": (("pack", "--uart", "pl011@0x1002", "kernel"), "not TYPE"),
    "uart-syntax": (("pack", "--uart", "pl011", "kernel"), "not TYPE"),
    "uart-attribute": (("pack", "--uart", "pl011,speed=1@0x1000", "kernel"), "not TYPE"),
    "uart-at-0": (("pack", "--uart", "pl011@0", "kernel"), "not TYPE"),
    "info-no-file": (("info",), "one FILE"),
    "info-json": (("info", "--json", "kernel"), "not built yet"),
}

NOT_BUILT = ("-f uimage", "-f fit", "-f srec", "-f ihex", "--module x",
             "--check sha256", "--log quiet", "--log verbose", "--on-error reset")


def register_wrong(name, args, says):
    @case("usage-" + name)
    def _(box):
        box.write("kernel", vmlinux())
        box.write("tree", dtb())
        box.bad(*args, says=says, status=2)


for _name, (_args, _says) in WRONG.items():
    register_wrong(_name, _args, _says)


def register_not_built(args):
    @case("not-built" + args.replace(" ", "-").replace("--", "-"))
    def _(box):
        box.write("kernel", vmlinux())
        box.bad("pack", *args.split(), "kernel", says="not built yet", status=2)


for _args in NOT_BUILT:
    register_not_built(_args)


@case("not-built-commands")
def not_built_commands(box):
    for name in "extract", "map":
        box.bad(name, "x", says=name + ": not built yet", status=2)


@case("usage-help")
def usage_help(box):
    for args in ("--help",), ("-h",), ("pack", "--help"), ("info", "--help"):
        assert box.good(*args).startswith("usage: zshim"), args
    assert box.good("--version").startswith("zshim 0."), "version"


@case("usage-accepted-as-it-is")
def usage_accepted(box):
    box.pack(vmlinux(), "--check", "fast", "--log=normal", "--on-error", "rest", "--filter=auto")


@case("usage-default-output")
def usage_default_output(box):
    box.write("vmlinux", vmlinux())
    box.good("pack", "vmlinux")
    box.good("pack", "--load", "64M", "-f", "elf", "--", "vmlinux")
    box.good("info", "vmlinux.zimage")
    box.good("info", "vmlinux.elf")


@case("usage-numbers")
def usage_numbers(box):
    for text, value in ("1G", 1 << 30), ("0x40000000", 1 << 30), ("1024M", 1 << 30), ("0X3c", 60), ("8k", 8192):
        equal(box.pack(vmlinux(), "--load", text).load, value, text)


@case("stdout-full")
def stdout_full(box):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([box.zshim, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    equal(done.returncode, 1, "status")
    assert done.stderr.count(b"\n") == 1, done.stderr
