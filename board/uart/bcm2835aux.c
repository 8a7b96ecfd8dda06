// SPDX-License-Identifier: MIT
/*
 * The mini UART of the Raspberry Pi (BCM2835 ARM Peripherals, 2.2.2): AUX_MU_IO_REG at 0,
 * AUX_MU_LSR_REG at 0x14 with "transmitter empty", room for a byte, in bit 5.  The firmware enables
 * it when its config.txt says so; else its registers read as 0 and it is given up.
 */
#include "uart.h"

extern const struct uart_driver uart_bcm2835aux;
const struct uart_driver uart_bcm2835aux UART_ENTRY = {
	.regs = {.data = 0x00, .status = 0x14, .mask = 1u << 5, .flip = 1u << 5, .width = 4},
	.names = "bcm2835aux\0"
		 "brcm,bcm2835-aux-uart\0",
};
