# SPDX-License-Identifier: MIT
"""What zshim promises, and whether the rows of a report keep it.  Pure functions."""
import dataclasses

COST = {"none": 1.5, "lz4": 2.6, "gzip": 8.0, "zstd": 13.0, "xz": 45.0}  # instructions a byte
STUB = {"none": 11776, "lz4": 12288, "gzip": 13312, "zstd": 18432, "xz": 14336}
FLAVOUR = {"boot": 0, "loader": 8192}  # what a flavour may add to that
IMAGE = {"lz4": 8_710_000, "gzip": 7_420_000, "zstd": 6_250_000, "xz": 5_358_000}  # of debian
RAM = {"none": 128 << 10, "lz4": 128 << 10, "gzip": 128 << 10, "zstd": 256 << 10, "xz": 128 << 10}
AGAINST = {"lz4": 0.76, "gzip": 0.58, "zstd": 0.52, "xz": 0.47}  # times the cost of the peer
NOT_LINUX = {"zstd": "libzstd"}  # ... which is Linux's zImage but for these
FILTER = 1.0  # instructions a byte more than without
FILTER_INSIDE = ("xz",)  # whose cost is that with the filter
FIXED = 150_000  # instructions
GROWTH = 5.0  # percent


@dataclasses.dataclass
class Row:
    """One line of the table.  None: does not apply."""

    kernel: str
    program: str  # zshim, linux, debian (the zImage that Debian built), or a library
    codec: str
    filter: str
    inflated: int
    image: int
    stub: int = None
    insns: int = 0
    loads: int = 0
    load_bytes: int = 0
    stores: int = 0
    store_bytes: int = 0
    ram: int = 0

    @property
    def per_byte(self):
        return self.insns / self.inflated


@dataclasses.dataclass
class Growth:
    """How a codec's cost grows with the payload: instructions of 1, 2 and many copies of a piece."""

    codec: str
    piece: int  # bytes
    copies: int
    one: int
    two: int
    many: int

    @property
    def fixed(self):
        """The line through one and two copies, at none."""
        return 2 * self.one - self.two

    @property
    def percent(self):
        """By how much the rest costs more a byte with many copies than with one."""
        return 100 * (self.many - self.fixed) / (self.copies * (self.one - self.fixed)) - 100


@dataclasses.dataclass
class Verdict:
    what: str
    value: float
    limit: float
    unit: str
    digits: int = 0

    @property
    def met(self):
        return self.value <= self.limit

    def __str__(self):
        value, limit = (f"{x:,.{self.digits}f}" for x in (self.value, self.limit))
        state = "met" if self.met else "MISSED"
        return f"{state:<6}  {self.what:<44} {value:>12}  of {limit:>10} {self.unit}"


def pick(rows, **wanted):
    return [r for r in rows if all(getattr(r, key) == value for key, value in wanted.items())]


def peer_of(row, rows):
    """Linux's zImage with this codec, or the reference library where Linux does not offer it."""
    name = NOT_LINUX.get(row.codec, "linux")
    return next(iter(pick(rows, kernel=row.kernel, codec=row.codec, program=name)), None)


def judged(both):
    """Of a codec's rows on a kernel, with and without filter, the one that the cost is of."""
    for name in ("arm", "none") if both[0].codec in FILTER_INSIDE else ("none",):
        for row in pick(both, filter=name):
            return row
    return None


def of_cost(rows):
    """The cost of each codec on each kernel, alone and against its peer, and what the filter adds."""
    ours = pick(rows, program="zshim")
    for row in ours:
        name = f"{row.kernel} {row.codec}"
        both = pick(ours, kernel=row.kernel, codec=row.codec)
        if row is judged(both):
            yield Verdict(f"{name}: cost", row.per_byte, COST[row.codec], "insn/B", 2)
            peer = peer_of(row, rows)
            if peer and row.codec in AGAINST:
                yield Verdict(
                    f"{name}: cost against {peer.program}", row.insns / peer.insns,
                    AGAINST[row.codec], "x", 2,
                )  # fmt: skip
        if row.filter != "none" and row.codec not in FILTER_INSIDE:
            for plain in pick(both, filter="none"):
                more = row.per_byte - plain.per_byte
                yield Verdict(f"{name}: filter adds", more, FILTER, "insn/B", 2)


def of_size(rows):
    """By codec, over all its rows: the stub, the image of debian with the better filter, the RAM."""
    ours = pick(rows, program="zshim")
    for codec in dict.fromkeys(row.codec for row in ours):
        mine = pick(ours, codec=codec)
        yield Verdict(f"{codec}: stub", max(r.stub for r in mine), STUB[codec], "bytes")
        debian = pick(mine, kernel="debian")
        if debian and codec in IMAGE:
            smallest = min(r.image for r in debian)
            yield Verdict(f"debian {codec}: image", smallest, IMAGE[codec], "bytes")
        yield Verdict(f"{codec}: RAM", max(r.ram for r in mine), RAM[codec], "bytes")


def of_growth(growth):
    for g in growth:
        yield Verdict(f"{g.codec}: fixed cost", g.fixed, FIXED, "insn")
        sizes = f"{g.piece >> 20} to {g.piece * g.copies >> 20} MiB"
        yield Verdict(f"{g.codec}: change a byte, {sizes}", abs(g.percent), GROWTH, "%", 2)


def verdicts(rows, growth):
    return [*of_cost(rows), *of_size(rows), *of_growth(growth)]
