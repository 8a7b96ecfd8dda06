// SPDX-License-Identifier: MIT
#include "assemble.h"

#include <string.h>
#include <xxhash.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are stored as they are");

/* The zImage's `end` and all offsets are 32-bit numbers, and signed in some loaders. */
#define IMAGE_MAX 0x7fffffffu

struct layout {
	size_t desc;  /* D */
	size_t check; /* N */
	size_t size;
};

static size_t desc_size(const struct contents *c)
{
	return sizeof(struct zshim_desc) + c->count * sizeof(struct zshim_part);
}

/* Gives every part its offset. */
static struct layout plan(struct contents *c)
{
	struct layout l;
	size_t at;

	l.desc = round_up(c->stub.size, 16);
	l.check = round_up(l.desc + desc_size(c), 16);
	at = l.check + 4 + ZSHIM_EARLY_SIZE + ZSHIM_PARKED_SIZE;
	at = round_up(at + (c->loader ? ZSHIM_EARLY_LOADER : 0), 8);
	for (unsigned i = 0; i < c->count; i++) {
		c->part[i].offset = at;
		at = round_up(at + c->stored[i].size, 8);
	}
	l.size = at;
	if (l.size > IMAGE_MAX)
		input_error("image", "too large: %zu bytes", l.size);
	return l;
}

static void put_parts(uint8_t *image, struct contents *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct bytes *b = &c->stored[i];

		memcpy(image + c->part[i].offset, b->data, b->size);
		c->part[i].stored = b->size;
		/* libxxhash here, lib/hash.c on the board and in check.c: one proves the other. */
		c->part[i].check = XXH32(b->data, b->size, 0);
	}
}

static void put_desc(uint8_t *image, const struct contents *c, const struct layout *l)
{
	struct zshim_desc desc = {
		.magic = ZSHIM_DESC_MAGIC,
		.version = ZSHIM_VERSION,
		.size = (uint32_t)desc_size(c),
		.flags = c->loader ? ZSHIM_DESC_LOADER : 0,
		.image_size = l->size,
		.load = c->load,
		.dtb_policy = c->dtb_policy,
		.cmdline_policy = c->cmdline_policy,
		.part_count = c->count,
		.part_size = sizeof(struct zshim_part),
	};

	memcpy(image + l->desc, &desc, sizeof(desc));
	memcpy(image + l->desc + sizeof(desc), c->part, c->count * sizeof(struct zshim_part));
}

/* What the size table is about: nothing, in an image that brings no kernel. */
static const struct zshim_part *kernel_part(const struct contents *c)
{
	static const struct zshim_part none;

	for (unsigned i = 0; i < c->count; i++)
		if (c->part[i].kind == ZSHIM_PART_KERNEL)
			return &c->part[i];
	if (!c->loader)
		internal_error("an image without kernel");
	return &none;
}

/* The words P of the boot sector.  No header's checksum covers them. */
static void patch_boot_sector(uint8_t *bs, const struct contents *c, const struct layout *l)
{
	const struct zshim_part *kernel = kernel_part(c);

	put32(bs + ZSHIM_BS_ZIMAGE_END, (uint32_t)l->size);
	/* Multiboot: the whole file at load (end 0: to its end), no BSS, entered at its first byte.
	 */
	put32(bs + ZSHIM_BS_MB1_ADDR, c->load + ZSHIM_BS_MB1);
	put32(bs + ZSHIM_BS_MB1_ADDR + 4, c->load);
	put32(bs + ZSHIM_BS_MB1_ADDR + 8, 0);
	put32(bs + ZSHIM_BS_MB1_ADDR + 12, 0);
	put32(bs + ZSHIM_BS_MB1_ADDR + 16, c->load);
	put32(bs + ZSHIM_BS_MB2_ADDR, c->load + ZSHIM_BS_MB2);
	put32(bs + ZSHIM_BS_MB2_ADDR + 4, c->load);
	put32(bs + ZSHIM_BS_MB2_ADDR + 8, 0);
	put32(bs + ZSHIM_BS_MB2_ADDR + 12, 0);
	put32(bs + ZSHIM_BS_MB2_ENTRY, c->load);
	/* The size table, so that kexec and friends keep DTB and initrd clear of the kernel. */
	put32(bs + ZSHIM_BS_KLSZ_BSS - 4, ZSHIM_BS_INFLATED);
	put32(bs + ZSHIM_BS_KLSZ_BSS, (uint32_t)(kernel->memory - kernel->inflated));
	put32(bs + ZSHIM_BS_KLSZ_TEXT, c->text_offset);
	put32(bs + ZSHIM_BS_KLSZ_HEAP, 0);
	put32(bs + ZSHIM_BS_INFLATED, (uint32_t)kernel->inflated);
	memcpy(bs + ZSHIM_BS_UART, &c->uart, sizeof(c->uart));
	memcpy(bs + ZSHIM_BS_PEN, &c->pen, sizeof(c->pen));
	put32(bs + ZSHIM_BS_DESC, (uint32_t)l->desc);
	put32(bs + ZSHIM_BS_CHECK, (uint32_t)l->check);
}

struct bytes assemble(struct contents *c)
{
	struct layout l = plan(c);
	struct bytes image = {alloc_zero(l.size), l.size};

	memcpy(image.data, c->stub.data, c->stub.size);
	put_parts(image.data, c);
	put_desc(image.data, c, &l);
	patch_boot_sector(image.data, c, &l);
	/* Last: it covers everything above. */
	put32(image.data + l.check, XXH32(image.data, l.check, 0));
	return image;
}
