// SPDX-License-Identifier: MIT
/*
 * The gzip decoder with its assembly loop (twin_codec_gzip, from boot/arm/codec/inflate.S)
 * against the one in C: the same status, lengths and bytes for streams made here, whole, cut,
 * altered, with too little room and in place.  As on the board the MMU is on and memory is Normal;
 * input and output lie between unmapped sections, so that the first byte too many ends in an abort.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "prng.h"
#include "twin.h"

extern const struct codec twin_codec_gzip;

#define MAX (100u * 1024)

static uint8_t made[MAX], packed[2 * MAX];

/* --- streams ------------------------------------------------------------------------------------
 */
struct writer {
	size_t bits; /* in packed[] */
	size_t n;    /* in made[]: what the stream stands for */
	uint32_t seed;
};

static void put(struct writer *w, uint32_t value, unsigned n)
{
	assert_true(w->bits / 8 + 8 < sizeof(packed));
	for (; n--; value >>= 1, w->bits++) {
		if (w->bits % 8 == 0)
			packed[w->bits / 8] = 0;
		packed[w->bits / 8] = (uint8_t)(packed[w->bits / 8] | (value & 1) << (w->bits % 8));
	}
}

/* RFC 1951, 3.2.2. */
struct code {
	uint8_t len[288];
	uint16_t bits[288];
};

static void assign(struct code *c, unsigned n)
{
	uint16_t next[17] = {0};

	for (unsigned i = 0; i < n; i++)
		next[c->len[i] + 1]++;
	next[1] = 0; /* symbols without a code */
	for (unsigned len = 2; len <= 16; len++)
		next[len] = (uint16_t)((next[len] + next[len - 1]) * 2);
	for (unsigned i = 0; i < n; i++)
		c->bits[i] = next[c->len[i]]++;
}

static void put_code(struct writer *w, const struct code *c, unsigned sym)
{
	for (unsigned i = c->len[sym]; i--;)
		put(w, c->bits[sym] >> i & 1, 1);
}

/* A complete code of n > 1 symbols: a random leaf is split until there are enough. */
static void random_code(uint32_t *seed, struct code *c, unsigned n)
{
	unsigned count = 1, skew = 1 + prng_below(seed, 4);

	memset(c->len, 0, sizeof(c->len));
	while (count < n) {
		unsigned leaf = prng_below(seed, skew) ? count - 1 : prng_below(seed, count);

		if (c->len[leaf] >= 15)
			leaf = prng_below(seed, count);
		if (c->len[leaf] >= 15)
			continue;
		c->len[leaf]++;
		c->len[count++] = c->len[leaf];
	}
	for (unsigned i = count - 1; i; i--) {
		unsigned j = prng_below(seed, i + 1);
		uint8_t t = c->len[i];

		c->len[i] = c->len[j];
		c->len[j] = t;
	}
	assign(c, n);
}

static void fixed_code(struct code *lit, struct code *dist)
{
	for (unsigned i = 0; i < 288; i++)
		lit->len[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	memset(dist->len, 5, 32);
	assign(lit, 288);
	assign(dist, 32);
}

static void start(struct writer *w, uint32_t seed)
{
	static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

	memcpy(packed, header, sizeof(header));
	w->bits = 80;
	w->n = 0;
	w->seed = seed;
}

static size_t finish(struct writer *w)
{
	put(w, 0, (unsigned)(0u - w->bits) % 8);
	put(w, 0, 32);
	put(w, (uint32_t)w->n, 32);
	return w->bits / 8;
}

/* The head of a dynamic block.  The code of a code length is the length itself, in 4 bits. */
static void put_head(struct writer *w, int last, const struct code *lit, unsigned lits,
		     const struct code *dist, unsigned dists)
{
	put(w, last ? 5 : 4, 3);
	put(w, lits - 257, 5);
	put(w, dists - 1, 5);
	put(w, 15, 4);
	put(w, 0, 9); /* 16, 17, 18 */
	for (unsigned i = 0; i < 16; i++)
		put(w, 4, 3);
	for (unsigned i = 0; i < lits + dists; i++)
		for (unsigned bit = 4; bit--;)
			put(w, (i < lits ? lit->len[i] : dist->len[i - lits]) >> bit & 1, 1);
}

static void put_literal(struct writer *w, const struct code *lit, uint8_t byte)
{
	assert_true(w->n < MAX);
	put_code(w, lit, byte);
	made[w->n++] = byte;
}

/* 3.2.5.  False, and nothing is done, when the distance is beyond the window. */
static int put_match(struct writer *w, const struct code *lit, unsigned len_sym, uint32_t len_extra,
		     const struct code *dist, unsigned dist_sym, uint32_t dist_extra)
{
	unsigned l = len_sym - 257, len_bits = l < 8 || l == 28 ? 0 : l / 4 - 1;
	unsigned dist_bits = dist_sym < 4 ? 0 : dist_sym / 2 - 1;
	uint32_t len = l == 28 ? 258 : l < 8 ? l + 3 : ((4 + (l & 3)) << len_bits) + 3;
	uint32_t far = dist_sym < 4 ? dist_sym + 1 : ((2 + (dist_sym & 1)) << dist_bits) + 1;

	len_extra &= (1u << len_bits) - 1;
	dist_extra &= (1u << dist_bits) - 1;
	len += len_extra;
	far += dist_extra;
	if (far > w->n || w->n + len > MAX)
		return 0;
	put_code(w, lit, len_sym);
	put(w, len_extra, len_bits);
	put_code(w, dist, dist_sym);
	put(w, dist_extra, dist_bits);
	for (; len--; w->n++)
		made[w->n] = made[w->n - far];
	return 1;
}

/* A block of about n bytes; mix: how many of 8 symbols are literals. */
static void put_block(struct writer *w, int last, size_t n, unsigned mix)
{
	struct code lit, dist;
	unsigned lits = 257 + 1 + prng_below(&w->seed, 29);
	unsigned dists = 2 + prng_below(&w->seed, 29);
	size_t end = w->n + n;

	if (prng_below(&w->seed, 8) == 0) {
		fixed_code(&lit, &dist);
		lits = 286;
		dists = 30;
		put(w, last ? 3 : 2, 3);
	} else {
		random_code(&w->seed, &lit, lits);
		random_code(&w->seed, &dist, dists);
		put_head(w, last, &lit, lits, &dist, dists);
	}
	while (w->n < end && w->n < MAX) {
		unsigned len_sym = 257 + prng_below(&w->seed, lits - 257);
		unsigned dist_sym = prng_below(&w->seed, dists);

		if (prng_below(&w->seed, 3)) /* most are short */
			len_sym = 257 + (len_sym - 257) % 7;
		if (prng_below(&w->seed, 8) < mix ||
		    !put_match(w, &lit, len_sym, prng(&w->seed) >> 3, &dist, dist_sym,
			       prng(&w->seed) >> 3))
			put_literal(w, &lit, (uint8_t)prng_below(&w->seed, 256));
	}
	put_code(w, &lit, 256);
}

/* A stream of some blocks; its length in packed[].  made[0..w->n) is what it stands for. */
static size_t random_stream(struct writer *w, uint32_t seed, size_t n)
{
	start(w, seed);
	for (unsigned blocks = 1 + prng_below(&w->seed, 3); blocks--;)
		put_block(w, blocks == 0, n, prng_below(&w->seed, 8));
	return finish(w);
}

/* --- comparison ---------------------------------------------------------------------------------
 */
static enum status same(const uint8_t *in, size_t len, size_t cap)
{
	return same_by(&codec_gzip, &twin_codec_gzip, in, len, cap);
}

static void whole_streams(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 60; i++) {
		size_t len = random_stream(&w, i * 7919, i % 4 ? 200 * i : 600 * i);

		assert_int_equal(same(packed, len, w.n), ST_OK);
		assert_memory_equal(first, made, w.n);
		assert_int_equal(same(packed, len, w.n + i % 17 * 60), ST_OK);
		if (w.n)
			assert_int_equal(same(packed, len, w.n - 1), ST_OVERFLOW);
		for (unsigned pass = 0; pass < 4; pass++)
			same(packed, len, prng_below(&w.seed, (uint32_t)w.n + 1));
	}
}

static void cut_and_altered(void **state)
{
	static uint8_t in[sizeof(packed)];
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 60; i++) {
		size_t len = random_stream(&w, i * 104729, 30 * i + (i % 8 ? 0 : 4000));

		for (unsigned pass = 0; pass < 60; pass++) {
			size_t n = pass % 4 ? len : prng_below(&w.seed, (uint32_t)len + 1);

			memcpy(in, packed, len);
			for (unsigned flips = pass % 4 ? pass % 3 + 1 : 0; flips--;) {
				uint32_t bit = prng_below(&w.seed, (uint32_t)len * 8);

				/* the head of the first block is the most interesting part */
				if (pass % 8 == 1)
					bit = 80 + bit % 1200;
				if (bit / 8 < len)
					in[bit / 8] = (uint8_t)(in[bit / 8] ^ 1u << bit % 8);
			}
			same(in, n, w.n + pass * 9);
		}
	}
}

/* All lengths at each distance that the copying treats differently. */
static void lengths_and_distances(void **state)
{
	static const uint16_t dist_syms[] = {0, 1, 2, 3, 4, 5, 6, 7, 15, 29};
	struct code lit, dist;
	struct writer w;
	size_t len;

	(void)state;
	fixed_code(&lit, &dist);
	for (unsigned d = 0; d < sizeof(dist_syms) / sizeof(dist_syms[0]); d++)
		for (uint32_t more = 0; more < 2; more++) {
			start(&w, d + 1);
			put(&w, 3, 3);
			for (unsigned i = 0; i < 33000 && i < 4u << dist_syms[d]; i++)
				put_literal(&w, &lit, (uint8_t)prng(&w.seed));
			for (unsigned sym = 257; sym < 286; sym++)
				for (uint32_t x = 0; x < 32; x += sym < 265 ? 32 : 1) {
					assert_true(put_match(&w, &lit, sym, x, &dist, dist_syms[d],
							      more * 0xffff));
					put_literal(&w, &lit, (uint8_t)prng(&w.seed));
				}
			put_code(&w, &lit, 256);
			len = finish(&w);
			assert_int_equal(same(packed, len, w.n + 3000), ST_OK);
			assert_memory_equal(first, made, w.n);
			for (unsigned cut = 0; cut < 30; cut++)
				assert_int_equal(same(packed, len, w.n - 1 - cut * w.n / 30),
						 ST_OVERFLOW);
		}
}

/* Complete codes and spoiled ones with random bits behind them. */
static void random_bits(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 1500; i++) {
		struct code lit, dist;
		unsigned lits, dists;

		start(&w, i * 31337);
		lits = 258 + prng_below(&w.seed, 29);
		dists = 2 + prng_below(&w.seed, 29);
		random_code(&w.seed, &lit, lits);
		random_code(&w.seed, &dist, dists);
		if (i % 4 == 0)
			lit.len[prng_below(&w.seed, lits)] = (uint8_t)prng_below(&w.seed, 16);
		if (i % 4 == 1)
			dist.len[prng_below(&w.seed, dists)] = (uint8_t)prng_below(&w.seed, 16);
		if (i % 16 == 2) { /* one distance of one bit, or none */
			memset(dist.len, 0, sizeof(dist.len));
			dist.len[prng_below(&w.seed, dists)] = i & 16 ? 1 : 0;
		}
		put_head(&w, 1, &lit, lits, &dist, dists);
		while (w.bits % 8 || w.bits < 1200 * 8)
			put(&w, prng(&w.seed) >> 9, 1);
		same(packed, w.bits / 8, 40000);
	}
}

static void in_place(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 300; i++) {
		size_t len = random_stream(&w, i * 65537, 20 * i);

		same_in_place(&codec_gzip, &twin_codec_gzip, packed, len,
			      prng_below(&w.seed, (uint32_t)w.n), made, w.n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams),
		cmocka_unit_test(cut_and_altered),
		cmocka_unit_test(lengths_and_distances),
		cmocka_unit_test(random_bits),
		cmocka_unit_test(in_place),
	};

	mmu_on();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
