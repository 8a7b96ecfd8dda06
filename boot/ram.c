// SPDX-License-Identifier: MIT
/*
 * Step 4: RAM.  What ATAGs say, else every /memory node of the device tree (of the loader's when
 * ours has none), clipped to what 32 bits reach, cut to linux,usable-memory-range (a crash kernel's
 * share, Documentation/devicetree/bindings/chosen.txt); and what /memreserve/ and /reserved-memory
 * take of it.
 */
#include "boot.h"
#include "mem.h"

/* Not inline: three copies would be longer. */
static __attribute__((noinline)) struct range clip(uint64_t start, uint64_t size)
{
	uint64_t end = start + size;

	if (end > ARCH_PHYS_END || end < start)
		end = ARCH_PHYS_END;
	if (start > end)
		start = end;
	return (struct range){(phys_t)start, (phys_t)end};
}

/* Entry number i of a property like "reg", clipped; false past the last. */
static bool entry(const struct fdt *f, uint32_t bus, uint32_t node, const char *name, unsigned i,
		  struct range *r)
{
	uint64_t start, size;

	if (fdt_entry(f, bus, node, name, i, &start, &size) != ST_OK)
		return false;
	*r = clip(start, size);
	return true;
}

_Noreturn void too_many_ranges(struct boot *b)
{
	panic(b, E_RAM_MAP, RANGE_MAX, RANGE_MAX);
}

void remove_ram(struct boot *b, void *set, struct range r)
{
	if (range_remove(set, r) != ST_OK)
		too_many_ranges(b);
}

bool is_memory(const struct fdt *f, uint32_t node)
{
	const char *type = fdt_text(f, node, "device_type");

	return type && strcmp(type, "memory") == 0 && fdt_enabled(f, node);
}

/* Finds the nodes that later steps ask for, in one walk: each look-up by path is one of its own. */
void index_tree(struct tree *tree)
{
	const struct fdt *f = &tree->f;

	tree->chosen = FDT_NONE;
	tree->reserved = FDT_NONE;
	tree->memory = FDT_NONE;
	if (!f->blob)
		return;
	for (uint32_t n = fdt_child(f, 0); n != FDT_NONE; n = fdt_sibling(f, n)) {
		const char *name = fdt_name(f, n); /* neither has a unit address */

		if (strcmp(name, "chosen") == 0)
			tree->chosen = n;
		else if (strcmp(name, "reserved-memory") == 0)
			tree->reserved = n;
		if (is_memory(f, n)) {
			tree->last_memory = n;
			if (tree->memory == FDT_NONE)
				tree->memory = n;
		}
	}
}

void for_memory(struct boot *b, const struct tree *tree, memory_op op, void *context)
{
	const struct fdt *f = &tree->f;
	uint64_t start, size;

	for (uint32_t n = tree->memory; n <= tree->last_memory; n = fdt_sibling(f, n)) {
		if (!is_memory(f, n))
			continue;
		for (unsigned i = 0; fdt_entry(f, 0, n, "reg", i, &start, &size) == ST_OK; i++)
			op(b, context, start, size);
	}
}

void add_memory(struct boot *b, void *set, uint64_t start, uint64_t size)
{
	if (range_add(set, clip(start, size)) != ST_OK)
		too_many_ranges(b);
}

/* A no-map reservation by whole sections: what is mapped Normal may be fetched from at any time. */
static struct range sections(struct range r)
{
	if (r.start == r.end)
		return r;
	r.start &= ~(phys_t)(ARCH_SECTION - 1);
	if (r.end < ARCH_PHYS_END - ARCH_SECTION)
		r.end = (r.end + ARCH_SECTION - 1) & ~(phys_t)(ARCH_SECTION - 1);
	return r;
}

/* Applies op to each reservation of one tree, or only to the no-map ones. */
static void each_reserved(struct boot *b, const struct tree *tree, bool no_map_only, range_op op,
			  void *context)
{
	const struct fdt *f = &tree->f;
	uint64_t start, size;
	struct range r;

	for (uint32_t n = fdt_child(f, tree->reserved); n != FDT_NONE; n = fdt_sibling(f, n)) {
		bool no_map = fdt_prop(f, n, "no-map", NULL) != NULL;

		if (!fdt_enabled(f, n) || (no_map_only && !no_map))
			continue;
		for (unsigned i = 0; entry(f, tree->reserved, n, "reg", i, &r); i++)
			op(b, context, no_map ? sections(r) : r);
	}
	for (unsigned i = 0; !no_map_only && fdt_reserve(f, i, &start, &size); i++) {
		r = clip(start, size);
		/* U-Boot reserves the initrd so.  That keeps others out of it, not us from moving
		 * it. */
		if (r.start != b->initrd.start || r.end != b->initrd.end)
			op(b, context, r);
	}
}

void for_reserved(struct boot *b, bool no_map_only, range_op op, void *context)
{
	each_reserved(b, &b->tree, no_map_only, op, context);
	if (b->loader.f.blob)
		each_reserved(b, &b->loader, no_map_only, op, context);
}

/* Cuts RAM to the ranges that /chosen names, if it does; they are in the root's cells, like reg. */
static void cut_to_usable(struct boot *b, const struct tree *tree)
{
	struct range keep;
	phys_t from = 0;
	unsigned i;

	for (i = 0; entry(&tree->f, 0, tree->chosen, "linux,usable-memory-range", i, &keep); i++) {
		if (keep.start > from)
			remove_ram(b, &b->memory, (struct range){from, keep.start});
		if (keep.end > from)
			from = keep.end;
	}
	if (i > 0)
		remove_ram(b, &b->memory, (struct range){from, ARCH_PHYS_END});
}

void find_ram(struct boot *b)
{
	b->memory_given = b->memory.count != 0;
	if (!b->memory_given)
		for_memory(b, &b->tree, add_memory, &b->memory);
	if (b->memory.count == 0) {
		for_memory(b, &b->loader, add_memory, &b->memory);
		b->memory_from_loader = true;
	}
	cut_to_usable(b, &b->tree);
	cut_to_usable(b, &b->loader);
	if (b->memory.count == 0 && b->list.status != ST_OK)
		panic(b, E_ATAGS, b->list.at, b->list.status);
	if (b->memory.count == 0)
		panic(b, E_NO_RAM, (uintptr_t)b->tree.f.blob, b->entry.r2);
	report_ram(b);
}
