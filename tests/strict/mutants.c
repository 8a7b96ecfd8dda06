// SPDX-License-Identifier: MIT
/*
 * Made by changing one instruction of a packed image and summing it anew.  The instruction is found
 * by what it does, so that most changes of the shim's files need no change here.
 */
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "mutants.h"

enum { FUNCTION_MAX = 4096 }; /* bytes that are searched, at most up to the next function */

/* Short forms of the table's lines. */
#define FIRST(...)	   .target = TARGET_FIRST, .instead = {__VA_ARGS__}
#define DSB(number)	   .target = TARGET_DSB, .nth = (number)
#define ISB(number)	   .target = TARGET_ISB, .nth = (number)
#define MCR(reg)	   .target = TARGET_MCR, .cp15 = CP15_##reg
#define MCR_TO(reg, other) MCR(reg), .cp15_instead = CP15_##other
#define CALL(number, name) .target = TARGET_CALL, .nth = (number), .callee = (name)
#define INSN(...)	   .target = TARGET_INSN, .insn = {__VA_ARGS__}
#define MASK(...)	   .mask = {__VA_ARGS__}
#define INSTEAD(...)	   .instead = {__VA_ARGS__}
#define MOVW(bytes)	   .target = TARGET_MOVW, .change = (bytes)

const struct mutant mutants[] = {
	/* Alignment: ldr r1, [r11, #1]; ldrex r1, [r11]; and without the first bne of memmove,
	 * which keeps LDM and STM from addresses that do not lie alike. */
	{"early-unaligned-load", RULE_ALIGN, "check_stub", FIRST(0xe59b1001, 0xf8db1001)},
	{"early-exclusive", RULE_ALIGN, "check_stub", FIRST(0xe19b1f9f, 0xe85b1f00)},
	{"unaligned-ldm", RULE_ALIGN, "memmove", INSN(0x1a000000, 0xd100),
	 MASK(0xff000000, 0xff00)},

	/* RAM as it powers up: str r2, [r1, #-4]!, which clears struct boot, becomes sub r1, r1,
	   #4. */
	{"state-not-cleared", RULE_UNINIT, "enter_c", INSN(0xe5212004, 0xf8412d04),
	 INSTEAD(0xe2411004, 0xf1a10104)},
	{"table-not-cleared", RULE_UNINIT, "fill_table|mmu_on|boot_moved", CALL(EACH, "memset")},
	{"bss-not-cleared", RULE_UNINIT, "unpack_kernel|boot_moved", CALL(EACH, "memset")},
	{"initrd-not-moved", RULE_UNINIT, "move_parts|boot_moved", CALL(EACH, "memmove")},

	/* Data cache.  From ROM the packed kernel does not move, so that the list is written late.
	   use() ends with b dcache_invalidate, which becomes bx lr. */
	{"range-list-not-cleaned", RULE_DCACHE, "hand_over|boot_moved", CALL(0, "dcache_clean"),
	 .scenario = SCENARIO_ROM},
	{"kernel-not-cleaned", RULE_DCACHE, "arch_handoff", MCR(DCCIMVAC)},
	{"dirty-invalidated", RULE_DCACHE, "arch_handoff", MCR_TO(DCCIMVAC, DCIMVAC)},
	{"cleaned-not-invalidated", RULE_DCACHE, "arch_handoff", MCR_TO(DCCIMVAC, DCCMVAC)},
	{"by-set-and-way", RULE_DCACHE, "dcache_clean", MCR_TO(DCCMVAC, DCCSW)},
	{"junk-not-invalidated", RULE_DCACHE, "use", INSN(0xea000000, 0xf0009000),
	 MASK(0xff000000, 0xf800d000), INSTEAD(0xe12fff1e, 0x4770bf00)},
	{"power-up-not-dropped", RULE_DCACHE, "empty_caches", MCR(DCISW)},
	{"log-not-cleaned", RULE_DCACHE, "panic", CALL(0, "dcache_clean"), .damaged = true},
	/* Entered with the caches on: DCISW loses what is dirty; clz r6, r5 becomes mov r6, #29;
	   adds r4, #4 becomes #5; lsrs r0, #3 becomes #6, which passes over the second level. */
	{"loader-not-cleaned", RULE_DCACHE, "empty_caches", MCR(DCCISW), .scenario = SCENARIO_ON},
	{"loader-invalidated", RULE_DCACHE, "empty_caches", MCR_TO(DCCISW, DCISW),
	 .scenario = SCENARIO_ON},
	{"loader-wrong-ways", RULE_DCACHE, "empty_caches", INSN(0, 0xfab5f685),
	 INSTEAD(0, 0xf04f061d), .scenario = SCENARIO_ON},
	{"loader-wrong-sets", RULE_DCACHE, "empty_caches", INSN(0, 0x3404), INSTEAD(0, 0x3405),
	 .scenario = SCENARIO_ON},
	{"loader-one-level", RULE_DCACHE, "empty_caches", INSN(0, 0x08c0), INSTEAD(0, 0x0980),
	 .scenario = SCENARIO_ON},
	{"loader-cleaned-too-early", RULE_DCACHE, "make_normal", MCR(SCTLR),
	 .scenario = SCENARIO_ON},
	{"caches-stay-on", RULE_RESULT, "arch_handoff", MCR(SCTLR)},

	/* Instruction cache. */
	{"code-not-cleaned", RULE_ICACHE, "make_normal", CALL(0, "dcache_clean"),
	 .scenario = SCENARIO_ON},
	{"no-icache-invalidate", RULE_ICACHE, "icache_invalidate", MCR(ICIALLU)},
	{"no-dsb-after-iciallu", RULE_ICACHE, "icache_invalidate", DSB(1)},
	{"no-isb-after-iciallu", RULE_ICACHE, "icache_invalidate", ISB(0)},
	{"copy-runs-uninvalidated", RULE_ICACHE, "move_shim|arch_go_on",
	 CALL(0, "icache_invalidate")},
	{"copy-behind-unified-cache", RULE_ICACHE, "copy_shim|move_shim|boot_main",
	 CALL(0, "dcache_invalidate")},
	{"kernel-runs-uninvalidated", RULE_ICACHE, "arch_handoff", MCR(ICIALLU)},
	{"no-dsb-after-cleaning", RULE_ICACHE, "arch_handoff", DSB(2)},
	{"no-dsb-at-the-end", RULE_ICACHE, "arch_handoff", DSB(3)},
	{"no-isb-at-the-end", RULE_ICACHE, "arch_handoff", ISB(1)},

	/* State of the system.  The last ISB of arch_settle is SVC's, the others are of HYP. */
	{"first-vectors-no-isb", RULE_BARRIER, "start", ISB(0)},
	{"vectors-no-isb", RULE_BARRIER, "arch_settle", ISB(LAST)},
	{"mmu-on-no-isb", RULE_BARRIER, "mmu_on|boot_moved", ISB(0)},
	{"mmu-on-no-barriers", RULE_BARRIER, "mmu_on|boot_moved", CALL(0, "icache_invalidate")},
	{"mmu-on-no-tlbiall", RULE_BARRIER, "mmu_on|boot_moved", MCR(TLBIALL)},
	{"mmu-on-no-ttbcr", RULE_BARRIER, "mmu_on|boot_moved", MCR(TTBCR)},
	{"mmu-on-no-dacr", RULE_BARRIER, "mmu_on|boot_moved", MCR(DACR)},
	{"mmu-off-no-isb", RULE_BARRIER, "arch_handoff", ISB(0)},

	/* The plan, and the stack: the constant in enter_c is the size of the early area. */
	{"stack-outside", RULE_PLAN, "enter_c", MOVW(64)},
	{"parts-not-checked", RULE_PLAN, "boot_main|boot_moved", CALL(0, "check_parts")},
	{"stack-misaligned", RULE_STACK, "enter_c", MOVW(-4)},
	{"stack-too-small", RULE_STACK, "enter_c", MOVW(-600)},
	/* mov sp, r12 in Thumb; mov sp, r0 */
	{"old-stack-in-use", RULE_STACK, "move_shim|arch_go_on", INSN(0xe1a0d00c, 0x4685),
	 MASK(0xffffffff, 0xff87)},
};
const unsigned mutant_count = sizeof(mutants) / sizeof(mutants[0]);

static bool calls(const struct image_file *f, const uint8_t *bytes, bool thumb, uint32_t at,
		  const char *callee)
{
	const struct symbol *s = image_symbol(f, callee);

	return s && call_target(bytes, thumb, at) == s->at;
}

static bool is_movw(uint32_t insn, bool thumb)
{
	return thumb ? (insn & 0xfbf08000) == 0xf2400000 : (insn & 0x0ff00000) == 0x03000000;
}

static bool matches(const struct mutant *mutant, const struct image_file *f, bool thumb,
		    uint32_t at)
{
	const uint8_t *bytes = f->bytes + at;
	enum kind kind = decode(bytes, thumb);
	uint32_t insn = insn_word(bytes, thumb);
	uint32_t wanted = thumb ? mutant->insn.thumb : mutant->insn.arm;
	uint32_t mask = thumb ? mutant->mask.thumb : mutant->mask.arm;

	switch (mutant->target) {
	case TARGET_FIRST:
		return true;
	case TARGET_DSB:
		return kind == KIND_DSB;
	case TARGET_ISB:
		return kind == KIND_ISB;
	case TARGET_MCR:
		return kind == KIND_CP15_WRITE && cp15_register(insn) == mutant->cp15;
	case TARGET_CALL:
		return kind == KIND_CALL && calls(f, bytes, thumb, at, mutant->callee);
	case TARGET_INSN:
		return (insn & (mask ? mask : ~0u)) == wanted;
	case TARGET_MOVW:
		return is_movw(insn, thumb);
	default:
		return false;
	}
}

/* The immediate is imm4:imm12 in ARM, imm4:i:imm3:imm8 in Thumb (A8.8.102). */
static uint32_t change_movw(uint32_t insn, bool thumb, int change)
{
	uint32_t imm;

	if (!thumb) {
		imm = (insn >> 4 & 0xf000) | (insn & 0xfff);
		imm += (uint32_t)change;
		return (insn & 0xfff0f000) | (imm & 0xf000) << 4 | (imm & 0xfff);
	}
	imm = (insn >> 4 & 0xf000) | (insn >> 15 & 0x800) | (insn >> 4 & 0x700) | (insn & 0xff);
	imm += (uint32_t)change;
	return (insn & 0xfbf08f00) | (imm & 0xf000) << 4 | (imm & 0x800) << 15 |
	       (imm & 0x700) << 4 | (imm & 0xff);
}

/* MCR of another register, with the same Rt. */
static uint32_t change_mcr(uint32_t insn, uint32_t cp15)
{
	return (insn & 0xff10ff1f & ~0xfu) | (cp15 >> 12 & 7) << 21 | (cp15 >> 8 & 15) << 16 |
	       (cp15 & 7) << 5 | (cp15 >> 4 & 15);
}

static void mutate(const struct mutant *mutant, uint8_t *bytes, bool thumb)
{
	unsigned size = insn_size(bytes, thumb);
	uint32_t nop = !thumb ? 0xe320f000 : size == 2 ? 0xbf00 : 0xf3af8000;
	uint32_t insn = thumb ? mutant->instead.thumb : mutant->instead.arm;

	if (mutant->target == TARGET_MOVW)
		insn = change_movw(insn_word(bytes, thumb), thumb, mutant->change);
	if (mutant->cp15_instead != 0)
		insn = change_mcr(insn_word(bytes, thumb), mutant->cp15_instead);
	if (insn == 0)
		insn = nop;
	if (insn > 0xffff)
		size = 4;
	if (thumb && size == 4)
		insn = insn >> 16 | insn << 16;
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(insn >> 8 * i);
}

/* The offset of instruction number nth in this function, 0 when it is not there; and their number.
 */
static uint32_t find(const struct mutant *mutant, const struct image_file *f,
		     const struct symbol *s, unsigned nth, unsigned *count)
{
	uint32_t end = image_function_end(f, s, FUNCTION_MAX), found = 0;

	*count = 0;
	for (uint32_t at = s->at; at < end; at += insn_size(f->bytes + at, s->is_thumb)) {
		if (!matches(mutant, f, s->is_thumb, at))
			continue;
		if (nth == LAST || *count == nth)
			found = at;
		++*count;
	}
	return found;
}

/* The first function of the list that has the instruction; NULL when none has. */
static const struct symbol *place(const struct mutant *mutant, const struct image_file *f,
				  unsigned nth, uint32_t *at, unsigned *count)
{
	const char *name = mutant->function;
	char one[48];

	while (*name) {
		size_t len = strcspn(name, "|");
		const struct symbol *s;

		snprintf(one, sizeof(one), "%.*s", (int)len, name);
		s = image_symbol(f, one);
		*at = s ? find(mutant, f, s, nth, count) : 0;
		if (*at != 0)
			return s;
		name += len + (name[len] == '|');
	}
	return NULL;
}

unsigned mutant_tries(const struct mutant *mutant, const struct image_file *f)
{
	bool each = mutant->nth == EACH;
	unsigned count = 0;
	uint32_t at;

	if (!place(mutant, f, each ? 0 : mutant->nth, &at, &count))
		return 0;
	return each ? count : 1;
}

void mutant_apply(const struct mutant *mutant, struct image_file *f, unsigned try)
{
	unsigned count;
	uint32_t at;
	const struct symbol *s =
		place(mutant, f, mutant->nth == EACH ? try : mutant->nth, &at, &count);

	if (!s)
		return;
	mutate(mutant, f->bytes + at, s->is_thumb);
	image_seal(f);
}
