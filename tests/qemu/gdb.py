# SPDX-License-Identifier: MIT
"""Just enough of the GDB remote protocol to look into QEMU where the shim and the kernel begin."""
import re
import socket
import time

CPSR = 25  # number of the register in arm-core.xml


class Gdb:
    def __init__(self, path, seconds=20):
        deadline = time.monotonic() + seconds
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.buffer = b""
        self.call("qSupported:xmlRegisters=arm")
        self._xml("target.xml")  # before this has been read, QEMU answers no "p"

    def detach(self):
        """The machine goes on.  No answer is awaited: QEMU may have come to its end before."""
        self.send("D")
        self.socket.close()

    def _byte(self):
        if not self.buffer:
            self.buffer = self.socket.recv(65536)
            if not self.buffer:
                raise ConnectionError("QEMU closed the connection")
        byte, self.buffer = self.buffer[:1], self.buffer[1:]
        return byte

    def _write(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            raise ConnectionError("QEMU has ended") from None

    def send(self, command):
        data = command.encode()
        self._write(b"$" + data + b"#%02x" % (sum(data) & 0xFF))

    def call(self, command):
        self.send(command)
        return self.reply()

    def reply(self):
        while self._byte() != b"$":
            pass
        data = bytearray()
        while (byte := self._byte()) != b"#":
            data += bytes([self._byte()[0] ^ 0x20]) if byte == b"}" else byte
        self._byte()
        self._byte()
        self._write(b"+")
        return data.decode("latin-1")

    def register(self, number, thread=None):
        if thread:
            self.call(f"Hg{thread}")
        return int.from_bytes(bytes.fromhex(self.call(f"p{number:x}"))[:4], "little")

    def memory(self, address, size):
        data = b""
        while len(data) < size:
            part = self.call(f"m{address + len(data):x},{min(size - len(data), 1024):x}")
            if part.startswith("E") or not part:
                raise ConnectionError(f"no memory at {address + len(data):#x}")
            data += bytes.fromhex(part)
        return data

    def run_to(self, address, thread=None):
        """Goes on until the instruction at address is the next one; all CPUs, or only this one."""
        if self.call(f"Z1,{address:x},4") != "OK":
            raise ConnectionError("no breakpoint")
        stop = self.call(f"vCont;c:{thread}" if thread else "c")
        self.call(f"z1,{address:x},4")
        if not stop.startswith("T"):
            raise ConnectionError(f"stopped by {stop}")
        if self.register(15, thread) != address:
            raise ConnectionError(f"stopped at {self.register(15):#x}, not {address:#x}")

    def go(self):
        """The machine runs until interrupt()."""
        self.send("c")

    def interrupt(self):
        self._write(b"\x03")
        return self.reply()

    def _xml(self, name):
        text, offset = "", 0
        while True:
            part = self.call(f"qXfer:features:read:{name}:{offset:x},ffb")
            if part[:1] not in "lm":
                raise ConnectionError(f"no {name}")
            text += part[1:]
            offset += len(part) - 1
            if part[0] == "l":
                return text

    def system_registers(self):
        """{name: number} of what QEMU shows of CP15."""
        rows = re.findall(r'name="(\w+)"[^>]*regnum="(\d+)"', self._xml("system-registers.xml"))
        return {name: int(number) for name, number in rows}

    def threads(self):
        found, reply = [], self.call("qfThreadInfo")
        while reply.startswith("m"):
            found += reply[1:].split(",")
            reply = self.call("qsThreadInfo")
        return found

    def run_alone(self, thread, seconds):
        """One CPU goes on for a while, all others rest."""
        self.send(f"vCont;c:{thread}")
        time.sleep(seconds)
        self.interrupt()
