# SPDX-License-Identifier: MIT
"""Addresses in a stub.  It is linked at 0, so they are offsets in the image as well."""
import re
import subprocess


def symbols(work, codec):
    """{name: address}; without the names that several have."""
    path = work.build(f"stub-armv7a-{codec}-boot.elf")
    text = subprocess.run(["arm-none-eabi-nm", path], capture_output=True, check=True).stdout
    rows = re.findall(r"^([0-9a-f]+) \w (\S+)$", text.decode(), re.M)
    names = [name for _, name in rows]
    return {name: int(at, 16) for at, name in rows if names.count(name) == 1}
