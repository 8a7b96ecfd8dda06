# SPDX-License-Identifier: MIT
"""Budgets on made-up rows, CSV and figure of them, and a real run on the mini kernel."""
import csv
import dataclasses
import subprocess
import sys
import xml.etree.ElementTree

import budgets
import chart
import report

MIB = 1 << 20


def made_up(codec, insns, **more):
    values = {"kernel": "debian", "program": "zshim", "codec": codec, "filter": "none"}
    values |= {"inflated": MIB, "image": 5000, "stub": 100, "ram": 4096}
    return budgets.Row(**(values | {"insns": insns} | more))


def verdict(rows, what, growth=()):
    found = [v for v in budgets.verdicts(rows, growth) if v.what == what]
    assert len(found) == 1, f"{what}: {len(found)} verdicts"
    return found[0]


def check_edge(build, what, at):
    """build(n) gives rows; the budget is met at n, and missed one further."""
    assert verdict(build(at), what).met, f"{what}: {at} is missed"
    assert not verdict(build(at + 1), what).met, f"{what}: {at + 1} is met"


def case_budget_of_cost(_):
    for codec, limit in budgets.COST.items():
        kept = "arm" if codec == "xz" else "none"
        check_edge(
            lambda n: [made_up(codec, n, filter=kept)], f"debian {codec}: cost", int(limit * MIB)
        )


def case_budget_of_cost_with_filter_inside(_):
    """For xz the row with the filter counts, for the others the one without."""
    for codec, value in (("xz", 2.0), ("lz4", 1.0)):
        rows = [made_up(codec, MIB), made_up(codec, 2 * MIB, filter="arm")]
        got = verdict(rows, f"debian {codec}: cost").value
        assert got == value, f"{codec}: {got}"
    assert verdict([made_up("xz", 3 * MIB)], "debian xz: cost").value == 3.0, "xz alone"


def case_budget_against_peer(_):
    def against(program, codec, kept):
        peer = made_up(codec, 100 * MIB, program=program)
        return lambda n: [made_up(codec, n, filter=kept), peer]

    check_edge(against("linux", "lz4", "none"), "debian lz4: cost against linux", 76 * MIB)
    check_edge(against("linux", "xz", "arm"), "debian xz: cost against linux", 47 * MIB)
    check_edge(against("libzstd", "zstd", "none"), "debian zstd: cost against libzstd", 52 * MIB)
    both = [made_up("lz4", 1), made_up("lz4", 9, program="liblz4"), made_up("lz4", 8, program="linux")]
    assert budgets.peer_of(both[0], both).program == "linux", "a library before Linux's zImage"
    assert budgets.peer_of(both[0], both[:2]) is None, "a library for Linux's zImage"
    other = [made_up("lz4", 1), made_up("lz4", 9, program="linux", kernel="tiny")]
    assert budgets.peer_of(other[0], other) is None, "a peer with another kernel"


def case_budget_of_filter(_):
    def filtered(n):
        return [made_up("lz4", MIB), made_up("lz4", MIB + n, filter="arm")]

    check_edge(filtered, "debian lz4: filter adds", MIB)


def case_budget_of_sizes(_):
    for codec in budgets.STUB:
        check_edge(lambda n: [made_up(codec, 1, stub=n)], f"{codec}: stub", budgets.STUB[codec])
        check_edge(lambda n: [made_up(codec, 1, ram=n)], f"{codec}: RAM", budgets.RAM[codec])
    for codec, limit in budgets.IMAGE.items():
        check_edge(lambda n: [made_up(codec, 1, image=n)], f"debian {codec}: image", limit)
    two = [made_up("gzip", 1, image=9_000_000), made_up("gzip", 1, image=7_000_000, filter="arm")]
    assert verdict(two, "debian gzip: image").met, "the larger of two images counted"


def case_budget_of_growth(_):
    def growth(fixed, per_mib, much):
        return [budgets.Growth("gzip", MIB, 256, fixed + per_mib, fixed + 2 * per_mib, fixed + 256 * much)]

    name = "gzip: change a byte, 1 to 256 MiB"
    for fixed, per_mib, much, met in (
        (150_000, 1000, 1050, (True, True)),
        (150_001, 1000, 1051, (False, False)),
        (0, 1000, 949, (True, False)),
    ):
        got = growth(fixed, per_mib, much)
        states = verdict([], "gzip: fixed cost", got).met, verdict([], name, got).met
        assert states == met, f"{fixed}, {per_mib}, {much}: {states}"


def case_csv_round_trip(s):
    rows = [made_up("lz4", 123, loads=1, load_bytes=4), made_up("lz4", 9, program="liblz4", stub=None)]
    path = s.work / "new/bench.csv"
    report.write_csv(path, rows)
    head, first, *_ = path.read_text().splitlines()
    assert head == ",".join(report.COLUMNS), head
    assert first.startswith("debian,zshim,lz4,none,1048576,5000,100,123,0.0001,1,4,"), first
    assert report.read_csv(path) == rows, "read back as something else"


def case_figure(s):
    """One bar for the cost of each row, one for each image; the README's marks are kept."""
    rows = [made_up("none", MIB), made_up("lz4", 2 * MIB), made_up("lz4", 3 * MIB, program="liblz4", stub=None)]
    worse = dataclasses.replace(rows[1], filter="arm", image=6000)
    short = report.short([*rows, worse, made_up("lz4", 1, kernel="tiny")])
    assert short == rows, f"the short table has {short}"
    tree = xml.etree.ElementTree.fromstring(chart.svg(short))
    bars = [e for e in tree if e.tag.endswith("rect")]
    assert len(bars) == 5, f"{len(bars)} bars"
    widths = [float(b.get("width")) for b in bars if b.get("x") == str(chart.LEFT)]
    assert widths == [chart.WIDTH / 3, chart.WIDTH * 2 / 3, chart.WIDTH], widths
    text = chart.put_table("a\n<!-- bench -->\nold\n<!-- /bench -->\nb\n", report.markdown(short))
    assert text.count("\n| ") == 4 and "old" not in text and text.endswith("<!-- /bench -->\nb\n"), text


def run_bench(s, *args):
    command = [sys.executable, "-B", "tools/bench/bench.py", "--built", ",".join(s.codecs), "--kernel", "mini"]
    return subprocess.run(
        [*command, *args, s.build, s.work / "cache"], capture_output=True, text=True, check=False
    )


def case_real_run(s):
    """Every codec of this build, counted on the mini kernel; the CSV has a row for each."""
    path = s.work / "bench.csv"
    done = run_bench(s, "--program", "zshim", "--csv", str(path))
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr}"
    with open(path, newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    assert {r["codec"] for r in rows if r["filter"] == "none"} == set(s.codecs), rows
    for row in rows:
        value = {k: int(v) for k, v in row.items() if k not in ("kernel", "program", "codec", "filter", "insn_per_byte")}
        name = f"{row['codec']} {row['filter']}"
        assert (row["kernel"], row["program"]) == ("mini", "zshim"), name
        assert value["store_bytes"] >= value["inflated"], f"{name}: {value['store_bytes']} bytes stored"
        assert value["insns"] > value["loads"] > 0 and value["insns"] > value["stores"], f"{name}: {value}"
        assert 16384 < value["ram"] <= 1 << 20 and value["ram"] % 4096 == 0, f"{name}: RAM {value['ram']}"
        assert value["image"] > value["stub"] > 4096, f"{name}: {value}"
    assert " MISSED" in done.stdout and "met " in done.stdout, done.stdout


def case_what_is_not_measured_fails(s):
    """A build without a packer: one clear line, status 1, no CSV."""
    path = s.work / "bench.csv"
    done = subprocess.run(
        [sys.executable, "-B", "tools/bench/bench.py", "--built", "none", "--kernel", "mini",
         "--program", "zshim", "--csv", str(path), s.work, s.work],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, f"status {done.returncode}: {done.stdout}"
    assert "bench: " in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not path.exists(), "a CSV of nothing"
