// SPDX-License-Identifier: MIT
/*
 * The branch filters in assembly (twin_branch_*, from boot/arm/codec/branch.S) against those in C,
 * with a section that faults behind the data: the same bytes for any data, size and alignment.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "areas.h"
#include "codec/branch.h"
#include "prng.h"

void twin_branch_arm_undo(uint8_t *data, size_t size, uint32_t start);
void twin_branch_thumb_undo(uint8_t *data, size_t size, uint32_t start);

typedef void (*undo)(uint8_t *data, size_t size, uint32_t start);

#define MAX 20000

/* Random bytes; one in so many is the top byte of a branch. */
static void fill(uint32_t *seed, uint8_t *data, size_t size, uint32_t many)
{
	static const uint8_t tops[] = {0xeb, 0xea, 0xf0, 0xf8, 0xf7, 0xff, 0x0b, 0xf9};

	prng_fill(seed, data, size);
	for (size_t i = prng_below(seed, many); i < size; i += 1 + prng_below(seed, many))
		data[i] = tops[prng_below(seed, 8)];
}

static void compare(undo c, undo twin, uint32_t step)
{
	static uint8_t in[MAX], want[MAX];
	uint32_t seed = step;

	for (unsigned round = 0; round < 600; round++) {
		size_t size = round < 200 ? round : prng_below(&seed, MAX);
		/* To the very end, or to any byte of a word. */
		uint8_t *at = (uint8_t *)OUT_END - size - (round % 3 ? 0 : prng_below(&seed, 4));
		uint32_t start = round & 1 ? prng(&seed) / step * step : 0;

		fill(&seed, in, size, 2 + round % 40);
		memcpy(want, in, size);
		c(want, size, start);
		memset(at - 8, 0xeb, 8);
		memcpy(at, in, size);
		twin(at, size, start);
		assert_memory_equal(at, want, size);
		for (unsigned i = 1; i <= 8; i++)
			assert_int_equal(at[-(int)i], 0xeb);
	}
}

static void arm(void **state)
{
	(void)state;
	compare(branch_arm_undo, twin_branch_arm_undo, 4);
}

static void thumb(void **state)
{
	(void)state;
	compare(branch_thumb_undo, twin_branch_thumb_undo, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arm),
		cmocka_unit_test(thumb),
	};

	mmu_on();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
