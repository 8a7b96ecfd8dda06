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

static const struct zshim_part *find_part(const struct zshim_desc *d, uint32_t kind)
{
	for (uint32_t i = 0; i < d->part_count; i++) {
		if (d->part[i].kind == kind)
			return &d->part[i];
	}
	return NULL;
}

/* The packer's UART first: whatever goes wrong from here on is told somewhere. */
void check_entry(struct boot *b)
{
	uint32_t control = arch_control();
	uint32_t where = 0;
	enum status st;

	b->image = (const uint8_t *)b->entry.image;
	memcpy(&b->uart, b->image + ZSHIM_BS_UART, sizeof(b->uart));
	b->uart_name = "UART";
	b->uart_from = "--uart";
	if (arch_caches_on(control))
		panic(b, E_CACHES, control, b->entry.image);
	if (b->entry.r0 == MULTIBOOT1_BOOT || b->entry.r0 == MULTIBOOT2_BOOT)
		panic(b, E_MULTIBOOT, b->entry.r0, b->entry.r1);
	st = zshim_desc_check(b->image, UINT32_MAX, &b->desc, &where);
	if (st != ST_OK)
		panic(b, E_DESC, st, where);
	b->kernel = find_part(b->desc, ZSHIM_PART_KERNEL);
	b->dtb_part = find_part(b->desc, ZSHIM_PART_DTB);
	b->initrd_part = find_part(b->desc, ZSHIM_PART_INITRD);
	b->cmdline_part = find_part(b->desc, ZSHIM_PART_CMDLINE);
}

/* A part that is read where it lies, before step 8: it must be stored as it is, and be sound. */
static const uint8_t *plain_part(struct boot *b, const struct zshim_part *part)
{
	uint32_t number = (uint32_t)(part - b->desc->part);
	const uint8_t *at = b->image + (uint32_t)part->offset;
	uint32_t sum;

	if (part->codec != ZSHIM_CODEC_NONE)
		panic(b, E_CODEC, part->codec, number);
	sum = xxh32(at, (uint32_t)part->stored);
	if (sum != part->check)
		panic(b, E_PART, number, sum);
	return at;
}

/*
 * Opens the tree at an address that somebody may have meant.  False when there is none; a broken
 * one is noted in *bad, for the case that no other source has a good one.
 */
static bool open_tree(struct fdt *f, uintptr_t at, struct bad_tree *bad)
{
	uint32_t word;
	enum status st;

	if (at % 4 != 0 || !arch_probe(at, &word) || word != __builtin_bswap32(FDT_HEADER_MAGIC))
		return false;
	st = fdt_open(f, (const void *)at, TREE_MAX);
	if (st == ST_OK)
		return true;
	bad->at = at;
	bad->status = st;
	return false;
}

/* The loader's tree: r2, then the RAM base that our own address suggests, then those of boards. */
static const char *find_loader_tree(struct boot *b, struct fdt *f, struct bad_tree *bad)
{
	if (open_tree(f, b->entry.r2, bad))
		return "r2";
	if (open_tree(f, b->entry.image & RAM_BASE_MASK, bad))
		return "RAM base";
	for (const struct board *board = boards_start; board < boards_end; board++) {
		if (open_tree(f, board->ram_base, bad))
			return board->name;
	}
	f->blob = NULL;
	return NULL;
}

void find_device_tree(struct boot *b)
{
	const char *from = find_loader_tree(b, &b->loader, &b->bad);
	enum status st;

	if (b->dtb_part && (b->desc->dtb_policy == ZSHIM_DTB_OVERRIDE || !from)) {
		const uint8_t *at = plain_part(b, b->dtb_part);

		st = fdt_open(&b->tree, at, (uint32_t)b->dtb_part->stored);
		if (st != ST_OK)
			panic(b, E_DTB_BROKEN, (uintptr_t)at, st);
		b->tree_from = "the image";
		return;
	}
	if (!from && b->bad.at != 0)
		panic(b, E_DTB_BROKEN, b->bad.at, b->bad.status);
	if (!from)
		panic(b, E_NO_DTB, b->entry.r2, b->entry.image & RAM_BASE_MASK);
	b->tree = b->loader;
	b->tree_from = from;
	b->loader.blob = NULL;
}

/* /chosen of the tree that the kernel gets, or of the loader's when the first has no such name. */
static const struct fdt *chosen_with(const struct boot *b, const char *name, uint32_t *node)
{
	const struct fdt *tree[] = {&b->tree, &b->loader};

	for (unsigned i = 0; i < 2; i++) {
		if (!tree[i]->blob)
			continue;
		*node = fdt_path(tree[i], "/chosen", 7);
		if (*node != FDT_NONE && fdt_prop(tree[i], *node, name, NULL))
			return tree[i];
	}
	return NULL;
}

void find_command_line(struct boot *b)
{
	uint32_t node;
	const struct fdt *f = chosen_with(b, "bootargs", &node);
	size_t total;

	if (f) {
		b->args.s = fdt_text(f, node, "bootargs");
		b->args.len = b->args.s ? strlen(b->args.s) : 0;
	}
	if (b->cmdline_part) {
		b->packed.s = (const char *)plain_part(b, b->cmdline_part);
		b->packed.len = (uint32_t)b->cmdline_part->stored;
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
	uint32_t node;
	const struct fdt *f = chosen_with(b, "linux,initrd-start", &node);

	if (f && fdt_number(f, node, "linux,initrd-start", &start) == ST_OK &&
	    fdt_number(f, node, "linux,initrd-end", &end) == ST_OK && start != end) {
		if (start > end || end > ARCH_PHYS_END)
			panic(b, E_INITRD, (uintptr_t)start, (uintptr_t)end);
		b->initrd = (struct range){(phys_t)start, (phys_t)end};
		b->initrd_from = "the loader";
	} else if (b->initrd_part) {
		b->initrd.start = b->entry.image + (uint32_t)b->initrd_part->offset;
		b->initrd.end = b->initrd.start + (uint32_t)b->initrd_part->stored;
		b->initrd_from = "the image";
		b->initrd_embedded = true;
	}
}
