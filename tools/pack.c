// SPDX-License-Identifier: MIT
/* The story of a pack is pack(), at the end; what it says on the way is in report.c. */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

#include "assemble.h"
#include "auto.h"
#include "boards.h"
#include "check.h"
#include "dtb.h"
#include "encode.h"
#include "kernel.h"
#include "names.h"
#include "output.h"
#include "output_elf.h"
#include "output_flash.h"
#include "pack_prove.h"
#include "place.h"
#include "report.h"
#include "stub.h"

#define INITRD_MAX	0x40000000u
#define DTB_ALIGN	8    /* the device tree specification, 5.1 */
#define INITRD_ALIGN	4096 /* Linux frees it by pages */
#define LOAD_ABOVE_BASE 0x1000000u

static void add_part(struct contents *c, struct zshim_part part, struct bytes stored)
{
	c->part[c->count] = part;
	c->stored[c->count] = stored;
	c->count++;
}

/* A part that is stored as it is and may lie anywhere. */
static void add_plain(struct contents *c, enum zshim_kind kind, uint32_t align, struct bytes b)
{
	struct zshim_part part = {
		.kind = kind,
		.codec = ZSHIM_CODEC_NONE,
		.inflated = b.size,
		.memory = b.size,
		.align = align,
		.place = ZSHIM_PLACE_ANY,
	};

	add_part(c, part, b);
}

static void add_cmdline(struct contents *c, const char *text)
{
	struct bytes b;

	if (!text)
		return;
	b.size = strlen(text);
	if (b.size > ZSHIM_CMDLINE_MAX)
		input_error("--cmdline", "too long: %zu characters, Linux takes %u", b.size,
			    ZSHIM_CMDLINE_MAX);
	b.data = alloc_raw(b.size);
	memcpy(b.data, text, b.size);
	add_plain(c, ZSHIM_PART_CMDLINE, 1, b);
}

static void add_kernel(struct contents *c, const struct kernel *k, const struct placement *p,
		       const struct encoding *e)
{
	struct zshim_part part = {
		.kind = ZSHIM_PART_KERNEL,
		.codec = e->codec,
		.filter = e->filter,
		.inflated = k->size,
		.memory = k->memory,
		.align = p->align,
		.dest = p->dest,
		.entry = k->entry,
		.flags = p->flags,
		.place = p->rule,
	};

	c->text_offset = p->text_offset;
	add_part(c, part, e->bytes);
}

/* --load, or what the device tree allows to conclude. */
static uint32_t load_address(const struct pack_options *o, const struct bytes *dtb)
{
	uint32_t base;

	if (o->load.given || o->format != FORMAT_ELF)
		return o->load.value;
	if (o->dtb_count == 0)
		usage_error("pack: -f elf needs --load ADDR (or a --dtb with a /memory node)");
	if (o->dtb_count > 1)
		usage_error("pack: -f elf needs --load ADDR: there is more than one --dtb");
	if (!dtb_ram_base(dtb, &base) || base > UINT32_MAX - LOAD_ABOVE_BASE || base % 4)
		usage_error("pack: -f elf needs --load ADDR: %s has no usable /memory node",
			    o->dtb[0]);
	return base + LOAD_ABOVE_BASE;
}

static void check_load(uint32_t load, size_t size)
{
	if ((uint64_t)load + size > UINT32_MAX)
		input_error("--load", "the image ends above 4 GiB: %zu bytes at %#x", size, load);
}

static void write_image(const struct pack_options *o, const struct contents *c,
			const struct bytes *image, const char *codec)
{
	struct bytes piece[3] = {{NULL, 0}, *image, {NULL, 0}};

	if (o->format == FORMAT_ELF)
		piece[0] = output_elf_head(c->load, image->size, codec);
	if (o->flash_size.given)
		piece[2] = output_flash_rest(image->size, o->flash_size.value);
	output_write(o->out, piece, 3);
	free(piece[0].data);
	free(piece[2].data);
}

/* The kernel's part, encoded as the options say. */
static void pack_kernel(struct contents *c, struct kernel *kernel, const struct pack_options *o)
{
	struct placement place;
	struct encoding e;

	kernel_load(kernel, o->kernel);
	place_apply_options(kernel, o);
	place_kernel(&place, kernel, o);
	report_kernel(kernel, &place);
	e = o->codec_auto ? auto_encode(kernel, o) : encode(kernel, o->codec, o->filter, o->best);
	report_encoding(&e);
	add_kernel(c, kernel, &place, &e);
}

/*
 * What the other CPUs of the board wait for, which all come out of reset into the image and stay in
 * it: of the one board that this is for.
 */
static void set_pen(struct contents *c, const struct pack_options *o, const struct bytes *dtb)
{
	const struct board *board = o->dtb_count == 1 ? board_of_tree(&dtb[0]) : NULL;

	c->known_board = board != NULL;
	if (board)
		c->pen = board->pen;
}

void pack(const struct pack_options *o)
{
	struct contents c = {.loader = o->loader,
			     .dtb_policy = o->dtb_policy,
			     .cmdline_policy = o->cmdline_policy,
			     .uart = o->uart};
	struct bytes dtb[ZSHIM_PART_MAX], initrd = {NULL, 0}, image;
	struct kernel kernel = {.bytes = NULL};
	const struct stub *stub;
	const char *codec = codec_name(ZSHIM_CODEC_NONE);

	refuse_same_file(o->out, o->kernel);
	refuse_same_file(o->out, o->initrd);
	for (unsigned i = 0; i < o->dtb_count; i++) {
		refuse_same_file(o->out, o->dtb[i]);
		dtb[i] = dtb_read(o->dtb[i]);
	}
	if (o->initrd)
		initrd = file_read(o->initrd, INITRD_MAX);
	c.load = load_address(o, dtb);
	if (o->format == FORMAT_FLASH)
		set_pen(&c, o, dtb);
	/* First what the shim reads in place, then the two large ones that it may have to move. */
	add_cmdline(&c, o->cmdline);
	for (unsigned i = 0; i < o->dtb_count; i++)
		add_plain(&c, ZSHIM_PART_DTB, DTB_ALIGN, dtb[i]);
	if (!o->loader) {
		pack_kernel(&c, &kernel, o);
		codec = codec_name(c.part[c.count - 1].codec);
	}
	if (o->initrd)
		add_plain(&c, ZSHIM_PART_INITRD, INITRD_ALIGN, initrd);
	stub = stub_find("armv7a", codec, o->loader ? "loader" : "boot");
	c.stub = (struct bytes){(uint8_t *)(uintptr_t)stub->bytes,
				(size_t)(stub->end - stub->bytes)};

	image = assemble(&c);
	check_load(c.load, image.size);
	check_packed(&image, kernel.bytes, kernel.size);
	if (!o->loader)
		pack_prove(o, &image, stub);
	write_image(o, &c, &image, codec);
	report_image(o, &c, &image);
}
