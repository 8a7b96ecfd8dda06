// SPDX-License-Identifier: MIT
/*
 * QEMU's realview-pb-a8: RAM at 0x70000000 and, as an alias, at 0; PL011 at 0x10009000.  With
 * -kernel, r1 is 0x769 and r2 has ATAGs at RAM base + 0x100, unless -dtb gives a tree.  The
 * Cortex-A8 has no secure state and no MPIDR (it reads as 0).  No PSCI.  Reading nowhere gives 0.
 */
#include "board.h"

extern const struct board board_realview_pb_a8;
const struct board board_realview_pb_a8 BOARD_ENTRY = {
	.ram_base = 0x70000000,
	.machine = 0x769,
	.compatible = "arm,realview-pb-a8",
};
