// SPDX-License-Identifier: MIT
/*
 * The zstd decoder with its assembly loops (twin_codec_zstd, from boot/arm/codec/zstd.S) against
 * the one in C: the same status, lengths and bytes for streams made here, whole, cut, altered, with
 * too little room and in place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "areas.h"
#include "codec.h"
#include "zstd_maker.h"

extern const struct codec twin_codec_zstd;

#define SCRATCH (20u * 1024)

static uint8_t first[AREA], altered[PACKED_MAX];
static uint64_t scratch[SCRATCH / 8];

/* --- comparison ---------------------------------------------------------------------------------
 */
static enum status run(const struct codec *codec, struct codec_io *io, uint8_t *out, size_t cap)
{
	uint8_t *canary = (uint8_t *)scratch + codec->scratch_size;
	enum status st;

	assert_true(codec->scratch_size + 64 <= SCRATCH);
	memset(canary, 0xc5, 64);
	memset(out - 64, 0xc5, OUT_END - (uintptr_t)out + 64);
	io->out = out;
	io->out_cap = cap;
	io->scratch = scratch;
	st = codec->decode(io);
	for (size_t i = 1; i <= 64; i++)
		assert_int_equal(out[-(int)i], 0xc5);
	for (const uint8_t *p = out + cap; p < out + cap + 64 && p != (uint8_t *)OUT_END; p++)
		assert_int_equal(*p, 0xc5);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(canary[i], 0xc5);
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
	st = run(&codec_zstd, &io, out, cap);
	memcpy(first, out, io.out_len);
	assert_int_equal(run(&twin_codec_zstd, &twin, out, cap), st);
	assert_int_equal(twin.in_used, io.in_used);
	assert_int_equal(twin.out_len, io.out_len);
	assert_memory_equal(out, first, io.out_len);
	assert_memory_equal((uint8_t *)IN_END - len, in, len);
	return st;
}

static void whole_streams(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 300; i++) {
		make_stream(i, 1 + i % 6);
		assert_int_equal(same(mk.packed, mk.len, mk.n), ST_OK);
		assert_memory_equal(first, mk.made, mk.n);
		assert_int_equal(same(mk.packed, mk.len, mk.n + i % 17 * 60), ST_OK);
		if (mk.n)
			assert_int_equal(same(mk.packed, mk.len, mk.n - 1), ST_OVERFLOW);
		for (unsigned pass = 0; pass < 4; pass++)
			same(mk.packed, mk.len, prng_below(&mk.seed, (uint32_t)mk.n + 1));
	}
}

static void cut_and_altered(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 100; i++) {
		make_stream(i * 7919, 1 + i % 3);
		for (unsigned pass = 0; pass < 60; pass++) {
			uint32_t len = (uint32_t)mk.len;
			size_t n = pass % 4 ? len : prng_below(&mk.seed, len + 1);

			memcpy(altered, mk.packed, len);
			for (unsigned flips = pass % 4 ? pass % 3 + 1 : 0; flips--;) {
				uint32_t bit = prng_below(&mk.seed, len * 8);

				altered[bit / 8] = (uint8_t)(altered[bit / 8] ^ 1u << bit % 8);
			}
			same(altered, n, mk.n + pass * 9);
		}
	}
}

/* The input above the output in one buffer: it is never overwritten before it is read. */
static void in_place(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 400; i++) {
		uint8_t *out = (uint8_t *)OUT_END - SECTION + 4096, *in;
		struct codec_io io, twin;
		enum status st;

		make_stream(i * 65537, 1 + i % 5);
		in = out + prng_below(&mk.seed, (uint32_t)mk.n + 1);
		io = (struct codec_io){in, mk.len, out, mk.n, scratch, 0, 0};
		twin = io;
		memcpy(in, mk.packed, mk.len);
		st = codec_zstd.decode(&io);
		memcpy(first, out, io.out_len);
		memcpy(in, mk.packed, mk.len);
		assert_int_equal(twin_codec_zstd.decode(&twin), st);
		assert_int_equal(twin.in_used, io.in_used);
		assert_int_equal(twin.out_len, io.out_len);
		assert_memory_equal(out, first, io.out_len);
		assert_memory_equal(out, mk.made, io.out_len);
		if (st == ST_OVERFLOW)
			assert_memory_equal(in + io.in_used, mk.packed + io.in_used,
					    mk.len - io.in_used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams),
		cmocka_unit_test(cut_and_altered),
		cmocka_unit_test(in_place),
	};

	mmu_on();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
