# SPDX-License-Identifier: MIT
"""The mini vmlinux on every machine, in every format, with every codec; a bare-metal ELF."""
import trees
from boards import MACHINES
from harness import INITRD, INITRD_CRC, case

MATRIX = ("virt-a15", "virt-a7", "virt-hyp", "vexpress-a9", "vexpress-a15")


def sized_dtb(work, machine, memory):
    """A vexpress's own tree, which names 128 MiB, for another size."""
    path = work.mini_dtb(machine)
    if memory == 128:
        return path
    path = work.write("mini.dtb", trees.read(path))
    trees.tool("fdtput", "-t", "x", path, *trees.memory_reg(machine.board, memory))
    return path


def offered(work, machine, form, memory):
    """How this loader is told of DTB, command line and initrd: options of the packer, arguments of
    QEMU, and the log lines that must come of it."""
    words = f"expect.mode={machine.mode} expect.entry={machine.ram + 0x8000:#x} {INITRD_CRC}"
    initrd = work.write("initrd", INITRD)
    # QEMU takes -append for ELF as well, but drops -initrd without a word.
    embed_initrd = form == "elf" or not machine.has_dtb
    pack = ["--load", f"{machine.load:#x}"] if form == "elf" else []
    qemu = []
    if embed_initrd:
        pack += ["--initrd", initrd]
    else:
        qemu += ["-initrd", initrd]
    if machine.has_dtb:
        qemu += ["-append", words]
    else:
        pack += ["--dtb", sized_dtb(work, machine, memory), "--cmdline", words]
    tree_from = "the image" if not machine.has_dtb else "RAM base" if form == "elf" else "r2"
    lines = (f", entered in {machine.mode.upper()}, r0=0 ",
             f"console pl011 at {machine.uart_base:#010x} by "
             f"{'stdout-path' if machine.has_dtb else 'alias serial0'}\n",
             f", from {tree_from}\n",
             f"{len(INITRD)} bytes, from the {'image' if embed_initrd else 'loader'}\n",
             f"RAM {machine.ram:#010x}-{machine.ram + (memory << 20):#010x}\n",
             f"kernel goes to {machine.ram + 0x8000:#010x}, ", " 0 bytes of RAM lost below\n",
             "MMU and caches on", f"initrd {len(INITRD)} bytes\n",
             f"kernel starts at {machine.ram + 0x8000:#010x} in {machine.mode.upper()}, "
             f"r1={'ffffffff' if machine.has_dtb or form == 'elf' else '8e0'} r2=")
    return pack, qemu, lines


def boot_mini(work, machine, codec, form, memory, more=("-semihosting",)):
    pack, qemu, lines = offered(work, machine, form, memory)
    image = work.pack(work.mini, "-c", codec, "-f", form, *pack)
    boot = work.boot(machine, "-kernel", image, *qemu, memory=memory, more=more)
    boot.mini(*lines, f"zshim: {codec}: ")
    return boot


def matrix_case(name, codec, form, memory):
    @case(f"{name}.{codec}.{form}.{memory}", "mini")
    def _(work):
        boot_mini(work, MACHINES[name], codec, form, memory)


for machine_name in MATRIX:
    for codec_name in ("gzip", "lz4", "zstd", "xz", "none"):
        for format_name in ("zimage", "elf"):
            for size in (128, 1024):
                matrix_case(machine_name, codec_name, format_name, size)
for machine_name in ("virt-secure", "vexpress-a15-hyp"):
    for format_name in ("zimage", "elf"):
        matrix_case(machine_name, "gzip", format_name, 256 if "virt" in machine_name else 128)


# --- the branch filter, which the matrix has as auto chooses it ---

def filter_case(codec, option, code):
    """A kernel of ARM or of Thumb code, which has checked its own bytes when it says so."""
    @case(f"filter.{option}.{code}.{codec}", "mini")
    def _(work):
        kernel = work.mini if code == "ARM" else work.build("payload", "thumb", "vmlinux")
        image = work.pack(kernel, "-c", codec, "--filter", option)
        boot = work.boot(MACHINES["virt-a15"], "-kernel", image)
        boot.mini(f"zshim: {codec}: ")
        boot.find(r" inflated to \d+" + (f", {code} filter undone" if option == "arm" else "") + "$")


for codec_name in ("none", "lz4", "gzip", "zstd", "xz"):
    for code_name in ("ARM", "Thumb"):
        for option_name in ("arm", "none"):
            filter_case(codec_name, option_name, code_name)


@case("mini.powers-off", "mini")
def _(work):
    boot_mini(work, MACHINES["vexpress-a9"], "gzip", "elf", 128, more=())


# --- not Linux: the ELF's own addresses ---

@case("bare.zimage", "mini")
def _(work):
    bare(work, "-f", "zimage")


@case("bare.elf", "mini")
def _(work):
    bare(work, "-f", "elf", "--load", "0x42000000")


@case("bare.elf.in-place", "mini")
def _(work):
    bare(work, "-f", "elf", "--load", "0x41000000")


def bare(work, *options):
    image = work.pack(work.build("payload", "bare.elf"), *options)
    boot = work.boot(MACHINES["virt-a15"], "-kernel", image)
    boot.ended(0)
    boot.has("kernel goes to 0x41000000, ", "kernel starts at 0x41000000 in SVC", "bare: hello\n")


# --- embedded things against the loader's, on virt where both can be there ---

def policy_case(policy, result, order):
    @case(f"cmdline.{policy}", "mini")
    def _(work):
        image = work.pack(work.mini, "--cmdline", "from=image", "--cmdline-policy", policy)
        boot = work.boot(MACHINES["virt-a15"], "-kernel", image, "-append", "from=loader")
        boot.mini(f'mini: bootargs "{result}"\n', f"zshim: command line: {order}\n")


policy_case("replace", "from=image", "10 characters from the image, 0 from the loader")
policy_case("append", "from=loader from=image", "10 characters from the image, 11 from the loader")
policy_case("prepend", "from=image from=loader", "10 characters from the image, 11 from the loader")


@case("initrd.loader-wins", "mini")
def _(work):
    image = work.pack(work.mini, "--initrd", work.write("other", bytes(4096)))
    boot = work.boot(MACHINES["virt-a15"], "-kernel", image, "-initrd", work.write("i", INITRD),
                     "-append", INITRD_CRC)
    boot.mini(f"{len(INITRD)} bytes, from the loader\n")


@case("dtb.fallback", "mini")
def _(work):
    """The loader's tree is there, so the embedded one is not used ..."""
    image = work.pack(work.mini, "--dtb", work.mini_dtb(MACHINES["vexpress-a9"]), "--dtb-policy",
                      "fallback")
    work.boot(MACHINES["virt-a15"], "-kernel", image).mini(", from r2\n", "linux,dummy-virt")


@case("dtb.fallback-used", "mini")
def _(work):
    """... and here it is not."""
    machine = MACHINES["vexpress-a9"]
    image = work.pack(work.mini, "--dtb", work.mini_dtb(machine), "--dtb-policy", "fallback")
    work.boot(machine, "-kernel", image).mini(", from the image\n")


@case("dtb.override", "mini")
def _(work):
    """The embedded tree has neither memory nor bootargs nor initrd: the loader's are taken."""
    tree = work.write("embedded.dtb", trees.small([]))
    image = work.pack(work.mini, "--dtb", tree)
    boot = work.boot(MACHINES["virt-a15"], "-kernel", image, "-initrd", work.write("i", INITRD),
                     "-append", INITRD_CRC)
    boot.mini(", from the image\n", "mini: ram 40000000-48000000\n",
              "RAM 0x40000000-0x48000000\n", "bytes, from the loader\n")


@case("dtb.vexpress-loader", "mini")
def _(work):
    """-dtb: QEMU edits a tree of the user's and gives it in r2, instead of ATAGs."""
    for name in ("vexpress-a9", "vexpress-a15"):
        machine = MACHINES[name]
        boot = work.boot(machine, "-kernel", work.pack(work.mini), "-dtb", work.mini_dtb(machine),
                         "-initrd", work.write("i", INITRD), "-append", INITRD_CRC, memory=256)
        boot.mini(", from r2\n", f"RAM {machine.ram:#010x}-{machine.ram + (256 << 20):#010x}\n",
                  "r1=8e0")


# --- entered through other doors ---

@case("reset.virt", "mini")
def _(work):
    """The image is reset code at address 0, in ROM; QEMU has left a tree at the RAM base."""
    boot = work.boot(MACHINES["virt-a15"], "-bios", work.pack(work.mini))
    boot.find(r"\Azshim: 0\.\S+ at 0x00000000, entered in SVC")
    boot.mini(", from a board's RAM base\n")


@case("reset.virt-hyp", "mini")
def _(work):
    boot = work.boot(MACHINES["virt-hyp"], "-bios", work.pack(work.mini, "-c", "none"))
    boot.find(r"\Azshim: 0\.\S+ at 0x00000000, entered in HYP")
    boot.mini(", from a board's RAM base\n")
