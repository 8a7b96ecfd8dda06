// SPDX-License-Identifier: MIT
/*
 * The xz decoders against liblzma and the xz tool: data of all shapes with all settings, altered
 * streams and chunks, hand-made ones; and with guard pages at both ends of all three buffers.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sys/mman.h>

#include "outside.h"
#include "prng.h"
#include "xz_oracle.h"

#define BIG (5 * 1024 * 1024)

static uint8_t data[BIG], packed[BIG + BIG / 8], unpacked[BIG + 64];
static uint64_t scratch[65536 / 8];
static const size_t sizes[] = {0, 1, 2, 13, 100, 1000, 20000, 65536, 140000};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* Fills data with n bytes of a kind: text-like, near and far repeats, random, code-like, zeros; a
 * repeat may be one of an earlier distance, or of one byte. */
static void structured(uint32_t *seed, size_t n, unsigned kind)
{
	size_t i = 0, offsets[4] = {1, 1, 1, 1};

	while (i < n) {
		unsigned what = kind < 5 ? kind : prng_below(seed, 5);
		size_t run = 1 + prng_below(seed, prng_below(seed, 8) ? 40 : 1200);
		uint32_t pick = prng_below(seed, 20);
		size_t offset = pick < 8    ? pick + 1
				: pick < 14 ? offsets[pick % 4]
					    : 1 + prng_below(seed, 100000);

		if (what == 1 && pick % 3 == 0)
			run = 1 + pick % 2;
		offsets[prng_below(seed, 4)] = offset;
		for (run = run < n - i ? run : n - i; run--; i++)
			data[i] = what == 0   ? (uint8_t)("etaoin shrdlu\n"[prng_below(seed, 14)])
				  : what == 1 ? (offset <= i ? data[i - offset] : (uint8_t)i)
				  : what == 2 ? (uint8_t)(prng(seed) >> 11)
				  : what == 3 ? (uint8_t)(i % 4 == 3 ? 0xeb : prng(seed) & 0x83)
					      : 0;
	}
}

/* What the tests vary of liblzma's settings. */
struct how {
	uint32_t preset, lc, lp, pb, nice;
	lzma_check check;
	lzma_vli filter; /* 0: LZMA2 alone */
	size_t flush;	 /* every so many bytes, 0: never */
	lzma_action action;
};

/* One stream of data[0..n). */
static size_t pack(size_t n, const struct how *how)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma lzma;
	lzma_options_bcj bcj = {.start_offset = 4096};
	lzma_filter chain[] = {
		{how->filter, &bcj}, {LZMA_FILTER_LZMA2, &lzma}, {LZMA_VLI_UNKNOWN, NULL}};
	lzma_ret ret;

	assert_false(lzma_lzma_preset(&lzma, how->preset));
	lzma.lc = how->lc;
	lzma.lp = how->lp;
	lzma.pb = how->pb;
	lzma.dict_size = 1 << 20;
	if (how->nice)
		lzma.nice_len = how->nice;
	assert_int_equal(lzma_stream_encoder(&s, chain + (how->filter ? 0 : 1), how->check),
			 LZMA_OK);
	s.next_out = packed;
	s.avail_out = sizeof(packed);
	s.next_in = data;
	for (size_t at = 0; how->flush && n - at > how->flush; at += how->flush) {
		s.avail_in = how->flush;
		assert_int_equal(lzma_code(&s, how->action), LZMA_STREAM_END);
	}
	s.avail_in = (size_t)(data + n - s.next_in);
	ret = lzma_code(&s, LZMA_FINISH);
	assert_int_equal(ret, LZMA_STREAM_END);
	lzma_end(&s);
	return (size_t)s.total_out;
}

static void decodes_to_data(size_t len, size_t n)
{
	struct codec_io io = {packed, len, unpacked, n, scratch, 0, 0};

	assert_true(codec_xz.scratch_size <= sizeof(scratch));
	memset(unpacked + n, 0xc5, 64);
	assert_int_equal(codec_xz.decode(&io), ST_OK);
	assert_int_equal(io.in_used, len);
	assert_int_equal(io.out_len, n);
	assert_memory_equal(unpacked, data, n);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(unpacked[n + i], 0xc5);
	if (n) {
		io.out_cap = n - 1;
		assert_int_equal(codec_xz.decode(&io), ST_OVERFLOW);
	}
}

/* All lc, lp and pb that LZMA2 allows. */
static void all_properties(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (uint32_t lc = 0; lc <= 4; lc++)
		for (uint32_t lp = 0; lc + lp <= 4; lp++)
			for (uint32_t pb = 0; pb <= 4; pb++)
				for (unsigned kind = 0; kind < 6; kind++) {
					struct how how = {
						.preset = kind, .lc = lc, .lp = lp, .pb = pb};
					size_t n = 3000 + prng_below(&seed, 20000);

					structured(&seed, n, kind);
					decodes_to_data(pack(n, &how), n);
				}
}

/* Sizes, presets, checks, filters, and flushes: more chunks, and more blocks. */
static void all_settings(void **state)
{
	static const uint32_t presets[] = {0, 3, 6, 9 | LZMA_PRESET_EXTREME};
	static const lzma_check checks[] = {LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_CRC64,
					    LZMA_CHECK_SHA256};
	static const lzma_vli filters[] = {0, LZMA_FILTER_ARM, LZMA_FILTER_ARMTHUMB};
	static const uint32_t nices[] = {0, 5, 273};
	uint32_t seed = 2;

	(void)state;
	for (unsigned s = 0; s < SIZES; s++)
		for (unsigned i = 0; i < 36; i++) {
			bool blocks = i % 4 == 1;
			struct how how = {presets[i % 4],
					  3,
					  0,
					  2,
					  nices[i % 3],
					  checks[i / 9],
					  filters[i / 3 % 3],
					  i % 2 ? 777 : 0,
					  blocks ? LZMA_FULL_FLUSH : LZMA_SYNC_FLUSH};

			if (!blocks && how.filter)
				how.flush = 0; /* liblzma cannot */
			structured(&seed, sizes[s], i % 6);
			decodes_to_data(pack(sizes[s], &how), sizes[s]);
		}
}

/* More than one chunk of the largest sizes: of input, of output, and not compressed. */
static void large(void **state)
{
	struct how how = {.preset = 1, .lc = 3, .pb = 2};
	uint32_t seed = 3;

	(void)state;
	memset(data, 7, BIG);
	decodes_to_data(pack(BIG, &how), BIG);
	prng_fill(&seed, data, 200000);
	prng_fill(&seed, data + BIG - 300000, 300000);
	decodes_to_data(pack(BIG, &how), BIG);
	structured(&seed, BIG, 5);
	decodes_to_data(pack(BIG, &how), BIG);
}

/* Options of the xz tool that change the format, through the tool itself. */
static void the_tool(void **state)
{
	static const char *const options[] = {
		"-0",
		"-9e",
		"--check=none",
		"--check=crc32",
		"--check=crc64",
		"--check=sha256",
		"--arm --lzma2",
		"--arm=start=65536 --lzma2=lc=1,lp=2",
		"--armthumb --lzma2=preset=9e",
		"--armthumb=start=2 --lzma2",
		"--block-size=30000",
		"--block-list=1000,2000,0 --arm --lzma2",
		"-T2 --block-size=65536",
		"--lzma2=lc=0,lp=4,pb=4",
		"--lzma2=lc=4,lp=0,pb=0",
		"--lzma2=mode=fast,mf=hc3,nice=2",
		"--lzma2=dict=4KiB",
	};
	uint32_t seed = 6;

	(void)state;
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char command[200];
		size_t len;

		structured(&seed, 200000, 5);
		snprintf(command, sizeof(command), "xz -q -c %s $F", options[i]);
		len = run_tool(command, data, 200000, packed, sizeof(packed));
		decodes_to_data(len, 200000);
	}
}

/* --- altered ones -------------------------------------------------------------------------------
 */
static void alter(uint32_t *seed, size_t from, size_t len, unsigned flips)
{
	while (flips--)
		packed[from + prng_below(seed, (uint32_t)(len - from))] ^=
			(uint8_t)(1u << prng_below(seed, 8));
}

static size_t small_stream(uint32_t *seed, unsigned round)
{
	struct how how = {round % 10,
			  round % 3,
			  round % 2,
			  round % 5,
			  0,
			  LZMA_CHECK_CRC32,
			  0,
			  round % 3 ? 0 : 300,
			  round % 2 ? LZMA_FULL_FLUSH : LZMA_SYNC_FLUSH};
	size_t n = prng_below(seed, 3000);

	if (round % 4 == 3)
		how.filter = LZMA_FILTER_ARM;
	if (how.filter)
		how.flush = 0;
	structured(seed, n, round % 6);
	return pack(n, &how);
}

/* Whole files with anything changed, and cut. */
static void altered_files(void **state)
{
	uint32_t seed = 9;
	size_t len = 0;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		const char *difference;

		if (round % 10 == 0)
			len = small_stream(&seed, round / 10);
		alter(&seed, 0, round % 2 && len > 40 ? 40 : len, 1 + round % 2);
		difference =
			oracle_xz(packed, round % 4 ? len : prng_below(&seed, (uint32_t)len), 4000);
		if (difference)
			fail_msg("altered: %s", difference);
	}
}

/* Chunks, which no CRC32 protects. */
static void altered_chunks(void **state)
{
	uint32_t seed = 10;
	size_t len = 0;

	(void)state;
	for (unsigned round = 0; round < 10000; round++) {
		const char *difference;
		size_t cut;

		if (round % 10 == 0) {
			struct how how = {
				round / 10 % 10, round % 3, round % 2,		 round % 5,	 0,
				LZMA_CHECK_NONE, 0,	    round % 3 ? 0 : 100, LZMA_SYNC_FLUSH};
			size_t n = 1 + prng_below(&seed, 2000);

			structured(&seed, n, round / 10 % 6);
			len = pack(n, &how) - 12 -
			      12; /* a footer and most of the index are behind */
		}
		alter(&seed, 24, round % 3 ? len : 34, round % 5 ? 1 : 3);
		cut = round % 4 ? len : 24 + prng_below(&seed, (uint32_t)len - 24);
		difference = oracle_lzma2(packed + 24, cut - 24, round % 7 ? 4000 : 1000);
		if (difference)
			fail_msg("chunks: %s", difference);
	}
}

/* --- hand-made ones -----------------------------------------------------------------------------
 */
static void expect(const char *hex, enum status st, size_t made)
{
	uint8_t in[300] = {0xfd, '7', 'z', 'X', 'Z', [12] = 2, [14] = 0x21, [15] = 1};
	uint8_t out[300];
	struct codec_io io = {in, 24, out, sizeof(out), scratch, 0, 0};
	size_t len;
	int step;
	unsigned byte;

	for (const char *p = hex; sscanf(p, " %2x%n", &byte, &step) == 1; p += step)
		in[io.in_len++] = (uint8_t)byte;
	len = io.in_len - 24;
	io.in_len += BEHIND;
	if (codec_xzboot.decode(&io) != st || (st == ST_OK && io.out_len != made))
		fail_msg("%s: in %zu, out %zu", hex, io.in_used, io.out_len);
	if (st == ST_OK || st == ST_CORRUPT) {
		const char *difference = oracle_lzma2(in + 24, len, sizeof(out));

		if (difference)
			fail_msg("%s: %s", hex, difference);
	}
}

#define STORED	  "01 0001 6162"
#define STORED_ON "02 0001 6364"

static void chunks_and_statuses(void **state)
{
	(void)state;
	expect("00", ST_OK, 0);
	expect(STORED "00", ST_OK, 2);
	expect(STORED STORED_ON "00", ST_OK, 4);
	expect(STORED STORED "00", ST_OK, 4);
	expect(STORED_ON "00", ST_CORRUPT, 0); /* nothing to go on with */
	expect("03 0001 6162 00", ST_CORRUPT, 0);
	expect("7f 0001 6162 00", ST_CORRUPT, 0);
	expect("80 0001 0005 000000000000 00", ST_CORRUPT, 0);
	expect("a0 0001 0005 000000000000 00", ST_CORRUPT, 0);
	expect("c0 0001 0005 5d 000000000000 00", ST_CORRUPT, 0);
	/* one literal, 0, from a code of 0: 9 bits of 0, after which the range takes another byte
	 */
	expect("e0 0000 0005 5d 000000000000 00", ST_OK, 1);
	expect("e0 0000 0004 5d 0000000000 00", ST_CORRUPT, 0);
	expect("e0 0000 0006 5d 00000000000000 00", ST_CORRUPT, 0);
	expect("e0 0000 0003 5d 00000000 00", ST_CORRUPT, 0);	  /* less than a code */
	expect("e0 0000 0005 5d 010000000000 00", ST_CORRUPT, 0); /* its first byte is not 0 */
	expect("e0 0000 0005 5d 000000000001 00", ST_CORRUPT, 0); /* something is left of it */
	expect("e0 0000 0005 e1 000000000000 00", ST_CORRUPT, 0); /* pb 5 */
	expect("e0 0000 0005 ff 000000000000 00", ST_CORRUPT, 0);
	expect("e0 0000 0005 05 000000000000 00", ST_CORRUPT, 0); /* lc 5 */
	expect("e0 0000 0005 1c 000000000000 00", ST_OK, 1);	  /* lc 1, lp 3 */
	expect("e0 0000 0005 1d 000000000000 00", ST_CORRUPT, 0); /* lc 2, lp 3 */
	/* after 01 the properties must come again; after 02 not */
	expect(STORED "e0 0000 0005 5d 000000000000 80 0000 0005 000000000000 00", ST_OK, 4);
	expect(STORED "c0 0000 0005 5d 000000000000 00", ST_OK, 3);
	expect(STORED "a0 0000 0005 000000000000 00", ST_CORRUPT, 0);
	expect("e0 0000 0005 5d 000000000000" STORED "80 0000 0005 000000000000 00", ST_CORRUPT, 0);
	expect("e0 0000 0005 5d 000000000000" STORED_ON "80 0000 0005 000000000000 00", ST_OK, 4);
	/* a match before anything is there */
	expect("e0 0009 0005 5d 00ffffffffff 00", ST_CORRUPT, 0);
	expect("01 ffff", ST_TRUNCATED, 0);
	expect("e0 0000 ffff 5d 00", ST_TRUNCATED, 0);
	expect("ff ffff 0005 5d 000000000000 00", ST_OVERFLOW, 0);
}

/* --- guard pages --------------------------------------------------------------------------------
 */
/* Truncated and bit-flipped streams, 10,000 of them, between pages that fault. */
static void guard_pages(void **state)
{
	uint32_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		size_t n = 1 + prng_below(&seed, 6000), len;
		struct how how = {round % 10,	    round % 4, 0, round % 5, 0,
				  LZMA_CHECK_CRC32, 0,	       0, LZMA_RUN};
		uint8_t *maps[3], *in;
		size_t lens[3];
		struct codec_io io;

		structured(&seed, n, round % 6);
		len = pack(n, &how);
		io.out = guarded(n, round & 2, &maps[1], &lens[1]);
		io.out_cap = n;
		io.scratch = guarded(codec_xz.scratch_size, round & 4, &maps[2], &lens[2]);
		for (unsigned pass = 0; pass < 101; pass++) {
			size_t cut = pass && pass % 2 ? prng_below(&seed, (uint32_t)len) : len;
			const struct codec *codec = pass % 4 > 1 ? &codec_xzboot : &codec_xz;
			enum status st;

			in = guarded(cut, round & 1, &maps[0], &lens[0]);
			memcpy(in, packed, cut);
			if (pass && pass % 2 == 0)
				in[prng_below(&seed, (uint32_t)cut)] ^= (uint8_t)(1u << pass % 8);
			assert_int_equal(mprotect(maps[0] + 4096, lens[0] - 8192, PROT_READ), 0);
			io.in = in;
			io.in_len = cut;
			st = codec->decode(&io);
			if (!pass) {
				assert_int_equal(st, ST_OK);
				assert_memory_equal(io.out, data, n);
			} else if (cut < len && codec == &codec_xz) {
				assert_int_equal(st, ST_TRUNCATED);
			}
			munmap(maps[0], lens[0]);
		}
		munmap(maps[1], lens[1]);
		munmap(maps[2], lens[2]);
	}
}

/* The margin that layouts use is enough for what encoders make of awkward data. */
static void margin_is_enough(void **state)
{
	static uint8_t buffer[2 * 1024 * 1024];
	uint32_t seed = 12;

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		size_t n = 700000 - prng_below(&seed, 1000);
		struct how how = {.preset = round % 3, .lc = 3, .pb = 2};
		size_t len, end;
		struct codec_io io = {.out = buffer, .out_cap = n, .scratch = scratch};

		structured(&seed, n, round % 6);
		if (round % 2) /* all gain first, nothing but loss later */
			memset(data, 0, n / 2);
		if (round % 3 == 2)
			prng_fill(&seed, data + n / 4, n - n / 4);
		len = pack(n, &how);
		end = n + codec_xz.margin(len, n);
		assert_true(end <= sizeof(buffer));
		memcpy(buffer + end - len, packed, len);
		io.in = buffer + end - len;
		io.in_len = len;
		assert_int_equal(codec_xz.decode(&io), ST_OK);
		assert_memory_equal(buffer, data, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_properties),
		cmocka_unit_test(all_settings),
		cmocka_unit_test(large),
		cmocka_unit_test(the_tool),
		cmocka_unit_test(altered_files),
		cmocka_unit_test(altered_chunks),
		cmocka_unit_test(chunks_and_statuses),
		cmocka_unit_test(guard_pages),
		cmocka_unit_test(margin_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
