// SPDX-License-Identifier: MIT
/*
 * LZMA, one chunk of it.  The ARM stubs link the assembly twin, boot/arm/codec/lzma.S, instead; it
 * keeps its probabilities in another shape but reads and writes the same.
 *
 * A range coder: code is where in [0, range) the encoder's number lies.  An adaptive bit cuts the
 * range at range / 2048 * p, p being the probability of a 0 in 1/2048, and p then moves by 1/32 of
 * the way to what came.  A direct bit cuts it in halves.  A range below 2^24 is widened by a byte.
 *
 * A symbol is, by adaptive bits that depend on what symbols came before (state) and on the low pb
 * bits of the position:
 *   0              a literal: 8 bits, most significant first, each with the bits before it, the low
 *                  lp bits of the position and the high lc bits of the byte before for context;
 *                  behind a match also the byte at distance rep[0], as far as it agrees
 *   1 0            a match: length, distance
 *   1 1 0 0        one byte from distance rep[0]
 *   1 1 0 1        a match at distance rep[0], and 1 1 1 0, 1 1 1 1 0, 1 1 1 1 1: at rep[1] to [3],
 *                  which comes to the front; then its length
 * A length is 0 and 3 bits, 1 0 and 3 bits or 1 1 and 8 bits, for 2..9, 10..17 and 18..273.  A
 * distance is 6 bits, the slot: its two highest bits and how many follow; of these the low 4, or
 * all if they are at most 5, are adaptive and come least significant first, the others are direct.
 */
#include "lzma_priv.h"

#define PROB_BITS 11
#define PROB_HALF (1u << (PROB_BITS - 1))
#define MOVE_BITS 5
#define TOP	  (1u << 24)

#define STATES	    12
#define LIT_STATES  7 /* states below: the last symbol was a literal */
#define POS_STATES  16
#define LIT_SIZE    0x300
#define MATCH_MIN   2
#define DIST_STATES 4
#define DIRECT_SLOT 14 /* from this slot on there are direct bits */
#define ALIGN_BITS  4

typedef uint16_t prob;

struct length {
	prob choice, choice2;
	prob low[POS_STATES][8], mid[POS_STATES][8];
	prob high[256];
};

struct probs {
	prob is_match[STATES][POS_STATES];
	prob is_rep[STATES], is_rep1[STATES], is_rep2[STATES], is_rep3[STATES];
	prob is_long[STATES][POS_STATES];
	prob slot[DIST_STATES][64];
	prob special[DIRECT_SLOT][32]; /* those up to slot 3 are not used */
	prob align[1 << ALIGN_BITS];
	struct length match_length, rep_length;
	prob literal[16][LIT_SIZE];
};

_Static_assert(sizeof(struct probs) <= LZMA_SCRATCH, "the scratch memory");
_Static_assert(sizeof(struct probs) % sizeof(prob) == 0, "an array of them");

struct decoder {
	struct lzma *s;
	struct probs *probs;
	const uint8_t *in;
	uint32_t range, code;
};

static void widen(struct decoder *d)
{
	if (d->range < TOP) {
		d->range <<= 8;
		d->code = d->code << 8 | *d->in++;
	}
}

static unsigned bit(struct decoder *d, prob *p)
{
	uint32_t bound = (d->range >> PROB_BITS) * *p;
	unsigned one = d->code >= bound;

	if (one) {
		d->range -= bound;
		d->code -= bound;
		*p = (prob)(*p - (*p >> MOVE_BITS));
	} else {
		d->range = bound;
		*p = (prob)(*p + (((1u << PROB_BITS) - *p) >> MOVE_BITS));
	}
	widen(d);
	return one;
}

/* n bits, most significant first. */
static unsigned tree(struct decoder *d, prob *p, unsigned n)
{
	unsigned node = 1;

	for (unsigned i = 0; i < n; i++)
		node = node << 1 | bit(d, &p[node]);
	return node - (1u << n);
}

/* The same, least significant first. */
static unsigned reverse_tree(struct decoder *d, prob *p, unsigned n)
{
	unsigned node = 1, value = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned b = bit(d, &p[node]);

		node = node << 1 | b;
		value |= b << i;
	}
	return value;
}

static uint32_t direct(struct decoder *d, unsigned n)
{
	uint32_t value = 0;

	while (n--) {
		unsigned one;

		d->range >>= 1;
		one = d->code >= d->range;
		if (one)
			d->code -= d->range;
		value = value << 1 | one;
		widen(d);
	}
	return value;
}

/* Where the chunk is in the dictionary; only the low 4 bits matter. */
static unsigned position(const struct lzma *s)
{
	return (unsigned)(s->out - s->base);
}

static void literal(struct decoder *d)
{
	struct lzma *s = d->s;
	unsigned before = s->out == s->base ? 0 : s->out[-1];
	unsigned context = (position(s) & ((1u << s->lp) - 1)) << s->lc | before >> (8 - s->lc);
	prob *p = d->probs->literal[context];
	unsigned node = 1;

	if (s->state >= LIT_STATES) {
		unsigned expected = s->out[-(ptrdiff_t)s->rep[0] - 1];
		unsigned same = 0x100;

		while (same && node < 0x100) {
			unsigned want = (expected <<= 1) & 0x100;
			unsigned b = bit(d, &p[0x100 + want + node]);

			node = node << 1 | b;
			same = b == want >> 8;
		}
	}
	while (node < 0x100)
		node = node << 1 | bit(d, &p[node]);
	*s->out++ = (uint8_t)node;
	s->state = s->state < 4 ? 0 : s->state < 10 ? s->state - 3 : s->state - 6;
}

static unsigned length(struct decoder *d, struct length *l, unsigned pos_state)
{
	if (!bit(d, &l->choice))
		return tree(d, l->low[pos_state], 3) + MATCH_MIN;
	if (!bit(d, &l->choice2))
		return tree(d, l->mid[pos_state], 3) + MATCH_MIN + 8;
	return tree(d, l->high, 8) + MATCH_MIN + 16;
}

/* A distance less 1. */
static uint32_t distance(struct decoder *d, unsigned len)
{
	unsigned n = len - MATCH_MIN;
	unsigned slot = tree(d, d->probs->slot[n < DIST_STATES ? n : DIST_STATES - 1], 6);
	unsigned bits = (slot >> 1) - 1;
	uint32_t high;

	if (slot < 4)
		return slot;
	high = 2 | (slot & 1);
	if (slot < DIRECT_SLOT)
		return (high << bits) + reverse_tree(d, d->probs->special[slot], bits);
	high = (high << (bits - ALIGN_BITS)) + direct(d, bits - ALIGN_BITS);
	return (high << ALIGN_BITS) + reverse_tree(d, d->probs->align, ALIGN_BITS);
}

/* One of the last four distances comes to the front. */
static void repeat(struct decoder *d)
{
	struct lzma *s = d->s;
	uint32_t again = s->rep[1];

	if (bit(d, &d->probs->is_rep2[s->state])) {
		again = s->rep[2];
		if (bit(d, &d->probs->is_rep3[s->state])) {
			again = s->rep[3];
			s->rep[3] = s->rep[2];
		}
		s->rep[2] = s->rep[1];
	}
	s->rep[1] = s->rep[0];
	s->rep[0] = again;
}

/* What is not a literal, after the bit that says so; its length. */
static unsigned match(struct decoder *d, unsigned pos_state)
{
	struct lzma *s = d->s;
	bool after_literal = s->state < LIT_STATES;
	unsigned len;

	if (!bit(d, &d->probs->is_rep[s->state])) {
		len = length(d, &d->probs->match_length, pos_state);
		s->rep[3] = s->rep[2];
		s->rep[2] = s->rep[1];
		s->rep[1] = s->rep[0];
		s->rep[0] = distance(d, len);
		s->state = after_literal ? 7 : 10;
		return len;
	}
	if (bit(d, &d->probs->is_rep1[s->state])) {
		repeat(d);
	} else if (!bit(d, &d->probs->is_long[s->state][pos_state])) {
		s->state = after_literal ? 9 : 11;
		return 1;
	}
	len = length(d, &d->probs->rep_length, pos_state);
	s->state = after_literal ? 8 : 11;
	return len;
}

static bool symbol(struct decoder *d)
{
	struct lzma *s = d->s;
	unsigned pos_state = position(s) & ((1u << s->pb) - 1);
	unsigned len;

	if (!bit(d, &d->probs->is_match[s->state][pos_state])) {
		literal(d);
		return true;
	}
	len = match(d, pos_state);
	if (s->rep[0] >= (size_t)(s->out - s->base) || len > (size_t)(s->out_end - s->out))
		return false;
	for (const uint8_t *from = s->out - s->rep[0] - 1; len; len--)
		*s->out++ = *from++;
	return true;
}

void lzma_reset(struct lzma *s)
{
	prob *p = s->probs;
	struct probs *probs = s->probs;
	const prob *end = probs->literal[1u << (s->lc + s->lp)];

	while (p != end)
		*p++ = PROB_HALF;
	s->state = 0;
	for (unsigned i = 0; i < 4; i++)
		s->rep[i] = 0;
}

bool lzma_chunk(struct lzma *s)
{
	struct decoder d = {s, s->probs, s->in + 5, UINT32_MAX, 0};

	for (unsigned i = 1; i < 5; i++)
		d.code = d.code << 8 | s->in[i];
	if (s->in[0])
		return false;
	while (s->out != s->out_end)
		if (d.in > s->in_end || !symbol(&d))
			return false;
	s->in = d.in;
	return d.in == s->in_end && d.code == 0;
}
