// SPDX-License-Identifier: MIT
/*
 * Is this a sound image?  One function for the board, `zshim info` and the fuzzer.  It runs before
 * any hash was compared, so it trusts nothing, and with the MMU off, so it loads aligned words
 * only. It is in every stub, hence the tables: they are shorter than the code of as many
 * conditions.
 */
#include "image.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The highest legal value of each word; ANY is no limit.  The upper words of 64-bit numbers are 0
 * on a 32-bit architecture, which makes everything after this check 32-bit arithmetic.
 */
#define ANY    0xff
#define NUMBER ANY, 0

static const uint8_t desc_max[sizeof(struct zshim_desc) / 4] = {
	ANY,		       /* magic */
	ZSHIM_VERSION,	       /* version */
	ANY,		       /* size */
	ZSHIM_DESC_LOADER,     /* flags */
	NUMBER,		       /* image_size */
	NUMBER,		       /* load */
	ZSHIM_DTB_FALLBACK,    /* dtb_policy */
	ZSHIM_CMDLINE_PREPEND, /* cmdline_policy */
	ZSHIM_PART_MAX,	       /* part_count */
	ANY,		       /* part_size */
};

static const uint8_t part_max[sizeof(struct zshim_part) / 4] = {
	ZSHIM_PART_MODULE,     /* kind */
	ZSHIM_CODEC_XZ,	       /* codec */
	ZSHIM_FILTER_THUMB,    /* filter */
	ZSHIM_FLAG_PAGE_TABLE, /* flags */
	NUMBER,		       /* offset */
	NUMBER,		       /* stored */
	NUMBER,		       /* inflated */
	NUMBER,		       /* memory */
	NUMBER,		       /* align */
	NUMBER,		       /* dest */
	NUMBER,		       /* entry */
	ZSHIM_PLACE_FIXED,     /* place */
	ANY,		       /* check */
};

#define ONE_OF (1u << ZSHIM_PART_KERNEL | 1u << ZSHIM_PART_INITRD | 1u << ZSHIM_PART_CMDLINE)

/* The first word above its limit; NULL when all are legal.  Inlined twice it would be longer. */
__attribute__((noinline)) static const uint32_t *unknown_word(const void *structure,
							      const uint8_t *max, size_t count)
{
	const uint32_t *word = structure;

	for (const uint8_t *end = max + count; max < end; max++, word++)
		if (*max != ANY && *word > *max)
			return word;
	return NULL;
}

/* A part that may begin at first, in an image of size bytes. */
static bool part_fits(const struct zshim_part *p, uint32_t first, uint32_t size)
{
	uint32_t offset = (uint32_t)p->offset, stored = (uint32_t)p->stored;
	uint32_t inflated = (uint32_t)p->inflated, memory = (uint32_t)p->memory;
	uint32_t align = (uint32_t)p->align;

	return offset % 8 == 0 && offset >= first && offset <= size && stored <= size - offset &&
	       inflated <= memory && (uint32_t)p->dest <= ~memory &&
	       (uint32_t)p->entry < inflated && align != 0 && (align & (align - 1)) == 0;
}

/* 0 for a part that lies anywhere, as it is; the codec "none" and the filter "none" are 0. */
_Static_assert(ZSHIM_PLACE_ANY == 0 && ZSHIM_CODEC_NONE == 0 && ZSHIM_FILTER_NONE == 0,
	       "one test for all");

/* Only the kernel has a place of its own and is encoded: tree and text are read in place. */
static bool part_makes_sense(const struct zshim_part *p, uint32_t *seen)
{
	uint32_t kind = 1u << p->kind;

	/* One of a kind, but several trees and modules. */
	if (*seen & kind & ONE_OF)
		return false;
	*seen |= kind;
	if (p->kind == ZSHIM_PART_KERNEL)
		return p->place != ZSHIM_PLACE_ANY;
	return p->kind != 0 && (p->flags | p->codec | p->filter | p->place) == 0 &&
	       (uint32_t)p->inflated == (uint32_t)p->stored &&
	       (p->kind != ZSHIM_PART_CMDLINE || (uint32_t)p->stored <= ZSHIM_CMDLINE_MAX);
}

/* These return what is wrong or NULL: the exact word, or the structure that contradicts itself. */

static const void *bad_parts(const struct zshim_desc *d, uint32_t first)
{
	const struct zshim_part *p = d->part, *end = p + d->part_count;
	uint32_t seen = 0;

	for (; p < end; p++) {
		const uint32_t *bad = unknown_word(p, part_max, sizeof(part_max));

		if (bad)
			return bad;
		if (!part_fits(p, first, (uint32_t)d->image_size) || !part_makes_sense(p, &seen))
			return p;
		first = (uint32_t)p->offset + (uint32_t)p->stored;
	}
	/* A kernel, or the flag: never both, never none. */
	return ((seen >> ZSHIM_PART_KERNEL ^ d->flags) & 1) ? NULL : d;
}

static const void *bad_desc(const struct zshim_desc *d, uint32_t room, uint32_t first, uint32_t len)
{
	const uint32_t *bad = unknown_word(d, desc_max, sizeof(desc_max));

	if (bad)
		return bad;
	first += d->flags * ZSHIM_EARLY_LOADER; /* 0 or 1 */
	if (d->magic != ZSHIM_DESC_MAGIC || d->version != ZSHIM_VERSION ||
	    d->part_size != sizeof(struct zshim_part) || d->size > room ||
	    d->size != sizeof(*d) + d->part_count * sizeof(struct zshim_part) ||
	    (uint32_t)d->image_size < first || (uint32_t)d->image_size > len)
		return d;
	return bad_parts(d, first);
}

/* "ZSHIM" 0, version, architecture, as the two words at ZSHIM_BS_MAGIC. */
#define MAGIC_LOW  0x4948535au
#define MAGIC_HIGH (0x4du | ZSHIM_VERSION << 16 | ZSHIM_ARCH_ARMV7A << 24)

enum status zshim_desc_check(const void *image, uint64_t image_len, const struct zshim_desc **desc,
			     uint32_t *where)
{
	/* Larger images than this are none on a 32-bit board. */
	uint32_t len = image_len > INT32_MAX ? INT32_MAX : (uint32_t)image_len;
	const uint32_t *word = image;
	const void *bad = &word[ZSHIM_BS_DESC / 4];
	uint32_t at, check;

	*desc = NULL;
	*where = ZSHIM_BS_MAGIC;
	if (len < ZSHIM_BS_SIZE || word[ZSHIM_BS_MAGIC / 4] != MAGIC_LOW ||
	    word[ZSHIM_BS_MAGIC / 4 + 1] != MAGIC_HIGH)
		return ST_MAGIC;
	at = word[ZSHIM_BS_DESC / 4];
	check = word[ZSHIM_BS_CHECK / 4];
	if ((at | check) % 16 == 0 && at >= ZSHIM_BS_SIZE && check <= len &&
	    at + sizeof(struct zshim_desc) <= check && at < check)
		bad = bad_desc((const void *)&word[at / 4], check - at,
			       check + 4 + ZSHIM_EARLY_SIZE + ZSHIM_PARKED_SIZE, len);
	if (bad) {
		*where = (uint32_t)((const uint8_t *)bad - (const uint8_t *)image);
		return ST_RANGE;
	}
	*desc = (const void *)&word[at / 4];
	return ST_OK;
}

enum status zshim_uart_layout(struct zshim_uart_regs *regs, uint32_t shift, uint32_t width)
{
	if (regs->width != 1)
		return ST_OK;
	/* The status is in register 5, the data in register 0.  No word lies across two. */
	if (shift > 5 || !(width == 1 || (width == 4 && shift >= 2)))
		return ST_UNSUPPORTED;
	regs->status = (uint8_t)(regs->status << shift);
	regs->width = (uint8_t)width;
	return ST_OK;
}
