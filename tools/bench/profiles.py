# SPDX-License-Identifier: MIT
"""In which functions of the stub the instructions of a boot are."""
import bisect

from machine import IMAGE, boot, run
from shim import moved, table_size


class Symbols:
    """Which function of the stub an offset in it belongs to."""

    def __init__(self, elf):
        lines = run("arm-none-eabi-nm", "-n", elf).splitlines()
        found = {}
        for line in lines:
            address, kind, *rest = line.split(maxsplit=2)
            name = "".join(rest)  # marks of debug information have none
            if kind in "tT" and not name.startswith("$"):
                found.setdefault(int(address, 16), name)
        self.start = sorted(found)
        self.name = [found[a] for a in self.start]
        self.end = next(int(x.split()[0], 16) for x in lines if x.endswith(" stub_end"))

    def at(self, offset):
        return self.name[bisect.bisect_right(self.start, offset) - 1]


def shares(blocks, bases, symbols):
    """{function: instructions} from the plugin's blocks; the stub lies at each of the bases."""
    share = {}
    for line in blocks.splitlines():
        address, insns, runs = line.split()
        offsets = [int(address, 16) - base for base in bases]
        where = next((o for o in reversed(offsets) if 0 <= o < symbols.end), None)
        function = "(outside)" if where is None else symbols.at(where)
        share[function] = share.get(function, 0) + int(insns) * int(runs)
    return share


def print_profile(build, image, title, stub_elf, out, top):
    blocks = out.with_suffix(".profile")
    count = boot(build, image.path, image.entry, out, mem=False, profile=blocks)
    shim = moved(count.log, "shim")
    bases = [IMAGE] + ([shim + table_size()] if shim else [])
    share = shares(blocks.read_text(), bases, Symbols(stub_elf))
    print(
        f"{title}: {count.insns:,} instructions, {count.insns / image.inflated:.2f} a byte of "
        f"{image.inflated:,}"
    )
    for function, n in sorted(share.items(), key=lambda x: -x[1])[:top]:
        percent = 100 * n / count.insns
        print(f"  {n:>13,}  {percent:5.1f} %  {n / image.inflated:7.3f} a byte  {function}")
