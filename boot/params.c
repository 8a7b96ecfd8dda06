// SPDX-License-Identifier: MIT
/*
 * Steps 3 and 6: command line and initrd, each from the first source that has it (the table is in
 * tree.c); and what the kernel's tree gets of the loader's memory, kept before that is overwritten.
 */
#include "boot.h"
#include "mem.h"

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

	if (b->given.line_len) {
		b->args = (struct text){b->given.line, b->given.line_len};
	} else if (tree) {
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

	b->initrd_from = TEXT_FROM_LOADER;
	if (range_size(b->given.initrd) != 0) {
		b->initrd = b->given.initrd;
	} else if (tree &&
		   fdt_number(&tree->f, tree->chosen, "linux,initrd-start", &start) == ST_OK &&
		   fdt_number(&tree->f, tree->chosen, "linux,initrd-end", &end) == ST_OK &&
		   start != end) {
		if (start > end || end > ARCH_PHYS_END)
			panic(b, E_INITRD, (uintptr_t)start, (uintptr_t)end);
		b->initrd = (struct range){(phys_t)start, (phys_t)end};
	} else if (part) {
		b->initrd.start = b->entry.image + (uint32_t)part->offset;
		b->initrd.end = b->initrd.start + (uint32_t)part->stored;
		b->initrd_from = TEXT_FROM_IMAGE;
		b->initrd_embedded = true;
	} else {
		b->initrd_from = 0;
	}
}

/* "first second", or the one that there is. */
static void join_command_line(struct boot *b)
{
	bool packed_first = b->desc->cmdline_policy == ZSHIM_CMDLINE_PREPEND;
	struct text first = packed_first ? b->packed : b->args;
	struct text second = packed_first ? b->args : b->packed;
	char *line = b->line;
	size_t len = first.len;

	memcpy(line, first.s, first.len);
	if (first.len && second.len)
		line[len++] = ' ';
	memcpy(line + len, second.s, second.len);
	b->line_len = len + second.len;
	line[b->line_len] = '\0';
}

/* Appends a number in the cells of its kind; one that does not fit becomes the largest. */
static void put_cells(struct boot *b, uint32_t cells, uint64_t value)
{
	uint32_t *p = b->reg + b->reg_len / 4;

	if (cells == 2)
		*p++ = __builtin_bswap32((uint32_t)(value >> 32));
	else if (value > ARCH_PHYS_END)
		value = ARCH_PHYS_END;
	*p = __builtin_bswap32((uint32_t)value);
	b->reg_len += cells * 4;
}

/* With one cell for an address, what is above 4 GiB cannot be said. */
static void keep_bank(struct boot *b, void *context, uint64_t start, uint64_t size)
{
	const struct fdt_width *w = context;

	if (w->address == 1 && start > ARCH_PHYS_END)
		return;
	if (b->reg_len > sizeof(b->reg) - 16)
		too_many_ranges(b);
	put_cells(b, w->address, start);
	put_cells(b, w->size, size);
}

/* RAM that is not our tree's own, in its root's cells; of the loader's tree also what lies above
 * 4 GiB, as it is there. */
static void keep_memory(struct boot *b)
{
	struct fdt_width w;

	if (!b->memory_given && !b->memory_from_loader)
		return;
	if (!fdt_width(&b->tree.f, 0, &w) || w.address > 2 || w.size == 0)
		panic(b, E_FDT_EDIT, ST_UNSUPPORTED, range_size(b->layout.tree));
	for (unsigned i = 0; b->memory_given && i < b->memory.count; i++)
		keep_bank(b, &w, b->memory.r[i].start, range_size(b->memory.r[i]));
	if (!b->memory_given)
		for_memory(b, &b->loader, keep_bank, &w);
}

/* A seed that the loader's tree has and ours has not. */
static void keep_seed(struct boot *b, const char *name, struct seed *seed)
{
	const void *value = fdt_prop(&b->loader.f, b->loader.chosen, name, &seed->len);

	if (!value || fdt_prop(&b->tree.f, b->tree.chosen, name, NULL)) {
		seed->len = 0;
		return;
	}
	if (seed->len > sizeof(seed->bytes))
		seed->len = sizeof(seed->bytes); /* any part of it is as random */
	memcpy(seed->bytes, value, seed->len);
}

void keep_params(struct boot *b)
{
	join_command_line(b);
	b->reg_len = 0;
	keep_memory(b);
	keep_seed(b, "rng-seed", &b->rng);
	keep_seed(b, "kaslr-seed", &b->kaslr);
}
