// SPDX-License-Identifier: MIT
/* The codec contract for "none". */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "contract.h"

static const uint8_t store_text[] = "the stored bytes are the output";

static size_t make_text(uint8_t *out)
{
	memcpy(out, store_text, sizeof(store_text));
	return sizeof(store_text);
}

static const struct vector vectors[] = {
	VECTOR(codec_store, store_text, make_text),
};

static const struct contract the_contract = {
	.vectors = vectors,
	.count = sizeof(vectors) / sizeof(vectors[0]),
	.any_end = true,
};

static void interface(void **state)
{
	(void)state;
	assert_string_equal(codec_store.name, "none");
	assert_int_equal(codec_store.id, ZSHIM_CODEC_NONE);
	assert_int_equal(codec_store.margin(100, 100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTRACT_TESTS,
		cmocka_unit_test(interface),
	};

	contract = &the_contract;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
