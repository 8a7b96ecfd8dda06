/* SPDX-License-Identifier: MIT */
/*
 * Step 2 after the first stage: to C, on a stack of our own.
 *
 *   enter_c      the first stack, then C
 *   arch_probe   a load that may abort
 *   early_fault  exceptions until step 6
 */
#include "boot.h"
#include "image.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm

	.section .text.entry, "ax"

/*
 * From check_stub (firststage.S): stub and descriptor are sound; registers as `start` leaves them.
 * Makes the first stack in the early area behind the check word.  At address 0 we are reset code,
 * most likely in ROM, so the area is made in RAM instead (find_ram_base).
 * Goes to boot_main with r0 = struct boot; never comes back.
 */
	.global	enter_c
enter_c:
	ldr	r0, [r11, #ZSHIM_BS_CHECK]
	add	r0, r0, r11
	add	r0, r0, #4 + 7
	cmp	r11, #0
	bleq	find_ram_base
	bic	r0, r0, #7
	movw	r1, #ZSHIM_EARLY_SIZE - 8
	add	r1, r1, r0
	mrc	TPIDRURW(r8)		@ what start put there
	mrc	TPIDRURO(r9)
	mrc	TPIDRPRW(r10)
	mov	r12, sp
	mov	sp, r1
	mov	r2, #0
1:	str	r2, [r1, #-4]!		@ struct boot starts as zero, whatever RAM held
	cmp	r1, r0
	bhi	1b
	stmia	r0, {r8 - r12}		@ struct entry_regs
	str	r0, [r0, #BOOT_EARLY]
	str	sp, [r0, #BOOT_EARLY + 4]
	bl	boot_main		@ Thumb code: the linker makes it BLX

/*
 * From enter_c, without a stack.  Goes through the boards' RAM bases until one holds a device tree,
 * as QEMU leaves it there for firmware; returns in r0 an address 2 MiB above it, clear of the
 * largest tree that Linux maps.  Clobbers r0-r7, r12; E10 when there is none.
 */
find_ram_base:
	mov	r3, lr
	adr	r4, boards_rel
	ldm	r4, {r5, r6}
	add	r5, r5, r4		@ first board
	add	r6, r6, r4		@ behind the last
	ldr	r7, =0xedfe0dd0		@ FDT magic as a little-endian load sees it
1:	cmp	r5, r6
	bhs	3f
	ldr	r4, [r5, #BOARD_RAM_BASE]
	mov	r0, r4
	bl	probe
	cmp	r1, #1
	cmpeq	r0, r7
	addeq	r0, r4, #0x200000
	bxeq	r3
	add	r5, r5, #BOARD_SIZE
	b	1b
3:	mov	r4, #10
	mrc	TPIDRPRW(r5)
	mov	r6, #0
	adr	r7, text_no_tree
	b	early_report
boards_rel:
	.word	boards_start - boards_rel
	.word	boards_end - boards_rel
	.ltorg

/*
 * bool arch_probe(uintptr_t address, uint32_t *value): loads a word that may not be there.
 * Called in place, before step 6.  early_fault knows the load's address.
 */
	.global	arch_probe
	.type	arch_probe, %function
arch_probe:
	push	{r4, lr}
	mov	r4, r1
	bl	probe
	str	r0, [r4]
	mov	r0, r1
	pop	{r4, pc}

/* r0 = the word at r0 and r1 = 1, or r1 = 0 when the load aborted.  Clobbers r2 and r12. */
probe:
	mov	r1, #1
probe_load:
	ldr	r0, [r0]
	dsb				@ an asynchronous abort would be taken here, not later
	bx	lr

/*
 * Any exception until step 6, by the boot sector's words at reset or by the vector window.  An abort
 * of probe's load is part of the plan: it returns behind the load with r1 = 0.  Everything else is
 * E02: the pc, and the mode it was taken to with the fault status (DFSR, or HSR in HYP).
 */
	.global	early_fault
early_fault:
	adr	r2, probe_load
	mrs	r12, cpsr
	and	r12, r12, #MODE_MASK
	cmp	r12, #MODE_HYP
	beq	1f
	sub	lr, lr, #8		@ of a data abort: the instruction (B1.8.3)
	cmp	r12, #MODE_ABT
	cmpeq	lr, r2
	moveq	r1, #0
	addeq	lr, lr, #4
	movseq	pc, lr
	mov	r5, lr
	mrc	DFSR(r6)
	b	2f
1:	mrs	r5, elr_hyp
	cmp	r5, r2
	moveq	r1, #0
	addeq	r5, r5, #4
	msreq	elr_hyp, r5
	ereteq
	mrc	HSR(r6)
2:	orr	r6, r6, r12, lsl #24
	mov	r4, #2
	adr	r7, text_fault
	b	early_report

text_fault:
	.asciz	"zshim: E02 early exception"
	.balign	4
text_no_tree:
	.asciz	"zshim: E10 no device tree"
	.balign	4
