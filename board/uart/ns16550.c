// SPDX-License-Identifier: MIT
/*
 * 8250, 16550 and their many children (National Semiconductor PC16550D, 8.0): THR in register 0,
 * LSR in register 5 with THRE in bit 5.  How far the registers are apart, and whether they are
 * accessed as bytes or words, is for the device tree to say (zshim_uart_layout()).
 */
#include "uart.h"

extern const struct uart_driver uart_ns16550;
const struct uart_driver uart_ns16550 UART_ENTRY = {
	.regs = {.data = 0, .status = 5, .mask = 1u << 5, .flip = 1u << 5, .width = 1},
	.names = "uart8250\0"
		 "uart\0"
		 "ns16550a\0"
		 "snps,dw-apb-uart\0",
};
