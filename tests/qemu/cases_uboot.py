# SPDX-License-Identifier: MIT
"""U-Boot as the client: its own commands, with the image as zImage and as uImage, into the mini
vmlinux and into Linux.  DTB and initrd are given as its users give them."""
import os

import uboot
from boards import MACHINES
from cases_linux import check, kernel_path
from harness import INITRD, INITRD_CRC, LINUX_SECONDS, SECONDS, case

IMAGE_AT, INITRD_AT = 0x42000000, 0x45000000
LOADED_AT = 0x44000004  # a uImage's load address that no other file needs

KINDS = {"bootz": None, "bootm": "kernel", "bootm-noload": "kernel_noload"}


class Kernel:
    """A kernel to boot, with the initrd that it can look into."""

    def __init__(self, work, name, machine):
        self.work, self.name, self.machine = work, name, machine
        self.mini = name == "mini"
        self.path = work.mini if self.mini else kernel_path(work, name)
        self.initrd = work.write("initrd", INITRD) if self.mini else work.initramfs
        self.seconds = SECONDS if self.mini else LINUX_SECONDS
        self.more = ("-semihosting",) if self.mini else ()

    def words(self, initrd=True):
        if not self.mini:
            return self.machine.console
        return f"expect.mode={self.machine.mode} " + (INITRD_CRC if initrd else "expect.noinitrd")

    def check(self, boot, *texts, words=None):
        if self.mini:
            boot.mini(*texts)
        else:
            boot.has(*texts)
            check(self.work, self.machine, boot, words or self.words())


def command_case(command, name, kernel, initrd=True, codec="gzip"):
    """bootz and bootm: U-Boot passes the DTB in r2 and names the initrd in it.  Without one from
    U-Boot, a Linux has it in the image: it is how we see what became of it."""
    label = "" if initrd else ".no-initrd"

    @case(f"uboot.{command}.{name}.{kernel}{label}", "mini" if kernel == "mini" else "linux")
    def _(work):
        machine, kind = MACHINES[name], KINDS[command]
        what = Kernel(work, kernel, machine)
        embedded = not initrd and not what.mini
        image = work.pack(what.path, "-c", codec, *(("--initrd", what.initrd) if embedded else ()))
        size = os.path.getsize(what.initrd)
        disk = f"{INITRD_AT:#x}:{size:x}"
        entered = LOADED_AT if kind == "kernel" else IMAGE_AT
        files = [(image, IMAGE_AT), (what.initrd, INITRD_AT)]
        if kind:
            load = LOADED_AT if kind == "kernel" else 0
            files = [(uboot.make_image(work, image, kind, load, load), IMAGE_AT),
                     (uboot.make_image(work, what.initrd, "ramdisk"), INITRD_AT)]
            disk = f"{INITRD_AT:#x}"
        if kind == "kernel_noload":
            entered += 0x40  # behind the header
        session = uboot.Session(work, machine, files, more=what.more)
        session.type(f"setenv bootargs {what.words(initrd)}")
        boot = session.leave(f"{command.split('-')[0]} {IMAGE_AT:#x} {disk if initrd else '-'} "
                             f"{uboot.FDT:#x}", what.seconds)
        given = f", {size} bytes, from the {'image' if embedded else 'loader'}\n"
        if not initrd and not embedded:
            given = "initrd 0 bytes\n"
        what.check(boot, "Starting kernel ...", f" at {entered:#010x}, entered in "
                   f"{machine.mode.upper()}, r0=0 r1=0 r2=", ", from r2\n", given)


for command_name in KINDS:
    for machine_name in ("virt-a15", "virt-hyp"):
        command_case(command_name, machine_name, "mini")
        command_case(command_name, machine_name, "mini", initrd=False)
    command_case(command_name, "virt-a15", "tiny", codec="lz4")
command_case("bootz", "virt-hyp", "debian", codec="zstd")
command_case("bootz", "virt-hyp", "tiny", initrd=False)
command_case("bootm", "virt-a15", "tiny", initrd=False, codec="none")
command_case("bootm", "virt-a7", "debian", codec="xz")
command_case("bootm-noload", "virt-hyp", "tiny")


# --- no typing: U-Boot finds the kernel that QEMU was given, as "qfw", and starts it by bootz ---

def qfw_case(name, kernel, initrd=True):
    label = "" if initrd else ".no-initrd"

    @case(f"uboot.qfw.{name}.{kernel}{label}", "mini" if kernel == "mini" else "linux")
    def _(work):
        """Without an initrd, U-Boot 2023.01 passes as one what lies at its ramdisk_addr_r, in the
        size of the kernel.  It is moved and named like any other."""
        machine = MACHINES[name]
        what = Kernel(work, kernel, machine)
        disk = ("-initrd", what.initrd) if initrd else ()
        words = what.words() if initrd else f"expect.mode={machine.mode}"
        boot = work.boot(machine, "-bios", uboot.firmware(work), "-kernel", work.pack(what.path),
                         *disk, "-append", words, memory=uboot.MEMORY, seconds=what.seconds,
                         more=what.more)
        what.check(boot, "Starting kernel ...", f"entered in {machine.mode.upper()}, r0=0 r1=0 r2=",
                   ", from r2\n", ", from the loader\n")


qfw_case("virt-a15", "mini")
qfw_case("virt-a15", "mini", initrd=False)
qfw_case("virt-hyp", "mini")
qfw_case("virt-a15", "tiny")
qfw_case("virt-hyp", "debian")
