/* SPDX-License-Identifier: MIT */
/* Between plan.c, which knows the steps, and regions.c, which knows what each may touch. */
#ifndef REGIONS_H
#define REGIONS_H

#include "machine.h"

/* In boot order.  The machine fails when one is left out. */
enum stage {
	ENTRY,
	IN_PLACE,
	MOVE, /* from the first write to the shim's place on */
	SETTLED,
	CHECK,
	MOVE_PARTS, /* from the return of check_parts on */
	UNPACK,	    /* from the first write to the kernel's place on */
	FIX,
	HAND_OVER,
	STAGES
};

/* A word of struct boot, and two that are a range. */
uint32_t plan_field(const struct machine *m, uint32_t offset);
struct region plan_range(const struct machine *m, uint32_t offset, unsigned perm);

/* Makes the list for the present step. */
void regions_set(struct machine *m);
bool regions_allow(struct machine *m, unsigned perm, uint32_t address, uint32_t size);

#endif /* REGIONS_H */
