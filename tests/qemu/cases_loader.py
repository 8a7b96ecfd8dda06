# SPDX-License-Identifier: MIT
"""Flavour loader: kernel, initrd, command line and device tree come from QEMU's fw_cfg."""
import re
import struct

import stage
import trees
import uboot
from atags import arguments
from boards import MACHINES
from cases_linux import check, kernel_path
from faults import STATUS, VIRT, fault
from harness import CODES, INITRD, INITRD_CRC, Failed, case, noise
from image import Image

LOADER = "--loader"
FW_CFG = 0x9020000
NO_DMA = ("-global", "fw_cfg_mem.dma_enabled=off")
BASE = VIRT.ram
ELF = 0x464C457F


def loader(work, *options):
    return work.pack("", LOADER, "--uart", VIRT.uart, *options)


def files(work, **contents):
    """The arguments for files opt/zshim/*: paths or bytes."""
    args = []
    for name, data in contents.items():
        path = work.write("fw." + name, data) if isinstance(data, bytes) else data
        args += ["-fw_cfg", f"name=opt/zshim/{name},file={path}"]
    return args


def boot_with(work, machine, *arguments, image=None, **options):
    return work.boot(machine, "-bios", image or loader(work), *arguments, **options)


def read(path):
    with open(path, "rb") as file:
        return file.read()


# --- the mini vmlinux, which checks what it is handed ---

def mini_case(label, machine, make, *options, said=(), extra=()):
    """make(work): the file for -kernel."""
    @case(f"loader.{label}.{machine}", "mini")
    def _(work):
        words = f"{INITRD_CRC} expect.mode={MACHINES[machine].mode}"
        boot = boot_with(work, MACHINES[machine], "-kernel", make(work), "-initrd",
                         work.write("initrd", INITRD), "-append", words, *extra,
                         image=loader(work, *options))
        boot.find(r"\Azshim: 0\.\S+ at 0x00000000, entered in ")
        boot.mini(f"command line {len(words)}\n", f"initrd {len(INITRD)},",
                  f'mini: bootargs "{words}"', *said)


def mini_elf(work):
    return work.mini


def mini_thumb(work):
    return work.build("payload", "thumb", "vmlinux")


def packed_mini(work):
    return work.pack(work.mini, "-c", "lz4")


for name in ("virt-a15", "virt-hyp", "virt-secure"):
    mini_case("elf", name, mini_elf, said=["kernel is an ELF file, 0xc0008000-", ", with DMA: kernel"])
    mini_case("zimage", name, packed_mini, said=["kernel is a zImage, at ", "lz4: "])
mini_case("thumb", "virt-a15", mini_thumb)
for label_, make_ in (("elf", mini_elf), ("zimage", packed_mini)):
    mini_case(f"{label_}.no-dma", "virt-a15", make_, extra=NO_DMA,
              said=[f"fw_cfg at {FW_CFG:#010x}: kernel"])


@case("loader.bare", "mini")
def _(work):
    """A bare-metal ELF file goes where it says."""
    boot = boot_with(work, VIRT, "-kernel", work.build("payload", "bare.elf"))
    boot.ended(0)
    boot.has("bare: hello", "goes to these addresses\n", "kernel goes to 0x41000000")


@case("loader.in-ram", "mini")
def _(work):
    """The image as a kernel in RAM: only the files are there; one of each kind wins over keys."""
    words = f"{INITRD_CRC} expect.mode=svc"
    boot = work.boot(VIRT, "-kernel", loader(work),
                     *files(work, kernel=work.mini, initrd=INITRD, cmdline=words.encode() + b"\n"))
    boot.mini(f'mini: bootargs "{words}"', "from r2\n")


@case("loader.u-boot", "mini")
def _(work):
    """U-Boot starts it as a zImage; by what it read of fw_cfg itself nothing is taken for read."""
    words = f"{INITRD_CRC} expect.mode=svc"
    boot = work.boot(VIRT, "-bios", uboot.firmware(work), "-kernel", loader(work), memory=256,
                     *files(work, kernel=packed_mini(work), initrd=INITRD, cmdline=words.encode()))
    boot.mini("Starting kernel ...", "at 0x40400000, entered in SVC", f'mini: bootargs "{words}"')


@case("loader.smp", "mini")
def _(work):
    """All CPUs come out of reset here."""
    boot = boot_with(work, MACHINES["virt-secure"], "-smp", "4", "-kernel", work.mini)
    boot.mini("mpidr=80000000")


@case("loader.files-win", "mini")
def _(work):
    words = f"{INITRD_CRC} from=file"
    boot = boot_with(work, VIRT, "-kernel", work.write("no-kernel", noise(4096)), "-initrd",
                     work.write("other", noise(1000, 2)), "-append", "expect.noinitrd from=key",
                     *files(work, kernel=work.mini, initrd=INITRD, cmdline=words.encode()))
    boot.mini(f'mini: bootargs "{words}"')


def tree_with(work, source="", memory=128):
    return trees.extend(trees.virt(work.folder, memory), source)


def changed_tree(work):
    """QEMU's, with a name of its own and what lies at the kernel's usual place reserved."""
    return tree_with(work, """/ { model = "from-fw-cfg"; chosen { bootargs = "of=tree"; };
        reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
            low@40000000 { reg = <0 0x40000000 0 0x100000>; }; }; };""")


@case("loader.tree", "mini")
def _(work):
    """A tree in fw_cfg takes the place of QEMU's, and what it reserves is kept."""
    boot = boot_with(work, VIRT, "-kernel", work.mini, *files(work, dtb=changed_tree(work)))
    boot.mini(", from fw_cfg\n", 'mini: bootargs "of=tree"', "kernel goes to 0x41008000")


@case("loader.tree.no-dma", "mini")
def _(work):
    boot = boot_with(work, VIRT, "-kernel", work.mini, *NO_DMA, *files(work, dtb=changed_tree(work)))
    boot.mini(", from fw_cfg\n", "kernel goes to 0x41008000")


@case("loader.tree.clear-of-all", "mini")
def _(work):
    """It is read to the top of RAM, or below what lies there: the image, tree and initrd of whoever
    started us, one below the other, and a reservation."""
    top, image = BASE + (128 << 20), stage.contents(loader(work))
    image_at = top - len(image)
    initrd_at = image_at - len(INITRD) & ~3
    tree_at = initrd_at - 0x2000
    tree = tree_with(work, f"""/ {{ chosen {{ linux,initrd-start = <{initrd_at:#x}>;
        linux,initrd-end = <{initrd_at + len(INITRD):#x}>; }};
        reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges;
            below {{ reg = <0 {tree_at - 0x2000:#x} 0 0x2000>; }}; }}; }};""")
    pieces = [(image_at, image), (tree_at, tree), (initrd_at, INITRD)]
    args = stage.arguments(work, VIRT, pieces, image_at, (0, 0xFFFFFFFF, tree_at))
    words = f"{INITRD_CRC} from=file"
    boot = work.boot(VIRT, *args, *files(work, kernel=work.mini, cmdline=words.encode(),
                                         dtb=changed_tree(work)))
    boot.mini(", from fw_cfg\n", f'mini: bootargs "{words}"')
    at = int(boot.find(r"device tree at 0x(\w+), \d+ bytes, from fw_cfg")[1], 16)
    if not tree_at - 0x5000 < at < tree_at - 0x2000 - len(changed_tree(work)):
        raise Failed(f"tree at {at:#x}, the loader's at {tree_at:#x}")


@case("loader.tree.clear-of-arguments", "mini")
def _(work):
    """The command line in the arguments of U-Boot's go, at the top of RAM."""
    at, tree_at, image_at = BASE + (128 << 20) - 0x1000, BASE + 0x3000000, BASE + 0x4000000
    pieces = [(image_at, stage.contents(loader(work))), (tree_at, tree_with(work, "/ { };")),
              (at, arguments(at, ["44000000", f"fdt={tree_at:x}", "bootargs=from=go"]))]
    args = stage.arguments(work, VIRT, pieces, image_at, (3, at, 0))
    boot = work.boot(VIRT, *args, *files(work, kernel=work.mini, dtb=changed_tree(work)))
    boot.mini(", from fw_cfg\n", 'mini: bootargs "from=go"')


def policy_case(policy, wanted):
    @case(f"loader.tree.{policy}", "mini")
    def _(work):
        embedded = work.write("tree", tree_with(work, '/ { chosen { bootargs = "of=image"; }; };'))
        image = loader(work, "--dtb", embedded, "--dtb-policy", policy)
        boot = boot_with(work, VIRT, "-kernel", work.mini, *files(work, dtb=changed_tree(work)),
                         image=image)
        boot.mini(f", from {wanted}\n")


policy_case("override", "the image")
policy_case("fallback", "fw_cfg")


def cmdline_case(policy, result):
    @case(f"loader.cmdline.{policy}", "mini")
    def _(work):
        image = loader(work, "--cmdline", "from=image", "--cmdline-policy", policy)
        boot = boot_with(work, VIRT, "-kernel", work.mini, "-append", "from=key", image=image)
        boot.mini(f'mini: bootargs "{result}"')


cmdline_case("replace", "from=image")
cmdline_case("append", "from=key from=image")
cmdline_case("prepend", "from=image from=key")


@case("loader.initrd.embedded", "mini")
def _(work):
    image = loader(work, "--initrd", work.write("initrd", INITRD))
    boot_with(work, VIRT, "-kernel", work.mini, "-append", INITRD_CRC, image=image).mini()
    other = work.write("other", noise(1000, 2))
    image = loader(work, "--initrd", other)
    boot_with(work, VIRT, "-kernel", work.mini, "-append", INITRD_CRC, "-initrd",
              work.path("initrd"), image=image).mini()


@case("loader.cmdline.longest", "mini")
def _(work):
    words = "a=" + "b" * 1021
    boot_with(work, VIRT, "-kernel", work.mini, "-append", words).mini(f'mini: bootargs "{words}"')


# --- Linux into user space ---

def linux_case(label, machine, kernel, *more, memory=256, by_files=False, **facts):
    @case(f"linux.loader.{label}.{machine}", "linux")
    def _(work):
        words = f"{VIRT.console} from=fw_cfg"
        path = kernel_path(work, kernel)
        given = (files(work, kernel=path, initrd=work.initramfs, cmdline=words.encode())
                 if by_files else
                 ["-kernel", path, "-initrd", work.initramfs, "-append", words])
        boot = work.boot_linux(MACHINES[machine], "-bios", loader(work), *given, *more,
                               memory=memory)
        boot.has(f"fw_cfg at {FW_CFG:#010x}")
        check(work, MACHINES[machine], boot, words, **facts)


linux_case("debian", "virt-a15", "debian")
linux_case("debian.smp", "virt-a15", "debian", "-smp", "4", cpus="4")
linux_case("debian", "virt-hyp", "debian")
linux_case("debian.no-dma", "virt-a15", "debian", *NO_DMA)
linux_case("debian.128", "virt-a15", "debian", memory=128)
linux_case("debian.files", "virt-a15", "debian", by_files=True, memory=1024)
linux_case("tiny", "virt-a15", "tiny")
linux_case("tiny", "virt-hyp", "tiny")
linux_case("tiny.files", "virt-a15", "tiny", by_files=True)


@case("linux.loader.no-table", "linux")
def _(work):
    """A zImage from before there was a size table."""
    image = bytearray(read(kernel_path(work, "debian")))
    struct.pack_into("<2I", image, 0x34, 0, 0)
    boot = work.boot_linux(VIRT, "-bios", loader(work), "-kernel", work.write("old", image), "-initrd",
                           work.initramfs, "-append", VIRT.console, memory=512)
    boot.has("kernel is a zImage without a size table")
    check(work, VIRT, boot, VIRT.console)


@case("linux.loader.zimage-stays", "linux")
def _(work):
    """The zImage inflates from where it was put, and does not move itself first: between its first
    instruction and the kernel's no other code was translated."""
    log, path = work.path("asm"), kernel_path(work, "debian")
    boot = work.boot(VIRT, "-bios", loader(work), "-kernel", path, "-append", VIRT.console, "-d",
                     "in_asm", "-D", log, memory=256, until=rb"Booting Linux", more=())
    start = int(boot.find(r"kernel starts at 0x(\w+)")[1], 16)
    kernel = int(boot.find(r"kernel goes to 0x(\w+)")[1], 16)
    with open(log, encoding="ascii") as file:
        ran = [int(at, 16) for at in re.findall(r"^0x(\w{8}):", file.read(), re.M)]
    ran = ran[ran.index(start):ran.index(kernel)]
    outside = [at for at in ran if not start <= at < start + len(read(path))]
    if outside or len(ran) < 1000:
        raise Failed(f"{len(ran)} instructions seen, at {outside[0] if outside else start:#x}")


# --- what must be refused ---

@fault("NO_KERNEL", "empty")
def _(work):
    boot_with(work, VIRT).fault(CODES["NO_KERNEL"], FW_CFG, 0)


@fault("NO_KERNEL", "no-fw_cfg")
def _(work):
    machine = MACHINES["vexpress-a9"]
    image = work.pack("", LOADER, "--uart", machine.uart, "--dtb", work.mini_dtb(machine))
    work.boot(machine, "-kernel", image).fault(CODES["NO_KERNEL"], 0)


def format_case(label, data, word):
    @fault("KERNEL_FORMAT", label)
    def _(work):
        boot_with(work, VIRT, "-kernel", work.write("k", data)).fault(
            CODES["KERNEL_FORMAT"], word, len(data))


format_case("noise", noise(5000), struct.unpack("<I", noise(4))[0])
format_case("gzip", b"\x1f\x8b\x08\0" + bytes(100), 0x88B1F)
format_case("3-bytes", b"\x7fEL", 0)
format_case("script", b"#!/bin/sh\n", 0x622F2123)


def ident(machine, bits=1, data=1):
    head = b"\x7fELF" + bytes([bits, data, 1]) + bytes(9)
    return head + struct.pack(">HH" if data == 2 else "<HH", 2, machine) + bytes(100)


def machine_case(label, machine, bits=1, data=1):
    @fault("MACHINE", label)
    def _(work):
        boot_with(work, VIRT, "-kernel", work.write("k", ident(machine, bits, data))).fault(
            CODES["MACHINE"], machine, bits | data << 8)


machine_case("x86", 3)
machine_case("x86-64", 62, 2)
machine_case("aarch64", 183, 2)
machine_case("big-endian", 40, 1, 2)


def head_case(label, change, status, where):
    """change(bytearray) -> bytes; where: an offset, or a function of the file's words."""
    @fault("KERNEL_HEAD", label)
    def _(work):
        data = bytearray(read(work.mini if label.startswith("elf") else packed_mini(work)))
        at = where(data) if callable(where) else where
        data = change(data) or data
        boot_with(work, VIRT, "-kernel", work.write("k", bytes(data))).fault(
            CODES["KERNEL_HEAD"], STATUS[status], at)


def put(at, value):
    def change(data):
        offset = at(data) if callable(at) else at
        struct.pack_into("<I", data, offset, value)
    return change


def word(data, at):
    return struct.unpack_from("<I", data, at)[0]


def segment(number, field=0):
    return lambda data: word(data, 28) + 32 * number + 4 * field


head_case("elf-half", lambda data: data[:len(data) // 2], "truncated", segment(4))
head_case("elf-headers", lambda data: data[:60], "truncated", 28)
head_case("elf-head", lambda data: data[:51], "truncated", 0)
head_case("elf-sections", lambda data: data[:-1], "truncated", 32)
head_case("elf-segment-outside", put(segment(4, 1), 0x7FFFFFFF), "truncated", segment(4))
head_case("elf-segment-wraps", put(segment(4, 1), 0xFFFFFFF0), "truncated", segment(4))
head_case("elf-memory-wraps", put(segment(4, 3), 0xFFFFF000), "range", segment(4))
head_case("elf-more-bytes-than-memory", put(segment(0, 5), 4), "range", segment(0))
head_case("elf-far-apart", put(segment(1, 3), 0x40000000), "range", 28)
head_case("elf-entry", put(24, 0x12345678), "notfound", 24)
head_case("elf-object", put(16, 40 << 16 | 1), "corrupt", 16)
head_case("elf-interpreter", put(segment(0), 3), "corrupt", segment(0))
head_case("zimage-half", lambda data: data[:len(data) // 2], "truncated", 0x2C)
head_case("zimage-end", lambda data: data[:-4], "truncated", 0x2C)
head_case("zimage-end-below-start", put(0x28, 0x70000000), "truncated", 0x2C)
head_case("zimage-empty", put(0x2C, 0), "corrupt", 0x2C)
head_case("zimage-big-endian", put(0x30, 0x01020304), "unsupported", 0x30)
head_case("zimage-table", put(0x38, 0x7FFFFFF0), "truncated", 0x7FFFFFF0)
head_case("zimage-table-entry", put(0xB8, 0x40000000), "truncated", 0xB8)
head_case("zimage-size-outside", put(0xC0, 0xFFFFFFFE), "truncated", 0xB8)
head_case("zimage-inflated", put(0xD4, 0xFFFFFFFF), "range", 0xB8)
head_case("zimage-bss", put(0xC4, 0xFFFFFFFF), "range", 0xB8)


@fault("FW_CFG", "dma-outside-ram")
def _(work):
    """A tree that says there is more RAM than there is: the device cannot write the other tree."""
    real = tree_with(work)
    lying = trees.extend(real, "/ { memory@40000000 { reg = <0 0x40000000 0 0x60000000>; }; };")
    at = BASE + 0x5000000
    pieces = [(at, stage.contents(loader(work))), (at + 0x100000, lying)]
    args = stage.arguments(work, VIRT, pieces, at, (0, 0xFFFFFFFF, at + 0x100000))
    work.boot(VIRT, *args, *files(work, kernel=work.mini, dtb=real)).fault(
        CODES["FW_CFG"], 1, len(real))


@fault("DTB_BROKEN", "fw_cfg")
def _(work):
    boot_with(work, VIRT, "-kernel", work.mini, *files(work, dtb=tree_with(work)[:1000])).fault(
        CODES["DTB_BROKEN"], None, STATUS["truncated"])


@fault("BOOTARGS", "fw_cfg")
def _(work):
    boot_with(work, VIRT, "-kernel", work.mini, *files(work, cmdline=b"x" * 1024)).fault(
        CODES["BOOTARGS"], 1024, 1023)


@fault("ROOM_KERNEL", "fw_cfg")
def _(work):
    """An ELF file with more BSS than there is RAM."""
    data = bytearray(read(work.mini))
    put(segment(4, 5), 0x10000000)(data)
    boot_with(work, VIRT, "-kernel", work.write("k", bytes(data))).fault(CODES["ROOM_KERNEL"])


@fault("ROOM_INITRD", "fw_cfg")
def _(work):
    boot_with(work, VIRT, "-kernel", work.mini, "-initrd", work.write("i", bytes(100 << 20)),
              memory=64).fault(CODES["ROOM_INITRD"], 100 << 20)


def flavour_case(label, make, flags, where):
    """The other flavour's image, as its flag says."""
    @fault("DESC", label)
    def _(work):
        image = Image(make(work))
        image.desc["flags"] = flags
        image.seal()
        boot = boot_with(work, VIRT, "-kernel", work.mini, image=work.write("i", image.data))
        boot.fault(CODES["DESC"], STATUS["range"], where(image))


flavour_case("loader-without-flag", loader, 0, lambda image: image.desc.offset)
# Its kernel lies where flavour loader would put what it finds.
flavour_case("kernel-with-flag", lambda work: work.pack(work.mini, "--uart", VIRT.uart), 1,
             lambda image: image.part("kernel")[0].offset)


@fault("DESC", "boot-stub-in-loader-image")
def _(work):
    """Flavour boot has no other way to a kernel than its image."""
    image, stub = Image(loader(work)), read(work.build("stub-armv7a-none-boot.bin"))
    if len(stub) > image.desc.offset:
        raise Failed("flavour boot is the larger one")
    # All but the words of the boot sector that the packer writes.
    image.patch(0x200, stub[0x200:] + bytes(image.desc.offset - len(stub)))
    image.patch(0, stub[:0x2C])
    image.patch(0xE8, stub[0xE8:0x1F0])
    image.seal()
    boot_with(work, VIRT, "-kernel", work.mini, image=work.write("i", image.data)).fault(
        CODES["DESC"], STATUS["notfound"], 0x1F0)
