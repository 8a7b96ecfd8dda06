// SPDX-License-Identifier: MIT
/*
 * "Fix my pointers": the stub is linked at 0 as a PIE, so the linker left a list of the words that
 * hold addresses (ELF for the Arm Architecture, IHI 0044, R_ARM_RELATIVE: word += delta).  These
 * are the function pointers of struct codec and nothing else; code that runs before step 6 uses
 * none of them as it is (plan_layout adds the image's address). Applied to the stub's copy only:
 * the image may be in ROM.
 */
#include "boot.h"

struct rel {
	uint32_t offset; /* from the stub's first byte */
	uint32_t info;	 /* all are R_ARM_RELATIVE: tools/lint/stub.py */
};

extern const struct rel rel_start[];
extern const struct rel rel_end[];

void self_relocate(uintptr_t base, uintptr_t delta)
{
	for (const struct rel *r = rel_start; r < rel_end; r++)
		*(uint32_t *)(base + r->offset) += delta;
}
