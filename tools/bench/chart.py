#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""chart.py CSV SVG README: draws what make bench measured, and puts the short table in the README.

Two bars a row for the debian kernel: instructions a byte, and the image.  One SVG for light and dark
pages: the colours follow the reader's setting.
"""
import pathlib
import re
import sys

import report

ROW, GAP, TOP = 20, 12, 52
LEFT, WIDTH, BETWEEN = 176, 240, 74  # names, a panel's bars, room for numbers
SIZE = LEFT + 2 * (WIDTH + BETWEEN)
LICENCE = "<!-- SPDX-License-Identifier: MIT; drawn by tools/bench/chart.py -->"
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .head { font-weight: 600 }
  .codec { font-weight: 600; text-anchor: end }
  .ours { fill: #1f6feb }
  .peer { fill: #afb8c1 }
  .axis { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { fill: #58a6ff }
    .peer { fill: #6e7681 }
    .axis { stroke: #444c56 }
  }
"""


def bar(x, y, length, kind, label):
    return (
        f'<rect class="{kind}" x="{x}" y="{y + 3}" width="{max(length, 1):.1f}" height="{ROW - 6}" rx="2"/>'
        f'<text x="{x + length + 6:.1f}" y="{y + 15}">{label}</text>'
    )


def svg(rows):
    """The figure of these rows, which come grouped by codec."""
    most = max(r.per_byte for r in rows), max(r.image for r in rows if r.stub is not None)
    x = LEFT, LEFT + WIDTH + BETWEEN
    y = TOP
    body = []
    codec = None
    for row in rows:
        if codec not in (None, row.codec):
            y += GAP
        if row.codec != codec:
            body.append(f'<text class="codec" x="40" y="{y + 15}">{row.codec}</text>')
        codec = row.codec
        kind = "ours" if row.program == "zshim" else "peer"
        name = report.PROGRAMS.get(row.program, row.program)
        body.append(f'<text x="50" y="{y + 15}">{name}</text>')
        length = WIDTH * row.per_byte / most[0]
        body.append(bar(x[0], y, length, kind, f"{row.per_byte:.1f}"))
        if row.stub is not None:
            length = WIDTH * row.image / most[1]
            body.append(bar(x[1], y, length, kind, f"{row.image / 1e6:.2f}"))
        y += ROW
    heads = "instructions a byte, to the kernel's first", "image, MB"
    for at, head in zip(x, heads):
        body.append(f'<text class="head" x="{at}" y="{TOP - 28}">{head}</text>')
        body.append(f'<line class="axis" x1="{at}" y1="{TOP - 8}" x2="{at}" y2="{y + 4}"/>')
    title = f"What a boot of Debian's armmp kernel costs, {rows[0].inflated:,} bytes inflated"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {y + 12}" width="{SIZE}" '
        f'role="img" aria-label="{title}">\n{LICENCE}\n<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )


def put_table(text, table):
    """The README with the table between its marks."""
    marks = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.S)
    if not marks.search(text):
        raise ValueError("no <!-- bench --> marks")
    return marks.sub(lambda m: m[1] + table + m[2], text)


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: chart.py CSV SVG README")
    source, figure, readme = map(pathlib.Path, sys.argv[1:])
    if not source.exists():
        sys.exit(f"chart.py: {source} is missing: run make bench")
    rows = report.short(report.read_csv(source))
    if not rows:
        sys.exit(f"chart.py: {source}: no rows of the debian kernel")
    figure.write_text(svg(rows), encoding="ascii")
    text = readme.read_text(encoding="utf-8")
    readme.write_text(put_table(text, report.markdown(rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
