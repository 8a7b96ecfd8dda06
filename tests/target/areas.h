/* SPDX-License-Identifier: MIT */
/*
 * Two areas of memory between sections that fault, with the MMU on and Normal memory as on the
 * board, for the tests of assembly twins: the first byte too many ends in an abort.
 */
#ifndef TARGET_AREAS_H
#define TARGET_AREAS_H

#include <stdint.h>

#define SECTION 0x100000u
#define AREA	(SECTION - 4096)
#define IN_END	0x44200000u /* of [IN_END - SECTION, IN_END) */
#define OUT_END 0x44400000u

static uint32_t table[4096] __attribute__((aligned(16384)));

/* Flat sections, Normal write-back memory (facts.md H), but for the neighbours of the two areas. */
static void mmu_on(void)
{
	uint32_t control;

	for (uint32_t i = 0x400; i < 0x480; i++)
		table[i] = i << 20 | 0x1c0e;
	table[(IN_END - SECTION) / SECTION - 1] = 0;
	table[IN_END / SECTION] = 0;
	table[OUT_END / SECTION] = 0;
	__asm__ volatile("mcr p15, 0, %1, c8, c7, 0\n" /* TLBIALL */
			 "mcr p15, 0, %1, c2, c0, 2\n" /* TTBCR */
			 "mcr p15, 0, %2, c2, c0, 0\n" /* TTBR0 */
			 "mcr p15, 0, %3, c3, c0, 0\n" /* DACR */
			 "isb\n"
			 "mrc p15, 0, %0, c1, c0, 0\n"
			 "bic %0, %0, #2\n" /* alignment check */
			 "orr %0, %0, #1\n"
			 "mcr p15, 0, %0, c1, c0, 0\n"
			 "isb"
			 : "=&r"(control)
			 : "r"(0), "r"(table), "r"(1)
			 : "memory");
}

#endif /* TARGET_AREAS_H */
