// SPDX-License-Identifier: MIT
/*
 * QEMU's sabrelite, an i.MX 6Quad: RAM at 0x10000000, UART1 at 0x02020000 (the first -serial),
 * UART2, which is the board's console, at 0x021e8000 (the second).  With -kernel it is entered in
 * secure SVC, r1 is ~0 and r2 has ATAGs at RAM base + 0x100, unless -dtb gives a tree.  No
 * power-off.
 */
#include "board.h"

extern const struct board board_sabrelite;
const struct board board_sabrelite BOARD_ENTRY = {
	.ram_base = 0x10000000,
	.compatible = "fsl,imx6q-sabrelite",
};
