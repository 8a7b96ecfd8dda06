/* SPDX-License-Identifier: MIT */
/* What linker/shim.lds.S defines, and where the assembly expects things. */
#ifndef LINKER_H
#define LINKER_H

#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "boot.h"
#include "uart.h"

extern const uint8_t stub_start[]; /* byte 0 of the image */

_Static_assert(offsetof(struct boot, entry) == BOOT_ENTRY_REGS, "entry.S stores there");
_Static_assert(offsetof(struct boot, line) == BOOT_FAULT_TOP, "vectors.S has it so");
_Static_assert(offsetof(struct parked, arrived) == PARKED_ARRIVED, "pen.S has it so");
_Static_assert(sizeof(struct parked) == ZSHIM_PARKED_SIZE, "the file has zeros for it");
_Static_assert(offsetof(struct boot, log) % 64 == 0, "of the largest line of an ARMv7-A core");
_Static_assert(offsetof(struct board, ram_base) == 0, "entry.S loads there");
_Static_assert(sizeof(struct board) == BOARD_SIZE, "entry.S steps by it");

extern const struct board boards_start[];
extern const struct board boards_end[];

extern const struct uart_driver uarts_start[];
extern const struct uart_driver uarts_end[];

#endif /* LINKER_H */
