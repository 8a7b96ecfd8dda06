# SPDX-License-Identifier: MIT
"""What the boots that must fail have in common: a damaged image, and the code that it ends with."""
import struct

from boards import MACHINES
from harness import CODES, case
from image import Image

VIRT, HYP = MACHINES["virt-a15"], MACHINES["virt-hyp"]
QEMU_LOADS = 0x10000  # a raw kernel, above the RAM base
STATUS = {name: number for number, name in enumerate(
    "ok truncated corrupt unsupported overflow nospace notfound magic align range".split())}
ARM_UDF = struct.pack("<I", 0xE7F000F0)


def fault(code, label=None):
    """Registers a case that provokes this code of boot/codes.h."""
    name = f"fault.E{CODES[code]:02}.{code.lower()}"
    return case(f"{name}.{label}" if label else name, "fault", code)


# They all have --uart: many fail before there is a device tree that names a console.
def packed(work, *options, machine=VIRT, codec="gzip"):
    return Image(work.pack(work.mini, "-c", codec, "--uart", machine.uart, *options))


def boot_image(work, image, machine=VIRT, *arguments):
    return work.boot(machine, "-kernel", work.write("damaged.img", image.data), *arguments)


def kernel_part(image):
    return image.part("kernel")[0]


def between(low, high):
    return lambda value: low <= value <= high


def place(machine):
    """Where QEMU puts a raw image."""
    return machine.ram + QEMU_LOADS
