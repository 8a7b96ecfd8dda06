# SPDX-License-Identifier: MIT
"""The table of make bench: printed, as CSV, and in short for the README."""
import csv

from budgets import Row, peer_of

COLUMNS = (
    "kernel", "program", "codec", "filter", "inflated", "image", "stub", "insns", "insn_per_byte",
    "loads", "load_bytes", "stores", "store_bytes", "ram",
)  # fmt: skip
PROGRAMS = {"linux": "Linux's zImage", "debian": "Debian's zImage"}


def fields(row):
    """The row as CSV has it, by column."""
    values = {name: getattr(row, name) for name in COLUMNS if name != "insn_per_byte"}
    return values | {"insn_per_byte": f"{row.per_byte:.4f}", "stub": "" if row.stub is None else row.stub}


def write_csv(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="ascii") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(fields(row) for row in rows)


def read_csv(path):
    with open(path, newline="", encoding="ascii") as file:
        table = list(csv.DictReader(file))
    rows = []
    for line in table:
        del line["insn_per_byte"]
        texts = {key: line.pop(key) for key in ("kernel", "program", "codec", "filter")}
        rows.append(Row(**texts, **{key: int(v) if v else None for key, v in line.items()}))
    return rows


def against(row, rows):
    """The row's instructions as a multiple of its peer's, or nothing for a peer."""
    peer = peer_of(row, rows) if row.program == "zshim" else None
    return f"{row.insns / peer.insns:.2f} x {peer.program}" if peer else ""


def print_table(rows):
    form = "{:<7} {:<10} {:<5} {:<6} {:>10} {:>10} {:>6} {:>13} {:>7} {:>11} {:>13} {:>11} {:>13} {:>10}  {}"
    heads = "kernel program codec filter inflated image stub insns insn/B loads bytes stores bytes RAM against"
    print(form.format(*heads.split()))
    for row in rows:
        stub = "-" if row.stub is None else f"{row.stub:,}"
        numbers = (row.loads, row.load_bytes, row.stores, row.store_bytes, row.ram)
        print(form.format(
            row.kernel, row.program, row.codec, row.filter, f"{row.inflated:,}", f"{row.image:,}",
            stub, f"{row.insns:,}", f"{row.per_byte:.2f}", *(f"{n:,}" for n in numbers),
            against(row, rows)).rstrip())  # fmt: skip


def print_growth(growth):
    for g in growth:
        slope = (g.many - g.fixed) / (g.piece * g.copies)
        print(
            f"{g.codec}: {g.fixed:,} instructions for any payload, then {slope:.3f} a byte "
            f"({g.piece * g.copies >> 20} MiB: {g.many:,})"
        )


def print_verdicts(verdicts):
    for verdict in verdicts:
        print(verdict)
    missed = sum(not v.met for v in verdicts)
    print(f"budgets: {len(verdicts) - missed} met, {missed} MISSED")


def short(rows, kernel="debian"):
    """Of each program and codec of a kernel the row with the smaller image."""
    best = {}
    for row in (r for r in rows if r.kernel == kernel):
        key = row.codec, row.program
        if key not in best or row.image < best[key].image:
            best[key] = row
    return list(best.values())


def markdown(rows):
    lines = [
        "| codec | program | image | stub | instructions | per byte | RAM |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = PROGRAMS.get(row.program, row.program)
        name += ", branch filter" if row.program == "zshim" and row.filter != "none" else ""
        image, stub = ("", "") if row.stub is None else (f"{row.image:,}", f"{row.stub:,}")
        lines.append(
            f"| {row.codec} | {name} | {image} | {stub} | {row.insns:,} | {row.per_byte:.2f} | "
            f"{row.ram >> 10:,} KiB |"
        )
    return "\n".join(lines) + "\n"
