// SPDX-License-Identifier: MIT
/* Writes to CP15, and the barriers that make them sure. */
#include "decode.h"
#include "machine.h"

void system_barrier(struct machine *m, enum barrier barrier)
{
	if (barrier == BARRIER_DSB) {
		m->done = m->now;
		if (m->icache.asked != 0)
			m->icache.complete = m->icache.asked;
		if (m->tlb.asked != 0)
			m->tlb.complete = m->tlb.asked;
	}
	if (barrier == BARRIER_ISB) {
		m->icache.seen = m->icache.complete;
		m->tlb.seen = m->tlb.complete;
		m->pending = (struct pending){false, false, false};
	}
}

/* B3.5.1 and B3.8.2: TEX, C, B of a section without TEX remap. */
static enum memory_type section_type(uint32_t entry)
{
	unsigned tex = (entry >> 12) & 7, cb = (entry >> 2) & 3;

	if ((entry & 3) == 0)
		return MEM_FAULT;
	if (tex == 0)
		return (enum memory_type[]){MEM_ORDERED, MEM_DEVICE, MEM_CACHED, MEM_CACHED}[cb];
	if (tex == 1 && cb == 0)
		return MEM_UNCACHED;
	if (tex == 1 && cb == 3)
		return MEM_CACHED;
	if (tex == 2 && cb == 0)
		return MEM_DEVICE;
	return tex & 4 && ((entry >> 12) & 3) != 0 ? MEM_CACHED : MEM_UNCACHED;
}

/*
 * The core may fetch and read ahead from Normal memory, and fetch from anything without XN (A3.5.7,
 * B3.7.2), so the first must be RAM, and RAM that nobody forbade.
 */
static void check_section(struct machine *m, uint32_t i, uint32_t entry)
{
	bool normal = m->type[i] == MEM_CACHED || m->type[i] == MEM_UNCACHED;

	if (normal && (!in_ram(i << 20, 1u << 20) || i << 20 == NO_MAP))
		violation(m, RULE_PLAN, "0x%x is mapped as Normal memory", i << 20);
	if (!normal && m->type[i] != MEM_FAULT && !(entry & 0x10))
		violation(m, RULE_PLAN, "0x%x is Device memory without XN", i << 20);
}

/*
 * The table as the walk finds it: in RAM, for that is what TTBR0 asks for (B4.1.154, no cacheable
 * walks), complete, and flat.
 */
static void read_table(struct machine *m)
{
	uint32_t table = m->ttbr0 & ~(4 * SECTIONS - 1);

	if (!in_ram(table, 4 * SECTIONS) || (m->ttbr0 & 0x59) != 0 || (m->sctlr & SCTLR_TRE)) {
		violation(m, RULE_TRAP, "TTBR0 0x%x: not modelled", m->ttbr0);
		return;
	}
	for (uint32_t i = 0; i < SECTIONS; i++) {
		uint32_t at = table + 4 * i, entry = ram32(m, at);
		const struct line *line = line_of(m, at);

		if (!m->written[at - RAM_BASE])
			violation(m, RULE_UNINIT, "page table entry 0x%x was never written", at);
		if (line->dirty)
			violation(m, RULE_DCACHE, "the walk does not see dirty 0x%x", at);
		if (line->changed > m->done)
			violation(m, RULE_BARRIER, "page table written without a DSB after it");
		if ((entry & 3) != 0 && ((entry & 0x40003) != 2 || entry >> 20 != i))
			violation(m, RULE_TRAP, "entry 0x%x of 0x%x: not a flat section", entry,
				  at);
		m->type[i] = section_type(entry);
		check_section(m, i, entry);
	}
}

void system_on(struct machine *m, uint32_t table)
{
	m->ttbr0 = table;
	m->mmu = true;
	read_table(m);
}

/* B3.10.1, B3.15.5: what is UNKNOWN after reset is written, and sure, before the MMU uses it. */
static void mmu_comes_on(struct machine *m)
{
	if (!m->have_ttbr0 || !m->have_ttbcr || !m->have_dacr)
		violation(m, RULE_BARRIER, "MMU on without having written TTBR0, TTBCR and DACR");
	if (m->ttbcr != 0)
		violation(m, RULE_BARRIER, "MMU on with TTBCR 0x%x", m->ttbcr);
	if (m->pending.table)
		violation(m, RULE_BARRIER,
			  "MMU on after a write of TTBR0, TTBCR or DACR without ISB");
	if (m->tlb.seen == 0)
		violation(m, RULE_BARRIER, "MMU on without TLBIALL, DSB, ISB");
	if (m->icache.seen == 0)
		violation(m, RULE_ICACHE, "MMU on without ICIALLU, DSB, ISB");
	read_table(m);
}

/* While the cache is on the core may read any line of Normal memory into it, unasked (A3.5.7). */
static void speculate(struct machine *m)
{
	for (uint32_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += 1u << m->line_shift) {
		if (m->type[a / (1u << 20)] == MEM_CACHED)
			line_of(m, a)->valid = true;
	}
}

static void write_sctlr(struct machine *m, uint32_t value)
{
	bool caching = m->mmu && (m->sctlr & SCTLR_C);
	bool will = (value & SCTLR_M) && (value & SCTLR_C);

	if (caching != will && m->maintained > m->done)
		violation(m, RULE_BARRIER,
			  "SCTLR.C or M changed: maintenance before it has no DSB");
	if (!caching && will && m->dropped < m->cache[0].sets * m->cache[0].ways)
		violation(m, RULE_DCACHE, "the cache comes on with lines from power-up in it");
	if (caching && !will)
		speculate(m);
	m->sctlr = value;
	if (!m->mmu && (value & SCTLR_M))
		mmu_comes_on(m);
	m->mmu = value & SCTLR_M;
	m->pending.sctlr = true;
}

/* B2.2.6: operations by address, to the point of coherency. */
static void maintain(struct machine *m, uint32_t address, bool clean, bool invalidate)
{
	struct line *line;

	if (!in_ram(address, 1)) {
		violation(m, RULE_PLAN, "cache maintenance of 0x%x, which is not RAM", address);
		return;
	}
	line = line_of(m, address);
	m->now++;
	/* Cleaned from a unified level, it is nothing new to instruction fetch. */
	if (line->dirty && line->at == 0)
		line->changed = m->now;
	if (line->dirty && !clean)
		violation(m, RULE_DCACHE, "invalidation of 0x%x loses what is dirty there",
			  address);
	if (line->dirty)
		line->cleaned = m->now;
	line->dirty = false;
	line->at = 0;
	if (invalidate) {
		line->valid = false;
		line->stale = false;
	}
	m->maintained = m->now;
}

void system_write(struct machine *m, uint32_t insn, uint32_t value)
{
	switch (cp15_register(insn)) {
	case CP15_SCTLR:
		write_sctlr(m, value);
		break;
	case CP15_TTBR0:
		m->ttbr0 = value;
		m->have_ttbr0 = m->pending.table = true;
		break;
	case CP15_TTBCR:
		m->ttbcr = value;
		m->have_ttbcr = m->pending.table = true;
		break;
	case CP15_DACR:
		m->have_dacr = true;
		m->pending.table = true;
		break;
	case CP15_TTBR1:
	case CP15_CONTEXTIDR:
		m->pending.table = true;
		break;
	case CP15_VBAR:
		m->pending.vbar = true;
		break;
	case CP15_ICIALLU:
		m->icache.asked = m->done;
		break;
	case CP15_TLBIALL:
		m->tlb.asked = m->now;
		break;
	case CP15_DCIMVAC:
		maintain(m, value, false, true);
		break;
	case CP15_DCCMVAC:
	case CP15_DCCMVAU:
		maintain(m, value, true, false);
		break;
	case CP15_DCCIMVAC:
		maintain(m, value, true, true);
		break;
	case CP15_DCISW:
		cache_set_way(m, value, false);
		break;
	case CP15_DCCSW:
	case CP15_DCCISW:
		cache_set_way(m, value, true);
		break;
	default:
		break; /* TPIDRx, BPIALL: ICIALLU does it as well */
	}
}
