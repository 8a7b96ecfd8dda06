// SPDX-License-Identifier: MIT
/*
 * NXP i.MX (i.MX 6Dual/6Quad reference manual, chapter 64): UTXD at 0x40, UTS at 0xb4 with TXFULL
 * in bit 4.  UARTEN in UCR1 at 0x80 and TXEN in UCR2 at 0x84 are 0 after reset.
 */
#include "uart.h"

extern const struct uart_driver uart_imx;
const struct uart_driver uart_imx UART_ENTRY = {
	.regs = {.data = 0x40,
		 .status = 0xb4,
		 .mask = 1u << 4,
		 .width = 4,
		 .enable = {1u << 0, 0x80, 0, 1u << 2, 0x84, 0}},
	.names = "ec_imx6q\0"
		 "ec_imx21\0"
		 "fsl,imx6q-uart\0"
		 "fsl,imx21-uart\0",
};
