// SPDX-License-Identifier: MIT
/* Step 2, the end: may we go on in this state, and is the descriptor sound?  The image's parts. */
#include "boot.h"
#include "hash.h"
#include "mem.h"

#define MULTIBOOT1_BOOT 0x2badb002u
#define MULTIBOOT2_BOOT 0x36d76289u

const struct zshim_part *find_part(const struct boot *b, uint32_t kind)
{
	const struct zshim_part *part = b->desc->part;

	for (uint32_t i = b->desc->part_count; i != 0; i--, part++) {
		if (part->kind == kind)
			return part;
	}
	return NULL;
}

uint32_t part_number(const struct boot *b, const struct zshim_part *part)
{
	return (uint32_t)(part - b->desc->part);
}

/* The packer's UART first: whatever goes wrong from here on is told somewhere. */
void check_entry(struct boot *b)
{
	uint32_t where = 0;
	enum status st;

	memcpy(&b->uart, image_at(b, ZSHIM_BS_UART), sizeof(b->uart));
	b->uart_name = "UART";
	b->uart_from = TEXT_BY_PACKER;
	b->secure = arch_secure();
	if (b->entry.r0 == MULTIBOOT1_BOOT || b->entry.r0 == MULTIBOOT2_BOOT)
		panic(b, E_MULTIBOOT, b->entry.r0, b->entry.r1);
	st = zshim_desc_check(image_at(b, 0), UINT32_MAX - b->entry.image, &b->desc, &where);
	if (st != ST_OK)
		panic(b, E_DESC, st, where);
}

const uint8_t *plain_part(struct boot *b, const struct zshim_part *part)
{
	const uint8_t *at = image_at(b, part->offset);
	uint32_t sum;

	if (part->codec != ZSHIM_CODEC_NONE)
		panic(b, E_CODEC, part->codec, part_number(b, part));
	sum = xxh32(at, (uint32_t)part->stored);
	if (sum != part->check)
		panic(b, E_PART, part_number(b, part), sum);
	return at;
}
