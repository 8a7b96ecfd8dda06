/* SPDX-License-Identifier: MIT */
#ifndef UART_OPTION_H
#define UART_OPTION_H

#include <stdbool.h>

#include "image.h"

/* TYPE[,shift=N][,width=N]@ADDR, the value of --uart; an unknown type ends the program. */
bool parse_uart(const char *text, struct zshim_uart *uart);

#endif /* UART_OPTION_H */
