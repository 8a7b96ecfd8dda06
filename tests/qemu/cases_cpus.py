# SPDX-License-Identifier: MIT
"""Several CPUs: where those besides the first wait, whether Linux finds them there, and images for
flash, which all of them enter out of reset."""
import struct

import trees
from boards import MACHINES
from cases_linux import check, kernel_path
from cases_mini import offered
from cases_tree import read_tree
from faults import VIRT, boot_image, fault, packed, place
from gdb import Gdb
from harness import CODES, LINUX_SECONDS, Failed, case
from image import ARRIVED

PEN_SIZE = 0x60


# --- all CPUs, which QEMU sets to the entry of an ELF file ---

def smp_case(name, cpus):
    @case(f"smp{cpus}.{name}", "cpus")
    def _(work):
        machine = MACHINES[name]
        pack, qemu, lines = offered(work, machine, "elf", 128)
        image = work.pack(work.mini, "-f", "elf", *pack)
        socket = work.path("gdb")
        child = work.start(machine, "-kernel", image, *qemu, "-smp", str(cpus),
                           more=("-semihosting", "-S", "-gdb", f"unix:{socket},server=on,wait=off"))
        gdb = Gdb(socket)
        threads = gdb.threads()
        for thread in threads[1:]:  # a busy host may let one of them wait for long
            gdb.run_alone(thread, 0.1)
        gdb.run_to(machine.ram + 0x8000)
        tree = read_tree(gdb, gdb.register(2))
        for thread in threads[1:]:
            gdb.run_alone(thread, 0.1)
        at = [gdb.register(15, thread) for thread in threads]
        work.log(f"CPUs at {' '.join(map(hex, at))}\n")
        gdb.detach()
        boot = work.finish(child)
        boot.mini(*lines)
        more, pen = boot.find(r"^zshim: (\d) CPUs more wait at (0x\w+), ").groups()
        pen = int(pen, 0)
        if int(more) != cpus - 1 or sum(0 < pc - pen < PEN_SIZE for pc in at) != cpus - 1:
            raise Failed(f"CPUs at {[hex(pc) for pc in at]}, {more} are said to be at {pen:#x}")
        reserved = trees.properties(tree)["memreserve"].split()
        if [int(word.rstrip(";"), 16) for word in reserved[1:]] != [pen, 0x1000]:
            raise Failed(f"the tree has not reserved {pen:#x}: {' '.join(reserved)}")


smp_case("vexpress-a9", 2)
smp_case("vexpress-a9", 4)
smp_case("vexpress-a15", 2)
smp_case("virt-secure", 4)


@fault("CPUS")
def _(work):
    """Two CPUs that came and never leave."""
    image = packed(work)
    parked = image.parked_at(place(VIRT))
    for cpu in (1, 5):
        image.set_word(parked + ARRIVED + 4 * cpu, 0xFFFFFFFF)
    boot_image(work, image).fault(CODES["CPUS"], 2, lambda at: at % 0x1000 == 0)


@case("smp.stale-words", "cpus")
def _(work):
    """What else may lie there from an earlier start is no CPU."""
    image = packed(work)
    image.patch(image.parked_at(place(VIRT)) + ARRIVED, struct.pack("<8I", *range(2, 10)))
    boot = boot_image(work, image)
    boot.mini()
    boot.lacks("CPUs more")


# --- Linux brings them up ---

def linux_case(name, form, cpus, pen=None):
    """pen: the mailbox in the log, or None when no other CPU enters the image."""
    @case(f"linux.smp{cpus}.{name}.{form}", "linux")
    def _(work):
        machine = MACHINES[name]
        boot = work.boot_linux(machine, "-kernel", linux_image(work, machine, form), "-smp",
                               str(cpus), memory=1024)
        if pen is None:
            boot.lacks("CPUs more wait")
        else:
            boot.find(rf"^zshim: {cpus - 1} CPUs more wait at 0x\w+, mailbox {pen:#010x}$")
        check(work, machine, boot, machine.console, cpus=str(cpus))


def linux_image(work, machine, form):
    options = ["-c", "lz4", "-f", form, "--initrd", work.initramfs, "--cmdline", machine.console]
    if form == "elf":
        options += ["--load", f"{machine.load:#x}"]
    if not machine.has_dtb:
        options += ["--dtb", work.linux_dtb(machine)]
    return work.pack(kernel_path(work, "debian"), *options)


linux_case("vexpress-a9", "zimage", 4)  # they wait in QEMU's own pen
linux_case("vexpress-a9", "elf", 4, pen=0x10000030)
linux_case("vexpress-a15", "zimage", 2)
linux_case("vexpress-a15", "elf", 2, pen=0x1C010030)
linux_case("virt-a15", "zimage", 4)  # PSCI


@case("linux.smp4.virt-secure.elf", "linux")
def _(work):
    """Entered in Secure state, QEMU has no PSCI: nobody wants the others, nor can Linux power off."""
    machine = MACHINES["virt-secure"]
    boot = work.boot(machine, "-kernel", linux_image(work, machine, "elf"), "-smp", "4",
                     memory=1024, more=(), seconds=LINUX_SECONDS, until=b"reboot: System halted")
    boot.has("zshim-init: done")
    boot.find(r"^zshim: 3 CPUs more wait at 0x\w+, mailbox 0x00000000$")
    if boot.facts().get("cpus") != "1":
        raise Failed(f"Linux has {boot.facts().get('cpus')} CPUs, not 1")
