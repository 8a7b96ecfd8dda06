/* SPDX-License-Identifier: MIT */
/*
 * Flattened device trees, as the Devicetree Specification v0.4 chapter 5 has them: a reader that
 * never leaves the blob, and an editor for a copy that has room to grow.
 *
 * The blob must be 4-byte aligned.  Only aligned 32-bit loads are used on it, so all of this may
 * run with the MMU off.  A node is the offset of its FDT_BEGIN_NODE token in the structure block
 * (the root is 0); FDT_NONE is no node: it has no properties, no children and no siblings, so that
 * a look-up that failed may be passed on to any reader but fdt_name and fdt_name_is.
 *
 * No name here is one of libfdt's, so a host program may include and link both.
 */
#ifndef ZSHIM_FDT_H
#define ZSHIM_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define FDT_HEADER_MAGIC 0xd00dfeedu
#define FDT_NONE	 0xffffffffu
/* A tree with deeper nodes is refused.  The deepest of Debian's 898 ARM trees are at 11. */
#define FDT_MAX_DEPTH 16

/* A block of the blob, cut to what is used of it. */
struct fdt_block {
	uint32_t at; /* from the start of the blob */
	uint32_t len;
};

enum fdt_blocks {
	FDT_RESERVATIONS, /* with its {0, 0} entry */
	FDT_STRUCTURE,	  /* from the root's token on, with FDT_END */
	FDT_STRINGS,	  /* with its last NUL */
	FDT_BLOCKS
};

struct fdt {
	const uint8_t *blob;
	uint32_t total; /* totalsize field */
	struct fdt_block block[FDT_BLOCKS];
};

/*
 * Opens the tree at blob, of which avail bytes may be read, and checks all of it: header fields,
 * every token, name and property in bounds, nesting, the end token, the reservation list.  After
 * ST_OK the other readers cannot run off.  ST_MAGIC when it is no device tree, ST_ALIGN when blob
 * is not 4-byte aligned, ST_TRUNCATED when totalsize is above avail, ST_UNSUPPORTED for a version
 * that is not compatible with 17 (last_comp_version above 17, or version below 16), ST_CORRUPT
 * otherwise.
 */
enum status fdt_open(struct fdt *f, const void *blob, size_t avail) MUST_CHECK;

/* Bytes of the blob that carry information (the end of its last block), at most f->total. */
uint32_t fdt_used(const struct fdt *f);

/* The next node in document order, parents before children; start with 0 for the root's
 * successor.  *depth (root = 0) is kept up to date when depth is not NULL; it stays what it is at
 * the end, where FDT_NONE is returned. */
uint32_t fdt_next(const struct fdt *f, uint32_t node, unsigned *depth);
/* First child, next sibling, parent; FDT_NONE when there is none. */
uint32_t fdt_child(const struct fdt *f, uint32_t node);
uint32_t fdt_sibling(const struct fdt *f, uint32_t node);
uint32_t fdt_parent(const struct fdt *f, uint32_t node);

/* The node's name with its unit address; "" for the root unless the tree names it. */
const char *fdt_name(const struct fdt *f, uint32_t node);
/* True when the node's name without its unit address is name. */
bool fdt_name_is(const struct fdt *f, uint32_t node, const char *name);

/*
 * The node at a path of len bytes (not NUL terminated): "/a/b@1", unit addresses may be left out; a
 * path that does not begin with '/' begins with an alias.  A trailing '/' does not matter.
 */
uint32_t fdt_path(const struct fdt *f, const char *path, size_t len);

/* The property's value, 4-byte aligned, and its length in *len (len may be NULL); NULL when there
 * is none.  A property of length 0 has a value that is not NULL. */
const void *fdt_prop(const struct fdt *f, uint32_t node, const char *name, uint32_t *len);
/* A string or string list property: NULL when absent, empty or its last byte is not NUL. */
const char *fdt_text(const struct fdt *f, uint32_t node, const char *name);
/* A property of 1 or 2 cells as a number; ST_NOTFOUND without it, ST_CORRUPT at any other length.
 */
enum status fdt_number(const struct fdt *f, uint32_t node, const char *name,
		       uint64_t *value) MUST_CHECK;
/* True when the string list property "compatible" has the entry. */
bool fdt_compatible(const struct fdt *f, uint32_t node, const char *entry);
/* True unless "status" is there and neither "okay" nor "ok". */
bool fdt_enabled(const struct fdt *f, uint32_t node);

/* The cells that a bus takes for an address and a size of its children; what it does not say is 2
 * and 1 (spec 2.3.5).  False for counts out of range (address 1..3, size 0..2). */
struct fdt_width {
	uint32_t address;
	uint32_t size;
};
bool fdt_width(const struct fdt *f, uint32_t bus, struct fdt_width *w);

/*
 * Entry number index of a property that lists {address, size} in the cells of bus, the node's
 * parent, as "reg" does, translated to a CPU address through the "ranges" of each ancestor
 * (spec 2.3.8; #address-cells up to 3, an entry wider than 64 bits must match exactly). ST_NOTFOUND
 * past the last entry, ST_RANGE when an ancestor does not map it (no "ranges", or no entry that
 * covers it), ST_UNSUPPORTED for cell counts out of range (address 1..3, size 0..2). Costs a walk
 * from the root to the bus for each level that the bus is deep.
 */
enum status fdt_entry(const struct fdt *f, uint32_t bus, uint32_t node, const char *name,
		      unsigned index, uint64_t *addr, uint64_t *size) MUST_CHECK;

static inline enum status fdt_reg(const struct fdt *f, uint32_t node, unsigned index,
				  uint64_t *addr, uint64_t *size)
{
	return fdt_entry(f, fdt_parent(f, node), node, "reg", index, addr, size);
}

/* Entry number index of /memreserve/; false past the last. */
bool fdt_reserve(const struct fdt *f, unsigned index, uint64_t *addr, uint64_t *size);

/*
 * Editor.  All calls keep the tree valid at every return and leave it unchanged when they fail.
 * After a change, nodes and values that lie behind the edited place have moved: look them up again.
 * A name or value that is passed in may not lie inside the tree.
 */
struct fdt_edit {
	struct fdt f;	 /* always describes the tree as it is now: the readers work on &e->f */
	uint8_t *blob;	 /* == f.blob, writable */
	size_t capacity; /* bytes at blob */
};

/*
 * Makes an editable copy of from at buffer (8-byte aligned, capacity bytes; may not overlap the
 * original): blocks in the order header, reservations, structure, strings; version 17.
 * ST_NOSPACE when it does not fit; fdt_used(from) + 64 bytes always do, unless the original's
 * blocks overlap one another.  totalsize becomes the bytes in use: there is no slack to carry.
 */
enum status fdt_edit_copy(struct fdt_edit *e, const struct fdt *from, void *buffer,
			  size_t capacity) MUST_CHECK;
/* Sets or creates a property; a created one becomes the node's first.  ST_NOSPACE when full. */
enum status fdt_edit_set(struct fdt_edit *e, uint32_t node, const char *name, const void *value,
			 uint32_t len) MUST_CHECK;
/* Removes a property; ST_OK also when it was not there. */
enum status fdt_edit_remove(struct fdt_edit *e, uint32_t node, const char *name) MUST_CHECK;
/* The child of parent with this exact name, created (after the parent's properties) when absent.
 * The caller sees to it that it does not get deeper than FDT_MAX_DEPTH. */
enum status fdt_edit_node(struct fdt_edit *e, uint32_t parent, const char *name,
			  uint32_t *node) MUST_CHECK;
/* Adds an entry to /memreserve/, behind the others: FDT_RESERVE_COST bytes.  Size is not 0. */
#define FDT_RESERVE_COST 16u
enum status fdt_edit_reserve(struct fdt_edit *e, uint64_t addr, uint64_t size) MUST_CHECK;
/* Upper bound of the bytes that fdt_edit_set can add for a value of len bytes and this name: token,
 * length, name offset, value and padding, and the name.  A constant for constants. */
static inline size_t fdt_edit_cost(const char *name, uint32_t len)
{
	return 12 + (((size_t)len + 3) & ~(size_t)3) + __builtin_strlen(name) + 1;
}

#endif /* ZSHIM_FDT_H */
