# SPDX-License-Identifier: MIT
"""
Images whose packed kernel is the same piece many times in a row, to see how the cost grows.

What is repeated is the packed piece, as `cat a.zst a.zst` would do it.  So the data is the same at
each size, and no codec gets a copy for nothing because its window reaches back to the one before;
and packing 256 MiB with the best parser would take minutes.
"""
import re
import struct
import subprocess
import zlib

from machine import BenchError
from shim import Image

XZ_STREAM = 12  # bytes of a stream's header, and of its footer


def number(value):
    """As .xz has it: 7 bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def crc(data):
    return data + struct.pack("<I", zlib.crc32(data))


def lzma2_end(data, at):
    """Where the chunks that start at this offset end: the offset of their end mark."""
    while data[at]:
        control = data[at]
        if control >= 0x80:
            at += 5 + (control >= 0xC0) + 1 + int.from_bytes(data[at + 3 : at + 5], "big")
        else:
            at += 3 + 1 + int.from_bytes(data[at + 1 : at + 3], "big")
    return at


def xz_parts(payload, inflated, times):
    """The board decodes one block of one stream: its chunks are repeated, and the index made anew."""
    start = XZ_STREAM + 4 * (payload[XZ_STREAM] + 1)
    end = lzma2_end(payload, start)
    if payload[7] or payload[XZ_STREAM + 1]:
        raise BenchError("growth of xz: a stream with a check, a filter or sizes, which it never had")
    block = start - XZ_STREAM + times * (end - start) + 1
    index = b"\0" + number(1) + number(block) + number(inflated * times)
    index = crc(index + bytes(-len(index) % 4))
    footer = struct.pack("<I", len(index) // 4 - 1) + payload[6:8]
    footer = struct.pack("<I", zlib.crc32(footer)) + footer + b"YZ"
    return payload[:start], payload[start:end], b"\0" + bytes(-block % 4) + index + footer


def deflate_parts(payload):
    """DEFLATE data has a last block, so it is packed anew, in blocks behind which more can come."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(zlib.decompress(payload, -15)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"", body, b"\x03\x00"


def lz4_length(block, at, nibble):
    """(a length that begins with this nibble of a token, where the bytes behind it are)"""
    length = nibble
    while nibble == 15 and block[at] == 255:
        length, at = length + 255, at + 1
    return (length + block[at], at + 1) if nibble == 15 else (length, at)


def lz4_literals(literals, match):
    """The beginning of a sequence; match: the low half of its token."""
    n = len(literals)
    more = b"" if n < 15 else b"\xff" * ((n - 15) // 255) + bytes([(n - 15) % 255])
    return bytes([min(n, 15) << 4 | match]) + more + literals


LZ4_ADDED = 4  # bytes that a piece makes more than it did
LZ4_TAIL = bytes(12)


def lz4_parts(block):
    """The last sequence has literals only: it gets a match, of the 4 bytes before it."""
    at = 0
    while True:
        start, token = at, block[at]
        n, at = lz4_length(block, at + 1, token >> 4)
        at += n
        if at == len(block):
            break
        _, at = lz4_length(block, at + 2, token & 15)
    return b"", block[:start] + lz4_literals(block[at - n : at], 0) + b"\4\0", lz4_literals(LZ4_TAIL, 0)


def parts(image, times):
    """(head, body, tail), how much it makes: the packed kernel is head, that many times body, tail."""
    payload, inflated = image.payload(), image.inflated * times
    if image.codec == "xz":
        return xz_parts(payload, image.inflated, times), inflated
    if image.codec == "gzip":
        return deflate_parts(payload), inflated
    if image.codec == "lz4":
        return lz4_parts(payload), inflated + LZ4_ADDED * times + len(LZ4_TAIL)
    return (b"", payload, b""), inflated


def pieces(head, body, tail, times):
    yield head
    for _ in range(times):
        yield body
    yield tail


def xxh32(data):
    """Of the pieces in a row, by the tool that others use."""
    command = ["xxhsum", "-H32"]
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
            for piece in data:
                tool.stdin.write(piece)
            found = re.match(rb"[0-9a-f]{8}\b", tool.communicate()[0])
    except FileNotFoundError as error:
        raise BenchError("xxhsum is missing: run make deps") from error
    if not found:
        raise BenchError("xxhsum printed no sum")
    return int(found[0], 16)


def repeat(image, zshim, times, out):
    """The image with its packed kernel that many times, written to out."""
    front = bytearray(image.path.read_bytes()[: image.offset])
    packed, inflated = parts(image, times)
    stored = sum(map(len, pieces(*packed, times)))
    size = -(-(len(front) + stored) // 8) * 8
    descriptor, check = struct.unpack_from("<2I", front, 0x1F0)  # the offsets are lib/image.h's
    part = descriptor + 48
    struct.pack_into("<Q", front, descriptor + 16, size)
    struct.pack_into("<3Q", front, part + 24, stored, inflated, inflated)
    struct.pack_into("<I", front, part + 76, xxh32(pieces(*packed, times)))
    struct.pack_into("<I", front, 0x2C, size)
    struct.pack_into("<I", front, 0xD4, inflated)
    struct.pack_into("<I", front, check, xxh32([front[:check]]))
    with open(out, "wb") as file:
        file.write(front)
        for piece in pieces(*packed, times):
            file.write(piece)
        file.write(bytes(size - len(front) - stored))
    return Image(out, zshim)
