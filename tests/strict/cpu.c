// SPDX-License-Identifier: MIT
/* The emulator, and what it reports: each instruction, each data access, each exception. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "image.h"
#include "machine.h"

const char *const rule_names[RULE_COUNT] = {
	[RULE_NONE] = "none",
	[RULE_ALIGN] = "alignment",
	[RULE_UNINIT] = "never written",
	[RULE_DCACHE] = "data cache",
	[RULE_ICACHE] = "instruction cache",
	[RULE_BARRIER] = "barrier",
	[RULE_PLAN] = "plan",
	[RULE_STACK] = "stack",
	[RULE_TRAP] = "trap",
	[RULE_RESULT] = "result",
};

uint32_t ram32(const struct machine *m, uint32_t address)
{
	uint32_t word = 0;

	if (in_ram(address, 4))
		memcpy(&word, m->ram + (address - RAM_BASE), 4);
	return word;
}

uint32_t machine_reg(struct machine *m, int reg)
{
	uint32_t value = 0;

	uc_reg_read(m->uc, reg, &value);
	return value;
}

/* The pc as an offset in the image, wherever the shim runs now. */
static uint32_t image_offset(const struct machine *m)
{
	uint32_t code = m->plan.code;

	if (code != 0 && m->pc >= code && m->pc - code < m->image->len)
		return m->pc - code;
	return m->pc - m->load;
}

void violation(struct machine *m, enum rule rule, const char *format, ...)
{
	const struct symbol *s;
	uint32_t at = image_offset(m);
	va_list args;
	int n;

	if (m->rule != RULE_NONE)
		return;
	m->rule = rule;
	va_start(args, format);
	n = vsnprintf(m->text, sizeof(m->text), format, args);
	va_end(args);
	s = at < m->image->len ? image_symbol_at(m->image, at) : NULL;
	if (n > 0 && (size_t)n < sizeof(m->text))
		snprintf(m->text + n, sizeof(m->text) - (size_t)n, "; pc 0x%x, %s+0x%x, step %s",
			 m->pc, s ? s->name : "?", s ? at - s->at : 0, plan_stage(m));
	uc_emu_stop(m->uc);
}

/* Decodes the instruction at pc, which was not executed since it was last written. */
static uint8_t first_time(struct machine *m, uint32_t pc)
{
	bool thumb = (machine_reg(m, UC_ARM_REG_CPSR) >> 5) & 1;
	const uint8_t *bytes = m->ram + (pc - RAM_BASE);
	const struct symbol *s;
	uint8_t kind = (uint8_t)decode(bytes, thumb);
	uint32_t at;

	if (!plan_allows(m, PERM_X, pc, insn_size(bytes, thumb)))
		violation(m, RULE_PLAN, "execution outside the shim's place");
	memory_fetch(m, pc);
	memory_fetch(m, pc + insn_size(bytes, thumb) - 1);
	at = image_offset(m);
	s = at < m->image->len ? image_symbol_at(m->image, at) : NULL;
	if ((s && s->at == at && plan_cares(s)) || pc == m->plan.check_back)
		kind |= KIND_ENTRY;
	m->kind[(pc - RAM_BASE) / 2] = kind;
	return kind;
}

static bool is_executed(struct machine *m, uint32_t insn, bool thumb)
{
	return thumb || arm_condition(insn, machine_reg(m, UC_ARM_REG_CPSR));
}

/* r0 = the code, r1 = the log or 0. */
static void rest(struct machine *m)
{
	uint32_t log = machine_reg(m, UC_ARM_REG_R1);

	m->code = machine_reg(m, UC_ARM_REG_R0);
	if (!plan_has_log(m, log))
		violation(m, RULE_RESULT, "no log at 0x%x, which is r1", log);
	else
		memory_rest(m, log);
	violation(m, RULE_TRAP, "the shim gives up with E%02u", m->code);
}

/* One of the few instructions that change more than registers and memory. */
static void special(struct machine *m, uint8_t kind)
{
	bool thumb = (machine_reg(m, UC_ARM_REG_CPSR) >> 5) & 1;
	uint32_t insn = insn_word(m->ram + (m->pc - RAM_BASE), thumb);
	uint32_t at = image_offset(m);

	if (m->pc == m->plan.check_back)
		plan_checked(m);
	else if (kind & KIND_ENTRY)
		plan_function(m, image_symbol_at(m->image, at));
	switch (kind & ~KIND_ENTRY) {
	case KIND_CP15_WRITE:
		if (is_executed(m, insn, thumb))
			system_write(m, insn,
				     machine_reg(m, UC_ARM_REG_R0 + (int)((insn >> 12) & 15)));
		break;
	case KIND_DMB:
		system_barrier(m, BARRIER_DMB);
		break;
	case KIND_DSB:
		system_barrier(m, BARRIER_DSB);
		break;
	case KIND_ISB:
		system_barrier(m, BARRIER_ISB);
		break;
	case KIND_REST:
		rest(m);
		break;
	default:
		break;
	}
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
	struct machine *m = user;
	uint32_t pc = (uint32_t)address;
	uint8_t kind;

	(void)size;
	m->pc = pc;
	m->skip = 0;
	if (m->rom_at != 0) {
		memcpy(m->ram + (m->rom_at - RAM_BASE), &m->rom_word, 4);
		m->rom_at = 0;
	}
	if (++m->instructions > INSTRUCTIONS_MAX)
		violation(m, RULE_TRAP, "the shim does not come to an end");
	if (pc == m->copy.back && m->copy.len != 0)
		copy_end(m);
	if (pc == m->stop) {
		m->reached = true;
		uc_emu_stop(uc);
		return;
	}
	if (!in_ram(pc, 4)) {
		violation(m, RULE_TRAP, "execution outside RAM");
		return;
	}
	kind = m->kind[(pc - RAM_BASE) / 2];
	if (kind == KIND_UNKNOWN)
		kind = first_time(m, pc);
	m->pc_kind = kind & (uint8_t)~KIND_ENTRY;
	if (kind > KIND_EXCLUSIVE)
		special(m, kind);
}

/*
 * The emulator splits an unaligned load that crosses a page into two aligned ones, which read more
 * than the instruction does, and reports them as well.
 */
static void on_access(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
		      void *user)
{
	struct machine *m = user;
	uint32_t at = (uint32_t)address, bytes = (uint32_t)size;
	bool write = type == UC_MEM_WRITE;

	(void)uc;
	(void)value;
	if (m->skip != 0 && at % bytes == 0) {
		m->skip--;
		return;
	}
	if (!write && (at & 0xfff) + bytes > 0x1000)
		m->skip = 2;
	memory_access(m, write, at, bytes);
}

static void on_exception(uc_engine *uc, uint32_t number, void *user)
{
	(void)uc;
	violation(user, RULE_TRAP, "exception %u of the emulator", number);
}

/*
 * MRC of SCR, in Thumb: undefined, for the emulator's cores are never in Secure state.  Taken as
 * B1.9.4 has it; every other undefined instruction is a violation.
 */
static bool on_undefined(uc_engine *uc, void *user)
{
	struct machine *m = user;
	uint32_t cpsr = machine_reg(m, UC_ARM_REG_CPSR), back = m->pc + 2;
	uint32_t und = (cpsr & ~0x3fu) | 0x80 | 0x1b;

	if (!(cpsr & 0x20) ||
	    (insn_word(m->ram + (m->pc - RAM_BASE), true) & 0xffff0fff) != 0xee110f11)
		return false;
	uc_reg_write(uc, UC_ARM_REG_CPSR, &und);
	uc_reg_write(uc, UC_ARM_REG_SPSR, &cpsr);
	uc_reg_write(uc, UC_ARM_REG_LR, &back);
	m->resume = machine_cp15(m, 12, 0, 0) + 4;
	uc_emu_stop(uc);
	return true;
}

uint32_t machine_cp15(struct machine *m, uint32_t crn, uint32_t crm, uint32_t opc2)
{
	uc_arm_cp_reg reg = {.cp = 15, .crn = crn, .crm = crm, .opc2 = opc2};

	uc_reg_read(m->uc, UC_ARM_REG_CP_REG, &reg);
	return (uint32_t)reg.val;
}

static bool add_hooks(struct machine *m)
{
	uc_hook h;
	uc_err e = uc_hook_add(m->uc, &h, UC_HOOK_CODE, (void *)on_code, m, 1, 0);

	e |= uc_hook_add(m->uc, &h, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)on_access, m, 1,
			 0);
	e |= uc_hook_add(m->uc, &h, UC_HOOK_INSN_INVALID, (void *)on_undefined, m, 1, 0);
	e |= uc_hook_add(m->uc, &h, UC_HOOK_INTR, (void *)on_exception, m, 1, 0);
	return e == UC_ERR_OK;
}

bool machine_init(struct machine *m, int cpu_model, const struct image_file *image,
		  const struct scenario *scenario, const char *tree)
{
	uc_err e;

	memset(m, 0, sizeof(*m));
	m->image = image;
	m->scenario = scenario;
	m->load = scenario->load;
	m->ram = aligned_alloc(4096, RAM_SIZE);
	m->written = calloc(RAM_SIZE, 1);
	m->kind = calloc(RAM_SIZE / 2, 1);
	m->copied = malloc(RAM_SIZE);
	m->line = calloc(RAM_SIZE / 16, sizeof(*m->line));
	if (!m->ram || !m->written || !m->kind || !m->copied || !m->line)
		return false;
	e = uc_open(UC_ARCH_ARM, UC_MODE_ARM, &m->uc);
	if (e == UC_ERR_OK)
		e = uc_ctl_set_cpu_model(m->uc, cpu_model);
	if (e != UC_ERR_OK || !bus_start(m) || !add_hooks(m))
		return false;
	m->line_shift = 2 + ((machine_cp15(m, 0, 0, 1) >> 16) & 15); /* CTR.DminLine */
	for (size_t i = 0; i < RAM_SIZE >> m->line_shift; i++)
		m->line[i].valid = true;
	cache_start(m);
	loader_start(m, tree);
	return true;
}

/* The kernel's place has what was packed; its registers are what a Linux expects. */
static void check_result(struct machine *m)
{
	uint32_t cpsr = machine_reg(m, UC_ARM_REG_CPSR);

	if (!plan_finished(m))
		violation(m, RULE_PLAN, "the kernel is entered from step %s", plan_stage(m));
	memory_hand_over(m);
	loader_check_initrd(m);
	if (memcmp(m->ram + (m->plan.kernel - RAM_BASE), m->image->kernel, m->image->kernel_len) !=
	    0)
		violation(m, RULE_RESULT, "the kernel's bytes are wrong");
	if (machine_reg(m, UC_ARM_REG_R0) != 0 ||
	    machine_reg(m, UC_ARM_REG_R2) != m->plan.tree.start)
		violation(m, RULE_RESULT, "r0 is 0x%x, r2 is 0x%x", machine_reg(m, UC_ARM_REG_R0),
			  machine_reg(m, UC_ARM_REG_R2));
	if ((cpsr & 0xdf) != 0xd3)
		violation(m, RULE_RESULT, "CPSR is 0x%x", cpsr);
}

void machine_run(struct machine *m)
{
	const uint32_t regs[3] = {0, ~0u, m->scenario->tree_at};
	uc_err e;

	for (int i = 0; i < 3; i++)
		uc_reg_write(m->uc, UC_ARM_REG_R0 + i, &regs[i]);
	m->resume = m->load;
	do {
		uint32_t at = m->resume;

		m->resume = 0;
		e = uc_emu_start(m->uc, at, 0, 0, 0);
	} while (m->resume != 0);
	if (m->rule != RULE_NONE)
		return;
	if (!m->reached)
		violation(m, RULE_TRAP, "the shim ended in itself (%s)", uc_strerror(e));
	else
		check_result(m);
}

void machine_free(struct machine *m)
{
	if (m->uc)
		uc_close(m->uc);
	free(m->ram);
	free(m->written);
	free(m->kind);
	free(m->copied);
	free(m->line);
}
