// SPDX-License-Identifier: MIT
/*
 * Step 11: what the kernel is told.  Works on the tree's copy, which has room; nothing but the
 * properties named here changes.
 */
#include "boot.h"
#include "mem.h"

static void must(struct boot *b, enum status st)
{
	if (st != ST_OK)
		panic(b, E_FDT_EDIT, st, b->edit.capacity);
}

static void set_word(struct boot *b, uint32_t node, const char *name, uint32_t value)
{
	value = __builtin_bswap32(value);
	must(b, fdt_edit_set(&b->edit, node, name, &value, 4));
}

/*
 * Our tree names no RAM: the loader's does, and Linux needs to know.  The cells are the root's own:
 * 1 or 2 for an address, 0 to 2 for a size (spec 2.3.5), and anything that 1 cell can hold.
 */
static void set_memory(struct boot *b)
{
	uint64_t ac = 2, sc = 1;
	uint32_t reg[4 * RANGE_MAX], n = 0, node;

	if (fdt_number(&b->edit.f, 0, "#address-cells", &ac) != ST_OK)
		ac = 2;
	if (fdt_number(&b->edit.f, 0, "#size-cells", &sc) != ST_OK)
		sc = 1;
	if (ac < 1 || ac > 2 || sc < 1 || sc > 2)
		must(b, ST_UNSUPPORTED);
	for (unsigned i = 0; i < b->memory.count; i++) {
		if (ac == 2)
			reg[n++] = 0;
		reg[n++] = __builtin_bswap32((uint32_t)b->memory.r[i].start);
		if (sc == 2)
			reg[n++] = 0;
		reg[n++] = __builtin_bswap32((uint32_t)range_size(b->memory.r[i]));
	}
	must(b, fdt_edit_node(&b->edit, 0, "memory", &node));
	must(b, fdt_edit_set(&b->edit, node, "reg", reg, 4 * n));
	must(b, fdt_edit_set(&b->edit, node, "device_type", "memory", 7));
}

void fix_device_tree(struct boot *b)
{
	/* The copy has its nodes where the original has them, until the first edit. */
	uint32_t chosen = b->tree.chosen;

	if (chosen == FDT_NONE)
		must(b, fdt_edit_node(&b->edit, 0, "chosen", &chosen));
	if (b->line_len)
		must(b, fdt_edit_set(&b->edit, chosen, "bootargs", b->line,
				     (uint32_t)b->line_len + 1));
	if (range_size(b->initrd) != 0) {
		set_word(b, chosen, "linux,initrd-start", (uint32_t)b->layout.initrd.start);
		set_word(b, chosen, "linux,initrd-end", (uint32_t)b->layout.initrd.end);
	}
	if (b->memory_from_loader)
		set_memory(b);
	say(b, TEXT_TREE_EDITED, fdt_used(&b->edit.f), b->line_len, range_size(b->initrd));
}
