// SPDX-License-Identifier: MIT
#include "dtb.h"

#include <libfdt.h>
#include <string.h>

#define DTB_FILE_MAX (64u << 20)

struct bytes dtb_read(const char *file)
{
	struct bytes b = file_read(file, DTB_FILE_MAX);
	const void *fdt = b.data;
	int error;

	if (b.size < sizeof(struct fdt_header) || fdt_magic(fdt) != FDT_MAGIC)
		input_error(file, "is no device tree (DTB)");
	if (fdt_totalsize(fdt) > b.size)
		input_error(file, "truncated device tree: %u bytes, the file has %zu",
			    fdt_totalsize(fdt), b.size);
	error = fdt_check_full(fdt, b.size);
	if (error)
		input_error(file, "broken device tree: %s", fdt_strerror(error));
	b.size = fdt_totalsize(fdt);
	return b;
}

/* A number of 1 or 2 cells. */
static uint64_t cells(const uint8_t *p, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < 4 * count; i++)
		value = value << 8 | p[i];
	return value;
}

static bool is_memory(const void *fdt, int node)
{
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);
	const char *name = fdt_get_name(fdt, node, NULL);

	return (type && strcmp(type, "memory") == 0) ||
	       (name && strncmp(name, "memory", 6) == 0 && (!name[6] || name[6] == '@'));
}

bool dtb_ram_base(const struct bytes *dtb, uint32_t *base)
{
	const void *fdt = dtb->data;
	int address_cells = fdt_address_cells(fdt, 0), size_cells = fdt_size_cells(fdt, 0);
	uint64_t lowest = UINT64_MAX;
	int node, length;

	if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2)
		return false;
	fdt_for_each_subnode(node, fdt, 0)
	{
		const int entry = 4 * (address_cells + size_cells);
		const uint8_t *reg = fdt_getprop(fdt, node, "reg", &length);

		if (!reg || !is_memory(fdt, node))
			continue;
		for (; length >= entry; length -= entry, reg += entry) {
			uint64_t start = cells(reg, address_cells);

			/* A tree that waits for its loader to fill this in has size 0. */
			if (cells(reg + (size_t)address_cells * 4, size_cells) > 0 &&
			    start < lowest)
				lowest = start;
		}
	}
	*base = (uint32_t)lowest;
	return lowest <= UINT32_MAX;
}

const char *dtb_compatible(const struct bytes *dtb)
{
	if (dtb->size < sizeof(struct fdt_header) || fdt_check_full(dtb->data, dtb->size))
		return NULL;
	return fdt_stringlist_get(dtb->data, 0, "compatible", 0, NULL);
}
