// SPDX-License-Identifier: MIT
/*
 * Reading a flattened device tree.  fdt_open is the only place that distrusts the blob: it walks
 * all of it once, and what it lets through cannot lead the other functions out of bounds.
 */
#include "fdt/fdt_priv.h"
#include "mem.h"

/* The size_dt_struct field came with version 17 (spec 5.2), which is otherwise version 16. */
#define VERSION_FIRST 16u
#define VERSION	      17u

/* No sum, so that no field can wrap around. */
static bool inside(const struct fdt *f, const struct fdt_block *b)
{
	return b->len <= f->total && b->at <= f->total - b->len;
}

/* Finds the {0, 0} entry that ends the reservations (spec 5.3.1). */
static bool measure_reservations(struct fdt *f)
{
	struct fdt_block *b = &f->block[FDT_RESERVATIONS];
	const fdt_raw *p = (const void *)(f->blob + b->at);
	uint32_t any;

	b->len = 0;
	do {
		b->len += RESERVE_ENTRY;
		if (!inside(f, b))
			return false;
		any = p[0] | p[1] | p[2] | p[3];
		p += 4;
	} while (any != 0);
	return true;
}

/*
 * The token after the one at p.  A name is scanned a word at a time because a walk from the root
 * passes them all.  The scan has no bound: it ends at FDT_END at the latest, which has NULs in it.
 *
 * Inline in the two loops that see whole trees: 60 bytes more, a quarter of their time less.
 */
static inline __attribute__((always_inline)) const uint8_t *past(const uint8_t *p, uint32_t token)
{
	p += 4;
	if (token == TOKEN_PROP)
		return p + (PROP_HEADER - 4) + fdt_pad(fdt_word(p));
	if (token == TOKEN_BEGIN_NODE) {
		while (!fdt_has_nul(fdt_word(p)))
			p += 4;
		p += 4;
	}
	return p;
}

const uint8_t *fdt_skip(const uint8_t *p, uint32_t token)
{
	return past(p, token);
}

/*
 * Checks every token and the nesting.  The block is first cut behind its last FDT_END word, which
 * is the bound that past() needs.  What is left is a multiple of 4, so a value that is inside is
 * so with its padding.
 */
static enum status check_structure(struct fdt *f)
{
	struct fdt_block *b = &f->block[FDT_STRUCTURE];
	const uint8_t *p = f->blob + b->at;
	const uint8_t *end = p + (b->len & ~3u);
	uint32_t token = TOKEN_BEGIN_NODE;
	unsigned depth = 1;

	while (end != p && fdt_word(end - 4) != TOKEN_END)
		end -= 4;
	while (end != p && fdt_word(p) == TOKEN_NOP)
		p += 4;
	if (end == p || fdt_word(p) != token)
		return ST_CORRUPT;
	b->at = (uint32_t)(p - f->blob); /* the root is node 0, whatever came before it */
	while ((p = past(p, token)) < end) {
		uint32_t left = (uint32_t)(end - p);

		token = fdt_word(p);
		if (token == TOKEN_PROP) { /* first, for most tokens are */
			if (depth == 0 || left < PROP_HEADER ||
			    fdt_word(p + 4) > left - PROP_HEADER ||
			    fdt_word(p + 8) >= f->block[FDT_STRINGS].len)
				break;
		} else if (token == TOKEN_BEGIN_NODE) {
			if (depth == 0 || depth++ > FDT_MAX_DEPTH) /* a second root, or too deep */
				break;
		} else if (token == TOKEN_END_NODE) {
			if (depth-- == 0)
				break;
		} else if (token == TOKEN_END && depth == 0) {
			b->len = (uint32_t)(p + 4 - fdt_node(f, 0));
			return ST_OK;
		} else if (token != TOKEN_NOP) {
			break;
		}
	}
	return ST_CORRUPT;
}

static inline uint32_t header(const struct fdt *f, unsigned index)
{
	return fdt_word(f->blob + index * 4);
}

enum status fdt_open(struct fdt *f, const void *blob, size_t avail)
{
	struct fdt_block *strings = &f->block[FDT_STRINGS];
	struct fdt_block *structure = &f->block[FDT_STRUCTURE];

	if (((uintptr_t)blob & 3) != 0)
		return ST_ALIGN;
	if (avail < HEADER_WORDS * 4)
		return ST_TRUNCATED;
	f->blob = blob;
	if (header(f, HEADER_MAGIC) != FDT_HEADER_MAGIC)
		return ST_MAGIC;
	if (header(f, HEADER_VERSION) < VERSION_FIRST || header(f, HEADER_LAST_COMP) > VERSION)
		return ST_UNSUPPORTED;
	f->total = header(f, HEADER_TOTALSIZE);
	if (f->total > avail)
		return ST_TRUNCATED;
	f->block[FDT_RESERVATIONS].at = header(f, HEADER_OFF_RSVMAP);
	structure->at = header(f, HEADER_OFF_STRUCT);
	structure->len = header(f, HEADER_SIZE_STRUCT);
	if (header(f, HEADER_VERSION) < VERSION) /* no such field: the tokens tell */
		structure->len = f->total - structure->at;
	strings->at = header(f, HEADER_OFF_STRINGS);
	strings->len = header(f, HEADER_SIZE_STRINGS);
	/* Spec 5.2 wants the reservations 8-byte aligned; the loads here need 4. */
	if (((f->block[FDT_RESERVATIONS].at | structure->at) & 3) != 0 || !inside(f, structure) ||
	    !inside(f, strings) || !measure_reservations(f))
		return ST_CORRUPT;
	/* Behind the last NUL no name can end: any offset that is left is a string. */
	while (strings->len != 0 && f->blob[strings->at + strings->len - 1] != '\0')
		strings->len--;
	return check_structure(f);
}

uint32_t fdt_used(const struct fdt *f)
{
	uint32_t used = 0;

	for (const struct fdt_block *b = f->block; b != f->block + FDT_BLOCKS; b++) {
		if (used < b->at + b->len)
			used = b->at + b->len;
	}
	return used;
}

uint32_t fdt_next(const struct fdt *f, uint32_t node, unsigned *depth)
{
	const uint8_t *p = fdt_node(f, node);
	uint32_t token = TOKEN_BEGIN_NODE;
	unsigned level = 1;

	if (node == FDT_NONE)
		return FDT_NONE;
	do {
		p = past(p, token);
		token = fdt_word(p);
		if (token == TOKEN_END)
			return FDT_NONE;
		if (token == TOKEN_END_NODE)
			level--;
	} while (token != TOKEN_BEGIN_NODE);
	if (depth != NULL)
		*depth += level;
	return (uint32_t)(p - fdt_node(f, 0));
}

uint32_t fdt_child(const struct fdt *f, uint32_t node)
{
	unsigned depth = 0;
	uint32_t child = fdt_next(f, node, &depth);

	return depth == 1 ? child : FDT_NONE;
}

uint32_t fdt_sibling(const struct fdt *f, uint32_t node)
{
	unsigned depth = FDT_MAX_DEPTH; /* only differences count, and this one cannot go below 0 */

	do
		node = fdt_next(f, node, &depth);
	while (node != FDT_NONE && depth > FDT_MAX_DEPTH);
	return depth == FDT_MAX_DEPTH ? node : FDT_NONE;
}

uint32_t fdt_parent(const struct fdt *f, uint32_t node)
{
	uint32_t parent = FDT_NONE;
	uint32_t at = node == FDT_NONE ? node : 0;
	uint32_t next;

	while (at != node) {
		/* It is in the last child that does not begin behind it; FDT_NONE is behind all. */
		parent = at;
		for (next = fdt_child(f, at); next <= node; next = fdt_sibling(f, next))
			at = next;
	}
	return parent;
}

const char *fdt_name(const struct fdt *f, uint32_t node)
{
	return (const char *)fdt_node(f, node) + 4;
}

/* What follows in s after the len bytes at prefix; NULL when s does not begin with them. */
static const char *after(const char *s, const char *prefix, size_t len)
{
	for (; len != 0; len--) {
		if (*s == '\0' || *s++ != *prefix++)
			return NULL;
	}
	return s;
}

static bool name_matches(const struct fdt *f, uint32_t node, const char *name, size_t len)
{
	const char *rest = after(fdt_name(f, node), name, len);

	return rest != NULL && (*rest == '\0' || *rest == '@');
}

bool fdt_name_is(const struct fdt *f, uint32_t node, const char *name)
{
	return name_matches(f, node, name, strlen(name));
}

const uint8_t *fdt_find(const struct fdt *f, uint32_t node, const char *name, size_t len)
{
	const char *strings = (const char *)f->blob + f->block[FDT_STRINGS].at;
	const uint8_t *p = fdt_node(f, node);
	uint32_t token = TOKEN_BEGIN_NODE;

	for (;;) {
		p = fdt_skip(p, token);
		token = fdt_word(p);
		if (token == TOKEN_PROP) {
			const char *rest = after(strings + fdt_word(p + 8), name, len);

			if (rest != NULL && *rest == '\0')
				return p;
		} else if (token != TOKEN_NOP) {
			return p;
		}
	}
}

static const void *prop_value(const uint8_t *p, uint32_t *len)
{
	if (fdt_word(p) != TOKEN_PROP)
		return NULL;
	if (len != NULL)
		*len = fdt_word(p + 4);
	return p + PROP_HEADER;
}

const void *fdt_prop(const struct fdt *f, uint32_t node, const char *name, uint32_t *len)
{
	if (node == FDT_NONE)
		return NULL;
	return prop_value(fdt_find(f, node, name, strlen(name)), len);
}

/* The text of a property, NULL unless it ends in a NUL. */
static const char *text(const void *value, uint32_t len)
{
	const char *s = value;

	return s != NULL && len != 0 && s[len - 1] == '\0' ? s : NULL;
}

const char *fdt_text(const struct fdt *f, uint32_t node, const char *name)
{
	uint32_t len = 0;
	const void *value = fdt_prop(f, node, name, &len);

	return text(value, len);
}

/* The node that the path's components lead to from node; FDT_NONE stays what it is. */
static uint32_t descend(const struct fdt *f, uint32_t node, const char *path, const char *end)
{
	while (node != FDT_NONE) {
		const char *name;

		while (path != end && *path == '/')
			path++;
		if (path == end)
			break;
		name = path;
		while (path != end && *path != '/')
			path++;
		node = fdt_child(f, node);
		while (node != FDT_NONE && !name_matches(f, node, name, (size_t)(path - name)))
			node = fdt_sibling(f, node);
	}
	return node;
}

uint32_t fdt_path(const struct fdt *f, const char *path, size_t len)
{
	static const char aliases[] = "aliases";
	const char *end = path + len;
	uint32_t node = 0;

	if (len == 0)
		return FDT_NONE;
	if (*path != '/') {
		const char *name = path;
		const char *target;
		uint32_t target_len = 0;

		while (path != end && *path != '/')
			path++;
		node = descend(f, 0, aliases, aliases + sizeof(aliases) - 1);
		if (node == FDT_NONE)
			return FDT_NONE;
		target = prop_value(fdt_find(f, node, name, (size_t)(path - name)), &target_len);
		target = text(target, target_len);
		if (target == NULL)
			return FDT_NONE;
		node = descend(f, 0, target, target + target_len - 1);
	}
	return descend(f, node, path, end);
}

enum status fdt_number(const struct fdt *f, uint32_t node, const char *name, uint64_t *value)
{
	uint32_t len;
	const uint8_t *p = fdt_prop(f, node, name, &len);

	if (p == NULL)
		return ST_NOTFOUND;
	if (len != 4 && len != 8)
		return ST_CORRUPT;
	*value = fdt_cells(p, len / 4);
	return ST_OK;
}

/* True when the string list has the entry. */
static bool lists(const struct fdt *f, uint32_t node, const char *name, const char *entry)
{
	uint32_t len = 0;
	const void *value = fdt_prop(f, node, name, &len);
	const char *s = text(value, len);
	const char *end;

	if (s == NULL)
		return false;
	end = s + len;
	do {
		if (strcmp(s, entry) == 0)
			return true;
		s += strlen(s) + 1;
	} while (s != end);
	return false;
}

bool fdt_compatible(const struct fdt *f, uint32_t node, const char *entry)
{
	return lists(f, node, "compatible", entry);
}

bool fdt_enabled(const struct fdt *f, uint32_t node)
{
	static const char status[] = "status";

	return fdt_prop(f, node, status, NULL) == NULL || lists(f, node, status, "okay") ||
	       lists(f, node, status, "ok");
}

bool fdt_reserve(const struct fdt *f, unsigned index, uint64_t *addr, uint64_t *size)
{
	const struct fdt_block *b = &f->block[FDT_RESERVATIONS];
	const uint8_t *p = f->blob + b->at;

	if (index >= b->len / RESERVE_ENTRY - 1)
		return false;
	p += index * RESERVE_ENTRY;
	*addr = fdt_cells(p, 2);
	*size = fdt_cells(p + 8, 2);
	return true;
}
