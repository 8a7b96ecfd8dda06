// SPDX-License-Identifier: MIT
/* lib/atags.c and lib/argv.c: lists by hand, then truncated and flipped ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "given.h"
#include "prng.h"

#define WORDS 512

#define CORE	 0x54410001u
#define MEM	 0x54410002u
#define SERIAL	 0x54410006u
#define REVISION 0x54410007u
#define CMDLINE	 0x54410009u
#define INITRD2	 0x54420005u

static uint32_t list[WORDS];
static size_t used; /* words */
static struct given given;
static struct range_set memory;

static void begin(void)
{
	static const uint32_t core[] = {5, CORE, 0, 4096, 0};

	memset(list, 0, sizeof(list));
	memcpy(list, core, sizeof(core));
	used = 5;
}

static void add(uint32_t tag, const void *data, uint32_t words)
{
	list[used] = words + 2;
	list[used + 1] = tag;
	memcpy(&list[used + 2], data, (size_t)words * 4);
	used += words + 2;
}

static void add2(uint32_t tag, uint32_t a, uint32_t b)
{
	uint32_t data[] = {a, b};

	add(tag, data, 2);
}

/* Of the list with its end, avail bytes of which may be read. */
static enum status read_bytes(size_t avail)
{
	given = (struct given){0};
	memory = (struct range_set){0};
	return given_atags(&given, &memory, list, avail);
}

static enum status read_list(void)
{
	return read_bytes((used + 2) * 4);
}

static void nothing_taken(void)
{
	static const struct given none;

	assert_memory_equal(&given, &none, sizeof(none));
	assert_int_equal(memory.count, 0);
}

static void refused(enum status wanted)
{
	assert_int_equal(read_list(), wanted);
}

static void full_list(void)
{
	begin();
	add2(MEM, 0x4000000, 0x60000000);
	add2(INITRD2, 0x61000000, 0x1000);
	add2(0x54410004, 1, 2);
	add2(SERIAL, 0x89abcdef, 0x01234567);
	add(REVISION, &(uint32_t){7}, 1);
	add(CMDLINE, "console=ttyAMA0", 4);
	add2(MEM, 0x100000, 0x70000000);
}

static void test_full(void **state)
{
	(void)state;
	full_list();
	assert_int_equal(read_list(), ST_OK);
	assert_int_equal(memory.count, 2);
	assert_int_equal(memory.r[0].start, 0x60000000);
	assert_int_equal(memory.r[0].end, 0x64000000);
	assert_int_equal(memory.r[1].start, 0x70000000);
	assert_int_equal(memory.r[1].end, 0x70100000);
	assert_int_equal(given.initrd.start, 0x61000000);
	assert_int_equal(given.initrd.end, 0x61001000);
	assert_int_equal(given.serial[0], 0x89abcdef);
	assert_int_equal(given.serial[1], 0x01234567);
	assert_int_equal(given.revision, 7);
	assert_int_equal(given.line_len, 15);
	assert_memory_equal(given.line, "console=ttyAMA0", 15);
}

static void test_begins(void **state)
{
	(void)state;
	begin();
	assert_int_equal(read_list(), ST_OK);
	nothing_taken();
	list[0] = 2; /* without data; what was data is a tag now */
	list[2] = 0;
	list[3] = 0;
	assert_int_equal(read_list(), ST_OK);
	list[0] = 3;
	refused(ST_MAGIC);
	list[0] = 5;
	list[1] = CORE + 1;
	refused(ST_MAGIC);
	list[1] = CORE;
	assert_int_equal(read_bytes(7), ST_MAGIC);
	assert_int_equal(read_bytes(0), ST_MAGIC);
	assert_int_equal(read_bytes(16), ST_TRUNCATED);
}

static void test_bad_sizes(void **state)
{
	static const uint32_t size[] = {0, 1};
	static const uint32_t longer[] = {6, 0x40000000, 0x80000000, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		full_list();
		list[used] = size[i];
		list[used + 1] = MEM;
		refused(ST_CORRUPT);
	}
	for (size_t i = 0; i < 4; i++) {
		full_list();
		list[used] = longer[i];
		list[used + 1] = CMDLINE;
		refused(ST_TRUNCATED);
	}
}

/* A tag that is too short for what it says, by its last word. */
static void test_short_tags(void **state)
{
	static const uint32_t tag[] = {MEM, INITRD2, SERIAL};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		full_list();
		add(tag[i], &(uint32_t){0}, 1);
		refused(ST_CORRUPT);
		full_list();
		add(tag[i], "", 0);
		refused(ST_CORRUPT);
	}
	full_list();
	add(REVISION, "", 0);
	add(CMDLINE, "", 0);
	assert_int_equal(read_list(), ST_OK);
	assert_int_equal(given.revision, 7);
	assert_int_equal(given.line_len, 0);
}

static void test_banks(void **state)
{
	(void)state;
	begin();
	add2(MEM, 0, 0x40000000);	   /* none */
	add2(MEM, 0x20000000, 0xf0000000); /* past 4 GiB */
	add2(MEM, UINT32_MAX, 0x90000000);
	add2(MEM, 0x1000, 0xfffff000);
	add2(MEM, 1, UINT32_MAX);
	assert_int_equal(read_list(), ST_OK);
	assert_int_equal(memory.count, 1);
	assert_int_equal(memory.r[0].start, 0x90000000);
	assert_int_equal(memory.r[0].end, GIVEN_MEMORY_END);
	begin();
	for (uint32_t i = 0; i <= RANGE_MAX; i++)
		add2(MEM, 0x1000, i * 0x2000);
	refused(ST_NOSPACE);
}

static void test_initrd_wraps(void **state)
{
	(void)state;
	full_list();
	add2(INITRD2, 0xffffff00, 0xff);
	assert_int_equal(read_list(), ST_OK);
	assert_int_equal(given.initrd.end, UINT32_MAX);
	add2(INITRD2, 0xffffff00, 0x100);
	refused(ST_CORRUPT);
}

static void test_line_without_end(void **state)
{
	(void)state;
	begin();
	add(CMDLINE, "abcdefgh", 2);
	assert_int_equal(read_list(), ST_OK);
	assert_int_equal(given.line_len, 8);
}

/* Every shorter list is refused; its bytes lie at the end of the array, for ASan. */
static void test_truncated(void **state)
{
	static uint32_t copy[WORDS];

	(void)state;
	full_list();
	for (size_t bytes = 0; bytes < (used + 2) * 4; bytes++) {
		uint32_t *at = copy + WORDS - bytes / 4;

		memcpy(at, list, bytes / 4 * 4);
		given = (struct given){0};
		memory = (struct range_set){0};
		assert_int_not_equal(given_atags(&given, &memory, at, bytes), ST_OK);
	}
}

/* Whatever is flipped: what is taken is inside the list. */
static void test_flipped(void **state)
{
	const char *bytes = (const char *)list;
	uint32_t random = 4;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t size;

		full_list();
		size = (uint32_t)(used + 2) * 4;
		for (uint32_t flips = prng_below(&random, 3) + 1; flips != 0; flips--)
			list[prng_below(&random, size / 4)] ^= 1u << prng_below(&random, 32);
		if (read_list() != ST_OK)
			continue;
		assert_true(given.initrd.start <= given.initrd.end);
		if (given.line_len != 0) {
			assert_true(given.line >= bytes);
			assert_true(given.line_len <= (size_t)(bytes + size - given.line));
		}
	}
}

/* --- words --- */

static enum status word(const char *text)
{
	given = (struct given){0};
	return given_word(&given, text, strlen(text) + 1);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(word("fdt=4e000000"), ST_OK);
	assert_int_equal(given.fdt, 0x4e000000);
	assert_int_equal(word("fdt=0x4E00abcF"), ST_OK);
	assert_int_equal(given.fdt, 0x4e00abcf);
	assert_int_equal(word("initrd=1000:20"), ST_OK);
	assert_int_equal(given.initrd.start, 0x1000);
	assert_int_equal(given.initrd.end, 0x1020);
	assert_int_equal(word("initrd=0xffffff00:0xff"), ST_OK);
	assert_int_equal(given.initrd.end, UINT32_MAX);
	assert_int_equal(word("bootargs=console=ttyS0 root=/dev/x"), ST_OK);
	assert_int_equal(given.line_len, 25);
	assert_memory_equal(given.line, "console=ttyS0 root=/dev/x", 25);
	assert_int_equal(word("bootargs="), ST_OK);
	assert_int_equal(given.line_len, 0);
}

static void test_other_words(void **state)
{
	static const char *const other[] = {"",	      "42000000", "fdt",   "initrd", "fdt:4e000000",
					    "xfdt=1", " fdt=1",	  "FDT=1", "-p",     "bootarg=s"};

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_int_equal(word(other[i]), ST_OK);
		memory.count = 0;
		nothing_taken();
	}
}

static void test_bad_numbers(void **state)
{
	static const char *const bad[] = {
		"fdt=",
		"fdt=0x",
		"fdt=x",
		"fdt=123456789",
		"fdt=1 ",
		"fdt=1,2",
		"fdt=-1",
		"fdt=1g",
		"initrd=",
		"initrd=1",
		"initrd=1:",
		"initrd=:1",
		"initrd=1:2:3",
		"initrd=1:0",
		"initrd=1,2",
		"initrd=ffffff00:100",
		"initrd=1:2 ",
		"initrd=123456789:1",
		"initrd=1:123456789",
		"fdt=0x0x1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(word(bad[i]), ST_CORRUPT);
}

static void test_no_words(void **state)
{
	(void)state;
	assert_int_equal(word("tab\there"), ST_MAGIC);
	assert_int_equal(word("del\x7f"), ST_MAGIC);
	assert_int_equal(word("\xd0\x0d\xfe\xed"), ST_MAGIC);
	assert_int_equal(given_word(&given, "fdt=1", 5), ST_MAGIC);
	assert_int_equal(given_word(&given, "fdt=1", 6), ST_OK);
	assert_int_equal(given_word(&given, NULL, 0), ST_MAGIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_begins),
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_short_tags),
		cmocka_unit_test(test_banks),
		cmocka_unit_test(test_initrd_wraps),
		cmocka_unit_test(test_line_without_end),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_other_words),
		cmocka_unit_test(test_bad_numbers),
		cmocka_unit_test(test_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
