# SPDX-License-Identifier: MIT
"""What the shim makes of device trees: edits, RAM, reservations, console and command line; and the
registers that it hands over, seen from outside."""
import trees
import stage
from boards import MACHINES
from cases_linux import kernel_path
from cases_mini import sized_dtb
from gdb import CPSR, Gdb
from harness import INITRD, INITRD_CRC, Failed, case

VIRT = MACHINES["virt-a15"]
IMAGE_AT, TREE_AT, INITRD_AT = 0x45000000, 0x45800000, 0x45900000


# --- before and after, in the same boot ---

def read_tree(gdb, address):
    head = gdb.memory(address, 8)
    if head[:4] != trees.FDT_MAGIC:
        raise Failed(f"no device tree at {address:#x}")
    return gdb.memory(address, int.from_bytes(head[4:8], "big"))


def hand_over(work, machine, kernel_at, *arguments, memory=128):
    """Stops at the kernel's first instruction; the log so far, the device tree there, and gdb."""
    socket = work.path(f"gdb{len(work.children)}")
    child = work.start(machine, *arguments, memory=memory,
                       more=("-S", "-gdb", f"unix:{socket},server=on,wait=off"))
    gdb = Gdb(socket)
    gdb.run_to(kernel_at)
    child.read(0.2)
    work.log_output(child)
    return child.text, read_tree(gdb, gdb.register(2)), gdb


def check_registers(gdb, machine, r1, tree_size):
    """Linux, Documentation/arm/booting.rst: seen by QEMU, not by the mini vmlinux."""
    r0, got_r1, r2, cpsr = (gdb.register(number) for number in (0, 1, 2, CPSR))
    if r0 != 0 or got_r1 != r1 or r2 % 8:
        raise Failed(f"handed over r0={r0:#x} r1={got_r1:#x} r2={r2:#x}")
    if (r2 & 0xFFFFF) + tree_size > 0x200000:
        raise Failed(f"the tree at {r2:#x} reaches out of two sections")
    mode = {"svc": 0x13, "hyp": 0x1A}[machine.mode]
    if cpsr & 0x3F != mode or cpsr & 0x1C0 != 0x1C0:
        raise Failed(f"handed over cpsr={cpsr:#x}")
    system = gdb.system_registers()
    for name in ("SCTLR", "HSCTLR") if machine.mode == "hyp" else ("SCTLR",):
        names = [n for n in system if n == name or n.startswith(name + "_S") or n == name + "_EL1"]
        if name == "SCTLR" and not names:
            raise Failed(f"QEMU shows no {name}: {sorted(system)}")
        for found in names:
            value = gdb.register(system[found])
            if value & 5:
                raise Failed(f"MMU or cache on: {found}={value:#x}")


def check_edits(before, after, words, initrd):
    """Only bootargs and the initrd changed in /chosen."""
    changed = trees.differences(before, after)
    wanted = ["/chosen/bootargs"]
    if initrd:
        wanted += ["/chosen/linux,initrd-end", "/chosen/linux,initrd-start"]
    extra = set(changed) - set(wanted) - {"/chosen"}
    if extra:
        raise Failed(f"also changed: {' '.join(sorted(extra))}")
    now = trees.properties(after)
    if now.get("/chosen/bootargs") != f'"{words}"':
        raise Failed(f"bootargs is {now.get('/chosen/bootargs')}")
    if initrd:
        start = trees.number(after, "/chosen", "linux,initrd-start")
        end = trees.number(after, "/chosen", "linux,initrd-end")
        if end - start != initrd:
            raise Failed(f"initrd {start:#x}-{end:#x} has not {initrd} bytes")


def edits_case(label, name, kernel="mini", embedded=False, debian=False):
    @case(f"edits.{label}.{name}", "linux" if debian else "tree")
    def _(work):
        machine = MACHINES[name]
        kernel_file = work.mini if kernel == "mini" else kernel_path(work, kernel)
        words, initrd = "some words=1", work.write("initrd", INITRD)
        path = work.linux_dtb(machine) if debian else sized_dtb(work, machine, 128) \
            if not machine.has_dtb else ""
        if embedded:
            image = work.pack(kernel_file, "--dtb", path, "--cmdline", words, "--initrd", initrd)
            _, after, gdb = hand_over(work, machine, machine.ram + 0x8000, "-kernel", image,
                                      memory=1024 if debian else 128)
            before = trees.read(path)
        else:
            # The same tree as QEMU gives us, but under our eyes.
            tree = trees.virt(work.folder) if machine.has_dtb else trees.read(path)
            before = trees.extend(tree, "/ { chosen { bootargs = \"other\"; }; };",
                                  [(machine.ram + 0x7000000, 0x1000)])
            image = work.pack(kernel_file, "--cmdline", words, "--initrd", initrd)
            at = machine.ram + 0x5000000
            pieces = [(at, stage.contents(image)), (at + 0x800000, before)]
            _, after, gdb = hand_over(
                work, machine, machine.ram + 0x8000,
                *stage.arguments(work, machine, pieces, at, (0, 0xFFFFFFFF, at + 0x800000)))
        check_registers(gdb, machine, 0x8E0 if embedded else 0xFFFFFFFF, len(after))
        check_edits(before, after, words, len(INITRD))


edits_case("loader", "virt-a15")
edits_case("loader", "virt-hyp")
edits_case("loader", "vexpress-a9")
edits_case("embedded", "vexpress-a15", embedded=True)
edits_case("debian-embedded", "vexpress-a9", "tiny", True, True)
edits_case("debian-embedded", "vexpress-a15", "tiny", True, True)
edits_case("debian-loader", "vexpress-a15", "tiny", False, True)


@case("edits.nothing", "tree")
def _(work):
    """No command line, no initrd: the tree comes through unchanged."""
    before = trees.small([(VIRT.ram, 0x8000000)])
    boot, after = staged_tree(work, before)
    if trees.differences(before, after):
        raise Failed(f"changed: {trees.differences(before, after)}")
    if "command line 0 characters" not in boot:
        raise Failed("the log tells of a command line")


@case("edits.memory-from-loader", "tree")
def _(work):
    """The embedded tree has no /memory: it gets the loader's, in its own cells, and its seeds."""
    for cells in ((1, 1), (2, 2), (2, 1)):
        before = trees.small([], "", *cells)
        image = work.pack(work.mini, "--dtb", work.write("tree.dtb", before))
        _, after, _ = hand_over(work, VIRT, 0x40008000, "-kernel", image)
        changed = trees.differences(before, after)
        now = trees.properties(after)
        zero = {1: "", 2: "0x00 "}
        wanted = f"<{zero[cells[0]]}0x40000000 {zero[cells[1]]}0x8000000>"
        if changed != ["/chosen/kaslr-seed", "/chosen/rng-seed", "/memory", "/memory/device_type",
                       "/memory/reg"] or now["/memory/reg"] != wanted:
            raise Failed(f"cells {cells}: {changed} {now.get('/memory/reg')}, wanted {wanted}")


def staged_tree(work, tree):
    """The log and the tree that the mini vmlinux gets when r2 has this one."""
    pieces = [(IMAGE_AT, stage.contents(work.pack(work.mini))), (TREE_AT, tree)]
    text, after, _ = hand_over(work, VIRT, 0x40008000, *stage.arguments(
        work, VIRT, pieces, IMAGE_AT, (0, 0xFFFFFFFF, TREE_AT)))
    return text, after


# --- RAM ---

def boot_tree(work, tree, *options, initrd=None, memory=128):
    """The mini vmlinux with this tree in r2, all of it far up."""
    pieces = [(IMAGE_AT, stage.contents(work.pack(work.mini, *options))), (TREE_AT, tree)]
    if initrd:
        pieces.append((INITRD_AT, initrd))
    return work.boot(VIRT, *stage.arguments(work, VIRT, pieces, IMAGE_AT,
                                            (0, 0xFFFFFFFF, TREE_AT)), memory=memory)


def ram_case(label, make, *lines, kernel=0x40008000, **options):
    """make() gives the tree; the lines are the shim's."""
    @case(f"ram.{label}", "tree")
    def _(work):
        boot = boot_tree(work, make(), **options)
        boot.mini(f"kernel starts at {kernel:#010x} in SVC", *lines)


MIB = 1 << 20
BANK = (0x40000000, 128 * MIB)

for address_cells in (1, 2):
    for size_cells in (1, 2):
        ram_case(f"cells-{address_cells}-{size_cells}",
                 lambda a=address_cells, s=size_cells: trees.small([BANK], "", a, s),
                 "RAM 0x40000000-0x48000000\n")
ram_case("above-4g", lambda: trees.small([BANK, (0x100000000, 1 << 30)], "", 2, 2),
         "RAM 0x40000000-0x48000000\nzshim: kernel goes")
ram_case("crosses-4g", lambda: trees.small([BANK, (0xE0000000, 1 << 30)], "", 2, 2),
         "RAM 0x40000000-0x48000000\n", "RAM 0xe0000000-0xfffff000\n")
ram_case("two-nodes", lambda: trees.small([[(0x44000000, 64 * MIB)], [(0x40000000, 32 * MIB)]]),
         "RAM 0x40000000-0x42000000\n", "RAM 0x44000000-0x48000000\n")
ram_case("touching-banks",
         lambda: trees.small([(0x42000000, 96 * MIB), (0x40000000, 32 * MIB)]),
         "RAM 0x40000000-0x48000000\n")
ram_case("first-bank-too-small", lambda: trees.small([(0x40000000, MIB), (0x42000000, 96 * MIB)]),
         f"{MIB} bytes of RAM lost below\n", kernel=0x42008000)
ram_case("bank-not-2m", lambda: trees.small([(0x40100000, 127 * MIB)]),
         f"{MIB} bytes of RAM lost below\n", kernel=0x40208000)
ram_case("disabled-node", lambda: trees.small(
    [BANK], '/ { memory@60000000 { device_type = "memory"; status = "disabled";'
            ' reg = <0x60000000 0x1000000>; }; };'), "RAM 0x40000000-0x48000000\nzshim: kernel")
ram_case("usable-range", lambda: trees.extend(trees.small([BANK]), """/ { chosen {
    linux,usable-memory-range = <0x44000000 0x03000000>; }; };"""),
         "RAM 0x44000000-0x47000000\n", kernel=0x44008000)
ram_case("usable-range-64", lambda: trees.extend(trees.small([BANK], "", 2, 2), """/ { chosen {
    linux,usable-memory-range = <0 0x42100000 0 0x04000000>; }; };"""),
         "RAM 0x42100000-0x46100000\n", kernel=0x42208000)
ram_case("memreserve", lambda: trees.extend(trees.small([BANK]), reserve=[(0x40100000, 0x1000)]),
         f"{2 * MIB} bytes of RAM lost below\n", kernel=0x40208000)
ram_case("memreserve-clear",
         lambda: trees.extend(trees.small([BANK]), reserve=[(0x40180000, 0x1000)]),
         kernel=0x40008000)
ram_case("memreserve-last-byte",
         lambda: trees.extend(trees.small([BANK]), reserve=[(0x40175FFF, 1)]), kernel=0x40208000)


def reserved(at, size, more=""):
    return trees.small([BANK], """/ { reserved-memory {
        #address-cells = <1>; #size-cells = <1>; ranges;
        held@%x { reg = <%#x %#x>; %s }; }; };""" % (at, at, size, more))


ram_case("reserved", lambda: reserved(0x40160000, 0x1000), kernel=0x40208000)
ram_case("reserved-clear", lambda: reserved(0x40180000, 0x1000), kernel=0x40008000)
# Its whole 1 MiB section is out of bounds, or the CPU might fetch from it.
ram_case("no-map", lambda: reserved(0x40180000, 0x1000, "no-map;"), kernel=0x40208000)
ram_case("no-map-next-section", lambda: reserved(0x40200000, 0x1000, "no-map;"),
         kernel=0x40008000)
ram_case("reserved-disabled", lambda: reserved(0x40010000, 0x1000, 'status = "disabled";'),
         kernel=0x40008000)
# Whatever it holds stays as it is: nothing of ours is put there either.
ram_case("reserved-above-kernel", lambda: reserved(0x40176000, 0x1000000),
         "shim moves from 0x45000000 to 0x41178000\n", kernel=0x40008000)


@case("ram.no-map-initrd", "tree")
def _(work):
    """The loader's initrd lies in the section of a no-map reservation: read as Device, not lost."""
    tree = trees.extend(reserved(0x45980000, 0x1000, "no-map;"), """/ { chosen {
        bootargs = "%s"; linux,initrd-start = <%#x>; linux,initrd-end = <%#x>; }; };""" % (
            INITRD_CRC, INITRD_AT, INITRD_AT + len(INITRD)))
    boot_tree(work, tree, initrd=INITRD).mini(f"initrd at {INITRD_AT:#010x}, ")


# --- console ---

def console_case(label, chosen, aliases, by, options=(), base=0x09000000,
                 name="pl011"):
    @case(f"console.{label}", "tree")
    def _(work):
        tree = trees.small([BANK], "/ { aliases { %s }; };" % aliases, chosen=chosen)
        boot = boot_tree(work, tree, *options)
        boot.mini(f"zshim: console {name} at {base:#010x} by {by}\n")


PATH = '"/pl011@9000000"'
console_case("stdout-path", f"stdout-path = {PATH};", "", "stdout-path")
console_case("stdout-path-options", 'stdout-path = "/pl011@9000000:115200n8";', "", "stdout-path")
console_case("stdout-path-alias", 'stdout-path = "serial0:115200";', f"serial0 = {PATH};",
             "stdout-path")
console_case("linux,stdout-path", f"linux,stdout-path = {PATH};", "", "stdout-path")
console_case("stdout-path-dead", 'stdout-path = "/nothing";', f"serial0 = {PATH};", "alias serial0")
console_case("alias", "", f"serial0 = {PATH};", "alias serial0")
console_case("earlycon-image", "", "", "earlycon=",
             ("--cmdline", "quiet earlycon=pl011,0x09000000 x"))
console_case("earlycon-loader", 'bootargs = "earlycon=pl011,mmio32,0x9000000";', "", "earlycon=")
console_case("earlycon-before-alias", 'bootargs = "earlycon=pl011,0x9000000,115200";',
             f"serial0 = {PATH};", "earlycon=")
console_case("console", 'bootargs = "console=ttyAMA1,115200";', f"serial1 = {PATH};", "console=")
console_case("console-ttyS", 'bootargs = "root=x console=ttyS0";', f"serial0 = {PATH};", "console=")
console_case("console-dead", 'bootargs = "console=ttyAMA3";', f"serial0 = {PATH};", "alias serial0")
console_case("uart-only", "", "", "--uart", ("--uart", VIRT.uart), name="UART")
console_case("uart-is-last", "", f"serial0 = {PATH};", "alias serial0",
             ("--uart", "pl011@0x0a000000"))


@case("console.none", "tree")
def _(work):
    """Nobody names a console: the shim says nothing and boots all the same."""
    boot = boot_tree(work, trees.small([BANK], chosen=""))
    boot.ended(0)
    boot.has("mini: all checks passed")
    boot.lacks("zshim:")


@case("console.second-uart", "tree")
def _(work):
    """console=ttyAMA1 on a vexpress: the log is on the second UART."""
    machine = MACHINES["vexpress-a9"]
    tree = trees.extend(trees.read(work.mini_dtb(machine)), """/ { aliases {
        serial1 = "/bus@40000000/motherboard-bus@40000000/iofpga@7,00000000/serial@a000"; };
        bus@40000000 { motherboard-bus@40000000 { iofpga@7,00000000 { serial@a000 {
            compatible = "arm,pl011", "arm,primecell"; reg = <0xa000 0x1000>; }; }; }; }; };""")
    image = work.pack(work.mini, "--dtb", work.write("tree.dtb", tree), "--cmdline",
                      "console=ttyAMA1")
    boot = work.boot(machine, "-kernel", image, serial=("-serial", "null", "-serial", "stdio"))
    boot.ended(0)
    boot.has("console pl011 at 0x1000a000 by console=\n", "kernel starts at 0x60008000")


# --- command line ---

def long_words(length):
    words = "x" * 50 + " "
    return (words * (length // len(words) + 1))[:length - 1] + "z"


@case("cmdline.1023", "tree")
def _(work):
    boot = work.boot(VIRT, "-kernel", work.pack(work.mini), "-append", long_words(1023))
    boot.mini(f'mini: bootargs "{long_words(1023)}"\n', "command line 1023 characters")


@case("cmdline.1023-joined", "tree")
def _(work):
    image = work.pack(work.mini, "--cmdline", long_words(511), "--cmdline-policy", "append")
    boot = work.boot(VIRT, "-kernel", image, "-append", long_words(511))
    boot.mini(f'mini: bootargs "{long_words(511)} {long_words(511)}"\n')


@case("cmdline.replaces-too-long", "tree")
def _(work):
    """The loader's 3,000 characters do not matter when the image's replace them."""
    image = work.pack(work.mini, "--cmdline", "short")
    work.boot(VIRT, "-kernel", image, "-append", long_words(3000)).mini('mini: bootargs "short"\n')
