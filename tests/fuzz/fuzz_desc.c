// SPDX-License-Identifier: MIT
/*
 * lib/image.c on any bytes: whatever it lets through, a reader that trusts it must stay inside.
 * The seeds are images whose stub is a boot sector only.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The optimizer may not drop the reads. */
static volatile uint32_t sink;

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t word_at(const uint8_t *image, uint32_t at)
{
	uint32_t word;

	memcpy(&word, image + at, sizeof(word));
	return word;
}

static uint64_t read_part(const uint8_t *image, const struct zshim_part *p, uint64_t end,
			  uint64_t image_size)
{
	insist(p->offset % 8 == 0 && p->offset >= end);
	insist(p->offset + p->stored <= image_size);
	for (uint64_t i = 0; i < p->stored; i++)
		sink += image[p->offset + i];
	insist(p->inflated <= p->memory && p->dest + p->memory <= UINT32_MAX);
	insist(p->align && (p->align & (p->align - 1)) == 0);
	insist(p->entry < p->inflated);
	insist(p->kind >= ZSHIM_PART_KERNEL && p->kind <= ZSHIM_PART_MODULE);
	insist(p->codec <= ZSHIM_CODEC_XZ && p->place <= ZSHIM_PLACE_FIXED);
	insist(p->filter <= ZSHIM_FILTER_THUMB && p->flags <= (p->kind == ZSHIM_PART_KERNEL));
	insist(p->kind == ZSHIM_PART_KERNEL ||
	       (p->codec == 0 && p->filter == 0 && p->inflated == p->stored));
	return p->offset + p->stored;
}

static void read_image(const uint8_t *image, uint64_t size, const struct zshim_desc *d)
{
	uint32_t desc = word_at(image, ZSHIM_BS_DESC), check = word_at(image, ZSHIM_BS_CHECK);
	bool loader = d->flags & ZSHIM_DESC_LOADER;
	uint64_t end = (uint64_t)check + 4 + ZSHIM_EARLY_SIZE + ZSHIM_PARKED_SIZE +
		       (loader ? ZSHIM_EARLY_LOADER : 0);
	unsigned kernels = 0;

	insist((const uint8_t *)d == image + desc && desc >= ZSHIM_BS_SIZE);
	insist((uint64_t)desc + d->size <= check && check % 16 == 0);
	insist(d->image_size <= size && end <= d->image_size);
	insist(d->part_count <= ZSHIM_PART_MAX && d->flags <= ZSHIM_DESC_LOADER);
	insist(d->dtb_policy <= ZSHIM_DTB_FALLBACK && d->cmdline_policy <= ZSHIM_CMDLINE_PREPEND);
	sink += word_at(image, check);
	for (uint32_t i = 0; i < d->part_count; i++) {
		end = read_part(image, &d->part[i], end, d->image_size);
		kernels += d->part[i].kind == ZSHIM_PART_KERNEL;
	}
	insist(kernels == (loader ? 0 : 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy: aligned, and exactly so long that any byte behind it is seen. */
	uint8_t *image = malloc(size ? size : 1);
	const struct zshim_desc *desc;
	uint32_t where;
	enum status st;

	if (!image)
		abort();
	memcpy(image, data, size);
	st = zshim_desc_check(image, size, &desc, &where);
	insist((st == ST_OK) == (desc != NULL));
	if (st == ST_OK)
		read_image(image, size, desc);
	else
		insist(where < size || where == ZSHIM_BS_MAGIC);
	free(image);
	return 0;
}
