// SPDX-License-Identifier: MIT
/*
 * QEMU's cubieboard, an Allwinner A10: RAM at 0x40000000, 16550 with words 4 bytes apart at
 * 0x01c28000, one Cortex-A8.  With -kernel it is entered in non-secure SVC, r1 is 0x1008 and r2 has
 * ATAGs at RAM base + 0x100, unless -dtb gives a tree.  No PSCI, no power-off.
 */
#include "board.h"

extern const struct board board_cubieboard;
const struct board board_cubieboard BOARD_ENTRY = {
	.ram_base = 0x40000000,
	.machine = 0x1008,
	.compatible = "allwinner,sun4i-a10",
};
