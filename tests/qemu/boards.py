# SPDX-License-Identifier: MIT
"""The machines that are booted: board/*/qemu.args, and variants of what it says for virt."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read_board(name):
    """The variables of a qemu.args, which is a list of NAME="value" lines for the shell."""
    with open(os.path.join(ROOT, "board", name, "qemu.args"), encoding="ascii") as file:
        return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', file.read(), re.M))


class Machine:
    """A board, with the arguments that start it and the mode in which QEMU enters a kernel."""

    def __init__(self, name, board, mode="svc", replace=("", "")):
        values = read_board(board)
        self.name, self.board, self.mode = name, board, mode
        self.args = values["QEMU_ARGS"].replace(*replace).split()
        self.ram = int(values["QEMU_RAM_BASE"], 0)
        self.load = int(values["QEMU_LOAD"], 0)
        self.uart = values["QEMU_UART"]
        self.console = values["QEMU_CONSOLE"]
        self.has_dtb = not values["QEMU_DTB_MINI"]  # QEMU makes one
        self.linux_dtb = values["QEMU_DTB_LINUX"]
        self.memory = int(values["QEMU_MEMORY"] or 0)  # MiB, where the board has but one size

    @property
    def uart_base(self):
        return int(self.uart.split("@")[1], 0)


VIRT = "-M virt"
MACHINES = {
    m.name: m
    for m in (
        Machine("virt-a15", "virt"),
        Machine("virt-a7", "virt", replace=("cortex-a15", "cortex-a7")),
        Machine("virt-hyp", "virt", "hyp", (VIRT, VIRT + ",virtualization=on")),
        Machine("virt-secure", "virt", replace=(VIRT, VIRT + ",secure=on")),
        Machine("virt-secure-el2", "virt",
                replace=(VIRT, VIRT + ",secure=on,virtualization=on")),
        Machine("vexpress-a9", "vexpress-a9"),
        Machine("vexpress-a15", "vexpress-a15"),
        Machine("vexpress-a15-hyp", "vexpress-a15", "hyp",
                ("vexpress-a15", "vexpress-a15,secure=off,virtualization=on")),
        Machine("raspi2b", "raspi2b"),
        Machine("orangepi-pc", "orangepi-pc", "hyp"),
        Machine("cubieboard", "cubieboard"),
        Machine("sabrelite", "sabrelite"),
        Machine("mcimx6ul-evk", "mcimx6ul-evk", "hyp"),
        Machine("xilinx-zynq-a9", "xilinx-zynq-a9"),
        Machine("realview-pb-a8", "realview-pb-a8"),
    )
}
