// SPDX-License-Identifier: MIT
/*
 * Arm PrimeCell PL011 (DDI 0183): UARTDR at 0x000, UARTFR at 0x018 with TXFF in bit 5.  Left as it
 * is: enabling it without its clock and line rate, which no register tells, would print garbage.
 * A Raspberry Pi's firmware has set it up; where nobody has, its FIFO gets full and it is given up.
 */
#include "uart.h"

extern const struct uart_driver uart_pl011;
const struct uart_driver uart_pl011 UART_ENTRY = {
	.regs = {.data = 0x00, .status = 0x18, .mask = 1u << 5, .width = 4},
	.names = "pl011\0"
		 "arm,pl011\0",
};
