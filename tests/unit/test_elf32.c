// SPDX-License-Identifier: MIT
/* lib/elf32.c: files made here, word by word, then each of their words spoilt in turn. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "elf32.h"
#include "file_oracle.h"
#include "prng.h"

/*
 * A file of three segments like a vmlinux: text at +0x100, 0x80 bytes; vectors, which lie elsewhere
 * virtually; data at +0x200, 0x40 bytes and as much BSS.  Then the section headers and their names.
 */
#define FIRST	0xc0008000u
#define PHOFF	52u
#define TEXT	0x100u
#define VECTORS 0x180u
#define DATA	0x1a0u
#define NAMES	0x200u
#define SHOFF	0x230u
#define SIZE	(SHOFF + 2 * 40)

static uint32_t image[SIZE / 4];

static void put(uint32_t at, uint32_t value)
{
	image[at / 4] = value;
}

static void put_segment(unsigned number, uint32_t type, uint32_t offset, uint32_t vaddr,
			uint32_t paddr, uint32_t filesz, uint32_t memsz)
{
	uint32_t at = PHOFF + 32 * number;

	put(at, type);
	put(at + 4, offset);
	put(at + 8, vaddr);
	put(at + 12, paddr);
	put(at + 16, filesz);
	put(at + 20, memsz);
}

static void make(void)
{
	static const char names[] = "\0.text\0.rel.init.pv_table";

	for (uint32_t i = 0; i < SIZE / 4; i++)
		image[i] = 0x11111111u * (i % 15 + 1);
	put(0, ELF32_MAGIC);
	put(4, 0x00010101);
	put(16, 40u << 16 | 2);
	put(24, FIRST + 4);
	put(28, PHOFF);
	put(32, SHOFF);
	put(40, 32u << 16 | 52);
	put(44, 40u << 16 | 4);
	put(48, 1u << 16 | 2);
	put_segment(0, 1, TEXT, FIRST, FIRST, 0x80, 0x80);
	put_segment(1, 1, VECTORS, 0xffff0000u, FIRST + 0x80, 0x20, 0x20);
	put_segment(2, 1, DATA, FIRST + 0x200, FIRST + 0x200, 0x40, 0x80);
	put_segment(3, 0x6474e551, 0, 0, 0, 0, 0);
	memcpy((uint8_t *)image + NAMES, names, sizeof(names));
	put(SHOFF + 40 + 16, NAMES);
	put(SHOFF + 40 + 20, sizeof(names));
}

static enum status scan(uint32_t size, struct elf32 *e, uint32_t *where)
{
	/* A copy of exactly this size: the sanitizer sees what the oracle does not. */
	uint8_t *copy = malloc(size ? size : 1);
	struct file_bytes bytes = {copy, size};
	struct file f = file_of(&bytes);
	enum status st;

	assert_non_null(copy);
	memcpy(copy, image, size);
	st = elf32_scan(&f, e, where);
	free(copy);
	return st;
}

static void finds_everything(void **state)
{
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_int_equal(e.machine, 40);
	assert_int_equal(e.class_data, 0x0101);
	assert_int_equal(e.first, FIRST);
	assert_int_equal(e.end_bytes, FIRST + 0x240);
	assert_int_equal(e.end_memory, FIRST + 0x280);
	assert_int_equal(e.entry, FIRST + 4);
	assert_int_equal(e.page_offset, 0xc0000000u);
	assert_true(e.is_linux);
}

static void finds_the_entry(void **state)
{
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	put_segment(0, 1, TEXT, 0x1000, FIRST, 0x80, 0x80); /* virtual, in Thumb state */
	put(24, 0x1011);
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_int_equal(e.entry, FIRST + 0x11);
	put(24, FIRST + 0x10); /* physical */
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_int_equal(e.entry, FIRST + 0x10);
	put_segment(0, 1, TEXT, 0x1001, FIRST, 0x80, 0x80); /* bit 0 would change its meaning */
	put(24, 0x1010);
	assert_int_equal(scan(SIZE, &e, &where), ST_NOTFOUND);
	put(24, FIRST + 0x240); /* BSS */
	assert_int_equal(scan(SIZE, &e, &where), ST_NOTFOUND);
	assert_int_equal(where, 24);
}

/* The name must be there whole; no sections at all are no fault. */
static void knows_linux_by_its_section(void **state)
{
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	memcpy((uint8_t *)image + NAMES, "\0.text\0.rel.init.pv_tablE", 26);
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_false(e.is_linux);
	make();
	put(SHOFF + 40 + 20, 25); /* without its NUL */
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_false(e.is_linux);
	make();
	memcpy((uint8_t *)image + NAMES, "\0.init.pv_.table\0.in.it.pv_table", 33);
	put(SHOFF + 40 + 20, 33);
	assert_int_equal(scan(SHOFF + 80, &e, &where), ST_OK);
	assert_false(e.is_linux);
	make();
	memcpy((uint8_t *)image + NAMES, "..init.init..init.pv_table\0", 27);
	put(SHOFF + 40 + 20, 27);
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_true(e.is_linux);
	put(48, 0);
	assert_int_equal(scan(SHOFF, &e, &where), ST_OK);
	assert_false(e.is_linux);
}

/* A segment without bytes is memory only, and all memory together has a limit. */
static void counts_bytes_and_memory_apart(void **state)
{
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	put_segment(2, 1, DATA, FIRST + 0x200, FIRST + 0x200, 0, 0x80);
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	assert_int_equal(e.end_bytes, FIRST + 0xa0);
	assert_int_equal(e.end_memory, FIRST + 0x280);
	put_segment(0, 1, TEXT, FIRST, 0x1000, 0x80, 0x80);
	put_segment(1, 1, TEXT, FIRST, 0x1080, 0x80, 0x7fffff7f);
	put_segment(2, 1, DATA, 0x2000, 0x2000, 0x40, 0x80);
	assert_int_equal(scan(SIZE, &e, &where), ST_OK);
	put_segment(1, 1, TEXT, FIRST, 0x1080, 0x80, 0x7fffff80);
	assert_int_equal(scan(SIZE, &e, &where), ST_RANGE);
	assert_int_equal(where, 28);
}

static void loads_bytes_and_clears_the_rest(void **state)
{
	struct file_bytes bytes = {(const uint8_t *)image, SIZE};
	struct file f = file_of(&bytes);
	uint8_t room[0x280 + 2], want[0x280 + 2];
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	assert_int_equal(elf32_scan(&f, &e, &where), ST_OK);
	memset(room, 0xa5, sizeof(room));
	memset(want, 0, sizeof(want));
	want[0] = 0xa5;
	want[sizeof(want) - 1] = 0xa5;
	memcpy(want + 1, (const uint8_t *)image + TEXT, 0xa0);
	memcpy(want + 1 + 0x200, (const uint8_t *)image + DATA, 0x40);
	assert_int_equal(elf32_load(&f, &e, room + 1), ST_OK);
	assert_memory_equal(room, want, sizeof(room));
	/* A file that changed behind our back stays in its room. */
	put(PHOFF + 64 + 12, FIRST + 0x260);
	assert_int_equal(elf32_load(&f, &e, room + 1), ST_RANGE);
	put(PHOFF + 64 + 12, FIRST - 0x1000);
	assert_int_equal(elf32_load(&f, &e, room + 1), ST_RANGE);
	assert_int_equal(room[0], 0xa5);
	assert_int_equal(room[sizeof(room) - 1], 0xa5);
}

struct spoilt {
	uint32_t at, value;
	enum status st;
	uint32_t where;
};

static void names_what_is_wrong(void **state)
{
	static const struct spoilt list[] = {
		{0, 0x464c4580, ST_MAGIC, 0},
		{4, 0x00010102, ST_UNSUPPORTED, 0}, /* 64 bit */
		{4, 0x00010201, ST_UNSUPPORTED, 0}, /* big-endian */
		{16, 3u << 16 | 2, ST_UNSUPPORTED, 0},
		{16, 40u << 16 | 1, ST_CORRUPT, 16},
		{16, 40u << 16 | 4, ST_CORRUPT, 16},
		{28, SIZE - 100, ST_TRUNCATED, 28},
		{28, 0xfffffff0, ST_TRUNCATED, 28},
		{32, SIZE - 79, ST_TRUNCATED, 32},
		{40, 56u << 16 | 52, ST_RANGE, 40},
		{44, 257, ST_RANGE, 40},
		{44, 0, ST_NOTFOUND, 24},
		{48, 2u << 16 | 2, ST_RANGE, 48},
		{PHOFF, 3, ST_CORRUPT, PHOFF},
		{PHOFF + 4, SIZE - 0x7f, ST_TRUNCATED, PHOFF},
		{PHOFF + 4, 0xffffffff, ST_TRUNCATED, PHOFF},
		{PHOFF + 16, 0x81, ST_RANGE, PHOFF},
		{PHOFF + 32 + 12, 0xfffffff0, ST_RANGE, PHOFF + 32},
		{PHOFF + 64 + 12, 0xd0009000, ST_RANGE, 28}, /* 256 MiB behind the text */
		{PHOFF + 64 + 12, 0x40000000, ST_RANGE, 28}, /* and far below it */
		{PHOFF + 64 + 20, 0x3fff7d00, ST_OK, 0},
		{SHOFF + 40 + 16, SIZE - 1, ST_TRUNCATED, SHOFF + 40},
		{SHOFF + 40 + 20, SIZE, ST_TRUNCATED, SHOFF + 40},
	};
	struct elf32 e;
	uint32_t where;

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		make();
		put(list[i].at, list[i].value);
		assert_int_equal(scan(SIZE, &e, &where), list[i].st);
		if (list[i].st != ST_OK)
			assert_int_equal(where, list[i].where);
	}
	make();
	put(4, 0x00010202);
	put(16, 22u << 8 | 2u << 24); /* as a 64-bit big-endian S/390 file has it */
	assert_int_equal(scan(SIZE, &e, &where), ST_UNSUPPORTED);
	make();
	put(4, 0x00010201);
	put(16, 40u << 24 | 2u << 8);
	assert_int_equal(scan(SIZE, &e, &where), ST_UNSUPPORTED);
	assert_int_equal(e.machine, 40);
	assert_int_equal(e.class_data, 0x0201);
}

/* No length but the full one is accepted: the section headers are last. */
static void truncated_anywhere(void **state)
{
	struct elf32 e;
	uint32_t where;

	(void)state;
	make();
	for (uint32_t size = 0; size < SIZE; size++)
		assert_int_equal(scan(size, &e, &where), ST_TRUNCATED);
}

/* Whatever is accepted can be loaded, into its room and no further. */
static void flipped_anywhere(void **state)
{
	uint32_t seed = 4;
	struct elf32 e;
	uint32_t where, accepted = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		make();
		for (uint32_t n = 1 + prng_below(&seed, 3); n != 0; n--)
			((uint8_t *)image)[prng_below(&seed, SIZE)] ^=
				(uint8_t)(1u << prng_below(&seed, 8));
		if (scan(SIZE, &e, &where) != ST_OK)
			continue;
		accepted++;
		assert_true(e.first <= e.end_memory);
		assert_true((e.entry & ~1u) >= e.first && e.entry < e.end_memory);
		if (e.end_memory - e.first <= 0x10000) {
			uint32_t size = e.end_memory - e.first;
			struct file_bytes bytes = {(const uint8_t *)image, SIZE};
			struct file f = file_of(&bytes);
			uint8_t *room = malloc(size);

			assert_non_null(room);
			assert_int_equal(elf32_load(&f, &e, room), ST_OK);
			free(room);
		}
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_everything),
		cmocka_unit_test(finds_the_entry),
		cmocka_unit_test(knows_linux_by_its_section),
		cmocka_unit_test(counts_bytes_and_memory_apart),
		cmocka_unit_test(loads_bytes_and_clears_the_rest),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(truncated_anywhere),
		cmocka_unit_test(flipped_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
