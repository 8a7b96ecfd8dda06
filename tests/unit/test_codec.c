// SPDX-License-Identifier: MIT
/*
 * The codec contract, the same list for each codec (style.md lesson 17), on host and board: roomy
 * buffer, exact buffer, one byte short, canary intact, trailing junk, truncated at every byte,
 * bit flips, decoding in place.  The streams are embedded, as the board has no files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>

#include "codec.h"
#include "image.h"
#include "prng.h"

/* gzip -n </dev/null */
static const uint8_t gz_empty[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* printf 'hello, hello, hello\\n' | gzip -n */
static const uint8_t gz_fixed[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
	0xd7, 0x51, 0xc8, 0x40, 0xa2, 0xb8, 0x00, 0xe7, 0x42, 0x6e, 0x52, 0x14, 0x00, 0x00, 0x00,
};

/* seq 1 300 | gzip -9n */
static const uint8_t gz_seq[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x1d, 0xd3, 0xcb, 0x11, 0x05,
	0x21, 0x0c, 0x03, 0xc1, 0xbb, 0xa2, 0x41, 0x02, 0x0c, 0xe4, 0x9f, 0xd8, 0x8e, 0xf7, 0xee,
	0x7a, 0x9f, 0x69, 0x61, 0x45, 0x53, 0x4b, 0x5b, 0xa5, 0xa3, 0xab, 0x27, 0x0f, 0xd9, 0x72,
	0xe4, 0x29, 0x2f, 0x79, 0xcb, 0x25, 0x1f, 0xf9, 0xca, 0x4f, 0x19, 0x8a, 0x95, 0x28, 0x53,
	0x59, 0xca, 0x56, 0x4a, 0x39, 0xca, 0x55, 0x9e, 0xe6, 0xd0, 0xb4, 0x26, 0x1f, 0x39, 0x35,
	0x97, 0xe6, 0xd6, 0x2c, 0xcd, 0xa3, 0x79, 0x35, 0x9f, 0xd6, 0xd0, 0xb2, 0x56, 0xb4, 0xf8,
	0xc6, 0xa5, 0xb5, 0xb5, 0x4a, 0xeb, 0x68, 0x5d, 0xad, 0xa7, 0x3d, 0xb4, 0xad, 0x1d, 0xed,
	0xa9, 0xcd, 0x0f, 0xda, 0xda, 0xa5, 0x7d, 0xb4, 0xaf, 0xf6, 0x53, 0x0d, 0x95, 0x55, 0x51,
	0x4d, 0xd5, 0x52, 0xf1, 0x7b, 0x4b, 0x75, 0x54, 0x57, 0xf5, 0x74, 0x86, 0x8e, 0x75, 0xa2,
	0x33, 0x75, 0x96, 0xce, 0xd6, 0xe1, 0xef, 0x1c, 0x9d, 0xab, 0xf3, 0x74, 0x87, 0xae, 0x75,
	0xa3, 0x3b, 0x75, 0x97, 0xee, 0xd6, 0x2d, 0x5d, 0xfe, 0xed, 0xd5, 0x7d, 0x7a, 0x43, 0xcf,
	0x7a, 0xd1, 0x9b, 0x7a, 0x4b, 0x6f, 0xeb, 0x95, 0xde, 0xd1, 0x23, 0x46, 0xd7, 0x20, 0xc7,
	0xa0, 0xc7, 0x20, 0xc8, 0xa0, 0xc8, 0x20, 0xc9, 0xa0, 0xc9, 0x20, 0xca, 0xa0, 0xca, 0x20,
	0xcb, 0xe0, 0xee, 0xcf, 0xc6, 0x5d, 0x87, 0xeb, 0x72, 0x9d, 0xae, 0xdb, 0x75, 0xbc, 0xae,
	0xd7, 0xf9, 0xe8, 0x67, 0x02, 0x3a, 0xdd, 0x97, 0x3b, 0x1a, 0x9a, 0x88, 0xa6, 0xa2, 0xc9,
	0x68, 0x3a, 0x9a, 0x90, 0xa6, 0xa4, 0x49, 0x69, 0x5a, 0x7a, 0x36, 0x04, 0x77, 0xe4, 0x34,
	0x3d, 0x4d, 0x50, 0x53, 0xd4, 0x24, 0x35, 0x4d, 0x4d, 0x54, 0x53, 0xd5, 0x64, 0xf5, 0x6a,
	0x31, 0xee, 0x28, 0x6b, 0xd2, 0x9a, 0xb6, 0x26, 0xae, 0xa9, 0x6b, 0xf2, 0x9a, 0xbe, 0x26,
	0xb0, 0x29, 0xec, 0xdd, 0xb4, 0xdc, 0x11, 0xd9, 0x54, 0x36, 0x99, 0x4d, 0x67, 0x13, 0xda,
	0x94, 0x36, 0xa9, 0x4d, 0x6b, 0x13, 0xdb, 0xd5, 0x1b, 0xe0, 0x8e, 0xde, 0x26, 0xb8, 0x29,
	0x6e, 0x92, 0x9b, 0xe6, 0x26, 0xba, 0xa9, 0x6e, 0xb2, 0x9b, 0xee, 0x3e, 0x3d, 0x16, 0xee,
	0x48, 0x6f, 0xda, 0x9b, 0xf8, 0xa6, 0xbe, 0xc9, 0x6f, 0xfa, 0x1b, 0x00, 0x23, 0x60, 0x08,
	0x7c, 0x7b, 0x55, 0xdc, 0xa1, 0x60, 0x18, 0x8c, 0x83, 0x81, 0x30, 0x12, 0x86, 0xc2, 0x58,
	0x18, 0x0c, 0xa3, 0xe1, 0xd7, 0xf3, 0xeb, 0xfd, 0x31, 0x40, 0x3c, 0x82, 0x47, 0xf0, 0x08,
	0x1e, 0xc1, 0x23, 0x78, 0x04, 0x8f, 0xe0, 0x11, 0x3c, 0xe2, 0x1e, 0x2a, 0x77, 0x78, 0x04,
	0x8f, 0xe0, 0x11, 0x3c, 0x82, 0x47, 0xf0, 0x08, 0x1e, 0xe9, 0x3d, 0xf7, 0xa0, 0xff, 0x45,
	0x73, 0xd7, 0x9b, 0xee, 0x51, 0xf7, 0xaa, 0x7b, 0xd6, 0xbd, 0xeb, 0x1e, 0x36, 0x1e, 0xc1,
	0x23, 0x78, 0x64, 0xf6, 0xf4, 0xb9, 0xc3, 0x23, 0x78, 0x04, 0x8f, 0xe0, 0x11, 0x3c, 0x82,
	0x47, 0xf0, 0x08, 0x1e, 0xc1, 0x23, 0xab, 0xdf, 0x08, 0x77, 0x78, 0x04, 0x8f, 0xe0, 0x11,
	0x3c, 0x82, 0x47, 0xf0, 0x08, 0x1e, 0xc1, 0x23, 0x78, 0x64, 0xf7, 0x63, 0xe2, 0x0e, 0x8f,
	0xe0, 0x11, 0x3c, 0x82, 0x47, 0xf0, 0x08, 0x1e, 0xc1, 0x23, 0x78, 0x04, 0x8f, 0x54, 0xbf,
	0x3a, 0xee, 0xf0, 0x08, 0x1e, 0xc1, 0x23, 0x78, 0x04, 0x8f, 0xe0, 0x11, 0x3c, 0x82, 0x47,
	0xf0, 0xc8, 0xe9, 0xe7, 0xc9, 0x1d, 0x1e, 0xc1, 0x23, 0x78, 0x04, 0x8f, 0xe0, 0x11, 0x3c,
	0x82, 0x47, 0xf0, 0x08, 0x1e, 0xb9, 0xfd, 0x8e, 0xb9, 0xc3, 0x23, 0x78, 0x04, 0x8f, 0xe0,
	0x11, 0x3c, 0x82, 0x47, 0xf0, 0x08, 0x1e, 0xc1, 0x23, 0xaf, 0x1f, 0x7c, 0xbf, 0xf8, 0xa1,
	0x0f, 0x76, 0x05, 0xa4, 0x88, 0x44, 0x04, 0x00, 0x00,
};

/* head -c 70000 /dev/zero | gzip -9n */
static const uint8_t gz_zero[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x31, 0x01, 0x00,
	0x00, 0x00, 0xc2, 0xa0, 0xf5, 0x4f, 0x6d, 0x09, 0x4f, 0xa0, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x80, 0xb7, 0x01, 0xdc, 0xc8, 0xa9, 0xa6, 0x70, 0x11, 0x01, 0x00,
};

/* seq 1 20 | python3 -c 'import gzip, sys;
 * sys.stdout.buffer.write(gzip.compress(sys.stdin.buffer.read(), 0, mtime=0))' */
static const uint8_t gz_stored[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x03, 0x01, 0x33, 0x00, 0xcc, 0xff,
	0x31, 0x0a, 0x32, 0x0a, 0x33, 0x0a, 0x34, 0x0a, 0x35, 0x0a, 0x36, 0x0a, 0x37, 0x0a, 0x38,
	0x0a, 0x39, 0x0a, 0x31, 0x30, 0x0a, 0x31, 0x31, 0x0a, 0x31, 0x32, 0x0a, 0x31, 0x33, 0x0a,
	0x31, 0x34, 0x0a, 0x31, 0x35, 0x0a, 0x31, 0x36, 0x0a, 0x31, 0x37, 0x0a, 0x31, 0x38, 0x0a,
	0x31, 0x39, 0x0a, 0x32, 0x30, 0x0a, 0xfd, 0x9f, 0xd4, 0x6b, 0x33, 0x00, 0x00, 0x00,
};

static const uint8_t store_text[] = "the stored bytes are the output";

/* Makes what the shell command before the array fed to gzip; returns its length. */
typedef size_t (*maker)(uint8_t *out);

static size_t make_empty(uint8_t *out)
{
	(void)out;
	return 0;
}

static size_t make_fixed(uint8_t *out)
{
	memcpy(out, "hello, hello, hello\n", 20);
	return 20;
}

static size_t numbers(uint8_t *out, int last)
{
	size_t n = 0;

	for (int i = 1; i <= last; i++)
		n += (size_t)sprintf((char *)out + n, "%d\n", i);
	return n;
}

static size_t make_seq(uint8_t *out)
{
	return numbers(out, 300);
}

static size_t make_zero(uint8_t *out)
{
	memset(out, 0, 70000);
	return 70000;
}

static size_t make_stored(uint8_t *out)
{
	return numbers(out, 20);
}

static size_t make_text(uint8_t *out)
{
	memcpy(out, store_text, sizeof(store_text));
	return sizeof(store_text);
}

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

static const struct vector vectors[] = {
	VECTOR(codec_store, store_text, make_text),  VECTOR(codec_inflate, gz_empty, make_empty),
	VECTOR(codec_inflate, gz_fixed, make_fixed), VECTOR(codec_inflate, gz_seq, make_seq),
	VECTOR(codec_inflate, gz_zero, make_zero),   VECTOR(codec_inflate, gz_stored, make_stored),
};
#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

#define OUT_MAX 80000
#define IN_MAX	4096
#define CANARY	64

static uint8_t want[OUT_MAX], arena[OUT_MAX + IN_MAX + 2 * CANARY];
static uint64_t work[(16384 + 2 * CANARY) / 8];

/* One decode with canaries around the output and the scratch memory, which begins as rubbish. */
static enum status run(const struct codec *codec, struct codec_io *io, size_t out_cap)
{
	uint8_t *scratch = (uint8_t *)work + CANARY;
	size_t behind = CANARY + codec->scratch_size;
	enum status st;

	assert_true(behind + CANARY <= sizeof(work));
	assert_true(out_cap + 2 * CANARY <= sizeof(arena));
	memset(work, 0xc5, sizeof(work));
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
	for (unsigned i = 0; i < VECTORS; i++) {
		size_t len = vectors[i].make(want);

		good(&vectors[i], len + 1000, len);
		good(&vectors[i], len + 1, len);
		good(&vectors[i], len, len);
	}
}

static void short_output(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
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
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		size_t len = v->make(want);

		if (v->codec == &codec_store)
			continue; /* any length is a whole stream */
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
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		size_t len = v->make(want);

		if (v->codec == &codec_store)
			continue;
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
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		size_t len = v->make(want);

		for (unsigned pass = 0; pass < 1500; pass++) {
			struct codec_io io = {.in = in, .in_len = v->in_len};
			unsigned flips = 1 + pass % 3;

			memcpy(in, v->in, v->in_len);
			while (flips--) {
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
	for (unsigned i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
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

	(void)state;
	for (unsigned gap = 0; gap < 600; gap++) {
		size_t len = make_seq(want);
		struct codec_io io = {buffer + gap, sizeof(gz_seq), buffer, len, work, 0, 0};
		enum status st;
		size_t unread;

		memcpy(buffer + gap, gz_seq, sizeof(gz_seq));
		st = codec_inflate.decode(&io);
		assert_true(st == ST_OVERFLOW || gap + sizeof(gz_seq) >= len);
		assert_true(st == ST_OVERFLOW || st == ST_OK);
		assert_memory_equal(buffer, want, io.out_len);
		unread = io.in_used + 4; /* up to 32 bits are in its bit buffer already */
		if (unread < sizeof(gz_seq))
			assert_memory_equal(buffer + gap + unread, gz_seq + unread,
					    sizeof(gz_seq) - unread);
	}
}

static void interface(void **state)
{
	(void)state;
	assert_string_equal(codec_store.name, "none");
	assert_string_equal(codec_inflate.name, "gzip");
	assert_int_equal(codec_store.id, ZSHIM_CODEC_NONE);
	assert_int_equal(codec_inflate.id, ZSHIM_CODEC_GZIP);
	assert_true(codec_inflate.scratch_size <= 12288);
	assert_int_equal(codec_store.margin(100, 100), 0);
	/* Never more than what keeps the two apart, and a little when it matters. */
	assert_int_equal(codec_inflate.margin(1000, 1000), 1000);
	assert_true(codec_inflate.margin(8000000, 20000000) < 131072);
	assert_int_equal(codec_inflate.margin(20000000, 8000000), 20000000);
}

static enum status gunzip(struct codec_io *io, const uint8_t *in, size_t len, size_t cap)
{
	io->in = in;
	io->in_len = len;
	return run(&codec_inflate, io, cap);
}

static void gzip_members(void **state)
{
	static uint8_t in[IN_MAX];
	struct codec_io io;
	size_t len = make_fixed(want);
	size_t n = 0;

	(void)state;
	len += make_stored(want + len);
	len += make_seq(want + len);
	memcpy(in + n, gz_fixed, sizeof(gz_fixed));
	n += sizeof(gz_fixed);
	memcpy(in + n, gz_empty, sizeof(gz_empty));
	n += sizeof(gz_empty);
	memcpy(in + n, gz_stored, sizeof(gz_stored));
	n += sizeof(gz_stored);
	memcpy(in + n, gz_seq, sizeof(gz_seq));
	n += sizeof(gz_seq);
	assert_int_equal(gunzip(&io, in, n, len), ST_OK);
	assert_int_equal(io.in_used, n);
	assert_int_equal(io.out_len, len);
	assert_memory_equal(io.out, want, len);
	/* A second member that breaks off is an error, not trailing junk. */
	assert_int_equal(gunzip(&io, in, n - 1, len), ST_TRUNCATED);
	assert_int_equal(gunzip(&io, in, sizeof(gz_fixed) + 2, len), ST_TRUNCATED);
	assert_int_equal(gunzip(&io, in, sizeof(gz_fixed) + 1, len), ST_OK);
	assert_int_equal(io.in_used, sizeof(gz_fixed));
}

/* A distance must not reach into the member before: its window does not carry over. */
static void members_have_their_own_window(void **state)
{
	/* Fixed block: length 3 (0000001), distance 1 (00000), end of block (0000000). */
	static const uint8_t second[] = {0x1f, 0x8b, 8,	   0, 0, 0, 0, 0, 0, 255, 0x03,
					 0x02, 0x00, 0x00, 0, 0, 0, 0, 3, 0, 0,	  0};
	static uint8_t in[IN_MAX];
	struct codec_io io;

	(void)state;
	memcpy(in, gz_fixed, sizeof(gz_fixed));
	memcpy(in + sizeof(gz_fixed), second, sizeof(second));
	assert_int_equal(gunzip(&io, in, sizeof(gz_fixed) + sizeof(second), 100), ST_CORRUPT);
	assert_int_equal(io.out_len, 20);
}

static void gzip_header(void **state)
{
	static uint8_t in[IN_MAX];
	struct codec_io io;
	size_t len = make_fixed(want);

	(void)state;
	for (unsigned flags = 0; flags < 32; flags++) {
		size_t n = 10;

		memcpy(in, gz_fixed, 10);
		in[3] = (uint8_t)flags;
		if (flags & 4) {
			memcpy(in + n,
			       "\x05\x00"
			       "e\0xtra",
			       7);
			n += 7;
		}
		if (flags & 8)
			n += (size_t)sprintf((char *)in + n, "name") + 1;
		if (flags & 16)
			n += (size_t)sprintf((char *)in + n, "comment") + 1;
		if (flags & 2)
			n += 2; /* a wrong header CRC: not looked at */
		memcpy(in + n, gz_fixed + 10, sizeof(gz_fixed) - 10);
		n += sizeof(gz_fixed) - 10;
		assert_int_equal(gunzip(&io, in, n, 100), ST_OK);
		assert_int_equal(io.in_used, n);
		assert_int_equal(io.out_len, len);
		assert_memory_equal(io.out, want, len);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(gunzip(&io, in, cut, 100), ST_TRUNCATED);
	}
}

static void gzip_header_refused(void **state)
{
	static const struct {
		unsigned at;
		uint8_t byte;
		enum status st;
		const char *why;
	} cases[] = {
		{0, 0x1e, ST_MAGIC, "first magic byte"},
		{1, 0x8a, ST_MAGIC, "second magic byte"},
		{2, 7, ST_UNSUPPORTED, "method"},
		{3, 0x20, ST_UNSUPPORTED, "reserved flag"},
		{3, 0x40, ST_UNSUPPORTED, "reserved flag"},
		{3, 0x80, ST_UNSUPPORTED, "reserved flag"},
		{sizeof(gz_fixed) - 4, 21, ST_CORRUPT, "ISIZE, low byte"},
		{sizeof(gz_fixed) - 1, 1, ST_CORRUPT, "ISIZE, high byte"},
	};
	static uint8_t in[IN_MAX];
	struct codec_io io;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(in, gz_fixed, sizeof(gz_fixed));
		in[cases[i].at] = cases[i].byte;
		if (gunzip(&io, in, sizeof(gz_fixed), 100) != cases[i].st)
			fail_msg("%s", cases[i].why);
	}
	/* in_used tells where it broke: block type 3 in the byte after the header */
	memcpy(in, gz_fixed, sizeof(gz_fixed));
	in[10] = 7;
	assert_int_equal(gunzip(&io, in, sizeof(gz_fixed), 100), ST_CORRUPT);
	assert_int_equal(io.in_used, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interface),	 cmocka_unit_test(roomy_and_exact),
		cmocka_unit_test(short_output),	 cmocka_unit_test(truncated_input),
		cmocka_unit_test(trailing_junk), cmocka_unit_test(bit_flips_never_overrun),
		cmocka_unit_test(in_place),	 cmocka_unit_test(in_place_without_margin),
		cmocka_unit_test(gzip_members),	 cmocka_unit_test(members_have_their_own_window),
		cmocka_unit_test(gzip_header),	 cmocka_unit_test(gzip_header_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
