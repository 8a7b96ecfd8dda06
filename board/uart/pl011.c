// SPDX-License-Identifier: MIT
/*
 * Arm PrimeCell PL011 (DDI 0183): UARTDR at 0x000, UARTFR at 0x018 with TXFF in bit 5.  The loader
 * has set the line rate; QEMU's model needs no set-up at all.
 */
#include "uart.h"

extern const struct uart_driver uart_pl011;
const struct uart_driver uart_pl011 UART_ENTRY = {
	.compatible = "arm,pl011",
	.earlycon = "pl011",
	.tx = {.data = 0x000, .status = 0x018, .mask = 1u << 5, .flip = 0},
};
