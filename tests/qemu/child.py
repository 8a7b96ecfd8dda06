# SPDX-License-Identifier: MIT
"""A program that we start, listen to with a time limit, and end by its own handle."""
import os
import re
import selectors
import signal
import subprocess
import time

_running = set()
_stopping = []


class Child:
    """Output, with stderr apart from it (in a file), is in `text` as far as it was read."""

    def __init__(self, command, errors, cwd=None, stdin=subprocess.DEVNULL, env=None):
        if _stopping:
            raise InterruptedError("the run was interrupted")
        self.output = bytearray()
        self.scanned = 0
        self.logged = False
        with open(errors, "ab") as file:
            self.process = subprocess.Popen(command, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE,
                                            stderr=file, env=env, start_new_session=True)
        _running.add(self)

    @property
    def text(self):
        return self.output.decode("utf-8", "replace").replace("\r\n", "\n")

    def read(self, seconds, until=None):
        """Reads until the pattern was seen (True), or the end of output or of the time (False)."""
        deadline = time.monotonic() + seconds
        pipe = self.process.stdout
        if pipe.closed:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                if until and self._seen(until):
                    return True
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return False
                data = os.read(pipe.fileno(), 65536)
                if not data:
                    return False
                self.output += data

    def _seen(self, pattern):
        """Looks at each byte once: the next search begins behind what was found."""
        found = re.compile(pattern).search(self.output, self.scanned)
        if found:
            self.scanned = found.end()
        return bool(found)

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def status(self, seconds):
        """The exit status; None when it had to be killed after this time."""
        try:
            return self.process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.kill()

    def kill(self):
        """Ends the program and what it started: all of them are in the session made for it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        _running.discard(self)


def kill_all():
    """When we are interrupted: also nothing more is started."""
    _stopping.append(True)
    for child in list(_running):
        child.kill()
