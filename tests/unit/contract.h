/* SPDX-License-Identifier: MIT */
/*
 * The codec contract, the same list for each codec (style.md lesson 17), on host and board: roomy
 * buffer, exact buffer, one byte short, canary intact, trailing junk, truncated at every byte,
 * bit flips, decoding in place, with and without the margin.
 *
 * A test program includes this after cmocka.h, sets `contract` in main(), and runs CONTRACT_TESTS
 * before its own.  The streams are embedded, as the board has no files.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>
#include <stdio.h>

#include "codec.h"
#include "image.h"
#include "prng.h"

#define OUT_MAX	    80000
#define IN_MAX	    4096
#define SCRATCH_MAX (256 * 1024)
#define CANARY	    64
#define FLIPS	    10000 /* altered streams a codec, at least */

/* Makes what the shell command before a stream fed to the encoder; returns its length. */
typedef size_t (*maker)(uint8_t *out);

struct vector {
	const struct codec *codec;
	const uint8_t *in;
	size_t in_len;
	maker make;
};

#define VECTOR(codec, in, make)                                                                    \
	{                                                                                          \
		&codec, in, sizeof(in), make                                                       \
	}

struct contract {
	const struct vector *vectors;
	size_t count;
	const struct vector *tight; /* to be decoded in place without its margin: make_seq's */
	size_t read_ahead;	    /* bytes behind in_used that the decoder may hold already */
	bool any_end;		    /* the stream has no end of its own: any part of it is one */
};

static const struct contract *contract;

static uint8_t want[OUT_MAX], arena[OUT_MAX + IN_MAX + 2 * CANARY];
static uint64_t work[(SCRATCH_MAX + 2 * CANARY) / 8];

static inline size_t make_empty(uint8_t *out)
{
	(void)out;
	return 0;
}

/* printf 'hello, hello, hello\\n' */
static inline size_t make_fixed(uint8_t *out)
{
	memcpy(out, "hello, hello, hello\n", 20);
	return 20;
}

static inline size_t numbers(uint8_t *out, int last)
{
	size_t n = 0;

	for (int i = 1; i <= last; i++)
		n += (size_t)sprintf((char *)out + n, "%d\n", i);
	return n;
}

/* seq 1 300 */
static inline size_t make_seq(uint8_t *out)
{
	return numbers(out, 300);
}

/* head -c 70000 /dev/zero */
static inline size_t make_zero(uint8_t *out)
{
	memset(out, 0, 70000);
	return 70000;
}

/* seq 1 20 */
static inline size_t make_stored(uint8_t *out)
{
	return numbers(out, 20);
}

/* One decode with canaries around the output and the scratch memory, which begins as rubbish. */
static enum status run(const struct codec *codec, struct codec_io *io, size_t out_cap)
{
	uint8_t *scratch = (uint8_t *)work + CANARY;
	size_t behind = CANARY + codec->scratch_size;
	enum status st;

	assert_true(behind + CANARY <= sizeof(work));
	assert_true(out_cap + 2 * CANARY <= sizeof(arena));
	memset(work, 0xc5, behind + CANARY);
	memset(arena, 0xc5, CANARY);
	memset(arena + CANARY + out_cap, 0xc5, CANARY);
	io->out = arena + CANARY;
	io->out_cap = out_cap;
	io->scratch = scratch;
	io->in_used = io->out_len = (size_t)-1;
	st = codec->decode(io);
	for (size_t i = 0; i < CANARY; i++) {
		assert_int_equal(arena[i], 0xc5);
		assert_int_equal(arena[CANARY + out_cap + i], 0xc5);
		assert_int_equal(((uint8_t *)work)[i], 0xc5);
		assert_int_equal(((uint8_t *)work)[behind + i], 0xc5);
	}
	assert_true(io->in_used <= io->in_len);
	assert_true(io->out_len <= out_cap);
	return st;
}

static void good(const struct vector *v, size_t out_cap, size_t len)
{
	struct codec_io io = {.in = v->in, .in_len = v->in_len};

	assert_int_equal(run(v->codec, &io, out_cap), ST_OK);
	assert_int_equal(io.in_used, v->in_len);
	assert_int_equal(io.out_len, len);
	assert_memory_equal(io.out, want, len);
}

static void roomy_and_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);

		good(v, len + 1000, len);
		good(v, len + 1, len);
		good(v, len, len);
	}
}

static void short_output(void **state)
{
	(void)state;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);
		size_t step = len / 150 + 1;

		for (size_t cap = 0; cap < len; cap += cap + step < len ? step : 1) {
			struct codec_io io = {.in = v->in, .in_len = v->in_len};

			assert_int_equal(run(v->codec, &io, cap), ST_OVERFLOW);
			assert_memory_equal(io.out, want, io.out_len);
		}
	}
}

static void truncated_input(void **state)
{
	(void)state;
	if (contract->any_end)
		return;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);

		for (size_t n = 0; n < v->in_len; n++) {
			struct codec_io io = {.in = v->in, .in_len = n};

			assert_int_equal(run(v->codec, &io, len + 16), ST_TRUNCATED);
			assert_memory_equal(io.out, want, io.out_len);
		}
	}
}

static void trailing_junk(void **state)
{
	static uint8_t in[IN_MAX];

	(void)state;
	if (contract->any_end)
		return;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);

		for (unsigned junk = 1; junk < 20; junk++) {
			struct codec_io io = {.in = in, .in_len = v->in_len + junk};

			memcpy(in, v->in, v->in_len);
			memset(in + v->in_len, junk % 2 ? 0 : 0x1f, junk);
			assert_int_equal(run(v->codec, &io, len + 16), ST_OK);
			assert_int_equal(io.in_used, v->in_len);
			assert_int_equal(io.out_len, len);
			assert_memory_equal(io.out, want, len);
		}
	}
}

static void bit_flips_never_overrun(void **state)
{
	static uint8_t in[IN_MAX];
	uint32_t seed = 2024;

	(void)state;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);

		for (unsigned pass = 0; pass < FLIPS / contract->count + 1; pass++) {
			struct codec_io io = {.in = in, .in_len = v->in_len};
			unsigned flips = 1 + pass % 3;

			memcpy(in, v->in, v->in_len);
			while (flips-- && v->in_len) {
				size_t bit = prng_below(&seed, (uint32_t)v->in_len * 8);

				in[bit / 8] = (uint8_t)(in[bit / 8] ^ 1u << bit % 8);
			}
			/* run() checks the canaries; any verdict is fine. */
			if (run(v->codec, &io, len + pass % 7) == ST_OK)
				assert_true(io.out_len <= len + pass % 7);
		}
	}
}

/* The input's end lies margin() above the output's end, in one buffer, as the board does it. */
static void in_place(void **state)
{
	static uint8_t buffer[OUT_MAX + 70000];

	(void)state;
	for (size_t i = 0; i < contract->count; i++) {
		const struct vector *v = &contract->vectors[i];
		size_t len = v->make(want);
		size_t end = len + v->codec->margin(v->in_len, len);
		struct codec_io io = {.in_len = v->in_len, .out = buffer, .out_cap = len};

		assert_true(end >= v->in_len && end <= sizeof(buffer));
		memcpy(buffer + end - v->in_len, v->in, v->in_len);
		io.in = buffer + end - v->in_len;
		io.scratch = work;
		assert_int_equal(v->codec->decode(&io), ST_OK);
		assert_int_equal(io.out_len, len);
		assert_memory_equal(buffer, want, len);
	}
}

/* With too small a margin the decoder stops: it never writes over what it has not read. */
static void in_place_without_margin(void **state)
{
	static uint8_t buffer[OUT_MAX];
	const struct vector *v = contract->tight;

	(void)state;
	for (unsigned gap = 0; v && gap < 900; gap++) {
		size_t len = v->make(want);
		struct codec_io io = {buffer + gap, v->in_len, buffer, len, work, 0, 0};
		enum status st;
		size_t unread;

		memcpy(buffer + gap, v->in, v->in_len);
		st = v->codec->decode(&io);
		assert_true(st == ST_OVERFLOW || gap + v->in_len >= len);
		assert_true(st == ST_OVERFLOW || st == ST_OK);
		assert_memory_equal(buffer, want, io.out_len);
		unread = io.in_used + contract->read_ahead;
		if (unread < v->in_len)
			assert_memory_equal(buffer + gap + unread, v->in + unread,
					    v->in_len - unread);
	}
}

/* clang-format off */
#define CONTRACT_TESTS                                                                             \
	cmocka_unit_test(roomy_and_exact),                                                         \
	cmocka_unit_test(short_output),                                                            \
	cmocka_unit_test(truncated_input),                                                         \
	cmocka_unit_test(trailing_junk),                                                           \
	cmocka_unit_test(bit_flips_never_overrun),                                                 \
	cmocka_unit_test(in_place),                                                                \
	cmocka_unit_test(in_place_without_margin)
/* clang-format on */

#endif /* CONTRACT_H */
