// SPDX-License-Identifier: MIT
/*
 * The branch filters on host and board: words that xz filtered, ends and alignments.  host_branch.c
 * has liblzma for its oracle; this one is also run on the assembly (twin_branch).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "codec/branch.h"
#include "prng.h"

/* Branches of all conditions, forward, backward and to the ends of their range; a rest. */
static const uint8_t arm_plain[] = {
	0x00, 0x00, 0x00, 0xeb, 0xfe, 0xff, 0xff, 0xeb, 0xff, 0xff, 0x7f, 0xeb, 0x00, 0x00,
	0x80, 0xeb, 0x10, 0x00, 0x00, 0xea, 0x10, 0x00, 0x00, 0x0b, 0x56, 0x34, 0x12, 0xeb,
	0x01, 0x00, 0x00, 0xfb, 0x0e, 0xf0, 0xa0, 0xe1, 0x00, 0x00, 0x00, 0xeb, 0xeb, 0xeb,
	0xeb, 0xeb, 0xeb, 0x00, 0xeb, 0xeb, 0x01, 0x02, 0xeb, 0xeb, 0x05, 0xeb, 0xeb,
};

/* xz --format=raw --arm --lzma2=preset=0 | xz --format=raw --lzma2=preset=0 -d */
static const uint8_t arm_at_0[] = {
	0x02, 0x00, 0x00, 0xeb, 0x01, 0x00, 0x00, 0xeb, 0x03, 0x00, 0x80, 0xeb, 0x05, 0x00,
	0x80, 0xeb, 0x10, 0x00, 0x00, 0xea, 0x10, 0x00, 0x00, 0x0b, 0x5e, 0x34, 0x12, 0xeb,
	0x01, 0x00, 0x00, 0xfb, 0x0e, 0xf0, 0xa0, 0xe1, 0x0b, 0x00, 0x00, 0xeb, 0xf7, 0xeb,
	0xeb, 0xeb, 0xf8, 0x00, 0xeb, 0xeb, 0x0f, 0x02, 0xeb, 0xeb, 0x05, 0xeb, 0xeb,
};

/* The same with --arm=start=0x40008000 */
static const uint8_t arm_at_ram[] = {
	0x02, 0x20, 0x00, 0xeb, 0x01, 0x20, 0x00, 0xeb, 0x03, 0x20, 0x80, 0xeb, 0x05, 0x20,
	0x80, 0xeb, 0x10, 0x00, 0x00, 0xea, 0x10, 0x00, 0x00, 0x0b, 0x5e, 0x54, 0x12, 0xeb,
	0x01, 0x00, 0x00, 0xfb, 0x0e, 0xf0, 0xa0, 0xe1, 0x0b, 0x20, 0x00, 0xeb, 0xf7, 0x0b,
	0xec, 0xeb, 0xf8, 0x20, 0xeb, 0xeb, 0x0f, 0x22, 0xeb, 0xeb, 0x05, 0xeb, 0xeb,
};

/* Pairs, halves of pairs alone and in the wrong order, at both halves of words; an odd byte. */
static const uint8_t thumb_plain[] = {
	0x00, 0xf0, 0x00, 0xf8, 0xff, 0xf7, 0xff, 0xff, 0xff, 0xf7, 0xfe, 0xff,
	0x70, 0x47, 0xff, 0xf3, 0x01, 0xf8, 0x00, 0xf0, 0x00, 0xf0, 0x12, 0xf8,
	0x00, 0xf8, 0x01, 0xf8, 0x00, 0xf4, 0x12, 0xf8, 0xc0, 0x46, 0x00, 0xf0,
	0x00, 0xe8, 0x23, 0xf1, 0xbc, 0xfa, 0xf0, 0xf8, 0xf8, 0xf0, 0xff,
};

/* xz --format=raw --armthumb, and --armthumb=start=0x40008002 */
static const uint8_t thumb_at_0[] = {
	0x00, 0xf0, 0x02, 0xf8, 0x00, 0xf0, 0x03, 0xf8, 0x00, 0xf0, 0x04, 0xf8,
	0x70, 0x47, 0xff, 0xf3, 0x0a, 0xf8, 0x00, 0xf0, 0x00, 0xf0, 0x1e, 0xf8,
	0x00, 0xf8, 0x01, 0xf8, 0x00, 0xf4, 0x22, 0xf8, 0xc0, 0x46, 0x00, 0xf0,
	0x00, 0xe8, 0x23, 0xf1, 0xd1, 0xfa, 0xf0, 0xf8, 0xf8, 0xf0, 0xff,
};

static const uint8_t thumb_at_ram[] = {
	0x08, 0xf0, 0x03, 0xf8, 0x08, 0xf0, 0x04, 0xf8, 0x08, 0xf0, 0x05, 0xf8,
	0x70, 0x47, 0x07, 0xf4, 0x0b, 0xf8, 0x00, 0xf0, 0x08, 0xf0, 0x1f, 0xf8,
	0x00, 0xf8, 0x01, 0xf8, 0x08, 0xf4, 0x23, 0xf8, 0xc0, 0x46, 0x00, 0xf0,
	0x00, 0xe8, 0x2b, 0xf1, 0xd2, 0xfa, 0xf0, 0xf8, 0xf8, 0xf0, 0xff,
};

typedef void (*undo)(uint8_t *data, size_t size, uint32_t start);

#define MAX    400
#define CANARY 8

static uint64_t arena[(MAX + 2 * CANARY) / 8 + 1];

/* f on a copy of in[0..size) at this offset from a word boundary, which then has to be want. */
static void expect(undo f, const uint8_t *in, size_t size, uint32_t start, const uint8_t *want,
		   size_t offset)
{
	uint8_t *at = (uint8_t *)arena + CANARY + offset;

	memset(arena, 0xeb, sizeof(arena));
	memcpy(at, in, size);
	f(at, size, start);
	assert_memory_equal(at, want, size);
	for (unsigned i = 1; i <= CANARY - 4; i++) {
		assert_int_equal(at[-(int)i], 0xeb);
		assert_int_equal(at[size - 1 + i], 0xeb);
	}
}

static void as_xz(void **state)
{
	(void)state;
	for (size_t offset = 0; offset < 4; offset++) {
		expect(branch_arm_undo, arm_at_0, sizeof(arm_at_0), 0, arm_plain, offset);
		expect(branch_arm_undo, arm_at_ram, sizeof(arm_at_ram), 0x40008000, arm_plain,
		       offset);
		expect(branch_thumb_undo, thumb_at_0, sizeof(thumb_at_0), 0, thumb_plain, offset);
		expect(branch_thumb_undo, thumb_at_ram, sizeof(thumb_at_ram), 0x40008002,
		       thumb_plain, offset);
	}
}

/* Nothing behind the last whole instruction changes, however many are in front of it. */
static void every_size(void **state)
{
	uint8_t in[MAX], want[MAX];

	(void)state;
	for (size_t size = 0; size < 100; size++) {
		memset(in, 0xeb, sizeof(in));
		memcpy(want, in, sizeof(in));
		for (size_t i = 0; i + 4 <= size; i += 4) {
			uint32_t target = 0xebebeb - (uint32_t)(i + 8) / 4;

			for (unsigned b = 0; b < 3; b++)
				want[i + b] = (uint8_t)(target >> 8 * b);
		}
		expect(branch_arm_undo, in, size, 0, want, size % 4);
		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = i % 4 < 2 ? (uint8_t)(i % 4 * 0xf0) : 0xff;
		memcpy(want, in, sizeof(in));
		for (size_t i = 0; i + 4 <= size; i += 4) {
			uint32_t target = 0x7ff - (uint32_t)(i + 4) / 2;

			want[i + 2] = (uint8_t)target;
			want[i + 3] = (uint8_t)(0xf8 | target >> 8);
		}
		expect(branch_thumb_undo, in, size, 0, want, size % 4);
	}
}

/* A sign of a branch at each byte of a field without any: found where one can begin, only there. */
static void lone_branches(void **state)
{
	uint8_t in[MAX], want[MAX];

	(void)state;
	for (size_t at = 0; at < 80; at++) {
		memset(in, 0x44, sizeof(in));
		in[at] = 0xeb;
		memcpy(want, in, sizeof(in));
		if (at % 4 == 3)
			want[at - 3] = (uint8_t)(0x44 - (at + 5) / 4);
		expect(branch_arm_undo, in, 84, 0, want, at % 3);
		in[at] = 0xf0;
		in[at + 1] = 0x45;
		in[at + 2] = 0xf9;
		memcpy(want, in, sizeof(in));
		if (at % 2) /* the address of its first halfword is at - 1 */
			want[at + 1] = (uint8_t)(0x45 - (at + 3) / 2);
		expect(branch_thumb_undo, in, 84, 0, want, at % 3);
	}
}

/* What is no branch stays; and the highest bits of a number do not leave their place. */
static void random_words(void **state)
{
	uint8_t in[MAX], out[MAX];
	uint32_t seed = 99;

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		size_t size = prng_below(&seed, MAX);

		prng_fill(&seed, in, size);
		memcpy(out, in, size);
		branch_arm_undo(out, size, prng(&seed) & ~3u);
		for (size_t i = 0; i < size; i++)
			assert_true(out[i] == in[i] || (i % 4 != 3 && i / 4 * 4 + 3 < size &&
							in[i / 4 * 4 + 3] == 0xeb));
		memcpy(out, in, size);
		branch_thumb_undo(out, size, prng(&seed) & ~1u);
		for (size_t i = 1; i < size; i += 2)
			assert_true(out[i] == in[i] || ((out[i] ^ in[i]) < 8 && in[i] >= 0xf0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_xz),
		cmocka_unit_test(every_size),
		cmocka_unit_test(lone_branches),
		cmocka_unit_test(random_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
