// SPDX-License-Identifier: MIT
/* What a loader leaves behind: the image, a device tree, perhaps an initrd, and garbage elsewhere.
 */
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "image.h"
#include "machine.h"

/* In virt.dts, too; in the kernel's way, and not aligned to anything. */
#define INITRD_AT  0x40150003u
#define INITRD_END 0x40153042u

#define TABLE_AT 0x40e00000u /* of the loader's */

static void cp15_set(struct machine *m, uint32_t crn, uint32_t crm, uint32_t opc2, uint32_t value)
{
	uc_arm_cp_reg reg = {.cp = 15, .crn = crn, .crm = crm, .opc2 = opc2, .val = value};

	uc_reg_write(m->uc, UC_ARM_REG_CP_REG, &reg);
}

/* Not zero, which would hide much; the same on each run. */
static void fill_with_garbage(uint8_t *at, size_t len)
{
	uint64_t x = 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		at[i] = (uint8_t)x;
	}
}

/* With its caches on, a loader's bytes may be in any level of them. */
static void leave_line(struct machine *m, struct line *line)
{
	line->stale = !m->scenario->on;
	line->dirty = m->scenario->on;
	line->at = (uint8_t)((line - m->line) * 5 / 3 % m->caches);
}

static void load(struct machine *m, uint32_t at, const void *bytes, size_t len)
{
	memcpy(m->ram + (at - RAM_BASE), bytes, len);
	memset(m->written + (at - RAM_BASE), 1, len);
	plan_loaded(m, at, at + (uint32_t)len);
	for (uint32_t a = at; a < at + len; a += 1u << m->line_shift)
		leave_line(m, line_of(m, a));
	leave_line(m, line_of(m, at + (uint32_t)len - 1));
}

/* It has seen to it that what it jumps to can be executed: that is in RAM, or in a unified level.
 */
static void leave_code(struct machine *m)
{
	uint32_t end = m->load + image_word(m->image, ZSHIM_BS_CHECK) + 4;

	for (uint32_t a = m->load; a < end; a += 1u << m->line_shift) {
		line_of(m, a)->at = (uint8_t)(m->caches - 1);
		line_of(m, a)->dirty = m->caches > 1;
	}
}

/* A flat map: RAM but for what is reserved, and the UART. */
static void leave_on(struct machine *m)
{
	static uint32_t table[SECTIONS];

	for (uint32_t i = 0; i < RAM_SIZE >> 20; i++)
		table[(RAM_BASE >> 20) + i] = (RAM_BASE + (i << 20)) | 0x1c0e;
	table[NO_MAP >> 20] = 0;
	table[UART_BASE >> 20] = UART_BASE | 0xc16;
	memcpy(m->ram + (TABLE_AT - RAM_BASE), table, sizeof(table));
	memset(m->written + (TABLE_AT - RAM_BASE), 1, sizeof(table));
	leave_code(m);
	cp15_set(m, 2, 0, 2, 0);
	cp15_set(m, 2, 0, 0, TABLE_AT);
	cp15_set(m, 3, 0, 0, 1);
	m->sctlr |= SCTLR_M | SCTLR_C;
	cp15_set(m, 1, 0, 0, m->sctlr);
	system_on(m, TABLE_AT);
}

/* The registers as they may come out of reset; long descriptors where the core has them. */
static void leave_registers(struct machine *m)
{
	cp15_set(m, 2, 0, 2, 0x80000f00);     /* TTBCR.EAE, as U-Boot */
	cp15_set(m, 3, 0, 0, 0x12345678);     /* DACR */
	cp15_set(m, 12, 0, 0, RAM_BASE + 32); /* VBAR */
	m->sctlr = machine_cp15(m, 1, 0, 0);
	if (m->scenario->icache)
		m->sctlr |= SCTLR_I | SCTLR_Z;
	cp15_set(m, 1, 0, 0, m->sctlr);
	m->now = m->done = 1;
	if (m->scenario->on)
		leave_on(m);
}

/* The early area is garbage, too: an image in ROM has its stack in RAM that nobody wrote. */
static void load_image(struct machine *m)
{
	uint32_t early = image_early(m->image, m->load) - RAM_BASE;

	load(m, m->load, m->image->bytes, m->image->len);
	if (m->scenario->rom)
		return;
	fill_with_garbage(m->ram + early, ZSHIM_EARLY_SIZE - 8);
	memset(m->written + early, 0, ZSHIM_EARLY_SIZE - 8);
}

static uint8_t initrd_byte(uint32_t i)
{
	return (uint8_t)(i * 7 + i / 256);
}

static void load_initrd(struct machine *m)
{
	uint8_t bytes[INITRD_END - INITRD_AT];

	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = initrd_byte(i);
	load(m, INITRD_AT, bytes, sizeof(bytes));
}

void loader_start(struct machine *m, const char *tree)
{
	size_t len;
	uint8_t *bytes = file_read(tree, &len);

	fill_with_garbage(m->ram, RAM_SIZE);
	load_image(m);
	load(m, m->scenario->tree_at, bytes, len);
	free(bytes);
	if (m->scenario->initrd)
		load_initrd(m);
	leave_registers(m);
	plan_start(m);
}

void loader_check_initrd(struct machine *m)
{
	uint32_t at = plan_initrd(m);

	if (!m->scenario->initrd)
		return;
	for (uint32_t i = 0; i < INITRD_END - INITRD_AT; i++) {
		if (!m->written[at + i - RAM_BASE])
			violation(m, RULE_UNINIT, "byte %u of the initrd was never written", i);
		else if (m->ram[at + i - RAM_BASE] != initrd_byte(i))
			violation(m, RULE_RESULT, "byte %u of the initrd is wrong", i);
	}
}
