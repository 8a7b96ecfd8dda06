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

/*
 * What RAM there is, when our tree does not say so itself, or when ATAGs know better: its first
 * /memory says all of it, the others nothing.  A node that is edited stays where it is.
 */
static void set_memory(struct boot *b)
{
	uint32_t n = b->tree.memory, len = b->reg_len;

	if (len == 0)
		return;
	if (n == FDT_NONE) {
		must(b, fdt_edit_node(&b->edit, 0, "memory", &n));
		set(b, n, "device_type", "memory", 7);
	}
	for (n = fdt_child(&b->edit.f, 0); n != FDT_NONE; n = fdt_sibling(&b->edit.f, n)) {
		if (is_memory(&b->edit.f, n)) {
			set(b, n, "reg", b->reg, len);
			len = 0;
		}
	}
}

/* What only ATAGs say: the serial number as Linux's own shim folds it, 16 digits, and the
 * revision. */
static void set_identity(struct boot *b)
{
	const uint32_t *serial = b->given.serial;
	char text[17];

	for (unsigned i = 0; i < 16; i++) {
		uint32_t digit = serial[i < 8] >> (~i & 7) * 4 & 15;

		text[i] = (char)(digit < 10 ? '0' + digit : 'A' - 10 + digit);
	}
	text[16] = '\0';
	if ((serial[0] | serial[1]) != 0)
		set(b, 0, "serial-number", text, sizeof(text));
	if (b->given.revision != 0)
		set_word(b, 0, "linux,revision", b->given.revision);
}

static void set_seed(struct boot *b, uint32_t chosen, const char *name, const struct seed *seed)
{
	if (seed->len != 0)
		set(b, chosen, name, seed->bytes, seed->len);
}

void fix_device_tree(struct boot *b)
{
	uint32_t chosen;

	set_memory(b);
	must(b, fdt_edit_node(&b->edit, 0, "chosen", &chosen));
	if (b->line_len)
		set(b, chosen, "bootargs", b->line, b->line_len + 1);
	if (range_size(b->initrd) != 0) {
		set_word(b, chosen, "linux,initrd-start", (uint32_t)b->layout.initrd.start);
		set_word(b, chosen, "linux,initrd-end", (uint32_t)b->layout.initrd.end);
	}
	set_seed(b, chosen, "rng-seed", &b->rng);
	set_seed(b, chosen, "kaslr-seed", &b->kaslr);
	set_identity(b);
	if (b->cpus != 0)
		must(b, fdt_edit_reserve(&b->edit, b->map.pen, ARCH_PEN_ROOM));
	say(b, TEXT_TREE_EDITED, fdt_used(&b->edit.f), b->line_len, range_size(b->initrd));
}
