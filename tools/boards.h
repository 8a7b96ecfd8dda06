/* SPDX-License-Identifier: MIT */
/* The boards that the shim knows: its own table, for board/ is linked into this program, too. */
#ifndef BOARDS_H
#define BOARDS_H

#include "board.h"
#include "range.h"
#include "util.h"

/* The one whose compatible the tree's root has; NULL when there is none. */
const struct board *board_of_tree(const struct bytes *dtb);

/* Where the first stack of a shim in ROM lies (boot/arm/entry.S): 2 MiB above the RAM base of the
 * first board that has RAM there.  False when there is none, which is E08. */
bool board_stack(const struct range_set *memory, phys_t *at);

#endif
