# SPDX-License-Identifier: MIT
"""The states that a loader may leave the CPU in: every mode, odd bits, MMU and caches on with any
map that is flat.  The instructions run just before the jump.  QEMU has no caches, so of them this
only shows that the shim gets past the switches; tests/strict has the rest."""
import struct

import stage
import trees
from boards import MACHINES
from cases_linux import check, kernel_path
from faults import ARM_UDF, fault, packed
from harness import CODES, case, noise
from symbols import symbols

IMAGE = 0x1000004  # of RAM: a multiple of 4 and no more
TABLE = 0x3000000
TREE = 0x2800000
NOWHERE = 0x0B000000  # an address on virt that nobody answers
MODES = {"svc": 0x13, "sys": 0x1F, "abt": 0x17, "und": 0x1B, "irq": 0x12, "fiq": 0x11}
SECURE = ("virt-secure", "virt-secure-el2", "vexpress-a9", "vexpress-a15")


def load(register, value):
    return f"movw {register}, #{value & 0xFFFF:#x}; movt {register}, #{value >> 16:#x};"


# --- what a loader did ---

def mode(name):
    """In this mode, with every interrupt open and a stack pointer that is none."""
    return f"msr cpsr_cxsf, #{MODES[name]:#x}; mvn sp, #2;"


RESET = 0x00C50078
M, A, C, I, V, WXN, UWXN, EE, TRE, AFE, TE = (
    1 << bit for bit in (0, 1, 2, 12, 13, 19, 20, 25, 28, 29, 30))
ON = 0x00C5187D  # MMU, caches and branch prediction: what U-Boot has
ODD = A | V | WXN | UWXN | TRE | AFE | TE


def sctlr(value):
    return load("r3", value) + "mcr p15, 0, r3, c1, c0, 0; isb;"


def hsctlr(value):
    return "mrc p15, 4, r3, c1, c0, 0;" + load("r5", value) + \
        "orr r3, r3, r5; mcr p15, 4, r3, c1, c0, 0; isb;"


def short_map(machine, more=ON):
    return (load("r3", machine.ram + TABLE) + "mcr p15, 0, r3, c2, c0, 0; mov r3, #0;"
            "mcr p15, 0, r3, c2, c0, 2; mcr p15, 0, r3, c8, c7, 0; mov r3, #3;"
            "mcr p15, 0, r3, c3, c0, 0; isb;" + sctlr(more))


def long_map(machine, more=ON):
    return (load("r3", machine.ram + TABLE) + "mov r5, #0; mov r6, #0x80000000;"
            "mcr p15, 0, r6, c2, c0, 2; mcrr p15, 0, r3, r5, c2; mov r3, #0xff00;"
            "mcr p15, 0, r3, c10, c2, 0; mcr p15, 0, r5, c8, c7, 0; isb;" + sctlr(more))


def hyp_map(machine, more=M | C | I):
    return (load("r3", machine.ram + TABLE) + "mov r5, #0;" + load("r6", 0x80800000) +
            "mcr p15, 4, r6, c2, c0, 2; mcrr p15, 4, r3, r5, c2; mov r3, #0xff00;"
            "mcr p15, 4, r3, c10, c2, 0; mcr p15, 4, r5, c8, c7, 0; isb;" + hsctlr(more))


SECTION, SUPER, STRONG, PAGE = 0x1C0E, 0x41C0E, 0xC02, 0x7E


def short_table(machine, moved=None, ram=SECTION, order="<"):
    """A flat map of sections.  moved: {page or section that holds the image: where it goes}, None:
    nowhere.  Keys and values are offsets in RAM."""
    base = machine.ram >> 20
    whole = ~15 if ram == SUPER else ~0  # bits 23 to 20 of a supersection's are above the address
    table = [(i & whole) << 20 | ram if base <= i < base + 128 else i << 20 | STRONG
             for i in range(4096)]
    pages = []
    for at, to in (moved or {}).items():
        section = base + (at >> 20)
        if at & 0xFFFFF == 0:
            table[section] = 0 if to is None else machine.ram + to | SECTION
            continue
        if not pages:
            pages = [section << 20 | i << 12 | PAGE for i in range(256)]
            table[section] = machine.ram + TABLE + 0x4000 | 1
        pages[(at & 0xFFFFF) >> 12] = 0 if to is None else machine.ram + to | PAGE
    words = table + pages
    return struct.pack(f"{order}{len(words)}I", *words)


BLOCK, LEAF, NEXT = 0x445, 0x447, 3  # Normal; AF, read and write


def long_table(machine, moved=None):
    """A flat map of gigabytes, but of pages where the image begins."""
    gigabyte, image = machine.ram >> 30, machine.ram + (IMAGE & ~0x1FFFFF)
    levels = machine.ram + TABLE
    table = [i << 30 | (BLOCK if i == gigabyte else BLOCK & ~4) for i in range(4)]
    middle = [gigabyte << 30 | i << 21 | BLOCK for i in range(512)]
    pages = [image | i << 12 | LEAF for i in range(512)]
    for at, to in (moved or {}).items():
        pages[(at & 0x1FFFFF) >> 12] = 0 if to is None else machine.ram + to | LEAF
    table[gigabyte] = levels + 0x1000 | NEXT
    middle[(image & 0x3FFFFFFF) >> 21] = levels + 0x2000 | NEXT
    return struct.pack("<4Q", *table).ljust(0x1000, b"\0") + struct.pack("<1024Q", *middle, *pages)


def in_table(table):
    return lambda machine: [(machine.ram + TABLE, table(machine))]


# --- a boot ---

def start(work, name, before="", last="", pieces=None, words="", tree=None, image=None, entry=0,
          tree_at=TREE, r2=None, linux=False):
    """before: ARM code, or a function that makes it; pieces: (address, bytes), likewise.
    entry: moves it; words: of the command line; tree: source that is added to it."""
    machine, secure = MACHINES[name], name in SECURE
    at, dtb_at = machine.ram + IMAGE, machine.ram + tree_at
    if image is None:
        image = work.pack(kernel_path(work, "debian") if linux else work.mini, "--uart",
                          machine.uart, *(["--initrd", work.initramfs] if linux else []))
    memory = 256 if linux else 128
    dtb = (trees.virt(work.folder, memory, machine.args[1]) if machine.has_dtb else
           trees.read(work.mini_dtb(machine)))
    dtb = trees.extend(dtb, f'/ {{ chosen {{ bootargs = "{words}"; }}; }}; {tree or ""}')
    args = stage.arguments(
        work, machine,
        [(at, stage.contents(image)), (dtb_at, dtb), *(pieces(machine) if pieces else [])],
        at + entry, (0, 0xFFFFFFFF, dtb_at if r2 is None else r2),
        stage.instructions(work, before(machine) if callable(before) else before),
        stage.instructions(work, last), kernel=not secure)
    if linux:
        return work.boot_linux(machine, *args, memory=memory)
    return work.boot(machine, *args)


def good(name, label, shown=None, words="", **options):
    """The mini vmlinux comes up, and the log tells how we were entered."""
    @case(f"state.{name}.{label}", "mini")
    def _(work):
        machine = MACHINES[name]
        boot = start(work, name, words=f"expect.mode={machine.mode} {words}", **options)
        boot.mini(f"kernel starts at {machine.ram + 0x8000:#010x} in {machine.mode.upper()}, ")
        boot.find(f", entered in {(shown or machine.mode).upper()}, r0=0 r1=ffffffff r2=[0-9a-f]+"
                  f"{', secure' if name in SECURE else ''}\\r?$")


for machine_name in ("virt-a15", "virt-secure", "virt-secure-el2", "vexpress-a9", "vexpress-a15"):
    for mode_name in MODES:
        good(machine_name, mode_name, mode_name, before=mode(mode_name))
good("virt-hyp", "irqs-on", before="mvn sp, #2; cpsie aif;")

for machine_name in ("virt-a15", "virt-hyp", "vexpress-a9"):
    good(machine_name, "big-endian", last="setend be")
good("virt-hyp", "big-endian-exceptions", before=hsctlr(EE | WXN | A | I | TE), last="setend be",
     tree_at=0, r2=NOWHERE)
good("virt-a15", "big-endian-exceptions", before=sctlr(RESET | EE), last="setend be", tree_at=0,
     r2=NOWHERE)
for label_, bits in (("high-vectors", V), ("alignment-check", A), ("odd", ODD), ("icache", I)):
    good("virt-a15", label_, before=sctlr(RESET | bits), tree_at=0, r2=NOWHERE)
    good("vexpress-a9", label_, before=sctlr(RESET | bits))
good("virt-a15", "dirty", before="mvn sp, #0",
     pieces=lambda machine: [(machine.ram + 0x4000, noise(0x300000))])


# --- MMU and caches ---

for machine_name in ("virt-a15", "virt-a7", "virt-secure", "vexpress-a9", "vexpress-a15"):
    good(machine_name, "on-short", before=short_map, pieces=in_table(short_table))
    if machine_name != "vexpress-a9":
        good(machine_name, "on-long", before=long_map, pieces=in_table(long_table))
good("virt-hyp", "on", before=hyp_map, pieces=in_table(long_table))
good("virt-hyp", "on-odd", before=lambda m: hyp_map(m, M | C | I | A | TE),
     pieces=in_table(long_table), last="setend be", tree_at=0, r2=NOWHERE)
good("virt-hyp", "dcache-only", before=hsctlr(C))
for label_, bits in (("mmu-only", RESET | M), ("mmu-icache", RESET | M | I), ("odd", ON | A | V | TE)):
    good("virt-a15", f"on-short-{label_}", before=lambda m, bits=bits: short_map(m, bits),
         pieces=in_table(short_table), tree_at=0, r2=NOWHERE)
good("virt-a15", "dcache-only", before=sctlr(RESET | C))
good("vexpress-a9", "dcache-only", before=sctlr(RESET | C))
good("virt-a15", "on-supersections", before=short_map,
     pieces=in_table(lambda m: short_table(m, ram=SUPER)))
good("virt-a15", "on-big-endian", before=lambda m: short_map(m, ON | EE), last="setend be",
     pieces=in_table(lambda m: short_table(m, order=">")), tree_at=0, r2=NOWHERE)
good("virt-a15", "on-small-pages", before=short_map,
     pieces=in_table(lambda m: short_table(m, {0x1010000: 0x1010000})))
good("virt-a15", "on-fiq", "fiq", before=lambda m: short_map(m) + mode("fiq"),
     pieces=in_table(short_table))


# --- what only Secure state or HYP can set ---

OFFSET = "movw r5, #0x1234; mov r6, #0x55; mcrr p15, 4, r5, r6, c14;"
AS_NON_SECURE = ("cps #0x16; mrc p15, 0, r3, c1, c1, 0; orr r7, r3, #1; mcr p15, 0, r7, c1, c1, 0;"
                 f"isb; {OFFSET} mcr p15, 0, r3, c1, c1, 0; isb; cps #0x13;")
NO_FREQUENCY = "mov r3, #0; mcr p15, 0, r3, c14, c0, 0;"
TIMER = '/ { timer { compatible = "arm,armv7-timer"; clock-frequency = <24000000>; }; };'
VIRT_FREQUENCY = 62500000

good("virt-hyp", "counter-offset", before=OFFSET, words="expect.counters")
good("virt-secure-el2", "counter-offset", before=AS_NON_SECURE, words="expect.counters")
good("virt-secure", "frequency", before=NO_FREQUENCY, tree=TIMER, words="expect.cntfrq=16e3600")
good("virt-secure", "frequency-unknown", before=NO_FREQUENCY, words="expect.cntfrq=0")
good("virt-secure", "frequency-kept", tree=TIMER, words=f"expect.cntfrq={VIRT_FREQUENCY:x}")
good("virt-a15", "frequency-not-secure", tree=TIMER, words=f"expect.cntfrq={VIRT_FREQUENCY:x}")


# --- refused ---

def bad(code, label, name, a, b, **options):
    @fault(code, label)
    def _(work):
        machine = MACHINES[name]
        start(work, name, **options).fault(CODES[code], a, b(machine) if callable(b) else b)


def in_mode(number):
    return lambda cpsr: cpsr & 0x1F == number


for machine_name in ("virt-a15", "vexpress-a9", "vexpress-a15"):
    bad("MODE", f"user-{machine_name}", machine_name, in_mode(0x10), lambda m: m.ram + IMAGE,
        last="msr cpsr_c, #0x10; mvn sp, #2")
bad("MODE", "monitor", "vexpress-a15", in_mode(0x16), lambda m: m.ram + IMAGE,
    last="msr cpsr_cxsf, #0x16")
bad("MODE", "user-mmu", "virt-a15", in_mode(0x10), lambda m: m.ram + IMAGE, before=short_map,
    last="msr cpsr_c, #0x10", pieces=in_table(short_table))


def not_flat(label, name, page, par, table, before):
    """par: what PAR says of the page's place, or a function."""
    bad("NOT_FLAT", label, name, MACHINES[name].ram + page, par, before=before,
        pieces=in_table(table))


def points_to(physical):
    return lambda par: par & 0xFFFFF001 == physical


def faulting(par):
    return par & 1 == 1


FIRST, LATER = IMAGE & ~0xFFF, (IMAGE & ~0xFFF) + 0x11000
not_flat("page", "virt-a15", LATER, lambda m: points_to(m.ram + 0x2345000),
         lambda m: short_table(m, {LATER: 0x2345000}), short_map)
not_flat("page-missing", "virt-a15", LATER, lambda m: faulting,
         lambda m: short_table(m, {LATER: None}), short_map)
not_flat("page-vexpress", "vexpress-a9", LATER, lambda m: points_to(m.ram + 0x2345000),
         lambda m: short_table(m, {LATER: 0x2345000}), short_map)
not_flat("long", "virt-a15", LATER, lambda m: points_to(m.ram + 0x2345000),
         lambda m: long_table(m, {LATER: 0x2345000}), long_map)
not_flat("long-missing", "virt-a15", LATER, lambda m: faulting,
         lambda m: long_table(m, {LATER: None}), long_map)
not_flat("long-above-4g", "virt-a15", LATER, lambda m: points_to(m.ram + LATER),
         lambda m: long_table(m, {LATER: LATER + (1 << 32)}), long_map)
not_flat("hyp", "virt-hyp", LATER, lambda m: points_to(m.ram + 0x2345000),
         lambda m: long_table(m, {LATER: 0x2345000}), hyp_map)
not_flat("hyp-missing", "virt-hyp", LATER, lambda m: faulting,
         lambda m: long_table(m, {LATER: None}), hyp_map)
# All of it is elsewhere: the image was loaded 16 MiB below the address that it is entered at.
bad("NOT_FLAT", "moved", "virt-a15", 0x42000000, lambda m: points_to(m.ram + FIRST),
    before=short_map, entry=0x1000000,
    pieces=in_table(lambda m: short_table(m, {0x2000000 + i: FIRST + i
                                              for i in range(0, 0x400000, 0x100000)})))


def early(label, name, before, pc_mode, pieces=None):
    """E02 is said though exceptions are big-endian, high and Thumb, and data is."""
    @fault("EARLY", label)
    def _(work):
        machine = MACHINES[name]
        image = packed(work, machine=machine)
        at = symbols(work, "gzip")["check_stub"]
        image.patch(at, ARM_UDF)
        image.seal()
        boot = start(work, name, before, "setend be", pieces, image=image.data)
        boot.fault(CODES["EARLY"], machine.ram + IMAGE + at, pc_mode)


early("odd", "virt-a15", sctlr(RESET | EE | V | TE), 0x1B000000)
early("odd-mmu", "virt-a15", lambda m: short_map(m, ON | EE | V | TE), 0x1B000000,
      in_table(lambda m: short_table(m, order=">")))
early("odd-hyp", "virt-hyp", hsctlr(EE | TE), lambda hsr: hsr <= 0x02000000)


# --- Linux ---

def linux(name, label, **options):
    @case(f"linux.debian.{name}.{label}", "linux")
    def _(work):
        machine = MACHINES[name]
        boot = start(work, name, words=machine.console, linux=True, **options)
        check(work, machine, boot, machine.console)


linux("virt-a15", "on-short", before=short_map, pieces=in_table(short_table))
linux("virt-a15", "on-long", before=long_map, pieces=in_table(long_table))
linux("virt-hyp", "on", before=hyp_map, pieces=in_table(long_table))
linux("virt-a15", "fiq", before=mode("fiq"))
