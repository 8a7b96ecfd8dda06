// SPDX-License-Identifier: MIT
/*
 * Step 3: which device tree.  Everything that the kernel is told of comes from the first source in
 * its row that has it:
 *
 *	device tree   the image's, --dtb (with --dtb-policy fallback: last); of several the one that
 *	              fits this board, see rank(); r2; fdt= of the arguments; behind the image; the
 *	              start of the 128 MiB that the image lies in; the RAM bases of boards
 *	RAM           ATAG_MEM; /memory of that tree; /memory of the loader's tree (ram.c)
 *	command line  --cmdline, by --cmdline-policy with or without one of: ATAG_CMDLINE, bootargs=
 *	              of the arguments, bootargs of that tree, of the loader's tree (params.c)
 *	initrd        ATAG_INITRD2, initrd= of the arguments, that tree's, the loader's tree's,
 *	              --initrd (params.c)
 *	seeds         rng-seed and kaslr-seed of that tree, of the loader's tree (params.c)
 *	serial number, revision   ATAG_SERIAL, ATAG_REVISION
 *
 * The loader's tree is the first that is found from r2 on, whether the kernel gets it or not.  The
 * arguments are looked at only when r2 holds neither a tree nor ATAGs (given.c).  A source that is
 * broken is told of in the log and passed over; it ends the boot only when there is no other.
 */
#include "boot.h"
#include "linker.h"
#include "mem.h"

#define TREE_MAX (16u << 20) /* a larger totalsize is taken for garbage: Linux maps 2 MiB of it */

/* The 128 MiB window whose start is the RAM base on most boards; Linux's zImage uses it too. */
#define RAM_BASE_MASK 0xf8000000u

/* Bytes that may be read of the tree whose head this is: all, unless RAM ends or it is garbage. */
static size_t tree_bytes(const uint32_t *head)
{
	uint32_t total = __builtin_bswap32(head[1]);

	return readable((uintptr_t)head, total < TREE_MAX ? total : TREE_MAX);
}

/*
 * Opens the tree at an address, where somebody says that there is one, or where one may be.  False
 * when there is none: what is no tree at all is a fault only of him who said so.
 */
static bool open_tree(struct boot *b, struct tree *tree, uintptr_t at, bool meant)
{
	const uint32_t *head = (const void *)at;
	enum status st = ST_MAGIC;

	if (at % 4 != 0)
		st = ST_ALIGN;
	else if (readable(at, 8) == 8 && head[0] == __builtin_bswap32(FDT_HEADER_MAGIC)) {
		st = fdt_open(&tree->f, head, tree_bytes(head));
		meant = true;
	}
	if (st == ST_OK)
		return true;
	tree->f.blob = NULL;
	if (meant && at != 0 && (b->bad.at == 0 || b->bad.status == ST_MAGIC))
		b->bad = (struct noted){at, TEXT_THE_TREE, (uint16_t)st};
	return false;
}

/* The loader's tree and where it is from; 0 when there is none. */
static unsigned find_loader_tree(struct boot *b, struct tree *tree)
{
	if (open_tree(b, tree, b->entry.r2, b->list.at == 0))
		return TEXT_FROM_R2;
	if (open_tree(b, tree, b->given.fdt, true))
		return TEXT_FROM_ARGUMENTS;
	if (open_tree(b, tree, image_range(b).end, false))
		return TEXT_FROM_BEHIND;
	if (open_tree(b, tree, b->entry.image & RAM_BASE_MASK, false))
		return TEXT_FROM_BASE;
	for (const struct board *board = boards_start; board < boards_end; board++) {
		if (open_tree(b, tree, board->ram_base, false))
			return TEXT_FROM_BOARD;
	}
	return 0;
}

#define FITS_RAM	1u
#define FITS_MACHINE	2u
#define FITS_COMPATIBLE 4u /* times how specific the entry is */

/* Where there is RAM for sure. */
static phys_t some_ram(const struct boot *b)
{
	return b->memory.count != 0 ? b->memory.r[0].start : b->entry.image;
}

static void look_for_ram(struct boot *b, void *fit, uint64_t start, uint64_t size)
{
	if (some_ram(b) - start < size)
		*(unsigned *)fit |= FITS_RAM;
}

/*
 * How well one of several trees fits this board.  First counts the most specific entry of the
 * loader's compatible that it lists as well; then the machine number in r1, by the boards that have
 * it; then RAM, which tells a vexpress-a9 from an -a15.
 */
static unsigned rank(struct boot *b, struct tree *tree)
{
	uint32_t left = 0;
	const char *s =
		fdt_prop(&b->loader.f, b->loader.f.blob ? 0 : FDT_NONE, "compatible", &left);
	unsigned fit = 0;

	index_tree(tree);
	for_memory(b, tree, look_for_ram, &fit);
	for (const struct board *board = boards_start; board < boards_end; board++) {
		if (board->machine == b->machine && fdt_compatible(&tree->f, 0, board->compatible))
			fit |= FITS_MACHINE;
	}
	if (left == 0 || s[left - 1] != '\0')
		left = 0;
	while (left != 0 && !fdt_compatible(&tree->f, 0, s)) {
		left -= strlen(s) + 1;
		s += strlen(s) + 1;
	}
	return fit + left * FITS_COMPATIBLE;
}

/* Nobody has told of ATAGs or arguments yet. */
static _Noreturn void give_up(struct boot *b, enum code code, uintptr_t x, uintptr_t y)
{
	report_noted(b, &b->list);
	panic(b, code, x, y);
}

static unsigned reason(unsigned fit)
{
	if (fit >= FITS_COMPATIBLE)
		return TEXT_BY_COMPATIBLE;
	if (fit == (FITS_MACHINE | FITS_RAM))
		return TEXT_BY_MACHINE_RAM;
	return fit == FITS_MACHINE ? TEXT_BY_MACHINE : TEXT_FROM_BASE;
}

/*
 * The image's tree: the only one, or of several the first that fits best.  False when there is
 * none, or when only the place of RAM speaks for one and the loader has a tree: it knows better.
 * Not inline: its stack is free again when find_console() and plan_layout() run.
 */
static __attribute__((noinline)) bool choose_embedded(struct boot *b, bool loader)
{
	unsigned trees = 0, best = 0;
	struct tree tree = {0};

	for (uint32_t i = 0; i < b->desc->part_count; i++) {
		const struct zshim_part *part = &b->desc->part[i];
		const uint8_t *at;
		unsigned fit;
		enum status st;

		if (part->kind != ZSHIM_PART_DTB)
			continue;
		at = plain_part(b, part);
		st = fdt_open(&tree.f, at, (uint32_t)part->stored);
		if (st != ST_OK)
			panic(b, E_DTB_BROKEN, (uintptr_t)at, st);
		fit = rank(b, &tree);
		if (trees++ == 0 || fit > best) {
			b->tree = tree;
			b->tree_part = i;
			best = fit;
		}
	}
	if (trees < 2)
		return trees != 0;
	if (best <= (loader ? FITS_RAM : 0)) {
		if (loader)
			return false;
		give_up(b, E_NO_MATCH, b->machine, some_ram(b));
	}
	b->tree_by = (uint16_t)reason(best);
	return true;
}

/* The tree that the kernel gets, and where it is from. */
static unsigned choose_tree(struct boot *b)
{
	unsigned from = find_loader_tree(b, &b->loader);

	if ((b->desc->dtb_policy == ZSHIM_DTB_OVERRIDE || !from) && choose_embedded(b, from != 0))
		return TEXT_FROM_IMAGE;
	if (!from) {
		if (b->bad.at != 0 && b->bad.status != ST_MAGIC)
			give_up(b, E_DTB_BROKEN, b->bad.at, b->bad.status);
		give_up(b, E_NO_DTB, b->entry.r2, b->entry.image & RAM_BASE_MASK);
	}
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
