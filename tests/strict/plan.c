// SPDX-License-Identifier: MIT
/*
 * The steps of the boot, and what memory each of them may touch: as the README's table has it, with
 * the addresses that the shim's own plan gives.  A step is known by a function that the compiler
 * cannot inline, or by the first write to what only that step may write.
 */
#include <string.h>

#include "arch.h"
#include "image.h"
#include "machine.h"
#include "offsets.h"
#include "regions.h"

static const struct {
	const char *name;
	const char *function;
} stages[STAGES] = {
	[ENTRY] = {"entry", NULL},
	[IN_PLACE] = {"in place", "boot_main"},
	[MOVE] = {"move of the shim", NULL},
	[SETTLED] = {"after the move", "arch_settle"},
	[CHECK] = {"check of the parts", "check_parts"},
	[MOVE_PARTS] = {"move of the parts", NULL},
	[UNPACK] = {"inflating", NULL},
	[FIX] = {"device tree", "fix_device_tree"},
	[HAND_OVER] = {"hand-over", "arch_handoff"},
};

#define STACK 4096u /* boot/layout.c */

uint32_t plan_field(const struct machine *m, uint32_t offset)
{
	return ram32(m, m->plan.boot + offset);
}

struct region plan_range(const struct machine *m, uint32_t offset, unsigned perm)
{
	return (struct region){plan_field(m, offset), plan_field(m, offset + 4), perm};
}

/* The plan is made: where the kernel will be, and where it starts. */
static void read_plan(struct machine *m)
{
	struct plan *p = &m->plan;
	uint32_t part = plan_field(m, BOOT_KERNEL_PART);

	p->kernel = plan_field(m, PLAN_KERNEL);
	p->room = plan_range(m, PLAN_ROOM, 0);
	p->tree = plan_range(m, PLAN_TREE, 0);
	p->code = plan_field(m, PLAN_SHIM) + ARCH_TABLE_SIZE + ARCH_PEN_ROOM; /* shim_map() */
	p->output_end = p->kernel + ram32(m, part + offsetof(struct zshim_part, inflated));
	m->stop = (p->kernel + ram32(m, part + offsetof(struct zshim_part, entry))) & ~1u;
}

static void enter_stage(struct machine *m, unsigned stage)
{
	struct plan *p = &m->plan;

	if (stage != p->stage + 1)
		violation(m, RULE_PLAN, "%s after %s", stages[stage].name, plan_stage(m));
	p->stage = stage;
	if (stage == IN_PLACE || stage == SETTLED) /* called with r0 = struct boot */
		p->boot = machine_reg(m, UC_ARM_REG_R0);
	if (stage == IN_PLACE) {
		p->stack_low = p->boot + BOOT_EARLY_BYTES;
		p->stack_high = p->early.end;
	}
	if (stage == MOVE)
		read_plan(m);
	if (stage == SETTLED) {
		p->stack_high = plan_field(m, MAP_STACK);
		p->stack_low = p->stack_high - STACK;
		p->early_deepest = p->deepest;
		p->deepest = 0;
	}
	if (stage == CHECK)
		p->check_back = machine_reg(m, UC_ARM_REG_LR) & ~1u;
	regions_set(m);
}

/* AAPCS 5.2.1: sp is a multiple of 8 at a public interface. */
static void check_stack(struct machine *m, const struct symbol *s)
{
	struct plan *p = &m->plan;
	uint32_t sp = machine_reg(m, UC_ARM_REG_SP);

	if (sp % 8 != 0)
		violation(m, RULE_STACK, "sp is 0x%x at the entry of %s", sp, s->name);
	if (p->stage == MOVE && sp > plan_field(m, PLAN_SHIM) && sp <= plan_field(m, PLAN_SHIM + 4))
		return; /* on the new stack, whose bounds are known when the step has ended */
	if (sp <= p->stack_low || sp > p->stack_high || sp - s->frame < p->stack_low)
		violation(m, RULE_STACK, "sp is 0x%x and %s needs %u bytes, the stack is 0x%x-0x%x",
			  sp, s->name, s->frame, p->stack_low, p->stack_high);
	if (p->stack_high - (sp - s->frame) > p->deepest)
		p->deepest = p->stack_high - (sp - s->frame);
}

static unsigned stage_of(const struct symbol *s)
{
	unsigned stage = 0;

	while (stage < STAGES && !(stages[stage].function && symbol_is(s, stages[stage].function)))
		stage++;
	return stage;
}

/* Both names are of one function on the board. */
static bool is_copy(const struct symbol *s)
{
	return symbol_is(s, "memmove") || symbol_is(s, "memcpy");
}

void plan_function(struct machine *m, const struct symbol *s)
{
	unsigned stage = stage_of(s);

	if (stage < STAGES)
		enter_stage(m, stage);
	if (s->is_c || is_copy(s))
		check_stack(m, s);
	if (is_copy(s))
		copy_begin(m, machine_reg(m, UC_ARM_REG_R0), machine_reg(m, UC_ARM_REG_R1),
			   machine_reg(m, UC_ARM_REG_R2), machine_reg(m, UC_ARM_REG_LR));
}

bool plan_cares(const struct symbol *s)
{
	return s->is_c || is_copy(s) || stage_of(s) < STAGES;
}

void plan_checked(struct machine *m)
{
	if (m->plan.stage == CHECK)
		enter_stage(m, MOVE_PARTS);
}

const char *plan_stage(const struct machine *m)
{
	return stages[m->plan.stage].name;
}

bool plan_finished(const struct machine *m)
{
	return m->plan.stage == HAND_OVER;
}

void plan_loaded(struct machine *m, uint32_t start, uint32_t end)
{
	struct plan *p = &m->plan;

	if (p->loaded_count < LOADED_MAX)
		p->loaded[p->loaded_count++] = (struct region){start, end, PERM_R};
}

/* In ROM there is no early area, and the shim takes RAM of a board: entry.S. */
void plan_start(struct machine *m)
{
	uint32_t early = image_early(m->image, m->load);

	m->plan.probe = (struct region){early, early + 4, PERM_W};
	if (m->scenario->rom)
		early = RAM_BASE + 0x200000;
	m->plan.early = (struct region){early, early + ZSHIM_EARLY_SIZE - 8, PERM_R | PERM_W};
	regions_set(m);
}

bool plan_is_entry(const struct machine *m)
{
	return m->plan.stage == ENTRY;
}

bool plan_has_log(const struct machine *m, uint32_t log)
{
	struct region shim = plan_range(m, PLAN_SHIM, 0);

	if (m->plan.stage < SETTLED)
		return log == 0;
	return log >= shim.start && log + LOG_BYTES <= shim.end &&
	       memcmp(m->ram + (log - RAM_BASE), "ZSHIMLOG", 8) == 0;
}

uint32_t plan_initrd(const struct machine *m)
{
	return plan_field(m, PLAN_INITRD);
}

bool plan_allows(struct machine *m, unsigned perm, uint32_t address, uint32_t size)
{
	const struct plan *p = &m->plan;

	if (regions_allow(m, perm, address, size))
		return true;
	if (perm == PERM_W && p->stage == IN_PLACE && address >= plan_field(m, PLAN_SHIM) &&
	    address < plan_field(m, PLAN_SHIM + 4))
		enter_stage(m, MOVE);
	else if (perm == PERM_W && p->stage == MOVE_PARTS && address >= p->kernel &&
		 address < p->room.end)
		enter_stage(m, UNPACK);
	else
		return false;
	return regions_allow(m, perm, address, size);
}

bool plan_is_output(const struct machine *m, uint32_t address, uint32_t size)
{
	const struct plan *p = &m->plan;

	return p->stage == UNPACK && address >= p->kernel && address + size <= p->output_end;
}
