// SPDX-License-Identifier: MIT
#include "self.h"

#include <stdio.h>

#include "decode.h"

/* Encodings by GNU as 2.40; Thumb with the first halfword above the second. */
static const struct {
	uint32_t insn;
	bool thumb;
	enum kind kind;
} insns[] = {
	{0xe8910005, false, KIND_MULTIPLE},   /* ldm r1, {r0, r2} */
	{0xe1c200d0, false, KIND_MULTIPLE},   /* ldrd r0, r1, [r2] */
	{0xe18200f3, false, KIND_MULTIPLE},   /* strd r0, r1, [r2, r3] */
	{0xe92d0003, false, KIND_MULTIPLE},   /* push {r0, r1} */
	{0xe1d100b0, false, KIND_PLAIN},      /* ldrh r0, [r1] */
	{0xe1d100d0, false, KIND_PLAIN},      /* ldrsb r0, [r1] */
	{0xe1910f9f, false, KIND_EXCLUSIVE},  /* ldrex r0, [r1] */
	{0xe1a10f92, false, KIND_EXCLUSIVE},  /* strexd r0, r2, r3, [r1] */
	{0xe1020091, false, KIND_EXCLUSIVE},  /* swp r0, r1, [r2] */
	{0xee070f15, false, KIND_CP15_WRITE}, /* mcr p15, 0, r0, c7, c5, 0 */
	{0xee110f10, false, KIND_PLAIN},      /* mrc p15, 0, r0, c1, c0, 0 */
	{0xe0000291, false, KIND_PLAIN},      /* mul r0, r1, r2 */
	{0xe0a10392, false, KIND_PLAIN},      /* umlal r0, r1, r2, r3 */
	{0xf57ff04f, false, KIND_DSB},
	{0xf57ff05f, false, KIND_DMB},
	{0xf57ff06f, false, KIND_ISB},
	{0xe160006e, false, KIND_ISB},	     /* eret */
	{0xebffffed, false, KIND_CALL},	     /* bl */
	{0xe320f003, false, KIND_REST},	     /* wfi */
	{0xe8910005, true, KIND_MULTIPLE},   /* ldm r1, {r0, r2} */
	{0xe9d20100, true, KIND_MULTIPLE},   /* ldrd r0, r1, [r2] */
	{0xe9c20102, true, KIND_MULTIPLE},   /* strd r0, r1, [r2, #8] */
	{0xb501, true, KIND_MULTIPLE},	     /* push {r0, lr} */
	{0xbd01, true, KIND_MULTIPLE},	     /* pop {r0, pc} */
	{0xc903, true, KIND_MULTIPLE},	     /* ldm r1!, {r0, r1} */
	{0xe92d0110, true, KIND_MULTIPLE},   /* push {r4, r8} */
	{0xf84d4d04, true, KIND_PLAIN},	     /* str r4, [sp, #-4]! */
	{0xe8510f00, true, KIND_EXCLUSIVE},  /* ldrex r0, [r1] */
	{0xe8c12f40, true, KIND_EXCLUSIVE},  /* strexb r0, r2, [r1] */
	{0xe8d1027f, true, KIND_EXCLUSIVE},  /* ldrexd r0, r2, [r1] */
	{0xe8dff000, true, KIND_PLAIN},	     /* tbb [pc, r0] */
	{0xe8dff010, true, KIND_PLAIN},	     /* tbh [pc, r0, lsl #1] */
	{0xee070f15, true, KIND_CP15_WRITE}, /* mcr p15, 0, r0, c7, c5, 0 */
	{0xee110f10, true, KIND_PLAIN},	     /* mrc p15, 0, r0, c1, c0, 0 */
	{0xf3bf8f4f, true, KIND_DSB},
	{0xf3bf8f5f, true, KIND_DMB},
	{0xf3bf8f6f, true, KIND_ISB},
	{0xf7ffffdd, true, KIND_CALL},	/* bl */
	{0xf7ffefa8, true, KIND_CALL},	/* blx */
	{0xf7ffbfd7, true, KIND_PLAIN}, /* b.w */
	{0xf24f0000, true, KIND_PLAIN}, /* movw r0, #0xf000 */
	{0xbf30, true, KIND_REST},	/* wfi */
	{0xbf00, true, KIND_PLAIN},	/* nop */
	{0xbf08, true, KIND_PLAIN},	/* it eq */
};

bool self_decode(void)
{
	bool ok = true;

	for (size_t i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
		uint32_t w = insns[i].insn;
		uint8_t bytes[4];

		if (insns[i].thumb && w > 0xffff)
			w = w >> 16 | w << 16;
		for (unsigned b = 0; b < 4; b++)
			bytes[b] = (uint8_t)(w >> 8 * b);
		if (decode(bytes, insns[i].thumb) == insns[i].kind)
			continue;
		printf("# %s 0x%x is of kind %u\n", insns[i].thumb ? "Thumb" : "ARM", insns[i].insn,
		       (unsigned)decode(bytes, insns[i].thumb));
		ok = false;
	}
	return ok;
}

#define ICIALLU 0xee070f15u

/* Writes a word as code is written with the caches off, does some of what must follow, runs it. */
static enum rule written_and_run(struct machine *m, bool dsb_before, bool invalidate,
				 bool dsb_after, bool isb)
{
	uint32_t at = m->plan.early.start + 64;

	m->rule = RULE_NONE;
	line_of(m, at)->valid = line_of(m, at)->stale = false;
	memory_access(m, true, at, 4);
	if (dsb_before)
		system_barrier(m, BARRIER_DSB);
	if (invalidate)
		system_write(m, ICIALLU, 0);
	if (dsb_after)
		system_barrier(m, BARRIER_DSB);
	if (isb)
		system_barrier(m, BARRIER_ISB);
	memory_fetch(m, at);
	return m->rule;
}

bool self_code(struct machine *m)
{
	bool ok = written_and_run(m, true, true, true, true) == RULE_NONE;

	ok &= written_and_run(m, false, true, true, true) == RULE_ICACHE;
	ok &= written_and_run(m, true, false, true, true) == RULE_ICACHE;
	ok &= written_and_run(m, true, true, false, true) == RULE_ICACHE;
	ok &= written_and_run(m, true, true, true, false) == RULE_ICACHE;
	return ok;
}

/* One access of one kind of instruction: does it break this rule, and none else? */
static bool gives(struct machine *m, enum rule rule, enum kind kind, bool write, uint32_t address,
		  uint32_t size)
{
	m->rule = RULE_NONE;
	m->pc_kind = (uint8_t)kind;
	memory_access(m, write, address, size);
	if (m->rule != rule)
		printf("# kind %u, %u bytes at 0x%x: %s, not %s\n", (unsigned)kind, size, address,
		       rule_names[m->rule], rule_names[rule]);
	return m->rule == rule;
}

bool self_rules(struct machine *m)
{
	uint32_t at = m->load + 0x1000, early = m->plan.early.start;
	bool ok = gives(m, RULE_ALIGN, KIND_PLAIN, false, at + 1, 4); /* Strongly-ordered */

	ok &= plan_allows(m, PERM_X, at, 4) && !plan_allows(m, PERM_X, RAM_BASE, 4);
	m->mmu = true;
	m->sctlr |= SCTLR_C;
	m->ttbr0 = RAM_BASE + RAM_SIZE - 4 * SECTIONS;
	for (unsigned i = 0; i < SECTIONS; i++)
		m->type[i] = MEM_CACHED;
	ok &= gives(m, RULE_DCACHE, KIND_PLAIN, false, at, 4); /* nobody invalidated it */
	for (uint32_t a = 0; a < 0x10000; a += 1u << m->line_shift)
		line_of(m, m->load + a)->stale = false;
	ok &= gives(m, RULE_NONE, KIND_PLAIN, false, at + 1, 4);
	ok &= gives(m, RULE_NONE, KIND_PLAIN, false, at + 1, 2);
	ok &= gives(m, RULE_ALIGN, KIND_MULTIPLE, false, at + 1, 4);
	ok &= gives(m, RULE_ALIGN, KIND_EXCLUSIVE, false, at + 2, 4);
	ok &= gives(m, RULE_NONE, KIND_MULTIPLE, false, at + 4, 4);
	ok &= gives(m, RULE_NONE, KIND_MULTIPLE, false, at + 4, 8); /* LDRD needs words */
	ok &= gives(m, RULE_PLAN, KIND_PLAIN, true, at, 4);
	ok &= gives(m, RULE_PLAN, KIND_PLAIN, false, RAM_BASE, 4);
	ok &= gives(m, RULE_UNINIT, KIND_PLAIN, false, early, 4);
	ok &= gives(m, RULE_NONE, KIND_PLAIN, true, early, 4);
	ok &= gives(m, RULE_NONE, KIND_PLAIN, false, early, 4);
	m->type[early / (1u << 20)] = MEM_DEVICE;
	ok &= gives(m, RULE_ALIGN, KIND_PLAIN, false, at + 2, 4);
	ok &= gives(m, RULE_ALIGN, KIND_EXCLUSIVE, false, at, 4);
	ok &= gives(m, RULE_DCACHE, KIND_PLAIN, false, early, 4); /* dirty */
	m->sctlr |= SCTLR_A;
	m->type[at / (1u << 20)] = MEM_CACHED;
	ok &= gives(m, RULE_ALIGN, KIND_PLAIN, false, at + 1, 2);
	return ok;
}
