// SPDX-License-Identifier: MIT
/*
 * What steps 2 to 5 found out, in words.  The lines go to the console as they become known, and
 * once more, muted, into the log when that has a place (step 6).
 */
#include "boot.h"

void report_noted(struct boot *b, const struct noted *n)
{
	if (n->at != 0)
		say(b, n->status ? TEXT_BAD : TEXT_FOUND, text(n->what), n->at, n->status);
}

void report_found(struct boot *b)
{
	say(b, TEXT_ENTERED, b->entry.image, arch_mode(b->entry.cpsr), b->entry.r0, b->entry.r1,
	    b->entry.r2, text(b->secure ? TEXT_SECURE : TEXT_NON_SECURE));
	if (b->uart.base != 0)
		say(b, TEXT_CONSOLE, b->uart_name, b->uart.base, text(b->uart_from));
	report_noted(b, &b->list);
	report_noted(b, &b->bad);
	say(b, TEXT_TREE, b->tree.f.blob, fdt_used(&b->tree.f), text(b->tree_from));
	if (b->tree_by)
		say(b, TEXT_CHOSEN, b->tree_part, text(b->tree_by));
	if (b->packed.len || b->args.len)
		say(b, TEXT_LINE_FROM, b->packed.len, b->args.len);
	if (b->initrd_from)
		say(b, TEXT_INITRD, b->initrd.start, range_size(b->initrd), text(b->initrd_from));
}

void report_ram(struct boot *b)
{
	for (unsigned i = 0; i < b->memory.count; i++)
		say(b, TEXT_RAM, b->memory.r[i].start, b->memory.r[i].end);
}

static const uint16_t things[LAYOUT_THINGS] = {
	[LAYOUT_SHIM] = TEXT_THE_SHIM,
	[LAYOUT_TREE] = TEXT_THE_TREE,
	[LAYOUT_INITRD] = TEXT_THE_INITRD,
	[LAYOUT_PART] = TEXT_THE_PART,
};

static void report_move(struct boot *b, unsigned what, phys_t from, phys_t to)
{
	say(b, TEXT_MOVE, text(things[what]), from, to);
}

void report_plan(struct boot *b)
{
	const struct layout *plan = &b->layout;

	say(b, TEXT_KERNEL, plan->kernel, plan->room.end, plan->lost);
	report_move(b, LAYOUT_SHIM, b->entry.image, plan->shim.start);
	for (unsigned i = 0; i < plan->moves; i++)
		report_move(b, plan->move[i].what, plan->move[i].from, plan->move[i].to);
}
