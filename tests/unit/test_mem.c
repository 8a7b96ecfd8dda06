// SPDX-License-Identifier: MIT
/* lib/mem.c at all alignments, lengths and overlaps, against the C library. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "prng.h"
#include "zs_mem.h"

#define LEN_MAX 40 /* past two rounds of the 16-byte loop */
#define ROOM	128

static uint8_t got[ROOM], want[ROOM], source[ROOM];

static void fresh(void)
{
	uint32_t seed = 1;

	prng_fill(&seed, got, ROOM);
	memcpy(want, got, ROOM);
	prng_fill(&seed, source, ROOM);
}

static void memcpy_all(void **state)
{
	(void)state;
	for (unsigned to = 0; to < 8; to++)
		for (unsigned from = 0; from < 8; from++)
			for (unsigned n = 0; n <= LEN_MAX; n++) {
				fresh();
				memcpy(want + 16 + to, source + from, n);
				assert_ptr_equal(zs_memcpy(got + 16 + to, source + from, n),
						 got + 16 + to);
				assert_memory_equal(got, want, ROOM);
			}
}

static void memmove_overlaps(void **state)
{
	(void)state;
	for (unsigned to = 0; to <= 48; to++)
		for (unsigned n = 0; n <= LEN_MAX; n++)
			for (unsigned from = 20; from < 24; from++) {
				fresh();
				memmove(want + to, want + from, n);
				assert_ptr_equal(zs_memmove(got + to, got + from, n), got + to);
				assert_memory_equal(got, want, ROOM);
			}
}

static void memset_all(void **state)
{
	static const int bytes[] = {0, 1, 0xa5, 0xff, -1, 0x1234};

	(void)state;
	for (unsigned to = 0; to < 8; to++)
		for (unsigned n = 0; n <= LEN_MAX; n++)
			for (unsigned b = 0; b < sizeof(bytes) / sizeof(bytes[0]); b++) {
				fresh();
				memset(want + 16 + to, bytes[b], n);
				assert_ptr_equal(zs_memset(got + 16 + to, bytes[b], n),
						 got + 16 + to);
				assert_memory_equal(got, want, ROOM);
			}
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void memcmp_each_byte(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= LEN_MAX; n++) {
		fresh();
		memcpy(got + 1, source, n + 1);
		assert_int_equal(zs_memcmp(got + 1, source, n), 0);
		for (unsigned i = 0; i < n; i++) {
			got[1 + i] ^= 0x80;
			assert_true(sign(zs_memcmp(got + 1, source, n)) ==
				    sign(memcmp(got + 1, source, n)));
			assert_true(sign(zs_memcmp(source, got + 1, n)) ==
				    sign(memcmp(source, got + 1, n)));
			got[1 + i] ^= 0x80;
		}
	}
}

static void strings(void **state)
{
	static const char *const words[] = {"",	   "a",	   "b",	   "ab",   "abc",
					    "abd", "\x7f", "\x80", "\xff", "abcdefghijklmnop"};

	(void)state;
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(zs_strlen(words[i]), strlen(words[i]));
		for (unsigned j = 0; j < sizeof(words) / sizeof(words[0]); j++)
			assert_true(sign(zs_strcmp(words[i], words[j])) ==
				    sign(strcmp(words[i], words[j])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memcpy_all), cmocka_unit_test(memmove_overlaps),
		cmocka_unit_test(memset_all), cmocka_unit_test(memcmp_each_byte),
		cmocka_unit_test(strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
