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

const char *arch_mode(uint32_t cpsr)
{
	static const struct mode {
		uint8_t number;
		char name[4];
	} modes[] = {
		{MODE_FIQ, "FIQ"}, {MODE_IRQ, "IRQ"}, {MODE_SVC, "SVC"}, {MODE_ABT, "ABT"},
		{MODE_HYP, "HYP"}, {MODE_UND, "UND"}, {MODE_SYS, "SYS"},
	};
	const struct mode *mode = modes;

	while (mode->number != (cpsr & MODE_MASK))
		mode++;
	return mode->name;
}

const char *arch_kernel_mode(uint32_t cpsr)
{
	return arch_mode(arch_entered_hyp(cpsr) ? MODE_HYP : MODE_SVC);
}
