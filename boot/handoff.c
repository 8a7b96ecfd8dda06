// SPDX-License-Identifier: MIT
/*
 * Step 12: what the kernel is owed (Linux, Documentation/arm/booting.rst sections 5 and 6): r0 = 0,
 * r1 = machine number or ~0, r2 = device tree, MMU and data cache off and holding nothing of what
 * the kernel will read or write, interrupts masked, SVC or HYP as entered.
 */
#include "boot.h"

_Noreturn void hand_over(struct boot *b)
{
	const struct layout *plan = &b->layout;
	struct handoff h = {
		.entry = plan->kernel + (uint32_t)b->kernel->entry,
		.machine = b->entry.r1 != 0 ? b->entry.r1 : ~0u,
		.tree = plan->tree.start,
		.hyp = arch_entered_hyp(b->entry.cpsr),
		.range = {plan->room, plan->shim, plan->tree, plan->initrd, plan->part},
	};

	/* What stayed where the loader put it was only read: the cache has nothing new of it. */
	if (plan->initrd.start == b->initrd.start)
		h.range[3].end = h.range[3].start;
	if (range_contains(image_range(b), plan->part))
		h.range[4].end = h.range[4].start;
	say(b, TEXT_START, h.entry, text(h.hyp ? TEXT_HYP : TEXT_SVC), h.machine, h.tree);
	/* The list is read with the cache off: it must be in RAM by then. */
	dcache_clean((uintptr_t)&h, (uintptr_t)(&h + 1));
	arch_handoff(&h);
}
