// SPDX-License-Identifier: MIT
/*
 * One data access or instruction fetch against what a write-back cache, its write-allocating and
 * speculating core and uninitialised RAM may do to it.
 */
#include <string.h>

#include "decode.h"
#include "machine.h"
#include "offsets.h"

static bool is_normal(enum memory_type type)
{
	return type == MEM_CACHED || type == MEM_UNCACHED;
}

/*
 * A3.2.1: unaligned LDR, STR, LDRH and STRH work on Normal memory with SCTLR.A clear, and nowhere
 * else; LDM, STM, LDRD and STRD never do.  A3.4.5: exclusives have no place on other memory; on the
 * cores that we know they may raise an abort there.
 */
static void check_alignment(struct machine *m, enum memory_type type, uint32_t address,
			    uint32_t size)
{
	uint32_t element = size > 4 ? 4 : size;

	if (m->pc_kind == KIND_EXCLUSIVE && !is_normal(type))
		violation(m, RULE_ALIGN, "exclusive access to 0x%x, which is not Normal memory",
			  address);
	if (address % element == 0)
		return;
	if (!is_normal(type))
		violation(m, RULE_ALIGN, "%u bytes at 0x%x, with the MMU off or on Device memory",
			  size, address);
	else if (m->pc_kind == KIND_MULTIPLE || m->pc_kind == KIND_EXCLUSIVE)
		violation(m, RULE_ALIGN, "LDM, STM, LDRD, STRD or an exclusive at 0x%x", address);
	else if ((m->sctlr & SCTLR_A) || m->always_check)
		violation(m, RULE_ALIGN, "%u bytes at 0x%x, with SCTLR.A set", size, address);
	m->unaligned++;
}

static void check_pending(struct machine *m)
{
	if (m->pending.sctlr)
		violation(m, RULE_BARRIER, "data access after a write of SCTLR without ISB");
	else if (m->pending.table && m->mmu)
		violation(m, RULE_BARRIER, "data access after a change of translation without ISB");
	else if (m->pending.vbar)
		violation(m, RULE_BARRIER, "data access after a write of VBAR without ISB");
}

/*
 * memmove() may copy bytes that nobody wrote, as a structure's padding: then the copy counts as not
 * written, either.  What it will be is noted as memmove begins, and holds when it returns.
 */
void copy_begin(struct machine *m, uint32_t to, uint32_t from, uint32_t len, uint32_t back)
{
	struct copy *c = &m->copy;

	if (len == 0 || !in_ram(to, len) || !in_ram(from, len))
		return;
	*c = (struct copy){to, from, len, back & ~1u};
	memcpy(m->copied, m->written + (from - RAM_BASE), len);
}

void copy_end(struct machine *m)
{
	memcpy(m->written + (m->copy.to - RAM_BASE), m->copied, m->copy.len);
	m->copy.len = 0;
}

static bool copy_reads(const struct machine *m, uint32_t address)
{
	return m->copy.len != 0 && address - m->copy.from < m->copy.len;
}

/*
 * Copy loops of decoders may read a few bytes of output that they have not made yet, and overwrite
 * what became of them; such reads stay inside the kernel's place.
 */
static void check_written(struct machine *m, uint32_t address, uint32_t size)
{
	const uint8_t *written = m->written + (address - RAM_BASE);

	for (uint32_t i = 0; i < size; i++) {
		if (written[i])
			continue;
		if (plan_is_output(m, address, size))
			m->beyond++;
		else if (!copy_reads(m, address + i))
			violation(m, RULE_UNINIT, "read of 0x%x, which nobody wrote", address + i);
		return;
	}
}

static void read_line(struct machine *m, struct line *line, bool cached, uint32_t address)
{
	if (cached) {
		if (line->stale)
			violation(m, RULE_DCACHE,
				  "cached read of 0x%x: the cache may have an older copy than RAM",
				  address);
		line->valid = true;
		return;
	}
	if (line->dirty)
		violation(m, RULE_DCACHE, "uncached read of 0x%x, which is newer in the cache",
			  address);
	if (line->cleaned > m->done)
		violation(m, RULE_BARRIER, "uncached read of 0x%x: its cleaning has no DSB yet",
			  address);
}

static void write_line(struct machine *m, struct line *line, bool cached, uint32_t address)
{
	m->now++;
	if (cached) {
		if (line->stale)
			violation(m, RULE_DCACHE,
				  "cached write to 0x%x: the cache may have an older copy than RAM",
				  address);
		line->valid = true;
		line->dirty = true;
		line->at = 0;
		return;
	}
	if (line->dirty)
		violation(m, RULE_DCACHE, "uncached write to 0x%x: the dirty line will hide it",
			  address);
	if (line->cleaned > m->done)
		violation(m, RULE_BARRIER, "uncached write to 0x%x: its cleaning has no DSB yet",
			  address);
	line->changed = m->now;
	line->stale = line->valid;
}

static void write_bytes(struct machine *m, uint32_t address, uint32_t size)
{
	uint32_t at = address - RAM_BASE;

	for (uint32_t i = 0; i < size; i++)
		m->written[at + i] = 1;
	/* An instruction of 4 bytes may begin 2 bytes before. */
	for (uint32_t h = at < 2 ? 0 : at / 2 - 1; h <= (at + size - 1) / 2; h++)
		m->kind[h] = KIND_UNKNOWN;
	if (m->mmu && address - (m->ttbr0 & ~(4 * SECTIONS - 1)) < 4 * SECTIONS)
		violation(m, RULE_BARRIER, "write to the page table in use");
}

/* A store to ROM does nothing: the word is put back before the next instruction (cpu.c). */
static bool is_rom(struct machine *m, uint32_t address)
{
	return m->scenario->rom && address - m->load < m->image->len;
}

void memory_access(struct machine *m, bool write, uint32_t address, uint32_t size)
{
	enum memory_type type = m->mmu ? m->type[address / (1u << 20)] : MEM_ORDERED;
	bool cached = type == MEM_CACHED && (m->sctlr & SCTLR_C);
	struct line *first, *last;

	check_alignment(m, type, address, size);
	check_pending(m);
	if (address - UART_BASE < UART_SIZE) {
		if (is_normal(type))
			violation(m, RULE_DCACHE, "the UART is mapped as Normal memory");
		return;
	}
	if (!in_ram(address, size))
		return; /* on_nowhere() or an exception tells */
	if (!plan_allows(m, write ? PERM_W : PERM_R, address, size))
		violation(m, RULE_PLAN, "%s of %u bytes at 0x%x, outside the plan",
			  write ? "write" : "read", size, address);
	if (write && is_rom(m, address)) {
		m->rom_at = address & ~3u;
		m->rom_word = ram32(m, m->rom_at);
		return;
	}
	first = line_of(m, address);
	last = line_of(m, address + size - 1);
	if (write) {
		write_line(m, first, cached, address);
		if (last != first)
			write_line(m, last, cached, address + size - 1);
		write_bytes(m, address, size);
	} else {
		check_written(m, address, size);
		read_line(m, first, cached, address);
		if (last != first)
			read_line(m, last, cached, address + size - 1);
	}
}

/* B2.2.9: written, DSB (cleaned before it, if cached), ICIALLU, DSB, ISB, executed. */
void memory_fetch(struct machine *m, uint32_t pc)
{
	const struct line *line = line_of(m, pc);
	bool cached = m->mmu && m->type[pc / (1u << 20)] == MEM_CACHED && (m->sctlr & SCTLR_C);

	if (!m->written[pc - RAM_BASE])
		violation(m, RULE_UNINIT, "execution of RAM that nobody wrote");
	/* A unified level, which are all but the first, is seen while the caches are on. */
	if (line->dirty && !(cached && line->at > 0))
		violation(m, RULE_ICACHE, "execution of code that is still in the data cache");
	/* With SCTLR.I set fetches are cacheable though the MMU is off (B3.2.1), and ICIALLU only
	 * reaches the point of unification: a unified cache behind that keeps what it has. */
	if (line->stale && line->changed != 0 && (m->sctlr & SCTLR_I))
		violation(m, RULE_ICACHE,
			  "execution of code of which a unified cache may have an "
			  "older copy");
	if (line->changed > m->icache.seen)
		violation(
			m, RULE_ICACHE,
			"execution of code that was written after the last DSB, ICIALLU, DSB, ISB");
}

void memory_rest(struct machine *m, uint32_t log)
{
	for (uint32_t a = log; log != 0 && a < log + LOG_BYTES; a += 1u << m->line_shift) {
		if (line_of(m, a)->dirty || line_of(m, a)->cleaned > m->done)
			violation(m, RULE_DCACHE, "0x%x of the log is not in RAM", a);
	}
}

static bool inside(struct region r, uint32_t address)
{
	return address >= r.start && address < r.end;
}

/*
 * The kernel runs with its caches off at first, then invalidates them without cleaning.  So nothing
 * may be dirty.  In the room it also writes (page tables, BSS) with the cache off and reads with it
 * on later: no copy of that may be left, not even a clean one.
 */
static void check_line(struct machine *m, uint32_t address)
{
	const struct line *line = line_of(m, address);
	bool room = inside(m->plan.room, address);

	if (line->dirty)
		violation(m, RULE_DCACHE, "0x%x is dirty as the kernel starts", address);
	else if (room && line->valid)
		violation(m, RULE_DCACHE, "the cache may hold 0x%x of the kernel's as it starts",
			  address);
	else if (room && line->changed > m->icache.seen)
		violation(m, RULE_ICACHE, "0x%x changed after the last ICIALLU and its barriers",
			  address);
}

void memory_hand_over(struct machine *m)
{
	struct pending p = m->pending;

	if (m->mmu || (m->sctlr & (SCTLR_M | SCTLR_C)))
		violation(m, RULE_RESULT, "the kernel is entered with SCTLR 0x%x", m->sctlr);
	if (p.sctlr || p.table || p.vbar)
		violation(m, RULE_BARRIER,
			  "a change of the system's state has no ISB as the kernel "
			  "starts");
	if (m->maintained > m->done)
		violation(m, RULE_BARRIER, "cache maintenance has no DSB as the kernel starts");
	for (uint32_t a = 0; a < RAM_SIZE; a += 1u << m->line_shift)
		check_line(m, RAM_BASE + a);
	for (uint32_t a = m->plan.kernel; a < m->plan.room.end; a++) {
		if (!m->written[a - RAM_BASE]) {
			violation(m, RULE_UNINIT, "0x%x of the kernel was never written", a);
			break;
		}
	}
}
