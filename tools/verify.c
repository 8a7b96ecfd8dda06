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
	struct blob loader; /* the loader's tree; blob NULL: only its size is known, or assumed */
	bool loader_told;   /* there is one for sure */
	const char *loader_from;
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

/* The loader's tree: --dtb, or behind the image, or one of which at most the place is known. */
static void find_loader_tree(struct proof *p)
{
	const struct verify_options *o = p->o;
	size_t end = (size_t)p->file.desc->image_size;
	struct bytes b = {p->file.image.data + end, p->file.image.size - end};

	p->loader_told = true;
	if (o->dtb) {
		b = dtb_read(o->dtb);
		p->loader_from = o->dtb;
		p->loader = (struct blob){b.data, b.size};
	} else if (o->fdt.start == 0 && site_is_tree(&(struct blob){b.data, b.size})) {
		p->s.behind = b.size;
		p->loader_from = "behind the image";
		p->loader = (struct blob){b.data, b.size};
	} else {
		p->loader_told = o->fdt.start != 0;
		p->loader_from = "assumed, --dtb tells";
		p->loader.size = range_size(o->fdt) ? range_size(o->fdt) : TREE_ASSUMED;
	}
}

/*
 * What the shim would find with this device tree of the image, or with the loader's.  False: the
 * boot ends there, or nobody knows where RAM is.
 */
static bool find_site(struct proof *p, const struct zshim_part *part)
{
	const struct verify_options *o = p->o;
	struct blob none = {NULL, 0}, tree = p->loader;
	struct refusal why;

	if (part)
		tree = (struct blob){p->file.image.data + part->offset, (size_t)part->stored};
	p->s.tree = part;
	p->s.site = (struct site){.memory = o->ram, .initrd = o->initrd};
	if (!tree.blob && o->ram.count == 0)
		return false;
	if (!site_find(&p->s.site, &tree, part && p->loader_told ? &p->loader : &none, &why)) {
		if (why.code != E_NO_RAM || p->loader.blob)
			refuse(p, "", &why);
		return false;
	}
	p->s.loaders = (struct range){o->fdt.start, o->fdt.start};
	if (o->fdt.start != 0)
		p->s.loaders.end += part ? p->s.site.loader_size : p->s.site.tree_size;
	p->boards++;
	report_site(&p->s, o->ram.count ? "--ram" : "/memory",
		    part ? "the image's" : p->loader_from);
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
	struct range image = {load, load + loaded_size(&p->s)};
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

/* Of several trees the one that fits the loader's; NULL: none, so that the kernel gets that. */
static const struct zshim_part *best_tree(const struct proof *p)
{
	const struct zshim_part *best = NULL;
	unsigned most = 0;

	for (uint32_t i = 0; i < p->file.desc->part_count; i++) {
		const struct zshim_part *part = &p->file.desc->part[i];
		struct blob tree = {p->file.image.data + part->offset, (size_t)part->stored};
		unsigned fit = part->kind == ZSHIM_PART_DTB ? site_fit(&tree, &p->loader) : 0;

		if (fit > most) {
			most = fit;
			best = part;
		}
	}
	return best;
}

/* The device trees that the kernel may get, by boot/tree.c: with nothing known of the loader's each
 * of the image's. */
static void prove_each(struct proof *p)
{
	const struct zshim_desc *desc = p->file.desc;
	unsigned trees = 0;

	for (uint32_t i = 0; i < desc->part_count; i++)
		trees += desc->part[i].kind == ZSHIM_PART_DTB;
	if (trees == 0 || (desc->dtb_policy == ZSHIM_DTB_FALLBACK && p->loader_told)) {
		prove(p, NULL);
	} else if (trees > 1 && p->loader.blob) {
		prove(p, best_tree(p));
	} else {
		for (uint32_t i = 0; i < desc->part_count; i++)
			if (desc->part[i].kind == ZSHIM_PART_DTB)
				prove(p, &desc->part[i]);
	}
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
	find_loader_tree(&p);
	if (part_of(p.file.desc, ZSHIM_PART_KERNEL))
		prove_each(&p);
	else
		say("kernel: none, so no layout is proved");
	if (p.refused)
		input_error(o->file, "%s", p.first);
	if (p.boards == 0 && (o->load_given || o->fdt.start != 0 || range_size(o->initrd) != 0))
		usage_error("verify: nothing tells where RAM is: give --ram");
	/* The trees live as long as the program. */
	return 0;
}
