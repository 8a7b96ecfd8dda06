# SPDX-License-Identifier: MIT
"""Many boards, one image: Debian's kernel with the DTB that Debian's package has for the board, the
mini vmlinux where Debian has none, and every kind of UART."""
import stage
import trees
from boards import MACHINES
from cases_linux import initramfs_hash, kernel_path
from harness import CODES, INITRD, INITRD_CRC, LINUX_SECONDS, Failed, case
from image import Image, xxh32

DEBIAN = {  # CPUs that Linux must find
    "raspi2b": 4,
    "orangepi-pc": 4,
    "cubieboard": 1,
    "sabrelite": 1,
    "mcimx6ul-evk": 1,
}
OTHERS = ("xilinx-zynq-a9", "realview-pb-a8")


def console_line(machine, by="stdout-path"):
    kind = machine.uart.split("@")[0].split(",")[0]
    return f"zshim: console {kind} at {machine.uart_base:#010x} by {by}\n"


def to_user_space(work, machine, cpus, *arguments):
    """Which is beyond the root mount.  There we end it: three of the boards cannot power off."""
    boot = work.boot(machine, *arguments, memory=512, seconds=LINUX_SECONDS,
                     until=rb"zshim-init: done", more=())
    boot.has(console_line(machine), " 0 bytes of RAM lost below\n", "zshim: kernel starts at ",
             "zshim-init: done")
    wanted = {"hash": initramfs_hash(work), "cmdline": machine.console, "cpus": str(cpus),
              "model": trees.get(work.linux_dtb(machine), "/", "model")}
    facts = boot.facts()
    for fact, value in wanted.items():
        if facts.get(fact) != value:
            raise Failed(f"Linux has {fact} {facts.get(fact)!r}, not {value!r}")
    if not facts.get("hyp", "").endswith(f"started in {machine.mode.upper()} mode."):
        raise Failed(f"Linux says: {facts.get('hyp')}")
    return boot


def debian_case(name, cpus):
    @case(f"board.{name}.debian", "linux")
    def _(work):
        machine = MACHINES[name]
        image = work.pack(kernel_path(work, "debian"), "-c", "lz4")
        boot = to_user_space(work, machine, cpus, "-kernel", image, "-dtb",
                             work.linux_dtb(machine), "-initrd", work.initramfs, "-append",
                             machine.console)
        boot.has(", from r2\n", ", from the loader\n")


@case("board.raspi2b.debian.elf", "linux")
def _(work):
    """All four CPUs come to us, and Linux fetches three of them by their mailboxes.  Nobody fills in
    the tree's /memory, which is empty."""
    machine = MACHINES["raspi2b"]
    tree = work.write("tree.dtb", trees.read(work.linux_dtb(machine)))
    trees.tool("fdtput", "-t", "x", tree, "/memory@0", "reg", "0", "3c000000")
    image = work.pack(kernel_path(work, "debian"), "-c", "lz4", "-f", "elf", "--load",
                      f"{machine.load:#x}", "--dtb", tree, "--initrd", work.initramfs, "--cmdline",
                      machine.console)
    to_user_space(work, machine, 4, "-kernel", image).has("zshim: 3 CPUs more wait at ")


def mini_lines(machine):
    by = "alias serial0" if "realview" in machine.name else "stdout-path"
    return (console_line(machine, by), " 0 bytes of RAM lost below\n",
            f"kernel starts at {machine.ram + 0x8000:#010x} in ")


def mini_case(name):
    @case(f"board.{name}.mini", "mini")
    def _(work):
        """The same image for all of them; QEMU passes the board's tree on, as a loader does."""
        machine = MACHINES[name]
        words = f"expect.mode={machine.mode} expect.entry={machine.ram + 0x8000:#x} {INITRD_CRC}"
        boot = work.boot(machine, "-kernel", work.pack(work.mini), "-dtb", work.mini_dtb(machine),
                         "-append", words, "-initrd", work.write("initrd", INITRD))
        boot.mini(*mini_lines(machine), ", from r2\n", ", from the loader\n",
                  f"in {machine.mode.upper()}, r1=")

    @case(f"board.{name}.mini.elf", "mini")
    def _(work):
        """QEMU passes nothing on, and all CPUs of some boards come in."""
        machine = MACHINES[name]
        image = work.pack(work.mini, "-f", "elf", "--load", f"{machine.load:#x}", "--dtb",
                          work.mini_dtb(machine), "--initrd", work.write("initrd", INITRD),
                          "--cmdline", f"expect.entry={machine.ram + 0x8000:#x} {INITRD_CRC}")
        boot = work.boot(machine, "-kernel", image)
        boot.mini(*mini_lines(machine), f"zshim: 0.1.0 at {machine.load:#010x}, entered in SVC")


for board_name, board_cpus in DEBIAN.items():
    debian_case(board_name, board_cpus)
for board_name in (*DEBIAN, *OTHERS):
    mini_case(board_name)


# --- what a device tree or a command line says of a UART ---

def edited(work, machine, source):
    """The board's small tree without its stdout-path and aliases, and with this."""
    tree = trees.extend(trees.read(work.mini_dtb(machine)), """
        / { chosen { /delete-property/ stdout-path; }; /delete-node/ aliases; };""")
    return work.write("tree.dtb", trees.extend(tree, source))


def console_case(label, name, source, words, line, second=False):
    @case(f"uart.{label}", "tree")
    def _(work):
        """The shim's log is where the line says; the mini vmlinux has its own mind."""
        machine = MACHINES[name]
        image = work.pack(work.mini, "--dtb", edited(work, machine, source), "--cmdline", words)
        serial = ("-serial", "null", "-serial", "stdio") if second else ("-serial", "stdio")
        boot = work.boot(machine, "-kernel", image, serial=serial)
        boot.ended(0)
        boot.has(f"zshim: console {line}\n", "zshim: kernel starts at ")


def soc_uart(properties):
    """A 16550 of another lay-out in the tree of an Orange Pi PC."""
    return """/ { aliases { serial0 = "/soc/serial@1"; };
        soc { serial@1 { compatible = "ns16550a"; %s }; }; };""" % properties


ORANGEPI, IMX = "uart8250 at 0x01c28000 by ", "ec_imx6q at 0x021e8000 by "
console_case("bytes", "orangepi-pc", soc_uart("reg = <0x1c28000 0x400>; reg-shift = <2>;"), "x",
             ORANGEPI + "alias serial0")
console_case("byte-width", "orangepi-pc",
             soc_uart("reg = <0x1c28000 0x400>; reg-shift = <2>; reg-io-width = <1>;"), "x",
             ORANGEPI + "alias serial0")
console_case("reg-offset", "orangepi-pc",
             soc_uart("reg = <0x1c27000 0x1400>; reg-offset = <0x1000>; reg-shift = <2>;"), "x",
             ORANGEPI + "alias serial0")
console_case("earlycon-8250", "orangepi-pc", "", "earlycon=uart8250,mmio32,0x1c28000,115200 x",
             ORANGEPI + "earlycon=")
console_case("earlycon-uart", "cubieboard", "", "quiet earlycon=uart,mmio32,0x01c28000",
             ORANGEPI + "earlycon=")
console_case("earlycon-imx6q", "sabrelite", "", "earlycon=ec_imx6q,0x21e8000", IMX + "earlycon=")
console_case("earlycon-imx21", "sabrelite", "", "earlycon=ec_imx21,mmio32,0x21e8000",
             IMX + "earlycon=")
console_case("earlycon-cdns", "xilinx-zynq-a9", "", "earlycon=cdns,mmio,0xe0000000,115200n8",
             "cdns at 0xe0000000 by earlycon=")
console_case("earlycon-bcm2835aux", "raspi2b", "", "earlycon=bcm2835aux,mmio32,0x3f215040",
             "bcm2835aux at 0x3f215040 by earlycon=", second=True)
console_case("console-ttymxc", "sabrelite",
             '/ { aliases { serial1 = "/soc/bus@2100000/serial@21e8000"; }; };',
             "console=tty0 console=ttymxc1,115200", IMX + "console=")
console_case("console-ttyPS", "xilinx-zynq-a9",
             '/ { aliases { serial0 = "/axi/serial@e0000000"; }; };', "console=ttyPS0 console=tty1",
             "cdns at 0xe0000000 by console=")
console_case("console-ttyS-second", "raspi2b",
             '/ { aliases { serial1 = "/soc/serial@7e215040"; }; };', "console=ttyS1,115200",
             "bcm2835aux at 0x3f215040 by console=", second=True)


def no_console_case(label, source, words, *more):
    @case(f"uart.{label}", "tree")
    def _(work):
        """A lay-out that is none, or a UART that is never ready: all goes on, unheard."""
        machine = MACHINES["orangepi-pc"]
        image = work.pack(work.mini, "--dtb", edited(work, machine, source), "--cmdline", words)
        boot = work.boot(machine, "-kernel", image, *stuck(work), *more)
        boot.ended(0)
        boot.has("mini: all checks passed")
        boot.lacks("zshim")


STUCK = 0x44002000  # this page says "busy" to every driver but those that wait for a 1


def stuck(work):
    return ("-device", f"loader,addr={STUCK:#x},force-raw=on,file=" +
            work.write("ones", b"\xff" * 0x1000))


def stuck_node(compatible, at=STUCK):
    return """/ { aliases { serial0 = "/soc/serial@1"; }; reserved-memory { #address-cells = <1>;
        #size-cells = <1>; ranges; uart@%x { reg = <%#x 0x1000>; }; };
        soc { serial@1 { compatible = "%s"; reg = <%#x 0x1000>; }; }; };""" % (
            STUCK, STUCK, compatible, at)


no_console_case("stuck.imx", stuck_node("fsl,imx6q-uart"), "x")
no_console_case("stuck.cadence", stuck_node("xlnx,xuartps"), "x")
no_console_case("stuck.8250", stuck_node("ns16550a", STUCK + 0x1000), "x")  # RAM is 0 there
no_console_case("stuck.bcm2835aux", stuck_node("brcm,bcm2835-aux-uart", STUCK + 0x1000), "x")
no_console_case("bad.shift", soc_uart("reg = <0x1c28000 0x400>; reg-shift = <6>;"), "x")
no_console_case("bad.shift-huge", soc_uart("reg = <0x1c28000 0x400>; reg-shift = <0xffffffff>;"),
                "x")
no_console_case("bad.halfwords",
                soc_uart("reg = <0x1c28000 0x400>; reg-shift = <2>; reg-io-width = <2>;"), "x")
no_console_case("bad.words-too-near", soc_uart("reg = <0x1c28000 0x400>; reg-io-width = <4>;"), "x")
no_console_case("bad.odd", soc_uart("reg = <0x1c28002 0x400>; reg-shift = <2>;"), "x")
no_console_case("bad.nowhere", soc_uart("reg = <0xfffff000 0x400>; reg-offset = <0x1000>;"), "x")
no_console_case("bad.earlycon-io", "", "earlycon=uart8250,io,0x3f8")
no_console_case("bad.earlycon-halfwords", "", "earlycon=uart8250,mmio16,0x1c28000")
no_console_case("bad.earlycon-unknown", "", "earlycon=uartlite,0x1c28000")
no_console_case("bad.console-screen", """/ { aliases {
    serial0 = "/soc/serial@1"; serial1 = "/soc/serial@1c28000"; }; };""", "console=tty1")


# --- the packer's --uart, which has to do before there is a device tree: E01 from the first stage,
# E10 from C ---

def first_stage_case(label, name, uart, second=False):
    @case(f"uart.first-stage.{label}", "fault", "STUB")
    def _(work):
        machine = MACHINES[name]
        image = Image(work.pack(work.mini, "--uart", uart))
        image.flip(0x1000)
        serial = ("-serial", "null", "-serial", "stdio") if second else ("-serial", "stdio")
        boot = work.boot(machine, "-kernel", work.write("damaged.img", image.data),
                         serial=serial)
        boot.fault(CODES["STUB"], xxh32(bytes(image.data[:image.check_at])),
                   image.word(image.check_at))

    @case(f"uart.no-tree.{label}", "fault", "NO_DTB")
    def _(work):
        machine = MACHINES[name]
        image = work.pack(work.mini, "--uart", uart, "-f", "elf", "--load", f"{machine.load:#x}")
        serial = ("-serial", "null", "-serial", "stdio") if second else ("-serial", "stdio")
        boot = work.boot(machine, "-kernel", image, serial=serial)
        boot.fault(CODES["NO_DTB"], 0)


first_stage_case("8250-bytes", "orangepi-pc", "uart8250,shift=2@0x01c28000")
first_stage_case("8250-words", "cubieboard", MACHINES["cubieboard"].uart)
first_stage_case("imx", "sabrelite", MACHINES["sabrelite"].uart)
first_stage_case("cadence", "xilinx-zynq-a9", MACHINES["xilinx-zynq-a9"].uart)
first_stage_case("bcm2835aux", "raspi2b", "bcm2835aux@0x3f215040", second=True)


# QEMU has the i.MX's UARTs enabled, as a boot ROM does.  This is UART2 after reset: UCR1 = 0,
# UCR2 = SRST.  movw r3, #0x8080; movt r3, #0x21e; mov r5, #0; str r5, [r3]; mov r5, #1;
# str r5, [r3, #4]
IMX_OFF = (0xE3083080, 0xE340321E, 0xE3A05000, 0xE5835000, 0xE3A05001, 0xE5835004)


def imx_off_boot(work, data):
    machine, at = MACHINES["sabrelite"], 0x11000000
    return work.boot(machine, *stage.arguments(work, machine, [(at, data)], at, before=IMX_OFF))


@case("uart.imx-off.first-stage", "fault", "STUB")
def _(work):
    image = Image(work.pack(work.mini, "--uart", MACHINES["sabrelite"].uart))
    image.flip(0x1000)
    imx_off_boot(work, image.data).fault(CODES["STUB"])


@case("uart.imx-off.mini", "tree")
def _(work):
    """Enabled by the console, and still so for the kernel."""
    machine = MACHINES["sabrelite"]
    image = Image(work.pack(work.mini, "--dtb", work.mini_dtb(machine)))
    imx_off_boot(work, image.data).mini(console_line(machine))


def other_board_case(label, uart):
    @case(f"uart.of-another-board.{label}", "tree")
    def _(work):
        """--uart names one that is not there: nothing touches it when the tree names a console."""
        machine = MACHINES["virt-a15"]
        image = work.pack(work.mini, "--uart", uart)
        work.boot(machine, "-kernel", image).mini("console pl011 at 0x09000000 by stdout-path\n")


other_board_case("imx", "ec_imx6q@0x0b000000")  # an abort on virt
other_board_case("cadence", "cdns@0x0b000000")
