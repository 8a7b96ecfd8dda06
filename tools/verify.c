// SPDX-License-Identifier: MIT
/* The story of a proof is verify(), at the end. */
#include "verify.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "codes.h"
#include "dtb.h"
#include "image_file.h"
#include "names.h"
#include "output_elf.h"
#include "prove.h"
#include "verify_report.h"

/* The bytes of a tree of which nothing is known.  The trees in Debian's armmp package have up to
 * 95 KB, QEMU's for virt 7. */
#define TREE_ASSUMED 0x8000u

#define WHERE_TEXT 32

#define ERASED 0xff

struct proof {
	const struct verify_options *o;
	struct image_file file;
	struct bytes dtb; /* the loader's */
	struct situation s;
	unsigned boards; /* of which RAM is known */
	unsigned refused;
	char first[WHERE_TEXT + REFUSAL_TEXT]; /* refusal */
};

/* The wrapper is ours to the byte. */
static void check_wrapper(const struct image_file *f, struct findings *found)
{
	const struct zshim_part *kernel = part_of(f->desc, ZSHIM_PART_KERNEL);
	size_t at = (size_t)(f->image.data - f->whole.data);
	uint32_t codec = kernel ? kernel->codec : ZSHIM_CODEC_NONE;
	struct bytes head = output_elf_head((uint32_t)f->desc->load, (size_t)f->desc->image_size,
					    codec_name(codec));

	for (size_t i = 0; i < at && i < head.size; i++) {
		if (f->whole.data[i] == head.data[i])
			continue;
		finding(found, "ELF headers at %#zx: %02x, not %02x", i, f->whole.data[i],
			head.data[i]);
		break;
	}
	if (at != head.size || at + f->image.size != f->whole.size)
		finding(found, "ELF headers: the image has %zu bytes at %#zx in a file of %zu",
			f->image.size, at, f->whole.size);
	free(head.data);
}

/* A flash is filled up with erased bytes; of anything else behind the image nobody knows what it
 * should be. */
static void check_filling(const struct image_file *f, struct findings *found)
{
	size_t at = (size_t)f->desc->image_size, odd = 0, first = 0;

	for (size_t i = f->image.size; i > at; i--) {
		if (f->image.data[i - 1] == ERASED)
			continue;
		odd++;
		first = i - 1;
	}
	if (odd != 0 && odd < (f->image.size - at) / 2)
		finding(found, "filling behind the image at %#zx: %02x, not %02x", first,
			f->image.data[first], ERASED);
}

static void check(const struct image_file *f)
{
	struct findings found = {.count = 0};
	char more[32] = "";

	if (f->elf)
		check_wrapper(f, &found);
	check_filling(f, &found);
	free(check_image(&f->image, f->desc, &found).data);
	for (unsigned i = 0; i < found.count && i < FINDINGS_KEPT; i++)
		say("damaged: %s", found.line[i]);
	if (found.count > 1)
		snprintf(more, sizeof(more), "; and %u more", found.count - 1);
	if (found.count)
		input_error(f->name, "damaged zshim image: %s%s", found.line[0], more);
	report_checked(f);
}

static void refuse_text(struct proof *p, const char *where, const char *text)
{
	say("refused: %s%s", where, text);
	if (p->refused++ == 0)
		snprintf(p->first, sizeof(p->first), "%.*s%s", WHERE_TEXT - 1, where, text);
}

static void refuse(struct proof *p, const char *where, const struct refusal *why)
{
	char text[REFUSAL_TEXT];

	refusal_text(why, text);
	refuse_text(p, where, text);
}

/*
 * What the shim would find with this device tree of the image, or with the loader's.  False: the
 * boot ends there, or nobody knows where RAM is.
 */
static bool find_site(struct proof *p, const struct zshim_part *part)
{
	const struct verify_options *o = p->o;
	struct blob tree = {p->dtb.data, o->dtb ? p->dtb.size : TREE_ASSUMED};
	struct blob loaders = {NULL, 0};
	struct refusal why;

	if (!o->dtb && range_size(o->fdt) != 0)
		tree.size = range_size(o->fdt);
	if (part) {
		if (o->dtb || o->fdt.start != 0)
			loaders = tree;
		tree = (struct blob){p->file.image.data + part->offset, (size_t)part->stored};
	}
	p->s.tree = part;
	p->s.site = (struct site){.memory = o->ram, .initrd = o->initrd};
	if (!part && !o->dtb && o->ram.count == 0)
		return false;
	if (!site_find(&p->s.site, &tree, &loaders, &why)) {
		if (why.code != E_NO_RAM || o->dtb)
			refuse(p, "", &why);
		return false;
	}
	p->s.loaders = (struct range){o->fdt.start, o->fdt.start};
	if (o->fdt.start != 0)
		p->s.loaders.end += part ? p->s.site.loader_size : p->s.site.tree_size;
	p->boards++;
	report_site(&p->s, o->ram.count ? "--ram" : "/memory",
		    part     ? "the image's"
		    : o->dtb ? o->dtb
			     : "assumed, --dtb tells");
	return true;
}

static bool touches(const struct range_set *set, struct range r)
{
	for (unsigned i = 0; i < set->count; i++)
		if (range_overlap(set->r[i], r))
			return true;
	return false;
}

static void prove_load(struct proof *p, uint32_t load)
{
	struct range image = {load, load + p->file.desc->image_size};
	const struct range_set *memory = &p->s.site.memory;
	struct layout plan;
	struct refusal why;
	char where[WHERE_TEXT];

	snprintf(where, sizeof(where), "at %#x: ", load);
	if (!range_holds(memory, image)) {
		if (touches(memory, image)) {
			refuse_text(p, where, "only a part of the image lies in RAM");
			return;
		}
		say("image: lies outside of RAM, taken for ROM");
	}
	if (prove_at(&p->s, load, &plan, &why)) {
		report_layout(load, &plan);
		return;
	}
	refuse(p, where, &why);
}

static void prove_range(struct proof *p)
{
	struct verdicts v = prove_all(&p->s);

	report_verdicts(&v);
	free(v.run);
	if (v.work)
		return;
	if (v.tried)
		refuse(p, "at every address: ", &v.nearest);
	else
		refuse_text(p, "", "free RAM has no place for the image itself");
}

static void prove(struct proof *p, const struct zshim_part *tree)
{
	if (!find_site(p, tree))
		return;
	if (p->o->load_given)
		prove_load(p, p->o->load);
	else if (p->file.elf)
		prove_load(p, (uint32_t)p->file.desc->load);
	else
		prove_range(p);
}

/* The device trees that the kernel may get: each of the image's, or the loader's alone. */
static void prove_each(struct proof *p)
{
	const struct zshim_desc *desc = p->file.desc;
	bool loader_has_one = p->o->dtb || p->o->fdt.start != 0;
	unsigned trees = 0;

	for (uint32_t i = 0; i < desc->part_count; i++) {
		if (desc->part[i].kind != ZSHIM_PART_DTB ||
		    (desc->dtb_policy == ZSHIM_DTB_FALLBACK && loader_has_one))
			continue;
		prove(p, &desc->part[i]);
		trees++;
	}
	if (trees == 0)
		prove(p, NULL);
}

int verify(const struct verify_options *o)
{
	struct proof p = {.o = o};

	image_open(&p.file, o->file);
	check(&p.file);
	p.s.image = &p.file.image;
	p.s.desc = p.file.desc;
	p.s.stub = stub_in(&p.file.image);
	if (!p.s.stub)
		input_error(o->file,
			    "sound, but its shim is not that of zshim %s: no layout is "
			    "proved",
			    ZSHIM_PROGRAM_VERSION);
	if (o->dtb)
		p.dtb = dtb_read(o->dtb);
	if (part_of(p.file.desc, ZSHIM_PART_KERNEL))
		prove_each(&p);
	else
		say("kernel: none, so no layout is proved");
	if (p.refused)
		input_error(o->file, "%s", p.first);
	if (p.boards == 0 && (o->load_given || o->fdt.start != 0 || range_size(o->initrd) != 0))
		usage_error("verify: nothing tells where RAM is: give --ram");
	free(p.dtb.data);
	free(p.file.whole.data);
	return 0;
}
