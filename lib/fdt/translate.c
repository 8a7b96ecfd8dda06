// SPDX-License-Identifier: MIT
/* Cells to numbers, and "reg" to CPU addresses through the buses above a node (spec 2.3.5
 * to 2.3.8). */
#include "fdt/fdt_priv.h"

#define MAX_ADDRESS_CELLS 3u /* PCI; what is above 64 bits is compared, never computed with */
#define MAX_SIZE_CELLS	  2u

/* The low 64 bits of a number, and the cell above them. */
struct number {
	uint64_t low;
	uint32_t high;
};

#define NOINLINE __attribute__((noinline))

/* Reads a number of up to three cells; returns the end of it. */
static const uint8_t *take(struct number *n, const uint8_t *p, uint32_t cells)
{
	n->low = 0;
	n->high = 0;
	for (; cells != 0; cells--, p += 4) {
		n->high = (uint32_t)(n->low >> 32);
		n->low = n->low << 32 | fdt_word(p);
	}
	return p;
}

uint64_t fdt_cells(const uint8_t *p, unsigned cells)
{
	struct number n;

	(void)take(&n, p, cells);
	return n.low;
}

/* A cell count of a bus; FDT_NONE when it is not one cell long. */
static NOINLINE uint32_t count(const struct fdt *f, uint32_t bus, const char *name,
			       uint32_t otherwise)
{
	uint32_t len;
	const uint8_t *p = fdt_prop(f, bus, name, &len);

	if (p == NULL)
		return otherwise;
	return len == 4 ? fdt_word(p) : FDT_NONE;
}

NOINLINE bool fdt_width(const struct fdt *f, uint32_t bus, struct fdt_width *w)
{
	w->address = count(f, bus, "#address-cells", 2);
	w->size = count(f, bus, "#size-cells", 1);
	return w->address - 1 < MAX_ADDRESS_CELLS && w->size <= MAX_SIZE_CELLS;
}

/*
 * From an address on bus to one on the bus above it, for which up is the number of its cells.  Each
 * entry of "ranges" is {address on bus, address above, size}; an empty list maps all to itself.
 */
static bool translate(const struct fdt *f, uint32_t bus, const struct fdt_width *w, uint32_t up,
		      struct number *a)
{
	uint32_t stride = (w->address + up + w->size) * 4;
	uint32_t len;
	const uint8_t *p = fdt_prop(f, bus, "ranges", &len);

	if (p == NULL)
		return false;
	if (len == 0)
		return true;
	for (; len >= stride; len -= stride, p += stride) {
		struct number n;
		const uint8_t *above = take(&n, p, w->address);
		uint64_t offset = a->low - n.low; /* huge when the address is below the range */

		if (a->high == n.high && offset < fdt_cells(above + up * 4, w->size)) {
			(void)take(a, above, up);
			a->low += offset;
			return true;
		}
	}
	return false;
}

enum status fdt_entry(const struct fdt *f, uint32_t bus, uint32_t node, const char *name,
		      unsigned index, uint64_t *addr, uint64_t *size)
{
	uint32_t len, stride, parent;
	const uint8_t *p = fdt_prop(f, node, name, &len);
	struct fdt_width w, above;
	struct number a;

	if (p == NULL || bus == FDT_NONE)
		return ST_NOTFOUND;
	if (!fdt_width(f, bus, &w))
		return ST_UNSUPPORTED;
	stride = (w.address + w.size) * 4;
	if ((index + UINT64_C(1)) * stride > len)
		return ST_NOTFOUND;
	p = take(&a, p + index * stride, w.address);
	*size = fdt_cells(p, w.size);
	for (; bus != 0; bus = parent, w = above) {
		parent = fdt_parent(f, bus);
		if (!fdt_width(f, parent, &above))
			return ST_UNSUPPORTED;
		if (!translate(f, bus, &w, above.address, &a))
			return ST_RANGE;
	}
	*addr = a.low;
	return a.high == 0 ? ST_OK : ST_RANGE;
}
