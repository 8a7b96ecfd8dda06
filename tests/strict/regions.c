// SPDX-License-Identifier: MIT
/* What memory each step of the boot may touch. */
#include <string.h>

#include "image.h"
#include "machine.h"
#include "offsets.h"
#include "regions.h"

static void add(struct machine *m, struct region r)
{
	if (r.start < r.end && m->plan.count < REGION_MAX)
		m->plan.region[m->plan.count++] = r;
}

static void add_span(struct machine *m, uint32_t start, uint32_t end, unsigned perm)
{
	add(m, (struct region){start, end, perm});
}

static void add_loaded(struct machine *m)
{
	for (unsigned i = 0; i < m->plan.loaded_count; i++)
		add(m, m->plan.loaded[i]);
}

/* In place: the image is code and data, the early area is all that may be written. */
static void regions_in_place(struct machine *m)
{
	add_loaded(m);
	add_span(m, m->load, m->load + (uint32_t)m->image->len, PERM_R | PERM_X);
	add(m, m->plan.early);
	if (m->plan.stage == ENTRY)
		add(m, m->plan.probe);
	if (m->plan.stage == MOVE)
		add(m, plan_range(m, PLAN_SHIM, PERM_R | PERM_W | PERM_X));
}

/*
 * In the shim's place: page table, stub and descriptor, then all that it writes, as shim_map() of
 * boot/layout.c has it.  The early area is given up.
 */
static void regions_of_shim(struct machine *m)
{
	struct region shim = plan_range(m, PLAN_SHIM, PERM_R | PERM_W);
	uint32_t code = m->plan.code, code_end = code + image_word(m->image, ZSHIM_BS_CHECK) + 4;

	add_span(m, code_end, shim.end, PERM_R | PERM_W);
	add_span(m, code, code_end, PERM_R | PERM_X);
	add_span(m, shim.start, code, PERM_R | PERM_W);
}

static bool part_stays(const struct machine *m)
{
	uint32_t offset =
		ram32(m, plan_field(m, BOOT_KERNEL_PART) + offsetof(struct zshim_part, offset));

	return plan_field(m, PLAN_PART) == m->load + offset;
}

/* What the loader brought is read until it was moved; the rest is written when its step has come.
 */
static void regions_of_parts(struct machine *m)
{
	unsigned stage = m->plan.stage;
	uint32_t initrd = plan_field(m, PLAN_INITRD);

	/* Where other CPUs are told of their pen: boot/pen.c. */
	if (stage == SETTLED && !m->scenario->rom)
		add_span(m, m->plan.early.end, m->plan.early.end + ZSHIM_PARKED_SIZE, PERM_W);
	if (stage < UNPACK) {
		add_loaded(m);
		add_span(m, m->load, m->load + (uint32_t)m->image->len, PERM_R);
	}
	if (stage >= MOVE_PARTS)
		add(m, plan_range(m, PLAN_TREE, PERM_R | PERM_W));
	if (stage == MOVE_PARTS)
		add(m, plan_range(m, PLAN_ASIDE, PERM_R | PERM_W));
	if (stage == MOVE_PARTS && initrd != plan_field(m, BOOT_INITRD))
		add(m, plan_range(m, PLAN_INITRD, PERM_R | PERM_W));
	if (stage == MOVE_PARTS && !part_stays(m))
		add(m, plan_range(m, PLAN_PART, PERM_R | PERM_W));
	if (stage == UNPACK) {
		add(m, plan_range(m, PLAN_PART, PERM_R));
		add_span(m, m->plan.kernel, m->plan.room.end, PERM_R | PERM_W);
	}
}

void regions_set(struct machine *m)
{
	m->plan.count = 0;
	m->plan.last_read = m->plan.last_write = 0;
	if (m->plan.stage < SETTLED) {
		regions_in_place(m);
	} else {
		regions_of_shim(m);
		regions_of_parts(m);
	}
	memset(m->kind, 0, RAM_SIZE / 2); /* execution is judged anew */
}

bool regions_allow(struct machine *m, unsigned perm, uint32_t address, uint32_t size)
{
	struct plan *p = &m->plan;
	unsigned *last = perm == PERM_W ? &p->last_write : &p->last_read;
	const struct region *r = &p->region[*last];

	if (p->count != 0 && (r->perm & perm) && address >= r->start && address + size <= r->end)
		return true;
	for (unsigned i = 0; i < p->count; i++) {
		r = &p->region[i];
		if ((r->perm & perm) && address >= r->start && address + size <= r->end) {
			*last = i;
			return true;
		}
	}
	return false;
}
