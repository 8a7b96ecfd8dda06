// SPDX-License-Identifier: MIT
/* One walk over a flattened device tree, trusting nothing in it.  Devicetree specification 0.4, 5.
 */
#include "mini.h"

enum { HEADER_SIZE = 40, MAX_DEPTH = 16, MAX_SIZE = 2 << 20 };
enum { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };
enum node { NODE_OTHER, NODE_ROOT, NODE_MEMORY, NODE_CHOSEN };

struct walk {
	struct tree *t;
	const char *strings;
	uint32_t strings_size;
	unsigned int address_cells, size_cells; /* of the root, for its memory nodes */
	unsigned int depth;
	enum node node;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t cells(const uint8_t *p, unsigned int n)
{
	uint64_t v = 0;

	for (; n; n--, p += 4)
		v = v << 32 | be32(p);
	return v;
}

/* Length of the string at s, or `room` when it does not end there. */
static uint32_t length(const char *s, uint32_t room)
{
	uint32_t n = 0;

	while (n < room && s[n])
		n++;
	return n;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Is name "memory" or "memory@..."?  Some old trees have the first. */
static bool is_memory(const char *name)
{
	const char *want = "memory";

	while (*want && *name == *want) {
		name++;
		want++;
	}
	return !*want && (!*name || *name == '@');
}

static unsigned int add_banks(struct walk *w, const uint8_t *data, uint32_t size)
{
	unsigned int entry = 4 * (w->address_cells + w->size_cells);
	struct tree *t = w->t;

	if (w->address_cells < 1 || w->address_cells > 2 || w->size_cells < 1 || w->size_cells > 2)
		return 20;
	for (; size >= entry; size -= entry, data += entry) {
		struct span *b = &t->bank[t->banks];

		if (t->banks == MAX_BANKS)
			return 21;
		b->start = cells(data, w->address_cells);
		b->end = b->start + cells(data + 4 * w->address_cells, w->size_cells);
		if (b->end > b->start)
			t->banks++;
	}
	return size ? 22 : 0;
}

static unsigned int root_property(struct walk *w, const char *name, const uint8_t *data,
				  uint32_t size)
{
	if (same(name, "#address-cells") && size == 4)
		w->address_cells = be32(data);
	if (same(name, "#size-cells") && size == 4)
		w->size_cells = be32(data);
	if (same(name, "compatible")) {
		uint32_t i;

		for (i = 0; i < size && i + 1 < sizeof(w->t->compatible); i++)
			w->t->compatible[i] = (char)data[i];
		w->t->compatible[i] = 0;
	}
	return 0;
}

static unsigned int chosen_property(struct walk *w, const char *name, const uint8_t *data,
				    uint32_t size)
{
	struct tree *t = w->t;

	if (same(name, "bootargs")) {
		t->bootargs = (const char *)data;
		t->bootargs_size = size;
	} else if (same(name, "linux,initrd-start")) {
		if (size != 4 && size != 8)
			return 23;
		t->initrd.start = cells(data, size / 4);
		t->has_initrd_start = true;
	} else if (same(name, "linux,initrd-end")) {
		if (size != 4 && size != 8)
			return 24;
		t->initrd.end = cells(data, size / 4);
		t->has_initrd_end = true;
	}
	return 0;
}

static unsigned int property(struct walk *w, const char *name, const uint8_t *data, uint32_t size)
{
	switch (w->node) {
	case NODE_ROOT:
		return root_property(w, name, data, size);
	case NODE_CHOSEN:
		return chosen_property(w, name, data, size);
	case NODE_MEMORY:
		return same(name, "reg") ? add_banks(w, data, size) : 0;
	case NODE_OTHER:
		break;
	}
	return 0;
}

static void begin_node(struct walk *w, const char *name)
{
	w->node = NODE_OTHER;
	if (w->depth == 0)
		w->node = NODE_ROOT;
	if (w->depth == 1 && is_memory(name))
		w->node = NODE_MEMORY;
	if (w->depth == 1 && same(name, "chosen"))
		w->node = NODE_CHOSEN;
	w->depth++;
}

/* The structure block: tokens until END, which must be its last word. */
static unsigned int walk(struct walk *w, const uint8_t *p, uint32_t left)
{
	while (left >= 4) {
		uint32_t token = be32(p), used = 4;

		p += 4;
		left -= 4;
		if (token == BEGIN_NODE) {
			used = length((const char *)p, left) + 1;
			if (used > left || w->depth == MAX_DEPTH)
				return 10;
			begin_node(w, (const char *)p);
		} else if (token == END_NODE) {
			used = 0;
			if (!w->depth)
				return 11;
			w->depth--;
			w->node = NODE_OTHER; /* properties come before the sub-nodes */
		} else if (token == PROP) {
			uint32_t size, name;
			unsigned int rule;

			if (left < 8 || !w->depth)
				return 12;
			size = be32(p);
			name = be32(p + 4);
			if (size > left - 8 || name >= w->strings_size ||
			    length(w->strings + name, w->strings_size - name) ==
				    w->strings_size - name)
				return 13;
			rule = property(w, w->strings + name, p + 8, size);
			if (rule)
				return rule;
			used = 8 + size;
		} else if (token == END) {
			return w->depth || left ? 14 : 0;
		} else if (token == NOP) {
			used = 0;
		} else {
			return 15;
		}
		used = (used + 3) & ~3U;
		if (used > left)
			return 16;
		p += used;
		left -= used;
	}
	return 17;
}

unsigned int tree_scan(struct tree *t, const uint8_t *dtb)
{
	uint32_t total = be32(dtb + 4), structure = be32(dtb + 8), strings = be32(dtb + 12);
	uint32_t strings_size = be32(dtb + 32), structure_size = be32(dtb + 36);
	struct walk w = {.t = t, .address_cells = 2, .size_cells = 1};

	t->dtb = dtb;
	t->size = total;
	t->compatible[0] = 0;
	t->banks = 0;
	t->bootargs = NULL;
	t->has_initrd_start = t->has_initrd_end = false;
	if (be32(dtb) != 0xd00dfeed)
		return 1;
	if (total < HEADER_SIZE || total > MAX_SIZE)
		return 2;
	if (be32(dtb + 20) < 17 || be32(dtb + 24) > 17) /* version, last compatible version */
		return 3;
	if (structure > total || structure_size > total - structure || (structure & 3))
		return 4;
	if (strings > total || strings_size > total - strings)
		return 5;
	if (be32(dtb + 16) > total - 16 || (be32(dtb + 16) & 7)) /* memory reservations */
		return 6;
	w.strings = (const char *)dtb + strings;
	w.strings_size = strings_size;
	return walk(&w, dtb + structure, structure_size);
}
