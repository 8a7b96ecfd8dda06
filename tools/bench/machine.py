# SPDX-License-Identifier: MIT
"""Runs of QEMU with the plugin count.so, and the peak RAM that follows from what was written.

Peak RAM is what a boot needs beyond what it must have in any case: the 4 KiB pages that it wrote
between the first instruction of the image and the first of the kernel, less

  - the image where it was loaded, and the part of it that was copied elsewhere (the moved copy);
  - the kernel with its BSS and the page tables that it will put below itself, 20 KiB;
  - the device tree, where it ends up.

The plugin notes 64-byte lines; a line that touches one of these ranges is that range's, and a page
counts when any other line of it was written.  Stacks, scratch memory, windows, page tables, logs and
heaps are in it.  Nothing is ever given back before the kernel starts, so the sum is the peak.
Linux's zImage is measured in the same way, and the reference libraries too, with their output
in place of the kernel.
"""
import dataclasses
import pathlib
import re
import subprocess
import time

PAGE = 4096
LINE = 64
RAM = 0x40000000
IMAGE = RAM + 0x10000  # where QEMU puts what -kernel names
KERNEL_TABLES = 0x5000  # below a Linux: page tables, 20 KiB with LPAE
POLL = 1  # s between looks at the console
TIMEOUT = 900  # s; the longest run takes a minute on a busy machine
QEMU = [
    "qemu-system-arm", "-M", "virt,dtb-randomness=off", "-cpu", "cortex-a15",
    "-nic", "none", "-display", "none", "-monitor", "none", "-no-reboot",
]  # fmt: skip


class BenchError(Exception):
    """Something could not be measured; the text says what and why, in one line."""


def call(command, **more):
    """The finished process of a command; more is subprocess.run()'s."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **more
        )
    except FileNotFoundError as error:
        raise BenchError(f"{words[0]} is missing: run make and make deps") from error


def run(*command):
    """The output of a command that must succeed."""
    done = call(command)
    if done.returncode:
        raise BenchError(f"{' '.join(map(str, command))}: {last_line(done.stderr)}")
    return done.stdout


def last_line(text):
    return (text.strip().splitlines() or ["no message"])[-1]


@dataclasses.dataclass
class Count:
    """What the plugin counted between start and stop."""

    insns: int
    loads: int = 0
    stores: int = 0
    load_bytes: int = 0
    store_bytes: int = 0
    written: list = dataclasses.field(default_factory=list)  # (start, end), in order
    log: str = ""  # of the console


def plugin(build, start, stop, out, *, mem=True, profile=None):
    text = f"{build}/bench/count.so,start={start:#x},stop={stop:#x},outfile={out}.count"
    if mem:
        text += f",mem=on,written={out}.written"
    return text + (f",profile={profile}" if profile else "")


def read_count(out, what):
    """Reads what the plugin left."""
    path = pathlib.Path(f"{out}.count")
    text = path.read_text() if path.exists() else "no count"
    if not text.startswith("count: insns"):
        raise BenchError(f"{what}: never reached its end: {text.strip()}")
    words = text.split()[1:]
    count = Count(**{key: int(value) for key, value in zip(words[::2], words[1::2])})
    rows = pathlib.Path(f"{out}.written")
    if rows.exists():
        pairs = [line.split() for line in rows.read_text().splitlines()]
        count.written = [(int(start, 16), int(end, 16)) for start, end in pairs]
    return count


def boot(build, image, stop, out, *, memory=512, mem=True, profile=None):
    """Boots an image on virt up to the instruction at stop.  out: a path that names the run."""
    log = pathlib.Path(f"{out}.log")
    command = [
        *QEMU, "-m", str(memory), "-kernel", str(image), "-serial", f"file:{log}",
        "-plugin", plugin(build, IMAGE, stop, out, mem=mem, profile=profile),
    ]  # fmt: skip
    what = pathlib.Path(out).name
    run_guest(command, what, log)
    try:
        count = read_count(out, what)
    except BenchError as error:
        raise BenchError(f"{error}; console: {last_line(read_log(log))}") from error
    count.log = read_log(log)
    return count


def read_log(path):
    return path.read_text(errors="replace") if path.exists() else ""


def run_guest(command, what, log=None):
    """Runs QEMU to its end; a shim that gave up and rests would never come to one."""
    try:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True,
        ) as guest:  # fmt: skip
            why = wait(guest, log)
            errors = guest.stderr.read()
    except FileNotFoundError as error:
        raise BenchError(f"{command[0]} is missing: run make deps") from error
    if why:
        raise BenchError(f"{what}: {why}")
    if guest.returncode:
        raise BenchError(f"{what}: {command[0]}: {last_line(errors)}")


def wait(guest, log):
    """Waits for its end; or kills it and says why."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        try:
            guest.wait(POLL)
            return None
        except subprocess.TimeoutExpired:
            gave_up = re.search(r"^zshim: E\d\d .*", read_log(log), re.M) if log else None
            if gave_up:
                guest.kill()
                return f"the shim gave up: {gave_up[0].strip()}"
    guest.kill()
    return f"still running after {TIMEOUT} s; console: {last_line(read_log(log)) if log else 'none'}"


def peak_ram(written, excluded):
    """Bytes in the pages with a written line that touches none of the ranges excluded."""
    pages = set()
    for start, end in subtract(written, excluded):
        pages.update(range(start // PAGE, (end - 1) // PAGE + 1))
    return len(pages) * PAGE


def subtract(ranges, excluded):
    """The ranges without the lines that any of excluded touches."""
    for low, high in excluded:
        if high <= low:
            continue
        low, high = low // LINE * LINE, -(-high // LINE) * LINE
        cut = [(max(start, high), end) for start, end in ranges]
        cut += [(start, min(end, low)) for start, end in ranges]
        ranges = [(start, end) for start, end in cut if start < end]
    return sorted(ranges)
