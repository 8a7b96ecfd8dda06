/* SPDX-License-Identifier: MIT */
/*
 * UARTs as data: all that the shim ever does with one is to send a byte, and every UART that it
 * knows does that the same way: wait for a status bit, store to a data register.  So a driver is a
 * table entry without code or pointers, and the packer's --uart, the first stage and the console
 * share one description (struct zshim_uart_regs in image.h).  The packer has the same table.
 */
#ifndef UART_H
#define UART_H

#include "image.h"

struct uart_driver {
	struct zshim_uart_regs regs;
	/*
	 * Its names, one behind the other, an empty one behind the last: as in Linux's
	 * earlycon=NAME, which are the packer's TYPE as well, and the first of which the log has;
	 * then those in the compatible property of device trees.  A name that begins like another
	 * comes first.
	 */
	char names[];
};

/* Entries are as long as their names, with nothing in between: the next is behind the last name. */
#define UART_ENTRY __attribute__((section("uarts"), used, aligned(1)))

#endif
