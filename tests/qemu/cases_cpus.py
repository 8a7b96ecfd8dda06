# SPDX-License-Identifier: MIT
"""Several CPUs: where those besides the first wait, whether Linux finds them there, and images for
flash, which all of them enter out of reset."""
import struct

import trees
from boards import MACHINES
from cases_linux import check, kernel_path
from cases_mini import offered
from cases_state import OFFSET
from cases_tree import read_tree
from faults import VIRT, boot_image, fault, packed, place
from gdb import Gdb
from harness import CODES, LINUX_SECONDS, Failed, case
from image import ARRIVED
from stage import instructions
from symbols import symbols

PEN_SIZE = 0x60


# --- all CPUs at the entry of an image in RAM ---

def smp_boot(work, machine, cpus, *arguments, zero=()):
    """They mark their arrival, leave the image for a page, and that is reserved.  zero: names of
    system registers that are 0 then."""
    socket = work.path("gdb")
    child = work.start(machine, *arguments, "-smp", str(cpus),
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
    for name in zero:
        number = gdb.system_registers()[name]
        if any(gdb.register(number, thread) for thread in threads):
            raise Failed(f"{name} is {[hex(gdb.register(number, each)) for each in threads]}")
    gdb.detach()
    boot = work.finish(child)
    more, pen = boot.find(r"^zshim: (\d) CPUs more wait at (0x\w+), ").groups()
    pen = int(pen, 0)
    if int(more) != cpus - 1 or sum(0 < pc - pen < PEN_SIZE for pc in at) != cpus - 1:
        raise Failed(f"CPUs at {[hex(pc) for pc in at]}, {more} are said to be at {pen:#x}")
    reserved = trees.properties(tree)["memreserve"].split()
    if [int(word.rstrip(";"), 16) for word in reserved[1:]] != [pen, 0x1000]:
        raise Failed(f"the tree has not reserved {pen:#x}: {' '.join(reserved)}")
    return boot


def smp_case(name, cpus):
    @case(f"smp{cpus}.{name}", "cpus")
    def _(work):
        """QEMU sets all of them to the entry of an ELF file."""
        machine = MACHINES[name]
        pack, qemu, lines = offered(work, machine, "elf", 128)
        image = work.pack(work.mini, "-f", "elf", *pack)
        smp_boot(work, machine, cpus, "-kernel", image, *qemu).mini(*lines)


smp_case("vexpress-a9", 2)
smp_case("vexpress-a9", 4)
smp_case("vexpress-a15", 2)
smp_case("vexpress-a15-hyp", 2)
smp_case("virt-secure", 4)


def smp_raw_case(form, offset):
    @case(f"smp.{form}.plus-{offset:x}", "cpus")
    def _(work):
        """At any address; an image for flash that lies in RAM is no different."""
        machine = MACHINES["vexpress-a9"]
        image = work.pack(work.mini, "-f", form, "--dtb", work.mini_dtb(machine))
        at = machine.load + offset
        args = ["-device", f"loader,file={image},addr={at:#x},force-raw=on"]
        for cpu in range(4):
            args += ["-device", f"loader,addr={at:#x},cpu-num={cpu}"]
        boot = smp_boot(work, machine, 4, *args)
        boot.mini(f" at {at:#010x}, entered in SVC", ", mailbox 0x10000030\n")


smp_raw_case("flash", 0)
smp_raw_case("flash", 4)
smp_raw_case("zimage", 8)
smp_raw_case("zimage", 12)


@case("smp.counter-offset", "cpus")
def _(work):
    """Each CPU has a virtual counter of its own."""
    machine = MACHINES["vexpress-a15-hyp"]
    image = work.pack(work.mini, "--dtb", work.mini_dtb(machine))
    before = instructions(work, f"{OFFSET} ldr pc, [pc, #-4]; .word {machine.load:#x}")
    stage, start = work.write("stage", struct.pack(f"<{len(before)}I", *before)), machine.ram
    args = ["-device", f"loader,file={image},addr={machine.load:#x},force-raw=on",
            "-device", f"loader,file={stage},addr={start:#x},force-raw=on"]
    for cpu in range(2):
        args += ["-device", f"loader,addr={start:#x},cpu-num={cpu}"]
    smp_boot(work, machine, 2, *args, zero=["CNTVOFF"]).mini("entered in HYP")


@case("smp.late", "cpus")
def _(work):
    """The first CPU is in its new place, and checks the parts, before the others come at all."""
    machine, names = MACHINES["vexpress-a9"], symbols(work, "gzip")
    image = work.pack(work.mini, "-f", "elf", "--dtb", work.mini_dtb(machine))
    socket = work.path("gdb")
    child = work.start(machine, "-kernel", image, "-smp", "4",
                       more=("-semihosting", "-S", "-gdb", f"unix:{socket},server=on,wait=off"))
    gdb = Gdb(socket)
    first, *others = gdb.threads()
    gdb.run_to(machine.load + names["arch_go_on"], first)
    moved = gdb.register(1, first) - names["boot_moved"] & ~1
    gdb.run_to(moved + names["check_parts"], first)
    for thread in others:
        gdb.run_alone(thread, 0.1)
    gdb.detach()
    boot = work.finish(child)
    boot.mini()
    boot.has("zshim: 3 CPUs more wait at ")


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


# --- in flash, out of reset: every CPU starts at the image's first byte ---

FLASH_MACHINES = ("virt-a15", "vexpress-a9", "vexpress-a15")


def flash_image(work, machine, kernel, *options):
    pack = ["-f", "flash", "--cmdline", machine.console, *options]
    if not machine.has_dtb:
        tree = work.linux_dtb(machine) if kernel != work.mini else work.mini_dtb(machine)
        pack += ["--dtb", tree]
    return work.pack(kernel, *pack)


def flash_case(name, cpus, codec):
    @case(f"flash.smp{cpus}.{name}.{codec}", "cpus")
    def _(work):
        machine = MACHINES[name]
        image = flash_image(work, machine, work.mini, "-c", codec)
        socket = work.path("gdb")
        child = work.start(machine, "-bios", image, "-smp", str(cpus),
                           more=("-semihosting", "-S", "-gdb", f"unix:{socket},server=on,wait=off"))
        gdb = Gdb(socket)
        threads = gdb.threads()
        gdb.run_to(machine.ram + 0x8000)
        for thread in threads[1:]:
            gdb.run_alone(thread, 0.1)
        at = [gdb.register(15, thread) for thread in threads]
        work.log(f"CPUs at {' '.join(map(hex, at))}\n")
        gdb.detach()
        boot = work.finish(child)
        boot.mini(f"zshim: {codec}: ")
        boot.find(r"\Azshim: 0\.\S+ at 0x00000000, entered in SVC")
        boot.lacks("CPUs more wait")
        names = symbols(work, codec)
        low, high = names["arch_pen"], names["arch_pen_end"]
        # virt's others are off until PSCI wants them.
        waiting = sum(low < pc < high for pc in at)
        if waiting != (0 if name == "virt-a15" else cpus - 1):
            raise Failed(f"CPUs at {[hex(pc) for pc in at]}, the pen is {low:#x}-{high:#x}")


for machine_name in FLASH_MACHINES:
    flash_case(machine_name, 2 if machine_name == "vexpress-a15" else 4, "gzip")
flash_case("vexpress-a9", 4, "none")
flash_case("virt-secure", 4, "gzip")


@case("flash.pflash.virt-a15", "cpus")
def _(work):
    """A flash that keeps what is written: the image is what it was, and its neighbour erased."""
    machine = MACHINES["virt-a15"]
    image = flash_image(work, machine, work.mini, "-c", "lz4", "--flash-size", "64M")
    before = trees.read(image)
    copy = work.write("flash", before)
    work.boot(machine, "-drive", f"if=pflash,format=raw,file={copy}").mini("zshim: lz4: ")
    if trees.read(copy) != before:
        raise Failed("the shim wrote to its flash")


def linux_flash_case(name, cpus, device):
    @case(f"linux.flash.smp{cpus}.{name}.{device}", "linux")
    def _(work):
        machine = MACHINES[name]
        full = ("--flash-size", "64M") if device == "pflash" else ()
        image = flash_image(work, machine, kernel_path(work, "debian"), "-c", "lz4", "--initrd",
                            work.initramfs, *full)
        start = ("-bios", image)
        if device == "pflash":  # images are shared: QEMU may not write to it
            start = ("-drive", f"if=pflash,format=raw,readonly=on,file={image}")
        boot = work.boot_linux(machine, *start, "-smp", str(cpus), memory=1024)
        boot.find(r"\Azshim: 0\.\S+ at 0x00000000, entered in SVC")
        check(work, machine, boot, machine.console, cpus=str(cpus))


linux_flash_case("virt-a15", 4, "bios")
linux_flash_case("virt-a15", 4, "pflash")
linux_flash_case("vexpress-a9", 4, "bios")
linux_flash_case("vexpress-a15", 2, "bios")
