/* SPDX-License-Identifier: MIT */
/*
 * A kernel in an ELF file (System V ABI, chapters 4 and 5), for the board: where its segments go
 * and where it is entered.  All that is read is bounded by the file, all numbers are as physical
 * (p_paddr) as the file has them, and no segment ends above 4 GiB.  The packer reads ELF by libelf
 * and shares no code with this.
 */
#ifndef ELF32_H
#define ELF32_H

#include <stdbool.h>
#include <stdint.h>

#include "file.h"
#include "status.h"

#define ELF32_MAGIC 0x464c457fu /* as a little-endian word */

struct elf32 {
	uint32_t machine;    /* e_machine, and */
	uint32_t class_data; /* EI_CLASS, EI_DATA << 8: known also when it is not for us */

	uint32_t first;	      /* of the lowest segment */
	uint32_t end_bytes;   /* behind the last byte that the file has */
	uint32_t end_memory;  /* behind the last byte of a segment: BSS */
	uint32_t entry;	      /* bit 0: Thumb state */
	uint32_t page_offset; /* of a Linux: the top digit of e_entry, which is virtual */
	bool is_linux;	      /* it patches its own addresses: has a section .init.pv_table */

	/* Of the file, for elf32_load(). */
	uint32_t phoff;
	uint32_t phnum;
};

/*
 * Reads the headers.  ST_MAGIC: no ELF file; ST_UNSUPPORTED: one for another machine, class or byte
 * order.  All else is a fault of the file, at offset *where in it: ST_TRUNCATED when something lies
 * outside the file, ST_RANGE or ST_CORRUPT for numbers that make no sense, ST_NOTFOUND when no
 * segment has the entry.
 */
enum status elf32_scan(const struct file *f, struct elf32 *e, uint32_t *where) MUST_CHECK;

/*
 * Reads the segments' bytes to `to`, which stands for e->first and has room up to e->end_memory,
 * and zeroes what no segment has bytes for.
 */
enum status elf32_load(const struct file *f, const struct elf32 *e, uint8_t *to) MUST_CHECK;

#endif /* ELF32_H */
