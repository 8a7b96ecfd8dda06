// SPDX-License-Identifier: MIT
/*
 * The codec "xz": the .xz file format 1.1.0.  Numbers are little-endian; a "size" below is 7 bits a
 * byte, lowest first, with bit 7 set in all bytes but the last.
 *
 * A file is streams, one behind the other, with any multiple of 4 zero bytes behind each.  A
 * stream: header   fd 37 7a 58 5a 00; flags: 00, type of the check; CRC32 of the flags blocks index
 * 00; size: how many blocks; for each the sizes of its header, data and check together, and of what
 * it makes; 0 bytes up to a multiple of 4; CRC32 footer   CRC32 of the next 6 bytes; length of the
 * index / 4 - 1, 32 bits; flags as above; 59 5a A block: header   its length / 4 - 1, never 0;
 * flags: bits 1..0 filters - 1, 6 stored size, 7 inflated size; these sizes; for each filter size:
 * id, size: length of its properties, these; 0 bytes; CRC32 data     LZMA2, see lzma2.c 0 bytes up
 * to a multiple of 4 check    of what the block makes, 0 to 64 bytes by type Filters are LZMA2,
 * which comes last, and before it ARM or ARM-Thumb or nothing.
 *
 * All CRC32s are looked at, also that of the content.  CRC64 and SHA-256 are stepped over: XXH32
 * has covered the stored bytes before they come here.  So is the size of the dictionary: all output
 * is.
 */
#include <stdbool.h>

#include "branch.h"
#include "codec.h"
#include "hash.h"
#include "image.h"
#include "lzma_priv.h"
#include "mem.h"

#define STREAM_HEADER 12
#define STREAM_FOOTER 12
#define MAGIC_SIZE    6

#define BLOCK_FILTERS  0x03
#define BLOCK_RESERVED 0x3c
#define BLOCK_STORED   0x40
#define BLOCK_INFLATED 0x80

#define FILTER_ARM   0x07
#define FILTER_THUMB 0x08
#define FILTER_LZMA2 0x21

#define CHECK_CRC32 1

struct xz {
	struct lzma lzma;   /* in, in_end, out and out_end are the stream's */
	enum status status; /* the first thing that went wrong */
	unsigned check;
	/* What the index must say: how many blocks, and the sums of their sizes. */
	uint32_t blocks, stored, inflated;
};

/* A block's header. */
struct block {
	uint32_t flags, stored, inflated, filter, start;
};

static const uint8_t magic[MAGIC_SIZE] = {0xfd, '7', 'z', 'X', 'Z', 0};

static size_t left(const struct xz *x)
{
	return (size_t)(x->lzma.in_end - x->lzma.in);
}

static void require(struct xz *x, bool sound)
{
	if (!sound && !x->status)
		x->status = ST_CORRUPT;
}

/* The next n bytes are taken; false when there are not so many. */
static bool take(struct xz *x, size_t n)
{
	if (!x->status && n > left(x))
		x->status = ST_TRUNCATED;
	if (x->status)
		return false;
	x->lzma.in += n;
	return true;
}

static uint32_t word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Takes a CRC32 of the n bytes before. */
static void sum(struct xz *x, const uint8_t *data, size_t n)
{
	if (take(x, 4))
		require(x, crc32_of(data, n) == word(x->lzma.in - 4));
}

/* Takes 0 bytes up to a multiple of 4 from start. */
static void padding(struct xz *x, const uint8_t *start)
{
	while ((x->lzma.in - start) % 4 && take(x, 1))
		require(x, !x->lzma.in[-1]);
}

/* Takes a size; more than 32 bits hold is more than there is memory. */
static uint32_t size(struct xz *x)
{
	uint32_t value = 0;
	unsigned shift = 0, byte = 0;

	do {
		if (!take(x, 1))
			return 0;
		byte = x->lzma.in[-1];
		value |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 35);
	require(x, byte || shift == 7);
	if (byte > 0x0f && shift == 35)
		x->status = ST_OVERFLOW;
	return value;
}

/* The one filter beside LZMA2, and where its addresses start. */
static void branch_filter(struct xz *x, struct block *b)
{
	uint32_t n;

	b->filter = size(x);
	n = size(x);
	if (b->filter - FILTER_ARM > FILTER_THUMB - FILTER_ARM || n & ~4u) {
		x->status = x->status ? x->status : ST_UNSUPPORTED;
	} else if (n && take(x, n)) {
		b->start = word(x->lzma.in - 4);
		if (b->start % (b->filter == FILTER_ARM ? 4 : 2))
			x->status = ST_UNSUPPORTED;
	}
}

static void block_header(struct xz *x, struct block *b)
{
	const uint8_t *start = x->lzma.in;
	size_t n = 4 * (size_t)*start;

	if (!take(x, n))
		return;
	sum(x, start, n);
	if (x->status)
		return;
	x->lzma.in = start + 2;
	b->flags = start[1];
	if (b->flags & BLOCK_STORED)
		b->stored = size(x);
	if (b->flags & BLOCK_INFLATED)
		b->inflated = size(x);
	if (b->flags & BLOCK_FILTERS)
		branch_filter(x, b);
	if (!x->status && (b->flags & (BLOCK_RESERVED | (BLOCK_FILTERS & ~1u)) ||
			   size(x) != FILTER_LZMA2 || size(x) != 1))
		x->status = ST_UNSUPPORTED;
	(void)take(x, 1); /* size of the dictionary */
	require(x, x->lzma.in <= start + n);
	while (!x->status && x->lzma.in != start + n)
		if (*x->lzma.in++)
			x->status = ST_UNSUPPORTED;
	x->lzma.in += 4;
}

/* 4 bytes for types 1 to 3, 8 for the next three, and so on to 64. */
static size_t check_size(unsigned type)
{
	size_t n = 4;

	for (; type > 3; type -= 3)
		n *= 2;
	return n;
}

/* Takes the check of the n bytes at data. */
static void content_check(struct xz *x, const uint8_t *data, size_t n)
{
	if (x->check == CHECK_CRC32)
		sum(x, data, n);
	else if (x->check)
		(void)take(x, check_size(x->check));
}

/* After an error the output is that of whole blocks. */
static void block(struct xz *x)
{
	const uint8_t *start = x->lzma.in, *data;
	uint8_t *out = x->lzma.out;
	struct block b = {0};
	size_t n;

	block_header(x, &b);
	if (x->status)
		return;
	data = x->lzma.in;
	x->status = lzma2_decode(&x->lzma);
	n = (size_t)(x->lzma.out - out);
	x->lzma.out = out;
	if (x->status)
		return;
	require(x, !(b.flags & BLOCK_STORED) || b.stored == (size_t)(x->lzma.in - data));
	require(x, !(b.flags & BLOCK_INFLATED) || b.inflated == n);
	x->blocks++;
	x->stored += (uint32_t)(x->lzma.in - start);
	x->inflated += (uint32_t)n;
	padding(x, data);
	if (b.filter == FILTER_ARM)
		branch_arm_undo(out, n, b.start);
	if (b.filter == FILTER_THUMB)
		branch_thumb_undo(out, n, b.start);
	data = x->lzma.in;
	content_check(x, out, n);
	x->stored += (uint32_t)(x->lzma.in - data);
	x->lzma.out = x->status ? out : out + n;
}

/* From behind the index on, which had n bytes. */
static void footer(struct xz *x, size_t n)
{
	const uint8_t *p = x->lzma.in;

	if (take(x, STREAM_FOOTER))
		require(x, word(p) == crc32_of(p + 4, 6) && word(p + 4) == n / 4 - 1 && !p[8] &&
				   p[9] == x->check && p[10] == 'Y' && p[11] == 'Z');
}

static void index_and_footer(struct xz *x)
{
	const uint8_t *start = x->lzma.in++;
	uint32_t count = size(x);

	require(x, count == x->blocks);
	while (!x->status && count--) {
		x->stored -= size(x);
		x->inflated -= size(x);
	}
	require(x, !x->stored && !x->inflated);
	padding(x, start);
	sum(x, start, (size_t)(x->lzma.in - start));
	footer(x, (size_t)(x->lzma.in - start));
}

static void stream(struct xz *x)
{
	const uint8_t *p = x->lzma.in;

	if (!take(x, STREAM_HEADER))
		return;
	if (memcmp(p, magic, MAGIC_SIZE) != 0)
		x->status = ST_MAGIC;
	else if (crc32_of(p + MAGIC_SIZE, 2) != word(p + MAGIC_SIZE + 2))
		x->status = ST_CORRUPT;
	else if (p[MAGIC_SIZE] || p[MAGIC_SIZE + 1] > 15)
		x->status = ST_UNSUPPORTED;
	x->check = p[MAGIC_SIZE + 1];
	x->blocks = x->stored = x->inflated = 0;
	while (!x->status && left(x) && *x->lzma.in)
		block(x);
	if (!x->status && !left(x))
		x->status = ST_TRUNCATED;
	if (!x->status)
		index_and_footer(x);
}

/* Is there another stream?  Steps over what is between; or over what is left, if it could be. */
static bool another(struct xz *x)
{
	const uint8_t *in = x->lzma.in;

	while (!x->status && left(x) >= 4 && !word(x->lzma.in))
		x->lzma.in += 4;
	if (x->status || !left(x))
		return false;
	if (left(x) >= MAGIC_SIZE && memcmp(x->lzma.in, magic, MAGIC_SIZE) == 0)
		return true;
	x->lzma.in = in;
	return false;
}

static enum status xz_decode(struct codec_io *io)
{
	struct xz x = {
		.lzma = {.in = io->in,
			 .out = io->out,
			 .in_end = (const uint8_t *)io->in + io->in_len,
			 .out_end = (uint8_t *)io->out + io->out_cap,
			 .probs = io->scratch},
	};

	do
		stream(&x);
	while (another(&x));
	io->in_used = (size_t)(x.lzma.in - (const uint8_t *)io->in);
	io->out_len = (size_t)(x.lzma.out - (uint8_t *)io->out);
	return x.status;
}

const struct codec codec_xz = {
	.name = "xz",
	.id = ZSHIM_CODEC_XZ,
	.scratch_size = LZMA_SCRATCH,
	.margin = lzma2_margin,
	.decode = xz_decode,
};
