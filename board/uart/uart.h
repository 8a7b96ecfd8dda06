/* SPDX-License-Identifier: MIT */
/*
 * UARTs as data: all that the shim ever does with one is to send a byte, and every UART that it
 * knows does that the same way: wait for a status bit, store to a data register.  So a driver is a
 * table entry without code or pointers, and the packer's --uart, the first stage and the console
 * share one description (struct zshim_uart in image.h).
 */
#ifndef UART_H
#define UART_H

#include "image.h"

struct uart_driver {
	char compatible[16];  /* device tree */
	char earlycon[12];    /* as in earlycon=NAME,ADDRESS; also the name in the log */
	struct zshim_uart tx; /* base is filled in when a device is found */
};

#define UART_ENTRY __attribute__((section(".uarts"), used))

#endif
