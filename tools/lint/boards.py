#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Has every folder of board/ what board/template/README.md asks for?"""
import glob
import os
import re
import sys

NO_BOARDS = ("template", "uart")
FILES = {"board.c", "qemu.args", "mini.dts"}
MAY_BE_EMPTY = {"QEMU_DTB_MINI", "QEMU_DTB_LINUX", "QEMU_MEMORY", "QEMU_DTB_PASSED"}


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def variables(path):
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', read(path), re.M))


def uart_names():
    """All names of the drivers: a TYPE of --uart is one of them."""
    return {name for path in glob.glob("board/uart/*.c")
            for name in re.findall(r'"([^"]+)\\0"', read(path))}


def payload_boards():
    return re.findall(r'^\t\{"([^"]+)", 0x', read("tests/payload/report.c"), re.M)


def check_args(folder, wanted):
    values = variables(os.path.join(folder, "qemu.args"))
    for name in sorted(wanted.keys() ^ values.keys()):
        yield f"qemu.args: {name} is {'missing' if name in wanted else 'not in the template'}"
    for name in sorted(values.keys() - MAY_BE_EMPTY):
        if not values[name]:
            yield f"qemu.args: {name} is empty"
    if "-M " not in values.get("QEMU_ARGS", ""):
        yield "qemu.args: no machine in QEMU_ARGS"
    kind = re.split("[,@]", values.get("QEMU_UART", ""))[0]
    if kind not in uart_names():
        yield f"qemu.args: QEMU_UART: no driver in board/uart/ has the name {kind}"
    if values.get("QEMU_DTB_MINI", "") != ("mini.dts" if os.path.exists(f"{folder}/mini.dts")
                                           else ""):
        yield "qemu.args: QEMU_DTB_MINI does not name the mini.dts that is there"


def check_tree(path):
    source = read(path)
    root = re.search(r'^\tcompatible = "([^"]+)"', source, re.M)
    if not root or not any(root[1].startswith(board) for board in payload_boards()):
        yield "mini.dts: tests/payload/report.c does not know the root's compatible"
    for what, pattern in (("/memory", r'device_type = "memory";'),
                          ("a console", r"stdout-path = |\bserial0 = ")):
        if not re.search(pattern, source):
            yield f"mini.dts: no {what}"


def check_entry(name, path):
    if not re.search(rf"\bboard_{re.sub('-', '_', name)} BOARD_ENTRY = ", read(path)):
        yield f"board.c: no board_{re.sub('-', '_', name)}"


def check(name, wanted):
    folder = os.path.join("board", name)
    there = set(os.listdir(folder))
    for extra in sorted(there - FILES):
        yield f"{extra} is no file of a board"
    if "board.c" in there:
        yield from check_entry(name, os.path.join(folder, "board.c"))
    elif "qemu.args" not in there:
        yield "neither board.c nor qemu.args"
    if "qemu.args" not in there:
        return  # QEMU has no such board
    yield from check_args(folder, wanted)
    if "mini.dts" in there:
        yield from check_tree(os.path.join(folder, "mini.dts"))
    if not re.search(rf'Machine\("[^"]+", "{name}"', read("tests/qemu/boards.py")):
        yield "no Machine in tests/qemu/boards.py"


def main():
    wanted = variables("board/template/qemu.args")
    bad = 0
    for name in sorted(os.listdir("board")):
        if os.path.isdir(os.path.join("board", name)) and name not in NO_BOARDS:
            for problem in check(name, wanted):
                print(f"board/{name}: {problem}")
                bad = 1
    return bad


sys.exit(main())
