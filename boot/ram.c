// SPDX-License-Identifier: MIT
/*
 * Step 4: RAM.  Every /memory node of the device tree (of the loader's when ours has none), clipped
 * to what 32 bits reach, cut to linux,usable-memory-range (a crash kernel's share, Documentation/
 * devicetree/bindings/chosen.txt); free is what /memreserve/ and /reserved-memory leave of it.
 */
#include "boot.h"
#include "mem.h"

static struct range clip(uint64_t start, uint64_t size)
{
	uint64_t end = start + size;

	if (end > ARCH_PHYS_END || end < start)
		end = ARCH_PHYS_END;
	if (start > end)
		start = end;
	return (struct range){(phys_t)start, (phys_t)end};
}

static void must(struct boot *b, enum status st, unsigned count)
{
	if (st != ST_OK)
		panic(b, E_RAM_MAP, RANGE_MAX, count);
}

static bool is_memory(const struct fdt *f, uint32_t node)
{
	const char *type = fdt_text(f, node, "device_type");

	return type && strcmp(type, "memory") == 0 && fdt_enabled(f, node);
}

static void add_memory(struct boot *b, const struct fdt *f)
{
	uint64_t start, size;

	for (uint32_t n = fdt_child(f, 0); n != FDT_NONE; n = fdt_sibling(f, n)) {
		if (!is_memory(f, n))
			continue;
		for (unsigned i = 0; fdt_reg(f, n, i, &start, &size) == ST_OK; i++)
			must(b, range_add(&b->memory, clip(start, size)), b->memory.count + 1);
	}
}

static void reserve(struct boot *b, uint64_t start, uint64_t size, bool no_map)
{
	struct range r = clip(start, size);

	if (no_map) {
		/* A section that is mapped Normal may be fetched from at any time, so the whole
		 * of it is out of bounds. */
		r.start &= ~(phys_t)(ARCH_SECTION - 1);
		if (r.end < ARCH_PHYS_END - ARCH_SECTION)
			r.end = (r.end + ARCH_SECTION - 1) & ~(phys_t)(ARCH_SECTION - 1);
		must(b, range_add(&b->no_map, r), b->no_map.count + 1);
	}
	must(b, range_remove(&b->free, r), b->free.count + 1);
}

static void remove_reserved(struct boot *b, const struct fdt *f)
{
	uint64_t start, size;
	uint32_t n;

	for (unsigned i = 0; fdt_reserve(f, i, &start, &size); i++)
		reserve(b, start, size, false);
	n = fdt_path(f, "/reserved-memory", 16);
	if (n == FDT_NONE)
		return;
	for (n = fdt_child(f, n); n != FDT_NONE; n = fdt_sibling(f, n)) {
		bool no_map = fdt_prop(f, n, "no-map", NULL) != NULL;

		if (!fdt_enabled(f, n))
			continue;
		for (unsigned i = 0; fdt_reg(f, n, i, &start, &size) == ST_OK; i++)
			reserve(b, start, size, no_map);
	}
}

static uint64_t cells(const uint32_t *cell, uint32_t count)
{
	uint64_t value = 0;

	while (count--)
		value = (value << 32) | __builtin_bswap32(*cell++);
	return value;
}

/* Cuts RAM to the ranges that /chosen names, if it does. */
static void cut_to_usable(struct boot *b, const struct fdt *f)
{
	uint32_t chosen = fdt_path(f, "/chosen", 7);
	uint64_t ac = 2, sc = 1; /* the defaults of spec 2.3.5 */
	const uint32_t *cell;
	phys_t from = 0;
	uint32_t len;

	if (chosen == FDT_NONE)
		return;
	cell = fdt_prop(f, chosen, "linux,usable-memory-range", &len);
	if (!cell)
		return;
	if (fdt_number(f, 0, "#address-cells", &ac) != ST_OK || ac < 1 || ac > 2)
		ac = 2;
	if (fdt_number(f, 0, "#size-cells", &sc) != ST_OK || sc < 1 || sc > 2)
		sc = 1;
	for (; len >= 4 * (ac + sc); len -= 4 * (uint32_t)(ac + sc), cell += ac + sc) {
		struct range keep = clip(cells(cell, (uint32_t)ac),
					 cells(cell + ac, (uint32_t)sc));

		if (keep.start > from)
			must(b, range_remove(&b->memory, (struct range){from, keep.start}), 0);
		if (keep.end > from)
			from = keep.end;
	}
	must(b, range_remove(&b->memory, (struct range){from, ARCH_PHYS_END}), 0);
}

void find_ram(struct boot *b)
{
	add_memory(b, &b->tree);
	if (b->memory.count == 0 && b->loader.blob) {
		add_memory(b, &b->loader);
		b->memory_from_loader = true;
	}
	cut_to_usable(b, &b->tree);
	if (b->loader.blob)
		cut_to_usable(b, &b->loader);
	if (b->memory.count == 0)
		panic(b, E_NO_RAM, (uintptr_t)b->tree.blob, 0);
	b->free = b->memory;
	remove_reserved(b, &b->tree);
	if (b->loader.blob)
		remove_reserved(b, &b->loader);
	report_ram(b);
}
