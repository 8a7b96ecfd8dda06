// SPDX-License-Identifier: MIT
/* The only way to fail: one line, then rest with the code in r0 for a debugger. */
#include "boot.h"

/* Among the texts those of the errors come last, each behind its number. */
static const char *error_text(unsigned code)
{
	const char *t = text(TEXT_ERRORS);

	while (*t++ != (char)code)
		while (*t++)
			;
	return t;
}

_Noreturn void panic(struct boot *b, enum code code, uintptr_t a, uintptr_t c)
{
	if (!b->dying) {
		b->dying = true;
		b->mute = false;
		say(b, TEXT_PANIC, code, error_text(code), a, c);
		if (b->caches_on)
			dcache_clean((uintptr_t)&b->log, (uintptr_t)(&b->log + 1));
	}
	arch_rest(code, b->logging ? (uintptr_t)&b->log : 0, a, c);
}
