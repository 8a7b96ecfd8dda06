// SPDX-License-Identifier: MIT
/* What vectors.S leaves to C: which exception, where, and what the fault registers say. */
#include "boot.h"
#include "regs.h"

#define THUMB (1u << 5)

_Noreturn void exception(struct boot *b, unsigned offset, uintptr_t lr, uintptr_t cpsr)
{
	/* lr against the instruction's address, B1.8.3: an undefined instruction's is the next one.
	 */
	switch (offset) {
	case 0x04:
		panic(b, E_UNDEFINED, lr - ((cpsr & THUMB) ? 2 : 4), cpsr);
	case 0x0c:
		panic(b, E_PREFETCH, lr - 4, cp_read(IFSR));
	case 0x10:
		panic(b, E_DATA, cp_read(DFAR), lr - 8);
	case 0x20:
		panic(b, E_HYP_TRAP, lr, cpsr);
	default:
		panic(b, E_UNEXPECTED, lr, offset);
	}
}

bool arch_entered_hyp(uint32_t cpsr)
{
	return (cpsr & MODE_MASK) == MODE_HYP;
}

uint32_t arch_control(void)
{
	uint32_t cpsr;

	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	return arch_entered_hyp(cpsr) ? cp_read(HSCTLR) : cp_read(SCTLR);
}

bool arch_caches_on(uint32_t control)
{
	return (control & (SCTLR_M | SCTLR_C)) != 0;
}
