# SPDX-License-Identifier: MIT
"""U-Boot as a user has it: Debian's build for QEMU's virt, with commands typed at its prompt."""
import os
import re
import struct
import subprocess

from harness import SECONDS, Failed

PATH = "/usr/lib/u-boot/qemu_arm/u-boot.bin"
FDT = 0x40000000  # where QEMU leaves its tree for firmware
# U-Boot itself takes the top of RAM, about 34 MiB of it.
MEMORY = 256

# go and bootelf flush the console before they jump, and Debian's 2023.01 never comes back from that
# on a PL011: "are there characters left?" is answered by `ubfx r0, r0, #5, #1`, TXFF, of a register
# read that is masked wrongly.  `mov r0, #0` makes it "no".
HANG_AT, HANG, NO_HANG = 0x3B538, 0xE7E002D0, 0xE3A00000

PROMPT = rb"\n=> "
# U-Boot has given up, or given way to somebody who rests with an error.
LOST = rb"resetting \.\.\.|### ERROR ###|data abort|undefined instruction"


def firmware(work, patched=False):
    if not os.path.exists(PATH):
        raise Failed(f"{PATH} is missing: make deps")
    if not patched:
        return PATH
    with open(PATH, "rb") as file:
        data = bytearray(file.read())
    word = struct.unpack_from("<I", data, HANG_AT)[0]
    if word != HANG:
        raise Failed(f"{PATH} is not the build that the patch is for: {word:#x} at {HANG_AT:#x}")
    struct.pack_into("<I", data, HANG_AT, NO_HANG)
    return work.write("u-boot.bin", data)


def make_image(work, data, kind, load=0, entry=0):
    """A uImage by mkimage; kind: kernel, kernel_noload or ramdisk."""
    path = work.path(f"{kind}.uimg")
    work.run("mkimage", "-A", "arm", "-O", "linux", "-T", kind, "-C", "none", "-a", f"{load:#x}",
             "-e", f"{entry:#x}", "-n", "zshim", "-d", data, path)
    return path


class Session:
    """U-Boot with files in RAM, at its prompt."""

    def __init__(self, work, machine, files, memory=MEMORY, patched=False, more=("-semihosting",)):
        self.work = work
        command = ["qemu-system-arm", *machine.args, "-m", str(memory), "-nic", "none", "-display",
                   "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", *more, "-bios",
                   firmware(work, patched)]
        for path, address in files:
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        work.log(f"$ {' '.join(command)}\n")
        self.child = work.spawn(command, stdin=subprocess.PIPE)
        self._wait(rb"Hit any key to stop autoboot")
        self.child.send("\n")
        self._wait(PROMPT)

    def _wait(self, pattern):
        if not self.child.read(SECONDS, b"(?:" + pattern + b")|" + LOST) or \
                re.search(LOST, self.child.output):
            raise Failed(f"U-Boot does not come to {pattern.decode().strip()!r}")

    def type(self, *commands):
        """Each must come back to the prompt."""
        for command in commands:
            self.child.send(command + "\n")
            self._wait(PROMPT)

    def leave(self, command, seconds=SECONDS):
        """The last command, from which U-Boot does not return; the Boot that comes of it."""
        self.child.send(command + "\n")
        return self.work.finish(self.child, seconds)
