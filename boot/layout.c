// SPDX-License-Identifier: MIT
/*
 * Step 5: where everything goes.  Pure functions, no hardware: the host's unit tests run this file.
 * No other file computes an address.
 *
 *	   RAM base, a multiple of the kernel's alignment
 *	   |
 *	   v        +-------- room: everything else leaves it --------+
 *	   .........| page tables | kernel (text .. data) | BSS       |....................
 *	            ^             ^                                    ^
 *	            kernel - 20K  base + text offset                   shim, device tree,
 *	                                                               initrd, packed kernel,
 *	                                                               in this order, where free
 *
 * What already lies clear of the room stays where it is; only the device tree is always copied,
 * since it grows.  A new place never overlaps the present place of anything, so the moves need no
 * order.  One exception is made when memory leaves no choice: the packed kernel may end inside the
 * room, above the kernel's own end by the codec's margin (in-place decoding).
 *
 * The shim's place, from a 16 KiB boundary up:
 *
 *	table | pen | stub, descriptor | codec scratch | stack | struct boot
 */
#include "layout.h"

#include "arch.h"
#include "image.h"

#define PAGE 4096u /* Linux frees and reserves whole pages: two things never share one */
#define LINE 64u   /* the largest cache line of an ARMv7-A core */

#define STACK 4096u /* the deepest call chain stays below 2 KiB, -fstack-usage */

static phys_t round_up(phys_t value, size_t align)
{
	return (value + (align - 1)) & ~((phys_t)align - 1);
}

static struct range span(phys_t start, size_t size)
{
	return (struct range){start, start + size};
}

/* r by whole pages; an empty range stays empty. */
static struct range pages(struct range r)
{
	if (r.start == r.end)
		return r;
	return (struct range){r.start & ~((phys_t)PAGE - 1), round_up(r.end, PAGE)};
}

static size_t largest(const struct range_set *set)
{
	size_t best = 0;

	for (unsigned i = 0; i < set->count; i++) {
		if (range_size(set->r[i]) > best)
			best = range_size(set->r[i]);
	}
	return best;
}

/* The room of a kernel at this address, when it is free. */
static bool try_kernel(const struct layout_ask *ask, phys_t kernel, struct layout *plan)
{
	plan->kernel = kernel;
	plan->room = (struct range){kernel - ask->below, kernel + ask->memory_size};
	return plan->room.end >= kernel && plan->room.start <= kernel &&
	       range_holds(ask->free, plan->room);
}

/*
 * Linux: the lowest RAM base that has the room free.  All RAM below the base is lost to Linux
 * (drivers/of/fdt.c ignores it), so the lowest base loses least.  The base is a multiple of align
 * or the kernel's early loop that patches its own addresses never ends (phys2virt.S).
 */
static bool place_kernel(const struct layout_ask *ask, struct layout *plan)
{
	if (!ask->above_base)
		return try_kernel(ask, ask->dest, plan);
	for (unsigned i = 0; i < ask->memory->count && ask->align >= ARCH_SECTION; i++) {
		struct range bank = ask->memory->r[i];
		phys_t base = round_up(bank.start, ask->align);

		for (; base >= bank.start && base < bank.end; base += ask->align) {
			if (try_kernel(ask, base + ask->dest, plan) && plan->kernel >= base) {
				plan->lost += base - bank.start;
				return true;
			}
		}
		plan->lost += range_size(bank);
	}
	return false;
}

/* Leaves in ask->free what is free once the room is taken and everything stays where it lies. */
static enum status take_present(const struct layout_ask *ask, struct range room)
{
	enum status st = range_remove(ask->free, pages(room));

	for (unsigned i = 0; st == ST_OK && i < sizeof(ask->present) / sizeof(struct range); i++)
		st = range_remove(ask->free, pages(ask->present[i]));
	return st;
}

/*
 * Takes size bytes of what is free, inside window: above the kernel when possible, because what
 * lies below it (the loader's own remains, ATAGs) is best left alone.
 */
static enum status take(const struct layout_ask *ask, struct layout *plan, size_t size,
			size_t align, struct range window, struct range *place)
{
	struct range above = {plan->room.end, window.end};
	phys_t start;

	plan->needed = size;
	plan->largest = largest(ask->free);
	if (above.start < window.start)
		above.start = window.start;
	if (!range_fit_low(ask->free, size, align, above, &start) &&
	    !range_fit_low(ask->free, size, align, window, &start))
		return ST_NOTFOUND;
	*place = span(start, size);
	return range_remove(ask->free, pages(*place));
}

static const struct range anywhere = {0, ARCH_PHYS_END};

/*
 * Where the kernel can use its device tree and initrd: from its RAM base, below which Linux ignores
 * all RAM, up to the end of what it maps at all times.  Page 0 is left out: a tree at 0 is none.
 */
static struct range lowmem(const struct layout_ask *ask, const struct layout *plan)
{
	struct range r = {PAGE, ARCH_PHYS_END};
	phys_t base = plan->room.start & ~((phys_t)2 * ARCH_SECTION - 1);

	if (ask->below == 0)
		return r;
	if (ask->above_base)
		base = plan->kernel - ask->dest;
	if (base > r.start)
		r.start = base;
	if (base < ARCH_PHYS_END - ARCH_LOWMEM)
		r.end = base + ARCH_LOWMEM;
	return r;
}

static enum status place_tree(const struct layout_ask *ask, struct range window,
			      struct layout *plan)
{
	enum status st = take(ask, plan, ask->tree_room, PAGE, window, &plan->tree);

	return ask->tree_room > ARCH_SECTION ? ST_NOTFOUND : st; /* Linux maps two sections of it */
}

static enum status place_initrd(const struct layout_ask *ask, struct range window,
				struct layout *plan)
{
	bool stays = !range_overlap(pages(ask->initrd), pages(plan->room)) &&
		     range_holds(ask->memory, ask->initrd) && range_contains(window, ask->initrd);

	plan->initrd = ask->initrd;
	if (ask->initrd.start == ask->initrd.end || stays)
		return ST_OK;
	return take(ask, plan, range_size(ask->initrd), PAGE, window, &plan->initrd);
}

/*
 * The packed kernel: stays when clear of the room, else moves clear, else moves as high as the
 * margin asks: decoding then eats it up from below and never reaches what is still unread.  Codec
 * "none" is a memmove and needs no such care: it stays where it is.
 */
static enum status place_part(const struct layout_ask *ask, bool usable, struct layout *plan)
{
	size_t size = range_size(ask->part);
	phys_t end = plan->kernel + ask->inflated + ask->margin;
	struct range high;
	enum status st;

	plan->part = ask->part;
	if (ask->plain || (usable && !range_overlap(ask->part, plan->room)))
		return ST_OK;
	st = take(ask, plan, size, LINE, anywhere, &plan->part);
	if (st != ST_NOTFOUND || end < size)
		return st;
	high = span(round_up(end - size, 8), size);
	st = range_add(ask->free, plan->room);
	if (st != ST_OK)
		return st;
	if (high.start < plan->kernel || !range_holds(ask->free, high))
		return ST_NOTFOUND;
	plan->part = high;
	return ST_OK;
}

enum layout_verdict layout_plan(const struct layout_ask *ask, struct layout *plan)
{
	enum layout_verdict verdict = LAYOUT_NO_SHIM;
	struct range window;
	/* In a reservation the part cannot stay: a no-map section is mapped Device, where the
	 * unaligned loads of a decoder fault. */
	bool usable = range_holds(ask->free, ask->part) || !range_holds(ask->memory, ask->part);
	enum status st;

	*plan = (struct layout){0};
	plan->needed = ask->memory_size + (ask->above_base ? ask->dest : 0);
	plan->largest = largest(ask->free);
	if (!place_kernel(ask, plan))
		return LAYOUT_NO_KERNEL;
	st = take_present(ask, plan->room);
	if (st == ST_OK)
		st = take(ask, plan, ask->shim_room, ARCH_TABLE_ALIGN, anywhere, &plan->shim);
	if (st == ST_OK) {
		verdict = LAYOUT_NO_TREE;
		window = lowmem(ask, plan);
		st = place_tree(ask, window, plan);
	}
	if (st == ST_OK) {
		verdict = LAYOUT_NO_INITRD;
		st = place_initrd(ask, window, plan);
	}
	if (st == ST_OK) {
		verdict = LAYOUT_NO_PART;
		st = place_part(ask, usable, plan);
	}
	if (st == ST_OK)
		return LAYOUT_OK;
	return st == ST_NOSPACE ? LAYOUT_FRAGMENTED : verdict;
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
