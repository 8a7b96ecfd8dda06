// SPDX-License-Identifier: MIT
/*
 * The hot loop of inflate.c in C.  Its twin boot/arm/codec/inflate.S is what the board links and
 * does the same, round for round; this one is there to be read and to be compared with.
 */
#include "inflate_priv.h"

/* The next 25 bits at least, at being the number of those already used behind in[0]'s lowest. */
static uint32_t peek(const uint8_t *in, size_t at)
{
	in += at / 8;
	return (in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24) >>
	       at % 8;
}

static uint32_t mask(unsigned n)
{
	return (1u << n) - 1;
}

/* The extra bits of the entry e, all of which was dropped: at is behind them. */
static uint32_t extra(const uint8_t *in, size_t at, uint32_t e)
{
	unsigned n = entry_extra(e);

	return peek(in, at - n) & mask(n);
}

/* The code whose first ROOT_BITS bits are those of e.  at is behind them, then behind the code. */
static uint32_t inflate_long(const struct code *c, const uint8_t *in, size_t *at, unsigned base)
{
	const uint32_t *sorted = c->longs;
	unsigned len = ROOT_BITS;
	int d = (int)base; /* the code so far, less the first one of this length */

	do {
		d = d * 2 + (int)(peek(in, (*at)++) & 1);
		sorted += c->count[++len];
		d -= c->count[len];
	} while (d >= 0);
	return sorted[d];
}

unsigned inflate_block(struct inflate *s, size_t rounds)
{
	const struct code *lit = &s->t->lit, *dists = &s->t->dist;
	const uint8_t *in = s->in;
	size_t at = s->bit;
	uint8_t *out = s->out;
	ptrdiff_t left = (ptrdiff_t)rounds;
	unsigned end = INFLATE_MORE;

	do {
		uint32_t e = lit->table[peek(in, at) & mask(ROOT_BITS)];
		uint32_t len, dist;

		at += entry_drop(e, LIT_AT);
		if (entry_is_literal(e)) {
			*out++ = (uint8_t)e;
			e = lit->table[peek(in, at) & mask(ROOT_BITS)];
			at += entry_drop(e, LIT_AT);
		}
		if (entry_is_pointer(e, LIT_AT)) {
			e = inflate_long(lit, in, &at, e >> 16);
			at += entry_drop(e, LIT_AT);
		}
		if (entry_is_literal(e)) {
			*out++ = (uint8_t)e;
			continue;
		}
		if (e >> LIT_AT & E_POINTER) {
			end = e & E_BAD ? INFLATE_CORRUPT : INFLATE_ENDED;
			break;
		}
		len = (e >> 16) + extra(in, at, e);

		e = dists->table[peek(in, at) & mask(ROOT_BITS)];
		at += entry_drop(e, DIST_AT);
		if (entry_is_pointer(e, DIST_AT)) {
			e = inflate_long(dists, in, &at, e >> 8 & 0xffff);
			at += entry_drop(e, DIST_AT);
		}
		dist = entry_distance(e) + extra(in, at, e);
		if (dist > (size_t)(out - s->base)) {
			end = INFLATE_CORRUPT;
			break;
		}
		if (len > 8)
			left -= (ptrdiff_t)(len / 16);
		for (; len; len--, out++)
			*out = *(out - dist);
	} while (--left > 0);

	s->in = in + at / 8;
	s->bit = at % 8;
	s->out = out;
	return end;
}
