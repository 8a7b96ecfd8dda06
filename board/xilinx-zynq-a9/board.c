// SPDX-License-Identifier: MIT
/*
 * QEMU's xilinx-zynq-a9, a Zynq-7000: RAM at 0, Cadence UARTs at 0xe0000000 (the first -serial) and
 * 0xe0001000.  With -kernel, r1 is 0xd32 and r2 is 0x100, where QEMU's own code has overwritten the
 * ATAGs, unless -dtb gives a tree.  No secure state, no PSCI, no power-off.
 */
#include "board.h"

extern const struct board board_xilinx_zynq_a9;
const struct board board_xilinx_zynq_a9 BOARD_ENTRY = {
	.ram_base = 0x00000000,
	.machine = 0xd32,
	.compatible = "xlnx,zynq-7000",
};
