#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""source.py if|includes|spdx|scripts FILE...: rules of the source text.

  if        boot/, lib/ and board/ have no #if but include guards and __ASSEMBLER__
  includes  who may include whom
  spdx      a licence line in the first three lines of every source, script and makefile
  scripts   prints those of the files that are shell scripts
"""
import os
import re
import sys

FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h"}
BOARD_FOLDERS = ("boot/", "lib/", "board/")
# A codec's private header belongs to its codec; these may have another's: {includer: headers}.
CODEC_PAIRS = {"gzip": {"inflate"}, "xz": {"lzma"}, "xzboot": {"lzma"}, "lzma2": {"lzma"}}
# No codec's own: the filter stands behind each of them.
FILTER = "lib/codec/branch.h"
# Files without a place for a licence line: data, and what is licensed as a whole.
NO_SPDX = r".*\.md|LICENSE|\.gitignore|\.editorconfig|\.clang-format|.*\.config|tests/.*/corpus/.*"
GENERATED = {"stubs.list", "offsets.h", "texts.h"}

problems = 0


def problem(path, line, text):
    global problems
    problems += 1
    print(f"{path}:{line}: {text}")


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return list(enumerate(file.read().splitlines(), 1))


def is_source(path):
    return path.endswith((".c", ".h", ".S"))


# --- #if -----------------------------------------------------------------------------------------
def check_conditionals(path):
    """The number of conditionals; a problem for each that is not one of the two kinds."""
    found = []
    for number, line in lines_of(path):
        if match := re.match(r"\s*#\s*(if\w*|el\w+|endif|define)\b\s*(\S*)", line):
            found.append((number, match[1], match[2]))
    nest = []
    count = 0
    for i, (number, word, name) in enumerate(found):
        if word == "define":
            continue
        if word == "endif":
            if nest:
                nest.pop()
            continue
        count += 1
        if word == "else":
            fine = bool(nest) and nest[-1] == "__ASSEMBLER__"
        else:
            guard = i == 0 and path.endswith(".h") and word == "ifndef"
            guard = guard and i + 1 < len(found) and found[i + 1][1:] == ("define", name)
            fine = guard or (word in ("ifdef", "ifndef") and name == "__ASSEMBLER__")
            if word.startswith("if"):
                nest.append(name)
        if not fine:
            problem(path, number, f"#{word} {name}: only include guards and __ASSEMBLER__")
    return count


# --- includes -----------------------------------------------------------------------------------
def search_path(path):
    """Where the build looks for "..." when this file includes it, own folder first."""
    own = [os.path.dirname(path)]
    if path.startswith("lib/"):
        return own + ["lib"]
    if path.startswith("boot/") or path.startswith("board/"):
        return own + ["lib", "boot", "boot/arm", "board", "board/uart"]
    if path.startswith("tools/"):
        return own + ["lib", "tools", "boot", "boot/arm", "board"]
    return own + ["lib", "tests/unit", "tests/target", "boot", "boot/arm", "tools"]


def resolve(path, name):
    for folder in search_path(path):
        found = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(found):
            return found
    return None


def codec_of(path):
    return os.path.basename(path).split(".")[0].split("_")[0]


def lib_may(path, target):
    if not target.startswith("lib/"):
        return "lib/ may include lib/ only"
    if target == FILTER:
        return None
    if target.startswith("lib/codec/"):
        mine, theirs = codec_of(path), codec_of(target)
        if not path.startswith("lib/codec/"):
            return "a codec's private header"
        if mine != theirs and theirs not in CODEC_PAIRS.get(mine, ()):
            return "another codec's private header"
    if re.search(r"_priv\.h$", target) and os.path.dirname(path) != os.path.dirname(target):
        return "a private header"
    return None


def boot_may(path, target):
    if re.match(r"boot/\w+/codec/", path) and target.startswith("lib/codec/") \
            and codec_of(path) == codec_of(target):
        return None  # the assembly twin and its C share their private header
    if target == FILTER:
        return None
    if re.match(r"lib/.*(_priv\.h$)|lib/codec/", target):
        return "a private header of lib/"
    if target.startswith("lib/") or target in ("board/board.h", "board/uart/uart.h"):
        return None
    if not target.startswith("boot/"):
        return "boot/ may include boot/, board.h, uart.h and lib/ only"
    arch = re.match(r"boot/(\w+)/", target)
    if arch and os.path.basename(target) != "arch.h" and not path.startswith(arch[0]):
        return "a header of the architecture's own"
    return None


def board_may(_path, target):
    if target in ("board/board.h", "board/uart/uart.h") or re.match(r"lib/\w+\.h$", target):
        return None
    return "board/ may include board.h, uart.h and lib/ only"


def tools_may(_path, target):
    """verify runs boot/layout.c and ram.c."""
    if re.match(r"(tools/|lib/|board/(board|uart/uart)\.h$|boot/((boot|codes|layout)|arm/arch)\.h$)",
                target):
        return None
    return "tools/ may include lib/, board.h, uart.h, and boot.h, codes.h, layout.h of boot/ only"


def tests_may(path, target):
    if path.startswith("tests/payload/") and not target.startswith("tests/payload/"):
        return "the payload shares no code with what it checks"
    if re.match(r"boot/(?!arm/arch\.h)\w+/", target):
        return "a header of the architecture's own"
    return None


RULES = {
    "lib": lib_may,
    "boot": boot_may,
    "board": board_may,
    "tools": tools_may,
    "tests": tests_may,
}


def check_includes(path):
    top = path.split("/")[0]
    if top not in RULES:
        return
    for number, line in lines_of(path):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not match or match[2] in GENERATED:
            continue
        kind, name = match[1], match[2]
        if kind == "<":
            if path.startswith(BOARD_FOLDERS) and name not in FREESTANDING:
                problem(path, number, f"<{name}>: not a freestanding header")
            continue
        target = resolve(path, name)
        if target is None:
            problem(path, number, f'"{name}": not found by the folders that this file may use')
        elif ".." in name and not path.startswith("tests/"):
            problem(path, number, f'"{name}": no paths through ..')
        elif why := RULES[top](path, target):
            problem(path, number, f'"{name}" is {target}: {why}')


# --- licence and scripts ------------------------------------------------------------------------
def check_spdx(path):
    if re.fullmatch(NO_SPDX, path):
        return
    with open(path, "rb") as file:
        head = file.read(400)
    top = b"\n".join(head.split(b"\n")[:3])
    if b"\0" not in head and b"SPDX-License-Identifier: MIT" not in top:
        problem(path, 1, "no SPDX line")


def is_shell(path):
    with open(path, "rb") as file:
        first = file.readline(100)
    return path.endswith((".sh", "/qemu.args")) or bool(re.match(rb"#!.*\b(ba|da)?sh\b", first))


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("if", "includes", "spdx", "scripts"):
        sys.exit("usage: source.py if|includes|spdx|scripts FILE...")
    rule, files = sys.argv[1], [f for f in sys.argv[2:] if os.path.isfile(f)]
    if rule == "if":
        board = [f for f in files if f.startswith(BOARD_FOLDERS) and is_source(f)]
        print(f"{sum(check_conditionals(f) for f in board)} conditionals in {len(board)} files")
    elif rule == "includes":
        for path in filter(is_source, files):
            check_includes(path)
    elif rule == "spdx":
        for path in files:
            check_spdx(path)
    else:
        print(*filter(is_shell, files), sep="\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
