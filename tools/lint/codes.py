#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""codes.py [--print]: the error codes of boot/codes.h as README.md's table.

Without an argument: fails unless README.md has exactly this table between the lines <!-- codes -->
and <!-- /codes -->.
"""
import pathlib
import re
import sys

BEGIN, END = "<!-- codes -->\n", "<!-- /codes -->"


def codes():
    """(number, NAME, text, first number, second number, advice) of each X(...)."""
    text = pathlib.Path("boot/codes.h").read_text().replace("\\\n", " ")
    string = r'\s*((?:"[^"]*"\s*)+)'
    for row in re.finditer(r"\bX\((\d+),\s*(\w+)," + ",".join([string] * 4) + r"\)", text):
        yield int(row[1]), row[2], *("".join(re.findall(r'"([^"]*)"', row[i])) for i in range(3, 7))


def table():
    rows = [("code", "text", "first number", "second number", "what to do")]
    rows += [(f"E{n:02}", text, a, b, advice) for n, _, text, a, b, advice in sorted(codes())]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---|---|---|---|---|", *lines[1:]]) + "\n"


def check():
    header = pathlib.Path("boot/codes.h").read_text()
    found = sorted(codes())
    if len(found) != len(re.findall(r"\bX\(\d", header)):
        sys.exit("codes.py: boot/codes.h has an entry that this script cannot read")
    numbers = [row[0] for row in found]
    if len(numbers) != len(set(numbers)):
        sys.exit("codes.py: boot/codes.h: a number stands twice")
    readme = pathlib.Path("README.md")
    if not readme.exists():
        sys.exit("codes.py: there is no README.md")
    text = readme.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"codes.py: README.md needs one {BEGIN.strip()} and one {END} line")
    if text.split(BEGIN)[1].split(END)[0] != table():
        sys.exit("codes.py: README.md's table is old: put `tools/lint/codes.py --print` there")
    print(f"{len(found)} codes")


def main():
    if sys.argv[1:] == ["--print"]:
        print(table(), end="")
    elif sys.argv[1:]:
        sys.exit("usage: codes.py [--print]")
    else:
        check()


if __name__ == "__main__":
    main()
