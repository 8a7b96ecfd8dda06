// SPDX-License-Identifier: MIT
/* Step 3: what firmware in Secure state owes the generic timer and has not always done. */
#include "boot.h"
#include "regs.h"

/*
 * CNTFRQ only tells software how fast the counter counts, and only Secure state can write it. Where
 * the tree does not say either, it stays 0: the kernel says so better than we can.
 */
void arch_set_timer(struct boot *b)
{
	const struct fdt *f = &b->tree.f;
	uint64_t hz;

	if (!b->secure || !(cp_read(ID_PFR1) & ID_PFR1_TIMER) || cp_read(CNTFRQ) != 0)
		return;
	for (uint32_t n = fdt_next(f, 0, NULL); n != FDT_NONE; n = fdt_next(f, n, NULL)) {
		if (fdt_compatible(f, n, "arm,armv7-timer") &&
		    fdt_number(f, n, "clock-frequency", &hz) == ST_OK)
			cp_write(CNTFRQ, (uint32_t)hz);
	}
}
