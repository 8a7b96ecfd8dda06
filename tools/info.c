// SPDX-License-Identifier: MIT
#include "info.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "dtb.h"
#include "image_file.h"
#include "names.h"

typedef unsigned long long wide;

static const char *verdict(bool ok)
{
	return ok ? "ok" : "DAMAGED";
}

static void print_uart(const struct bytes *image)
{
	struct zshim_uart u;

	memcpy(&u, image->data + ZSHIM_BS_UART, sizeof(u));
	if (u.base)
		say("uart: base %#x, data +%#x, status +%#x, mask %#x, flip %#x, width %u", u.base,
		    u.regs.data, u.regs.status, u.regs.mask, u.regs.flip, u.regs.width);
	else
		say("uart: none");
}

static void print_pen(const struct bytes *image)
{
	struct zshim_pen pen;

	memcpy(&pen, image->data + ZSHIM_BS_PEN, sizeof(pen));
	if (pen.mailbox)
		say("pen: mailbox %#x, stride %u, GIC CPU interface %#x", pen.mailbox, pen.stride,
		    pen.gicc);
	else
		say("pen: none");
}

static void print_part(uint32_t number, const struct zshim_part *p, bool ok)
{
	say("part %u: %s", number, kind_name(p->kind));
	say("  offset: %#llx", (wide)p->offset);
	say("  codec: %s", codec_name(p->codec));
	if (p->kind == ZSHIM_PART_KERNEL)
		say("  filter: %s", filter_name(p->filter));
	say("  stored: %llu", (wide)p->stored);
	say("  inflated: %llu", (wide)p->inflated);
	say("  memory: %llu", (wide)p->memory);
	say("  align: %llu", (wide)p->align);
	say("  place: %s", place_name(p->place));
	if (p->place == ZSHIM_PLACE_LINUX)
		say("  text offset: %#llx", (wide)p->dest);
	if (p->place == ZSHIM_PLACE_FIXED)
		say("  address: %#llx", (wide)p->dest);
	if (p->kind == ZSHIM_PART_KERNEL)
		say("  entry: +%#llx%s", (wide)p->entry & ~1ull,
		    p->entry & 1 ? " in Thumb state" : "");
	say("  check: %08x %s", p->check, verdict(ok));
}

/* The command line may come from a damaged file: nothing in it reaches a terminal raw. */
static void print_cmdline(const struct bytes *image, const struct zshim_part *p)
{
	fputs("  text: ", stdout);
	for (uint64_t i = 0; i < p->stored; i++) {
		uint8_t c = image->data[p->offset + i];

		if (isprint(c) && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	putchar('\n');
}

/* Which board it is for; from a damaged file as well. */
static void print_dtb(const struct bytes *image, const struct zshim_part *p)
{
	struct bytes dtb = {image->data + p->offset, (size_t)p->stored};
	const char *compatible = dtb_compatible(&dtb);

	fputs("  compatible: ", stdout);
	for (const char *s = compatible ? compatible : "none"; *s; s++)
		putchar(isprint((unsigned char)*s) ? *s : '?');
	putchar('\n');
}

static void print_head(const struct bytes *image, const struct zshim_desc *desc, bool ok)
{
	uint32_t n = get32(image->data + ZSHIM_BS_CHECK);

	say("zshim image: version %u", desc->version);
	say("arch: armv7a");
	say("size: %llu", (wide)desc->image_size);
	say("stub: %u", get32(image->data + ZSHIM_BS_DESC));
	say("flavour: %s", desc->flags & ZSHIM_DESC_LOADER ? "loader" : "boot");
	say("check: %08x over %u bytes %s", get32(image->data + n), n, verdict(ok));
	if (desc->load)
		say("load: %#llx", (wide)desc->load);
	else
		say("load: anywhere");
	say("dtb policy: %s", dtb_policy_name(desc->dtb_policy));
	say("cmdline policy: %s", cmdline_policy_name(desc->cmdline_policy));
	print_uart(image);
	print_pen(image);
	say("parts: %u", desc->part_count);
}

int info(const char *file)
{
	struct image_file f;
	unsigned damaged;

	image_open(&f, file);
	damaged = !check_word_ok(&f.image);
	print_head(&f.image, f.desc, !damaged);
	for (uint32_t i = 0; i < f.desc->part_count; i++) {
		const struct zshim_part *p = &f.desc->part[i];
		bool ok = check_part_ok(&f.image, p);

		print_part(i, p, ok);
		if (p->kind == ZSHIM_PART_CMDLINE)
			print_cmdline(&f.image, p);
		if (p->kind == ZSHIM_PART_DTB)
			print_dtb(&f.image, p);
		damaged += !ok;
	}
	if (f.image.size > f.desc->image_size)
		say("behind the image: %llu bytes", (wide)f.image.size - f.desc->image_size);
	if (damaged)
		input_error(file, "damaged zshim image: %u check%s failed", damaged,
			    damaged == 1 ? "" : "s");
	free(f.whole.data);
	return 0;
}
