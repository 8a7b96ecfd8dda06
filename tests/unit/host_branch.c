// SPDX-License-Identifier: MIT
/* The branch filters against liblzma's, which is what `xz --arm` and `xz --armthumb` run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lzma.h>

#include "codec/branch.h"
#include "prng.h"

typedef void (*undo)(uint8_t *data, size_t size, uint32_t start);

#define DATA_MAX 20000

static uint8_t plain[DATA_MAX], packed[2 * DATA_MAX + 1000], filtered[DATA_MAX];

/*
 * filtered = the filter's bytes for plain: liblzma filters only in front of LZMA2, so it encodes
 * with both and decodes with LZMA2 alone.
 */
static void oracle(lzma_vli id, size_t size, uint32_t start)
{
	lzma_options_lzma lzma;
	lzma_options_bcj bcj = {.start_offset = start};
	lzma_filter both[] = {{id, &bcj}, {LZMA_FILTER_LZMA2, &lzma}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t made = 0, used = 0, out = 0;

	assert_false(lzma_lzma_preset(&lzma, 0));
	assert_int_equal(
		lzma_raw_buffer_encode(both, NULL, plain, size, packed, &made, sizeof(packed)),
		LZMA_OK);
	assert_int_equal(
		lzma_raw_buffer_decode(both + 1, NULL, packed, &used, made, filtered, &out, size),
		LZMA_OK);
	assert_int_equal(out, size);
}

/* Random bytes of which about half are the top bytes of branches. */
static void fill(uint32_t *seed, size_t size)
{
	static const uint8_t tops[] = {0xeb, 0xea, 0xf0, 0xf8, 0xf7, 0xff, 0x0b, 0xeb};

	prng_fill(seed, plain, size);
	for (size_t i = prng_below(seed, 2); i < size; i += 1 + prng_below(seed, 3))
		plain[i] = tops[prng_below(seed, 8)];
}

static void compare(lzma_vli id, undo f, uint32_t step)
{
	uint32_t seed = 4711;
	unsigned changed = 0;

	for (unsigned round = 0; round < 400; round++) {
		size_t size = round < 20 ? round : prng_below(&seed, DATA_MAX);
		uint32_t start = round & 1 ? prng(&seed) / step * step : 0;
		uint8_t *exact = malloc(size + 3);
		uint8_t *at = exact + round % 4; /* every alignment, and ASan behind the end */

		assert_non_null(exact);
		if (round % 4 == 3 || size < 3)
			at = exact + 3;
		fill(&seed, size);
		oracle(id, size, start);
		changed += memcmp(filtered, plain, size) != 0;
		memcpy(at, filtered, size);
		f(at, size, start);
		assert_memory_equal(at, plain, size);
		free(exact);
	}
	assert_true(changed > 300);
}

static void arm_is_undone(void **state)
{
	(void)state;
	compare(LZMA_FILTER_ARM, branch_arm_undo, 4);
}

static void thumb_is_undone(void **state)
{
	(void)state;
	compare(LZMA_FILTER_ARMTHUMB, branch_thumb_undo, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm_is_undone),
		cmocka_unit_test(thumb_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
