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
 *	table | stub, descriptor | state | stack | fault stack | line | codec scratch | log
 */
#include "layout.h"

#include "arch.h"
#include "image.h"

#define PAGE 4096u /* Linux frees and reserves whole pages: two things never share one */
#define LINE 64u   /* the largest cache line of an ARMv7-A core */

#define STACK	    4096u /* the deepest call chain stays below 2 KiB, -fstack-usage */
#define FAULT_STACK 512u
#define LOG	    4096u

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

/*
 * Linux: the lowest RAM base that has the room free.  All RAM below the base is lost to Linux
 * (drivers/of/fdt.c ignores it), so the lowest base loses least.  The base is a multiple of align
 * or the kernel's early loop that patches its own addresses never ends (phys2virt.S).
 */
static bool place_linux(const struct layout_ask *ask, struct layout *plan)
{
	for (unsigned i = 0; i < ask->memory->count; i++) {
		struct range bank = ask->memory->r[i];
		phys_t base = round_up(bank.start, ask->align);

		for (; base >= bank.start && base < bank.end; base += ask->align) {
			phys_t kernel = base + ask->dest;
			struct range room = {kernel - ask->below, kernel + ask->memory_size};

			if (kernel < base || room.end < room.start || room.end > bank.end)
				break;
			if (!range_holds(ask->free, room))
				continue;
			plan->kernel = kernel;
			plan->room = room;
			plan->lost += base - bank.start;
			return true;
		}
		plan->lost += range_size(bank);
	}
	plan->lost = 0;
	return false;
}

static bool place_kernel(const struct layout_ask *ask, struct layout *plan)
{
	if (ask->above_base)
		return place_linux(ask, plan);
	plan->kernel = ask->dest;
	plan->room = (struct range){ask->dest - ask->below, ask->dest + ask->memory_size};
	return plan->room.end >= plan->room.start && range_holds(ask->free, plan->room);
}

/* What is free once the room is taken and everything stays where it lies now. */
static enum status find_spare(const struct layout_ask *ask, struct range room,
			      struct range_set *spare)
{
	const struct range taken[] = {pages(room), pages(ask->image), pages(ask->early),
				      pages(ask->tree), pages(ask->initrd)};

	*spare = *ask->free;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		enum status st = range_remove(spare, taken[i]);

		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

/*
 * Takes size bytes out of spare: above the kernel when possible, because what lies below it (the
 * loader's own remains, ATAGs) is best left alone, else anywhere below the limit.
 */
static bool take(struct range_set *spare, struct layout *plan, size_t size, size_t align,
		 phys_t limit, struct range *place)
{
	phys_t start;

	plan->needed = size;
	plan->largest = largest(spare);
	if (!range_fit_low(spare, size, align, (struct range){plan->room.end, limit}, &start) &&
	    !range_fit_low(spare, size, align, (struct range){0, limit}, &start))
		return false;
	*place = span(start, size);
	return range_remove(spare, pages(*place)) == ST_OK;
}

/* The end of what Linux maps at all times; device tree and initrd must lie below. */
static phys_t lowmem_end(const struct layout_ask *ask, const struct layout *plan)
{
	phys_t base = plan->kernel - ask->dest;

	if (!ask->above_base || base > ARCH_PHYS_END - ARCH_LOWMEM)
		return ARCH_PHYS_END;
	return base + ARCH_LOWMEM;
}

static bool place_initrd(const struct layout_ask *ask, struct range_set *spare, phys_t limit,
			 struct layout *plan)
{
	bool stays = !range_overlap(pages(ask->initrd), pages(plan->room)) &&
		     range_holds(ask->memory, ask->initrd) && ask->initrd.end <= limit;

	plan->initrd = ask->initrd;
	if (ask->initrd.start == ask->initrd.end || stays)
		return true;
	return take(spare, plan, range_size(ask->initrd), PAGE, limit, &plan->initrd);
}

/*
 * The packed kernel: stays when clear of the room, else moves clear, else moves as high as the
 * margin asks: decoding then eats it up from below and never reaches what is still unread.  Codec
 * "none" is a memmove and needs no such care: it stays where it is.
 */
static bool place_part(const struct layout_ask *ask, struct range_set *spare, struct layout *plan)
{
	size_t size = range_size(ask->part);
	phys_t end = plan->kernel + ask->inflated + ask->margin;
	struct range high;

	plan->part = ask->part;
	if (!range_overlap(ask->part, plan->room) || ask->plain)
		return true;
	if (take(spare, plan, size, LINE, ARCH_PHYS_END, &plan->part))
		return true;
	if (end < size)
		return false;
	high = span(round_up(end - size, 8), size);
	if (high.start < plan->kernel || range_add(spare, plan->room) != ST_OK ||
	    !range_holds(spare, high))
		return false;
	plan->part = high;
	return true;
}

enum layout_verdict layout_plan(const struct layout_ask *ask, struct layout *plan)
{
	struct range_set spare;
	phys_t limit;

	*plan = (struct layout){0};
	if (!place_kernel(ask, plan)) {
		plan->needed = ask->memory_size + (ask->above_base ? ask->dest : 0);
		plan->largest = largest(ask->free);
		return LAYOUT_NO_KERNEL;
	}
	if (find_spare(ask, plan->room, &spare) != ST_OK)
		return LAYOUT_NO_SHIM;
	limit = lowmem_end(ask, plan);
	if (!take(&spare, plan, ask->shim_room, ARCH_TABLE_ALIGN, ARCH_PHYS_END, &plan->shim))
		return LAYOUT_NO_SHIM;
	if (ask->tree_room > ARCH_SECTION || /* Linux maps two sections of it, head.S */
	    !take(&spare, plan, ask->tree_room, PAGE, limit, &plan->tree)) {
		plan->needed = ask->tree_room;
		return LAYOUT_NO_TREE;
	}
	if (!place_initrd(ask, &spare, limit, plan))
		return LAYOUT_NO_INITRD;
	if (!place_part(ask, &spare, plan))
		return LAYOUT_NO_PART;
	return LAYOUT_OK;
}

struct shim_map shim_map(phys_t start, size_t code_size, size_t state_size, size_t scratch_size)
{
	struct shim_map map;

	map.table = start;
	map.code = start + ARCH_TABLE_SIZE;
	map.state = round_up(map.code + code_size, LINE);
	map.stack = round_up(map.state + state_size + STACK, 8);
	map.fault = map.stack + FAULT_STACK;
	map.line = map.fault;
	map.scratch = round_up(map.line + ZSHIM_CMDLINE_MAX + 1, LINE);
	map.log = round_up(map.scratch + scratch_size, LINE);
	map.end = map.log + LOG;
	return map;
}
