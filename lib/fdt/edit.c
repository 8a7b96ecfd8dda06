// SPDX-License-Identifier: MIT
/*
 * Editing a copy of a device tree in place.  The copy's blocks follow one another without gaps,
 * header, reservations, structure, strings, so that every edit is one move of what lies behind it.
 */
#include "fdt/fdt_priv.h"
#include "mem.h"

#define VERSION	     17u
#define VERSION_COMP 16u
#define NODE_EMPTY   8u		 /* what an empty node takes besides its name: two tokens */
#define CAPACITY_MAX 0x7fffffffu /* sums of two sizes stay below 2^32 */

static void put_word(uint8_t *p, uint32_t value)
{
	*(fdt_raw *)(void *)p = fdt_swap(value);
}

/* What the edits change in the header (spec 5.2). */
static __attribute__((noinline)) void put_sizes(const struct fdt *f, uint8_t *header)
{
	put_word(header + HEADER_TOTALSIZE * 4, f->total);
	put_word(header + HEADER_OFF_STRUCT * 4, f->block[FDT_STRUCTURE].at);
	put_word(header + HEADER_OFF_STRINGS * 4, f->block[FDT_STRINGS].at);
	put_word(header + HEADER_OFF_RSVMAP * 4, f->block[FDT_RESERVATIONS].at);
	put_word(header + HEADER_SIZE_STRINGS * 4, f->block[FDT_STRINGS].len);
	put_word(header + HEADER_SIZE_STRUCT * 4, f->block[FDT_STRUCTURE].len);
}

enum status fdt_edit_copy(struct fdt_edit *e, const struct fdt *from, void *buffer, size_t capacity)
{
	uint32_t at = HEADER_WORDS * 4;

	if (capacity > CAPACITY_MAX)
		capacity = CAPACITY_MAX;
	if (capacity < at)
		return ST_NOSPACE;
	e->f.blob = e->blob = buffer;
	e->capacity = capacity;
	memcpy(e->blob, from->blob, at); /* the magic and boot_cpuid_phys stay */
	put_word(e->blob + HEADER_VERSION * 4, VERSION);
	put_word(e->blob + HEADER_LAST_COMP * 4, VERSION_COMP);
	for (unsigned i = 0; i < FDT_BLOCKS; i++) {
		struct fdt_block b = from->block[i];

		if (b.len > capacity - at)
			return ST_NOSPACE;
		memcpy(e->blob + at, from->blob + b.at, b.len);
		b.at = at;
		e->f.block[i] = b;
		at += b.len;
	}
	e->f.total = at;
	put_sizes(&e->f, e->blob);
	return ST_OK;
}

/*
 * Replaces what is between p and tail, in the structure block, by fresh bytes to be filled in, and
 * makes the strings block extra bytes longer.  False when that does not fit.
 */
static bool splice(struct fdt_edit *e, uint8_t *p, const uint8_t *tail, uint32_t fresh,
		   size_t extra)
{
	struct fdt *f = &e->f;
	uint32_t more = fresh - (uint32_t)(tail - p); /* less than 0 as well, modulo 2^32 */

	if (fresh + extra > e->capacity - f->total + (size_t)(tail - p))
		return false;
	memmove(p + fresh, tail, (size_t)(f->blob + f->total - tail));
	f->block[FDT_STRUCTURE].len += more;
	f->block[FDT_STRINGS].at += more;
	f->block[FDT_STRINGS].len += (uint32_t)extra;
	f->total += more + (uint32_t)extra;
	put_sizes(f, e->blob);
	return true;
}

/* Where the strings block has the name, perhaps as the end of a longer one; its end if nowhere. */
static uint32_t find_string(const struct fdt *f, const char *name)
{
	const char *strings = (const char *)f->blob + f->block[FDT_STRINGS].at;
	uint32_t at = 0;

	/* The block ends in a NUL, so the comparison cannot leave it. */
	while (at != f->block[FDT_STRINGS].len &&
	       (strings[at] != *name || strcmp(strings + at, name) != 0))
		at++;
	return at;
}

/* A place that the reader found in e->f, whose blob is ours to write. */
static uint8_t *writable(const uint8_t *p)
{
	return (uint8_t *)(uintptr_t)p;
}

/* A value or name of len bytes at p, whose place is padded: the padding is zero (spec 5.4.1). */
static void put_padded(uint8_t *p, const void *from, uint32_t len)
{
	if (len != 0) {
		put_word(p + fdt_pad(len) - 4, 0);
		memcpy(p, from, len);
	}
}

enum status fdt_edit_set(struct fdt_edit *e, uint32_t node, const char *name, const void *value,
			 uint32_t len)
{
	const uint8_t *tail = fdt_find(&e->f, node, name, strlen(name));
	uint8_t *p = writable(tail);
	size_t extra = 0;
	uint32_t string;

	if (fdt_word(p) == TOKEN_PROP) {
		string = fdt_word(p + 8);
		tail = fdt_skip(p, TOKEN_PROP);
	} else {
		tail = fdt_skip(fdt_node(&e->f, node), TOKEN_BEGIN_NODE);
		p = writable(tail);
		string = find_string(&e->f, name);
		if (string == e->f.block[FDT_STRINGS].len)
			extra = strlen(name) + 1;
	}
	if (len > e->capacity || !splice(e, p, tail, PROP_HEADER + fdt_pad(len), extra))
		return ST_NOSPACE;
	put_word(p, TOKEN_PROP);
	put_word(p + 4, len);
	put_word(p + 8, string);
	put_padded(p + PROP_HEADER, value, len);
	memcpy(e->blob + e->f.block[FDT_STRINGS].at + string, name, extra);
	return ST_OK;
}

enum status fdt_edit_reserve(struct fdt_edit *e, uint64_t addr, uint64_t size)
{
	struct fdt_block *b = e->f.block;
	uint8_t *p = e->blob + b[FDT_RESERVATIONS].at + b[FDT_RESERVATIONS].len - RESERVE_ENTRY;

	if (!splice(e, p, p, RESERVE_ENTRY, 0))
		return ST_NOSPACE;
	/* Not the structure block got longer, but what lies before it. */
	b[FDT_STRUCTURE].at += RESERVE_ENTRY;
	b[FDT_STRUCTURE].len -= RESERVE_ENTRY;
	b[FDT_RESERVATIONS].len += RESERVE_ENTRY;
	put_sizes(&e->f, e->blob);
	put_word(p, (uint32_t)(addr >> 32));
	put_word(p + 4, (uint32_t)addr);
	put_word(p + 8, (uint32_t)(size >> 32));
	put_word(p + 12, (uint32_t)size);
	return ST_OK;
}

enum status fdt_edit_remove(struct fdt_edit *e, uint32_t node, const char *name)
{
	uint8_t *p = writable(fdt_find(&e->f, node, name, strlen(name)));

	/* A tree that gets shorter always fits. */
	if (fdt_word(p) == TOKEN_PROP)
		(void)splice(e, p, fdt_skip(p, TOKEN_PROP), 0, 0);
	return ST_OK;
}

enum status fdt_edit_node(struct fdt_edit *e, uint32_t parent, const char *name, uint32_t *node)
{
	uint32_t child = fdt_child(&e->f, parent);
	size_t len = strlen(name) + 1;
	uint8_t *p;

	while (child != FDT_NONE && strcmp(fdt_name(&e->f, child), name) != 0)
		child = fdt_sibling(&e->f, child);
	if (child == FDT_NONE) {
		/* No property is called NUL, so this is the end of them all. */
		p = writable(fdt_find(&e->f, parent, "", 1));
		if (len > e->capacity || !splice(e, p, p, NODE_EMPTY + fdt_pad((uint32_t)len), 0))
			return ST_NOSPACE;
		put_word(p, TOKEN_BEGIN_NODE);
		put_padded(p + 4, name, (uint32_t)len);
		put_word(p + 4 + fdt_pad((uint32_t)len), TOKEN_END_NODE);
		child = (uint32_t)(p - fdt_node(&e->f, 0));
	}
	*node = child;
	return ST_OK;
}
