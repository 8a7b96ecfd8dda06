# SPDX-License-Identifier: MIT
"""make qemu, as a user types it."""
import os
import subprocess
import zlib

import trees
from boards import MACHINES, ROOT
from harness import LINUX_SECONDS, SECONDS, Boot, Failed, case

PROMPT = rb"zshim:[^\n]*# "
# A make above us has its own: job server, variables given on its command line.
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.startswith(("MAKE", "MFLAGS"))}


def make(work, *variables, stdin=subprocess.DEVNULL):
    build = os.path.relpath(work.shared.build, ROOT)
    command = ["make", "--no-print-directory", "-C", ROOT, "qemu", f"B={build}",
               f"IMAGE={work.path('made.img')}", *variables]
    work.log(f"$ {' '.join(command)}\n")
    return work.spawn(command, stdin=stdin, env=ENVIRONMENT)


def make_mini(work, *variables):
    boot = work.finish(make(work, *variables), SECONDS)
    boot.mini()
    return boot


@case("make.default", "make")
def _(work):
    make_mini(work).has("-M virt", "console pl011 at 0x09000000 by stdout-path")


def variables_case(label, *variables, lines):
    @case(f"make.{label}", "make")
    def _(work):
        make_mini(work, *variables).has(*lines)


for board in ("vexpress-a9", "vexpress-a15"):
    ram = MACHINES[board].ram
    variables_case(board, f"BOARD={board}", lines=[f"kernel goes to {ram + 0x8000:#x}, "])
    variables_case(f"{board}.elf", f"BOARD={board}", "FORMAT=elf", "CODEC=none", "CMDLINE=a=b c",
                   lines=[f"zshim: 0.1.0 at {ram + 0x1000000:#x}, ", 'bootargs "a=b c"',
                          "zshim: none: "])
variables_case("elf", "FORMAT=elf", lines=["zshim: 0.1.0 at 0x41000000, "])


variables_case("path", "KERNEL=build/payload/vmlinux", "CMDLINE=a=b", lines=['bootargs "a=b"'])


@case("make.initrd", "make")
def _(work):
    crc = zlib.crc32(trees.read(os.path.join(ROOT, "Makefile")))
    make_mini(work, "INITRD=Makefile", f"CMDLINE=initrd.crc={crc:#x}").has(" from the image\n")


@case("make.status", "make")
def _(work):
    """The status of the mini vmlinux is that of QEMU: make says which."""
    child = make(work, "CMDLINE=expect.mode=hyp")
    boot = work.finish(child, SECONDS)
    if boot.status != 2:
        raise Failed(f"make ends with status {boot.status}")
    boot.has("mini: FAIL expect.mode")
    with open(work.path("stderr"), encoding="utf-8") as file:
        if "Error 24" not in file.read():
            raise Failed("make does not tell the payload's status 24")


def refused_case(label, variable, text):
    @case(f"make.refused.{label}", "make")
    def _(work):
        boot = work.finish(make(work, variable), SECONDS)
        with open(work.path("stderr"), encoding="utf-8") as file:
            said = file.read()
        if boot.status != 2 or text not in said or "qemu-system-arm" in boot.text:
            raise Failed(f"status {boot.status}: {said}")


refused_case("board", "BOARD=toaster", "no board toaster; there are: cubieboard mcimx6ul-evk ")
refused_case("kernel", "KERNEL=/nothing", "no kernel /nothing")
refused_case("codec", "CODEC=zip", "zip")


def shell_case(kernel, *variables):
    label = ".".join(value.split("=")[1] for value in variables)
    @case(f"make.{kernel}{'.' + label if label else ''}.shell", "linux")
    def _(work):
        child = make(work, f"KERNEL={kernel}", *variables, stdin=subprocess.PIPE)
        try:
            if not child.read(LINUX_SECONDS, PROMPT):
                raise Failed("no shell prompt")
            child.send("uname -a\n")
            if not child.read(30, rb"\nLinux [^\n]* armv7l [^\n]*\n") or not child.read(30, PROMPT):
                raise Failed("no answer to uname -a")
            child.send("poweroff -f\n")
            child.read(60)
            boot = Boot(child.status(5), child.text)
        finally:
            work.log_output(child)
        boot.ended(0)
        boot.has("poweroff -f", "zshim: kernel starts at", "reboot: Power down")


shell_case("debian")
shell_case("debian", "BOARD=vexpress-a15")
shell_case("debian", "BOARD=vexpress-a9", "CODEC=none")
shell_case("tiny", "FORMAT=elf")
