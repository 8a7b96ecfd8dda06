// SPDX-License-Identifier: MIT
#include "boards.h"

#include <libfdt.h>

#define STACK_AT 0x200000u /* above the RAM base */

/* The names are the linker's. */
extern const struct board __start_boards[];
extern const struct board __stop_boards[];

const struct board *board_of_tree(const struct bytes *dtb)
{
	for (const struct board *board = __start_boards; board != __stop_boards; board++) {
		if (fdt_node_check_compatible(dtb->data, 0, board->compatible) == 0)
			return board;
	}
	return NULL;
}

bool board_stack(const struct range_set *memory, phys_t *at)
{
	for (const struct board *board = __start_boards; board != __stop_boards; board++) {
		*at = board->ram_base + STACK_AT;
		if (range_holds(memory, (struct range){*at, *at + 4}))
			return true;
	}
	return false;
}
