// SPDX-License-Identifier: MIT
/*
 * The lz4 decoder against liblz4: data of all shapes with all settings of the lz4 tool, altered
 * streams, hand-made ones; and with guard pages at both ends of all three buffers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <lz4hc.h>
#include <sys/mman.h>

#include "lz4_oracle.h"
#include "outside.h"
#include "prng.h"

#define DATA_MAX (300 * 1024)
#define BIG	 (9 * 1024 * 1024)

static uint8_t data[BIG], packed[BIG + BIG / 64], unpacked[BIG + 64];
static const size_t sizes[] = {0, 1, 4, 5, 12, 13, 100, 1000, 65535, 65536, 65537, 140000};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* Fills data with n bytes of a kind: text-like, near and far repeats, random, code-like, zeros. */
static void structured(uint32_t *seed, size_t n, unsigned kind)
{
	static const uint32_t far[] = {65534, 65535, 65536, 65537};
	size_t i = 0;

	while (i < n) {
		unsigned what = kind < 5 ? kind : prng_below(seed, 5);
		size_t run = 1 + prng_below(seed, prng_below(seed, 8) ? 40 : 1200);
		uint32_t pick = prng_below(seed, 20);
		size_t offset = pick < 8    ? pick + 1
				: pick < 12 ? far[pick - 8]
					    : 1 + prng_below(seed, 70000);

		for (run = run < n - i ? run : n - i; run--; i++)
			data[i] = what == 0   ? (uint8_t)("etaoin shrdlu\n"[prng_below(seed, 14)])
				  : what == 1 ? (offset <= i ? data[i - offset] : (uint8_t)i)
				  : what == 2 ? (uint8_t)(prng(seed) >> 11)
				  : what == 3 ? (uint8_t)(i % 4 == 3 ? 0xe5 : prng(seed) & 0x83)
					      : 0;
	}
}

/* As `lz4 -l`. */
static size_t legacy_pack(size_t n, int level)
{
	size_t made = 4;

	memcpy(packed, "\x02\x21\x4c\x18", 4);
	for (size_t at = 0; at < n; at += 0x800000) {
		size_t part = n - at < 0x800000 ? n - at : 0x800000;
		int len = LZ4_compress_HC((const char *)data + at, (char *)packed + made + 4,
					  (int)part, (int)(sizeof(packed) - made - 4), level);

		assert_true(len > 0);
		for (unsigned i = 0; i < 4; i++)
			packed[made + i] = (uint8_t)(len >> 8 * i);
		made += 4 + (size_t)len;
	}
	return made;
}

/* The bits of how are the tool's options. */
enum how { LINKED = 1, BLOCK_CHECK = 2, NO_CHECK = 4, SIZE = 8, HOWS = 16 };

static size_t frame_pack(size_t n, int level, unsigned how, LZ4F_blockSizeID_t block)
{
	LZ4F_preferences_t p = {
		.frameInfo = {.blockSizeID = block,
			      .blockMode = how & LINKED ? LZ4F_blockLinked : LZ4F_blockIndependent,
			      .blockChecksumFlag = how & BLOCK_CHECK ? LZ4F_blockChecksumEnabled
								     : LZ4F_noBlockChecksum,
			      .contentChecksumFlag = how & NO_CHECK ? LZ4F_noContentChecksum
								    : LZ4F_contentChecksumEnabled,
			      .contentSize = how & SIZE ? n : 0},
		.compressionLevel = level,
	};
	size_t made = LZ4F_compressFrame(packed, sizeof(packed), data, n, &p);

	assert_false(LZ4F_isError(made));
	return made;
}

/* As in an image. */
static size_t block_pack(size_t n, int level)
{
	int len = LZ4_compress_HC((const char *)data, (char *)packed, (int)n, (int)sizeof(packed),
				  level);

	assert_true(len > 0);
	return (size_t)len;
}

static void decodes_by(const struct codec *codec, size_t len, size_t n)
{
	struct codec_io io = {packed, len, unpacked, n, NULL, 0, 0};

	assert_int_equal(codec->scratch_size, 0);
	memset(unpacked + n, 0xc5, 64);
	assert_int_equal(codec->decode(&io), ST_OK);
	assert_int_equal(io.in_used, len);
	assert_int_equal(io.out_len, n);
	assert_memory_equal(unpacked, data, n);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(unpacked[n + i], 0xc5);
	if (n) {
		io.out_cap = n - 1;
		assert_int_equal(codec->decode(&io), ST_OVERFLOW);
	}
}

static void decodes_to_data(size_t len, size_t n)
{
	decodes_by(&codec_lz4, len, n);
}

static void all_block_levels(void **state)
{
	uint32_t seed = 12;

	(void)state;
	for (unsigned s = 0; s < SIZES; s++)
		for (int level = 1; level <= 12; level++)
			for (unsigned kind = 0; kind < 6; kind++) {
				structured(&seed, sizes[s], kind);
				decodes_by(&codec_lz4_block, block_pack(sizes[s], level), sizes[s]);
			}
	structured(&seed, BIG, 5);
	decodes_by(&codec_lz4_block, block_pack(BIG, 12), BIG);
}

static void all_frame_settings(void **state)
{
	static const int levels[] = {-5, 1, 3, 9, 12};
	uint32_t seed = 3;

	(void)state;
	for (unsigned s = 0; s < SIZES; s++)
		for (unsigned kind = 0; kind < 6; kind++) {
			structured(&seed, sizes[s], kind);
			for (unsigned how = 0; how < HOWS; how++)
				decodes_to_data(frame_pack(sizes[s], levels[(how + kind) % 5], how,
							   LZ4F_max64KB + (how + s) % 4),
						sizes[s]);
		}
}

static void all_legacy_levels(void **state)
{
	uint32_t seed = 4;

	(void)state;
	for (unsigned s = 0; s < SIZES; s++)
		for (int level = 1; level <= 12; level++) {
			structured(&seed, sizes[s], (unsigned)level % 6);
			decodes_to_data(legacy_pack(sizes[s], level), sizes[s]);
		}
}

/* More than one block of the largest sizes. */
static void large_blocks(void **state)
{
	uint32_t seed = 5;

	(void)state;
	structured(&seed, BIG, 5);
	decodes_to_data(legacy_pack(BIG, 3), BIG);
	decodes_to_data(frame_pack(BIG, 1, LINKED | SIZE, LZ4F_max4MB), BIG);
	decodes_to_data(frame_pack(BIG, 3, BLOCK_CHECK, LZ4F_max1MB), BIG);
}

static size_t tool(const char *command, size_t n)
{
	return run_tool(command, data, n, packed, sizeof(packed));
}

/* Every option of the lz4 tool that changes the format, through the tool itself. */
static void the_tool(void **state)
{
	static const char *const options[] = {
		"-1",
		"-9",
		"-12",
		"-1 -BD",
		"-9 -BD -B4",
		"-12 -BD -B7",
		"-B4",
		"-B5",
		"-B6",
		"-B7",
		"-BX",
		"-9 -BD -BX -B4",
		"-l",
		"-9 -l",
		"--no-frame-crc",
		"--content-size",
		"-12 -BD -B4 -BX --content-size --no-frame-crc",
		"--fast=20",
		"-12 --favor-decSpeed",
		"-12 --favor-decSpeed -BD -B7 --no-frame-crc",
	};
	uint32_t seed = 6;

	(void)state;
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char command[200];

		structured(&seed, 200000, 5);
		snprintf(command, sizeof(command), "lz4 -q -c %s $F", options[i]);
		decodes_to_data(tool(command, 200000), 200000);
	}
}

/* Frames of all kinds, one behind the other, empty ones and skippable ones between them. */
static void many_frames(void **state)
{
	static const char command[] =
		"lz4 -q -c -9 $F; lz4 -q -c </dev/null; lz4 -q -c -l $F; lz4 -q -c -BD -B7 $F;"
		"printf '\\120\\052\\115\\030\\003\\000\\000\\000abc'; lz4 -q -c --content-size $F";
	uint32_t seed = 14;

	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		size_t n = sizes[i], len;

		structured(&seed, n, 5);
		len = tool(command, n);
		for (unsigned copy = 1; copy < 4; copy++)
			memcpy(data + copy * n, data, n);
		decodes_to_data(len, 4 * n);
	}
}

/* --- hand-made sequences ------------------------------------------------------------------------
 */
static size_t put_length(uint8_t *p, size_t n)
{
	size_t at = 0;

	if (n < 15)
		return 0;
	for (n -= 15; n >= 255; n -= 255)
		p[at++] = 255;
	p[at++] = (uint8_t)n;
	return at;
}

/* One sequence; match 0: the last one of its block. */
static size_t put_sequence(uint8_t *p, uint32_t *seed, size_t literals, size_t match, size_t offset)
{
	size_t low = match ? match - 4 : 0, at = 1;

	p[0] = (uint8_t)((literals < 15 ? literals : 15) << 4 | (low < 15 ? low : 15));
	at += put_length(p + at, literals);
	prng_fill(seed, p + at, literals);
	at += literals;
	if (!match)
		return at;
	p[at++] = (uint8_t)offset;
	p[at++] = (uint8_t)(offset >> 8);
	return at + put_length(p + at, low);
}

static void check_block(size_t len, size_t cap, const char *what)
{
	const char *difference = oracle_block(packed, len, cap);

	if (difference)
		fail_msg("%s: %s", what, difference);
}

/* Each count of literals, length and offset that the loops treat differently, far from and near the
 * block's end. */
static void lengths_and_offsets(void **state)
{
	static const size_t counts[] = {0,  1,	2,  3,	4,  5,	6,  7,	 8,   9,   10,	11,  12,
					13, 14, 15, 16, 17, 31, 32, 269, 270, 271, 524, 525, 526};
	static const size_t offsets[] = {0, 1,	2,  3,	4,   5,	  6,   7,    8,
					 9, 15, 16, 17, 599, 600, 601, 65535};
	uint32_t seed = 7;
	size_t n = sizeof(counts) / sizeof(counts[0]);

	(void)state;
	for (unsigned o = 0; o < sizeof(offsets) / sizeof(offsets[0]); o++)
		for (size_t i = 0; i < n * n; i++)
			for (unsigned tail = 0; tail < 1000; tail += 990) {
				size_t len = put_sequence(packed, &seed, 590, 10, 300);

				len += put_sequence(packed + len, &seed, counts[i % n],
						    counts[i / n] + 4, offsets[o]);
				len += put_sequence(packed + len, &seed, tail, 0, 0);
				check_block(len, 4000, "lengths and offsets");
			}
}

static size_t random_block(uint32_t *seed, size_t sequences)
{
	size_t len = 0, made = 0;

	for (; sequences; sequences--) {
		size_t literals = prng_below(seed, 3)	? prng_below(seed, 16)
				  : prng_below(seed, 8) ? prng_below(seed, 40)
							: prng_below(seed, 600);
		size_t match =
			4 + (prng_below(seed, 8) ? prng_below(seed, 17) : prng_below(seed, 700));
		size_t offset = 1 + prng_below(seed, prng_below(seed, 3) ? 10 : 65535);

		literals += made ? 0 : 1;
		offset = offset <= made + literals ? offset : made + literals;
		len += put_sequence(packed + len, seed, literals, match, offset);
		made += literals + match;
	}
	return len + put_sequence(packed + len, seed, prng_below(seed, 700), 0, 0);
}

/* Blocks as no encoder makes them, whole, and with bytes changed, added or cut off. */
static void random_blocks(void **state)
{
	uint32_t seed = 8;

	(void)state;
	for (unsigned round = 0; round < 6000; round++) {
		size_t len = random_block(&seed, prng_below(&seed, 60));

		if (round % 3 == 1)
			for (unsigned i = 0; i < 1 + round % 4; i++)
				packed[prng_below(&seed, (uint32_t)len)] ^=
					(uint8_t)(1u << prng_below(&seed, 8));
		if (round % 3 == 2)
			len = prng_below(&seed, (uint32_t)len);
		check_block(len, round % 5 ? 60000 : prng_below(&seed, 9000), "random");
	}
}

/* Frames with anything changed: the plain decoder's verdict and bytes. */
static void mutated_frames(void **state)
{
	uint32_t seed = 9;

	(void)state;
	for (unsigned round = 0; round < 10000; round++) {
		static size_t len;
		const char *difference;

		if (round % 10 == 0) {
			size_t n = prng_below(&seed, 5000);

			structured(&seed, n, round / 10 % 6);
			len = round % 4 ? frame_pack(n, 9, round / 10 % HOWS, LZ4F_max64KB)
					: legacy_pack(n, 9);
		}
		for (unsigned i = 0; i < 1 + round % 3; i++)
			packed[prng_below(&seed, round % 2 && len > 30 ? 30 : (uint32_t)len)] ^=
				(uint8_t)(1u << prng_below(&seed, 8));
		difference = oracle_lz4(packed, round % 4 ? len : prng_below(&seed, (uint32_t)len),
					6000);
		if (difference)
			fail_msg("mutated: %s", difference);
	}
}

static void expect(const char *hex, enum status st, size_t used, size_t made)
{
	uint8_t in[200], out[300];
	struct codec_io io = {in, 0, out, sizeof(out), NULL, 0, 0};
	int step;
	unsigned byte;

	for (const char *p = hex; sscanf(p, " %2x%n", &byte, &step) == 1; p += step)
		in[io.in_len++] = (uint8_t)byte;
	if (codec_lz4.decode(&io) != st || io.in_used != used || io.out_len != made)
		fail_msg("%s: in %zu, out %zu", hex, io.in_used, io.out_len);
	if (oracle_lz4(in, io.in_len, sizeof(out)))
		fail_msg("%s: the plain decoder differs", hex);
}

#define MAGIC  "04224d18"
#define AB     "02000080 6162" /* a block that is not compressed */
#define LEGACY "02214c18 03000000 20 6162"
#define END    "00000000"

static void frames_and_statuses(void **state)
{
	(void)state;
	expect("", ST_TRUNCATED, 0, 0);
	expect("04224d", ST_TRUNCATED, 0, 0);
	expect("05224d18", ST_MAGIC, 0, 0);
	expect(MAGIC "604000" AB END, ST_OK, 17, 2);
	expect(MAGIC "404000" AB AB END, ST_OK, 23, 4);
	expect(MAGIC "004000" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "804000" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "614000 01000000" AB END, ST_UNSUPPORTED, 8, 0); /* dictionary */
	expect(MAGIC "624000" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "603000" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "604100" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "60c000" AB END, ST_UNSUPPORTED, 8, 0);
	expect(MAGIC "6840 0200000000000000 00" AB END, ST_OK, 25, 2);
	expect(MAGIC "6840 0300000000000000 00" AB END, ST_CORRUPT, 25, 2);
	expect(MAGIC "6840 0200000001000000 00" AB END, ST_CORRUPT, 25, 2);
	expect(MAGIC "704000" AB "11111111" END, ST_OK, 21, 2);
	expect(MAGIC "644000" AB END "22222222", ST_OK, 21, 2);
	expect(MAGIC "644000" AB END "222222", ST_TRUNCATED, 17, 2);
	expect(MAGIC "704000" AB "1111", ST_TRUNCATED, 13, 2);
	expect(MAGIC "604000 01000100 00", ST_CORRUPT, 11,
	       0); /* 65537 bytes in a block of 64 KiB */
	expect(MAGIC "604000 05000080 6162", ST_TRUNCATED, 11, 0);
	/* a match into the block before: linked, and not */
	expect(MAGIC "404000" AB "05000000 00 0200 10 63" END, ST_OK, 26, 7);
	expect(MAGIC "604000" AB "05000000 00 0200 10 63" END, ST_CORRUPT, 20, 2);
	expect(MAGIC "404000" AB "03000000 00 0200" END, ST_CORRUPT, 20, 2); /* ends with a match */
	expect(MAGIC "404000" AB "03000000 00 0300 1063" END, ST_CORRUPT, 20, 2);
	expect(MAGIC "404000" AB "03000000 00 0000 1063" END, ST_CORRUPT, 20, 2);
	/* several frames; a window does not reach into the frame before */
	expect(MAGIC "604000" AB END LEGACY MAGIC "404000" AB END, ST_OK, 17 + 11 + 17, 6);
	expect(MAGIC "404000" AB END MAGIC "404000"
		     "05000000 00 0200 10 63" END,
	       ST_CORRUPT, 31, 2);
	expect("5f2a4d18 03000000 616263" LEGACY "502a4d18 00000000", ST_OK, 30, 2);
	expect("502a4d18 04000000 616263", ST_TRUNCATED, 8, 0);
	expect("502a4d18 0400", ST_TRUNCATED, 4, 0);
	expect("02214c18", ST_OK, 4, 0);
	expect(LEGACY "03000000 20 6364", ST_OK, 18, 4);
	expect(LEGACY "91808000", ST_OK, 11, 2); /* larger than a block can be: not ours */
	expect(LEGACY "90808000", ST_TRUNCATED, 15, 2);
	expect(LEGACY "9080", ST_TRUNCATED, 11, 2);
	expect(LEGACY "00000000", ST_CORRUPT, 15, 2);
}

/* --- guard pages --------------------------------------------------------------------------------
 */
/* Packs n bytes of data in one of the three ways; *codec reads it. */
static size_t pack_somehow(size_t n, unsigned round, const struct codec **codec)
{
	*codec = round % 4 == 3 ? &codec_lz4_block : &codec_lz4;
	if (round % 4 == 3)
		return block_pack(n, 1 + (int)round % 12);
	if (round % 4 == 2)
		return legacy_pack(n, 9);
	return frame_pack(n, (int)round % 13, round % HOWS, LZ4F_max64KB + round / 2 % 4);
}

/* Truncated and bit-flipped streams, 10,000 of each way, between pages that fault. */
static void guard_pages(void **state)
{
	uint32_t seed = 10;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		size_t n = 1 + prng_below(&seed, 20000), len, lens[2];
		const struct codec *codec;
		struct codec_io io = {.out = NULL};
		uint8_t *maps[2], *in;

		structured(&seed, n, round % 6);
		len = pack_somehow(n, round, &codec);
		io.out = guarded(n, round & 4, &maps[1], &lens[1]);
		io.out_cap = n;
		for (unsigned pass = 0; pass < 101; pass++) {
			size_t cut = pass && pass % 2 ? prng_below(&seed, (uint32_t)len) : len;
			enum status st;

			in = guarded(cut, round & 8, &maps[0], &lens[0]);
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
			} else if (cut < len && round % 4 < 2) {
				assert_int_equal(st, ST_TRUNCATED);
			}
			munmap(maps[0], lens[0]);
		}
		munmap(maps[1], lens[1]);
	}
}

/* The input's end margin() above the output's: as in a boot. */
static void decodes_in_place(const struct codec *codec, size_t len, const uint8_t *want, size_t n)
{
	static uint8_t buffer[DATA_MAX * 2];
	size_t end = n + codec->margin(len, n);
	struct codec_io io = {buffer + end - len, len, buffer, n, NULL, 0, 0};

	assert_true(end <= sizeof(buffer) && end >= len);
	memcpy(buffer + end - len, packed, len);
	assert_int_equal(codec->decode(&io), ST_OK);
	assert_memory_equal(buffer, want, n);
}

/* The margin that layouts use is enough for what encoders make of awkward data. */
static void margin_is_enough(void **state)
{
	uint32_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		size_t n = DATA_MAX - prng_below(&seed, 1000), len;
		const struct codec *codec;

		structured(&seed, n, round / 4 % 6);
		if (round / 4 % 2) /* all gain first, nothing but loss later */
			memset(data, 0, n / 2);
		len = pack_somehow(n, round, &codec);
		decodes_in_place(codec, len, data, n);
	}
}

/* That of a lone block is enough for any, as the proof has it. */
static void margin_of_any_block(void **state)
{
	uint32_t seed = 13;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		size_t len = random_block(&seed, prng_below(&seed, 100));
		struct codec_io io = {packed, len, unpacked, sizeof(unpacked), NULL, 0, 0};

		assert_int_equal(codec_lz4_block.decode(&io), ST_OK);
		decodes_in_place(&codec_lz4_block, len, unpacked, io.out_len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_frame_settings),
		cmocka_unit_test(all_legacy_levels),
		cmocka_unit_test(all_block_levels),
		cmocka_unit_test(large_blocks),
		cmocka_unit_test(the_tool),
		cmocka_unit_test(many_frames),
		cmocka_unit_test(lengths_and_offsets),
		cmocka_unit_test(random_blocks),
		cmocka_unit_test(mutated_frames),
		cmocka_unit_test(frames_and_statuses),
		cmocka_unit_test(guard_pages),
		cmocka_unit_test(margin_is_enough),
		cmocka_unit_test(margin_of_any_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
