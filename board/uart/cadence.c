// SPDX-License-Identifier: MIT
/*
 * Cadence UART of the Xilinx Zynq-7000 (UG585, appendix B.33): TX_RX_FIFO at 0x30, Channel_sts at
 * 0x2c with TFUL in bit 4.  After reset TXDIS and RXDIS are set in Control at 0, and each wins over
 * its TXEN and RXEN.
 */
#include "uart.h"

extern const struct uart_driver uart_cadence;
const struct uart_driver uart_cadence UART_ENTRY = {
	.regs = {.data = 0x30,
		 .status = 0x2c,
		 .mask = 1u << 4,
		 .width = 4,
		 .enable = {0x14, 0x00, 0x28}},
	.names = "cdns\0"
		 "xlnx,xuartps\0",
};
