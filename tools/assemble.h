/* SPDX-License-Identifier: MIT */
/* Builds the image of lib/image.h in memory. */
#ifndef ASSEMBLE_H
#define ASSEMBLE_H

#include "image.h"
#include "util.h"

#define PARTS_MAX ZSHIM_PART_MAX

/* What goes into one image. */
struct contents {
	bool loader; /* without a kernel: ZSHIM_DESC_LOADER */
	struct bytes stub;
	uint32_t load; /* 0: not told */
	uint32_t dtb_policy;
	uint32_t cmdline_policy;
	struct zshim_uart uart;
	struct zshim_pen pen;
	bool known_board; /* its pen, and a RAM base for the first stack */
	uint32_t text_offset;
	unsigned count;
	struct zshim_part part[PARTS_MAX]; /* offset and check are filled in by assemble() */
	struct bytes stored[PARTS_MAX];	   /* the bytes of part[i] in the file */
};

/* A new buffer with the whole image. */
struct bytes assemble(struct contents *c);

#endif /* ASSEMBLE_H */
