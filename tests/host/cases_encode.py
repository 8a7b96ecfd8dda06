# SPDX-License-Identifier: MIT
"""--best, -c auto, progress, and that the number of cores makes no difference."""
import os
import pty
import re
import subprocess

from craft import Segment, calls, elf, image
from harness import case, equal

COMPRESSED = ("lz4", "gzip", "zstd", "xz")
CODECS = ("none",) + COMPRESSED


def kernel():
    return calls(image(size=400_000))


@case("best-is-never-larger")
def best(box):
    gain = {}
    for codec in COMPRESSED:
        usual = box.pack(kernel(), "-c", codec, "--bss", "0")
        most = box.pack(kernel(), "-c", codec, "--best", "--bss", "0")
        equal(most.kernel.data, kernel(), "kernel")
        gain[codec] = usual.kernel.stored - most.kernel.stored
    assert min(gain.values()) >= 0, gain
    assert gain["gzip"] > 0, "zopfli wins on any kernel"


@case("encoder-is-told")
def told(box):
    box.write("kernel", kernel())
    for args, text in (((), "encoder: gzip level 12, filter arm, the smallest of 1 encode\n"),
                       (("-c", "lz4"), "encoder: lz4 level 12, filter arm, the smallest of 1 encode\n"),
                       (("-c", "zstd"), "encoder: zstd level 22, filter arm, the smallest of 1 encode\n"),
                       (("-c", "xz"), ", filter arm, the smallest of 4 encodes\n"),
                       (("--best",), "encoder: gzip by zopfli, 15 iterations, filter arm, the smallest of 2 encodes\n")):
        assert text in box.good("pack", "-o", "out.img", "--bss", "0", *args, "kernel"), text
    # Where the probe sees no difference the encoders decide.
    box.write("kernel", calls(image(), every=3000))
    for args, count in (((), 2), (("--filter", "none"), 1), (("--filter", "arm"), 1), (("-c", "xz"), 4),
                        (("-c", "xz", "--filter", "arm"), 4), (("-c", "zstd"), 2)):
        text = box.good("pack", "-o", "out.img", "--bss", "0", *args, "kernel")
        assert "the smallest of %d encode" % count in text, text


@case("encoder-of-next-to-nothing")
def tiny(box):
    for codec in CODECS:
        for option in ("--filter=arm",), ("--best",) if codec != "none" else ():
            for size in 1, 2, 3, 4, 5, 7, 64:
                kernel = elf([Segment(0x41000000, b"\xeb" * size)], 0x41000000)
                equal(box.pack(kernel, "-c", codec, *option).kernel.data, b"\xeb" * size, codec)


@case("cores-make-no-difference")
def cores(box):
    box.write("kernel", kernel())
    for args in ("gzip", "--best"), ("zstd", "--best"), ("xz",), ("auto",):
        made = []
        for cpus in {0}, set(os.sched_getaffinity(0)):
            for _ in range(2):
                box.good("pack", "-c", *args, "--bss", "0", "-o", "out.img", "kernel",
                         preexec_fn=lambda cpus=cpus: os.sched_setaffinity(0, cpus))
                made.append(box.read("out.img"))
        equal(len(set(made)), 1, "different images of " + args[0])


def auto(box, *args):
    """(codec that was taken, {codec: seconds or None})"""
    box.write("kernel", kernel())
    text = box.good("pack", "-c", "auto", *args, "--bss", "0", "-o", "out.img", "kernel")
    row = re.search(r"^auto: (.*)$", text, re.M)[1]
    times = {}
    for name, what in re.findall(r"(\w+) (not tried|[\d.]+ s)[^,]*(?:, [\d.]+ s of instructions)?", row):
        times[name] = None if what == "not tried" else float(what[:-2])
    return re.search(r"^codec: (\w+), ([\d.]+) s to the kernel's entry", text, re.M).groups(), times


@case("auto-takes-the-soonest")
def auto_soonest(box):
    sizes = {codec: len(box.pack(kernel(), "-c", codec, "--bss", "0").data) for codec in CODECS}
    for args in ((), ("--storage", "0.01"), ("--storage", "1000", "--cpu-mips", "5"), ("--storage=2.5",),
                 ("--cpu-mips", "0.5")):
        (codec, seconds), times = auto(box, *args)
        equal(sorted(times), sorted(CODECS), "codecs in the row")
        tried = {name: time for name, time in times.items() if time is not None}
        equal(tried[codec], min(tried.values()), "%s: time of %s" % (args, codec))
        equal(float(seconds), tried[codec], "time told")
        info = box.good("info", "out.img")
        assert "  codec: %s\n" % codec in info, info
        equal(os.path.getsize(box.path("out.img")), sizes[codec], "the same as with -c " + codec)


@case("auto-extremes")
def auto_extremes(box):
    (codec, _), times = auto(box, "--storage", "0.001", "--cpu-mips", "1000000")
    equal(times, {**times, codec: min(times.values())}, "slow storage: the smallest")
    equal(codec, "xz", "slow storage")
    (codec, _), times = auto(box, "--storage", "1000000", "--cpu-mips", "1")
    equal(codec, "none", "slow CPU")
    equal({name for name, time in times.items() if time is None}, set(CODECS) - {"none"}, "not tried")


@case("auto-default-speeds")
def auto_default(box):
    box.write("kernel", kernel())
    given = ("--storage", "20", "--cpu-mips", "1000")
    texts = [box.good("pack", "-c", "auto", *args, "--bss", "0", "-o", "out.img", "kernel")
             for args in ((), given)]
    equal(texts[0], texts[1], "what is told")


@case("auto-options-go-together")
def auto_options(box):
    for args, number in (("--filter", "none"), 0), (("--filter", "arm"), 1), (("--best",), 1):
        equal(box.pack(kernel(), "-c", "auto", "--storage", "0.1", *args, "--bss", "0").kernel.filter, number, str(args))
    box.good("pack", "-c", "auto", "-f", "elf", "--load", "64M", "--bss", "0", "-o", "out.elf", "kernel")


@case("progress-on-a-terminal")
def progress(box):
    """Nothing anywhere else: Sandbox.good() wants an empty stderr."""
    box.write("kernel", kernel())
    main, terminal = pty.openpty()
    with subprocess.Popen([box.zshim, "pack", "--best", "--bss", "0", "-o", "out.img", "kernel"], cwd=box.folder,
                          stdout=subprocess.DEVNULL, stderr=terminal) as done:
        os.close(terminal)
        text = b""
        while True:
            try:
                piece = os.read(main, 4096)
            except OSError:  # how a terminal ends
                break
            text += piece
            if not piece:
                break
        equal(done.wait(), 0, "status")
    os.close(main)
    assert b"gzip level 12, filter arm, 0 of 2 done" in text, text
    assert b"gzip by zopfli, 15 iterations, filter arm, " in text, text
    assert text.endswith(b"\r\x1b[K"), text
