// SPDX-License-Identifier: MIT
/*
 * The sequences of LZ4 in assembly (twin_codec_lz4_block, from boot/arm/codec/lz4.S) against the
 * C: the same status, lengths and bytes for blocks made here, whole, cut, altered, with too little
 * room and in place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "prng.h"
#include "twin.h"

extern const struct codec twin_codec_lz4_block;

#define MAX (200u * 1024)

static uint8_t made[MAX], packed[2 * MAX];

/* --- streams ------------------------------------------------------------------------------------
 */
struct writer {
	size_t len; /* in packed[] */
	size_t n;   /* in made[]: what the stream stands for */
	uint32_t seed;
};

static void start(struct writer *w, uint32_t seed)
{
	w->len = 0;
	w->n = 0;
	w->seed = seed;
}

static void put_length(struct writer *w, size_t n)
{
	if (n < 15)
		return;
	for (n -= 15; n >= 255; n -= 255)
		packed[w->len++] = 255;
	packed[w->len++] = (uint8_t)n;
}

/* A sequence; match 0: the last one. */
static void put(struct writer *w, size_t literals, size_t match, size_t offset)
{
	size_t low = match ? match - 4 : 0;

	assert_true(w->n + literals + match <= MAX);
	packed[w->len++] = (uint8_t)((literals < 15 ? literals : 15) << 4 | (low < 15 ? low : 15));
	put_length(w, literals);
	prng_fill(&w->seed, packed + w->len, literals);
	memcpy(made + w->n, packed + w->len, literals);
	w->len += literals;
	w->n += literals;
	if (!match)
		return;
	assert_true(offset && offset <= w->n);
	packed[w->len++] = (uint8_t)offset;
	packed[w->len++] = (uint8_t)(offset >> 8);
	put_length(w, low);
	for (; match--; w->n++)
		made[w->n] = made[w->n - offset];
}

static size_t finish(struct writer *w)
{
	put(w, prng_below(&w->seed, 800), 0, 0);
	return w->len;
}

/* Mostly what the loop does without a second look, sometimes what it leaves. */
static size_t random_stream(struct writer *w, uint32_t seed, size_t sequences)
{
	for (start(w, seed); sequences; sequences--) {
		size_t literals = prng_below(&w->seed, 16), match = 4 + prng_below(&w->seed, 16);
		size_t offset = 1 + prng_below(&w->seed, prng_below(&w->seed, 3) ? 12 : 65535);

		if (prng_below(&w->seed, 8) == 0)
			literals = prng_below(&w->seed, 600);
		if (prng_below(&w->seed, 8) == 0)
			match = 4 + prng_below(&w->seed, 600);
		if (w->n + literals == 0)
			literals = 1;
		put(w, literals, match,
		    offset <= w->n + literals
			    ? offset
			    : 1 + prng_below(&w->seed, (uint32_t)(w->n + literals)));
	}
	return finish(w);
}

/* --- comparison ---------------------------------------------------------------------------------
 */
static enum status same(const uint8_t *in, size_t len, size_t cap)
{
	return same_by(&codec_lz4_block, &twin_codec_lz4_block, in, len, cap);
}

static void whole_streams(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 150; i++) {
		size_t len = random_stream(&w, i * 7919, i % 10 ? i : 10 * i);

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
		size_t len = random_stream(&w, i * 104729, 3 * i);

		for (unsigned pass = 0; pass < 60; pass++) {
			size_t n = pass % 4 ? len : prng_below(&w.seed, (uint32_t)len + 1);

			memcpy(in, packed, len);
			for (unsigned flips = pass % 4 ? pass % 3 + 1 : 0; flips--;) {
				uint32_t bit = prng_below(&w.seed, (uint32_t)len * 8);

				in[bit / 8] = (uint8_t)(in[bit / 8] ^ 1u << bit % 8);
			}
			same(in, n, w.n + pass * 9);
		}
	}
}

/* Each token, with the first and last length bytes, at the offsets that make a difference. */
static void all_tokens(void **state)
{
	static const size_t offsets[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 700, 60000, 65535};
	static const size_t more[] = {0, 1, 253, 254, 255, 256, 600};
	struct writer w;

	(void)state;
	for (unsigned o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++) {
		start(&w, o + 1);
		put(&w, 65535, 4, 1);
		for (size_t token = 0; token < 256; token++)
			put(&w, token >> 4, 4 + (token & 15), offsets[o]);
		for (unsigned i = 0; i < 49; i++)
			put(&w, 15 + more[i % 7], 19 + more[i / 7], offsets[o]);
		assert_int_equal(same(packed, finish(&w), w.n), ST_OK);
		assert_memory_equal(first, made, w.n);
	}
}

/* The costliest sequences of a kind, one behind the other, until input or output ends anywhere. */
static void rounds_are_counted_right(void **state)
{
	static const size_t literals[] = {0, 14, 15, 269}, matches[] = {4, 18, 19, 273};
	struct writer w;

	(void)state;
	for (unsigned kind = 0; kind < 16; kind++) {
		size_t len;

		start(&w, kind + 1);
		put(&w, 20, 4, 20);
		for (unsigned i = 0; i < 100; i++)
			put(&w, literals[kind % 4], matches[kind / 4], 20);
		len = finish(&w);
		for (unsigned i = 0; i < 60; i++) {
			same(packed, len, prng_below(&w.seed, (uint32_t)w.n));
			same(packed, prng_below(&w.seed, (uint32_t)len), w.n);
		}
	}
}

static void in_place(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 300; i++) {
		size_t len = random_stream(&w, i * 65537, i);

		same_in_place(&codec_lz4_block, &twin_codec_lz4_block, packed, len,
			      prng_below(&w.seed, (uint32_t)w.n), made, w.n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams), cmocka_unit_test(cut_and_altered),
		cmocka_unit_test(all_tokens),	 cmocka_unit_test(rounds_are_counted_right),
		cmocka_unit_test(in_place),
	};

	mmu_on();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
