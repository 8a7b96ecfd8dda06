# SPDX-License-Identifier: MIT
"""What every case uses: a folder of its own, the program, and the ways to look at its results."""
import os
import subprocess

import unpack

CASES = []


class Case:
    def __init__(self, name, function):
        self.name = "host-" + name
        self.function = function


class Skipped(Exception):
    """The case could not be run; said loudly, as nothing was tested."""


def case(name):
    def register(function):
        CASES.append(Case(name, function))
        return function
    return register


class Sandbox:
    def __init__(self, folder, zshim, root):
        self.folder = folder
        self.zshim = zshim
        self.root = root

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def run(self, *args, **more):
        """Runs zshim in the folder; returns the finished process with text output."""
        return subprocess.run([self.zshim, *args], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=120,
                              check=False, **more)

    def good(self, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == 0, "%s: status %d: %s" % (args, done.returncode, done.stderr.decode())
        assert done.stderr == b"", "%s: stderr: %s" % (args, done.stderr.decode())
        return done.stdout.decode()

    def bad(self, *args, says, status=1, **more):
        """The run must fail with this status, say one line with this text, and leave no file."""
        before = sorted(os.listdir(self.folder))
        done = self.run(*args, **more)
        text = done.stderr.decode()
        assert done.returncode == status, "%s: status %d, not %d: %s" % (args, done.returncode, status, text)
        assert text.startswith("zshim: ") and text.count("\n") == 1, "%s: not one line: %r" % (args, text)
        assert says in text, "%s: does not say %r: %s" % (args, says, text)
        after = sorted(os.listdir(self.folder))
        assert before == after, "%s: left files: %s" % (args, set(after) - set(before))

    def pack(self, kernel, *args, out="out.img"):
        """Packs the bytes of a kernel and reads the result back."""
        self.write("kernel", kernel)
        self.good("pack", *args, "-o", out, "kernel")
        return unpack.Image(self.read(out))


def equal(got, wanted, what):
    def show(x):
        return "%d bytes" % len(x) if isinstance(x, bytes) and len(x) > 40 else \
            "%#x" % x if isinstance(x, int) else repr(x)
    assert got == wanted, "%s: %s, not %s" % (what, show(got), show(wanted))
