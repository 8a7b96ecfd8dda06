// SPDX-License-Identifier: MIT
/*
 * The codec "gzip" of an image: RFC 1951 (DEFLATE) data and nothing around it; gzip.c reads the
 * files of the gzip tool.  Lengths are in the image's descriptor, and XXH32 has covered the stored
 * bytes before they come here.
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
#include "inflate_priv.h"
#include "mem.h"

#define DIST_SYM LIT_SYMS /* numbers of the distance symbols in entry_of() */
#define PRE_SYM	 ALL_SYMS

/* inflate_priv.h has the layout of entries. */
#define E_LITERAL  0x80000000u
#define E_BAD_LIT  ((uint32_t)(E_SPECIAL | E_POINTER) << LIT_AT | E_BAD)
#define E_END_LIT  (E_BAD_LIT - E_BAD)
#define E_BAD_DIST ((uint32_t)E_SPECIAL << DIST_AT | 1u << 8 | E_BAD)

/* The offsets in inflate_priv.h, for the 32-bit CPU that needs them. */
#define AT(type, member, at)                                                                       \
	_Static_assert(sizeof(void *) != 4 || offsetof(struct type, member) == (at),               \
		       "inflate_priv.h: " #member)
AT(inflate, in, INFLATE_IN);
AT(inflate, bit, INFLATE_BIT);
AT(inflate, out, INFLATE_OUT);
AT(inflate, base, INFLATE_BASE);
AT(inflate, t, INFLATE_TABLES);
AT(inflate_tables, dist, INFLATE_DIST);
AT(inflate_tables, lit, INFLATE_LIT);
AT(code, longs, CODE_LONGS);
AT(code, table, CODE_TABLE);
_Static_assert(ST_CORRUPT == INFLATE_CORRUPT, "inflate_priv.h: ST_CORRUPT");

static uint32_t mask(unsigned n)
{
	return (1u << n) - 1;
}

/* The next 25 bits at least, the next one lowest; zeros behind the end of the input. */
static uint32_t peek(const struct inflate *s)
{
	const uint8_t *in = s->in;
	uint32_t v = 0;

	for (unsigned i = 0; i < 32 && in != s->in_end; i += 8)
		v |= (uint32_t)*in++ << i;
	return v >> s->bit;
}

/* Moves on by n bits. */
static void drop(struct inflate *s, unsigned n)
{
	n += s->bit;
	if ((n + 7) / 8 > (size_t)(s->in_end - s->in)) {
		inflate_fail(s, ST_TRUNCATED);
		return;
	}
	s->in += n / 8;
	s->bit = n % 8;
}

/* The next n bits, 0..16 of them; when the input has no more, any number and a status. */
static uint32_t take(struct inflate *s, unsigned n)
{
	uint32_t v = peek(s) & mask(n);

	drop(s, n);
	return v;
}

static void to_byte_boundary(struct inflate *s)
{
	drop(s, -s->bit & 7);
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

/*
 * The table entry of a symbol, but for its code's length (3.2.5 gives bases and extra bits as
 * tables; they follow a pattern: 2^low symbols with the same number of extra bits, doubling).
 * before is what distances may reach back to: they need no check when none is farther.
 */
static uint32_t entry_of(unsigned sym, size_t before)
{
	unsigned low = 2, extra, base;
	bool dist = sym >= DIST_SYM;

	if (sym < 256)
		return E_LITERAL | sym;
	if (sym == 256)
		return E_END_LIT;
	if (sym >= PRE_SYM)
		return (sym - PRE_SYM) << 16;
	sym -= dist ? DIST_SYM : 257;
	if (dist)
		low = 1;
	extra = sym >> low;
	if (extra)
		extra--;
	base = (sym - (extra << low)) << extra;
	if (dist) {
		uint32_t drop = extra;

		if (sym > 29)
			return E_BAD_DIST;
		base++;
		if (base < 4 || base + mask(extra) > before)
			drop |= E_SPECIAL;
		return drop << DIST_AT | ((0u - base) & 0xffff) << 8 | (32 - extra);
	}
	if (sym == 28)
		return 258 << 16 | 32;
	if (sym > 28)
		return E_BAD_LIT;
	return (base + 3) << 16 | (extra ? E_SPECIAL | extra : 0) << LIT_AT | (32 - extra);
}

/* The reversed code after code, for the length len; 0 after the last one. */
static unsigned next_code(unsigned code, unsigned len)
{
	unsigned bit = 1u << (len - 1);

	while (code & bit) {
		code ^= bit;
		bit >>= 1;
	}
	return code | bit;
}

/* Makes the table from all else.  The code has symbols of up to ROOT_BITS bits: less than 1 << 10.
 */
static void build_table(struct code *c, unsigned drop_at)
{
	uint32_t e = (uint32_t)(E_SPECIAL | E_POINTER | ROOT_BITS) << drop_at | 1;
	unsigned code = 0;

	/* Shorter codes come first: those of up to len bits fill a table of 2^len entries, which is
	 * doubled when longer ones follow. */
	c->longs = c->sorted;
	for (unsigned len = 1; len <= ROOT_BITS; len++) {
		memcpy(c->table + (1u << (len - 1)), c->table, sizeof(*c->table) << (len - 1));
		for (unsigned i = c->count[len]; i; i--) {
			c->table[code] = *c->longs++;
			code = next_code(code, len);
		}
	}
	for (; code; code = next_code(code, ROOT_BITS)) {
		c->table[code] = e;
		e += drop_at == LIT_AT ? 1u << 16 : 1u << 8;
	}
}

/*
 * Makes a code of n symbols from their lengths, the first of which is number first of entry_of().
 * False when zlib, too, would refuse it.
 */
static bool build(struct inflate *s, struct code *c, const uint8_t *lens, unsigned n,
		  unsigned first)
{
	unsigned drop_at = first == DIST_SYM ? DIST_AT : LIT_AT;
	uint16_t next[MAX_BITS + 1];
	unsigned used = 0;
	int left = 1; /* what the code lacks of being complete, in units of 2^-len */

	memset(c->count, 0, sizeof(c->count));
	for (unsigned i = 0; i < n; i++)
		c->count[lens[i]]++;
	for (unsigned len = 1; len <= MAX_BITS; len++) {
		left = left * 2 - c->count[len];
		if (left < 0)
			return false;
		next[len] = (uint16_t)used;
		used += c->count[len];
	}
	if (left > 0) { /* incomplete: only no code at all, or one of one bit */
		if (first == PRE_SYM || c->count[1] != used)
			return false;
		c->sorted[0] = c->sorted[1] = drop_at == LIT_AT ? E_BAD_LIT : E_BAD_DIST;
		c->count[1] = 2;
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned len = lens[i];
		uint32_t e;

		if (!len)
			continue;
		e = entry_of(first + i, (size_t)(s->out - s->base));
		if (len <= ROOT_BITS)
			e += len << drop_at;
		c->sorted[next[len]++] = e;
	}
	build_table(c, drop_at);
	return true;
}

/* Decodes one symbol with all care, bit by bit.  The entry's extra bits are still in the input. */
static uint32_t symbol(struct inflate *s, const struct code *c)
{
	const uint32_t *sorted = c->sorted;
	uint32_t bits = peek(s);
	unsigned len = 0;
	int d = 0; /* the code so far, less the first one of this length */

	do {
		d = d * 2 + (int)(bits >> len++ & 1);
		sorted += c->count[len];
		d -= c->count[len];
	} while (d >= 0);
	drop(s, len);
	return sorted[d];
}

/* One literal or match near the end of the input or of the output.  Returns as inflate_block(). */
static unsigned careful(struct inflate *s)
{
	uint32_t e = symbol(s, &s->t->lit);
	unsigned len, dist;

	if (entry_is_literal(e)) {
		if (!room(s))
			inflate_fail(s, ST_OVERFLOW);
		if (!s->status)
			*s->out++ = (uint8_t)e;
		return INFLATE_MORE;
	}
	if (e >> LIT_AT & E_POINTER)
		return e & E_BAD ? INFLATE_CORRUPT : INFLATE_ENDED;
	len = (e >> 16) + take(s, entry_extra(e));
	e = symbol(s, &s->t->dist);
	dist = entry_distance(e) + take(s, entry_extra(e));
	if (dist > (size_t)(s->out - s->base))
		return INFLATE_CORRUPT;
	if (len > room(s))
		inflate_fail(s, ST_OVERFLOW);
	if (s->status)
		return INFLATE_MORE;
	for (; len; len--, s->out++)
		*s->out = *(s->out - dist);
	return INFLATE_MORE;
}

/*
 * How many rounds, and spare ones, there is room for.  A round's literals and match are at most
 * 10 + (15 + 5) + (15 + 13) = 58 bits.  A word is loaded where the last bits begin, less than a
 * byte is used up before the first: n rounds see at most (58n + 7) / 8 + 4 bytes, less than
 * 8 (n + INFLATE_SPARE).  They make 1 byte and a match, no more than 16 for each that it counts.
 * The last one counts as up to 17, and matches are copied in pieces, so that up to 8 bytes behind
 * them are written, too.
 */
static size_t safe_rounds(const struct inflate *s)
{
	size_t by_in = (size_t)(s->in_end - s->in) / 8;
	size_t by_out = room(s) / 16;

	return by_in < by_out ? by_in : by_out;
}

/* A block whose code lengths are in t->lens: those of lits literal/length codes, then dists. */
static void huffman_data(struct inflate *s, unsigned lits, unsigned dists)
{
	struct inflate_tables *t = s->t;
	unsigned end = INFLATE_CORRUPT;

	if (t->lens[256] && build(s, &t->lit, t->lens, lits, 0) &&
	    build(s, &t->dist, t->lens + lits, dists, DIST_SYM)) {
		do {
			size_t n = safe_rounds(s);

			end = n > INFLATE_SPARE ? inflate_block(s, n - INFLATE_SPARE) : careful(s);
		} while (end == INFLATE_MORE && !s->status);
	}
	if (end == INFLATE_CORRUPT)
		inflate_fail(s, ST_CORRUPT);
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

/* Reads n code lengths with the code length code, which is in t->lit. */
static void read_lengths(struct inflate *s, unsigned n)
{
	uint8_t *lens = s->t->lens;
	unsigned i = 0;

	while (i < n) {
		unsigned sym = symbol(s, &s->t->lit) >> 16;
		unsigned run = 3, bits = sym - 14;
		uint8_t len = 0;

		if (s->status)
			return;
		if (sym < 16) {
			lens[i++] = (uint8_t)sym;
			continue;
		}
		if (sym == 18) {
			run = 11;
			bits = 7;
		}
		run += take(s, bits);
		if (run > n - i || (sym == 16 && i == 0))
			inflate_fail(s, ST_CORRUPT);
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
	static const uint8_t order[PRE_SYMS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						11, 4,	12, 3, 13, 2, 14, 1, 15};
	struct inflate_tables *t = s->t;
	unsigned lits = take(s, 5) + 257;
	unsigned dists = take(s, 5) + 1;
	unsigned pres = take(s, 4) + 4;

	memset(t->lens, 0, sizeof(order));
	for (unsigned i = 0; i < pres; i++)
		t->lens[order[i]] = (uint8_t)take(s, 3);
	if (lits > 286 || dists > 30 || !build(s, &t->lit, t->lens, PRE_SYMS, PRE_SYM)) {
		inflate_fail(s, ST_CORRUPT);
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
	if ((len ^ complement) != 0xffff)
		inflate_fail(s, ST_CORRUPT);
	if (len > (size_t)(s->in_end - s->in))
		inflate_fail(s, ST_TRUNCATED);
	/* Not room(): with the input above the output, memmove reads before it overwrites. */
	if (len > (size_t)(s->out_end - s->out))
		inflate_fail(s, ST_OVERFLOW);
	if (s->status)
		return;
	memmove(s->out, s->in, len);
	s->in += len;
	s->out += len;
}

void inflate_data(struct inflate *s)
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
			inflate_fail(s, ST_CORRUPT);
	} while (!last && !s->status);
	to_byte_boundary(s);
}

void inflate_start(struct inflate *s, const struct codec_io *io)
{
	*s = (struct inflate){
		.in = io->in,
		.out = io->out,
		.base = io->out,
		.t = io->scratch,
		.in_end = (const uint8_t *)io->in + io->in_len,
		.out_end = (uint8_t *)io->out + io->out_cap,
	};
}

enum status inflate_finish(const struct inflate *s, struct codec_io *io)
{
	io->in_used = (size_t)(s->in - (const uint8_t *)io->in) + (s->bit > 0);
	io->out_len = (size_t)(s->out - (uint8_t *)io->out);
	return s->status;
}

static enum status inflate_decode(struct codec_io *io)
{
	struct inflate s;

	inflate_start(&s, io);
	inflate_data(&s);
	return inflate_finish(&s, io);
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
 * - a trailer of 8 bytes (gzip.c), and the room that the hot loop asks for: it never does more
 *   than stop early, careful() goes on with exact bounds;
 * - the last part of a Huffman block, which may cost up to 15 bits a byte while the block as a
 *   whole shrinks: 64 KiB.  This one is not a theorem.  It is the room that Linux gives gzip
 *   (arch/x86/boot/header.S), and room() turns a stream that needs more into ST_OVERFLOW, which
 *   the packer sees when it decodes in place with this margin.
 */
size_t inflate_margin(size_t in_len, size_t out_len)
{
	size_t slack = out_len / 512 + 65536 + 5 + 8;

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}

const struct codec codec_inflate = {
	.name = "gzip",
	.id = ZSHIM_CODEC_GZIP,
	.scratch_size = sizeof(struct inflate_tables),
	.margin = inflate_margin,
	.decode = inflate_decode,
};
