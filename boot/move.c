// SPDX-License-Identifier: MIT
/*
 * Steps 5, 6 and 9: what moves.  layout.c says where to; this file asks it the question and carries
 * things over.  Until the checks of step 8 passed only the shim's own new place is written.
 */
#include "boot.h"
#include "linker.h"
#include "mem.h"

/* Bytes of the stub and its descriptor, with the check word: what the shim needs of the image. */
static size_t shim_size(const struct boot *b)
{
	const uint32_t *checked = (const uint32_t *)(b->entry.image + ZSHIM_BS_CHECK);

	return *checked + 4;
}

typedef size_t (*codec_margin)(size_t in_len, size_t out_len);

static void ask_layout(struct boot *b, struct layout_ask *ask)
{
	const struct zshim_part *k = b->kernel;
	const struct codec *codec = codec_find(k->codec);
	bool replaced = b->memory_given || b->memory_from_loader;
	codec_margin margin;

	if (!codec)
		panic(b, E_CODEC, k->codec, part_number(b, k));
	ask->memory = &b->memory;
	ask->tree = tree_range(&b->tree);
	ask->initrd = b->initrd;
	ask->image = image_range(b);
	ask->early = early_range(b);
	if (b->loader.f.blob)
		ask->loader = tree_range(&b->loader);
	ask->args = args_range(b);
	ask->tree_room =
		layout_tree_room(range_size(ask->tree), replaced ? RANGE_MAX : b->memory.count);
	ask->shim_room = shim_map(0, shim_size(b), codec_scratch(), sizeof(*b)).end;
	layout_kernel(ask, k, b->entry.image);
	/* Not relocated yet: the pointer is an offset in the image. */
	margin = (codec_margin)(b->entry.image + (uintptr_t)codec->margin);
	ask->margin = margin(range_size(ask->part), ask->inflated);
}

_Static_assert(E_ROOM_PART - E_ROOM_KERNEL == LAYOUT_NO_PART - LAYOUT_NO_KERNEL, "the same order");

/* Not part of plan_layout: the stack that this takes is free again when for_reserved() runs. */
static __attribute__((noinline)) enum layout_verdict plan_within(struct boot *b,
								 const struct range_set *free)
{
	struct layout_ask ask = {.free = free};

	ask_layout(b, &ask);
	return layout_plan(&ask, &b->layout);
}

/* Step 5. */
void plan_layout(struct boot *b)
{
	struct range_set free = b->memory;
	enum layout_verdict verdict;

	if (range_size(b->initrd) != 0 && b->initrd_from && !b->initrd_embedded &&
	    !range_holds(&b->memory, b->initrd))
		panic(b, E_INITRD, b->initrd.start, b->initrd.end);
	for_reserved(b, false, remove_ram, &free);
	verdict = plan_within(b, &free);
	if (verdict != LAYOUT_OK)
		panic(b, (enum code)(E_ROOM_KERNEL - LAYOUT_NO_KERNEL + (int)verdict),
		      b->layout.needed, b->layout.missing);
	report_plan(b);
}

static const void *rebase(const void *p, uintptr_t delta)
{
	return p ? (const uint8_t *)p + delta : NULL;
}

/*
 * Step 6, called on the early stack: copies stub, descriptor and state to the shim's place.  The
 * image itself stays as it was loaded, so the copy starts from link-time addresses (the stub is
 * linked at 0).  All that *b points to in the stub must follow, since the kernel may overwrite the
 * image from step 9 on.
 */
_Noreturn void move_shim(struct boot *b)
{
	struct shim_map map =
		shim_map(b->layout.shim.start, shim_size(b), codec_scratch(), sizeof(*b));
	struct boot *to = (struct boot *)map.state;
	uintptr_t delta = map.code - b->entry.image;

	memcpy((void *)map.code, image_at(b, 0), shim_size(b));
	self_relocate(map.code, map.code);
	/* With SCTLR.I set, fetches are cacheable even now (B3.2.1), and what a unified cache has
	 * of this place from before would come first: ICIALLU does not reach it. */
	dcache_invalidate(map.code, map.code + shim_size(b));
	memcpy(to, b, BOOT_EARLY_SIZE);
	to->map = map;
	if ((uintptr_t)b - b->entry.image < b->desc->image_size)
		to->parked = (struct parked *)((uintptr_t)b + ZSHIM_EARLY_SIZE - 8);
	to->desc = rebase(b->desc, delta);
	to->kernel = rebase(b->kernel, delta);
	to->uart_name = rebase(b->uart_name, delta);
	arch_go_on(to, (uintptr_t)boot_moved + delta);
}

/*
 * Step 9.  The plan's moves in the plan's order, in which nothing is overwritten before it was
 * read: from here on of the image no more than tree, initrd and packed kernel are needed, and
 * nothing else that the loader brought.
 */
void move_parts(struct boot *b)
{
	const struct layout *plan = &b->layout;
	size_t room = range_size(plan->tree);
	enum status st;

	for (unsigned i = 0; i < plan->moves; i++) {
		const struct layout_move *m = &plan->move[i];

		if (m->what != LAYOUT_TREE || m->to != plan->tree.start) {
			memmove((void *)m->to, (const void *)m->from, m->size);
			continue;
		}
		b->tree.f.blob = (const uint8_t *)m->from;
		st = fdt_edit_copy(&b->edit, &b->tree.f, (void *)m->to, room);
		if (st != ST_OK)
			panic(b, E_FDT_EDIT, st, room);
	}
}
