// SPDX-License-Identifier: MIT
/* ATAGs: a list of {words of the whole tag, tag, data}, from ATAG_CORE to ATAG_NONE. */
#include "given.h"
#include "mem.h"

enum {
	ATAG_NONE = 0,
	ATAG_MEM = 0x54410002,	  /* size, start */
	ATAG_SERIAL = 0x54410006, /* low, high */
	ATAG_REVISION = 0x54410007,
	ATAG_CMDLINE = 0x54410009, /* text up to a NUL */
	ATAG_INITRD2 = 0x54420005, /* physical start, size */
};

#define HEADER 2u /* words */
#define CORE   5u /* words of an ATAG_CORE that has data */

static enum status add_bank(struct range_set *memory, uint32_t start, uint32_t size)
{
	if (start > GIVEN_MEMORY_END)
		return ST_OK;
	if (size > GIVEN_MEMORY_END - start)
		size = GIVEN_MEMORY_END - start;
	return range_add(memory, (struct range){start, start + size});
}

/* One tag, by its data. */
static enum status read_tag(struct given *g, struct range_set *memory, uint32_t tag,
			    const uint32_t *data, uint32_t words)
{
	if (tag == ATAG_CMDLINE) {
		g->line = (const char *)data;
		g->line_len = 0;
		while (g->line_len < words * 4 && g->line[g->line_len] != '\0')
			g->line_len++;
	}
	if (tag == ATAG_REVISION && words != 0)
		g->revision = data[0];
	if (tag != ATAG_MEM && tag != ATAG_INITRD2 && tag != ATAG_SERIAL)
		return ST_OK;
	if (words < 2)
		return ST_CORRUPT;
	if (tag == ATAG_MEM)
		return add_bank(memory, data[1], data[0]);
	if (tag == ATAG_SERIAL) {
		g->serial[0] = data[0];
		g->serial[1] = data[1];
	} else {
		if (data[1] > UINT32_MAX - data[0])
			return ST_CORRUPT;
		g->initrd = (struct range){data[0], data[0] + data[1]};
	}
	return ST_OK;
}

enum status given_atags(struct given *g, struct range_set *memory, const uint32_t *p, size_t avail)
{
	size_t words = avail / 4;
	enum status st = ST_OK;

	if (words < HEADER || p[1] != ATAG_CORE || (p[0] != HEADER && p[0] != CORE))
		return ST_MAGIC;
	/* The size of ATAG_NONE is 0 by the book, 2 from some loaders. */
	while (st == ST_OK) {
		uint32_t size;

		if (words < HEADER)
			return ST_TRUNCATED;
		size = p[0];
		if (p[1] == ATAG_NONE)
			break;
		if (size < HEADER)
			return ST_CORRUPT;
		if (size > words)
			return ST_TRUNCATED;
		st = read_tag(g, memory, p[1], p + HEADER, size - HEADER);
		p += size;
		words -= size;
	}
	return st;
}
