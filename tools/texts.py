#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""texts.py VERSION LOG.TXT CODES.H LOADER.TXT: the shim's texts, packed, as a C header on standard
output.  What only flavour loader says comes last, so that the others can do without.

Byte pair encoding: the pair of bytes that is most frequent becomes one byte from 0x80 on, again and
again while that saves anything.  Conversions become one byte below 0x20.  lib/fmt.c prints it.
"""
import collections
import pathlib
import re
import sys

CONVERSIONS = {"%s": 1, "%u": 2, "%02u": 3, "%x": 4, "%p": 5}  # as in lib/fmt.h
FIRST_PAIR, LAST_PAIR = 0x80, 0xFF
DEPTH = 8  # of pairs in pairs: FMT_DEPTH in lib/fmt.h


def log_texts(path, version):
    for line in pathlib.Path(path).read_text().splitlines():
        if row := re.fullmatch(r'(\w+)\s+"(.*)"', line):
            yield row[1], row[2].replace("@VERSION@", version)
        elif line and not line.startswith("#"):
            sys.exit(f"texts.py: {path}: cannot read: {line}")


def error_texts(path, begin, end):
    """The codes whose texts C prints, {number: text}, between these two macros."""
    text = pathlib.Path(path).read_text()
    text = text[text.index(f"#define {begin}(") : text.index(f"#define {end}(")]
    return {int(n): t for n, t in re.findall(r'\bX\((\d+),\s*\w+,\s*"([^"]*)"', text)}


def encode(text):
    parts = re.split(f"({'|'.join(CONVERSIONS)})", text)
    return [b for p in parts for b in ([CONVERSIONS[p]] if p in CONVERSIONS else p.encode("ascii"))]


def replaced(text, pair, code):
    out, at = [], 0
    while at < len(text):
        if tuple(text[at : at + 2]) == pair:
            out.append(code)
            at += 2
        else:
            out.append(text[at])
            at += 1
    return out


def pack(texts):
    """The texts with pairs replaced, and the pairs."""
    pairs, depth = [], collections.defaultdict(int)
    while len(pairs) <= LAST_PAIR - FIRST_PAIR:
        count = collections.Counter()
        for text in texts:
            # Conversions stay outside: only what stands for characters is looked up in the pairs.
            count.update(p for p in zip(text, text[1:]) if min(p) >= 0x20)
        fits = [p for p in count if 1 + max(depth[p[0]], depth[p[1]]) < DEPTH]
        best = max(fits, key=lambda p: (count[p], p), default=None)
        if best is None or count[best] < 3:
            break
        code = FIRST_PAIR + len(pairs)
        depth[code] = 1 + max(depth[best[0]], depth[best[1]])
        pairs.append(best)
        texts = [replaced(text, best, code) for text in texts]
    return texts, pairs


def packed_by(text, pairs):
    for code, pair in enumerate(pairs, FIRST_PAIR):
        text = replaced(text, pair, code)
    return text


def rows(name, data):
    print(f"#define {name} \\")
    print(" \\\n".join("\t" + ", ".join(map(str, data[i : i + 20])) + "," for i in range(0, len(data), 20)))


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__.splitlines()[0])
    log = dict(log_texts(sys.argv[2], sys.argv[1]))
    errors = error_texts(sys.argv[3], "ZSHIM_C_CODES", "ZSHIM_LOADER_CODES")
    # The loader's errors behind the others: they are searched from the first one on.
    more = error_texts(sys.argv[3], "ZSHIM_LOADER_CODES", "ZSHIM_CODES")
    more |= log_texts(sys.argv[4], sys.argv[1])
    packed, pairs = pack([encode(t) for d in (log, errors) for t in d.values()])
    packed += [packed_by(encode(t), pairs) for t in more.values()]
    data, names, loader = [], {}, 0
    for name, text in zip((*log, *errors, *more), packed):
        if name == next(iter(more)):
            loader = len(data)
        if isinstance(name, str):
            names[name] = len(data)
        else:
            names.setdefault("ERRORS", len(data))
            data.append(name)
        data += [*text, 0]
    print(f"/* Made by {pathlib.Path(__file__).name}: do not edit. */")
    print("enum message {")
    for name, at in names.items():
        print(f"\tTEXT_{name} = {at},")
    print("};")
    rows("TEXT_BYTES", data[:loader])
    rows("TEXT_LOADER_BYTES", data[loader:])
    rows("TEXT_PAIRS", [f"{{{a}, {b}}}" for a, b in pairs])


if __name__ == "__main__":
    main()
