# SPDX-License-Identifier: MIT
"""make size accounts for every byte of a stub, and its total is that of a packed image."""
import contextlib
import io
import re

import shim
import size


def case_size_is_that_of_an_image(s):
    for codec in s.codecs:
        image = shim.pack(s.zshim, s.work / codec, s.kernel, codec, "none")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            total = size.report(s.build / f"stub-armv7a-{codec}-boot.map")
        # The end of the file is padded to 8, and the payload may end before.
        assert total == image.offset, f"{codec}: {total} bytes, not {image.offset}"
        assert 0 <= image.stub - total < 8, f"{codec}: {total} bytes, not {image.stub}"
        rows = [int(n.replace(",", "")) for n in re.findall(r"^  \S.*? ([\d,]+)(?:  budget.*)?$", out.getvalue(), re.M)]
        parts = rows[: rows.index((s.build / f"stub-armv7a-{codec}-boot.bin").stat().st_size)]
        assert sum(parts) + sum(rows[len(parts) + 1 : -1]) == rows[-1] == total, f"{codec}: {out.getvalue()}"


def case_size_with_a_hole_is_an_error(s):
    """A map from which a line is missing."""
    path = s.build / f"stub-armv7a-{s.codecs[0]}-boot.map"
    binary, text = path.with_suffix(".bin").stat().st_size, path.read_text()
    table = size.by_object(text, binary, path.with_suffix(".elf"))
    assert sum(map(sum, table.values())) == binary, "the whole map does not add up"
    without = re.sub(r"^ \.firststage +0x.*\n", "", text, flags=re.M)
    assert without != text, "the map has no first stage"
    try:
        size.by_object(without, binary, path.with_suffix(".elf"))
    except ValueError as why:
        assert "nothing is known" in str(why), why
        return
    raise AssertionError("a map with a hole added up")
