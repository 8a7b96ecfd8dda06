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
 * margin (decoding in place).
 *
 * The search goes through all orders and, for each thing, where it lies now and both ends of each
 * gap, first above the kernel: what lies below it, the loader's own remains, is best left alone.
 * When that finds nothing one thing may go aside to any free place, the kernel's room included, and
 * move twice; then the packed kernel may be decoded in place; then places are tried, too, that
 * leave as much beside them as one of the others needs.  tests/plan/ compares it with a search that
 * tries all places.  Each search has a bound, STEPS, and all of them one, ALL_STEPS, so that a
 * refusal comes in time: every RAM base asks anew.
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
#include "mem.h"

#define PAGE 4096u /* Linux frees and reserves whole pages: two things never share one */
#define LINE 64u   /* the largest cache line of an ARMv7-A core */

#define STACK 4096u /* the deepest call chain stays below 2 KiB, -fstack-usage */

/* Calls of next_place() that one search may take, and four times as many a thorough one. */
#define STEPS 8192u
/* All searches, some of which have to fail at each of up to 2,048 RAM bases. */
#define ALL_STEPS (64 * STEPS)

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

/* A choice is a thing, a way and a place; a try is a list of them, in the order of the moves. */
enum way {
	STAY,
	ABOVE,	  /* clear of the kernel's room */
	BELOW,	  /* likewise */
	IN_PLACE, /* the packed kernel: over the room, as its margin allows */
	ASIDE,	  /* not for good */
	WAYS,
};

struct choice {
	phys_t next; /* the search goes on at this place */
	phys_t from;
	phys_t to;
	uint8_t thing;
	uint8_t way;
};

#define FINAL  LAYOUT_THINGS /* taken[FINAL + thing] */
#define ASIDES LAYOUT_SHIM   /* taken[ASIDES] */
#define TAKEN  (2 * LAYOUT_THINGS)
#define BEFORE (sizeof(((struct layout_ask *)0)->present) / sizeof(struct range))

struct search {
	const struct layout_ask *ask;
	struct layout *plan;
	/*
	 * What must not be overwritten: where tree, initrd and packed kernel lie, as long as they
	 * are needed there; the place to which one went aside, which only the shim must keep clear
	 * of at all times; the final places of all four.
	 */
	struct range taken[TAKEN];
	struct choice choice[LAYOUT_MOVES + 2]; /* with the shim, and one behind the last */
	unsigned left;				/* a bit for each thing without a final place */
	unsigned steps;				/* that may still be taken */
	unsigned all_steps;			/* ... by all searches */
	size_t missing;	   /* the least by which a place was too short since this was set */
	size_t needed;	   /* ... of how many */
	unsigned short_of; /* ... and for what */
	enum layout_verdict verdict;
	bool may_go_aside;
	bool may_be_in_place;
	bool thorough;
};

/* Nothing but a kernel goes to page 0: a device tree there would be none. */
static const struct range anywhere = {PAGE, ARCH_PHYS_END};

/* Two edges of a gap: its own, and those of the free range that it is in. */
struct gap {
	struct range in;
	struct range bank;
};

/* The next gap above gap->in: as large as it gets, free and clear of what is taken. */
static bool next_gap(const struct search *s, unsigned thing, struct gap *gap)
{
	const struct range_set *free = s->ask->free;
	unsigned count = thing == LAYOUT_SHIM ? TAKEN + BEFORE : TAKEN;

	for (unsigned i = 0; i < free->count; i++) {
		phys_t low = max_of(free->r[i].start, gap->in.end), end = free->r[i].end;

		for (unsigned k = 0; k < count; k++) {
			struct range t = k < TAKEN ? s->taken[k] : s->ask->present[k - TAKEN];

			if (t.start == t.end || t.end <= low || (k == ASIDES && count == TAKEN))
				continue;
			if (t.start > low) {
				end = min_of(end, t.start);
			} else {
				low = t.end;
				end = free->r[i].end;
				k = UINT_MAX; /* anew, for the new low */
			}
		}
		if (low < end) {
			gap->in = (struct range){low, end};
			gap->bank = free->r[i];
			return true;
		}
	}
	return false;
}

/* Bytes that one of the others may need between a place and an edge; nothing for number 0. */
static size_t beside(const struct search *s, unsigned k)
{
	const struct layout_ask *ask = s->ask;

	if (k == 0)
		return 0;
	if (k <= LAYOUT_SHIM)
		return round_up(range_size(ask->present[k - 1]), PAGE);
	return round_up(k == LAYOUT_SHIM + 1 ? ask->shim_room : ask->tree_room, PAGE);
}

/* The lowest place in [low, high], at c->next or above, that is at an edge or as far from one as
 * another thing needs; 0 when there is none. */
static phys_t at_edges(const struct search *s, const struct gap *gap, size_t size, size_t align,
		       struct range in, phys_t next)
{
	const struct range edge[] = {in, gap->in, gap->bank};
	phys_t mask = ~((phys_t)align - 1), best = 0;
	struct range fit = {round_up(in.start, align), (in.end - size) & mask};

	if (next > fit.start)
		fit.start = next;
	for (unsigned e = 0; e < (s->thorough ? 3 : 1); e++) {
		for (unsigned k = 0; k < (s->thorough ? 6 : 1); k++) {
			size_t y = beside(s, k);
			phys_t v = round_up(edge[e].start + y, align);

			for (unsigned twice = 0; twice < 2; twice++) {
				if (v >= fit.start && v <= fit.end && (v < best || best == 0))
					best = v;
				v = (edge[e].end - y - size) & mask;
			}
		}
	}
	return best;
}

/*
 * The lowest place in window, at c->next or above: a multiple of align, all of it free and clear of
 * what is taken.
 */
static bool next_place(struct search *s, size_t size, size_t align, struct range window,
		       struct choice *c)
{
	struct gap gap = {.in = {0, 0}};

	if (s->steps != 0) {
		s->steps--;
		s->all_steps--;
	}
	if (size < s->missing)
		s->missing = size;
	while (next_gap(s, c->thing, &gap)) {
		struct range in = {max_of(gap.in.start, window.start),
				   min_of(gap.in.end, window.end)};
		phys_t low = round_up(in.start, align);

		if (low < in.start || low >= in.end)
			continue;
		if (in.end - low < size) {
			if (size - (in.end - low) < s->missing)
				s->missing = size - (in.end - low);
			continue;
		}
		low = at_edges(s, &gap, size, align, in, c->next);
		if (low != 0) {
			c->to = low;
			c->next = low + 1;
			return true;
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

/* The lowest start of a packed kernel that decoding does not catch up with; one that is stored as
 * it is gets there by a memmove, from anywhere. */
static phys_t in_place(const struct search *s)
{
	const struct layout_ask *ask = s->ask;
	size_t size = range_size(ask->part), most = ask->inflated + ask->margin;

	if (ask->plain)
		return PAGE;
	return max_of(PAGE, s->plan->kernel + (most > size ? most - size : 0));
}

/*
 * May it stay?  The initrd also in a reservation, which U-Boot makes for it; the packed kernel not,
 * for a no-map section is mapped Device, where the unaligned loads of a decoder fault.
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

/* What a thing takes once it has its final place. */
static size_t final_size(const struct search *s, unsigned thing)
{
	if (thing == LAYOUT_TREE)
		return s->ask->tree_room;
	if (thing == LAYOUT_SHIM)
		return s->ask->shim_room;
	return range_size(s->ask->present[thing]);
}

/* The window for a thing in one way; an empty one when it may not go that way. */
static struct range window_of(const struct search *s, unsigned thing, unsigned way)
{
	struct range room = s->plan->room, w = anywhere;

	if (way == ASIDE) {
		w.end = s->may_go_aside && thing != LAYOUT_SHIM ? w.end : 0;
	} else if (way == IN_PLACE) {
		w.start = in_place(s);
		w.end = s->may_be_in_place && thing == LAYOUT_PART ? w.end : 0;
	} else {
		if (thing < LAYOUT_PART)
			w = lowmem(s);
		if (way == ABOVE)
			w.start = max_of(w.start, room.end);
		else
			w.end = min_of(w.end, room.start);
		if (thing == LAYOUT_TREE && s->ask->tree_room > 2 * ARCH_SECTION)
			w.end = 0; /* Linux maps two sections of it */
	}
	return w;
}

/* The next place for one thing in one way; false when there is none. */
static bool next_in_way(struct search *s, struct choice *c)
{
	struct range *now = &s->taken[c->thing], own = *now, window;
	size_t size = c->way == ASIDE ? range_size(own) : final_size(s, c->thing);
	size_t missing = s->missing, align = PAGE;
	bool found;

	c->from = own.start;
	if (c->way == STAY) {
		if (c->next != 0 || !may_stay(s, c->thing, own))
			return false;
		c->next = 1;
		c->to = own.start;
		return true;
	}
	window = window_of(s, c->thing, c->way);
	if (c->way == ASIDE || c->way == IN_PLACE) {
		if (window.end == 0)
			return false;
	} else if (c->thing == LAYOUT_SHIM) {
		align = ARCH_TABLE_ALIGN;
	} else if (c->thing == LAYOUT_TREE && size > ARCH_SECTION) {
		align = ARCH_SECTION;
	}
	if (c->way == IN_PLACE)
		align = 8;
	else
		size = round_up(size, PAGE);
	/* A memmove may overlap itself; the tree's copy may not. */
	if (c->way == ASIDE || c->thing == LAYOUT_INITRD || c->thing == LAYOUT_PART)
		*now = (struct range){0};
	found = next_place(s, size, align, window, c);
	*now = own;
	if (c->way == ASIDE) {
		s->missing = missing;
	} else if (s->missing < missing) {
		s->short_of = c->thing;
		s->needed = size;
	}
	return found;
}

/* The next choice on a level.  The shim, which no move depends on, takes what the others leave. */
static bool next_choice(struct search *s, struct choice *c)
{
	for (; c->thing < LAYOUT_THINGS; c->thing++, c->way = STAY) {
		if (!(s->left >> c->thing & 1))
			continue;
		if (c->thing == LAYOUT_SHIM && s->left != 1u << LAYOUT_SHIM)
			break;
		for (; c->way < WAYS; c->way++, c->next = 0)
			if (next_in_way(s, c))
				return true;
	}
	return false;
}

static void take(struct search *s, const struct choice *c)
{
	struct range *now = &s->taken[c->thing];

	if (c->way == ASIDE) {
		*now = span(c->to, range_size(*now));
		s->taken[ASIDES] = *now;
		s->may_go_aside = false;
		return;
	}
	if (c->thing != LAYOUT_SHIM)
		*now = (struct range){0};
	now[FINAL] = span(c->to, final_size(s, c->thing));
	s->left ^= 1u << c->thing;
}

static void give_back(struct search *s, const struct choice *c)
{
	struct range *now = &s->taken[c->thing];

	if (c->thing != LAYOUT_SHIM)
		*now = span(c->from, range_size(s->ask->present[c->thing]));
	if (c->way == ASIDE) {
		s->taken[ASIDES] = (struct range){0};
		s->may_go_aside = true;
		return;
	}
	now[FINAL] = (struct range){0};
	s->left ^= 1u << c->thing;
}

/* Nothing that is left has a place: keeps by how many bytes, when that is the least so far. */
static void dead_end(struct search *s)
{
	struct layout *plan = s->plan;

	if (s->missing >= plan->missing)
		return;
	plan->missing = s->missing;
	plan->needed = s->needed;
	s->verdict = s->short_of == LAYOUT_SHIM
			     ? LAYOUT_NO_SHIM
			     : (enum layout_verdict)(LAYOUT_NO_TREE + s->short_of);
}

/* Does each that is left find a place, were it the next and nothing else still to move? */
static bool each_fits(struct search *s)
{
	struct range now[ASIDES];
	unsigned left = s->left;
	bool may_go_aside = s->may_go_aside, fits = true;

	memcpy(now, s->taken, sizeof(now));
	s->may_go_aside = false;
	for (unsigned thing = 0; thing < LAYOUT_THINGS && fits; thing++) {
		struct choice c = {.thing = (uint8_t)thing};

		s->left = left & 1u << thing;
		memset(s->taken, 0, sizeof(now));
		if (thing == LAYOUT_INITRD || thing == LAYOUT_PART)
			s->taken[thing] = now[thing];
		s->missing = SIZE_MAX;
		fits = s->left == 0 || next_choice(s, &c);
	}
	if (!fits)
		dead_end(s);
	memcpy(s->taken, now, sizeof(now));
	s->left = left;
	s->may_go_aside = may_go_aside;
	return fits;
}

/* Nothing has moved. */
static void start(struct search *s)
{
	memset(s->taken, 0, sizeof(s->taken));
	memcpy(s->taken, s->ask->present, sizeof(struct range) * LAYOUT_SHIM);
	s->left = (1u << LAYOUT_THINGS) - 1;
	if (range_size(s->ask->initrd) == 0)
		s->left ^= 1u << LAYOUT_INITRD;
	s->steps = s->thorough ? 4 * STEPS : STEPS;
	if (s->steps > s->all_steps)
		s->steps = s->all_steps;
}

/* Tries all choices in turn, depth first. */
static bool try_all(struct search *s)
{
	struct choice *c = s->choice;

	start(s);
	*c = (struct choice){0};
	s->missing = SIZE_MAX;
	while (s->steps != 0) {
		if (next_choice(s, c)) {
			take(s, c);
			if (s->left == 0) {
				c[1].way = WAYS;
				return true;
			}
			if (each_fits(s)) {
				*++c = (struct choice){0};
				s->missing = SIZE_MAX;
			} else {
				give_back(s, c);
			}
			continue;
		}
		if (c->to == 0)
			dead_end(s);
		if (c == s->choice)
			return false;
		give_back(s, --c);
	}
	return false;
}

static void finish(struct search *s)
{
	struct layout *plan = s->plan;

	memcpy(&plan->tree, &s->taken[FINAL], sizeof(struct range) * LAYOUT_THINGS);
	plan->aside = s->taken[ASIDES];
	for (const struct choice *c = s->choice; c->way != WAYS; c++) {
		if (c->thing != LAYOUT_SHIM && c->from != c->to)
			plan->move[plan->moves++] = (struct layout_move){
				c->from, c->to, range_size(s->ask->present[c->thing]),
				(enum layout_thing)c->thing};
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
	s->thorough = false;
	s->may_be_in_place = true;
	start(s);
	if (!each_fits(s))
		return false;
	/* 0, 1, 3, 5, 7: what costs nothing comes first, what is rarely needed last. */
	for (unsigned effort = 0; effort < 8; effort += effort ? 2 : 1) {
		s->may_go_aside = effort != 0;
		s->may_be_in_place = effort >> 1 & 1;
		s->thorough = effort >> 2;
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
	struct search s = {
		.ask = ask, .plan = plan, .all_steps = ALL_STEPS, .verdict = LAYOUT_NO_KERNEL};

	*plan = (struct layout){0};
	plan->needed = ask->memory_size + (ask->above_base ? ask->dest : 0);
	plan->missing = plan->needed;
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
