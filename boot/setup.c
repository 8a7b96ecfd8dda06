// SPDX-License-Identifier: MIT
/*
 * Steps 2 and 3: what were we given?  The entry state, the descriptor, the device tree, the command
 * line and the initrd, each from the first source that has it.  Runs in place, with the MMU off.
 */
#include "boot.h"
#include "hash.h"
#include "linker.h"
#include "mem.h"

#define MULTIBOOT1_BOOT 0x2badb002u
#define MULTIBOOT2_BOOT 0x36d76289u

#define TREE_MAX (16u << 20) /* a larger totalsize is taken for garbage: Linux maps 2 MiB of it */

/* The 128 MiB window whose start is the RAM base on most boards; Linux's zImage uses it too. */
#define RAM_BASE_MASK 0xf8000000u

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
	b->kernel = find_part(b, ZSHIM_PART_KERNEL);
}

/* A part that is read where it lies, before step 8: it must be stored as it is, and be sound. */
static const uint8_t *plain_part(struct boot *b, const struct zshim_part *part)
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

/*
 * Opens the tree at an address that somebody may have meant.  False when there is none; a broken
 * one is noted in *bad, for the case that no other source has a good one.
 */
static bool open_tree(struct tree *tree, uintptr_t at, struct bad_tree *bad)
{
	uint32_t word;
	enum status st;

	if (at % 4 != 0 || !arch_probe(at, &word) || word != __builtin_bswap32(FDT_HEADER_MAGIC))
		return false;
	st = fdt_open(&tree->f, (const void *)at, TREE_MAX);
	if (st == ST_OK)
		return true;
	bad->at = at;
	bad->status = st;
	return false;
}

/* The loader's tree, 0 when there is none: r2, then the RAM base that our own address suggests,
 * then those of boards. */
static unsigned find_loader_tree(struct boot *b, struct tree *tree, struct bad_tree *bad)
{
	if (open_tree(tree, b->entry.r2, bad))
		return TEXT_FROM_R2;
	if (open_tree(tree, b->entry.image & RAM_BASE_MASK, bad))
		return TEXT_FROM_BASE;
	for (const struct board *board = boards_start; board < boards_end; board++) {
		if (open_tree(tree, board->ram_base, bad))
			return TEXT_FROM_BOARD;
	}
	tree->f.blob = NULL;
	return 0;
}

/* The tree that the kernel gets, and where it is from. */
static unsigned choose_tree(struct boot *b)
{
	unsigned from = find_loader_tree(b, &b->loader, &b->bad);
	const struct zshim_part *part = find_part(b, ZSHIM_PART_DTB);
	enum status st;

	if (part && (b->desc->dtb_policy == ZSHIM_DTB_OVERRIDE || !from)) {
		const uint8_t *at = plain_part(b, part);

		st = fdt_open(&b->tree.f, at, (uint32_t)part->stored);
		if (st != ST_OK)
			panic(b, E_DTB_BROKEN, (uintptr_t)at, st);
		return TEXT_FROM_IMAGE;
	}
	if (!from && b->bad.at != 0)
		panic(b, E_DTB_BROKEN, b->bad.at, b->bad.status);
	if (!from)
		panic(b, E_NO_DTB, b->entry.r2, b->entry.image & RAM_BASE_MASK);
	b->tree = b->loader;
	b->loader.f.blob = NULL;
	return from;
}

void find_device_tree(struct boot *b)
{
	b->tree_from = (uint16_t)choose_tree(b);
	index_tree(&b->tree);
	index_tree(&b->loader);
}

/* The tree with this property in /chosen: the one that the kernel gets, else the loader's. */
static const struct tree *chosen_with(const struct boot *b, const char *name)
{
	if (fdt_prop(&b->tree.f, b->tree.chosen, name, NULL))
		return &b->tree;
	if (fdt_prop(&b->loader.f, b->loader.chosen, name, NULL))
		return &b->loader;
	return NULL;
}

void find_command_line(struct boot *b)
{
	const struct tree *tree = chosen_with(b, "bootargs");
	const struct zshim_part *part = find_part(b, ZSHIM_PART_CMDLINE);
	size_t total;

	if (tree) {
		b->args.s = fdt_text(&tree->f, tree->chosen, "bootargs");
		b->args.len = b->args.s ? strlen(b->args.s) : 0;
	}
	if (part) {
		b->packed.s = (const char *)plain_part(b, part);
		b->packed.len = (uint32_t)part->stored;
		if (b->desc->cmdline_policy == ZSHIM_CMDLINE_REPLACE)
			b->args.len = 0;
	}
	total = b->args.len + b->packed.len + (b->args.len && b->packed.len);
	if (total > ZSHIM_CMDLINE_MAX)
		panic(b, E_BOOTARGS, total, ZSHIM_CMDLINE_MAX);
}

void find_initrd(struct boot *b)
{
	uint64_t start, end;
	const struct tree *tree = chosen_with(b, "linux,initrd-start");
	const struct zshim_part *part = find_part(b, ZSHIM_PART_INITRD);

	if (tree && fdt_number(&tree->f, tree->chosen, "linux,initrd-start", &start) == ST_OK &&
	    fdt_number(&tree->f, tree->chosen, "linux,initrd-end", &end) == ST_OK && start != end) {
		if (start > end || end > ARCH_PHYS_END)
			panic(b, E_INITRD, (uintptr_t)start, (uintptr_t)end);
		b->initrd = (struct range){(phys_t)start, (phys_t)end};
		b->initrd_from = TEXT_FROM_LOADER;
	} else if (part) {
		b->initrd.start = b->entry.image + (uint32_t)part->offset;
		b->initrd.end = b->initrd.start + (uint32_t)part->stored;
		b->initrd_from = TEXT_FROM_IMAGE;
		b->initrd_embedded = true;
	}
}
