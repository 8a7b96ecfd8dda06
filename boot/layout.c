// SPDX-License-Identifier: MIT
/*
 * Step 5: where everything goes, and in which order.  Pure functions, no hardware: the host's tests
 * and `zshim verify` run this file.  No other file computes an address.
 *
 *	   RAM base, a multiple of the kernel's alignment
 *	   |
 *	   v        +-------- room: everything else leaves it --------+
 *	   .........| page tables | kernel (text .. data) | BSS       |....................
 *	            ^             ^                                    ^
 *	            kernel - 20K  base + text offset                   shim, device tree, initrd,
 *	                                                               packed kernel, where free
 *
 * The shim moves first, in step 6, before the checks of step 8 passed: its place overlaps nothing
 * that is there.  All else moves in step 9, by a list of moves that is found together with the
 * places.  At any time in it memory holds
 *
 *	the shim | what has its final place | what is still to move, where it lies now
 *
 * and nothing else that anybody needs: the rest of the image, the early stack, the loader's tree
 * and its command line are dead by then.  These are the ranges of struct search's taken[]; each new
 * place is clear of all of them but its own source, which is a memmove's own business, and of that
 * one as well for the device tree, whose copy is made piece by piece.  So nothing is overwritten
 * before it was used, and all ends where planned.  The kernel's room is written last: final places
 * are clear of it, but for a packed kernel that lies above the kernel's own end by the codec's
 *margin (decoding in place).
 *
 * The search goes through all orders and, for each thing, where it lies now and both ends of each
 * gap, first above the kernel: what lies below it, the loader's own remains, is best left alone.
 * When that finds nothing one thing may go aside to any free place, the kernel's room included, and
 * move twice; when that finds nothing either the packed kernel may be decoded in place.
 *
 * The shim's place, from a 16 KiB boundary up:
 *
 *	table | pen | stub, descriptor | codec scratch | stack | struct boot
 */
#include "layout.h"

#include <limits.h>

#include "arch.h"
#include "fdt/fdt.h"
#include "image.h"

#define PAGE 4096u /* Linux frees and reserves whole pages: two things never share one */
#define LINE 64u   /* the largest cache line of an ARMv7-A core */

#define STACK 4096u /* the deepest call chain stays below 2 KiB, -fstack-usage */

/* Calls of next_place() that one search may take. */
#define STEPS_ONCE 4096u

static phys_t round_up(phys_t value, size_t align)
{
	return (value + (align - 1)) & ~((phys_t)align - 1);
}

static struct range span(phys_t start, size_t size)
{
	return (struct range){start, start + size};
}

/* r by whole pages. */
static struct range pages(struct range r)
{
	return (struct range){r.start & ~((phys_t)PAGE - 1), round_up(r.end, PAGE)};
}

static phys_t max_of(phys_t a, phys_t b)
{
	return a > b ? a : b;
}

static phys_t min_of(phys_t a, phys_t b)
{
	return a < b ? a : b;
}

/* Where one thing goes next; a try is a list of these, one a level. */
enum way {
	STAY,
	ABOVE,	  /* clear of the kernel's room */
	BELOW,	  /* likewise */
	IN_PLACE, /* the packed kernel: over the room, as its margin allows */
	ASIDE,	  /* not for good */
	WAYS,
};

struct choice {
	phys_t next; /* where the search for the next one goes on */
	phys_t from;
	phys_t to;
	uint8_t thing;
	uint8_t way;
};

#define LEVELS (LAYOUT_MOVES + 1)
#define TAKEN  7

struct search {
	const struct layout_ask *ask;
	struct layout *plan;
	/*
	 * What must not be overwritten: the present places of tree, initrd and part, as long as
	 * they are needed; then those of the others, until the shim has its place; then the final
	 * places of all four.
	 */
	struct range taken[TAKEN];
	struct choice choice[LEVELS];
	unsigned all;	   /* a bit for each thing but the shim that there is */
	unsigned left;	   /* likewise, that has no final place yet */
	unsigned steps;	   /* that may still be taken */
	size_t missing;	   /* the least by which a place was too short, on this level */
	size_t needed;	   /* ... of how many */
	unsigned short_of; /* ... and for what */
	enum layout_verdict verdict;
	bool may_go_aside;
	bool may_be_in_place;
};

#define FINAL 3 /* taken[FINAL + thing] */

/* Nothing but a kernel goes to page 0: a device tree there would be none. */
static const struct range anywhere = {PAGE, ARCH_PHYS_END};

/*
 * The lowest place in window, at *next or above: a multiple of align, all of it free and clear of
 * what is taken.  *next becomes the highest place in the same gap, or the gap's end: so that calls
 * in a row give both ends of each gap.
 */
static bool next_place(struct search *s, size_t size, size_t align, struct range window,
		       phys_t *next, phys_t *place)
{
	const struct range_set *free = s->ask->free;

	if (s->steps != 0)
		s->steps--;
	if (size < s->missing)
		s->missing = size;
	window.start = max_of(window.start, *next);
	for (unsigned i = 0; i < free->count; i++) {
		phys_t low = max_of(free->r[i].start, window.start);
		phys_t stop = min_of(free->r[i].end, window.end);

		while (low < stop) {
			phys_t end = stop, at, high;

			for (unsigned k = 0; k < TAKEN; k++) {
				struct range t = s->taken[k];

				if (t.start == t.end || t.end <= low)
					continue;
				if (t.start > low) {
					end = min_of(end, t.start);
				} else {
					low = t.end;
					end = stop;
					k = UINT_MAX;
				}
			}
			if (low >= stop)
				break;
			at = round_up(low, align);
			if (at < low || at > end)
				at = end;
			if (end - at >= size) {
				high = (end - size) & ~((phys_t)align - 1);
				*next = high > at ? high : end;
				*place = at;
				return true;
			}
			if (size - (end - at) < s->missing)
				s->missing = size - (end - at);
			low = end;
		}
	}
	return false;
}

/*
 * Where the kernel can use its device tree and initrd: from its RAM base, below which Linux ignores
 * all RAM, up to the end of what it maps at all times.
 */
static struct range lowmem(const struct search *s)
{
	const struct layout_ask *ask = s->ask;
	struct range r = anywhere;
	phys_t base = s->plan->room.start & ~((phys_t)2 * ARCH_SECTION - 1);

	if (ask->below == 0)
		return r;
	if (ask->above_base)
		base = s->plan->kernel - ask->dest;
	r.start = max_of(r.start, base);
	if (base < ARCH_PHYS_END - ARCH_LOWMEM)
		r.end = base + ARCH_LOWMEM;
	return r;
}

/* The lowest start of a packed kernel from which decoding in place is safe. */
static phys_t in_place(const struct search *s)
{
	const struct layout_ask *ask = s->ask;
	size_t size = range_size(ask->part), most = ask->inflated + ask->margin;

	if (ask->plain)
		return PAGE;
	return s->plan->kernel + (most > size ? most - size : 0);
}

/*
 * May it stay?  The initrd also in a reservation, which U-Boot makes for it; the packed kernel not,
 * for a no-map section is mapped Device, where the unaligned loads of a decoder fault.  Stored as
 * it is, it is moved by a memmove, from wherever it lies.
 */
static bool may_stay(const struct search *s, unsigned thing, struct range r)
{
	const struct layout_ask *ask = s->ask;
	struct range room = s->plan->room;

	if (thing == LAYOUT_INITRD)
		return range_contains(lowmem(s), r) && range_holds(ask->memory, r) &&
		       !range_overlap(pages(r), pages(room));
	return thing == LAYOUT_PART &&
	       (ask->plain || (!range_overlap(r, room) &&
			       (range_holds(ask->free, r) || !range_holds(ask->memory, r))));
}

/* The next place for one thing in one way; false when there is none. */
static bool next_in_way(struct search *s, struct choice *c)
{
	const struct layout_ask *ask = s->ask;
	struct range room = s->plan->room, window = anywhere, own;
	size_t size = ask->shim_room, align = ARCH_TABLE_ALIGN, missing = s->missing;
	struct range *now = NULL;
	bool found;

	if (c->thing != LAYOUT_SHIM) {
		now = &s->taken[c->thing - 1];
		own = *now;
		size = range_size(own);
		align = PAGE;
		c->from = own.start;
	}
	if (c->way == STAY) {
		if (c->next != 0 || c->thing == LAYOUT_SHIM || !may_stay(s, c->thing, own))
			return false;
		c->next = 1;
		c->to = own.start;
		return true;
	}
	if (c->way == ASIDE) {
		if (!s->may_go_aside || !now)
			return false;
	} else if (c->way == IN_PLACE) {
		if (!s->may_be_in_place || c->thing != LAYOUT_PART)
			return false;
		window.start = in_place(s);
		align = 8;
	} else {
		if (c->thing == LAYOUT_TREE || c->thing == LAYOUT_INITRD)
			window = lowmem(s);
		if (c->thing == LAYOUT_TREE) {
			now = NULL;
			size = ask->tree_room;
			if (size > ARCH_SECTION)
				align = ARCH_SECTION;
			if (size > 2 * ARCH_SECTION) /* all that Linux maps of it */
				window.end = 0;
		}
		if (c->way == ABOVE)
			window.start = max_of(window.start, room.end);
		else
			window.end = min_of(window.end, room.start);
	}
	if (c->way != IN_PLACE)
		size = round_up(size, PAGE);
	if (now)
		*now = (struct range){0};
	found = next_place(s, size, align, window, &c->next, &c->to);
	if (now)
		*now = own;
	if (c->way == ASIDE)
		s->missing = missing;
	else if (s->missing < missing) {
		s->short_of = c->thing;
		s->needed = size;
	}
	return found;
}

static bool next_choice(struct search *s, struct choice *c)
{
	for (; c->thing < LAYOUT_THINGS; c->thing++, c->way = STAY) {
		if (!(s->left >> c->thing & 1))
			continue;
		for (; c->way < WAYS; c->way++, c->next = 0)
			if (next_in_way(s, c))
				return true;
	}
	return false;
}

static void take(struct search *s, const struct choice *c)
{
	const struct layout_ask *ask = s->ask;
	struct range *now;

	if (c->thing == LAYOUT_SHIM) {
		for (unsigned i = 0; i < LAYOUT_THINGS; i++)
			s->taken[FINAL + i] = (struct range){0};
		s->taken[FINAL] = span(c->to, ask->shim_room);
		s->left = s->all;
		return;
	}
	now = &s->taken[c->thing - 1];
	if (c->way == ASIDE) {
		*now = span(c->to, range_size(*now));
		s->may_go_aside = false;
		return;
	}
	s->taken[FINAL + c->thing] =
		span(c->to, c->thing == LAYOUT_TREE ? ask->tree_room : range_size(*now));
	*now = (struct range){0};
	s->left ^= 1u << c->thing;
}

static void give_back(struct search *s, const struct choice *c)
{
	const struct layout_ask *ask = s->ask;

	if (c->thing == LAYOUT_SHIM) {
		for (unsigned i = FINAL; i < TAKEN; i++)
			s->taken[i] = ask->present[i];
		s->left = 1u << LAYOUT_SHIM;
		return;
	}
	s->taken[c->thing - 1] = span(c->from, range_size(ask->present[c->thing - 1]));
	if (c->way == ASIDE) {
		s->may_go_aside = true;
		return;
	}
	s->taken[FINAL + c->thing] = (struct range){0};
	s->left ^= 1u << c->thing;
}

/* None of what is left has a place: remembers by how many bytes, when that is the least so far. */
static void dead_end(struct search *s)
{
	struct layout *plan = s->plan;

	if (s->missing >= plan->missing)
		return;
	plan->missing = s->missing;
	plan->needed = s->needed;
	s->verdict = (enum layout_verdict)(LAYOUT_NO_SHIM + s->short_of);
}

/* Does each find a place when it may choose first? */
static bool each_fits(struct search *s)
{
	for (unsigned thing = 0; thing < LAYOUT_THINGS; thing++) {
		struct choice c = {.thing = (uint8_t)thing};

		for (unsigned i = 0; i < TAKEN; i++)
			s->taken[i] = (struct range){0};
		if (thing > LAYOUT_TREE)
			s->taken[thing - 1] = s->ask->present[thing - 1];
		s->left = (s->all | 1) & 1u << thing;
		s->missing = SIZE_MAX;
		s->may_be_in_place = true;
		s->may_go_aside = false;
		if (s->left && !next_choice(s, &c)) {
			dead_end(s);
			return false;
		}
	}
	return true;
}

/* Tries all choices in turn, depth first. */
static bool try_all(struct search *s)
{
	unsigned level = 0;

	for (unsigned i = 0; i < TAKEN; i++)
		s->taken[i] = s->ask->present[i];
	s->left = 1u << LAYOUT_SHIM;
	s->choice[0] = (struct choice){0};
	s->missing = SIZE_MAX;
	while (s->steps != 0) {
		struct choice *c = &s->choice[level];

		if (next_choice(s, c)) {
			take(s, c);
			if (s->left == 0)
				return true;
			s->choice[++level] = (struct choice){0};
			s->missing = SIZE_MAX;
			continue;
		}
		if (c->to == 0)
			dead_end(s);
		if (level == 0)
			return false;
		give_back(s, &s->choice[--level]);
	}
	return false;
}

static void finish(struct search *s)
{
	struct layout *plan = s->plan;

	for (unsigned i = 0; i < LAYOUT_THINGS; i++)
		plan->used[1 + i] = s->taken[FINAL + i];
	for (unsigned level = 1, left = s->all; left != 0; level++) {
		const struct choice *c = &s->choice[level];
		size_t size = range_size(s->ask->present[c->thing - 1]);

		if (c->way == ASIDE)
			plan->aside = span(c->to, size);
		else
			left ^= 1u << c->thing;
		if (c->from != c->to)
			plan->move[plan->moves++] = (struct layout_move){
				c->from, c->to, size, (enum layout_thing)c->thing};
	}
}

/* With the kernel at this address, has everything else a place? */
static bool try_kernel(struct search *s, phys_t kernel)
{
	const struct layout_ask *ask = s->ask;
	const struct range_set *free = ask->free;
	struct layout *plan = s->plan;
	struct range room = {kernel - ask->below, kernel + ask->memory_size};
	size_t missing;

	if (room.end < kernel || room.start > kernel)
		return false;
	plan->kernel = kernel;
	plan->room = room;
	missing = range_size(room);
	for (unsigned i = 0; i < free->count; i++) {
		struct range r = free->r[i];

		if (range_overlap(r, room))
			missing -= min_of(r.end, room.end) - max_of(r.start, room.start);
	}
	if (missing != 0) {
		if (s->verdict == LAYOUT_NO_KERNEL && missing < plan->missing)
			plan->missing = missing;
		return false;
	}
	if (s->verdict == LAYOUT_NO_KERNEL)
		plan->missing = SIZE_MAX;
	s->steps = STEPS_ONCE;
	if (!each_fits(s))
		return false;
	for (unsigned effort = 0; effort < 4; effort++) {
		s->may_go_aside = effort & 1;
		s->may_be_in_place = effort >> 1;
		s->steps = STEPS_ONCE;
		if (try_all(s)) {
			finish(s);
			return true;
		}
	}
	return false;
}

/*
 * Linux: the lowest RAM base that leaves room for everything.  All RAM below the base is lost to
 * Linux (drivers/of/fdt.c ignores it), so the lowest base loses least.  The base is a multiple of
 * align or the kernel's early loop that patches its own addresses never ends (phys2virt.S).
 */
static bool try_bases(struct search *s)
{
	const struct layout_ask *ask = s->ask;
	size_t lost = 0;

	if (!ask->above_base)
		return try_kernel(s, ask->dest);
	for (unsigned i = 0; i < ask->memory->count && ask->align >= ARCH_SECTION; i++) {
		struct range bank = ask->memory->r[i];
		phys_t base = round_up(bank.start, ask->align);

		for (; base >= bank.start && base < bank.end; base += ask->align) {
			if (base + ask->dest >= base && try_kernel(s, base + ask->dest)) {
				s->plan->lost = lost + base - bank.start;
				return true;
			}
		}
		lost += range_size(bank);
	}
	return false;
}

enum layout_verdict layout_plan(const struct layout_ask *ask, struct layout *plan)
{
	struct search s = {.ask = ask, .plan = plan, .verdict = LAYOUT_NO_KERNEL};

	*plan = (struct layout){0};
	plan->needed = ask->memory_size + (ask->above_base ? ask->dest : 0);
	plan->missing = plan->needed;
	s.all = 1u << LAYOUT_TREE | 1u << LAYOUT_PART;
	if (range_size(ask->initrd) != 0)
		s.all |= 1u << LAYOUT_INITRD;
	return try_bases(&s) ? LAYOUT_OK : s.verdict;
}

void layout_kernel(struct layout_ask *ask, const struct zshim_part *kernel, phys_t image)
{
	ask->part = span(image + (phys_t)kernel->offset, (size_t)kernel->stored);
	ask->above_base = kernel->place == ZSHIM_PLACE_LINUX;
	ask->below = (kernel->flags & ZSHIM_FLAG_PAGE_TABLE) ? ZSHIM_PGTABLE_SIZE : 0;
	ask->dest = (phys_t)kernel->dest;
	ask->align = (size_t)kernel->align;
	ask->memory_size = (size_t)kernel->memory;
	ask->inflated = (size_t)kernel->inflated;
	ask->plain = kernel->codec == ZSHIM_CODEC_NONE;
}

/* Properties of /chosen and of the root, the node itself, /memory, and the reservation of the pen.
 */
size_t layout_tree_room(size_t used, unsigned banks)
{
	return used + 64 + fdt_edit_cost("bootargs", ZSHIM_CMDLINE_MAX + 1) +
	       2 * fdt_edit_cost("linux,initrd-start", 8) + fdt_edit_cost("device_type", 7) +
	       fdt_edit_cost("reg", 16 * banks) + fdt_edit_cost("serial-number", 17) +
	       fdt_edit_cost("linux,revision", 4) + 2 * fdt_edit_cost("kaslr-seed", SEED_MAX) +
	       FDT_RESERVE_COST + 128;
}

struct shim_map shim_map(phys_t start, size_t code_size, size_t scratch_size, size_t state_size)
{
	struct shim_map map;

	map.table = start;
	map.pen = start + ARCH_TABLE_SIZE;
	map.code = map.pen + ARCH_PEN_ROOM;
	map.scratch = round_up(map.code + code_size, 8);
	map.state = round_up(map.scratch + scratch_size + STACK, LINE);
	map.end = map.state + state_size;
	return map;
}
