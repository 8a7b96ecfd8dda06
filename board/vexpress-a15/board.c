// SPDX-License-Identifier: MIT
/*
 * QEMU's vexpress-a15: RAM at 0x80000000, flash at 0x08000000 and, as an alias, at 0, PL011 at
 * 0x1c090000, system registers at 0x1c010000.  QEMU makes no DTB: with -kernel, r1 is 0x8e0 and r2
 * has ATAGs at RAM base + 0x100, unless -dtb gives one.  All CPUs enter an ELF file at once.
 * No PSCI.  Reading nowhere gives 0.
 */
#include "board.h"

extern const struct board board_vexpress_a15;
const struct board board_vexpress_a15 BOARD_ENTRY = {
	.ram_base = 0x80000000,
	.machine = 0x8e0,
	.compatible = "arm,vexpress,v2p-ca15",
	/* SYS_FLAGS, which keeps what is written to it, bit by bit. */
	.pen = {.mailbox = 0x1c010030, .gicc = 0x2c002000},
};
