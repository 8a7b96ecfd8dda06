/* SPDX-License-Identifier: MIT */
/*
 * What the stages need of an architecture; this is ARMv7-A, 32 bit, short descriptors.  Constants
 * and prototypes only, so that the host's tests can include it.
 */
#ifndef ARCH_H
#define ARCH_H

#define ARCH_SECTION	 0x100000u   /* what one page table entry maps */
#define ARCH_TABLE_SIZE	 0x4000u     /* 4,096 words, one a section */
#define ARCH_TABLE_ALIGN 0x4000u     /* TTBR0 with TTBCR.N = 0 */
#define ARCH_PEN_ROOM	 0x1000u     /* for other CPUs; Linux reserves whole pages */
#define ARCH_PHYS_END	 0xfffff000u /* memory is clipped here: an end address must fit 32 bits */
#define ARCH_RANGES	 6
#define ARCH_LOWMEM	 0x30000000u /* Linux maps 768 MiB at all times, arch/arm/mm/mmu.c */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "range.h"

struct boot;

/* True when the CPU was entered in HYP mode. */
bool arch_entered_hyp(uint32_t cpsr);

/* The name of the mode in which the CPU was entered, and of the one that the kernel gets for it. */
const char *arch_mode(uint32_t cpsr);
const char *arch_kernel_mode(uint32_t cpsr);

/* True when we are in Secure state.  Only before step 6. */
bool arch_secure(void);
/* Secure: gives the generic timer the frequency that the device tree names, if nobody has. */
void arch_set_timer(struct boot *b);

/* Loads the word at address; false when that raised an abort.  Only before step 6. */
bool arch_probe(uintptr_t address, uint32_t *value);

/* Adds delta to every word that the linker marked as an address, in the stub's copy at base. */
void self_relocate(uintptr_t base, uintptr_t delta);

/* The end of step 6: to pc, in code that was just written, with r0 = b and the stack below b. */
_Noreturn void arch_go_on(struct boot *b, uintptr_t pc);

/*
 * After step 6: real vectors and exception stacks.  Entered in HYP it also installs the HYP
 * vectors, writes PL1's state whole and drops to SVC.
 */
void arch_settle(struct boot *b);

/* Where other CPUs wait: code to copy to a multiple of 4, at most ARCH_PEN_ROOM bytes. */
extern const uint8_t arch_pen[];
extern const uint8_t arch_pen_end[];
/* All that was written is there, and an event goes to CPUs that wait for one. */
void arch_tell_cpus(void);

/* Step 7. */
void mmu_on(struct boot *b);

/* Cleans [start, end) to the point of coherency; [start, end) is then in RAM for whoever looks. */
void dcache_clean(uintptr_t start, uintptr_t end);
/* Drops what the cache holds of it.  For memory that was written with the cache off. */
void dcache_invalidate(uintptr_t start, uintptr_t end);
/* Makes code that was written with the data cache off visible to instruction fetch. */
void icache_invalidate(void);

/* Waits for ever with r0..r3 set, for a debugger. */
_Noreturn void arch_rest(uintptr_t r0, uintptr_t r1, uintptr_t r2, uintptr_t r3);

/*
 * The last step.  The ranges, some of which may be empty, are cleaned and invalidated; the caller
 * has cleaned their list, for it is read with the cache off.
 */
_Noreturn void arch_handoff(const struct range range[ARCH_RANGES], uintptr_t entry,
			    uintptr_t machine, uintptr_t tree, bool hyp);

#endif /* __ASSEMBLER__ */
#endif /* ARCH_H */
