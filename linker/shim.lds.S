/* SPDX-License-Identifier: MIT */
/*
 * How a stub is laid out.  Run through cpp by boot/boot.mk (this file becomes build/shim.lds, as
 * the kernel's vmlinux.lds.S becomes vmlinux.lds), so that offsets come from lib/image.h.
 * Linked at 0: an address in the file is an offset in the image.
 */
#include "image.h"

OUTPUT_ARCH(arm)
ENTRY(header)

SECTIONS
{
	. = 0;
	stub_start = .;
	/* KEEP: nothing refers to the boot sector, loaders come in at byte 0. */
	.header : {
		KEEP(*(.header))
		header_end = .;
		. = ZSHIM_BS_PEN;	/* the last words have a fixed place */
		KEEP(*(.header.tail))
	}
	.firststage : { KEEP(*(.firststage)) firststage_end = .; }

	/* The vectors' own ALIGN(32) makes the section's: the copy of step 6 is placed on 16 KiB, so
	 * alignment at link time is alignment in the copy.  First, to leave no gap before them. */
	.text : { *(.text.vectors) *(.text.entry) *(.text .text.*) }
	.rodata : {
		*(.rodata .rodata.*)
		. = ALIGN(4);
		/* KEEP: the entries are reached through these two symbols only. */
		boards_start = .;
		KEEP(*(boards))
		boards_end = .;
		uarts_start = .;
		KEEP(*(uarts))
		uarts_end = .;
	}
	/* Constants with addresses in them: relocated once, in the copy. */
	.data.rel.ro : { *(.data.rel.ro .data.rel.ro.*) }
	.rel.dyn : { rel_start = .; *(.rel.*) rel_end = .; }
	/* 16: the first stage sums whole stripes of XXH32.  The word makes it a section with bytes. */
	.fill : { LONG(0) . = ALIGN(16); stub_end = .; }

	/* There are no writable globals: the image may be in ROM, and all state is in struct boot. */
	.data : { *(.data .data.* .got) }
	.bss : { *(.bss .bss.* COMMON) }
	/* Three words that the linker reserves for a dynamic loader; objcopy leaves them out. */
	.got.plt : { *(.got.plt) }

	/* The linker makes these for a PIE; nobody reads them. */
	/DISCARD/ : { *(.dynamic .dynsym .dynstr .hash .gnu.hash .interp .comment .note.* .ARM.exidx*) }
}

ASSERT(header_end <= ZSHIM_BS_PEN, "the boot sector's code runs into its last words")
ASSERT(SIZEOF(.header) == ZSHIM_BS_SIZE, "the boot sector has 512 bytes")
ASSERT(SIZEOF(.firststage) <= 512, "the first stage has at most 512 bytes")
ASSERT(vector_window == 0xe8, "the boot sector is not as lib/image.h has it")
ASSERT(SIZEOF(.data) == 0 && SIZEOF(.bss) == 0, "a writable global, or a GOT")
ASSERT(SIZEOF(.got.plt) <= 12, "a GOT entry")
