// SPDX-License-Identifier: MIT
/*
 * What steps 2 to 5 found out, in words.  The lines go to the console as they become known, and
 * once more, muted, into the log when that has a place (step 6).
 */
#include "boot.h"
#include "codec.h"

void report_found(struct boot *b)
{
	say(b, "%s at %p, entered in %s, r0=%x r1=%x r2=%x", ZSHIM_VERSION_TEXT,
	    (void *)b->entry.image, arch_entered_hyp(b->entry.cpsr) ? "HYP" : "SVC",
	    (unsigned)b->entry.r0, (unsigned)b->entry.r1, (unsigned)b->entry.r2);
	if (b->uart.base != 0)
		say(b, "console %s at %p by %s", b->uart_name, (void *)b->uart.base, b->uart_from);
	if (b->bad.at != 0)
		say(b, "device tree at %p is no good, status %u", (void *)b->bad.at,
		    (unsigned)b->bad.status);
	say(b, "device tree at %p, %u bytes, from %s", (const void *)b->tree.f.blob,
	    (unsigned)fdt_used(&b->tree.f), b->tree_from);
	if (b->packed.len || b->args.len)
		say(b, "command line: %u characters from the image, %u from the loader",
		    b->packed.len, b->args.len);
	if (b->initrd_from)
		say(b, "initrd at %p, %u bytes, from %s", (void *)b->initrd.start,
		    range_size(b->initrd), b->initrd_from);
}

void report_ram(struct boot *b)
{
	for (unsigned i = 0; i < b->memory.count; i++)
		say(b, "RAM %p-%p", (void *)b->memory.r[i].start, (void *)b->memory.r[i].end);
}

static void report_move(struct boot *b, const char *what, phys_t from, phys_t to)
{
	if (from != to)
		say(b, "%s moves from %p to %p", what, (void *)from, (void *)to);
}

void report_plan(struct boot *b)
{
	const struct layout *plan = &b->layout;

	say(b, "kernel goes to %p, to %p with its BSS, %u bytes of RAM lost below",
	    (void *)plan->kernel, (void *)plan->room.end, plan->lost);
	report_move(b, "shim", b->entry.image, plan->shim.start);
	report_move(b, "device tree", (phys_t)b->tree.f.blob, plan->tree.start);
	report_move(b, "initrd", b->initrd.start, plan->initrd.start);
	report_move(b, "packed kernel", b->entry.image + (phys_t)b->kernel->offset,
		    plan->part.start);
}
