/* SPDX-License-Identifier: MIT */
/* Where on the board does the kernel go? */
#ifndef PLACE_H
#define PLACE_H

#include "kernel.h"
#include "options.h"

struct placement {
	enum zshim_place rule;
	uint32_t flags;	      /* as in struct zshim_part */
	uint64_t dest;	      /* as in struct zshim_part */
	uint64_t align;	      /* as in struct zshim_part */
	uint32_t text_offset; /* for the zImage table; 0 when it is no Linux */
	const char *why;
};

/* Fills in what the options say about a kernel whose file does not: --bss, --text-offset. */
void place_apply_options(struct kernel *k, const struct pack_options *o);

void place_kernel(struct placement *p, const struct kernel *k, const struct pack_options *o);

#endif /* PLACE_H */
