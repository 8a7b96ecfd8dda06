// SPDX-License-Identifier: MIT
/* lib/zimage.c: heads made here, by what Linux documents of them, then each of their words spoilt.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "file_oracle.h"
#include "prng.h"
#include "zimage.h"

#define TABLE	 0x80u
#define INFLATED 0xf9u /* nothing aligns it */
#define SIZE	 0x100u

static uint8_t image[SIZE];

static void put(uint32_t at, uint32_t value)
{
	memcpy(image + at, &value, 4);
}

static void make(void)
{
	memset(image, 0x77, SIZE);
	put(0x24, 0x016f2818);
	put(0x28, 0);
	put(0x2c, SIZE);
	put(0x30, 0x04030201);
	put(0x34, 0x45454545);
	put(0x38, TABLE);
	put(TABLE, 3); /* an entry that we do not know */
	put(TABLE + 4, 0x5a534c4c);
	put(TABLE + 12, 6);
	put(TABLE + 16, 0x5a534c4b);
	put(TABLE + 20, INFLATED);
	put(TABLE + 24, 0x5e4d4);
	put(TABLE + 28, 0x208000);
	put(TABLE + 32, 0x10000);
	put(TABLE + 36, 0);
	put(INFLATED, 0x13a10b4);
}

static enum status scan(uint32_t size, struct zimage *z, uint32_t *where)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct file_bytes bytes = {copy, size};
	struct file f = file_of(&bytes);
	enum status st;

	assert_non_null(copy);
	memcpy(copy, image, size);
	st = zimage_scan(&f, z, where);
	free(copy);
	return st;
}

/* The figures of Debian's 6.1 kernel. */
static void places_it_behind_the_kernel(void **state)
{
	struct zimage z;
	uint32_t where;

	(void)state;
	make();
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_int_equal(z.text_offset, 0x208000);
	assert_int_equal(z.at, 0x1400000); /* 0x13a10b4 + 0x5e4d4, to a page */
	assert_int_equal(z.memory, 0x1400000 + SIZE + 0x11000);
	assert_false(z.guessed);
	put(0x28, 0x1000); /* linked elsewhere: end - start counts */
	put(0x2c, 0x1000 + SIZE - 4);
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_int_equal(z.memory, 0x1400000 + SIZE + 0x11000);
}

/* Linux 4.15 to 5.2 wrote two data words. */
static void takes_a_short_table(void **state)
{
	struct zimage z;
	uint32_t where;

	(void)state;
	make();
	put(TABLE + 12, 4);
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_int_equal(z.text_offset, 0x8000);
	assert_int_equal(z.at, 0x1400000);
	assert_int_equal(z.memory, 0x1400000 + SIZE + 0x11000);
	put(TABLE + 12, 9); /* a later one may have more */
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_int_equal(z.text_offset, 0x208000);
}

static void guesses_without_one(void **state)
{
	struct zimage z;
	uint32_t where;

	(void)state;
	make();
	put(0x34, 0);
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_true(z.guessed);
	assert_int_equal(z.text_offset, 0x8000);
	assert_int_equal(z.at, 0x1000); /* 8 x 256, to a page */
	make();
	put(TABLE + 16, 0x5a534c4d); /* a table without the entry */
	assert_int_equal(scan(SIZE, &z, &where), ST_OK);
	assert_true(z.guessed);
}

struct spoilt {
	uint32_t at, value;
	enum status st;
	uint32_t where;
};

static void names_what_is_wrong(void **state)
{
	static const struct spoilt list[] = {
		{0x24, 0x18286f01, ST_MAGIC, 0},
		{0x30, 0x01020304, ST_UNSUPPORTED, 0x30},
		{0x2c, SIZE + 1, ST_TRUNCATED, 0x2c},
		{0x28, 1, ST_OK, 0},
		{0x28, SIZE + 1, ST_TRUNCATED, 0x2c},
		{0x28, SIZE - 0x3f, ST_CORRUPT, 0x2c},
		{0x38, SIZE - 3, ST_TRUNCATED, SIZE - 3},
		{0x38, 0xffffffff, ST_TRUNCATED, 0xffffffff},
		{TABLE, 1, ST_CORRUPT, TABLE},
		{TABLE, 0x21, ST_TRUNCATED, TABLE},
		{TABLE, 0x40000003, ST_TRUNCATED, TABLE},
		{TABLE, 0x20, ST_TRUNCATED, SIZE}, /* the next would begin behind the file */
		{TABLE + 20, SIZE - 3, ST_TRUNCATED, TABLE + 12},
		{TABLE + 20, 0xfffffffe, ST_TRUNCATED, TABLE + 12},
		{TABLE + 24, 0xffffffff, ST_RANGE, TABLE + 12},
		{TABLE + 28, 0x8000000, ST_RANGE, TABLE + 12},
		{TABLE + 28, 0x8002, ST_RANGE, TABLE + 12},
		{TABLE + 32, 0xffffffff, ST_RANGE, TABLE + 12},
		{INFLATED, 0xffffffff, ST_RANGE, TABLE + 12},
		{INFLATED, 0, ST_OK, 0},
	};
	struct zimage z;
	uint32_t where;

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		make();
		put(list[i].at, list[i].value);
		assert_int_equal(scan(SIZE, &z, &where), list[i].st);
		if (list[i].st != ST_OK)
			assert_int_equal(where, list[i].where);
	}
}

/* A table of entries of two words, without end as far as we look. */
static void looks_at_so_many_entries(void **state)
{
	static uint8_t many[0x400];
	struct file_bytes bytes = {many, sizeof(many)};
	struct file f = file_of(&bytes);
	struct zimage z;
	uint32_t where;

	(void)state;
	make();
	put(0x2c, sizeof(many));
	put(0x38, 0x40);
	memcpy(many, image, 0x40);
	for (uint32_t at = 0x40; at < sizeof(many); at += 8)
		many[at] = 2;
	assert_int_equal(zimage_scan(&f, &z, &where), ST_CORRUPT);
}

static void truncated_anywhere(void **state)
{
	struct zimage z;
	uint32_t where;

	(void)state;
	make();
	for (uint32_t size = 0; size < SIZE; size++)
		assert_int_equal(scan(size, &z, &where), size < 0x40 ? ST_MAGIC : ST_TRUNCATED);
}

/* Whatever is accepted makes sense. */
static void flipped_anywhere(void **state)
{
	uint32_t seed = 4, where, accepted = 0;
	struct zimage z;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		make();
		for (uint32_t n = 1 + prng_below(&seed, 3); n != 0; n--)
			image[prng_below(&seed, SIZE)] ^= (uint8_t)(1u << prng_below(&seed, 8));
		if (scan(SIZE, &z, &where) != ST_OK)
			continue;
		accepted++;
		assert_true(z.memory <= 0x40000000 && z.at <= z.memory - SIZE);
		assert_true(z.at % 4096 == 0 && z.text_offset < ZIMAGE_BASE_ALIGN);
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_it_behind_the_kernel),
		cmocka_unit_test(takes_a_short_table),
		cmocka_unit_test(guesses_without_one),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(looks_at_so_many_entries),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(flipped_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
