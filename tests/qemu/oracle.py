# SPDX-License-Identifier: MIT
"""Is there any way to lay a boot out?  The matrix's second opinion on boot/layout.c, which it shares
neither code nor method with: it searches, among all places where a thing can end, for some that fit
together, and then for an order of moves in which nothing is overwritten before it was read.

The rules, as boot/layout.c's drawing and README.md have them:

- The kernel's base is a multiple of `align` in a bank; its room, page tables to BSS, is free RAM.
- What moves, moves to whole pages of free RAM that hold nothing which is still to be read.
- The shim moves first, when everything else still lies where the loader put it.  It stays there.
- Device tree and initrd end in lowmem.  The tree takes `tree_room` bytes, at most two sections, and
  begins at one when it is larger than that.  The initrd may stay where it is, if that is RAM.
- The packed kernel may stay, unless its codec has to decode it from reserved memory; or it ends so
  far above the end of the kernel, and partly in its room, that in-place decoding never overtakes
  itself, at any multiple of 8.  Stored plain it may overlap its place in any way.
- In the end no two of them share a page, or lie in the room, but for what was said.
- One thing may wait in a third place before it moves to its last one.

A span is (start, end), end not in it.
"""
from dataclasses import dataclass, field
from typing import List, Optional, Tuple

Span = Tuple[int, int]

PAGE = 4096
SECTION = 1 << 20
SHIM_ALIGN = 16384  # of its page table
LOWMEM = 768 << 20
PHYS_END = 0xFFFFF000  # RAM is cut there
PGTABLE = 0x5000  # what a Linux writes below its text

# What is said to have no room, by the names in boot/codes.h.
CODES = {"shim": "ROOM_SHIM", "tree": "ROOM_DTB", "initrd": "ROOM_INITRD", "part": "ROOM_PART"}


@dataclass
class Question:
    banks: List[Span]
    reserved: List[Span]  # no-map ones by whole sections already
    image: Span
    part: Span  # the packed kernel in it
    tree: Span  # what the kernel's tree is made from
    tree_room: int
    shim_room: int
    text_offset: int
    align: int
    memory: int  # bytes of the kernel with its BSS
    inflated: int
    margin: int
    plain: bool
    initrd: Optional[Span] = None
    named: bool = False  # the loader names the initrd, which must then be in RAM
    others: List[Span] = field(default_factory=list)  # what else is read before step 9


def up(value, align):
    return -(-value // align) * align


def down(value, align):
    return value // align * align


def pages(span):
    return down(span[0], PAGE), up(span[1], PAGE)


def overlap(a, b):
    return a[0] < b[1] and b[0] < a[1]


def share_page(a, b):
    return overlap(pages(a), pages(b))


def inside(span, spans):
    return any(s <= span[0] and span[1] <= e for s, e in spans)


def merged(spans):
    out = []
    for start, end in sorted(spans):
        end = min(end, PHYS_END)
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def without(spans, holes):
    for low, high in holes:
        spans = [piece for s, e in spans
                 for piece in ((s, min(e, low)), (max(s, high), e)) if piece[0] < piece[1]]
    return spans


class Search:
    """All of it for one base of the kernel, as if what is absent needed no place."""

    def __init__(self, question, banks, free, base, absent=()):
        self.q, self.banks, self.free = question, banks, free
        self.kernel = base + question.text_offset
        self.room = (self.kernel - PGTABLE, self.kernel + question.memory)
        self.window = (max(base, PAGE), min(base + LOWMEM, PHYS_END))
        self.clear = without(free, [pages(self.room)])
        self.sources = {"tree": question.tree, "part": question.part}
        if question.initrd:
            self.sources["initrd"] = question.initrd
        self.sources = {name: s for name, s in self.sources.items() if name not in absent}
        self.absent = absent

    def gaps(self, taken, window=(0, PHYS_END), free=None):
        """Whole pages of free RAM that the room and these leave."""
        for s, e in without(self.clear if free is None else free, [pages(t) for t in taken]):
            yield max(up(s, PAGE), up(window[0], PAGE)), min(down(e, PAGE), down(window[1], PAGE))

    def starts(self, size, taken, window=(0, PHYS_END)):
        """Where a thing may begin: at both ends of each gap, and beside what lies in it now."""
        marks = [m for span in self.sources.values() for m in pages(span)]
        size, found = up(size, PAGE), set()
        for s, e in self.gaps(taken, window):
            if s + size <= e:
                found |= {s, e - size}
                found |= {at for m in marks for at in (m, m - size) if s <= at and at + size <= e}
        return sorted(found)

    def shim_starts(self):
        """As others still lie in the gaps that they leave later, all of a small gap's places."""
        q, found = self.q, []
        if "shim" in self.absent:
            return [0]
        present = [q.image, q.tree, *q.others] + ([q.initrd] if q.initrd else [])
        for s, e in self.gaps(present):
            low, high = up(s, SHIM_ALIGN), down(e - q.shim_room, SHIM_ALIGN)
            if low <= high:
                inner = range(low, high, SHIM_ALIGN)
                found += [low, high] + (list(inner) if len(inner) < 16 else [])
        return sorted(set(found))

    def part_spans(self, taken):
        q = self.q
        size = q.part[1] - q.part[0]
        apart = not any(share_page(q.part, t) for t in taken)
        usable = inside(q.part, self.free) or not inside(q.part, self.banks)
        high = max(self.kernel, up(self.kernel + q.inflated + q.margin - size, 8))
        if apart and (q.plain or (usable and (not overlap(q.part, self.room) or
                                              high <= q.part[0]))):
            yield q.part
        for at in self.starts(size, taken):
            yield (at, at + size)
        ahead = (high, high + size)
        if inside(ahead, without(self.free, [pages(t) for t in taken])):
            yield ahead

    def initrd_spans(self, taken):
        here = self.q.initrd
        if inside(here, self.banks) and inside(here, [self.window]) and \
                not any(share_page(here, t) for t in [self.room, *taken]):
            yield here
        for at in self.starts(here[1] - here[0], taken, self.window):
            yield (at, at + here[1] - here[0])

    def tree_spans(self, taken):
        size = self.q.tree_room
        starts = self.starts(size, taken, self.window)
        if size > SECTION:
            starts = [up(s, SECTION) for s, e in self.gaps(taken, self.window)
                      if up(s, SECTION) + up(size, PAGE) <= e and size <= 2 * SECTION]
        for at in starts:
            yield (at, at + size)

    def orders(self, final, shim):
        """Can they all get from where they are to where they end, some perhaps by way of a third
        place?  Breadth first over who is where; `left` are the detours that may still be made."""
        start = tuple(sorted(self.sources.items()))
        seen, todo = {start}, [(start, 1)]
        while todo:
            state, left = todo.pop(0)
            now = dict(state)
            if all(now[name] == final[name] for name in now):
                return True
            for name, span in state:
                others = [now[other] for other in now if other != name]
                targets = [] if span == final[name] else [final[name]]
                if left:
                    targets += self.detours(span, [shim, *others])
                for target in targets:
                    # The tree is not moved but written anew beside what it is made from.
                    whole = target if target[0] % PAGE else pages(target)
                    if any(overlap(whole, other) for other in others) or \
                            (name == "tree" and target == final[name] and overlap(whole, span)):
                        continue
                    after = tuple(sorted({**now, name: target}.items()))
                    if after not in seen:
                        seen.add(after)
                        todo.append((after, left - (target != final[name])))
        return False

    def detours(self, span, taken):
        size = up(span[1] - span[0], PAGE)
        gaps = self.gaps([span, *taken], free=self.free)
        return [(s, s + span[1] - span[0]) for s, e in gaps if s + size <= e][:3]

    def places(self, taken, final):
        """Each way to give all of them their last places, in every order."""
        rest = [name for name in self.sources if name not in final]
        if not rest:
            yield final
        for name in rest:
            for span in getattr(self, name + "_spans")([*taken, *final.values()]):
                yield from self.places(taken, {**final, name: span})

    def run(self):
        for at in self.shim_starts():
            shim = (at, at + (0 if "shim" in self.absent else self.q.shim_room))
            if any(next(getattr(self, name + "_spans")([shim]), None) is None
                   for name in self.sources):
                continue  # one that has no place even alone
            for final in self.places([shim], {}):
                if self.orders(final, shim):
                    return True
        return False


def judge(question):
    """(the codes that say rightly what is missing, or none; the lowest base that works).  A code is
    right when for some base there is a layout without what it names, or not even one with nothing
    else; when none is, what is missing are several things, and each may be named."""
    banks = merged(question.banks)
    free = without(banks, question.reserved)
    if question.named and not inside(question.initrd, banks):
        return {"INITRD"}, None
    bases = [base for start, end in banks
             for base in range(up(start, question.align), end, question.align)
             if inside((base + question.text_offset - PGTABLE,
                        base + question.text_offset + question.memory), free)]
    if not bases:
        return {"ROOM_KERNEL"}, None

    def works(base, *absent):
        return Search(question, banks, free, base, absent).run()

    lowest = next((base for base in bases if works(base)), None)
    if lowest is not None:
        return set(), lowest
    there = [name for name in CODES if name != "initrd" or question.initrd]
    right = {name for name in there for base in bases
             if works(base, name) or
             not works(base, *(other for other in there if other != name))}
    return {CODES[name] for name in right or there}, None
