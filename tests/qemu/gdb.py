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

    def close(self):
        self.socket.close()

    def _byte(self):
        if not self.buffer:
            self.buffer = self.socket.recv(65536)
            if not self.buffer:
                raise ConnectionError("QEMU closed the connection")
        byte, self.buffer = self.buffer[:1], self.buffer[1:]
        return byte

    def call(self, command):
        data = command.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))
        return self.reply()

    def reply(self):
        while self._byte() != b"$":
            pass
        data = bytearray()
        while (byte := self._byte()) != b"#":
            data += bytes([self._byte()[0] ^ 0x20]) if byte == b"}" else byte
        self._byte()
        self._byte()
        self.socket.sendall(b"+")
        return data.decode("latin-1")

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.call(f"p{number:x}"))[:4], "little")

    def memory(self, address, size):
        data = b""
        while len(data) < size:
            part = self.call(f"m{address + len(data):x},{min(size - len(data), 1024):x}")
            if part.startswith("E") or not part:
                raise ConnectionError(f"no memory at {address + len(data):#x}")
            data += bytes.fromhex(part)
        return data

    def run_to(self, address):
        """Goes on until the instruction at address is the next one."""
        if self.call(f"Z1,{address:x},4") != "OK":
            raise ConnectionError("no breakpoint")
        stop = self.call("c")
        self.call(f"z1,{address:x},4")
        if not stop.startswith("T"):
            raise ConnectionError(f"stopped by {stop}")
        if self.register(15) != address:
            raise ConnectionError(f"stopped at {self.register(15):#x}, not {address:#x}")

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
        self._xml("target.xml")
        rows = re.findall(r'name="(\w+)"[^>]*regnum="(\d+)"', self._xml("system-registers.xml"))
        return {name: int(number) for name, number in rows}

    def threads(self):
        return self.call("qfThreadInfo").lstrip("m").split(",")

    def select(self, thread):
        self.call(f"Hg{thread}")
