// SPDX-License-Identifier: MIT
/*
 * QEMU's raspi2b, a Raspberry Pi 2: RAM at 0, 1 GiB, of which the last 64 MiB are the VideoCore's;
 * peripherals at 0x3f000000, which the DTB names by the VideoCore's addresses, from 0x7e000000 on.
 * PL011 at 0x3f201000 (the first -serial), mini UART at 0x3f215040.  With -kernel, r1 is 0xc42 and
 * r2 has ATAGs at 0x100, unless -dtb gives a tree; QEMU's own pen lies in the first page.  All four
 * CPUs enter an ELF file at once; Aff1 of each is 0xf.  No PSCI, no power-off.
 */
#include "board.h"

extern const struct board board_raspi2b;
const struct board board_raspi2b BOARD_ENTRY = {
	.ram_base = 0x00000000,
	.machine = 0xc42,
	.compatible = "brcm,bcm2836",
	/* Mailbox 3 of each core, to be read and cleared (BCM2836 ARM-local peripherals, 4.8). */
	.pen = {.mailbox = 0x400000cc, .stride = 0x10},
};
