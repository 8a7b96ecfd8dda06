// SPDX-License-Identifier: MIT
/* xxh32 against libxxhash, all short lengths at all alignments. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <xxhash.h>

#include "hash.h"
#include "prng.h"

static void agrees_with_libxxhash(void **state)
{
	static uint8_t data[4096 + 16];
	uint32_t seed = 7;

	(void)state;
	prng_fill(&seed, data, sizeof(data));
	for (size_t shift = 0; shift < 8; shift++) {
		for (size_t len = 0; len <= 300; len++)
			assert_int_equal(xxh32(data + shift, len), XXH32(data + shift, len, 0));
		assert_int_equal(xxh32(data + shift, 4096), XXH32(data + shift, 4096, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_libxxhash)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
