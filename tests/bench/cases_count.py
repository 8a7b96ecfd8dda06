# SPDX-License-Identifier: MIT
"""The plugin's counts, of a program whose counts are known; and RAM, from made-up writes."""
import ctypes
import random
import re
import subprocess
import types
import zlib

import copies
import machine
import peers
import shim

KNOWN = {
    "insns": 2 + 5 * 1000 + 7,
    "loads": 1 + 1000 + 4,
    "stores": 2 * 1000 + 3 + 1,
    "load_bytes": 4 + 4 * 1000 + 16,
    "store_bytes": 3 * 1000 + 12 + 4,
}
BOARD = [*machine.QEMU, "-m", "128", "-serial", "null", "-kernel"]


def symbols(elf):
    text = machine.run("arm-none-eabi-nm", elf)
    return {name: int(at, 16) for at, name in re.findall(r"^(\w+) \w (\w+)$", text, re.M)}


def count(s, command, stop):
    elf = s.build / "bench/known.elf"
    at, out = symbols(elf), s.work / "known"
    plugin = ["-plugin", machine.plugin(s.build, at["begin"], at[stop], out)]
    machine.run_guest([command[0], *plugin, *command[1:], str(elf)], "known")
    return machine.read_count(out, "known"), at["area"]


def check_known(s, command):
    got, area = count(s, command, "stop")
    for name, wanted in KNOWN.items():
        assert getattr(got, name) == wanted, f"{name}: {getattr(got, name)}, not {wanted}"
    lines = [(area, area + 64), (area + 0x1000, area + 0x10C0)]
    assert got.written == lines, f"written: {got.written}, not {lines}"


def case_count_on_board(s):
    check_known(s, BOARD)


def case_count_of_user_program(s):
    check_known(s, ["qemu-arm"])


def case_no_stop_is_an_error(s):
    """A board that goes off before the place where the count ends."""
    try:
        count(s, BOARD, "never")
    except machine.BenchError as why:
        assert "never reached its end" in str(why), why
        return
    raise AssertionError("a boot that never came to its end was counted")


def case_missing_tool_is_an_error(s):
    try:
        machine.run_guest([str(s.work / "no-such-qemu")], "nothing")
    except machine.BenchError as why:
        assert "is missing" in str(why), why
        return
    raise AssertionError("a program that is not there was run")


def case_peak_ram(_):
    """Whole pages, of lines that touch nothing that is excluded."""
    written = [(0x1000, 0x1040), (0x3FC0, 0x4040), (0x8000, 0xA000)]
    for excluded, pages in (
        ([], 5),
        ([(0x3FC0, 0x4000)], 4),
        ([(0x8000, 0xA000)], 3),
        ([(0x8000, 0x9F81)], 4),  # one line is left of a page
        ([(0x8000, 0x9FC1)], 3),  # ... which this touches
        ([(0, 0x20000)], 0),
        ([(0x1010, 0x1010)], 5),
    ):
        got = machine.peak_ram(written, excluded)
        assert got == pages * 4096, f"without {excluded}: {got} bytes, not {pages} pages"


def case_what_is_not_ram_of_zshim(s):
    """Image, kernel with its tables and BSS, tree, and what of the image was copied."""
    log = (
        "zshim: shim moves from 0x40010000 to 0x42000000\r\n"
        "zshim: device tree moves from 0x44000000 to 0x42010000\r\n"
        "zshim: packed kernel moves from 0x40010100 to 0x42020000\r\n"
        "zshim: device tree has 7434 bytes, command line 0 characters, initrd 0 bytes\r\n"
    )
    image = types.SimpleNamespace(
        path=s.work, size=0x3000, kernel=0x40208000, memory=0x5000, summed=0x2000, stored=0x800
    )
    got = sorted(shim.excluded(image, log))
    wanted = [(0x40010000, 0x40013000), (0x40203000, 0x4020D000), (0x42004000, 0x42006004)]
    wanted += [(0x42010000, 0x42010000 + 7434), (0x42020000, 0x42020800)]
    assert got == wanted, f"{got}, not {wanted}"
    for line in log.splitlines()[:2]:
        try:
            shim.excluded(image, log.replace(line, ""))
        except machine.BenchError:
            continue
        raise AssertionError(f"RAM without the line {line}")


def case_what_is_not_ram_of_linux(_):
    """The copy is the first that was written behind the kernel, as long as the image at most."""
    image = types.SimpleNamespace(size=0x3000, kernel=0x40208000, inflated=0x4000, memory=0x5000)
    fixed = [(0x40010000, 0x40013000), (0x40203000, 0x4020D000)]
    for behind, copy in (
        ([(0x4020C100, 0x4020F000), (0x4020F800, 0x4020F840)], [(0x4020C100, 0x4020F000)]),
        ([(0x4020C100, 0x40210000)], [(0x4020C100, 0x4020F100)]),
        ([(0x40300000, 0x40300040)], []),
        ([], []),
    ):
        written = [(0x40204000, 0x4020C000), *behind]
        got = peers.excluded(image, written)
        assert got == fixed + copy, f"{behind}: {got}"


def lz4_block(data):
    """By liblz4: its tool reads frames only."""
    room = ctypes.create_string_buffer(1 << 20)
    made = ctypes.CDLL("liblz4.so.1").LZ4_decompress_safe(data, room, len(data), len(room))
    assert made >= 0, f"liblz4 says {made}"
    return room.raw[:made]


def oracle(codec, data):
    """What other programs make of a packed kernel."""
    if codec == "lz4":
        return lz4_block(data)
    if codec == "gzip":
        return zlib.decompress(data, -15)
    command = {"zstd": ["zstd", "-dc"], "xz": ["xz", "-dcq", "-Q"]}.get(codec, ["cat"])
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def case_repeated_image(s):
    """What the growth is measured with is what others decode, too, to so many copies."""
    data = bytes(random.Random(1).choices(range(64), k=100_000)) + b"end of piece"
    shim.bare_elf(s.work / "bare", data)
    for codec in s.codecs:
        image = shim.pack(s.zshim, s.work / "one", s.work / "bare", codec, "none")
        three = copies.repeat(image, s.zshim, 3, s.work / "three")
        want = 3 * data
        if codec == "lz4":  # see lz4_parts()
            want = 3 * (data + data[-copies.LZ4_ADDED :]) + copies.LZ4_TAIL
        assert three.inflated == len(want), f"{codec}: {three.inflated} bytes"
        assert oracle(codec, three.payload()) == want, f"{codec}: decodes to something else"


def case_boot_that_failed_ends_soon(s):
    """A packed kernel that is damaged: the shim says so and rests, and that ends the run."""
    shim.bare_elf(s.work / "bare", bytes(range(256)) * 64)
    image = shim.pack(s.zshim, s.work / "one", s.work / "bare", "gzip", "none")
    two = copies.repeat(image, s.zshim, 2, s.work / "two")
    data = bytearray(two.path.read_bytes())
    data[two.offset + 40] ^= 0xFF
    two.path.write_bytes(data)
    try:
        machine.boot(s.build, two.path, two.entry, s.work / "run", memory=1024, mem=False)
    except machine.BenchError as why:
        assert "the shim gave up: zshim: E30" in str(why), why
        return
    raise AssertionError("a damaged image was counted")
