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

static void set(struct boot *b, uint32_t node, const char *name, const void *value, size_t len)
{
	must(b, fdt_edit_set(&b->edit, node, name, value, (uint32_t)len));
}

static void set_word(struct boot *b, uint32_t node, const char *name, uint32_t value)
{
	value = __builtin_bswap32(value);
	set(b, node, name, &value, 4);
}

/* A number that one cell can hold, in one or two; returns the cell behind it. */
static uint32_t *put_cells(uint32_t *p, uint32_t cells, uint32_t value)
{
	if (cells == 2)
		*p++ = 0;
	*p++ = __builtin_bswap32(value);
	return p;
}

/* Our tree names no RAM: the loader's does, and Linux needs to know.  The cells are the root's. */
static void set_memory(struct boot *b)
{
	uint32_t reg[4 * RANGE_MAX], *p = reg, node;
	struct fdt_width w;

	if (!fdt_width(&b->edit.f, 0, &w) || w.address > 2 || w.size == 0)
		must(b, ST_UNSUPPORTED);
	for (unsigned i = 0; i < b->memory.count; i++) {
		p = put_cells(p, w.address, b->memory.r[i].start);
		p = put_cells(p, w.size, range_size(b->memory.r[i]));
	}
	must(b, fdt_edit_node(&b->edit, 0, "memory", &node));
	set(b, node, "reg", reg, (size_t)(p - reg) * 4);
	set(b, node, "device_type", "memory", 7);
}

void fix_device_tree(struct boot *b)
{
	/* The copy has its nodes where the original has them, until the first edit. */
	uint32_t chosen = b->tree.chosen;

	if (chosen == FDT_NONE)
		must(b, fdt_edit_node(&b->edit, 0, "chosen", &chosen));
	if (b->line_len)
		set(b, chosen, "bootargs", b->line, b->line_len + 1);
	if (range_size(b->initrd) != 0) {
		set_word(b, chosen, "linux,initrd-start", (uint32_t)b->layout.initrd.start);
		set_word(b, chosen, "linux,initrd-end", (uint32_t)b->layout.initrd.end);
	}
	if (b->memory_from_loader)
		set_memory(b);
	if (b->cpus != 0)
		must(b, fdt_edit_reserve(&b->edit, b->map.pen, ARCH_PEN_ROOM));
	say(b, TEXT_TREE_EDITED, fdt_used(&b->edit.f), b->line_len, range_size(b->initrd));
}
