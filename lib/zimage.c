// SPDX-License-Identifier: MIT
#include "zimage.h"

#include "image.h"

#define HEAD_SIZE      0x40
#define ENDIAN_LITTLE  0x04030201u
#define STACK	       4096u	/* of the decompressor, behind its heap */
#define HEAP_USUAL     0x10000u /* MALLOC_SIZE of arch/arm/boot/compressed/Makefile */
#define TEXT_USUAL     0x8000u
#define PAGE	       4096u
#define TABLE_ENTRIES  32 /* Linux writes one */
#define MEMORY_MAX     0x40000000u
#define GUESSED_FACTOR 8 /* the inflated size when no table has it: what U-Boot takes, too */

/* The data words of the table's entry. */
enum { INFLATED_AT, BSS, TEXT_OFFSET, HEAP, WORDS };

static uint32_t word(const struct file *f, uint32_t at)
{
	uint32_t value;

	f->read(f->context, at, &value, sizeof(value));
	return value;
}

/* Puts the numbers of the size table that begins at `at` over those in data; *found, if it has. */
static enum status read_table(const struct file *f, uint32_t at, uint32_t *data, bool *found,
			      uint32_t *where)
{
	for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
		uint32_t words;

		*where = at;
		if (!file_has(f, at, 4))
			return ST_TRUNCATED;
		words = word(f, at);
		if (words == 0)
			return ST_OK;
		if (words < 2)
			return ST_CORRUPT;
		if (words > (f->size - at) / 4)
			return ST_TRUNCATED;
		if (word(f, at + 4) == ZSHIM_KLSZ_TAG && words > 2 + BSS) {
			uint32_t have = words - 2 < WORDS ? words - 2 : WORDS;

			f->read(f->context, at + 8, data, have * 4);
			*found = true;
			return ST_OK;
		}
		at += words * 4;
	}
	return ST_CORRUPT;
}

enum status zimage_scan(const struct file *f, struct zimage *z, uint32_t *where)
{
	uint32_t head[HEAD_SIZE / 4], data[WORDS] = {0, 0, TEXT_USUAL, HEAP_USUAL};
	uint32_t size, table;
	uint64_t inflated;
	bool found = false;
	enum status st;

	*where = 0;
	if (!file_has(f, 0, sizeof(head)))
		return ST_MAGIC;
	f->read(f->context, 0, head, sizeof(head));
	if (head[ZSHIM_BS_ZIMAGE_MAGIC / 4] != ZSHIM_ZIMAGE_MAGIC)
		return ST_MAGIC;
	*where = ZSHIM_BS_ZIMAGE_ENDIAN;
	if (head[ZSHIM_BS_ZIMAGE_ENDIAN / 4] == __builtin_bswap32(ENDIAN_LITTLE))
		return ST_UNSUPPORTED;
	*where = ZSHIM_BS_ZIMAGE_END;
	size = head[ZSHIM_BS_ZIMAGE_END / 4] - head[ZSHIM_BS_ZIMAGE_START / 4];
	if (size > f->size)
		return ST_TRUNCATED;
	if (size < HEAD_SIZE)
		return ST_CORRUPT;
	/* What is behind the end, a device tree say, goes with it. */
	inflated = (uint64_t)f->size * GUESSED_FACTOR;
	table = head[ZSHIM_BS_ZIMAGE_TABLE / 4];
	if (head[ZSHIM_BS_ZIMAGE_MAGIC2 / 4] == ZSHIM_ZIMAGE_MAGIC2) {
		st = read_table(f, table, data, &found, where);
		if (st != ST_OK)
			return st;
	}
	if (found) {
		if (!file_has(f, data[INFLATED_AT], 4))
			return ST_TRUNCATED;
		inflated = word(f, data[INFLATED_AT]);
	}
	/* In 64 bits, where the sum of a few 32-bit numbers cannot wrap. */
	inflated = (inflated + data[BSS] + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	if (data[TEXT_OFFSET] >= ZIMAGE_BASE_ALIGN || data[TEXT_OFFSET] % 4 != 0 ||
	    inflated + f->size + STACK + data[HEAP] > MEMORY_MAX)
		return ST_RANGE;
	z->text_offset = data[TEXT_OFFSET];
	z->at = (uint32_t)inflated;
	z->memory = z->at + f->size + STACK + data[HEAP];
	z->guessed = !found;
	return ST_OK;
}
