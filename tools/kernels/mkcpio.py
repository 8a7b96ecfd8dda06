#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mkcpio.py LIST FOLDER... >OUT: an initramfs (cpio "newc") with device nodes, without being root.

LIST has one entry a line, the words of the kernel's gen_init_cpio without owner (all is root's):

  dir PATH MODE          file PATH MODE SOURCE        slink PATH TARGET
  nod PATH MODE c|b MAJOR MINOR                       random PATH MODE SIZE

SOURCE is looked for in each FOLDER in turn.  "random" is a file of reproducible noise.  No times,
inode numbers in the order of the list: same inputs, same bytes.
"""
import os
import sys

TYPES = {"dir": 0o040000, "file": 0o100000, "random": 0o100000, "slink": 0o120000,
         "c": 0o020000, "b": 0o060000}


def noise(size):
    """xorshift32, its upper byte: the same on every machine and for every version of Python."""
    data, x = bytearray(), 0x2545F491
    for _ in range(size):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        data.append(x >> 24)
    return bytes(data)


def find(source, folders):
    for folder in folders:
        path = os.path.join(folder, source)
        if os.path.exists(path):
            with open(path, "rb") as file:
                return file.read()
    sys.exit(f"mkcpio.py: {source} is in none of {' '.join(folders)}")


def entry(inode, path, mode, data=b"", major=0, minor=0):
    name = path.lstrip("/").encode() + b"\0"
    links = 2 if mode & 0o170000 == TYPES["dir"] else 1
    fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, major, minor, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def line_entry(inode, words, folders):
    kind, path, rest = words[0], words[1], words[2:]
    if kind == "slink":
        return entry(inode, path, TYPES[kind] | 0o777, rest[0].encode())
    mode = int(rest[0], 8)
    if kind == "nod":
        return entry(inode, path, TYPES[rest[1]] | mode, b"", int(rest[2]), int(rest[3]))
    data = b""
    if kind == "file":
        data = find(rest[1], folders)
    elif kind == "random":
        data = noise(int(rest[1]))
    return entry(inode, path, TYPES[kind] | mode, data)


def main():
    archive = b""
    with open(sys.argv[1], encoding="ascii") as lines:
        entries = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    for inode, words in enumerate(entries, 1):
        archive += line_entry(inode, words, sys.argv[2:])
    archive += entry(0, "TRAILER!!!", 0)
    sys.stdout.buffer.write(archive + bytes(-len(archive) % 512))


main()
