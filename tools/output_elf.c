// SPDX-License-Identifier: MIT
#include "output_elf.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#define NOTE_NAME    "zshim"
#define NOTE_VERSION 1

/* The note's text says how the file was made: `readelf -n` and `strings` show it. */
struct note {
	Elf32_Nhdr head;
	char name[8];
	char text[64];
};

struct head {
	Elf32_Ehdr elf;
	Elf32_Phdr load;
	Elf32_Phdr note_header;
	struct note note;
};

_Static_assert(sizeof(struct head) % 8 == 0,
	       "multiboot 2 wants its header 8-byte aligned in the file");

static const Elf32_Ehdr elf_template = {
	.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
	.e_type = ET_EXEC,
	.e_machine = EM_ARM,
	.e_version = EV_CURRENT,
	.e_phoff = offsetof(struct head, load),
	.e_flags = EF_ARM_EABI_VER5 | EF_ARM_ABI_FLOAT_SOFT,
	.e_ehsize = sizeof(Elf32_Ehdr),
	.e_phentsize = sizeof(Elf32_Phdr),
	.e_phnum = 2,
	.e_shentsize = sizeof(Elf32_Shdr),
};

struct bytes output_elf_head(uint32_t load, size_t image_size, const char *codec)
{
	struct head *h = alloc_zero(sizeof(*h));

	h->elf = elf_template;
	h->elf.e_entry = load;
	h->load = (Elf32_Phdr){
		.p_type = PT_LOAD,
		.p_offset = sizeof(*h),
		.p_vaddr = load,
		.p_paddr = load,
		.p_filesz = (Elf32_Word)image_size,
		.p_memsz = (Elf32_Word)image_size,
		/* The shim keeps its first stack in the image. */
		.p_flags = PF_R | PF_W | PF_X,
		.p_align = 4,
	};
	h->note_header = (Elf32_Phdr){
		.p_type = PT_NOTE,
		.p_offset = offsetof(struct head, note),
		.p_filesz = sizeof(h->note),
		.p_flags = PF_R,
		.p_align = 4,
	};
	h->note.head = (Elf32_Nhdr){sizeof(NOTE_NAME), sizeof(h->note.text), NOTE_VERSION};
	memcpy(h->note.name, NOTE_NAME, sizeof(NOTE_NAME));
	snprintf(h->note.text, sizeof(h->note.text), "zshim %s armv7a %s", ZSHIM_PROGRAM_VERSION,
		 codec);
	return (struct bytes){(uint8_t *)h, sizeof(*h)};
}
