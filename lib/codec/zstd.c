// SPDX-License-Identifier: MIT
/*
 * The codec "zstd": RFC 8878, Zstandard frames and skippable frames, any number of them, one behind
 * the other.  All numbers are little-endian.
 *
 * A frame (3.1.1) is: magic fd2fb528; a descriptor byte; the window's size, a byte, unless the
 * frame is a single segment; the dictionary's id, 0, 1, 2 or 4 bytes; the content's size, 0, 1, 2,
 * 4 or 8 bytes; blocks; 4 bytes of XXH64, if announced.
 *   descriptor  7..6 size of the content's size; 5 single segment; 3 reserved; 2 checksum;
 *               1..0 size of the dictionary's id
 * A block (3.1.1.2) is 3 bytes, bit 0 "last block", 2..1 type, 23..3 size, then by type
 *   0  size bytes as they are
 *   1  a byte, to be repeated size times
 *   2  size bytes of literals section and sequences section
 * Literals (3.1.1.3.1) are as they are, one byte repeated, or Huffman coded, in one stream or four;
 * with a code of their own or with the one before.  What is not there as it is is decoded to the
 * end of the room for output, so that it needs no memory of its own, see literals_at().
 * Sequences (3.1.1.3.2) are triples of literals' length, match length, and offset, each a code with
 * extra bits.  The codes are the states of three FSE automata: a state is a symbol, a number of
 * bits to read, and a base to add them to for the next state.  What follows the last sequence are
 * literals.
 * An offset's value 1..3 means one of the last three offsets, others are the offset plus 3.
 *
 * The output is the window: whatever size the header gives, matches reach back to where the frame's
 * output began.  The content's XXH64 is stepped over: on a 32-bit CPU it costs more than the
 * decoding, and XXH32 has covered the stored bytes before they come here.  A frame that needs a
 * dictionary and the formats before 0.8 are refused, as ST_UNSUPPORTED.
 */
#include "codec.h"
#include "image.h"
#include "mem.h"
#include "zstd_priv.h"

#define FRAME_MAGIC	0xfd2fb528u
#define LEGACY_MAGIC	0xfd2fb520u /* and 7 more; the first one of all had another */
#define FIRST_MAGIC	0xfd2fb51eu
#define SKIPPABLE_MAGIC 0x184d2a50u /* and 15 more */

#define SINGLE_SEGMENT 0x20u
#define RESERVED       0x08u
#define CHECKSUM       0x04u

/* The offsets in zstd_priv.h, for the 32-bit CPU that needs them. */
#define AT(type, member, at)                                                                       \
	_Static_assert(sizeof(void *) != 4 || offsetof(struct type, member) == (at),               \
		       "zstd_priv.h: " #member)
AT(zstd, bits, ZSTD_BITS);
AT(zstd, left, ZSTD_LEFT);
AT(zstd, out, ZSTD_OUT);
AT(zstd, lit, ZSTD_LIT);
AT(zstd, ll, ZSTD_LL);
AT(zstd, ml, ZSTD_ML);
AT(zstd, of, ZSTD_OF);
AT(zstd, of.code, ZSTD_OF_CODE);
AT(zstd, rep, ZSTD_REP);
AT(zstd, t, ZSTD_TABLES);
AT(zstd, lit_end, ZSTD_LIT_END);
AT(zstd, out_end, ZSTD_OUT_END);
AT(zstd, base, ZSTD_BASE);
AT(zstd, count, ZSTD_COUNT);
AT(zstd, huf_bits, ZSTD_HUF);
AT(zstd_tables, of, ZSTD_TABLES_OF);
AT(zstd_tables, huf, ZSTD_TABLES_HUF);
AT(zstd_tables, extra, ZSTD_TABLES_EXTRA);
AT(zstd_work, norm, ZSTD_WORK_NORM);
AT(zstd_work, entry, ZSTD_WORK_ENTRY);
AT(zstd_work, share, ZSTD_WORK_SHARE);
AT(zstd_work, spread, ZSTD_WORK_SPREAD);

void zstd_fail(struct zstd *s, enum status status)
{
	if (!s->status)
		s->status = status;
}

static size_t size_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* --- reading ------------------------------------------------------------------------------------
 */
static size_t left(const struct zstd *s)
{
	return (size_t)(s->end - s->in);
}

static void skip(struct zstd *s, size_t n)
{
	if (n > left(s))
		zstd_fail(s, s->missing);
	else
		s->in += n;
}

/* A number of n bytes, 0..4. */
static uint32_t number(struct zstd *s, unsigned n)
{
	uint32_t v = 0;

	skip(s, n);
	if (s->status)
		return 0;
	for (const uint8_t *p = s->in; n--;)
		v = v << 8 | *--p;
	return v;
}

unsigned zstd_byte(struct zstd *s)
{
	return number(s, 1);
}

void zstd_bits(struct zstd *s, const uint8_t *begin, const uint8_t *end)
{
	s->bits = begin;
	s->left = 0;
	if (begin == end || !end[-1])
		zstd_fail(s, ST_CORRUPT);
	else
		s->left = (int32_t)(end - begin) * 8 - 1 - __builtin_clz((unsigned)end[-1] << 24);
}

uint32_t zstd_peek(const struct zstd *s, unsigned n)
{
	int32_t at = s->left - (int32_t)n;
	unsigned missing = 0, shift;
	const uint8_t *p = s->bits;
	uint32_t v;

	if (at < 0) {
		missing = (unsigned)-at;
		if (missing >= n)
			return 0;
		at = 0;
		n -= missing;
	}
	p += at / 8;
	shift = (unsigned)at % 8;
	v = (uint32_t)*p >> shift;
	for (shift = 8 - shift; shift < n; shift += 8)
		v |= (uint32_t) * ++p << shift;
	return (v & ((1u << n) - 1)) << missing;
}

uint32_t zstd_take(struct zstd *s, unsigned n)
{
	uint32_t v = zstd_peek(s, n);

	s->left -= (int32_t)n;
	if (s->left < 0)
		s->left = -1;
	return v;
}

/* --- literals -----------------------------------------------------------------------------------
 */
/* One byte near the end of a stream; its code's bits are in the index from the lowest upwards. */
static unsigned careful_byte(struct zstd *s)
{
	uint32_t v = zstd_peek(s, s->huf_bits) << (32 - s->huf_bits);
	uint32_t e;

	e = s->t->huf[zstd_reverse(v)];
	s->left -= (int32_t)(e >> 8);
	return e & 255;
}

/* A stream in [begin, end) of n bytes to s->out, which moves on. */
static void stream(struct zstd *s, const uint8_t *begin, const uint8_t *end, size_t n)
{
	zstd_bits(s, begin, end);
	while (n && s->left >= 0 && !s->status) {
		/* 21 / 64 is a little less than the third that zstd_huffman() wants */
		size_t pairs = s->left < 64 ? 0 : ((size_t)s->left / 8 - 4) * 21 / 64;

		pairs = size_min(pairs, n / 2);
		if (pairs) {
			zstd_huffman(s, pairs);
			n -= 2 * pairs;
		} else {
			*s->out++ = (uint8_t)careful_byte(s);
			n--;
		}
	}
	if (s->left)
		zstd_fail(s, ST_CORRUPT);
}

/* n bytes in one stream or four, in the next packed bytes; the first three's sizes are before. */
static void streams(struct zstd *s, bool four, size_t n, size_t packed)
{
	const uint8_t *at = s->in, *end;
	size_t part = four ? (n + 3) / 4 : n;
	uint8_t *out = s->out;

	skip(s, packed);
	if (s->status)
		return;
	end = s->in;
	s->out = s->out_end - (s->lit_end - s->lit);
	if (four) {
		const uint8_t *sizes = at;

		at += 6;
		if (packed < 6 || 3 * part > n)
			zstd_fail(s, ST_CORRUPT);
		for (unsigned i = 0; i < 3 && !s->status; i++, n -= part) {
			size_t size = sizes[2 * i] | (size_t)sizes[2 * i + 1] << 8;

			if (size > (size_t)(end - at)) {
				zstd_fail(s, ST_CORRUPT);
				break;
			}
			stream(s, at, at + size, part);
			at += size;
		}
	}
	if (!s->status)
		stream(s, at, end, n);
	s->out = out;
}

/*
 * Puts the n literals that are not in the input as they are at the end of the room for output. They
 * are not overwritten before they are used: of the block there is always at least as much output
 * missing as there are literals left, and when it fits in the room, the output stays below them.
 * execute() turns one that does not fit into ST_OVERFLOW.
 */
static void literals_at(struct zstd *s, size_t n)
{
	if (n > (size_t)(s->out_end - s->out)) {
		zstd_fail(s, ST_OVERFLOW);
		n = 0;
	}
	s->lit_end = s->out_end;
	s->lit = s->out_end - n;
}

/* 3.1.1.3.1: the literals, as they are decoded or stored. */
static void literals(struct zstd *s)
{
	unsigned head = zstd_byte(s), type = head & 3, format = head >> 2 & 3;
	/* bytes of the header, and bits of each of the sizes in it */
	unsigned more = type < 2 ? (format == 3 ? 2 : format & 1) : format < 2 ? 2 : format + 1;
	unsigned bits = type < 2 ? (format & 1 ? 20 : 28) : format < 2 ? 10 : 4 * format + 6;
	uint32_t n = number(s, more > 3 ? 3 : more), high = more > 3 ? zstd_byte(s) : 0;
	uint32_t packed;

	n = n << 4 | head >> 4;
	if (type < 2) {
		if (!(format & 1))
			n = head >> 3;
		packed = type == 1 ? 1 : n;
	} else {
		packed = (n >> bits | (high << (28 - bits))) & ((1u << bits) - 1);
		n &= (1u << bits) - 1;
	}
	if (n > BLOCK_MAX)
		zstd_fail(s, ST_CORRUPT);
	if (packed > left(s))
		zstd_fail(s, ST_CORRUPT);
	if (s->status)
		return;
	s->out_end = s->out +
		     size_min((size_t)(s->out_cap - s->out), (uintptr_t)s->in - (uintptr_t)s->out);
	if (type == 0) {
		s->lit = s->in;
		s->in += n;
		s->lit_end = s->in;
		return;
	}
	literals_at(s, n);
	if (s->status)
		return;
	if (type == 1) {
		memset(s->out_end - n, (int)zstd_byte(s), n);
		return;
	}
	if (type == 2) {
		const uint8_t *start = s->in;

		zstd_huffman_table(s);
		if ((size_t)(s->in - start) > packed)
			zstd_fail(s, ST_CORRUPT);
		packed -= (uint32_t)(s->in - start);
	}
	if (!s->huf_bits)
		zstd_fail(s, ST_CORRUPT);
	if (!s->status)
		streams(s, format, n, packed);
}

/* --- sequences ----------------------------------------------------------------------------------
 */
/* A match of any offset: first what makes it one that zstd_copy() can do. */
static void copy_match(uint8_t *out, size_t n, size_t offset)
{
	if (offset == 1) { /* the usual one: zeros between sections */
		memset(out, out[-1], n);
		return;
	}
	if (offset < 4) {
		for (size_t i = offset; i && n; i--, n--, out++)
			*out = *(out - offset);
		offset *= 2;
	}
	zstd_copy(out, out - offset, n);
}

/* The next offset's value becomes rep[0], and the others move. */
static void offset(struct zstd *s)
{
	unsigned n = s->of.code >> 8 & 31;
	unsigned which;
	uint32_t value = 1u << n;

	if (n > 16)
		value += zstd_take(s, n - 16) << 16;
	value += zstd_take(s, n > 16 ? 16 : n);
	if (n > 1) {
		s->rep[2] = s->rep[1];
		s->rep[1] = s->rep[0];
		s->rep[0] = value;
		return;
	}
	/* 1..3, counted from 0, and one more behind no literals: 3 is then the last one less 1 */
	which = value - 1 + !(s->ll >> ZSTD_CODE_AT & ZSTD_LL_CODE);
	value = which == 3 ? s->rep[0] - 1 : s->rep[which];
	if (which > 1)
		s->rep[2] = s->rep[1];
	if (which > 0)
		s->rep[1] = s->rep[0];
	s->rep[0] = value;
}

/* The extra bits of a length: number i of the table. */
static uint32_t extra(struct zstd *s, unsigned i)
{
	uint32_t e = s->t->extra[i];

	return (e >> ZSTD_EXTRA_LOG) + zstd_take(s, e & ((1 << ZSTD_EXTRA_LOG) - 1));
}

/* What an entry's state is followed by. */
static uint32_t next(struct zstd *s, uint32_t e, unsigned next_at)
{
	return ((e & ~ZSTD_SPECIAL) >> next_at) + zstd_take(s, e >> 8 & 15);
}

static void execute(struct zstd *s, size_t lits, size_t match)
{
	size_t far = s->rep[0] - ZSTD_OF_BIAS;

	if (s->left < 0 || lits > (size_t)(s->lit_end - s->lit) ||
	    far - 1 >= (size_t)(s->out - s->base) + lits)
		zstd_fail(s, ST_CORRUPT);
	if (lits + match > (size_t)(s->out_end - s->out) ||
	    lits + match > (uintptr_t)s->lit + lits - (uintptr_t)s->out)
		zstd_fail(s, ST_OVERFLOW);
	if (s->status)
		return;
	zstd_copy(s->out, s->lit, lits);
	s->lit += lits;
	s->out += lits;
	copy_match(s->out, match, far);
	s->out += match;
}

/* One sequence, with all care. */
static void sequence(struct zstd *s, bool have_offset)
{
	uint32_t ll = s->ll >> ZSTD_CODE_AT & ZSTD_LL_CODE;
	uint32_t ml = s->ml >> ZSTD_CODE_AT & ZSTD_ML_CODE;

	if (!have_offset)
		offset(s);
	ml = s->ml & ZSTD_SPECIAL ? extra(s, ml + ZSTD_EXTRA_ML) : ml + ZSTD_ML_MIN;
	ll = ll >= ZSTD_LL_EXTRA ? extra(s, ll - ZSTD_LL_EXTRA) : ll;
	execute(s, ll, ml);
	if (--s->count) {
		const struct zstd_tables *t = s->t;

		s->ll = t->len[next(s, s->ll, ZSTD_LL_NEXT)];
		s->ml = t->len[next(s, s->ml, ZSTD_ML_NEXT)];
		s->of = t->of[next(s, s->of.state, ZSTD_OF_NEXT) - ZSTD_OF_FIRST];
	}
}

/* 3.1.1.3.2; sequences up to the end of the block. */
static void sequences(struct zstd *s)
{
	unsigned modes;

	s->count = zstd_byte(s);
	if (s->count == 255)
		s->count = number(s, 2) + 0x7f00;
	else if (s->count > 127)
		s->count = (s->count - 128) << 8 | zstd_byte(s);
	if (!s->count) {
		if (left(s))
			zstd_fail(s, ST_CORRUPT);
		return;
	}
	modes = zstd_byte(s);
	if (modes & 3)
		zstd_fail(s, ST_CORRUPT);
	for (unsigned kind = LL; kind < KINDS && !s->status; kind++)
		zstd_fse_table(s, kind, modes >> (6 - 2 * kind) & 3);
	if (s->status)
		return;
	zstd_bits(s, s->in, s->end);
	if (s->status)
		return; /* without a byte there is none to take 0 bits from */
	s->ll = s->t->len[zstd_take(s, s->log[LL])];
	s->of = s->t->of[zstd_take(s, s->log[OF])];
	s->ml = s->t->len[ZSTD_LL_SIZE + zstd_take(s, s->log[ML])];
	while (s->count && !s->status)
		sequence(s, zstd_sequences(s));
	if (s->left)
		zstd_fail(s, ST_CORRUPT);
	if (!s->status)
		s->in = s->end;
}

/* --- blocks and frames --------------------------------------------------------------------------
 */
/*
 * Bytes that may be written now.  When the input lies above the output, in the same memory, its
 * unread part is out of bounds too: a too small margin ends in ST_OVERFLOW, never in garbage.  For
 * an input below the output the difference wraps to a huge number.
 */
static bool room(struct zstd *s, size_t n)
{
	size_t cap = (size_t)(s->out_cap - s->out);
	size_t gap = (uintptr_t)s->in - (uintptr_t)s->out;

	if (n > size_min(gap, cap))
		zstd_fail(s, ST_OVERFLOW);
	return !s->status;
}

static void compressed_block(struct zstd *s, size_t size)
{
	const uint8_t *start = s->out;
	size_t n;

	if (size > left(s)) {
		zstd_fail(s, s->missing);
		return;
	}
	s->end = s->in + size;
	s->missing = ST_CORRUPT;
	literals(s);
	if (!s->status)
		sequences(s);
	n = (size_t)(s->lit_end - s->lit);
	if (!s->status && n > (size_t)(s->out_cap - s->out))
		zstd_fail(s, ST_OVERFLOW);
	if (!s->status) {
		/* With the literals above the output this reads before it overwrites. */
		zstd_copy(s->out, s->lit, n);
		s->out += n;
		if ((size_t)(s->out - start) > BLOCK_MAX)
			zstd_fail(s, ST_CORRUPT);
	}
	s->end = s->in_end;
	s->missing = ST_TRUNCATED;
}

/* False: it was the last one, or something is wrong. */
static bool block(struct zstd *s)
{
	uint32_t head = number(s, 3), size = head >> 3;
	unsigned type = head >> 1 & 3;

	if (type == 3 || size > BLOCK_MAX)
		zstd_fail(s, ST_CORRUPT);
	if (s->status)
		return false;
	if (type == 2) {
		compressed_block(s, size);
	} else if (type == 1) {
		unsigned byte = zstd_byte(s);

		if (!s->status && room(s, size)) {
			memset(s->out, (int)byte, size);
			s->out += size;
		}
	} else {
		/* Not room(): with the input above the output, memmove reads before it overwrites.
		 */
		if (size > left(s))
			zstd_fail(s, s->missing);
		if (size > (size_t)(s->out_cap - s->out))
			zstd_fail(s, ST_OVERFLOW);
		if (s->status)
			return false;
		memmove(s->out, s->in, size);
		s->in += size;
		s->out += size;
	}
	return !(head & 1) && !s->status;
}

/* From behind the magic number on. */
static void frame(struct zstd *s)
{
	unsigned flags = zstd_byte(s), size_bytes = 1u << (flags >> 6);
	uint32_t size, size_high = 0;
	static const uint8_t id_bytes[] = {0, 1, 2, 4};

	if (flags & RESERVED)
		zstd_fail(s, ST_UNSUPPORTED);
	if (!(flags & SINGLE_SEGMENT)) {
		zstd_byte(s);
		if (size_bytes == 1)
			size_bytes = 0;
	}
	if (number(s, id_bytes[flags & 3]))
		zstd_fail(s, ST_UNSUPPORTED);
	size = number(s, size_bytes > 4 ? 4 : size_bytes);
	if (size_bytes == 2)
		size += 256;
	if (size_bytes == 8)
		size_high = number(s, 4);
	s->base = s->out;
	for (unsigned i = 0; i < 3; i++)
		s->rep[i] = ZSTD_OF_BIAS + (i == 2 ? 8 : 1 + 3 * i);
	memset(s->made, 0, sizeof(s->made));
	s->huf_bits = 0;
	if (s->status)
		return;
	while (block(s))
		;
	if (flags & CHECKSUM)
		skip(s, 4);
	/* The high half of what was made is 0: nobody makes so much. */
	if (size_bytes && (size != (uint32_t)(s->out - s->base) || size_high))
		zstd_fail(s, ST_CORRUPT);
}

static enum status zstd_decode(struct codec_io *io)
{
	struct zstd s = {
		.in = io->in,
		.in_end = (const uint8_t *)io->in + io->in_len,
		.end = (const uint8_t *)io->in + io->in_len,
		.missing = ST_TRUNCATED,
		.out = io->out,
		.out_cap = (uint8_t *)io->out + io->out_cap,
		.t = io->scratch,
	};

	if (io->in_len < 4)
		zstd_fail(&s, ST_TRUNCATED);
	zstd_prepare(s.t);
	while (!s.status && left(&s) >= 4) {
		uint32_t magic = number(&s, 4);

		if (magic == FRAME_MAGIC) {
			frame(&s);
		} else if ((magic & ~15u) == SKIPPABLE_MAGIC) {
			skip(&s, number(&s, 4));
		} else {
			s.in -= 4;
			if ((magic & ~7u) == LEGACY_MAGIC || magic == FIRST_MAGIC)
				zstd_fail(&s, ST_UNSUPPORTED);
			else if (s.in == io->in)
				zstd_fail(&s, ST_MAGIC);
			break;
		}
	}
	io->in_used = (size_t)(s.in - (const uint8_t *)io->in);
	io->out_len = (size_t)(s.out - (uint8_t *)io->out);
	return s.status;
}

/*
 * Let r bytes of input be unread and q bytes of output missing, both behind some block.  With the
 * ends of both buffers margin apart, the next output byte is margin + q - r below the next input
 * byte.  The block's output must not have reached where the block begins, at most 128 KiB before:
 * all is well while r - q, what the rest of the stream shrinks when it is packed away, stays below
 * margin - 128 KiB.
 *
 * What a stream adds at most, when its encoder stores what does not shrink (all do):
 * - a block 3 bytes.  Encoders do not cut blocks below 1 KiB but at the end of the data:
 *   out_len / 256 and one more block;
 * - the end of a frame 4, of its checksum; its beginning is before all output.
 * Who does not, or writes many frames, may need more, and what looks at out_end and room() turn
 * that into ST_OVERFLOW, which the packer sees when it decodes in place with this margin.  No
 * stream has r - q above in_len: that margin keeps the buffers apart.
 */
static size_t zstd_margin(size_t in_len, size_t out_len)
{
	size_t slack = (out_len >> 8) + BLOCK_MAX + 3 + 4;

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}

const struct codec codec_zstd = {
	.name = "zstd",
	.id = ZSHIM_CODEC_ZSTD,
	.scratch_size = sizeof(struct zstd_tables),
	.margin = zstd_margin,
	.decode = zstd_decode,
};
