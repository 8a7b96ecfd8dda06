// SPDX-License-Identifier: MIT
/*
 * Step 3: what the loader says in registers and has no device tree for.
 *
 *   r2 = a device tree       nothing to do here (tree.c)
 *   r2 = ATAGs, r1 machine   loaders from before the device tree, and QEMU's boards of that age
 *   r0 = argc, r1 = argv     U-Boot's go and bootelf; r2 is junk then
 *
 * Memory is only looked at where a probe says that there is some, and a list is taken whole or not
 * at all.  A small r0 and an aligned r1 can be chance, so every word must be readable, printable
 * text; even then only words that say fdt=, initrd= or bootargs= mean anything.
 */
#include "boot.h"
#include "mem.h"

#define PAGE	 4096u /* no RAM, ROM or device ends inside one */
#define ARGC_MAX 32u

_Static_assert(GIVEN_MEMORY_END == ARCH_PHYS_END, "one end of memory");

size_t readable(uintptr_t at, size_t max)
{
	uintptr_t p = at & ~(uintptr_t)3;
	uint32_t word;

	if (at == 0 || at >= ARCH_PHYS_END)
		return 0;
	if (max > ARCH_PHYS_END - at)
		max = ARCH_PHYS_END - at;
	while (p < at + max && arch_probe(p, &word))
		p = (p | (PAGE - 1)) + 1;
	if (p <= at)
		return 0;
	return p - at < max ? p - at : max;
}

/* The first word is the command's own: the address where we are, or of an ELF file. */
static enum status read_arguments(struct boot *b)
{
	const uint32_t *argv = (const void *)b->entry.r1;
	uint32_t argc = b->entry.r0;
	enum status st = ST_OK;

	if (argc - 1 >= ARGC_MAX || b->entry.r1 % 4 != 0 ||
	    readable(b->entry.r1, argc * 4) != argc * 4)
		return ST_MAGIC;
	for (; argc != 0 && st == ST_OK; argc--, argv++)
		/* Nothing is readable at 0: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		st = given_word(&b->given, (const char *)*argv, readable(*argv, GIVEN_WORD_MAX));
	return st;
}

void find_given(struct boot *b)
{
	const uint32_t *list = (const void *)b->entry.r2;
	enum status st = ST_MAGIC;

	b->machine = b->entry.r1 != 0 ? b->entry.r1 : ~0u;
	if (b->entry.r2 % 4 == 0 && readable(b->entry.r2, 8) == 8) {
		if (list[0] == __builtin_bswap32(FDT_HEADER_MAGIC))
			return;
		if (list[1] == ATAG_CORE)
			st = given_atags(&b->given, &b->memory, list,
					 readable(b->entry.r2, ATAGS_MAX));
	}
	b->list.at = b->entry.r2;
	b->list.what = TEXT_THE_ATAGS;
	if (st == ST_MAGIC) {
		st = read_arguments(b);
		if (st != ST_MAGIC)
			b->machine = ~0u;
		b->list.at = st != ST_MAGIC ? b->entry.r1 : 0;
		b->list.what = TEXT_THE_ARGUMENTS;
	}
	b->list.status = (uint16_t)st;
	if (st != ST_OK) { /* whole or not at all */
		memset(&b->given, 0, sizeof(b->given));
		b->memory.count = 0;
	}
}
