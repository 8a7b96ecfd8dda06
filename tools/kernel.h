/* SPDX-License-Identifier: MIT */
/* A kernel as it will lie in memory, whatever file it came in. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

/* More than this between a kernel's first and last byte is a mistake, not a kernel. */
#define KERNEL_MAX 0x10000000u

/* TEXT_OFFSET of nearly every ARM Linux. */
#define TEXT_OFFSET_USUAL 0x8000u

enum kernel_kind { KERNEL_ELF, KERNEL_IMAGE, KERNEL_ZIMAGE };

struct kernel {
	const char *file;
	enum kernel_kind kind;
	char what[96];	/* for people: "vmlinux ELF, 5 segments" */
	uint8_t *bytes; /* from its first byte to its last one in the file, holes filled with 0 */
	size_t size;
	uint64_t memory; /* size + BSS */
	uint32_t entry;	 /* offset from bytes[0]; bit 0: Thumb state */

	bool is_linux;
	bool needs_phys;      /* Linux that cannot find its RAM base by itself */
	char release[64];     /* "6.1.0-50-armmp", empty when unknown */
	unsigned version;     /* 0x0601 for 6.1; 0 when unknown */
	uint32_t address;     /* ELF only: p_paddr of bytes[0] */
	uint32_t page_offset; /* ELF only: the top digit of e_entry */
	uint32_t text_offset; /* Image, zImage: above the RAM base */
	bool bss_told;	      /* by the ELF file or the zImage's table */
};

/* Loads any kernel file that we know; anything else ends the program by name. */
void kernel_load(struct kernel *k, const char *file);

/* One function a file format; in is open, size > 0. */
void kernel_load_elf(struct kernel *k, const struct input *in);
void kernel_load_image(struct kernel *k, const struct input *in);
void kernel_load_zimage(struct kernel *k, const struct input *in);

/* Finds "Linux version N..." in k->bytes and sets release and version; false: none. */
bool kernel_find_banner(struct kernel *k);

/* What to reserve for BSS behind a kernel whose file does not tell. */
uint64_t kernel_guess_bss(uint64_t size);

/*
 * True for the first instructions of an ARM Linux.  head.S has read the main ID register by
 * `mrc p15, 0, r9, c0, c0` since 2.6, some instructions after its first one.
 */
bool kernel_has_linux_head(const uint8_t *bytes, size_t size);

#endif /* KERNEL_H */
