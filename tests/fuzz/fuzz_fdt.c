// SPDX-License-Identifier: MIT
/* lib/fdt on any bytes: what fdt_open lets through, every reader and the editor must survive. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fdt/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The optimizer may not drop a reader whose result nobody uses. */
static volatile uint64_t sink;

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void read_bytes(const void *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sink += ((const uint8_t *)p)[i];
}

static void read_property(const struct fdt *f, uint32_t node, const char *name)
{
	uint32_t len;
	const void *value = fdt_prop(f, node, name, &len);
	const char *text = fdt_text(f, node, name);
	uint64_t number = 0;

	if (value != NULL)
		read_bytes(value, len);
	if (text != NULL)
		read_bytes(fdt_path(f, text, strlen(text)) == FDT_NONE ? "" : text, 1);
	sink += fdt_number(f, node, name, &number) + number;
}

static void read_node(const struct fdt *f, uint32_t node, unsigned depth)
{
	const char *name = fdt_name(f, node);
	uint32_t parent = fdt_parent(f, node);
	uint64_t addr = 0;
	uint64_t size = 0;

	insist((parent == FDT_NONE) == (depth == 0));
	insist(depth <= FDT_MAX_DEPTH);
	for (uint32_t child = depth == 0 ? node : fdt_child(f, parent); child != node;
	     child = fdt_sibling(f, child))
		insist(child < node);
	read_bytes(name, strlen(name));
	sink += fdt_name_is(f, node, "memory");
	sink += fdt_compatible(f, node, "arm,pl011");
	sink += fdt_enabled(f, node);
	for (unsigned i = 0; i < 3; i++)
		sink += fdt_reg(f, node, i, &addr, &size) + addr + size;
	read_property(f, node, "reg");
	read_property(f, node, "bootargs");
	read_property(f, node, "stdout-path");
}

static void read_all(const struct fdt *f)
{
	uint64_t addr, size;
	unsigned depth = 0;
	unsigned nodes = 0;

	insist(fdt_used(f) <= f->total);
	for (unsigned i = 0; fdt_reserve(f, i, &addr, &size); i++)
		sink += addr + size;
	/* Looking at every node costs a walk each: hostile trees of many nodes take too long. */
	for (uint32_t node = 0; node != FDT_NONE && nodes < 200; nodes++) {
		read_node(f, node, depth);
		node = fdt_next(f, node, &depth);
	}
	sink += fdt_path(f, "serial0", 7) + fdt_path(f, "/soc/uart@9000000", 17);
}

static void check_tree(const struct fdt_edit *e)
{
	struct fdt f;

	insist(e->f.total <= e->capacity);
	insist(fdt_open(&f, e->blob, e->capacity) == ST_OK);
	insist(f.total == e->f.total && memcmp(f.block, e->f.block, sizeof(f.block)) == 0);
}

static void reserve(struct fdt_edit *e)
{
	uint64_t addr = 0, size = 0;
	unsigned count = 0;

	while (fdt_reserve(&e->f, count, &addr, &size))
		count++;
	if (fdt_edit_reserve(e, 0x123456789, 0x1000) == ST_OK)
		insist(fdt_reserve(&e->f, count, &addr, &size) && addr == 0x123456789 &&
		       size == 0x1000 && !fdt_reserve(&e->f, count + 1, &addr, &size));
	check_tree(e);
}

static void edit_tree(const struct fdt *from, size_t room)
{
	size_t capacity = fdt_used(from) + 64 + room;
	uint8_t *buffer = malloc(capacity);
	uint32_t last = 0;
	uint32_t chosen;
	struct fdt_edit e;

	insist(buffer != NULL);
	if (fdt_edit_copy(&e, from, buffer, capacity) == ST_OK) {
		check_tree(&e);
		for (uint32_t n = 0; n != FDT_NONE; n = fdt_next(&e.f, n, NULL))
			last = n;
		if (fdt_edit_set(&e, last, "bootargs", "console=ttyAMA0", 16) == ST_OK)
			insist(strcmp(fdt_text(&e.f, last, "bootargs"), "console=ttyAMA0") == 0);
		check_tree(&e);
		reserve(&e);
		if (fdt_edit_node(&e, 0, "chosen", &chosen) == ST_OK) {
			check_tree(&e);
			insist(fdt_parent(&e.f, chosen) == 0);
			insist(fdt_edit_remove(&e, chosen, "bootargs") == ST_OK);
			check_tree(&e);
			sink += fdt_edit_set(&e, chosen, "linux,initrd-start", "1234567", room % 8);
			check_tree(&e);
		}
		read_all(&e.f);
	}
	free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *blob = malloc(size != 0 ? size : 1); /* exact, so that ASan sees any overrun */
	struct fdt f;

	insist(blob != NULL);
	memcpy(blob, data, size);
	if (fdt_open(&f, blob, size) == ST_OK) {
		read_all(&f);
		edit_tree(&f, size % 256);
	}
	free(blob);
	return 0;
}
