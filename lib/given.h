/* SPDX-License-Identifier: MIT */
/*
 * What a loader says of the machine when it has no device tree to say it with: a list of ATAGs, or
 * the arguments of a command.  Both are outside data: the readers stay inside what they are given.
 * After a failure *g and memory hold some of it, and are of no use.
 */
#ifndef GIVEN_H
#define GIVEN_H

#include <stddef.h>
#include <stdint.h>

#include "range.h"
#include "status.h"

/* 0 or empty: not said. */
struct given {
	struct range initrd;
	const char *line; /* of the command line, in the loader's memory; no NUL behind it */
	size_t line_len;
	uint32_t serial[2]; /* low, high */
	uint32_t revision;
	uint32_t fdt; /* address of a device tree */
};

/* Memory is clipped here, so that its end fits 32 bits. */
#define GIVEN_MEMORY_END 0xfffff000u

#define ATAG_CORE 0x54410001u /* the tag, the second word of a list */

/* A list that is longer has lost its end (Linux, Documentation/arm/booting.rst 4a: in the first 16
 * KiB of RAM). */
#define ATAGS_MAX 0x4000u

/*
 * Reads a list of ATAGs (Linux, arch/arm/include/uapi/asm/setup.h), of which avail bytes may be
 * read; *g must be zero, memory empty, p 4-byte aligned.  Each ATAG_MEM is added to memory; of
 * the other tags the last one of a kind counts.  ST_MAGIC when it does not begin with ATAG_CORE,
 * ST_TRUNCATED when it has no end, ST_CORRUPT when a tag is too short or an initrd runs past 4 GiB,
 * ST_NOSPACE for more banks than memory holds.
 */
enum status given_atags(struct given *g, struct range_set *memory, const uint32_t *p,
			size_t avail) MUST_CHECK;

/* A word that is longer is none. */
#define GIVEN_WORD_MAX 4096u

/*
 * Reads one word of a command (U-Boot's go and bootelf), of which avail bytes may be read:
 *
 *   fdt=ADDR           device tree
 *   initrd=ADDR:SIZE   initrd
 *   bootargs=TEXT      command line, spaces included
 *
 * Numbers are hexadecimal, with or without 0x.  All other words mean nothing.  ST_MAGIC when it is
 * not printable ASCII up to a NUL: no list of words then; ST_CORRUPT for a bad number.
 */
enum status given_word(struct given *g, const char *word, size_t avail) MUST_CHECK;

#endif /* GIVEN_H */
