// SPDX-License-Identifier: MIT
/*
 * The codec "gzip": RFC 1952 members around RFC 1951 (DEFLATE) data.
 *
 * A member (RFC 1952, 2.3): 1f 8b, method 8, flags, 6 bytes that do not matter here, then what the
 * flags announce (2.3.1: extra field, name, comment, header CRC), DEFLATE data, CRC32, ISIZE (the
 * output's length modulo 2^32).  A file is one or more members (2.2); each has its own window.
 * CRC32 is not computed: XXH32 has covered the stored bytes before they come here.
 *
 * DEFLATE data (RFC 1951, 3.1.1, 3.2.3): bits are taken from the lowest of each byte upwards.  A
 * block begins with a bit "last block" and two bits of type:
 *   0 (3.2.4)  up to the byte boundary nothing, LEN and its complement (16 bits each), LEN bytes
 *   1 (3.2.6)  fixed codes: literal/length 8, 9, 7, 8 bits, distance 5 bits
 *   2 (3.2.7)  HLIT, HDIST, HCLEN (5, 5, 4 bits), the lengths of the code length code in a fixed
 *              odd order, and with that code the lengths of the two codes, run-length coded
 * A Huffman code (3.2.1, 3.2.2) is known from the lengths alone: shorter codes come first, equal
 * ones in symbol order.  Its bits arrive from the top downwards, so tables are indexed by the
 * reversed code.
 * Symbols (3.2.5) 0..255 are literals, 256 ends the block, 257..285 are lengths 3..258 with up to
 * 5 extra bits; a length is followed by a distance symbol 0..29, up to 13 extra bits, 1..32768.
 *
 * What is accepted is what zlib accepts; in particular a code with no, or one 1-bit, distance
 * symbol, and one with nothing but a 1-bit end-of-block symbol.
 */
#include <stdbool.h>

#include "codec.h"
#include "image.h"
#include "mem.h"

#define LIT_BITS  10 /* index width of the first-level tables */
#define DIST_BITS 8
#define PRE_BITS  7
/*
 * Entries of a first level and all its second levels, at worst, for a complete code of at most
 * 15 bits: what zlib's examples/enough.c finds for "286 10 15" and "30 8 15".  The
 * fixed codes have two symbols more, but no second level.
 */
#define LIT_ENOUGH  1332
#define DIST_ENOUGH 400

#define MAX_BITS 15
#define LIT_SYMS 288
#define ALL_SYMS (LIT_SYMS + 32)
#define DIST_SYM LIT_SYMS /* numbers of the distance symbols in entry_of() */
#define PRE_SYM	 ALL_SYMS

/*
 * A table entry:
 *   0..7    a literal; else bit 0: special, bit 1: end of block, 4..7: number of extra bits.  What
 *           is 0 here is a length without extra bits, the most frequent kind
 *   8..11   code bits to drop
 *   12..15  index width of the second level that this entry points to; 0: it is no such pointer
 *   16..30  the base to which the extra bits are added, or where the second level begins
 *   31      a literal, or a special distance: as a signed number it is beyond any distance
 * A special entry is a pointer, the end of the block, or a code that must not occur.
 */
#define E_HIGH	   0x80000000u
#define E_SPECIAL  1u
#define E_END	   2u
#define E_PLAIN	   0xffu
#define E_EXTRA(n) ((uint32_t)(n) << 4)
#define E_DROP(n)  ((uint32_t)(n) << 8)
#define E_WIDTH(n) ((uint32_t)(n) << 12)
#define E_BASE(n)  ((uint32_t)(n) << 16)

struct scratch {
	uint16_t count[MAX_BITS + 1];
	uint16_t next[MAX_BITS + 1];
	uint8_t lens[ALL_SYMS];
	uint16_t sorted[LIT_SYMS];
	uint32_t dist[DIST_ENOUGH];
	uint32_t lit[LIT_ENOUGH];
};

struct inflate {
	const uint8_t *in; /* the next byte to be read */
	const uint8_t *in_end;
	uint8_t *out;
	uint8_t *out_end;
	uint8_t *member; /* where this member's output begins: no distance goes below */
	uint32_t bits;	 /* nbits bits that are read but not used; those above are 0 */
	unsigned nbits;
	enum status status; /* the first thing that went wrong; stays */
	bool block_ended;
	struct scratch *t;
};

/* The board knows these bytes to be 2-byte aligned; they alias anything. */
typedef uint16_t __attribute__((may_alias)) half;

static uint32_t mask(unsigned n)
{
	return (1u << n) - 1;
}

static unsigned e_drop(uint32_t e)
{
	return e >> 8 & 15;
}

static unsigned e_extra(uint32_t e)
{
	return e >> 4 & 15;
}

static unsigned e_width(uint32_t e)
{
	return e >> 12 & 15;
}

static unsigned e_base(uint32_t e)
{
	return e >> 16 & 0x7fff;
}

static void fail(struct inflate *s, enum status st)
{
	if (!s->status)
		s->status = st;
}

/* The next n bits, 0..16 of them; 0 and a status when the input has no more. */
static uint32_t take(struct inflate *s, unsigned n)
{
	uint32_t v;

	while (s->nbits <= 24 && s->in != s->in_end) {
		s->bits |= (uint32_t)*s->in++ << s->nbits;
		s->nbits += 8;
	}
	if (n > s->nbits) {
		fail(s, ST_TRUNCATED);
		return 0;
	}
	v = s->bits & mask(n);
	s->bits >>= n;
	s->nbits -= n;
	return v;
}

/* Gives whole unused bytes back to the input. */
static void untake(struct inflate *s)
{
	s->in -= s->nbits / 8;
	s->nbits %= 8;
	s->bits &= mask(s->nbits);
}

static void to_byte_boundary(struct inflate *s)
{
	take(s, s->nbits % 8);
	untake(s);
}

/*
 * Bytes that may be written now.  When the input lies above the output, in the same memory, its
 * unread part is out of bounds too: a too small margin ends in ST_OVERFLOW, never in garbage.  For
 * an input below the output the difference wraps to a huge number.
 */
static size_t room(const struct inflate *s)
{
	size_t cap = (size_t)(s->out_end - s->out);
	size_t gap = (uintptr_t)s->in - (uintptr_t)s->out;

	return gap < cap ? gap : cap;
}

/* The table entry of a symbol, but for its drop count (3.2.5 gives bases and extra bits as tables;
 * they follow a pattern: 2^k symbols with the same number of extra bits, doubling). */
static uint32_t entry_of(unsigned sym)
{
	unsigned low = 0, extra = 0, base;

	if (sym < 256)
		return E_HIGH | sym;
	if (sym == 256)
		return E_SPECIAL | E_END;
	if (sym >= PRE_SYM)
		return E_BASE(sym - PRE_SYM);
	if (sym >= DIST_SYM) {
		sym -= DIST_SYM;
		if (sym >= 30)
			return E_HIGH | E_SPECIAL;
		low = 1;
		base = 1;
	} else {
		sym -= 257;
		if (sym == 28)
			return E_BASE(258);
		if (sym > 28)
			return E_SPECIAL;
		low = 2;
		base = 3;
	}
	if (sym >> low > 1) {
		extra = (sym >> low) - 1;
		sym = (sym & mask(low)) | 1u << low;
	}
	return E_BASE((sym << extra) + base) | E_EXTRA(extra);
}

/*
 * Counts and sorts the n lengths.  The result is what the code lacks of being complete, in units
 * of 2^-15; negative when it is over-subscribed.
 */
static int sort_code(struct scratch *t, const uint8_t *lens, unsigned n)
{
	int left = 1;
	uint16_t at = 0;

	memset(t->count, 0, sizeof(t->count));
	for (unsigned i = 0; i < n; i++)
		t->count[lens[i]]++;
	t->count[0] = 0;
	for (unsigned len = 1; len <= MAX_BITS; len++) {
		left = left * 2 - t->count[len];
		if (left < 0)
			return left;
		t->next[len] = at;
		at = (uint16_t)(at + t->count[len]);
	}
	for (unsigned i = 0; i < n; i++)
		if (lens[i])
			t->sorted[t->next[lens[i]]++] = (uint16_t)i;
	t->next[0] = at;
	return left;
}

/* The reversed code after code, for the length len. */
static unsigned next_code(unsigned code, unsigned len)
{
	unsigned bit = 1u << (len - 1);

	while (code & bit) {
		code ^= bit;
		bit >>= 1;
	}
	return code | bit;
}

/* Index width of the second level that begins with a code of len bits (count: codes left). */
static unsigned sub_width(const struct scratch *t, unsigned len, unsigned root)
{
	int left = 1 << (len - root);

	while (len < MAX_BITS && (left -= t->count[len]) > 0) {
		len++;
		left *= 2;
	}
	return len - root;
}

/* At least one entry: from < to. */
static void fill(uint32_t *table, unsigned from, unsigned to, unsigned step, uint32_t e)
{
	do
		table[from] = e;
	while ((from += step) < to);
}

/*
 * Makes the table of a code of n symbols, the first of which is number first of entry_of().
 * False when zlib, too, would refuse the code.
 */
static bool build(struct scratch *t, uint32_t *table, unsigned root, const uint8_t *lens,
		  unsigned n, unsigned first)
{
	uint32_t special = first == DIST_SYM ? E_HIGH | E_SPECIAL : E_SPECIAL;
	unsigned sub = 1u << root; /* where the next second level will begin */
	unsigned at = 0, prefix = ~0u, code = 0;
	int left = sort_code(t, lens, n);
	unsigned used = t->next[0];

	if (left < 0)
		return false;
	if (left > 0) { /* incomplete: only no code at all, or one of one bit */
		if (first == PRE_SYM || t->count[1] != used)
			return false;
		fill(table, 0, sub, 1, special);
	}
	for (unsigned i = 0; i < used; i++) {
		unsigned sym = t->sorted[i];
		unsigned len = lens[sym];
		uint32_t e = entry_of(first + sym);

		if (len <= root) {
			fill(table, code, 1u << root, 1u << len, e | E_DROP(len));
		} else {
			if ((code & mask(root)) != prefix) {
				unsigned width = sub_width(t, len, root);

				prefix = code & mask(root);
				table[prefix] =
					special | E_BASE(sub) | E_WIDTH(width) | E_DROP(root);
				at = sub;
				sub += 1u << width;
			}
			fill(table, at + (code >> root), sub, 1u << (len - root),
			     e | E_DROP(len - root));
		}
		t->count[len]--;
		code = next_code(code, len);
	}
	return true;
}

/* Decodes one symbol with all care.  The entry's extra bits are still in the input. */
static uint32_t symbol(struct inflate *s, const uint32_t *table, unsigned root)
{
	uint32_t e;

	take(s, 0);
	e = table[s->bits & mask(root)];
	take(s, e_drop(e));
	if (e_width(e)) {
		e = table[e_base(e) + (s->bits & mask(e_width(e)))];
		take(s, e_drop(e));
	}
	return e;
}

/* One literal or match near the end of the input or of the output. */
static void careful(struct inflate *s)
{
	uint32_t e = symbol(s, s->t->lit, LIT_BITS);
	unsigned len, dist;

	if (e & E_HIGH) {
		if (!room(s))
			fail(s, ST_OVERFLOW);
		if (!s->status)
			*s->out++ = (uint8_t)e;
		return;
	}
	if (e & E_SPECIAL) {
		if (!(e & E_END))
			fail(s, ST_CORRUPT);
		s->block_ended = true;
		return;
	}
	len = e_base(e) + take(s, e_extra(e));
	e = symbol(s, s->t->dist, DIST_BITS);
	dist = e_base(e) + take(s, e_extra(e));
	if (e & E_SPECIAL || dist > (size_t)(s->out - s->member))
		fail(s, ST_CORRUPT);
	if (len > room(s))
		fail(s, ST_OVERFLOW);
	if (s->status)
		return;
	for (; len; len--, s->out++)
		*s->out = *(s->out - dist);
}

/*
 * How many rounds quick() may run with no further check.  A round is at most a literal and a match,
 * 15 + (15 + 5 + 15 + 13) = 63 bits and 259 bytes.  What quick() has loaded and not used fits in
 * 32 bits, and aligning takes a byte: n rounds load at most (63n + 32) / 8 + 1 bytes, less than
 * 16n.
 */
static size_t safe_rounds(const struct inflate *s)
{
	size_t by_in = (size_t)(s->in_end - s->in) / 16;
	size_t by_out = room(s) / 512;

	return by_in < by_out ? by_in : by_out;
}

/*
 * A long match.  A run of one byte, as the zeros between sections, is the usual one; what else
 * overlaps is copied in pieces of twice the size each.
 */
static __attribute__((noinline)) uint8_t *copy_long(uint8_t *out, const uint8_t *from, size_t len)
{
	size_t dist = (size_t)(out - from);

	if (dist == 1) {
		memset(out, *from, len);
		return out + len;
	}
	while (len > dist) {
		memcpy(out, from, dist);
		out += dist;
		len -= dist;
		dist *= 2;
	}
	memcpy(out, from, len);
	return out + len;
}

/*
 * Drops n bits and keeps at least 17 there: enough for any first-level code with a length's extra
 * bits, and for any second-level code or distance's extra bits alone.  spare is the number of bits
 * above 17, so that the subtraction itself tells when it is time to load.
 */
#define DROP(n)                                                                                    \
	do {                                                                                       \
		unsigned drop_ = (n);                                                              \
		bits >>= drop_;                                                                    \
		spare -= (int)drop_;                                                               \
		if (__builtin_expect(spare < 0, 0)) {                                              \
			bits |= (uint32_t)*in++ << (spare + 17);                                   \
			spare += 16;                                                               \
		}                                                                                  \
	} while (0)

/* The empty statement keeps GCC from merging the increments, which are free in LDRB and STRB. */
#define COPY_BYTE()                                                                                \
	do {                                                                                       \
		*out++ = *from++;                                                                  \
		__asm__("" : "+r"(out), "+r"(from));                                               \
	} while (0)

/* A match of n bytes enters here and runs through all that follow. */
#define COPY_FROM(n)                                                                               \
	case n:                                                                                    \
		COPY_BYTE();                                                                       \
		__attribute__((fallthrough))

/*
 * Decodes up to n rounds, n > 0: the loop where the time goes.  All but the rare cases is in the
 * order of execution; the second literal of a round saves the loop's own instructions.
 */
static void quick(struct inflate *s, size_t n)
{
	const uint32_t *lit = s->t->lit;
	const uint32_t *dtable = s->t->dist;
	const half *in;
	uint8_t *const member = s->member;
	uint8_t *out = s->out;
	uint32_t bits, e;
	int spare;

	untake(s);
	if ((uintptr_t)s->in & 1) {
		s->bits |= (uint32_t)*s->in++ << s->nbits;
		s->nbits += 8;
	}
	in = __builtin_assume_aligned(s->in, 2);
	bits = s->bits;
	spare = (int)s->nbits - 17;
	DROP(0);
	DROP(0);
	do {
		const uint8_t *from;
		unsigned len, dist;

		e = lit[bits & mask(LIT_BITS)];
		DROP(e_drop(e));
		if (e & E_HIGH) {
			*out++ = (uint8_t)e;
			e = lit[bits & mask(LIT_BITS)];
		again:
			DROP(e_drop(e));
			if (e & E_HIGH) {
				*out++ = (uint8_t)e;
				continue;
			}
		}
		len = e >> 16;
		if (e & E_PLAIN) {
			if (e & E_SPECIAL) {
				if (!e_width(e))
					break;
				e = lit[len + (bits & mask(e_width(e)))];
				goto again;
			}
			len += bits & mask(e_extra(e));
			DROP(e_extra(e));
		}
		e = dtable[bits & mask(DIST_BITS)];
		for (;;) {
			DROP(e_drop(e));
			dist = (unsigned)((int32_t)e >> 16) + (bits & mask(e_extra(e)));
			DROP(e_extra(e));
			if (dist <= (size_t)(out - member))
				break;
			if (!e_width(e)) {
				fail(s, ST_CORRUPT);
				goto done;
			}
			e = dtable[e_base(e) + (bits & mask(e_width(e)))];
			__asm__("" : "+r"(out)); /* or GCC keeps out - member on its stack */
		}
		from = out - dist;
	copy:
		switch (len) {
		default:
			if (len >= 32) {
				out = copy_long(out, from, len);
				continue;
			}
			for (; len > 10; len -= 2) {
				COPY_BYTE();
				COPY_BYTE();
			}
			goto copy;
			COPY_FROM(10);
			COPY_FROM(9);
			COPY_FROM(8);
			COPY_FROM(7);
			COPY_FROM(6);
			COPY_FROM(5);
			COPY_FROM(4);
		case 3:
			COPY_BYTE();
			COPY_BYTE();
			COPY_BYTE();
		}
	} while (--n);
	if (n) {
		s->block_ended = true;
		if (!(e & E_END))
			fail(s, ST_CORRUPT);
	}
done:
	s->in = (const uint8_t *)in;
	s->bits = bits;
	s->nbits = (unsigned)(spare + 17);
	s->out = out;
}

/* A block whose code lengths are in t->lens: those of lits literal/length codes, then dists. */
static void huffman_data(struct inflate *s, unsigned lits, unsigned dists)
{
	struct scratch *t = s->t;

	if (!t->lens[256] || !build(t, t->lit, LIT_BITS, t->lens, lits, 0) ||
	    !build(t, t->dist, DIST_BITS, t->lens + lits, dists, DIST_SYM)) {
		fail(s, ST_CORRUPT);
		return;
	}
	s->block_ended = false;
	while (!s->block_ended && !s->status) {
		size_t n = safe_rounds(s);

		if (n)
			quick(s, n);
		else
			careful(s);
	}
}

static void fixed_block(struct inflate *s)
{
	uint8_t *lens = s->t->lens;

	memset(lens, 8, LIT_SYMS);
	memset(lens + 144, 9, 112);
	memset(lens + 256, 7, 24);
	memset(lens + LIT_SYMS, 5, 32);
	huffman_data(s, LIT_SYMS, 32);
}

/* Reads n code lengths with the code length code, whose table is in t->lit. */
static void read_lengths(struct inflate *s, unsigned n)
{
	uint8_t *lens = s->t->lens;
	unsigned i = 0;

	while (i < n) {
		unsigned sym = e_base(symbol(s, s->t->lit, PRE_BITS));
		unsigned run = 1;
		uint8_t len = 0;

		if (sym < 16)
			len = (uint8_t)sym;
		else if (sym == 16)
			run = 3 + take(s, 2);
		else if (sym == 17)
			run = 3 + take(s, 3);
		else
			run = 11 + take(s, 7);
		if (run > n - i || (sym == 16 && i == 0))
			fail(s, ST_CORRUPT);
		if (s->status)
			return;
		if (sym == 16)
			len = lens[i - 1];
		memset(lens + i, len, run);
		i += run;
	}
}

static void dynamic_block(struct inflate *s)
{
	/* 3.2.7: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15 */
	static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					  11, 4,  12, 3, 13, 2, 14, 1, 15};
	struct scratch *t = s->t;
	unsigned lits = take(s, 5) + 257;
	unsigned dists = take(s, 5) + 1;
	unsigned pres = take(s, 4) + 4;

	memset(t->lens, 0, sizeof(order));
	for (unsigned i = 0; i < pres; i++)
		t->lens[order[i]] = (uint8_t)take(s, 3);
	if (lits > 286 || dists > 30 || !build(t, t->lit, PRE_BITS, t->lens, 19, PRE_SYM)) {
		fail(s, ST_CORRUPT);
		return;
	}
	read_lengths(s, lits + dists);
	if (!s->status)
		huffman_data(s, lits, dists);
}

static void stored_block(struct inflate *s)
{
	uint32_t len, complement;

	to_byte_boundary(s);
	len = take(s, 16);
	complement = take(s, 16);
	untake(s);
	if ((len ^ complement) != 0xffff)
		fail(s, ST_CORRUPT);
	if (len > (size_t)(s->in_end - s->in))
		fail(s, ST_TRUNCATED);
	/* Not room(): with the input above the output, memmove reads before it overwrites. */
	if (len > (size_t)(s->out_end - s->out))
		fail(s, ST_OVERFLOW);
	if (s->status)
		return;
	memmove(s->out, s->in, len);
	s->in += len;
	s->out += len;
}

static void deflate_data(struct inflate *s)
{
	bool last;

	do {
		unsigned type;

		last = take(s, 1);
		type = take(s, 2);
		if (s->status)
			return;
		if (type == 0)
			stored_block(s);
		else if (type == 1)
			fixed_block(s);
		else if (type == 2)
			dynamic_block(s);
		else
			fail(s, ST_CORRUPT);
	} while (!last && !s->status);
}

/* RFC 1952, 2.3; the magic bytes are taken. */
static void member_header(struct inflate *s)
{
	unsigned method = take(s, 8);
	unsigned flags = take(s, 8);
	unsigned skip = 6; /* MTIME, XFL, OS */

	if (method != 8 || flags & 0xe0) {
		fail(s, ST_UNSUPPORTED);
		return;
	}
	while (skip--)
		take(s, 8);
	if (flags & 4) /* FEXTRA */
		for (skip = take(s, 16); skip; skip--)
			take(s, 8);
	for (unsigned texts = flags & 24; texts; texts &= texts - 1) /* FNAME, FCOMMENT */
		while (take(s, 8))
			;
	if (flags & 2) /* FHCRC */
		take(s, 16);
}

static void member(struct inflate *s)
{
	uint32_t size;

	s->member = s->out;
	member_header(s);
	if (!s->status)
		deflate_data(s);
	if (s->status)
		return;
	to_byte_boundary(s);
	take(s, 16); /* CRC32 */
	take(s, 16);
	size = take(s, 16);
	size |= take(s, 16) << 16;
	untake(s);
	if (size != (uint32_t)(s->out - s->member))
		fail(s, ST_CORRUPT);
}

static enum status inflate_decode(struct codec_io *io)
{
	struct inflate s = {
		.in = io->in,
		.in_end = (const uint8_t *)io->in + io->in_len,
		.out = io->out,
		.out_end = (uint8_t *)io->out + io->out_cap,
		.t = io->scratch,
	};

	if (io->in_len < 2)
		fail(&s, ST_TRUNCATED);
	else if (s.in[0] != 0x1f || s.in[1] != 0x8b)
		fail(&s, ST_MAGIC);
	while (!s.status && s.in_end - s.in >= 2 && s.in[0] == 0x1f && s.in[1] == 0x8b) {
		s.in += 2;
		member(&s);
	}
	io->in_used = (size_t)(s.in - (const uint8_t *)io->in) - s.nbits / 8;
	io->out_len = (size_t)(s.out - (uint8_t *)io->out);
	return s.status;
}

/*
 * Let r bytes of input be unread and q bytes of output missing.  With the ends of both buffers
 * margin apart, the next output byte is margin + q - r below the next input byte: all is well
 * while r - q, what the rest of the stream shrinks when it is packed away, stays below margin.
 *
 * No stream has r - q above in_len: that margin keeps the buffers apart.  For a stream whose
 * encoder stores what does not shrink (all do), three things add up, and the sum is used when it
 * is the smaller:
 * - stored bytes: 5 for a block of up to 65535 bytes (3.2.4; the 3 header bits and their padding
 *   make 1, LEN and its complement 4).  Encoders do not cut blocks below 5000 bytes but at the
 *   end of the data, so 1/512 of the output and one more block are enough;
 * - the trailer of 8 bytes, and the 512 bytes of room that quick() asks for: it never does more
 *   than stop early, careful() goes on with exact bounds;
 * - the last part of a Huffman block, which may cost up to 15 bits a byte while the block as a
 *   whole shrinks: 64 KiB.  This one is not a theorem.  It is the room that Linux gives gzip
 *   (arch/x86/boot/header.S), and room() turns a stream that needs more into ST_OVERFLOW, which
 *   the packer sees when it decodes in place with this margin.
 */
static size_t inflate_margin(size_t in_len, size_t out_len)
{
	size_t slack = out_len / 512 + 65536 + 5 + 8;

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}

const struct codec codec_inflate = {
	.name = "gzip",
	.id = ZSHIM_CODEC_GZIP,
	.scratch_size = sizeof(struct scratch),
	.margin = inflate_margin,
	.decode = inflate_decode,
};
