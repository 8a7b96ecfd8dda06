// SPDX-License-Identifier: MIT
/*
 * QEMU's virt: RAM at 0x40000000; QEMU makes the DTB and puts it at the RAM base when the program
 * is an ELF file or firmware, so r2 says nothing then (an ELF only gets one when it starts at least
 * 1 MiB above the base).  PL011 at 0x09000000, GICv2 at 0x08000000, PSCI by HVC, or by SMC with
 * virtualization=on.  An access to nowhere is an external abort.
 */
#include "board.h"

extern const struct board board_virt;
const struct board board_virt BOARD_ENTRY = {
	.ram_base = 0x40000000,
	.compatible = "linux,dummy-virt",
};
