// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdio.h>

#include "names.h"

void report_kernel(const struct kernel *k, const struct placement *p)
{
	say("kernel: %s, %s%s", k->file, k->what, k->is_linux ? "" : ", no Linux");
	if (k->release[0])
		say("banner: Linux version %s", k->release);
	if (p->rule == ZSHIM_PLACE_LINUX)
		say("place: linux (%s): %#x above a RAM base that is a multiple of %u MiB", p->why,
		    p->text_offset, (unsigned)(p->align >> 20));
	else
		say("place: fixed (%s): at %#llx", p->why, (unsigned long long)p->dest);
	say("memory: %zu bytes + %llu BSS%s, entry at +%#x%s", k->size,
	    (unsigned long long)k->memory - k->size,
	    k->bss_told ? "" : " (a guess: --bss tells it)", k->entry & ~1u,
	    k->entry & 1 ? " in Thumb state" : "");
}

void report_encoding(const struct encoding *e)
{
	if (e->codec == ZSHIM_CODEC_NONE && !e->filter)
		return;
	say("encoder: %s, filter %s, the smallest of %u encode%s", e->setting,
	    filter_name(e->filter), e->tried, e->tried == 1 ? "" : "s");
}

/* What only shows on the board. */
static void report_flash(const struct pack_options *o, const struct contents *c)
{
	if (o->dtb_count == 0)
		say("flash: without --dtb it starts only where there is a device tree at the RAM "
		    "base, as on QEMU's virt");
	else if (o->dtb_count > 1)
		say("flash: with several --dtb nobody knows where the other CPUs of each board "
		    "wait: they rest");
	else if (!c->known_board)
		say("flash: the board of --dtb is not in board/: the shim may find no RAM for its "
		    "stack");
	if (c->pen.mailbox)
		say("flash: other CPUs wait for %#x", c->pen.mailbox);
}

void report_image(const struct pack_options *o, const struct contents *c, const struct bytes *image)
{
	for (unsigned i = 0; i < c->count; i++) {
		const struct zshim_part *p = &c->part[i];

		say("part: %s, %llu bytes at %#llx, %s%s%s, %.1f %%", kind_name(p->kind),
		    (unsigned long long)p->stored, (unsigned long long)p->offset,
		    codec_name(p->codec), p->filter ? ", filter " : "",
		    p->filter ? filter_name(p->filter) : "",
		    100.0 * (double)p->stored / (double)p->inflated);
	}
	if (c->load)
		say("load: %#x%s", c->load,
		    o->load.given ? "" : " (16 MiB above the RAM base in the device tree)");
	if (o->format == FORMAT_FLASH)
		report_flash(o, c);
	say("image: %s, %s, %zu bytes, of these %zu stub", o->out,
	    o->format == FORMAT_ELF	? "elf"
	    : o->format == FORMAT_FLASH ? "flash"
					: "zimage",
	    image->size, c->stub.size);
}
