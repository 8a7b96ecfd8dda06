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
#include "inflate_priv.h"
#include "mem.h"

#define PRE_BITS 7
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
AT(inflate, out, INFLATE_OUT);
AT(inflate, member, INFLATE_MEMBER);
AT(inflate, bits, INFLATE_BITS);
AT(inflate, nbits, INFLATE_NBITS);
AT(inflate, status, INFLATE_STATUS);
AT(inflate, block_ended, INFLATE_BLOCK_ENDED);
AT(inflate, t, INFLATE_TABLES);
AT(inflate_tables, dist, INFLATE_TABLES_DIST);
AT(inflate_tables, lit, INFLATE_TABLES_LIT);
_Static_assert(ST_CORRUPT == INFLATE_CORRUPT, "inflate_priv.h: ST_CORRUPT");

static uint32_t mask(unsigned n)
{
	return (1u << n) - 1;
}

static void fail(struct inflate *s, enum status st)
{
	if (!s->status)
		s->status = st;
}

/* Loads as many bits as there is room for: 25 at least, unless the input has no more. */
static void load(struct inflate *s)
{
	while (s->nbits <= 24 && s->in != s->in_end) {
		s->bits |= (uint32_t)*s->in++ << s->nbits;
		s->nbits += 8;
	}
}

/* The next n bits, 0..16 of them; 0 and a status when the input has no more. */
static uint32_t take(struct inflate *s, unsigned n)
{
	uint32_t v;

	if (n > s->nbits)
		load(s);
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

/*
 * Counts and sorts the n lengths.  The result is what the code lacks of being complete, in units
 * of 2^-15; negative when it is over-subscribed.
 */
static int sort_code(struct inflate_tables *t, const uint8_t *lens, unsigned n)
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
static unsigned sub_width(const struct inflate_tables *t, unsigned len, unsigned root)
{
	int left = 1 << (len - root);

	while (len < MAX_BITS && (left -= t->count[len]) > 0) {
		len++;
		left *= 2;
	}
	return len - root;
}

/*
 * Makes the table of a code of n symbols, the first of which is number first of entry_of().
 * False when zlib, too, would refuse the code.
 */
static bool build(struct inflate *s, const uint8_t *lens, unsigned n, unsigned first)
{
	struct inflate_tables *t = s->t;
	uint32_t *table = t->lit;
	uint32_t bad = E_BAD_LIT;
	unsigned root = first ? PRE_BITS : LIT_BITS, drop_at = LIT_AT, base_at = 16;
	unsigned sub; /* where the next second level will begin */
	unsigned at = 0, prefix = ~0u, code = 0, width = 0;
	int left = sort_code(t, lens, n);
	unsigned used = t->next[0];

	if (first == DIST_SYM) {
		table = t->dist;
		bad = E_BAD_DIST;
		root = DIST_BITS;
		drop_at = DIST_AT;
		base_at = 8;
	}
	sub = 1u << root;
	if (left < 0)
		return false;
	if (left > 0) { /* incomplete: only no code at all, or one of one bit */
		if (first == PRE_SYM || t->count[1] != used)
			return false;
		table[0] = bad;
	}
	/* Shorter codes come first: those of up to width bits fill a table of 2^width entries,
	 * which is doubled when longer ones follow. */
	for (unsigned i = 0;; i++) {
		unsigned sym = 0, len = root;
		uint32_t e;

		if (i < used) {
			sym = t->sorted[i];
			len = lens[sym];
		}
		for (; width < root && width < len; width++)
			memcpy(table + (1u << width), table, sizeof(*table) << width);
		if (i == used)
			return true;
		e = entry_of(first + sym, (size_t)(s->out - s->member));
		if (len <= root) {
			table[code] = e + (len << drop_at);
		} else {
			if ((code & mask(root)) != prefix) {
				unsigned bits = sub_width(t, len, root);

				prefix = code & mask(root);
				table[prefix] = (E_SPECIAL | E_POINTER | root) << drop_at |
						sub << base_at | bits;
				at = sub;
				sub += 1u << bits;
			}
			for (unsigned j = at + (code >> root); j < sub; j += 1u << (len - root))
				table[j] = e + ((len - root) << drop_at);
			t->count[len]--;
		}
		code = next_code(code, len);
	}
}

/* Decodes one symbol with all care.  The entry's extra bits are still in the input. */
static uint32_t symbol(struct inflate *s, const uint32_t *table, unsigned root, unsigned drop_at)
{
	uint32_t e;
	unsigned extra;

	load(s);
	e = table[s->bits & mask(root)];
	if (entry_is_pointer(e, drop_at)) {
		take(s, root);
		load(s);
		e = table[entry_target(e, drop_at) + (s->bits & mask(e & 15))];
	}
	extra = drop_at == LIT_AT && entry_is_literal(e) ? 0 : entry_extra(e);
	take(s, entry_drop(e, drop_at) - extra);
	return e;
}

/* One literal or match near the end of the input or of the output. */
static void careful(struct inflate *s)
{
	uint32_t e = symbol(s, s->t->lit, LIT_BITS, LIT_AT);
	unsigned len, dist;

	if (entry_is_literal(e)) {
		if (!room(s))
			fail(s, ST_OVERFLOW);
		if (!s->status)
			*s->out++ = (uint8_t)e;
		return;
	}
	if (e >> LIT_AT & E_POINTER) {
		if (e & E_BAD)
			fail(s, ST_CORRUPT);
		s->block_ended = 1;
		return;
	}
	len = (e >> 16) + take(s, entry_extra(e));
	e = symbol(s, s->t->dist, DIST_BITS, DIST_AT);
	dist = entry_distance(e) + take(s, entry_extra(e));
	if (dist > (size_t)(s->out - s->member))
		fail(s, ST_CORRUPT);
	if (len > room(s))
		fail(s, ST_OVERFLOW);
	if (s->status)
		return;
	for (; len; len--, s->out++)
		*s->out = *(s->out - dist);
}

/*
 * How many rounds inflate_block() may run with no further check.  A round's literals and match are
 * at most 10 + (15 + 5) + (15 + 13) = 58 bits and 259 bytes.  A word is loaded where the last bits
 * begin, less than a byte is used up before the first: n rounds see at most (58n + 7) / 8 + 4
 * bytes, less than 16n.  Matches are copied in pieces, so that up to 8 bytes behind them are
 * written, too.
 */
static size_t safe_rounds(const struct inflate *s)
{
	size_t by_in = (size_t)(s->in_end - s->in) / 16;
	size_t by_out = room(s) / 512;

	return by_in < by_out ? by_in : by_out;
}

/* A block whose code lengths are in t->lens: those of lits literal/length codes, then dists. */
static void huffman_data(struct inflate *s, unsigned lits, unsigned dists)
{
	struct inflate_tables *t = s->t;

	if (!t->lens[256] || !build(s, t->lens, lits, 0) ||
	    !build(s, t->lens + lits, dists, DIST_SYM)) {
		fail(s, ST_CORRUPT);
		return;
	}
	s->block_ended = 0;
	while (!s->block_ended && !s->status) {
		size_t n = safe_rounds(s);

		if (n) {
			untake(s);
			inflate_block(s, n);
		} else {
			careful(s);
		}
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
		unsigned sym, run;
		uint8_t len = 0;
		uint32_t e;

		load(s);
		e = s->t->lit[s->bits & mask(PRE_BITS)];
		take(s, entry_drop(e, LIT_AT));
		sym = e >> 16;
		if (sym < 16 && !s->status) {
			lens[i++] = (uint8_t)sym;
			continue;
		}
		run = sym == 18 ? 11 + take(s, 7) : 3 + take(s, sym - 14);
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
	struct inflate_tables *t = s->t;
	unsigned lits = take(s, 5) + 257;
	unsigned dists = take(s, 5) + 1;
	unsigned pres = take(s, 4) + 4;

	memset(t->lens, 0, sizeof(order));
	for (unsigned i = 0; i < pres; i++)
		t->lens[order[i]] = (uint8_t)take(s, 3);
	if (lits > 286 || dists > 30 || !build(s, t->lens, 19, PRE_SYM)) {
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
 * - the trailer of 8 bytes, and the 512 bytes of room that the hot loop asks for: it never does
 * more than stop early, careful() goes on with exact bounds;
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
	.scratch_size = sizeof(struct inflate_tables),
	.margin = inflate_margin,
	.decode = inflate_decode,
};
