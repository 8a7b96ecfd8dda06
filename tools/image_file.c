// SPDX-License-Identifier: MIT
#include "image_file.h"

#include <elf.h>
#include <string.h>

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

void image_open(struct image_file *f, const char *name)
{
	f->name = name;
	f->whole = file_read(name, FILE_MAX);
	f->elf = f->whole.size >= sizeof(Elf32_Ehdr) && memcmp(f->whole.data, ELFMAG, SELFMAG) == 0;
	f->image = f->elf ? inside_elf(name, &f->whole) : f->whole;
	f->desc = sound(name, &f->image);
}
