/* SPDX-License-Identifier: MIT */
#ifndef UART_H
#define UART_H

#include <stdbool.h>

#include "image.h"

/* TYPE[,shift=N][,width=N]@ADDR, the value of --uart; a type that is not built ends the program. */
bool parse_uart(const char *text, struct zshim_uart *uart);

#endif /* UART_H */
