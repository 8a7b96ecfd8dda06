// SPDX-License-Identifier: MIT
/*
 * The gzip decoder against zlib: compressed data of all shapes, mutated data, hand-made invalid
 * streams; and with guard pages at both ends of all three buffers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>
#include <libdeflate.h>

#include "inflate_oracle.h"
#include "outside.h"
#include "prng.h"

#define DATA_MAX (300 * 1024)

static uint8_t data[DATA_MAX], packed[DATA_MAX * 2], unpacked[DATA_MAX + 64];

/* Fills data with n bytes of a kind: text-like, code-like, runs, random, a window-wide repeat. */
static void structured(uint32_t *seed, size_t n, unsigned kind)
{
	size_t i = 0;

	while (i < n) {
		unsigned what = kind < 4 ? kind : prng_below(seed, 4);
		size_t run = 1 + prng_below(seed, 400);

		if (run > n - i)
			run = n - i;
		switch (what) {
		case 0: /* few symbols */
			while (run--)
				data[i++] = (uint8_t)("etaoin shrdlu\n"[prng_below(seed, 14)]);
			break;
		case 1: { /* a copy from offsets 1..8 or anywhere in the window and its edge */
			static const uint32_t far[] = {32766, 32767, 32768, 32769, 258, 259};
			uint32_t pick = prng_below(seed, 20);
			size_t offset = pick < 8    ? pick + 1
					: pick < 14 ? far[pick - 8]
						    : 1 + prng_below(seed, 40000);

			for (; run--; i++)
				data[i] = offset <= i ? data[i - offset] : (uint8_t)prng(seed);
			break;
		}
		case 2: /* anything */
			prng_fill(seed, data + i, run);
			i += run;
			break;
		default: /* words that differ in a few bits */
			for (; run--; i++)
				data[i] =
					(uint8_t)(i % 4 == 3 ? 0xe5 : prng(seed) & 0x3c3 >> i % 4);
			break;
		}
	}
}

static size_t zlib_pack(size_t n, int level, int strategy, int window, int mem)
{
	z_stream z = {.next_in = data, .avail_in = (uInt)n};

	z.next_out = packed;
	z.avail_out = sizeof(packed);
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, window, mem, strategy), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static void decodes_by(const struct codec *codec, size_t packed_len, size_t n)
{
	static uint64_t scratch[2048];
	struct codec_io io = {packed, packed_len, unpacked, n, scratch, 0, 0};

	assert_true(codec->scratch_size <= sizeof(scratch));
	assert_int_equal(codec->decode(&io), ST_OK);
	assert_int_equal(io.in_used, packed_len);
	assert_int_equal(io.out_len, n);
	assert_memory_equal(unpacked, data, n);
	if (n) {
		io.out_cap = n - 1;
		assert_int_equal(codec->decode(&io), ST_OVERFLOW);
	}
}

static void decodes_to_data(size_t packed_len, size_t n)
{
	decodes_by(&codec_gzip, packed_len, n);
}

static const size_t sizes[] = {0, 1, 2, 3, 100, 1000, 32767, 32768, 32769, 70000, DATA_MAX};

static void all_zlib_settings(void **state)
{
	static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE,
					 Z_FIXED};
	uint32_t seed = 3;

	(void)state;
	for (unsigned kind = 0; kind < 5; kind++)
		for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			structured(&seed, sizes[s], kind);
			for (int level = 0; level <= 9; level++)
				decodes_to_data(
					zlib_pack(sizes[s], level, Z_DEFAULT_STRATEGY, 31, 8),
					sizes[s]);
			for (unsigned t = 1; t < 5; t++)
				decodes_to_data(zlib_pack(sizes[s], 9, strategies[t], 31, 8),
						sizes[s]);
			/* tiny and huge blocks, small window */
			decodes_to_data(zlib_pack(sizes[s], 9, Z_DEFAULT_STRATEGY, 25, 1),
					sizes[s]);
			decodes_to_data(zlib_pack(sizes[s], 9, Z_DEFAULT_STRATEGY, 31, 9),
					sizes[s]);
		}
}

static void all_libdeflate_levels(void **state)
{
	uint32_t seed = 4;

	(void)state;
	for (int level = 0; level <= 12; level++) {
		struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);

		for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			size_t len;

			structured(&seed, sizes[s], 4);
			len = libdeflate_gzip_compress(c, data, sizes[s], packed, sizeof(packed));
			assert_int_not_equal(len, 0);
			decodes_to_data(len, sizes[s]);
		}
		libdeflate_free_compressor(c);
	}
}

/* Through the tools themselves; $F is the name of a file with data[0..n). */
static void the_tools(void **state)
{
	static const struct {
		const struct codec *codec;
		const char *command;
		size_t most, copies;
	} runs[] = {
		{&codec_gzip, "gzip -1c $F", DATA_MAX, 1}, /* with name and time */
		{&codec_gzip, "gzip -9nc $F", DATA_MAX, 1},
		{&codec_gzip, "gzip -c $F; gzip -n </dev/null; gzip -9c <$F; gzip -1nc $F", 70000,
		 3},
		{&codec_gzip, "zopfli --i1 --gzip -c $F", 40000, 1},
		{&codec_gzip, "zopfli --i5 --gzip -c $F; gzip -c $F", 33000, 2},
		{&codec_inflate, "zopfli --i1 --deflate -c $F", 40000, 1},
	};
	uint32_t seed = 11;

	(void)state;
	for (unsigned i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			for (unsigned kind = 0; kind < 5; kind++) {
				size_t n = sizes[s], len;

				if (n > runs[i].most || runs[i].copies * n > DATA_MAX)
					continue;
				structured(&seed, n, kind);
				len = run_tool(runs[i].command, data, n, packed, sizeof(packed));
				for (size_t c = 1; c < runs[i].copies; c++)
					memcpy(data + c * n, data, n);
				decodes_by(runs[i].codec, len, runs[i].copies * n);
			}
}

/* The offsets and lengths that the copy loops treat differently. */
static void offsets_and_lengths(void **state)
{
	static const size_t offsets[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 258, 32767, 32768};
	uint32_t seed = 5;

	(void)state;
	for (unsigned o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
		for (size_t len = 3; len <= 258; len += len < 20 ? 1 : 17) {
			size_t at = offsets[o], n = at + len + 1000;

			prng_fill(&seed, data, n);
			for (size_t i = at; i < at + len; i++)
				data[i] = data[i - at];
			decodes_to_data(zlib_pack(n, 9, Z_DEFAULT_STRATEGY, 31, 9), n);
		}
}

static void compare(const uint8_t *raw, size_t len, const char *what)
{
	const char *difference = oracle_compare(raw, len, 70000);

	if (difference)
		fail_msg("%s: %s", what, difference);
}

/* Raw streams with bits flipped, bytes changed, cut or repeated: zlib's verdict and bytes. */
static void mutated_streams(void **state)
{
	uint32_t seed = 6;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		static const size_t lens[] = {20, 200, 3000, 30000};
		static uint8_t raw[DATA_MAX];
		size_t n = lens[round % 4];
		size_t len;

		structured(&seed, n, round % 5);
		len = zlib_pack(n, 1 + (int)(round % 9), round % 7 ? Z_DEFAULT_STRATEGY : Z_FIXED,
				-15, round % 2 ? 1 : 9);
		for (unsigned pass = 0; pass < 200; pass++) {
			unsigned changes = 1 + prng_below(&seed, 3);

			memcpy(raw, packed, len);
			while (changes--) {
				/* headers matter most: half of the changes go to the first bytes */
				size_t end = pass % 2 && len > 80 ? 80 : len;
				size_t at = prng_below(&seed, (uint32_t)end);

				if (pass % 3)
					raw[at] = (uint8_t)(raw[at] ^ 1u << prng_below(&seed, 8));
				else
					raw[at] = (uint8_t)prng(&seed);
			}
			compare(raw, pass % 5 ? len : prng_below(&seed, (uint32_t)len + 1),
				"mutated");
		}
	}
}

/* A writer of hand-made streams. */
struct bits {
	uint8_t byte[4096];
	size_t count;
};

static void put_bit(struct bits *b, unsigned bit)
{
	assert_true(b->count < sizeof(b->byte) * 8);
	if (b->count % 8 == 0)
		b->byte[b->count / 8] = 0;
	b->byte[b->count / 8] = (uint8_t)(b->byte[b->count / 8] | bit << b->count % 8);
	b->count++;
}

/* "5:30" is the number 30 in 5 bits, lowest first; "=0110" are bits in this order (codes). */
static void put_text(struct bits *b, const char *text)
{
	while (*text) {
		if (*text == ' ') {
			text++;
		} else if (*text == '=') {
			for (text++; *text == '0' || *text == '1'; text++)
				put_bit(b, *text == '1');
		} else {
			char *end;
			unsigned long width = strtoul(text, &end, 10), value;

			assert_int_equal(*end, ':');
			value = strtoul(end + 1, &end, 10);
			for (unsigned i = 0; i < width; i++)
				put_bit(b, value >> i & 1);
			text = end;
		}
	}
}

/* Code length code with 2 bits each for 0 (=00), 1 (=01), 2 (=10) and 18 (=11), a run of zeros. */
#define PRE	  "4:14 3:0 3:0 3:2 3:2 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:0 3:2 3:0 3:2 "
#define DYNAMIC	  "1:1 2:2 "
#define ZEROS97	  "=11 7:86 " /* 97 zeros */
#define ZEROS138  "=11 7:127 "
#define ZEROS118  "=11 7:107 "
#define ZEROS256  ZEROS138 ZEROS118
#define FIXED	  "1:1 2:1 "
#define FIXED_A	  "=10010001 "
#define FIXED_L3  "=0000001 "
#define FIXED_EOB "=0000000 "

static const struct {
	const char *why;
	const char *bits;
	int accepted;
} streams[] = {
	{"block type 3", "1:1 2:3 8:0", 0},
	{"stored: wrong complement", "1:1 2:0 5:0 16:1 16:1 8:65", 0},
	{"stored: padding bits are not looked at", "1:1 2:0 5:31 16:1 16:65534 8:65", 1},
	{"stored: empty", "1:1 2:0 5:0 16:0 16:65535", 1},
	{"stored: shorter than LEN", "1:1 2:0 5:0 16:2 16:65533 8:65", 0},
	{"fixed: end at once", FIXED FIXED_EOB, 1},
	{"fixed: match", FIXED FIXED_A FIXED_L3 "=00000 " FIXED_EOB, 1},
	{"fixed: length symbol 286", FIXED FIXED_A "=11000110 =00000 " FIXED_EOB, 0},
	{"fixed: length symbol 287", FIXED FIXED_A "=11000111 =00000 " FIXED_EOB, 0},
	{"fixed: distance symbol 30", FIXED FIXED_A FIXED_L3 "=11110 " FIXED_EOB, 0},
	{"fixed: distance symbol 31", FIXED FIXED_A FIXED_L3 "=11111 " FIXED_EOB, 0},
	{"fixed: distance 2 with 1 byte there", FIXED FIXED_A FIXED_L3 "=00001 " FIXED_EOB, 0},
	{"fixed: distance 1 with nothing there", FIXED FIXED_L3 "=00000 " FIXED_EOB, 0},
	{"fixed: length 258 as 227 + 31", FIXED FIXED_A "=11000100 5:31 =00000 " FIXED_EOB, 1},
	{"fixed: length 258 as symbol 285", FIXED FIXED_A "=11000101 =00000 " FIXED_EOB, 1},
	{"no end of block", FIXED FIXED_A, 0},
	{"no last block", "1:0 2:1 " FIXED_A FIXED_EOB, 0},
	{"287 literal/length codes", DYNAMIC "5:30 5:0 " PRE "8:0 8:0", 0},
	{"288 literal/length codes", DYNAMIC "5:31 5:0 " PRE "8:0 8:0", 0},
	{"31 distance codes", DYNAMIC "5:0 5:30 " PRE "8:0 8:0", 0},
	{"32 distance codes", DYNAMIC "5:0 5:31 " PRE "8:0 8:0", 0},
	{"code length code: over-subscribed", DYNAMIC "5:0 5:0 4:0 3:1 3:1 3:1 3:0 32:0", 0},
	{"code length code: incomplete", DYNAMIC "5:0 5:0 4:0 3:2 3:2 3:2 3:0 32:0", 0},
	{"code length code: one code only", DYNAMIC "5:0 5:0 4:0 3:0 3:0 3:1 3:0 32:0 32:0", 0},
	{"code length code: empty", DYNAMIC "5:0 5:0 4:0 3:0 3:0 3:0 3:0 32:0 32:0", 0},
	{"repeat with nothing before", DYNAMIC "5:0 5:0 4:0 3:1 3:0 3:1 3:0 =0 2:0 32:0 32:0", 0},
	{"run past the last code", DYNAMIC "5:0 5:0 " PRE ZEROS138 ZEROS138 "32:0", 0},
	{"no end-of-block code", DYNAMIC "5:0 5:0 " PRE "=01 =01 " ZEROS138 ZEROS118 "=00 32:0", 0},
	{"literal/length: over-subscribed",
	 DYNAMIC "5:0 5:0 " PRE "=01 =01 " ZEROS138 "=11 7:105 =01 =00 =0 =1", 0},
	{"literal/length: incomplete",
	 DYNAMIC "5:0 5:0 " PRE "=10 =10 " ZEROS138 "=11 7:105 =10 =00 =10 32:0", 0},
	{"literal/length: only end of block, 2 bits",
	 DYNAMIC "5:0 5:0 " PRE ZEROS256 "=10 =00 =00 32:0", 0},
	{"literal/length: only end of block, 1 bit", DYNAMIC "5:0 5:0 " PRE ZEROS256 "=01 =00 =0",
	 1},
	{"that code's other half", DYNAMIC "5:0 5:0 " PRE ZEROS256 "=01 =00 =1 32:0", 0},
	/* 'a' and end of block in one bit each, then the distance code under test */
	{"distance: none, and none is used",
	 DYNAMIC "5:0 5:0 " PRE ZEROS97 "=01 " ZEROS138 "=11 7:9 =01 =00 =0 =0 =1", 1},
	/* end of block =0, length 3 =10, 'a' =11 */
	{"distance: none, and one is used",
	 DYNAMIC "5:1 5:0 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =00 =10 =11 =0 =0 32:0",
	 0},
	{"distance: one of one bit",
	 DYNAMIC "5:1 5:0 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =01 =10 =11 =0 =0", 1},
	{"distance: its other half",
	 DYNAMIC "5:1 5:0 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =01 =10 =11 =1 =0 32:0",
	 0},
	{"distance: one of two bits",
	 DYNAMIC "5:1 5:0 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =10 =10 =11 =0 =0 32:0",
	 0},
	{"distance: two of two bits",
	 DYNAMIC "5:1 5:1 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =10 =10 =10 =0 32:0", 0},
	{"distance: over-subscribed",
	 DYNAMIC "5:1 5:2 " PRE ZEROS97 "=10 " ZEROS138 "=11 7:9 =01 =10 =01 =01 =01 =10 =0 32:0",
	 0},
};

static void hand_made_streams(void **state)
{
	static uint8_t out[70000];
	struct bits b;
	size_t used, made;

	(void)state;
	for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		size_t len;
		int verdict;

		b.count = 0;
		put_text(&b, streams[i].bits);
		len = (b.count + 7) / 8;
		verdict = oracle_zlib(b.byte, len, out, sizeof(out), &used, &made);
		if ((verdict == Z_STREAM_END) != streams[i].accepted)
			fail_msg("%s: the table is wrong, zlib says %d", streams[i].why, verdict);
		compare(b.byte, len, streams[i].why);
		/* the same in front of more input, so that the fast loop meets it */
		memset(b.byte + len, 0, 64);
		compare(b.byte, len + 64, streams[i].why);
	}
}

/* Random code lengths: most are refused, those that are complete have long codes of all kinds. */
static unsigned complete_code(uint32_t *seed, uint8_t *lens, unsigned n)
{
	/* split a random leaf that is not at depth 15 until n leaves are there */
	unsigned count = 1;

	lens[0] = 0;
	while (count < n) {
		unsigned leaf = prng_below(seed, 3) ? count - 1 : prng_below(seed, count);

		if (lens[leaf] >= 15)
			leaf = prng_below(seed, count);
		if (lens[leaf] >= 15)
			continue;
		lens[leaf]++;
		lens[count++] = lens[leaf];
	}
	for (unsigned i = count - 1; i; i--) { /* shuffle */
		unsigned j = prng_below(seed, i + 1);
		uint8_t t = lens[i];

		lens[i] = lens[j];
		lens[j] = t;
	}
	return count;
}

/* Compares a dynamic block with these code lengths and random bits behind them. */
static void compare_code(uint32_t *seed, const uint8_t *lens, unsigned lits, unsigned dists,
			 const char *what)
{
	static const uint8_t order[19] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
					  11, 4,  12, 3, 13, 2, 14, 1, 15};
	struct bits b = {.count = 0};

	put_text(&b, DYNAMIC);
	for (unsigned i = 0; i < 5; i++)
		put_bit(&b, (lits - 257) >> i & 1);
	for (unsigned i = 0; i < 5; i++)
		put_bit(&b, (dists - 1) >> i & 1);
	/* all of 0..15 in 4 bits: the code of a length is the length itself */
	put_text(&b, "4:15");
	for (unsigned i = 0; i < 19; i++)
		put_text(&b, order[i] < 16 ? "3:4" : "3:0");
	for (unsigned i = 0; i < lits + dists; i++)
		for (unsigned bit = 4; bit--;)
			put_bit(&b, lens[i] >> bit & 1);
	while (b.count % 8 || b.count < 2000 * 8)
		put_bit(&b, prng(seed) >> 9 & 1);
	compare(b.byte, b.count / 8, what);
}

static void random_codes(void **state)
{
	uint32_t seed = 8;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		uint8_t lens[286 + 30];
		unsigned lits = 257 + prng_below(&seed, 30), dists = 1 + prng_below(&seed, 30);

		complete_code(&seed, lens, lits);
		complete_code(&seed, lens + lits, dists);
		if (round % 4 == 0) /* spoil it */
			lens[prng_below(&seed, lits + dists)] = (uint8_t)prng_below(&seed, 16);
		compare_code(&seed, lens, lits, dists, "random code");
	}
}

static void put_lengths(uint8_t **lens, const uint8_t *counts)
{
	for (unsigned len = 1; len <= 15; len++)
		for (unsigned i = 0; i < counts[len]; i++)
			*(*lens)++ = (uint8_t)len;
}

/* Codes of the most different lengths: found by the search of zlib's enough.c. */
static void largest_tables(void **state)
{
	static const uint8_t lit_counts[16] = {[1] = 1,	   [2] = 1,   [3] = 1,	[4] = 1, [11] = 1,
					       [12] = 229, [13] = 49, [14] = 1, [15] = 2};
	static const uint8_t dist_counts[16] = {
		[1] = 1,  [2] = 1,  [3] = 1,  [4] = 1,	[5] = 1,  [6] = 1, [9] = 1,
		[10] = 9, [11] = 9, [12] = 1, [13] = 1, [14] = 1, [15] = 2};
	uint32_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		uint8_t lens[286 + 30], *end = lens;

		put_lengths(&end, lit_counts);
		put_lengths(&end, dist_counts);
		assert_ptr_equal(end, lens + sizeof(lens));
		for (unsigned i = 0; i < 286; i++) { /* any symbols may have these lengths */
			unsigned j = prng_below(&seed, 286);
			uint8_t t = lens[i];

			lens[i] = lens[j];
			lens[j] = t;
		}
		compare_code(&seed, lens, 286, 30, "largest tables");
	}
}

/* Truncated and bit-flipped streams, 10,000 with a gzip member and as many without. */
static void guard_pages(void **state)
{
	uint32_t seed = 9;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		const struct codec *codec = round & 1 ? &codec_gzip : &codec_inflate;
		size_t n = 1 + prng_below(&seed, 20000), len, lens[3];
		size_t scratch_size = (codec->scratch_size + 7) & ~(size_t)7;
		struct codec_io io = {.out = NULL};
		uint8_t *maps[3], *in;

		structured(&seed, n, round % 5);
		len = zlib_pack(n, (int)(round / 2 % 10), Z_DEFAULT_STRATEGY, round & 1 ? 31 : -15,
				1 + (int)round % 9);
		io.out = guarded(n, round & 2, &maps[1], &lens[1]);
		io.out_cap = n;
		io.scratch = guarded(scratch_size, round & 4, &maps[2], &lens[2]);
		for (unsigned pass = 0; pass < 101; pass++) {
			size_t cut = pass % 2 ? prng_below(&seed, (uint32_t)len) : len;
			enum status st;

			in = guarded(cut, round & 8, &maps[0], &lens[0]);
			memcpy(in, packed, cut);
			if (pass && pass % 2 == 0)
				in[prng_below(&seed, (uint32_t)cut)] ^= (uint8_t)(1u << pass % 8);
			assert_int_equal(mprotect(maps[0] + 4096, lens[0] - 8192, PROT_READ), 0);
			io.in = in;
			io.in_len = cut;
			st = codec->decode(&io);
			if (pass % 2) {
				assert_int_equal(st, ST_TRUNCATED);
				assert_memory_equal(io.out, data, io.out_len);
			} else if (!pass) {
				assert_int_equal(st, ST_OK);
				assert_memory_equal(io.out, data, n);
			}
			munmap(maps[0], lens[0]);
		}
		munmap(maps[1], lens[1]);
		munmap(maps[2], lens[2]);
	}
}

/* The margin that layouts use is enough for what real encoders make of awkward data. */
static void margin_is_enough(void **state)
{
	static uint8_t buffer[DATA_MAX * 2];
	static uint64_t scratch[2048];
	uint32_t seed = 10;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		size_t n = DATA_MAX - prng_below(&seed, 1000);
		size_t len, end;
		struct codec_io io = {.out = buffer, .out_cap = n, .scratch = scratch};

		structured(&seed, n, round % 5);
		if (round % 2) /* all gain first, nothing but loss later */
			memset(data, 0, n / 2);
		len = zlib_pack(n, (int)(round % 10), Z_DEFAULT_STRATEGY, 31, 1 + (int)round % 9);
		end = n + codec_gzip.margin(len, n);
		assert_true(end <= sizeof(buffer));
		memcpy(buffer + end - len, packed, len);
		io.in = buffer + end - len;
		io.in_len = len;
		assert_int_equal(codec_gzip.decode(&io), ST_OK);
		assert_memory_equal(buffer, data, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_zlib_settings), cmocka_unit_test(all_libdeflate_levels),
		cmocka_unit_test(the_tools),	     cmocka_unit_test(offsets_and_lengths),
		cmocka_unit_test(hand_made_streams), cmocka_unit_test(random_codes),
		cmocka_unit_test(largest_tables),    cmocka_unit_test(mutated_streams),
		cmocka_unit_test(guard_pages),	     cmocka_unit_test(margin_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
