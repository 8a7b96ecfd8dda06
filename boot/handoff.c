// SPDX-License-Identifier: MIT
/*
 * Step 12: what the kernel is owed (Linux, Documentation/arm/booting.rst sections 5 and 6): r0 = 0,
 * r1 = machine number or ~0, r2 = device tree, MMU and data cache off and holding nothing of what
 * the kernel will read or write, interrupts masked, SVC or HYP as entered.
 */
#include "boot.h"

_Noreturn void hand_over(struct boot *b)
{
	struct layout *plan = &b->layout;
	uintptr_t entry = plan->kernel + (uint32_t)b->kernel->entry;
	uintptr_t machine = b->machine;

	/* What stayed where the loader put it was only read: the cache has nothing new of it. */
	if (plan->initrd.start == b->initrd.start)
		plan->initrd.end = plan->initrd.start;
	if (plan->part.start == (phys_t)image_at(b, b->kernel->offset))
		plan->part.end = plan->part.start;
	say(b, TEXT_START, entry, arch_kernel_mode(b->entry.cpsr), machine, plan->tree.start);
	/* The list is read with the cache off: it must be in RAM by then. */
	dcache_clean((uintptr_t)plan, (uintptr_t)(plan + 1));
	arch_handoff(plan->used, entry, machine, plan->tree.start, arch_entered_hyp(b->entry.cpsr));
}
