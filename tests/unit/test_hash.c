// SPDX-License-Identifier: MIT
/* xxh32 on known vectors: printf ... | xxhsum -H32 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hash.h"

/* The board's assembly is for 4-byte aligned data only: twin_hash is built with 4. */
#ifndef HASH_ALIGN
#define HASH_ALIGN 1
#endif

static void known_vectors(void **state)
{
	static const char fox[] = "The quick brown fox jumps over the lazy dog";

	(void)state;
	assert_int_equal(xxh32("", 0), 0x02cc5d05);
	assert_int_equal(xxh32("a", 1), 0x550d7456);
	assert_int_equal(xxh32("abc", 3), 0x32d153ff);
	assert_int_equal(xxh32(fox, sizeof(fox) - 1), 0xe85ea4de);
}

static void same_at_any_alignment(void **state)
{
	static uint32_t words[80];
	uint8_t *bytes = (uint8_t *)words;

	(void)state;
	for (size_t len = 0; len <= 256; len++) {
		uint32_t want = 0;

		for (size_t shift = 0; shift < 8; shift += HASH_ALIGN) {
			for (size_t i = 0; i < len; i++)
				bytes[shift + i] = (uint8_t)(i * 37 + (i >> 3));
			if (shift == 0)
				want = xxh32(bytes, len);
			assert_int_equal(xxh32(bytes + shift, len), want);
		}
	}
}

/* Every length from 0 to 300; the sum is libxxhash's. */
static void all_lengths(void **state)
{
	static uint32_t words[80];
	uint8_t *bytes = (uint8_t *)words;
	uint32_t sum = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(words); i++)
		bytes[i] = (uint8_t)(i * 37 + (i >> 3));
	for (size_t len = 0; len <= 300; len++)
		sum = sum * 31 + xxh32(bytes, len);
	assert_int_equal(sum, 0x5c6866d5);
}

static void any_change_of_a_word_is_seen(void **state)
{
	static uint32_t words[16];
	uint32_t want = xxh32(words, sizeof(words));

	(void)state;
	for (unsigned w = 0; w < 16; w++)
		for (unsigned bit = 0; bit < 32; bit++) {
			words[w] ^= 1u << bit;
			assert_true(xxh32(words, sizeof(words)) != want);
			words[w] ^= 1u << bit;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(same_at_any_alignment),
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(any_change_of_a_word_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
