// SPDX-License-Identifier: MIT
/*
 * All plans of a small situation, on a grid of at most 14 cells.  A state is who lies in which
 * cells; a thing's mask has each cell that it touches.
 */
#include <string.h>

#include "oracle.h"

enum { TREE, INITRD, PART, THINGS };

#define SEEN 0x10000u

struct search {
	const struct situation *s;
	uint32_t kernel;
	unsigned free;		 /* cells that may be written at all */
	unsigned window[THINGS]; /* ... and where each thing may end */
	unsigned size[THINGS];	 /* in cells: as it is now, and in the end */
	unsigned final_size[THINGS];
	bool may_stay[THINGS];
	unsigned part_at; /* a bit for each cell where the packed kernel may begin */
	unsigned tree_at;
	uint64_t seen[SEEN];
	unsigned stamp[SEEN];
	unsigned round;
};

struct state {
	unsigned blocked;      /* by the shim and what has its final place */
	unsigned live[THINGS]; /* what has not, where it is */
	unsigned left;	       /* who has not */
	unsigned aside;	       /* who was moved aside, THINGS: nobody */
};

static unsigned touched(const struct situation *s, struct range r)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < s->cells; i++) {
		phys_t start = s->origin + (phys_t)i * s->cell;

		if (!oracle_apart(r, (struct range){start, start + s->cell}))
			mask |= 1u << i;
	}
	return mask;
}

static unsigned run(unsigned cells, unsigned at)
{
	return ((1u << cells) - 1) << at;
}

static unsigned in_cells(const struct situation *s, size_t size)
{
	return (unsigned)((size + s->cell - 1) / s->cell);
}

/* False when it was there before. */
static bool first_time(struct search *x, const struct state *st)
{
	uint64_t key = st->blocked | (uint64_t)st->live[0] << 14 | (uint64_t)st->live[1] << 28 |
		       (uint64_t)st->live[2] << 42 | (uint64_t)st->left << 56 |
		       (uint64_t)st->aside << 60;
	uint64_t hash = key * 0x9e3779b97f4a7c15u;
	unsigned slot = (unsigned)(hash >> 48);

	if (x->stamp[slot] == x->round && x->seen[slot] == key)
		return false;
	x->stamp[slot] = x->round;
	x->seen[slot] = key;
	return true;
}

static bool solve(struct search *x, const struct state *st);

static bool try_place(struct search *x, const struct state *st, unsigned who, unsigned mask,
		      bool final)
{
	struct state next = *st;

	if (final) {
		next.blocked |= mask;
		next.live[who] = 0;
		next.left &= ~(1u << who);
	} else {
		next.live[who] = mask;
		next.aside = who;
	}
	return solve(x, &next);
}

static bool try_thing(struct search *x, const struct state *st, unsigned who, bool final)
{
	unsigned size = final ? x->final_size[who] : x->size[who];
	unsigned others = st->blocked;

	for (unsigned i = 0; i < THINGS; i++) {
		if (i != who || (who == TREE && final))
			others |= st->live[i];
	}
	if (final && x->may_stay[who] && st->aside != who &&
	    try_place(x, st, who, st->live[who], true))
		return true;
	for (unsigned at = 0; at + size <= x->s->cells; at++) {
		unsigned mask = run(size, at);

		if ((mask & ~(final ? x->window[who] : x->free)) || (mask & others))
			continue;
		if (final && who == PART && !(x->part_at >> at & 1))
			continue;
		if (final && who == TREE && !(x->tree_at >> at & 1))
			continue;
		if (try_place(x, st, who, mask, final))
			return true;
	}
	return false;
}

static bool solve(struct search *x, const struct state *st)
{
	if (st->left == 0)
		return true;
	if (!first_time(x, st))
		return false;
	for (unsigned who = 0; who < THINGS; who++) {
		if ((st->left >> who & 1) && try_thing(x, st, who, true))
			return true;
	}
	for (unsigned who = 0; who < THINGS && st->aside == THINGS; who++) {
		if ((st->left >> who & 1) && try_thing(x, st, who, false))
			return true;
	}
	return false;
}

/* What depends on where the kernel is, but not on the shim. */
static void prepare(struct search *x, const struct situation *s, uint32_t kernel)
{
	struct range window = oracle_window(s, kernel);
	unsigned room = touched(s, oracle_room(s, kernel)), reach = 0;

	x->s = s;
	x->kernel = kernel;
	x->free = x->part_at = x->tree_at = 0;
	for (unsigned i = 0; i < s->cells; i++) {
		phys_t start = s->origin + (phys_t)i * s->cell;
		struct range cell = {start, start + s->cell};

		if (oracle_is_free(s, cell) && start >= 4096)
			x->free |= 1u << i;
		if (start >= window.start && cell.end <= window.end)
			reach |= 1u << i;
		if (oracle_part_may_lie(s, kernel, (uint32_t)start))
			x->part_at |= 1u << i;
		/* In two sections; the planner has no use for the rest of the first when it needs
		 * more than one. */
		if (s->ask.tree_room <= MIB || (s->ask.tree_room <= 2 * MIB && start % MIB == 0))
			x->tree_at |= 1u << i;
	}
	for (unsigned i = 0; i < THINGS; i++) {
		size_t size = s->ask.present[i].end - s->ask.present[i].start;

		x->size[i] = x->final_size[i] = in_cells(s, size);
		x->window[i] = x->free & reach & ~room;
	}
	x->final_size[TREE] = in_cells(s, s->ask.tree_room);
	x->window[PART] = x->free;
	x->may_stay[TREE] = false;
	x->may_stay[INITRD] = oracle_initrd_may_stay(s, kernel);
	x->may_stay[PART] = oracle_part_may_stay(s, kernel);
}

bool oracle_search(const struct situation *s, uint32_t kernel)
{
	static struct search x; /* large, and its stamps stay */
	struct range room = oracle_room(s, kernel);
	unsigned size = in_cells(s, s->ask.shim_room), present = 0;
	struct state st = {.aside = THINGS, .left = 1u << TREE | 1u << PART};

	if (room.end < room.start || room.start > kernel || !oracle_is_free(s, room))
		return false;
	prepare(&x, s, kernel);
	for (unsigned i = 0; i < 7; i++)
		present |= touched(s, s->ask.present[i]);
	if (x.size[INITRD] != 0)
		st.left |= 1u << INITRD;
	for (unsigned i = 0; i < THINGS; i++)
		st.live[i] = touched(s, s->ask.present[i]);
	x.round++;
	for (unsigned at = 0; at + size <= s->cells; at++) {
		unsigned mask = run(size, at);

		if ((mask & ~x.free) || (mask & (present | touched(s, room))) ||
		    s->cell % (16 * KIB) != 0)
			continue;
		st.blocked = mask;
		if (solve(&x, &st))
			return true;
	}
	return false;
}

/* --- large situations ------------------------------------------------------------------------ */

/* The lowest multiple of align clear of count ranges, at step bytes from one another at least. */
static bool fit(const struct situation *s, size_t size, size_t align, struct range window,
		const struct range *taken, unsigned count, struct range *place)
{
	for (unsigned b = 0; b < s->ram_count; b++) {
		phys_t at = s->ram[b].start > window.start ? s->ram[b].start : window.start;
		phys_t end = s->ram[b].end < window.end ? s->ram[b].end : window.end;
		bool moved = true;

		while (moved) {
			moved = false;
			at = (at + align - 1) / align * align;
			*place = (struct range){at, at + (size + 4095) / 4096 * 4096};
			for (unsigned i = 0; i < count + s->reserved_count; i++) {
				struct range t = i < count ? taken[i] : s->reserved[i - count];

				if (!oracle_apart(*place, t)) {
					at = t.end;
					moved = true;
				}
			}
		}
		if (place->end <= end)
			return true;
	}
	return false;
}

bool oracle_first_fit(const struct situation *s, uint32_t kernel)
{
	const struct layout_ask *ask = &s->ask;
	struct range window = oracle_window(s, kernel), all = {4096, 0xfffff000u};
	struct range taken[12], room = oracle_room(s, kernel);
	unsigned n = 8;

	if (room.end < room.start || room.start > kernel || !oracle_is_free(s, room))
		return false;
	memcpy(taken, ask->present, sizeof(ask->present));
	taken[7] = (struct range){room.start / 4096 * 4096, (room.end + 4095) / 4096 * 4096};
	if (!fit(s, ask->shim_room, 16 * KIB, all, taken, n, &taken[n]))
		return false;
	n++;
	if (ask->tree_room > MIB || !fit(s, ask->tree_room, 4096, window, taken, n, &taken[n]))
		return false;
	n++;
	if (ask->initrd.start != ask->initrd.end && !oracle_initrd_may_stay(s, kernel)) {
		if (!fit(s, ask->initrd.end - ask->initrd.start, 4096, window, taken, n, &taken[n]))
			return false;
		n++;
	}
	return oracle_part_may_stay(s, kernel) ||
	       fit(s, ask->part.end - ask->part.start, 4096, all, taken, n, &taken[n]);
}
