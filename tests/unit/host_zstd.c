// SPDX-License-Identifier: MIT
/*
 * The zstd decoder against libzstd: data of all shapes with all kinds of settings, through the
 * library and the zstd tool; frames that no encoder would make; altered ones; and with guard pages
 * at both ends of all three buffers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "outside.h"
#include "zstd_maker.h"
#include "zstd_oracle.h"

#define DATA_MAX (400 * 1024)
#define BIG	 (9 * 1024 * 1024)

static uint8_t data[BIG], packed[BIG + BIG / 64], unpacked[BIG + 64];
static uint64_t scratch[20 * 1024 / 8];

/* Fills data with n bytes of a kind: text-like, near and far repeats, random, code-like, zeros. */
static void structured(uint32_t *seed, size_t n, unsigned kind)
{
	size_t i = 0, before = 1;

	while (i < n) {
		unsigned what = kind < 5 ? kind : prng_below(seed, 5);
		size_t run = 1 + prng_below(seed, prng_below(seed, 8) ? 40 : 1200);
		size_t offset = prng_below(seed, 3)   ? 1 + prng_below(seed, 8)
				: prng_below(seed, 3) ? 1 + prng_below(seed, 70000)
						      : before; /* a repeated one */

		before = offset;
		for (run = run < n - i ? run : n - i; run--; i++)
			data[i] = what == 0   ? (uint8_t)("etaoin shrdlu\n"[prng_below(seed, 14)])
				  : what == 1 ? (offset <= i ? data[i - offset] : (uint8_t)i)
				  : what == 2 ? (uint8_t)(prng(seed) >> 11)
				  : what == 3 ? (uint8_t)(i % 4 == 3 ? 0xe5 : prng(seed) & 0x83)
					      : 0;
	}
}

static size_t pack(size_t n, int level, int window, unsigned flags)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t made;

	assert_non_null(c);
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, flags & 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, flags >> 1 & 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_literalCompressionMode, flags & 4 ? ZSTD_ps_enable : 0);
	ZSTD_CCtx_setParameter(c, ZSTD_c_targetCBlockSize, flags & 8 ? 1500 : 0);
	made = ZSTD_compress2(c, packed, sizeof(packed), data, n);
	ZSTD_freeCCtx(c);
	assert_false(ZSTD_isError(made));
	return made;
}

static void decodes_to_data(size_t len, size_t n)
{
	struct codec_io io = {packed, len, unpacked, n, scratch, 0, 0};

	assert_true(codec_zstd.scratch_size <= sizeof(scratch));
	memset(unpacked + n, 0xc5, 64);
	assert_int_equal(codec_zstd.decode(&io), ST_OK);
	assert_int_equal(io.in_used, len);
	assert_int_equal(io.out_len, n);
	assert_memory_equal(unpacked, data, n);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(unpacked[n + i], 0xc5);
	if (n) {
		io.out_cap = n - 1;
		assert_int_equal(codec_zstd.decode(&io), ST_OVERFLOW);
	}
}

static void all_settings(void **state)
{
	static const size_t sizes[] = {0,   1,	  2,	 5,	12,    13,     100,    255,
				       256, 1000, 65535, 65791, 65792, 131072, 131073, 140000};
	static const int levels[] = {-7, -1, 1, 3, 7, 13, 19, 22};
	uint32_t seed = 3;

	(void)state;
	for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (unsigned kind = 0; kind < 6; kind++) {
			structured(&seed, sizes[s], kind);
			for (unsigned flags = 0; flags < 16; flags += 3)
				decodes_to_data(pack(sizes[s], levels[(flags + kind + s) % 8],
						     10 + (int)((flags + s) % 10), flags),
						sizes[s]);
		}
}

/* Many blocks, far matches, and windows beyond what the header's short form has. */
static void large(void **state)
{
	uint32_t seed = 5;

	(void)state;
	structured(&seed, BIG, 5);
	memcpy(data + BIG - 300000, data, 200000);
	decodes_to_data(pack(BIG, 1, 27, 2), BIG);
	decodes_to_data(pack(BIG, 9, 24, 1), BIG);
	decodes_to_data(pack(BIG, -5, 10, 3), BIG);
}

/* Each option of the zstd tool that changes the format, through the tool itself. */
static void the_tool(void **state)
{
	static const char *const options[] = {
		"-1",
		"-3 --no-check",
		"-9",
		"-19",
		"--ultra -22",
		"--ultra -22 --long=27",
		"--fast=5",
		"--fast=100",
		"--no-content-size",
		"--long=31 -2",
		"--check -19",
		"--single-thread -4",
		"--no-compress-literals -5",
		"--compress-literals -1",
		"-T2 -B1MiB -3",
		"--zstd=wlog=12,strategy=8",
		"--stream-size=300000 -7 -B131072 -T2",
	};
	uint32_t seed = 6;

	(void)state;
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char command[300];
		size_t len;

		structured(&seed, 300000, 5);
		snprintf(command, sizeof(command), "zstd -q -c %s <$F", options[i]);
		len = run_tool(command, data, 300000, packed, sizeof(packed));
		decodes_to_data(len, 300000);
	}
}

/* One frame behind the other, and those to be skipped. */
static void many_frames(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		static uint8_t whole[40000], file[80000];
		size_t n = 0, len = 0;

		for (unsigned i = 0; i < 4; i++) {
			size_t part = prng_below(&seed, 9000), got;

			structured(&seed, part, (round + i) % 6);
			got = pack(part, (int)(i * 5), 17, round + i);
			memcpy(file + len, packed, got);
			memcpy(whole + n, data, part);
			len += got;
			n += part;
			memcpy(file + len, "\x5a\x2a\x4d\x18\5\0\0\0abcde", 13);
			len += i % 2 ? 13 : 0;
		}
		memcpy(data, whole, n);
		memcpy(packed, file, len);
		decodes_to_data(len, n);
	}
}

/* Frames as no encoder makes them: the maker's, libzstd's and our bytes are the same. */
static void made_streams(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 2000; i++) {
		struct verdict v;
		const char *difference;

		make_stream(i, 1 + i % 6);
		difference = oracle_zstd(mk.packed, mk.len, mk.n + i % 3 * 50, &v);
		if (difference)
			fail_msg("stream %u: %s", i, difference);
		assert_int_equal(v.theirs, mk.n);
		memcpy(packed, mk.packed, mk.len);
		memcpy(data, mk.made, mk.n);
		decodes_to_data(mk.len, mk.n);
	}
}

/* With too little room what has been made is right, and nothing is behind it. */
static void short_rooms(void **state)
{
	uint32_t seed = 8;

	(void)state;
	for (uint32_t i = 1; i <= 2000; i++) {
		struct codec_io io = {mk.packed, 0, unpacked, 0, scratch, 0, 0};

		make_stream(i * 3, 1 + i % 4);
		if (!mk.n)
			continue;
		io.in_len = mk.len;
		io.out_cap = i % 2 ? prng_below(&seed, (uint32_t)mk.n)
				   : mk.n - 1 - i % (mk.n < 64 ? mk.n : 64);
		memset(unpacked, 0xc5, mk.n + 64);
		assert_int_equal(codec_zstd.decode(&io), ST_OVERFLOW);
		assert_true(io.out_len <= io.out_cap);
		assert_memory_equal(unpacked, mk.made, io.out_len);
		for (size_t at = io.out_cap; at < mk.n + 64; at++)
			assert_int_equal(unpacked[at], 0xc5);
	}
}

/* Whether one of the frames says that it wants a window that libzstd refuses. */
static int huge_window(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 6 <= len; i++)
		if (!memcmp(p + i, "\x28\xb5\x2f\xfd", 4) && !(p[i + 4] & 0x20) &&
		    p[i + 5] >> 3 > 20)
			return 1;
	return 0;
}

/* With anything changed: libzstd's verdict, as far as it can be ours, and its bytes. */
static void mutated(void **state)
{
	uint32_t seed = 9;

	(void)state;
	for (uint32_t round = 0; round < 10000; round++) {
		static size_t len;
		const char *difference;
		struct verdict v;
		size_t cut;

		if (round % 10 == 0) {
			size_t n = prng_below(&seed, 5000);

			structured(&seed, n, round / 10 % 6);
			len = pack(n, (int)(round / 10 % 25) - 2, 15, round / 10 % 16);
			if (round % 20 == 0) {
				make_stream(round + 1, 2);
				len = mk.len < 20000 ? mk.len : 20000;
				memcpy(packed, mk.packed, len);
			}
		}
		for (unsigned i = 0; i < 1 + round % 3; i++)
			packed[prng_below(&seed, round % 2 && len > 60 ? 60 : (uint32_t)len)] ^=
				(uint8_t)(1u << prng_below(&seed, 8));
		cut = round % 4 ? len : prng_below(&seed, (uint32_t)len);
		difference = oracle_zstd(packed, cut, MADE_MAX, &v);
		if (difference)
			fail_msg("mutated: %s", difference);
		if (v.st == ST_OK && v.used == cut && v.theirs == SIZE_MAX &&
		    !huge_window(packed, cut))
			fail_msg("round %u: libzstd refuses it", round);
	}
}

static void expect(const char *hex, enum status st, size_t used, size_t made)
{
	uint8_t in[200], out[300];
	struct codec_io io = {in, 0, out, sizeof(out), scratch, 0, 0};
	int step;
	unsigned byte;

	for (const char *p = hex; sscanf(p, " %2x%n", &byte, &step) == 1; p += step)
		in[io.in_len++] = (uint8_t)byte;
	if (codec_zstd.decode(&io) != st || io.in_used != used || io.out_len != made)
		fail_msg("%s: in %zu, out %zu", hex, io.in_used, io.out_len);
}

#define MAGIC "28b52ffd"
#define AB    "110000 6162" /* the last block, not compressed */

static void frames_and_statuses(void **state)
{
	(void)state;
	expect("", ST_TRUNCATED, 0, 0);
	expect("28b52f", ST_TRUNCATED, 0, 0);
	expect("29b52ffd", ST_MAGIC, 0, 0);
	for (unsigned version = 0x22; version < 0x28; version++) {
		char legacy[20];

		snprintf(legacy, sizeof(legacy), "%2xb52ffd 0000", version);
		expect(legacy, ST_UNSUPPORTED, 0, 0);
	}
	expect("1eb52ffd 0000", ST_UNSUPPORTED, 0, 0);
	expect(MAGIC "2002" AB, ST_OK, 11, 2);
	expect(MAGIC "0000" AB, ST_OK, 11, 2);	       /* a window of 1 KiB, no size */
	expect(MAGIC "00ff" AB, ST_OK, 11, 2);	       /* as long as can be */
	expect(MAGIC "1000" AB, ST_OK, 11, 2);	       /* the unused bit */
	expect(MAGIC "0800" AB, ST_UNSUPPORTED, 6, 0); /* the reserved one */
	expect(MAGIC "2003" AB, ST_CORRUPT, 11, 2);
	expect(MAGIC "8000 02000000" AB, ST_OK, 15, 2);
	expect(MAGIC "c000 0200000000000000" AB, ST_OK, 19, 2);
	expect(MAGIC "c000 0200000001000000" AB, ST_CORRUPT, 19, 2);
	expect(MAGIC "6000" AB, ST_CORRUPT, 10, 0); /* 256 and more; a block of type 3 */
	expect(MAGIC "010000" AB, ST_OK, 12, 2);    /* dictionary 0: none */
	expect(MAGIC "010005" AB, ST_UNSUPPORTED, 7, 0);
	expect(MAGIC "02000005" AB, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "030000000005" AB, ST_UNSUPPORTED, 10, 0);
	expect(MAGIC "2402" AB "11111111", ST_OK, 15, 2);
	expect(MAGIC "2402" AB "111111", ST_TRUNCATED, 11, 2);
	expect(MAGIC "2005 230000 78", ST_CORRUPT, 10, 4); /* RLE */
	expect(MAGIC "2004 230000 78", ST_OK, 10, 4);
	expect(MAGIC "2004 230000", ST_TRUNCATED, 9, 0);
	expect(MAGIC "2004 270000 78", ST_CORRUPT, 9, 0);	  /* type 3 */
	expect(MAGIC "0000 0b0010 78", ST_CORRUPT, 9, 0);	  /* 131073 times */
	expect(MAGIC "0000 030010 78", ST_OVERFLOW, 10, 0);	  /* 131072 times */
	expect(MAGIC "2002 250000 1061 62 00", ST_OK, 13, 2);	  /* raw literals */
	expect(MAGIC "2002 1d0000 1162 00", ST_OK, 12, 2);	  /* RLE literals */
	expect(MAGIC "2002 1d0000 1162 01", ST_CORRUPT, 12, 0);	  /* a sequence is missing */
	expect(MAGIC "2002 250000 1162 0000", ST_CORRUPT, 12, 0); /* what is it for? */
	expect(MAGIC "2002 1d0000 1361 00", ST_CORRUPT, 12, 0);	  /* treeless, no tree */
	/* a sequence of repeat tables, when there are none yet */
	expect(MAGIC "2002 350000 1061 62 01 fc 01", ST_CORRUPT, 14, 0);
	/* 2 literals and a match of 3, offset 1: RLE tables, codes 2 0 0, and the padding bit */
#define SEQUENCE MAGIC "2005 4d0000 1061 62 01 "
	expect(SEQUENCE "54 020000 01", ST_OK, 18, 5);
	expect(SEQUENCE "54 020000 02", ST_CORRUPT, 17, 5); /* a bit more than there should be */
	expect(SEQUENCE "54 020000 00", ST_CORRUPT, 17, 0); /* no padding bit */
	expect(SEQUENCE "54 020100 02", ST_CORRUPT, 17, 0); /* offset 4, where there are 2 bytes */
	expect(SEQUENCE "54 030000 01", ST_CORRUPT, 17, 0); /* 3 literals of 2 */
	expect(SEQUENCE "54 240000 01", ST_CORRUPT, 15, 0); /* codes that there are not */
	expect(SEQUENCE "54 022000 01", ST_CORRUPT, 16, 0);
	expect(SEQUENCE "54 020035 01", ST_CORRUPT, 17, 0);
	expect(SEQUENCE "55 020000 01", ST_CORRUPT, 14, 0); /* the reserved bits */
	/* several frames; a window does not reach into the frame before */
	expect(MAGIC "2002" AB MAGIC "2002" AB, ST_OK, 22, 4);
	expect(MAGIC "2002" AB SEQUENCE "54 020100 02", ST_CORRUPT, 28, 2);
	expect("5f2a4d18 03000000 616263" MAGIC "2002" AB, ST_OK, 22, 2);
	expect("502a4d18 04000000 616263", ST_TRUNCATED, 8, 0);
	expect("502a4d18 0400", ST_TRUNCATED, 4, 0);
	expect(MAGIC "2002" AB "01020304", ST_OK, 11, 2);
}

/* --- guard pages --------------------------------------------------------------------------------
 */
/* Truncated and bit-flipped streams, 10,000 of them, between pages that fault. */
static void guard_pages(void **state)
{
	uint32_t seed = 10;

	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		size_t n = 1 + prng_below(&seed, 20000), len;
		size_t scratch_size = (codec_zstd.scratch_size + 7) & ~(size_t)7;
		uint8_t *maps[3], *in;
		size_t lens[3];
		struct codec_io io;

		structured(&seed, n, round % 6);
		len = pack(n, (int)round % 23, 20, round % 16);
		io.out = guarded(n, round & 2, &maps[1], &lens[1]);
		io.out_cap = n;
		io.scratch = guarded(scratch_size, round & 4, &maps[2], &lens[2]);
		for (unsigned pass = 0; pass < 101; pass++) {
			size_t cut = pass && pass % 2 ? prng_below(&seed, (uint32_t)len) : len;
			enum status st;

			in = guarded(cut, round & 1, &maps[0], &lens[0]);
			memcpy(in, packed, cut);
			if (pass && pass % 2 == 0)
				in[prng_below(&seed, (uint32_t)cut)] ^= (uint8_t)(1u << pass % 8);
			assert_int_equal(mprotect(maps[0] + 4096, lens[0] - 8192, PROT_READ), 0);
			io.in = in;
			io.in_len = cut;
			st = codec_zstd.decode(&io);
			if (!pass) {
				assert_int_equal(st, ST_OK);
				assert_memory_equal(io.out, data, n);
			} else if (cut < len) {
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
	static uint8_t buffer[DATA_MAX * 2];
	uint32_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		size_t n = DATA_MAX - prng_below(&seed, 1000);
		size_t len, end;
		struct codec_io io = {.out = buffer, .out_cap = n, .scratch = scratch};

		structured(&seed, n, round % 6);
		if (round % 2) /* all gain first, nothing but loss later */
			memset(data, 0, n / 2);
		len = pack(n, (int)round % 23, 20, round % 16);
		end = n + codec_zstd.margin(len, n);
		assert_true(end <= sizeof(buffer));
		memcpy(buffer + end - len, packed, len);
		io.in = buffer + end - len;
		io.in_len = len;
		assert_int_equal(codec_zstd.decode(&io), ST_OK);
		assert_memory_equal(buffer, data, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_settings),
		cmocka_unit_test(large),
		cmocka_unit_test(the_tool),
		cmocka_unit_test(many_frames),
		cmocka_unit_test(made_streams),
		cmocka_unit_test(mutated),
		cmocka_unit_test(frames_and_statuses),
		cmocka_unit_test(guard_pages),
		cmocka_unit_test(margin_is_enough),
		cmocka_unit_test(short_rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
