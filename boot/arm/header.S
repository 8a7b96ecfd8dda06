/* SPDX-License-Identifier: MIT */
/*
 * Step 1: the boot sector, 512 bytes that are a raw image, a zImage, a multiboot 1 and 2 image and a
 * set of exception vectors at once.  Layout and patched words: lib/image.h; linker/shim.lds.S
 * asserts the offsets.
 *
 * Entered at byte 0 by any loader, in ARM state, at any 4-byte aligned address; or as reset code at
 * address 0.  Goes to start, in what the headers leave of the sector.
 */
#include "image.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.section .header, "ax"

	.global	header
header:
	b	start			@ 0x00: reset, and the entry of every loader
	.rept	7
	b	early_fault		@ 0x04-0x1c: vectors when we lie at address 0
	.endr
	b	start			@ 0x20: zImage loaders that skip the first 8 words
	.word	ZSHIM_ZIMAGE_MAGIC	@ 0x24
	.word	0			@ 0x28: start: any address
	.word	0			@ 0x2c: end, patched: size of the file
	.word	0x04030201		@ 0x30: data is little-endian
	.word	ZSHIM_ZIMAGE_MAGIC2	@ 0x34
	.word	ZSHIM_BS_KLSZ		@ 0x38: offset of the size table
	.word	0			@ 0x3c: no PE header

	/* Multiboot 1 (specification 0.6.96, section 3.1): bit 16 says that the addresses count. */
mb1:
	.equ	MB1_FLAGS, 0x00010000
	.word	0x1badb002, MB1_FLAGS, -(0x1badb002 + MB1_FLAGS)
	.word	ZSHIM_BS_MB1, 0, 0, 0, 0	@ patched: header, load, load end, BSS end, entry

	/* Multiboot 2 (specification 2.0, section 3.1).  No architecture value is defined for ARM;
	 * 0 is what its tools accept. */
mb2:
	.equ	MB2_LENGTH, mb2_end - mb2
	.word	0xe85250d6, 0, MB2_LENGTH, -(0xe85250d6 + MB2_LENGTH)
	.hword	2, 0			@ address tag
	.word	24
	.word	ZSHIM_BS_MB2, 0, 0, 0	@ patched: header, load, load end, BSS end
	.hword	3, 0			@ entry address tag
	.word	12
	.word	0, 0			@ patched: entry; and 4 bytes up to the next tag
	.hword	10, 0			@ relocatable tag: anywhere below 4 GiB
	.word	24
	.word	0, 0xffffffff, 4, 0	@ lowest, highest, alignment, no preference
	.hword	0, 0			@ end tag
	.word	8
mb2_end:

	/* The size table of a zImage (Linux arch/arm/boot/compressed/vmlinux.lds.S): 6 words. */
klsz:
	.word	6, ZSHIM_KLSZ_TAG
	.word	ZSHIM_BS_INFLATED	@ offset of the inflated size
	.word	0			@ patched: BSS bytes
	.word	0			@ patched: text offset
	.word	0			@ no heap behind the image: the shim finds its own place
	.word	0			@ end of the table
	.word	0			@ patched: inflated size

	.word	0, 0, 0, 0		@ 0xd8, patched: struct zshim_uart

	/*
	 * Exceptions until step 6 sets real vectors.  VBAR needs 32-byte alignment, and we may lie
	 * at any 4-byte aligned address: of these 15 words any 8 that start at an aligned address
	 * are a complete table, whatever our own alignment is.
	 */
	.global	vector_window
vector_window:
	.rept	15
	b	early_fault
	.endr

/*
 * From the boot sector's word 0 or 0x20.  State: ARM; any mode, MMU and caches on or off, nothing
 * known of stack, vectors, interrupt masks, endianness of data.  Every PL1 mode goes on as SVC;
 * Monitor and User are refused, User before anything that it may not do.  The loader's r0, r1, r2
 * are kept in the thread ID registers, r11 becomes the image's address, and sp, which is a plain
 * register until there is a stack, the CPSR at entry: they stay so until enter_c.
 * Goes to check_stub (firststage.S), or to park for every CPU but the first.
 */
start:
	mrs	r5, cpsr		@ no mode has an r0 to r7 of its own
	setend	le			@ before the first access to data
	cpsid	aif			@ in User mode this does nothing
	and	r4, r5, #MODE_MASK
	cmp	r4, #MODE_USR
	cmpne	r4, #MODE_MON
	beq	bad_mode
	adr	r3, vector_window + 31	@ the first 32-byte boundary inside the window
	bic	r3, r3, #31
	cmp	r4, #MODE_HYP
	beq	1f
	cps	#MODE_SVC
	mcr	VBAR(r3)
	mrc	SCTLR(r3)
	bic	r3, r3, #SCTLR_V	@ VBAR counts only with low vectors
	bic	r3, r3, #SCTLR_TE	@ and early_fault is ARM code
	mcr	SCTLR(r3)
	b	2f
1:	mcr	HVBAR(r3)
	mrc	HSCTLR(r3)
	bic	r3, r3, #SCTLR_TE
	mcr	HSCTLR(r3)
2:	isb
	mov	sp, r5
	mcr	TPIDRURW(r0)
	mcr	TPIDRURO(r1)
	mcr	TPIDRPRW(r2)
	adr	r11, header
	/*
	 * Aff0 numbers the CPUs of a cluster; QEMU's raspi2b has 0xf in Aff1 of all its CPUs, so
	 * nothing above counts.  Uniprocessor cores without MPIDR read as 0 or have bit 31 clear.
	 */
	mrc	MPIDR(r3)
	tst	r3, #0xff
	beq	check_stub
	tst	r3, #0x80000000
	beq	check_stub
	blx	park			@ pen.S, Thumb code

	.section .header.tail, "a"
	.word	0, 0, 0			@ 0x1e4, patched: struct zshim_pen
	.word	0			@ 0x1f0, patched: offset of the descriptor
	.word	0			@ 0x1f4, patched: offset of the check word
	.ascii	"ZSHIM\0"		@ 0x1f8
	.byte	ZSHIM_VERSION, ZSHIM_ARCH_ARMV7A
