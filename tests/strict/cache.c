// SPDX-License-Identifier: MIT
/*
 * The core's own caches, as CLIDR and CCSIDR describe them, and their maintenance by set and way:
 * it reaches the lines of one level that lie in one set and one way, and moves them one level out.
 */
#include "decode.h"
#include "machine.h"

/* Which way of its set a line lies in: anything that all addresses of a set share out evenly. */
static uint32_t way_of(const struct cache *c, uint32_t address)
{
	return (address >> c->line_shift) / c->sets * 0x9e3779b1u % c->ways;
}

static uint32_t read_shape(struct machine *m, uint32_t level)
{
	uc_arm_cp_reg select = {.cp = 15, .opc1 = 2, .val = level << 1},
		      shape = {.cp = 15, .opc1 = 1};

	uc_reg_write(m->uc, UC_ARM_REG_CP_REG, &select);
	uc_reg_read(m->uc, UC_ARM_REG_CP_REG, &shape);
	return (uint32_t)shape.val;
}

void cache_start(struct machine *m)
{
	uc_arm_cp_reg reg = {.cp = 15, .opc1 = 1, .opc2 = 1};
	uint32_t clidr, shape;

	uc_reg_read(m->uc, UC_ARM_REG_CP_REG, &reg);
	clidr = (uint32_t)reg.val;
	/* The emulator's A8 has its point of coherency behind a second level that is not there. */
	for (uint32_t i = 0; i < ((clidr >> 24) & 7) && (clidr >> 3 * i & 6) != 0; i++) {
		m->caches++;
		shape = read_shape(m, i);
		m->cache[i].line_shift = (shape & 7) + 4;
		m->cache[i].ways = ((shape >> 3) & 0x3ff) + 1;
		m->cache[i].sets = ((shape >> 13) & 0x7fff) + 1;
	}
}

/* The lowest bit of the way in an operand, B4.2.1: the ways fill the topmost bits. */
static unsigned way_shift(uint32_t ways)
{
	unsigned bits = 0;

	while (1u << bits < ways)
		bits++;
	return 32 - bits;
}

static void move_out(struct machine *m, struct line *line, bool clean, uint32_t address)
{
	if (!line->valid)
		return;
	if (line->dirty && !clean)
		violation(m, RULE_DCACHE, "invalidation of 0x%x loses what is dirty there",
			  address);
	m->now++;
	if (++line->at < m->caches) /* a copy may be in each */
		return;
	if (line->dirty)
		line->changed = line->cleaned = m->now;
	line->dirty = line->valid = line->stale = false;
	line->at = 0;
}

void cache_set_way(struct machine *m, uint32_t operand, bool clean)
{
	uint32_t level = (operand >> 1) & 7, set, way, mask;
	const struct cache *c = &m->cache[level];
	unsigned shift;

	if (!plan_is_entry(m) || (m->mmu && (m->sctlr & SCTLR_C))) {
		violation(m, RULE_DCACHE,
			  "maintenance by set and way misses other masters and system caches, and "
			  "with the cache on, lines that come in (B2.2.7)");
		return;
	}
	shift = level < m->caches ? way_shift(c->ways) : 0;
	mask = shift < 32 ? (1u << shift) - 1 : ~0u;
	set = level < m->caches ? (operand & mask) >> c->line_shift : 0;
	way = shift < 32 ? operand >> shift : 0;
	if (level >= m->caches || set >= c->sets || way >= c->ways) {
		violation(m, RULE_DCACHE, "no such set, way or level: 0x%x", operand);
		return;
	}
	m->dropped += level == 0;
	for (uint32_t a = set << c->line_shift; a < RAM_SIZE; a += c->sets << c->line_shift) {
		for (uint32_t b = a; b < a + (1u << c->line_shift) && b < RAM_SIZE;
		     b += 1u << m->line_shift) {
			struct line *line = &m->line[b >> m->line_shift];

			if (line->at == level && way_of(c, a) == way)
				move_out(m, line, clean, RAM_BASE + b);
		}
	}
	m->maintained = m->now;
}
