// SPDX-License-Identifier: MIT
/* The only way to fail: one line, then rest with the code in r0 for a debugger. */
#include "boot.h"

/* One string, each text behind its number: a table of pointers would need relocations, and most
 * codes can come before those are applied. */
#define ENTRY(number, name, text, a, b, advice) #number " " text "\0"
static const char texts[] = ZSHIM_C_CODES(ENTRY);

static const char *code_text(unsigned code)
{
	const char *t = texts;

	while (*t) {
		unsigned number = 0;

		while (*t >= '0' && *t <= '9')
			number = number * 10 + (unsigned)(*t++ - '0');
		if (number == code)
			return t + 1;
		while (*t++)
			;
	}
	return "?";
}

_Noreturn void panic(struct boot *b, enum code code, uintptr_t a, uintptr_t c)
{
	if (!b->dying) {
		b->dying = true;
		b->mute = false;
		say(b, "E%02u %s 0x%x 0x%x", (unsigned)code, code_text(code), a, c);
		if (b->caches_on)
			dcache_clean((uintptr_t)&b->log, (uintptr_t)(&b->log + 1));
	}
	arch_rest(code, b->logging ? (uintptr_t)&b->log : 0, a, c);
}
