# SPDX-License-Identifier: MIT
"""What every case uses: the list of cases, a folder and a log of its own, the packer, QEMU, and
what a good boot, or a boot that fails as it should, looks like."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
import zlib

from boards import ROOT
from child import Child

CASES = []
REPORTS = []  # functions that print something at the end of a run
SECONDS = 60  # no mini boot takes 2
LINUX_SECONDS = 240  # no Linux boot takes 20
# A fault ends in a rest loop: as soon as its line came, QEMU has said all it will.  This is how
# long we wait for something after it, which would be wrong.
SILENCE = 0.3
ERROR_LINE = rb"zshim: E\d\d[^\n]*\n"


class Failed(Exception):
    pass


class Case:
    def __init__(self, function, name, group, code):
        self.function, self.name, self.group, self.code = function, "boot." + name, group, code


def case(name, group, code=None):
    """Registers a function of one argument, Work.  code: the name in boot/codes.h it provokes."""
    def register(function):
        if any(other.name == "boot." + name for other in CASES):
            raise ValueError(f"two cases have the name {name}")
        CASES.append(Case(function, name, group, code))
        return function
    return register


class Shared:
    """What all cases of a run share: where things are, and images that were packed before."""

    def __init__(self, build, cache, run="boot"):
        self.build, self.cache = build, cache
        self.folder = os.path.join(build, "check", run)
        self.images = os.path.join(self.folder, "images")
        self.packed, self.lock = {}, threading.Lock()

    def image(self, key):
        """(path, lock) of the image that these arguments make."""
        with self.lock:
            if key not in self.packed:
                path = os.path.join(self.images, f"{len(self.packed)}.img")
                self.packed[key] = (path, threading.Lock())
            return self.packed[key]


class Work:
    """One case while it runs."""

    def __init__(self, shared, name):
        self.shared, self.name = shared, name
        self.log_path = os.path.join(shared.folder, name + ".log")
        self.folder = tempfile.mkdtemp(prefix="zshim-boot-")
        self.children = []

    def close(self):
        for child in self.children:
            if not child.logged:  # the case came to its end before it looked
                child.read(0.1)
                self.log_output(child)
            child.kill()
        if os.path.exists(self.path("stderr")):
            with open(self.path("stderr"), encoding="utf-8", errors="replace") as file:
                self.log(f"--- stderr:\n{file.read()}")
        shutil.rmtree(self.folder)

    # --- files ---

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def build(self, *names):
        return os.path.join(self.shared.build, *names)

    @property
    def mini(self):
        return self.build("payload", "vmlinux")

    def mini_dtb(self, machine):
        return self.build("board", machine.board, "mini.dtb")

    def kernels(self, *names):
        return os.path.join(self.shared.cache, *names)

    def linux_dtb(self, machine):
        return self.kernels("debian", "dtbs", machine.linux_dtb)

    @property
    def initramfs(self):
        return self.kernels("initramfs.cpio.gz")

    # --- programs ---

    def log(self, text):
        with open(self.log_path, "a", encoding="utf-8") as file:
            file.write(text)

    def log_output(self, child, more=""):
        self.log(child.text + more)
        child.logged = True

    def run(self, *command, seconds=600):
        """A program that must succeed; what it printed."""
        self.log(f"$ {' '.join(command)}\n")
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds, check=False)
        self.log(done.stdout.decode("utf-8", "replace"))
        if done.returncode:
            raise Failed(f"{os.path.basename(command[0])}: status {done.returncode}")
        return done.stdout.decode("utf-8", "replace")

    def pack(self, kernel, *options):
        """The image of a kernel ("": of none).  Never write to it: other cases may have got the same
        file."""
        key = (kernel, *options)
        if any(self.folder in word for word in key):
            path = self.path(f"{len(os.listdir(self.folder))}.img")
            self.run(self.build("zshim"), "pack", *options, "-o", path, *filter(None, [kernel]))
            return path
        path, lock = self.shared.image(key)
        with lock:
            if not os.path.exists(path):
                self.run(self.build("zshim"), "pack", *options, "-o", path,
                         *filter(None, [kernel]))
        self.log(f"image {path}: pack {' '.join(options)} {kernel}\n")
        return path

    def start(self, machine, *arguments, memory=128, serial=("-serial", "stdio"), more=()):
        """QEMU; the first UART is what the result's text has."""
        command = ["qemu-system-arm", *machine.args, "-m", str(machine.memory or memory), "-nic", "none", "-display",
                   "none", *serial, "-monitor", "none", "-no-reboot", *more, *arguments]
        self.log(f"$ {' '.join(command)}\n")
        return self.spawn(command)

    def spawn(self, command, **options):
        child = Child(command, self.path("stderr"), **options)
        self.children.append(child)
        return child

    def finish(self, child, seconds=SECONDS, until=None):
        """Reads to the end; with a pattern, or at an error line, we end it."""
        stop = ERROR_LINE if until is None else b"(?:" + until + b")|" + ERROR_LINE
        if child.read(seconds, stop):
            if until is None or re.search(ERROR_LINE, child.output):
                child.read(SILENCE)
            child.kill()
            status = None
        else:
            status = child.status(2)
        self.log_output(child, f"--- status {status}\n")
        return Boot(status, child.text)

    def boot(self, machine, *arguments, seconds=SECONDS, until=None, **options):
        """One whole run of QEMU, with semihosting for the mini vmlinux."""
        options.setdefault("more", ("-semihosting",))
        return self.finish(self.start(machine, *arguments, **options), seconds, until)

    def boot_linux(self, machine, *arguments, memory=128):
        return self.boot(machine, *arguments, memory=memory, seconds=LINUX_SECONDS, more=())


class Boot:
    """What came out of a run.  status is None when we had to end it."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    def has(self, *texts):
        for text in texts:
            if text not in self.text:
                raise Failed(f"log lacks: {text}")

    def lacks(self, *texts):
        for text in texts:
            if text in self.text:
                raise Failed(f"log has: {text}")

    def find(self, pattern):
        found = re.search(pattern, self.text, re.M)
        if not found:
            raise Failed(f"log has no match for: {pattern}")
        return found

    def ended(self, status=0):
        error = re.search(r"^zshim: E\d\d.*$", self.text, re.M)
        if error:
            raise Failed(error.group())
        if self.status is None:
            raise Failed("QEMU did not end by itself")
        if self.status != status:
            fail = re.search(r"^mini: FAIL.*$", self.text, re.M)
            raise Failed(f"status {self.status}, not {status}" +
                         (f": {fail.group()}" if fail else ""))

    def mini(self, *texts):
        """The mini vmlinux found nothing wrong."""
        self.ended(0)
        self.has("mini: all checks passed", "zshim: XXH32 of the parts is right", *texts)

    def facts(self):
        """What the initramfs said of the Linux that it found itself in."""
        rows = re.findall(r"^zshim-init: ([\w-]+): (.*)$", self.text, re.M)
        return dict(rows)

    def linux(self, hash_, **facts):
        """Linux came to user space, saw what it should, and powered off."""
        self.ended(0)
        self.has("zshim-init: done")
        seen = self.facts()
        for name, value in {"hash": hash_, **facts}.items():
            if seen.get(name) != value:
                raise Failed(f"Linux has {name} {seen.get(name)!r}, not {value!r}")

    def fault(self, number, a=None, b=None):
        """One error line of this code is the last thing that was printed, and QEMU still ran.
        a, b: the number that must be there, or a function that tells whether it may."""
        lines = [line for line in self.text.splitlines() if line]
        errors = [line for line in lines if re.match(r"zshim: E\d\d ", line)]
        if len(errors) != 1:
            raise Failed(f"{len(errors)} error lines, not one")
        found = re.fullmatch(r"zshim: E(\d\d) .* 0x([0-9a-f]+) 0x([0-9a-f]+)", errors[0])
        if not found:
            raise Failed(f"not an error line: {errors[0]}")
        if int(found[1]) != number:
            raise Failed(f"wanted E{number:02}: {errors[0]}")
        if self.text.rstrip("\n").splitlines()[-1] != errors[0]:
            raise Failed(f"printed after the error: {lines[-1]}")
        if self.status is not None:
            raise Failed(f"does not rest after the error: status {self.status}")
        self.lacks("mini:", "Booting Linux")
        numbers = int(found[2], 16), int(found[3], 16)
        for want, value, which in zip((a, b), numbers, ("first", "second")):
            if want is not None and not (want(value) if callable(want) else want == value):
                raise Failed(f"{which} number is {value:#x}: {errors[0]}" +
                             ("" if callable(want) else f", not {want:#x}"))


def noise(size, seed=1):
    """Bytes that no codec makes smaller, the same on every machine."""
    data, x = bytearray(), seed * 0x2545F491 & 0xFFFFFFFF
    while len(data) < size:
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        data += x.to_bytes(4, "little")
    return bytes(data[:size])


INITRD = noise(50001)
INITRD_CRC = f"initrd.crc={zlib.crc32(INITRD):#x}"


def error_codes():
    """{name: number} of boot/codes.h."""
    with open(os.path.join(ROOT, "boot", "codes.h"), encoding="ascii") as file:
        rows = re.findall(r"\bX\((\d+), (\w+),", file.read())
    return {name: int(number) for number, name in rows}


CODES = error_codes()
