// SPDX-License-Identifier: MIT
#include "info.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "names.h"

#define FILE_MAX 0x7fffffffu

typedef unsigned long long wide;

/*
 * The image inside an ELF file of ours: its only PT_LOAD.  The headers are read by hand, as all of
 * this is a look at bytes that may be damaged anywhere.
 */
static struct bytes inside_elf(const char *file, const struct bytes *b)
{
	Elf32_Ehdr elf;
	Elf32_Phdr h;

	if (b->size < sizeof(elf) || memcmp(b->data, ELFMAG, SELFMAG) != 0)
		return *b;
	memcpy(&elf, b->data, sizeof(elf));
	if (elf.e_ident[EI_CLASS] != ELFCLASS32 || elf.e_machine != EM_ARM || elf.e_phnum == 0 ||
	    elf.e_phoff > b->size || b->size - elf.e_phoff < sizeof(h))
		input_error(file, "is an ELF file, but no zshim image");
	memcpy(&h, b->data + elf.e_phoff, sizeof(h));
	if (h.p_type != PT_LOAD || h.p_offset % 4)
		input_error(file, "is an ELF file, but no zshim image");
	if (h.p_offset > b->size || h.p_filesz > b->size - h.p_offset)
		input_error(file, "truncated: the image ends at %#llx, the file at %#zx",
			    (wide)h.p_offset + h.p_filesz, b->size);
	return (struct bytes){b->data + h.p_offset, h.p_filesz};
}

/* No image of ours, or one of another version. */
NO_RETURN static void refuse_other(const char *file, const struct bytes *image)
{
	const uint8_t *magic = image->data + ZSHIM_BS_MAGIC;

	if (image->size < ZSHIM_BS_SIZE || memcmp(magic, "ZSHIM", 6) != 0)
		input_error(file, "is no zshim image");
	input_error(file, "is a zshim image of version %u for architecture %u, not %u for %u",
		    magic[6], magic[7], ZSHIM_VERSION, ZSHIM_ARCH_ARMV7A);
}

static const struct zshim_desc *sound(const char *file, const struct bytes *image)
{
	const struct zshim_desc *desc;
	uint32_t where;
	enum status st = zshim_desc_check(image->data, image->size, &desc, &where);

	if (st == ST_MAGIC)
		refuse_other(file, image);
	/* The commonest damage has its own name. */
	if (st != ST_OK && get32(image->data + ZSHIM_BS_ZIMAGE_END) > image->size)
		input_error(file, "truncated zshim image: %u bytes, the file has %zu",
			    get32(image->data + ZSHIM_BS_ZIMAGE_END), image->size);
	if (st != ST_OK)
		input_error(file, "damaged zshim image: %s at %#x", status_text(st), where);
	return desc;
}

static const char *verdict(bool ok)
{
	return ok ? "ok" : "DAMAGED";
}

static void print_uart(const struct bytes *image)
{
	struct zshim_uart u;

	memcpy(&u, image->data + ZSHIM_BS_UART, sizeof(u));
	if (u.base)
		say("uart: base %#x, data +%#x, status +%#x, mask %#x, flip %#x", u.base, u.data,
		    u.status, u.mask, u.flip);
	else
		say("uart: none");
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

static void print_head(const struct bytes *image, const struct zshim_desc *desc, bool ok)
{
	uint32_t n = get32(image->data + ZSHIM_BS_CHECK);

	say("zshim image: version %u", desc->version);
	say("arch: armv7a");
	say("size: %llu", (wide)desc->image_size);
	say("stub: %u", get32(image->data + ZSHIM_BS_DESC));
	say("check: %08x over %u bytes %s", get32(image->data + n), n, verdict(ok));
	if (desc->load)
		say("load: %#llx", (wide)desc->load);
	else
		say("load: anywhere");
	say("dtb policy: %s", dtb_policy_name(desc->dtb_policy));
	say("cmdline policy: %s", cmdline_policy_name(desc->cmdline_policy));
	print_uart(image);
	say("parts: %u", desc->part_count);
}

int info(const char *file)
{
	struct bytes whole = file_read(file, FILE_MAX);
	struct bytes image = inside_elf(file, &whole);
	const struct zshim_desc *desc = sound(file, &image);
	unsigned damaged = !check_word_ok(&image);

	print_head(&image, desc, !damaged);
	for (uint32_t i = 0; i < desc->part_count; i++) {
		const struct zshim_part *p = &desc->part[i];
		bool ok = check_part_ok(&image, p);

		print_part(i, p, ok);
		if (p->kind == ZSHIM_PART_CMDLINE)
			print_cmdline(&image, p);
		damaged += !ok;
	}
	if (image.size > desc->image_size)
		say("behind the image: %llu bytes", (wide)image.size - desc->image_size);
	if (damaged)
		input_error(file, "damaged zshim image: %u check%s failed", damaged,
			    damaged == 1 ? "" : "s");
	free(whole.data);
	return 0;
}
