// SPDX-License-Identifier: MIT
#include "pack_prove.h"

#include "codes.h"
#include "prove.h"
#include "verify_report.h"

/* A raw image: any address will do. */
static void prove_anywhere(const struct pack_options *o, const struct situation *s)
{
	struct refusal why;
	char text[REFUSAL_TEXT];

	if (prove_any(s, &why))
		return;
	refusal_text(&why, text);
	warning(o->out, "no load address in the RAM of %s works: %s", s->site.board,
		why.code ? text : "the image does not fit into it");
}

/* An ELF file is loaded where it says, and a flash lies outside RAM: there and nowhere else. */
static void prove_load(const struct pack_options *o, const struct situation *s, uint32_t load)
{
	struct layout plan;
	struct refusal why;
	char text[REFUSAL_TEXT];

	if (prove_at(s, load, &plan, &why))
		return;
	refusal_text(&why, text);
	/* Another tree may come, or there is one for the board that this is for. */
	if (s->desc->dtb_policy == ZSHIM_DTB_FALLBACK || o->dtb_count > 1)
		warning(o->out, "at %#x in the RAM of %s: %s", load, s->site.board, text);
	else
		input_error(o->format == FORMAT_ELF ? "--load" : "-f flash",
			    "at %#x in the RAM of %s: %s", load, s->site.board, text);
}

/* The lowest address where the image is clear of RAM, as it is in a flash. */
static uint32_t outside(const struct range_set *memory, size_t size)
{
	phys_t at = 0;

	for (unsigned i = 0; i < memory->count && at + size > memory->r[i].start; i++)
		at = memory->r[i].end;
	return (uint32_t)at;
}

void pack_prove(const struct pack_options *o, const struct bytes *image, const struct stub *stub)
{
	const struct blob none = {NULL, 0};
	struct situation s = {.image = image, .stub = stub};
	struct refusal why;
	char text[REFUSAL_TEXT];

	s.desc = (const void *)(image->data + get32(image->data + ZSHIM_BS_DESC));
	if (!part_of(s.desc, ZSHIM_PART_KERNEL))
		return;
	for (uint32_t i = 0; i < s.desc->part_count; i++) {
		const struct zshim_part *p = &s.desc->part[i];
		struct blob tree = {image->data + p->offset, (size_t)p->stored};

		if (p->kind != ZSHIM_PART_DTB)
			continue;
		s.tree = p;
		s.site = (struct site){.memory = {.count = 0}};
		if (site_find(&s.site, &tree, &none, &why)) {
			if (o->format == FORMAT_ELF)
				prove_load(o, &s, (uint32_t)s.desc->load);
			else if (o->format == FORMAT_FLASH)
				prove_load(o, &s, outside(&s.site.memory, image->size));
			else
				prove_anywhere(o, &s);
		} else if (why.code != E_NO_RAM) { /* which the loader's tree may name */
			refusal_text(&why, text);
			warning(o->out, "on %s: %s", s.site.board, text);
		}
	}
}
