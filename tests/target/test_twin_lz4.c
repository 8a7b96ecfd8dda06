// SPDX-License-Identifier: MIT
/*
 * The lz4 decoder with its assembly loop (twin_codec_lz4, from boot/arm/codec/lz4.S) against the
 * one in C: the same status, lengths and bytes for blocks made here, whole, cut, altered, with too
 * little room and in place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "areas.h"
#include "codec.h"
#include "prng.h"

extern const struct codec twin_codec_lz4;

#define MAX (200u * 1024)

static uint8_t made[MAX], packed[2 * MAX], first[AREA];
static uint64_t scratch[2][256 + 8];

/* --- streams: a legacy frame of one block -------------------------------------------------------
 */
struct writer {
	size_t len; /* in packed[] */
	size_t n;   /* in made[]: what the stream stands for */
	uint32_t seed;
};

static void start(struct writer *w, uint32_t seed)
{
	memcpy(packed, "\x02\x21\x4c\x18", 4);
	w->len = 8;
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
	for (unsigned i = 0; i < 4; i++)
		packed[4 + i] = (uint8_t)((w->len - 8) >> 8 * i);
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
static enum status run(const struct codec *codec, struct codec_io *io, uint8_t *out, size_t cap)
{
	enum status st;

	memset((void *)scratch, 0xc5, sizeof(scratch));
	memset(out - 64, 0xc5, OUT_END - (uintptr_t)out + 64);
	io->out = out;
	io->out_cap = cap;
	io->scratch = scratch[0];
	assert_true(codec->scratch_size <= 256 * 8);
	st = codec->decode(io);
	for (size_t i = 1; i <= 64; i++)
		assert_int_equal(out[-(int)i], 0xc5);
	for (const uint8_t *p = out + cap; p < out + cap + 64 && p != (uint8_t *)OUT_END; p++)
		assert_int_equal(*p, 0xc5);
	assert_int_equal(scratch[0][256] >> 32, 0xc5c5c5c5);
	return st;
}

/* Decodes in[0..len) with both into cap bytes, at the ends of the two areas. */
static enum status same(const uint8_t *in, size_t len, size_t cap)
{
	struct codec_io io = {.in = (uint8_t *)IN_END - len, .in_len = len};
	uint8_t *out = (uint8_t *)OUT_END - cap;
	struct codec_io twin = io;
	enum status st;

	memcpy((uint8_t *)IN_END - len, in, len);
	st = run(&codec_lz4, &io, out, cap);
	memcpy(first, out, io.out_len);
	assert_int_equal(run(&twin_codec_lz4, &twin, out, cap), st);
	assert_int_equal(twin.in_used, io.in_used);
	assert_int_equal(twin.out_len, io.out_len);
	assert_memory_equal(out, first, io.out_len);
	assert_memory_equal((uint8_t *)IN_END - len, in, len);
	return st;
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
			if (pass % 2) /* of the right length all the same */
				memcpy(in, packed, 8);
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
	static uint8_t in[64 * 1024];
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
			size_t cut = 8 + prng_below(&w.seed, (uint32_t)len - 8);

			same(packed, len, prng_below(&w.seed, (uint32_t)w.n));
			memcpy(in, packed, cut);
			for (unsigned b = 0; b < 4; b++)
				in[4 + b] = (uint8_t)((cut - 8) >> 8 * b);
			same(in, cut, w.n);
		}
	}
}

/* The input above the output in one buffer: it is never overwritten before it is read. */
static void in_place(void **state)
{
	struct writer w;

	(void)state;
	for (uint32_t i = 1; i <= 300; i++) {
		size_t len = random_stream(&w, i * 65537, i);
		uint8_t *out = (uint8_t *)OUT_END - SECTION + 4096;
		uint8_t *in = out + prng_below(&w.seed, (uint32_t)w.n);
		struct codec_io io = {in, len, out, w.n, scratch[0], 0, 0}, twin = io;
		enum status st;

		memcpy(in, packed, len);
		st = codec_lz4.decode(&io);
		memcpy(first, out, io.out_len);
		memcpy(in, packed, len);
		assert_int_equal(twin_codec_lz4.decode(&twin), st);
		assert_int_equal(twin.in_used, io.in_used);
		assert_int_equal(twin.out_len, io.out_len);
		assert_memory_equal(out, first, io.out_len);
		assert_memory_equal(out, made, io.out_len);
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
