// SPDX-License-Identifier: MIT
/*
 * Step 7: a flat map of 1 MiB sections (DDI 0406C, B3.5.1), then MMU, caches and branch prediction
 * on.  Only sections that the plan uses are Normal memory, so that the CPU cannot speculate into
 * anything else; the console is Device; all other addresses fault.
 */
#include "boot.h"
#include "mem.h"
#include "regs.h"

#define SECTION	       0x00000002u
#define SECTION_XN     0x00000010u
#define SECTION_RW     0x00000c00u /* AP[1:0] = 3: read and write */
#define SECTION_NORMAL 0x0000100cu /* TEX 1, C, B: write-back, allocate on write; not shareable */
#define SECTION_DEVICE 0x00000004u /* B: shareable Device */

static void map(uint32_t *table, struct range r, uint32_t attributes)
{
	if (r.start == r.end)
		return;
	for (uint32_t i = r.start / ARCH_SECTION; i <= (r.end - 1) / ARCH_SECTION; i++)
		table[i] = i * ARCH_SECTION | SECTION | SECTION_RW | attributes;
}

/*
 * Before the cache comes on: what it may hold of this range from before (a loader that ran with it
 * on, or power-up junk) must not hide what was since written around it.
 */
static void use(uint32_t *table, struct range r)
{
	map(table, r, SECTION_NORMAL);
	dcache_invalidate(r.start, r.end);
}

static void map_device(struct boot *b, void *table, struct range r)
{
	(void)b;
	map(table, r, SECTION_DEVICE | SECTION_XN);
}

static void fill_table(struct boot *b, uint32_t *table)
{
	const struct layout *plan = &b->layout;

	memset(table, 0, ARCH_TABLE_SIZE);
	use(table, image_range(b));
	for (unsigned i = 0; i < plan->moves; i++) {
		const struct layout_move *m = &plan->move[i];

		use(table, (struct range){m->from, m->from + m->size});
		use(table, (struct range){m->to, m->to + m->size});
	}
	use(table, plan->room);
	use(table, plan->tree);
	/* A section that holds a no-map reservation is never Normal.  The plan keeps clear of them,
	 * but the loader may have put something there: that is read as Device. */
	for_reserved(b, true, map_device, table);
	if (b->uart.base != 0) /* all its offsets are bytes */
		map_device(b, table, (struct range){b->uart.base, b->uart.base + 0x100});
	for_devices(b, map_device, table);
	/* Last, for the table itself lies there and was just written with the cache off. */
	use(table, plan->shim);
}

void mmu_on(struct boot *b)
{
	uint32_t *table = (uint32_t *)b->map.table;

	fill_table(b, table);
	cp_write(TLBIALL, 0);
	cp_write(BPIALL, 0);
	cp_write(TTBCR, 0);		  /* U-Boot leaves EAE, long descriptors, set */
	cp_write(TTBR0, (uint32_t)table); /* walks bypass the cache: the table was written so */
	cp_write(DACR, 1);		  /* domain 0: client, permissions are checked */
	icache_invalidate();
	/* Written whole: a loader's WXN would make all of the map non-executable. */
	cp_write(SCTLR, SCTLR_RESET | SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I);
	isb();
	b->caches_on = true;
	say(b, TEXT_MMU, table);
}
