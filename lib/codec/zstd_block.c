// SPDX-License-Identifier: MIT
/*
 * The hot loops of the codec "zstd"; the ARM stubs link the assembly twin, boot/arm/codec/zstd.S,
 * instead, which does the same.
 */
#include "zstd_priv.h"

/* The bits: word holds the next ones as its highest, but for used ones above them. */
struct window {
	const uint8_t *in;
	unsigned used;
	uint32_t word;
};

/* One access where the machine has unaligned words. */
static uint32_t load4(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* At least 25 bits are there afterwards. */
static void refill(struct window *w)
{
	w->in -= w->used / 8;
	w->used %= 8;
	w->word = load4(w->in);
}

/* n is less than 32 */
static uint32_t take(struct window *w, unsigned n)
{
	uint32_t v = n ? w->word << w->used >> (32 - n) : 0;

	w->used += n;
	return v;
}

static struct window open_window(const struct zstd *s)
{
	struct window w = {s->bits + (s->left + 7) / 8 - 4, (0u - (unsigned)s->left) % 8, 0};

	return w;
}

static void close_window(struct zstd *s, const struct window *w)
{
	s->left = (int32_t)(w->in - s->bits) * 8 + 32 - (int32_t)w->used;
}

static void copy4(uint8_t *to, const uint8_t *from)
{
	uint32_t word;

	__builtin_memcpy(&word, from, sizeof(word));
	__builtin_memcpy(to, &word, sizeof(word));
}

/*
 * Copies n bytes, and up to 3 more.  In pieces of 4 and in this order, so that a match with an
 * offset of 4 or more reads what it has written itself.
 */
static inline void copy(uint8_t *to, const uint8_t *from, size_t n)
{
	for (const uint8_t *end = to + n; to < end; to += 4, from += 4)
		copy4(to, from);
}

void zstd_copy(uint8_t *to, const uint8_t *from, size_t n)
{
	for (; n >= 4; n -= 4, to += 4, from += 4)
		copy4(to, from);
	while (n--)
		*to++ = *from++;
}

/* Rounds that surely fit; negative: none. */
static ptrdiff_t rounds(const struct zstd *s, const struct window *w)
{
	size_t cap = (size_t)(s->out_end - s->out), gap = (uintptr_t)s->lit - (uintptr_t)s->out;
	ptrdiff_t n = (ptrdiff_t)((gap < cap ? gap : cap) >> ZSTD_ROUND_OUT_LOG);
	ptrdiff_t bits = (w->in - s->bits) >> ZSTD_ROUND_BITS_LOG;
	ptrdiff_t lits = (s->lit_end - s->lit) >> ZSTD_ROUND_LITS_LOG;

	n = bits < n ? bits : n;
	n = lits < n ? lits : n;
	return (ptrdiff_t)s->count - 1 < n ? (ptrdiff_t)s->count - 1 : n;
}

/* The offset, to rep[0].  False, and nothing is done, when it takes more bits than a window has. */
static bool offset(struct zstd *s, struct window *w)
{
	unsigned n = s->of.code >> 8 & 31, which;
	uint32_t value;

	if (n > ZSTD_OF_BITS)
		return false;
	refill(w);
	value = (1u << n) + take(w, n);
	if (n > 1) {
		s->rep[2] = s->rep[1];
		s->rep[1] = s->rep[0];
		s->rep[0] = value;
		return true;
	}
	which = value - 1 + !(s->ll >> ZSTD_CODE_AT & ZSTD_LL_CODE);
	value = which == 3 ? s->rep[0] - 1 : s->rep[which];
	if (which > 1)
		s->rep[2] = s->rep[1];
	if (which > 0)
		s->rep[1] = s->rep[0];
	s->rep[0] = value;
	return true;
}

static uint32_t extra(const struct zstd *s, struct window *w, unsigned i)
{
	uint32_t e = s->t->extra[i];

	refill(w);
	return (e >> ZSTD_EXTRA_LOG) + take(w, e & ((1 << ZSTD_EXTRA_LOG) - 1));
}

static uint32_t next(struct window *w, uint32_t e, unsigned next_at)
{
	return ((e & ~ZSTD_SPECIAL) >> next_at) + take(w, e >> 8 & 15);
}

bool zstd_sequences(struct zstd *s)
{
	struct window w = open_window(s);

	/* the assembly counts rounds down; this looks anew before each, and finds no more */
	for (; rounds(s, &w) > 0; s->count--) {
		uint32_t ll = s->ll >> ZSTD_CODE_AT & ZSTD_LL_CODE;
		uint32_t ml = s->ml >> ZSTD_CODE_AT & ZSTD_ML_CODE, far;
		struct window before;

		if (!offset(s, &w))
			break;
		before = w;
		ml = s->ml & ZSTD_SPECIAL ? extra(s, &w, ml + ZSTD_EXTRA_ML) : ml + ZSTD_ML_MIN;
		ll = ll >= ZSTD_LL_EXTRA ? extra(s, &w, ll - ZSTD_LL_EXTRA) : ll;
		far = s->rep[0] - ZSTD_OF_BIAS;
		if (far < 4 || far > (size_t)(s->out - s->base) ||
		    ll + ml + 16 > (size_t)(s->out_end - s->out) ||
		    ll + ml + 16 > (uintptr_t)s->lit - (uintptr_t)s->out ||
		    ll + 4 > (size_t)(s->lit_end - s->lit)) {
			close_window(s, &before);
			return true;
		}
		copy(s->out, s->lit, ll);
		s->out += ll;
		s->lit += ll;
		copy(s->out, s->out - far, ml);
		s->out += ml;
		refill(&w);
		s->ll = s->t->len[next(&w, s->ll, ZSTD_LL_NEXT)];
		s->ml = s->t->len[next(&w, s->ml, ZSTD_ML_NEXT)];
		refill(&w);
		s->of = s->t->of[next(&w, s->of.state, ZSTD_OF_NEXT) - ZSTD_OF_FIRST];
	}
	close_window(s, &w);
	return false;
}

void zstd_huffman(struct zstd *s, size_t pairs)
{
	struct window w = open_window(s);
	const uint32_t *table = s->t->huf;
	unsigned shift = 32u - s->huf_bits;

	while (pairs--) {
		refill(&w);
		for (unsigned i = 0; i < 2; i++) {
			uint32_t e = table[zstd_reverse(w.word << w.used >> shift << shift)];

			w.used += e >> 8;
			*s->out++ = (uint8_t)e;
		}
	}
	close_window(s, &w);
}

void zstd_states(struct zstd_work *k, uint32_t *to)
{
	unsigned at = 0;

	for (unsigned sym = 0; sym < k->symbols; sym++)
		for (int i = k->norm[sym]; i > 0; i--) {
			k->spread[at] = (uint8_t)sym;
			do {
				at = (at + k->step) & (k->size - 1);
			} while (at >= k->high);
		}
	for (unsigned i = 0; i < k->size; i++, to += k->words) {
		unsigned sym = k->spread[i];
		uint32_t x = k->share[sym]++;
		unsigned n = (unsigned)(__builtin_clz(x) - __builtin_clz(k->size));

		*to = k->entry[sym] + n * 255 + (x << n << k->next_at);
	}
}
