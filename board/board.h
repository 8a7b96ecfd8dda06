/* SPDX-License-Identifier: MIT */
/*
 * What the shim must know of a board that no device tree has told it yet.  One folder a board, data
 * only: adding one is adding a folder (template/README.md).  Everything else comes from the DTB.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#include "image.h"

/*
 * One entry of the table that the linker gathers in the section boards.  No pointers inside, so the
 * table is right even before the shim has applied its relocations.  The packer has it as well.
 */
struct board {
	uint32_t ram_base; /* where a DTB may lie when r2 has none: probed, last of all sources */
	uint32_t machine;  /* r1 of loaders from before the DTB: Linux's machine number; 0: none */
	char compatible[24]; /* of the device tree's root node: one of its entries */
	struct zshim_pen pen;
};

/* The alignment is what it is, but a compiler that is not told may choose a larger one. */
#define BOARD_ENTRY __attribute__((section("boards"), used, aligned(4)))

#endif
