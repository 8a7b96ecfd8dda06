/* SPDX-License-Identifier: MIT */
/*
 * What the shim must know of a board that no device tree has told it yet.  One folder a board, data
 * only: adding one is adding a folder (template/README.md).  Everything else comes from the DTB.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/*
 * One entry of the table that the linker gathers in .boards.  No pointers inside, so the table is
 * right even before the shim has applied its relocations.
 */
struct board {
	uint32_t ram_base; /* where a DTB may lie when r2 has none: probed, last of all sources */
};

#define BOARD_ENTRY __attribute__((section(".boards"), used))

#endif
