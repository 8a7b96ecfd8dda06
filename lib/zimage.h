/* SPDX-License-Identifier: MIT */
/*
 * A zImage as its loader sees it: how much room it needs to inflate itself without moving first.
 * The head is documented by Linux's own (arch/arm/boot/compressed), the size table at its end is
 * what kexec reads.
 */
#ifndef ZIMAGE_H
#define ZIMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "file.h"
#include "status.h"

/*
 * A zImage takes for the RAM base what its own address is below this, when the device tree has RAM
 * there, so a base that it agrees with is a multiple of it.
 */
#define ZIMAGE_BASE_ALIGN 0x8000000u

/*
 *	RAM base                                  at
 *	|<- text_offset ->| inflated | BSS |      | the file | stack | heap |
 *	                  |<------------------ memory --------------------->|
 */
struct zimage {
	uint32_t text_offset; /* of the inflated kernel */
	uint32_t at;	      /* from the inflated kernel's first byte to the file's */
	uint32_t memory;
	bool guessed; /* the file has no table */
};

/*
 * ST_MAGIC: no zImage; ST_UNSUPPORTED: a big-endian one.  ST_TRUNCATED, ST_RANGE and ST_CORRUPT are
 * faults of the file, at offset *where in it.
 */
enum status zimage_scan(const struct file *f, struct zimage *z, uint32_t *where) MUST_CHECK;

#endif /* ZIMAGE_H */
