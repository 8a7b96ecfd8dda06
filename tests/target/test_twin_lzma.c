// SPDX-License-Identifier: MIT
/*
 * The board's xz decoder with its assembly (twin_codec_xzboot, from boot/arm/codec/lzma.S) against
 * the one in C: the same status, lengths and bytes for streams made here, whole, cut, altered, with
 * too little room and in place.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "areas.h"
#include "codec.h"
#include "prng.h"

extern const struct codec twin_codec_xzboot;

#define MAX    (120u * 1024)
#define BEHIND 21 /* what an .xz file has at least behind the last chunk, and the end */

static uint8_t made[MAX], packed[2 * MAX], first[AREA];
static uint64_t scratch[61440 / 8 + 8];

/* --- an LZMA encoder, told what to encode -------------------------------------------------------
 */
struct length {
	uint16_t choice[2], low[16][8], mid[16][8], high[256];
};

static struct model {
	uint16_t is_match[12][16], is_rep[12], is_rep1[12], is_rep2[12], is_rep3[12];
	uint16_t is_long[12][16], slot[4][64], special[14][32], align[16];
	struct length match, rep;
	uint16_t literal[16][0x300];
} model;

static struct writer {
	size_t len; /* in packed[] */
	size_t n;   /* in made[]: what the stream stands for */
	size_t base, start, start_n;
	uint64_t low;
	uint32_t range, pending;
	uint8_t cache;
	unsigned state, lc, lp, pb;
	uint32_t rep[4], seed;
} w;

static uint32_t below(uint32_t n)
{
	return prng_below(&w.seed, n);
}

static void shift_low(void)
{
	if (w.low < 0xff000000 || w.low >> 32) {
		for (; w.pending; w.pending--) {
			packed[w.len++] = (uint8_t)(w.cache + (w.low >> 32));
			w.cache = 0xff;
		}
		w.cache = (uint8_t)(w.low >> 24);
	}
	w.pending++;
	w.low = (w.low & 0xffffff) << 8;
}

static void put_bit(uint16_t *p, unsigned bit)
{
	uint32_t bound = (w.range >> 11) * *p;

	if (bit) {
		w.low += bound;
		w.range -= bound;
		*p = (uint16_t)(*p - (*p >> 5));
	} else {
		w.range = bound;
		*p = (uint16_t)(*p + ((2048u - *p) >> 5));
	}
	for (; w.range < 1u << 24; w.range <<= 8)
		shift_low();
}

static void put_tree(uint16_t *p, unsigned n, unsigned value)
{
	for (unsigned node = 1; n--; node = node << 1 | (value >> n & 1))
		put_bit(&p[node], value >> n & 1);
}

static void put_reverse(uint16_t *p, unsigned n, unsigned value)
{
	for (unsigned node = 1; n--; value >>= 1) {
		put_bit(&p[node], value & 1);
		node = node << 1 | (value & 1);
	}
}

static unsigned pos_state(void)
{
	return (unsigned)(w.n - w.base) & ((1u << w.pb) - 1);
}

static void put_literal(uint8_t byte)
{
	unsigned before = w.n == w.base ? 0 : made[w.n - 1];
	unsigned pos = (unsigned)(w.n - w.base) & ((1u << w.lp) - 1);
	uint16_t *p = model.literal[pos << w.lc | before >> (8 - w.lc)];
	unsigned expected = w.state < 7 ? 0 : made[w.n - w.rep[0] - 1], node = 1;
	bool same = w.state >= 7;

	put_bit(&model.is_match[w.state][pos_state()], 0);
	for (unsigned i = 8; i--; node = node << 1 | (byte >> i & 1)) {
		unsigned want = expected >> i & 1;

		put_bit(&p[same ? 0x100 + (want << 8) + node : node], byte >> i & 1);
		same = same && want == (byte >> i & 1u);
	}
	made[w.n++] = byte;
	w.state = w.state < 4 ? 0 : w.state < 10 ? w.state - 3 : w.state - 6;
}

static void put_length(struct length *l, unsigned n)
{
	put_bit(&l->choice[0], n >= 8);
	if (n >= 8)
		put_bit(&l->choice[1], n >= 16);
	if (n < 8)
		put_tree(l->low[pos_state()], 3, n);
	else if (n < 16)
		put_tree(l->mid[pos_state()], 3, n - 8);
	else
		put_tree(l->high, 8, n - 16);
}

static void put_distance(uint32_t d, unsigned n)
{
	unsigned slot = d, bits = 0;

	if (d >= 4) {
		bits = 30 - (unsigned)__builtin_clz(d);
		slot = 2 * (bits + 1) + (d >> bits & 1);
	}
	put_tree(model.slot[n < 3 ? n : 3], 6, slot);
	if (slot >= 14) {
		for (unsigned i = bits; i-- > 4;) {
			w.range >>= 1;
			if (d >> i & 1)
				w.low += w.range;
			for (; w.range < 1u << 24; w.range <<= 8)
				shift_low();
		}
		put_reverse(model.align, 4, d & 15);
	} else if (slot >= 4) {
		put_reverse(model.special[slot], bits, d & ((1u << bits) - 1));
	}
}

/* A match of len bytes; which: 0..3 at that rep, else at distance d + 1.  Len 1: rep 0. */
static void put_match(unsigned len, unsigned which, uint32_t d)
{
	unsigned s = w.state;

	put_bit(&model.is_match[s][pos_state()], 1);
	put_bit(&model.is_rep[s], which < 4);
	if (which < 4) {
		put_bit(&model.is_rep1[s], which > 0);
		if (!which)
			put_bit(&model.is_long[s][pos_state()], len > 1);
		if (which > 0)
			put_bit(&model.is_rep2[s], which > 1);
		if (which > 1)
			put_bit(&model.is_rep3[s], which > 2);
		d = w.rep[which];
		if (len > 1)
			put_length(&model.rep, len - 2);
		w.state = len == 1 ? (s < 7 ? 9 : 11) : (s < 7 ? 8 : 11);
	} else {
		put_length(&model.match, len - 2);
		put_distance(d, len - 2);
		w.state = s < 7 ? 7 : 10;
	}
	for (unsigned i = which < 3 ? which : 3; i; i--)
		w.rep[i] = w.rep[i - 1];
	w.rep[0] = d;
	for (; len; len--, w.n++)
		made[w.n] = made[w.n - d - 1];
}

static void reset(void)
{
	for (uint16_t *p = (uint16_t *)&model; p != (uint16_t *)(&model + 1); p++)
		*p = 1024;
	w.state = 0;
	memset(w.rep, 0, sizeof(w.rep));
}

/* control: 80, a0, c0 or e0 */
static void begin_chunk(unsigned control)
{
	if (control == 0xe0)
		w.base = w.n;
	if (control >= 0xc0) {
		w.lc = below(5);
		w.lp = below(5 - w.lc);
		w.pb = below(5);
	}
	if (control >= 0xa0)
		reset();
	w.start = w.len;
	w.start_n = w.n;
	packed[w.len] = (uint8_t)control;
	packed[w.len + 5] = (uint8_t)((w.pb * 5 + w.lp) * 9 + w.lc);
	w.len += control < 0xc0 ? 5 : 6;
	w.low = 0;
	w.range = UINT32_MAX;
	w.cache = 0;
	w.pending = 1;
}

static void end_chunk(void)
{
	uint8_t *h = packed + w.start;
	size_t n = w.n - w.start_n - 1, size;

	for (unsigned i = 0; i < 5; i++)
		shift_low();
	size = w.len - w.start - (h[0] < 0xc0 ? 5 : 6) - 1;
	assert_true(size <= 0xffff && n <= 0x1fffff);
	h[0] |= (uint8_t)(n >> 16);
	h[1] = (uint8_t)(n >> 8);
	h[2] = (uint8_t)n;
	h[3] = (uint8_t)(size >> 8);
	h[4] = (uint8_t)size;
}

static void put_stored(unsigned control, size_t n)
{
	if (control == 1)
		w.base = w.n;
	packed[w.len++] = (uint8_t)control;
	packed[w.len++] = (uint8_t)((n - 1) >> 8);
	packed[w.len++] = (uint8_t)(n - 1);
	prng_fill(&w.seed, packed + w.len, n);
	memcpy(made + w.n, packed + w.len, n);
	w.len += n;
	w.n += n;
}

static void begin(uint32_t seed)
{
	memset(&w, 0, sizeof(w));
	w.seed = seed;
	memset(packed, 0, 24);
	packed[12] = 2;
	packed[14] = 0x21;
	w.len = 24;
}

static size_t end(void)
{
	memset(packed + w.len, 0, BEHIND);
	return w.len += BEHIND;
}

static void random_symbol(void)
{
	unsigned len = below(8) ? 2 + below(9) : 2 + below(272), which = below(8);
	uint32_t d = below(below(3) ? 9 : 70000), had = (uint32_t)(w.n - w.base);

	if (had == 0 || below(5) < 2) {
		put_literal((uint8_t)(below(2) || w.state < 7
					      ? below(256)
					      : made[w.n - w.rep[0] - 1] ^ below(3)));
	} else if (which < 4 && w.rep[which] < had) {
		put_match(which == 0 && below(2) ? 1 : len, which, 0);
	} else {
		put_match(len, 4, d < had ? d : below(had));
	}
}

/* Chunks of all kinds; symbols in each. */
static size_t random_stream(uint32_t seed, unsigned chunks, unsigned symbols)
{
	bool properties = false;

	begin(seed);
	for (unsigned i = 0; i < chunks; i++) {
		unsigned kind = below(6);

		if (kind < 2 && (i || kind == 1)) {
			properties = properties && kind != 1;
			put_stored(kind == 1 ? 1 : 2, 1 + below(300));
			continue;
		}
		begin_chunk(i == 0 || kind == 5 ? 0xe0
			    : !properties	? 0xc0
						: 0x80 + 0x20 * (kind - 2));
		properties = true;
		for (unsigned j = 1 + below(symbols); j; j--)
			random_symbol();
		end_chunk();
	}
	return end();
}

/* --- comparison ---------------------------------------------------------------------------------
 */
static enum status run(const struct codec *codec, struct codec_io *io, uint8_t *out, size_t cap)
{
	enum status st;

	assert_true(codec->scratch_size <= 61440);
	memset(scratch, 0xc5, sizeof(scratch));
	memset(out - 64, 0xc5, OUT_END - (uintptr_t)out + 64);
	io->out = out;
	io->out_cap = cap;
	io->scratch = scratch + 1;
	st = codec->decode(io);
	for (size_t i = 1; i <= 64; i++)
		assert_int_equal(out[-(int)i], 0xc5);
	for (const uint8_t *p = out + cap; p < out + cap + 64 && p != (uint8_t *)OUT_END; p++)
		assert_int_equal(*p, 0xc5);
	assert_int_equal(scratch[0] >> 32, 0xc5c5c5c5);
	assert_int_equal(scratch[1 + codec->scratch_size / 8] >> 32, 0xc5c5c5c5);
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
	st = run(&codec_xzboot, &io, out, cap);
	memcpy(first, out, io.out_len);
	assert_int_equal(run(&twin_codec_xzboot, &twin, out, cap), st);
	assert_int_equal(twin.in_used, io.in_used);
	assert_int_equal(twin.out_len, io.out_len);
	assert_memory_equal(out, first, io.out_len);
	assert_memory_equal((uint8_t *)IN_END - len, in, len);
	return st;
}

static void whole_streams(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 150; i++) {
		size_t len = random_stream(i * 7919, i % 8 + 1, i % 10 ? i : 4 * i);

		assert_int_equal(same(packed, len, w.n), ST_OK);
		assert_memory_equal(first, made, w.n);
		assert_int_equal(same(packed, len, w.n + i % 17), ST_OK);
		if (w.n)
			assert_int_equal(same(packed, len, w.n - 1), ST_OVERFLOW);
		same(packed, len, below((uint32_t)w.n + 1));
	}
}

static void cut_and_altered(void **state)
{
	static uint8_t in[sizeof(packed)];

	(void)state;
	for (uint32_t i = 1; i <= 60; i++) {
		size_t len = random_stream(i * 104729, i % 4 + 1, 3 * i);

		for (unsigned pass = 0; pass < 60; pass++) {
			size_t n = pass % 4 ? len : below((uint32_t)len + 1);

			memcpy(in, packed, len);
			for (unsigned flips = pass % 4 ? pass % 3 + 1 : 0; flips--;) {
				uint32_t bit = 24 * 8 + below((uint32_t)(len - 24) * 8);

				in[bit / 8] = (uint8_t)(in[bit / 8] ^ 1u << bit % 8);
			}
			if (pass % 2) /* of the right lengths all the same */
				memcpy(in, packed, 24 + 6);
			same(in, n, w.n + pass * 9);
		}
	}
}

/* Data that nobody encoded, behind a good beginning: matches with any distance. */
static void rubbish(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 400; i++) {
		size_t len;

		begin(i * 31);
		put_stored(1, 3000);
		begin_chunk(0xc0);
		for (unsigned j = below(300); j; j--)
			random_symbol();
		w.n += 100 + below(4000); /* more than there is */
		end_chunk();
		len = w.len;
		prng_fill(&w.seed, packed + len - 5, 300);
		w.len = len + 295;
		packed[w.start + 3] = (uint8_t)((w.len - w.start - 7) >> 8);
		packed[w.start + 4] = (uint8_t)(w.len - w.start - 7);
		same(packed, end(), w.n);
	}
}

/* Each length with the distances that make a difference, far from the chunk's end and at it. */
static void all_lengths(void **state)
{
	static const uint32_t distances[] = {0, 1,  2,	3,   4,	  5,   6,    7,
					     8, 11, 15, 100, 127, 128, 40000};

	(void)state;
	for (unsigned d = 0; d < sizeof(distances) / sizeof(distances[0]); d++)
		for (unsigned at_end = 0; at_end < 12; at_end++) {
			begin(d + 1);
			put_stored(1, 50000);
			begin_chunk(0xc0);
			for (unsigned len = 2; len <= 273; len += at_end ? 9 + at_end : 1) {
				put_match(len, 4, distances[d]);
				for (unsigned i = 0; i < at_end % 4; i++)
					put_literal((uint8_t)i);
				if (at_end) {
					end_chunk();
					begin_chunk(0x80);
				}
			}
			put_match(2 + 7 * at_end, 0, 0);
			end_chunk();
			assert_int_equal(same(packed, end(), w.n), ST_OK);
			assert_memory_equal(first, made, w.n);
		}
}

/* The input above the output in one buffer: it is never overwritten before it is read. */
static void in_place(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 200; i++) {
		size_t len = random_stream(i * 65537, i % 5 + 1, i);
		uint8_t *out = (uint8_t *)OUT_END - SECTION + 4096;
		uint8_t *in = out + below((uint32_t)w.n);
		struct codec_io io = {in, len, out, w.n, scratch + 1, 0, 0}, twin = io;
		enum status st;

		memcpy(in, packed, len);
		st = codec_xzboot.decode(&io);
		memcpy(first, out, io.out_len);
		memcpy(in, packed, len);
		assert_int_equal(twin_codec_xzboot.decode(&twin), st);
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
		cmocka_unit_test(rubbish),	 cmocka_unit_test(all_lengths),
		cmocka_unit_test(in_place),
	};

	mmu_on();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
