// SPDX-License-Identifier: MIT
/* Situations at random: small ones of few cells, for the search, and large ones as boards are. */
#include "situation.h"

#include <stdio.h>
#include <stdlib.h>

#include "image.h"
#include "oracle.h"
#include "prng.h"

static uint32_t below(struct situation *s, uint32_t n)
{
	return prng_below(&s->seed, n);
}

static bool one_in(struct situation *s, uint32_t n)
{
	return below(s, n) == 0;
}

static void must(enum status st)
{
	if (st != ST_OK)
		abort();
}

static void add_ram(struct situation *s, phys_t start, phys_t end)
{
	unsigned n = s->ram_count;

	if (n > 0 && s->ram[n - 1].end == start)
		s->ram[n - 1].end = end;
	else
		s->ram[s->ram_count++] = (struct range){start, end};
}

/* The planner's own view of RAM. */
static void make_sets(struct situation *s)
{
	s->memory = (struct range_set){0};
	for (unsigned i = 0; i < s->ram_count; i++)
		must(range_add(&s->memory, s->ram[i]));
	s->free = s->memory;
	for (unsigned i = 0; i < s->reserved_count; i++)
		must(range_remove(&s->free, s->reserved[i]));
}

static struct range span(phys_t start, size_t size)
{
	return (struct range){start, start + size};
}

/* Clear of all that already has its place, and of nothing that it may share. */
static bool lies_alone(const struct situation *s, struct range r)
{
	for (unsigned i = 0; i < 7; i++) {
		if (!oracle_apart(r, s->ask.present[i]))
			return false;
	}
	return r.start <= r.end && r.end <= ARCH_PHYS_END;
}

/* --- small ----------------------------------------------------------------------------------- */

/* Some cells, mostly whole ones. */
static size_t some_cells(struct situation *s, uint32_t least, uint32_t most)
{
	size_t size = (size_t)(least + below(s, most - least + 1)) * s->cell;

	if (size != 0 && one_in(s, 6))
		size -= 4 + 4 * below(s, s->cell / 8);
	return size;
}

/* Bytes at a cell, mostly at its start; RAM or not. */
static bool put_in_cells(struct situation *s, size_t size, struct range *place)
{
	struct range r;

	for (unsigned tries = 0; tries < 40; tries++) {
		phys_t start = s->origin + (phys_t)below(s, s->cells) * s->cell;

		if (one_in(s, 8))
			start += 4 * below(s, s->cell / 4);
		r = span(start, size);
		if (lies_alone(s, r) &&
		    (r.end <= s->origin + (phys_t)s->cells * s->cell || one_in(s, 20))) {
			*place = r;
			return true;
		}
	}
	return false;
}

static void draw_cells(struct situation *s)
{
	static const uint32_t sizes[] = {16 * KIB, 64 * KIB, 512 * KIB, MIB, 2 * MIB};

	s->cell = sizes[below(s, 5)];
	s->cells = 8 + below(s, CELLS_MAX - 8 + 1);
	s->origin = (below(s, 40) + (one_in(s, 8) ? 0 : 8)) * (16 * MIB);
	if (s->origin >= 16 * MIB)
		s->origin -= below(s, 3) * s->cell;
	for (unsigned i = 0; i < s->cells; i++) {
		phys_t start = s->origin + (phys_t)i * s->cell;

		if (!one_in(s, 12))
			add_ram(s, start, start + s->cell);
		if (one_in(s, 14))
			s->reserved[s->reserved_count++] = span(start, s->cell);
	}
	if (s->ram_count == 0)
		add_ram(s, s->origin, s->origin + s->cell);
}

static void draw_kernel(struct situation *s, size_t size)
{
	struct layout_ask *ask = &s->ask;
	uint32_t first;

	ask->above_base = !one_in(s, 3);
	ask->below = ask->above_base || one_in(s, 3) ? ZSHIM_PGTABLE_SIZE : 0;
	ask->align = (2 * MIB) << (one_in(s, 4) ? 1 + below(s, 3) : 0);
	first = ask->below ? 0x8000 : 0;
	ask->dest = first;
	ask->memory_size = size > first ? size - first : size;
	ask->inflated = 1 + below(s, (uint32_t)ask->memory_size);
	if (one_in(s, 3))
		ask->inflated = ask->memory_size;
	ask->margin = below(s, 0x8000);
	ask->plain = one_in(s, 4);
}

/* Stub, packed kernel, and perhaps tree and initrd behind it. */
static bool put_image(struct situation *s, size_t part, size_t tree, size_t initrd)
{
	struct layout_ask *ask = &s->ask;
	size_t stub = 64;
	phys_t end;

	if (one_in(s, 2))
		stub = one_in(s, 2) ? s->cell : s->cell / 2;
	if (part > stub && one_in(s, 2))
		part -= stub;
	if (!put_in_cells(s, stub + part + tree + initrd, &ask->image))
		return false;
	ask->part = span(ask->image.start + stub, part);
	end = ask->part.end;
	if (tree != 0)
		ask->tree = span(end, tree);
	if (initrd != 0)
		ask->initrd = span(end + tree, initrd);
	ask->early = span(ask->image.start + stub / 2, stub / 4);
	return true;
}

static bool put_all(struct situation *s, size_t part, size_t tree, size_t initrd)
{
	struct layout_ask *ask = &s->ask;
	bool tree_in = one_in(s, 5), initrd_in = one_in(s, 5);

	if (!put_image(s, part, tree_in ? tree : 0, initrd_in ? initrd : 0))
		return false;
	if (!tree_in && !put_in_cells(s, tree, &ask->tree))
		return false;
	if (!initrd_in && initrd != 0 && !put_in_cells(s, initrd, &ask->initrd))
		return false;
	if (one_in(s, 4) && !put_in_cells(s, s->cell / 2, &ask->loader))
		return false;
	if (one_in(s, 4))
		ask->args = span(ask->tree.start, 4);
	return one_in(s, 8) ? put_in_cells(s, 100, &ask->args) : true;
}

static bool draw_small(struct situation *s)
{
	size_t tree;

	draw_cells(s);
	draw_kernel(s, some_cells(s, 1, 5));
	if (!s->ask.above_base)
		s->ask.dest += s->origin + below(s, s->cells) * s->cell;
	else if (one_in(s, 4))
		s->ask.dest += s->cell * below(s, 3);
	if (one_in(s, 2))
		s->ask.margin = below(s, 2 * s->cell);
	s->ask.shim_room = some_cells(s, 1, 2);
	if (one_in(s, 2))
		s->ask.shim_room = 16 * KIB;
	tree = one_in(s, 2) ? 1000 : some_cells(s, 1, 2);
	s->ask.tree_room = tree + (one_in(s, 2) ? 3000 : some_cells(s, 0, 2));
	return put_all(s, some_cells(s, 1, 4), tree, one_in(s, 4) ? 0 : some_cells(s, 1, 4));
}

/* --- large ----------------------------------------------------------------------------------- */

static bool put_anywhere(struct situation *s, size_t size, size_t align, struct range *place)
{
	struct range r;

	for (unsigned tries = 0; tries < 8; tries++) {
		struct range bank = s->ram[below(s, s->ram_count)];
		phys_t start = bank.start;

		if (bank.end - bank.start > size)
			start += below(s, (uint32_t)(bank.end - bank.start - size));
		if (one_in(s, 16))
			start = below(s, 0xffff0000u);
		r = span(start / align * align, size);
		if (lies_alone(s, r)) {
			*place = r;
			return true;
		}
	}
	return false;
}

static void draw_banks(struct situation *s)
{
	unsigned banks = 1 + below(s, one_in(s, 8) ? 6 : 3);
	phys_t at = one_in(s, 8) ? 0 : (1 + below(s, 60)) * (16 * MIB);

	for (unsigned i = 0; i < banks && at < 0xe0000000u; i++) {
		size_t size = (4 + below(s, 124)) * MIB;

		if (one_in(s, 8))
			size += 4096 * below(s, 256) + (one_in(s, 2) ? below(s, 4096) : 0);
		if (one_in(s, 8))
			size *= 1 + below(s, 6);
		add_ram(s, at, at + size);
		at = (at + size + 4095) / 4096 * 4096 + 4096 * (1 + below(s, 20000));
	}
	for (unsigned n = below(s, 7); n > 0; n--) {
		struct range r;

		if (put_anywhere(s, 4096u << below(s, 11), 4096, &r))
			s->reserved[s->reserved_count++] = r;
	}
}

static bool draw_large(struct situation *s)
{
	struct layout_ask *ask = &s->ask;
	size_t tree = 1000 + below(s, 60000), stub = 0x4000 + 4 * below(s, 0x800);
	size_t part = 4 + below(s, 8 * MIB);

	draw_banks(s);
	draw_kernel(s, 0x9000 + below(s, 24 * MIB));
	ask->dest = ask->above_base ? 0x8000 + below(s, 3) * MIB : ask->dest;
	if (!ask->above_base) {
		struct range r;

		if (!put_anywhere(s, ask->memory_size + ask->below, 4, &r))
			return false;
		ask->dest = r.start + ask->below;
	}
	ask->margin = below(s, 0x8000);
	ask->shim_room = 0xa000 + 64 * below(s, 0x800);
	ask->tree_room = tree + 3000 + below(s, 3000);
	if (!put_anywhere(s, stub + part, 4, &ask->image))
		return false;
	ask->part = span(ask->image.start + stub, part);
	ask->early = span(ask->image.start + stub - 1416, 1416);
	if (!put_anywhere(s, tree, 4, &ask->tree))
		return false;
	if (one_in(s, 2) && !put_anywhere(s, 1000 + below(s, 60000), 4, &ask->loader))
		return false;
	return one_in(s, 3) || put_anywhere(s, 1 + below(s, 16 * MIB), 1, &ask->initrd);
}

void situation_draw(struct situation *s, uint32_t seed)
{
	bool drawn;

	*s = (struct situation){.seed = (seed ^ 0x5eed2026u) * 0x9e3779b1u | 1};
	for (unsigned i = 0; i < 4; i++)
		(void)prng(&s->seed);
	do {
		uint32_t state = s->seed;

		*s = (struct situation){.seed = state};
		drawn = one_in(s, 8) ? draw_small(s) : draw_large(s);
	} while (!drawn);
	s->seed = seed;
	make_sets(s);
	s->ask.memory = &s->memory;
	s->ask.free = &s->free;
}

/* --- in words -------------------------------------------------------------------------------- */

static void print_range(const char *name, struct range r)
{
	if (r.start != r.end)
		printf("# %-8s %#010lx-%#010lx (%#lx)\n", name, (unsigned long)r.start,
		       (unsigned long)r.end, (unsigned long)(r.end - r.start));
}

/* A line of what lies in each cell. */
static void print_cells(const struct situation *s)
{
	static const char letters[] = "tip....";

	printf("# %u cells of %#lx: ", s->cells, (unsigned long)s->cell);
	for (unsigned i = 0; i < s->cells; i++) {
		struct range cell = span(s->origin + (phys_t)i * s->cell, s->cell);
		char c = oracle_is_free(s, cell) ? '_' : oracle_is_ram(s, cell) ? 'R' : ' ';

		for (unsigned k = 7; k-- > 0;) {
			if (!oracle_apart(cell, s->ask.present[k]))
				c = letters[k];
		}
		putchar(c);
	}
	printf("|\n");
}

void situation_print(const struct situation *s)
{
	static const char *const names[] = {"tree",  "initrd", "part", "image",
					    "early", "loader", "args"};
	const struct layout_ask *ask = &s->ask;

	printf("# seed %lu\n", (unsigned long)s->seed);
	for (unsigned i = 0; i < s->ram_count; i++)
		print_range("RAM", s->ram[i]);
	for (unsigned i = 0; i < s->reserved_count; i++)
		print_range("reserved", s->reserved[i]);
	for (unsigned i = 0; i < 7; i++)
		print_range(names[i], ask->present[i]);
	printf("# tree room %#lx, shim room %#lx, kernel %s %#lx, align %#lx, below %#lx\n",
	       (unsigned long)ask->tree_room, (unsigned long)ask->shim_room,
	       ask->above_base ? "above a base by" : "at", (unsigned long)ask->dest,
	       (unsigned long)ask->align, (unsigned long)ask->below);
	printf("# with BSS %#lx, inflated %#lx, margin %#lx%s\n", (unsigned long)ask->memory_size,
	       (unsigned long)ask->inflated, (unsigned long)ask->margin,
	       ask->plain ? ", stored as it is" : "");
	if (s->cells != 0)
		print_cells(s);
}

void situation_print_plan(enum layout_verdict verdict, const struct layout *p)
{
	static const char *const things[] = {"tree", "initrd", "part", "shim"};

	if (verdict != LAYOUT_OK) {
		printf("# refused: %d, needed %#lx, missing %#lx\n", (int)verdict,
		       (unsigned long)p->needed, (unsigned long)p->missing);
		return;
	}
	print_range("room", p->room);
	for (unsigned i = 0; i < 4; i++)
		print_range(things[i], p->used[1 + i]);
	print_range("aside", p->aside);
	for (unsigned i = 0; i < p->moves; i++)
		printf("# move %s %#lx -> %#lx (%#lx)\n", things[p->move[i].what],
		       (unsigned long)p->move[i].from, (unsigned long)p->move[i].to,
		       (unsigned long)p->move[i].size);
}
