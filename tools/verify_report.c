// SPDX-License-Identifier: MIT
#include "verify_report.h"

#include <stdio.h>

#include "names.h"

#define RUNS_SHOWN 20

typedef unsigned long long wide;

void report_checked(const struct image_file *f)
{
	say("image: %s, %s, %llu bytes", f->name, f->elf ? "elf" : "zimage",
	    (wide)f->desc->image_size);
	for (uint32_t i = 0; i < f->desc->part_count; i++) {
		const struct zshim_part *p = &f->desc->part[i];

		say("part %u: %s, %llu bytes at %#llx, sound%s%s", i, kind_name(p->kind),
		    (wide)p->stored, (wide)p->offset,
		    p->kind == ZSHIM_PART_KERNEL ? ", inflates by " : "",
		    p->kind == ZSHIM_PART_KERNEL ? codec_name(p->codec) : "");
	}
	if (f->image.size > f->desc->image_size)
		say("behind the image: %llu bytes", (wide)f->image.size - f->desc->image_size);
}

void report_site(const struct situation *s, const char *ram_from, const char *tree_from)
{
	const struct site *site = &s->site;

	if (site->board[0])
		say("board: %s", site->board);
	for (unsigned i = 0; i < site->memory.count; i++)
		say("ram: %#llx-%#llx, by %s", (wide)site->memory.r[i].start,
		    (wide)site->memory.r[i].end, ram_from);
	for (unsigned i = 0; i < site->free.count; i++)
		if (site->free.r[i].start != site->memory.r[i].start ||
		    site->free.r[i].end != site->memory.r[i].end ||
		    site->free.count != site->memory.count)
			say("not reserved: %#llx-%#llx", (wide)site->free.r[i].start,
			    (wide)site->free.r[i].end);
	say("tree: %zu bytes, %s", site->tree_size, tree_from);
	if (range_size(s->loaders) != 0)
		say("loader's tree: at %#llx", (wide)s->loaders.start);
	if (range_size(site->initrd) != 0)
		say("loader's initrd: %#llx-%#llx", (wide)site->initrd.start,
		    (wide)site->initrd.end);
}

static void report_place(const char *what, struct range r)
{
	if (range_size(r) != 0)
		say("%s: %#llx-%#llx", what, (wide)r.start, (wide)r.end);
}

static const char *const thing[] = {
	[LAYOUT_SHIM] = "shim",
	[LAYOUT_TREE] = "device tree",
	[LAYOUT_INITRD] = "initrd",
	[LAYOUT_PART] = "packed kernel",
};

static void report_move(enum layout_thing what, phys_t from, phys_t to)
{
	say("%s moves from 0x%08llx to 0x%08llx", thing[what], (wide)from, (wide)to);
}

/* In the words and the order of the board's log, where it has the fact. */
void report_layout(uint32_t load, const struct layout *plan)
{
	say("load: %#x", load);
	say("kernel goes to 0x%08llx, to 0x%08llx with its BSS, %zu bytes of RAM lost below",
	    (wide)plan->kernel, (wide)plan->room.end, plan->lost);
	if (plan->room.start != plan->kernel)
		report_place("page tables", (struct range){plan->room.start, plan->kernel});
	report_place("shim", plan->shim);
	report_place("device tree", plan->tree);
	report_place("initrd", plan->initrd);
	report_place("packed kernel", plan->part);
	report_move(LAYOUT_SHIM, load, plan->shim.start);
	for (unsigned i = 0; i < plan->moves; i++)
		if (plan->move[i].from != 0) /* a tree whose place is not told */
			report_move(plan->move[i].what, plan->move[i].from, plan->move[i].to);
}

void refusal_text(const struct refusal *why, char text[REFUSAL_TEXT])
{
	phys_t missing = refusal_lacks(why);
	int n = snprintf(text, REFUSAL_TEXT, "E%02u %s %#llx %#llx", why->code, why->text,
			 (wide)why->first, (wide)why->second);

	if (missing)
		snprintf(text + n, REFUSAL_TEXT - (size_t)n, " (%llu bytes missing)",
			 (wide)missing);
}

void report_verdicts(const struct verdicts *v)
{
	char text[REFUSAL_TEXT];

	say("loads: %zu tried, each multiple of %llu KiB where the image can lie", v->tried,
	    (wide)v->step / 1024);
	for (size_t i = 0; i < v->count && i < RUNS_SHOWN; i++) {
		const struct verdict *run = &v->run[i];

		if (run->why.code)
			refusal_text(&run->why, text);
		say("  %#x-%#x: %s", run->first, run->last, run->why.code ? text : "works");
	}
	if (v->count > RUNS_SHOWN)
		say("  and %zu more ranges", v->count - RUNS_SHOWN);
}
