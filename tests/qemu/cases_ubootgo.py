# SPDX-License-Identifier: MIT
"""U-Boot's go and bootelf: MMU and caches are on when they jump, r0 and r1 are argc and argv, and r2
is junk.  DTB and initrd are in the image, at the RAM base, or where the arguments say."""
import os

import trees
import uboot
from boards import MACHINES
from cases_uboot import INITRD_AT, Kernel
from harness import case

IMAGE_AT = 0x42000004
ELF_AT, ELF_LOADS_AT = 0x44000000, 0x42000000
TREE_AT = 0x46000000


def go_case(command, source, name, kernel, codec="gzip"):
    @case(f"uboot.{command}.{source}.{name}.{kernel}", "mini" if kernel == "mini" else "linux")
    def _(work):
        machine = MACHINES[name]
        what = Kernel(work, kernel, machine)
        elf = command == "bootelf"
        options = ["-c", codec, "--uart", machine.uart] + (["-f", "elf", "--load", f"{ELF_LOADS_AT:#x}"] if elf else [])
        files, words, typed = [], what.words(), ""
        size = os.path.getsize(what.initrd)
        # QEMU's own tree, which says of PSCI what is true for this machine.
        tree = trees.virt(work.folder, uboot.MEMORY, machine.args[machine.args.index("-M") + 1])
        if source != "argv":
            options += ["--initrd", what.initrd, "--cmdline", words]
        else:
            tree = trees.extend(tree, '/ { chosen { bootargs = "%s"; }; };' % words)
            files = [(work.write("tree", tree), TREE_AT), (what.initrd, INITRD_AT)]
            typed = f" fdt={TREE_AT:#x} initrd={INITRD_AT:#x}:{size:#x}"
        if source == "embedded":
            options += ["--dtb", work.write("tree", tree)]
        files.append((work.pack(what.path, *options), ELF_AT if elf else IMAGE_AT))
        session = uboot.Session(work, machine, files, patched=True, more=what.more)
        if elf:
            session.type("setenv autostart yes")
            boot = session.leave(f"bootelf -p {ELF_AT:#x}{typed}", what.seconds)
        else:
            boot = session.leave(f"go {IMAGE_AT:#x}{typed}", what.seconds)
        entered = ELF_LOADS_AT if elf else IMAGE_AT
        what.check(boot, f" at {entered:#010x}, entered in {machine.mode.upper()}, r0=",
                   {"embedded": ", from the image\n", "base": ", from RAM base\n",
                    "argv": ", from fdt=\n"}[source],
                   f", {size} bytes, from the {'loader' if source == 'argv' else 'image'}\n",
                   words=words)


for command_name in ("go", "bootelf"):
    for source_name in ("embedded", "base", "argv"):
        for machine_name in ("virt-a15", "virt-hyp"):
            go_case(command_name, source_name, machine_name, "mini")
    go_case(command_name, "argv", "virt-a15", "tiny", "lz4")
go_case("go", "embedded", "virt-hyp", "tiny")
go_case("bootelf", "base", "virt-hyp", "debian")
