/* SPDX-License-Identifier: MIT */
/*
 * Step 2 after the first stage: to C, on a stack of our own.
 *
 *   enter_c      the first stack, then C
 *   arch_probe   a load or store that may abort
 *   arch_secure  a register that may not be there
 *   early_fault  exceptions until step 6
 */
#include "boot.h"
#include "image.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.thumb

	.section .text.entry, "ax"

/*
 * From make_normal (normal.S): stub and descriptor are sound, MMU and data cache are off; r11, sp and
 * the thread ID registers as `start` leaves them.
 * Makes the first stack in the early area behind the check word when the image lies in RAM, which
 * only a write test can tell; else in the RAM of a board that we know.
 * Goes to boot_main with r0 = struct boot; never comes back.
 */
	.global	enter_c
	.thumb_func
enter_c:
	mov	r0, r11			@ a load whose result does not matter: an asynchronous abort
	mov	r3, #0			@ that the loader left pending is taken here, not as if it
	bl	probe			@ said of the first RAM probed that there is none
	ldr	r0, [r11, #ZSHIM_BS_CHECK]
	add	r0, r0, r11
	adds	r0, r0, #4 + 7
	bic	r0, r0, #7
	bl	probe_ram
	beq	1f
	bl	find_ram
1:	movw	r1, #ZSHIM_EARLY_SIZE - 8
	add	r1, r1, r0
	mrc	TPIDRURW(r8)		@ what start put there
	mrc	TPIDRURO(r9)
	mrc	TPIDRPRW(r10)
	mov	r12, sp
	mov	sp, r1
	movs	r2, #0
2:	str	r2, [r1, #-4]!		@ struct boot starts as zero, whatever RAM held
	cmp	r1, r0
	bhi	2b
	stmia	r0, {r8 - r12}		@ struct entry_regs
	bl	boot_main

/*
 * From enter_c, without a stack, for an image in ROM.  r0 = 2 MiB above the RAM base of the first
 * board that has RAM there: clear of a device tree at the base, where QEMU leaves one for firmware,
 * since Linux maps no more than that of it.  Clobbers r1-r7, r12.  E08 when there is none.
 */
find_ram:
	mov	r7, lr
	adr	r4, boards_rel
	ldm	r4, {r5, r6}
	add	r5, r5, r4		@ first board
	add	r6, r6, r4		@ behind the last
1:	cmp	r5, r6
	bhs	2f
	ldr	r0, [r5], #BOARD_SIZE	@ its RAM base
	add	r0, r0, #0x200000
	bl	probe_ram
	bne	1b
	bx	r7
2:	movs	r4, #8
	mov	r5, r11
	mov	r6, r0
	adr	r7, text_no_ram
	b	early_report

	.balign	4
boards_rel:
	.word	boards_start - boards_rel
	.word	boards_end - boards_rel

/*
 * Z set when the word at r0 is RAM: it takes two values.  Both have 0xff in the low byte of each
 * half, which to a NOR flash is the command "read array" (CFI, Intel) or none (AMD): nothing is
 * harmed when the image runs from one.  Clobbers r1-r4, r12.
 */
probe_ram:
	mov	r4, lr
	movs	r3, #1
	mov	r2, #-1
	bl	probe
	bne	1f
	mov	r2, #0x00ff00ff
	bl	probe
1:	bx	r4

/*
 * bool arch_probe(uintptr_t address, uint32_t *value): loads a word that may not be there.
 * Called in place, before step 6.
 */
	.global	arch_probe
	.type	arch_probe, %function
	.thumb_func
arch_probe:
	push	{r4, lr}
	mov	r4, r1
	movs	r3, #0
	bl	probe
	str	r12, [r4]
	mov	r0, r1
	pop	{r4, pc}

/*
 * r1 = 1 and r12 = the word at r0, after a store of r2 to it when r3 is not 0; or r1 = 0 when the
 * bus refused.  Z set when r1 = 1 and r12 = r2.  Asynchronous aborts are let in, so that a refusal
 * which comes late still comes here; early_fault knows the window.  Clobbers nothing else.
 */
	.global	probe
	.thumb_func
probe:
	movs	r1, #1
	cpsie	a
probe_begin:
	cbz	r3, 1f
	str	r2, [r0]
1:	dsb
	ldr	r12, [r0]
	dsb
	isb
probe_end:
	cpsid	a
	cmp	r1, #1
	it	eq
	cmpeq	r12, r2
	bx	lr

/*
 * bool arch_secure(void): are we in Secure state?  Only there can SCR be read, elsewhere it is
 * undefined; nothing else tells.  HYP never is, and is not asked.  Only before step 6.  Clobbers
 * r0, r1, r12.
 */
	.global	arch_secure
	.type	arch_secure, %function
	.thumb_func
arch_secure:
	movs	r1, #0
	mrs	r0, cpsr
	and	r0, r0, #MODE_MASK
	cmp	r0, #MODE_HYP
	beq	1f
	movs	r1, #1
secure_begin:
	mrc	SCR(r0)
1:	mov	r0, r1
	bx	lr

/*
 * Any exception until step 6, by the boot sector's words at reset or by the vector window.  An abort
 * inside probe is part of the plan: it goes on at its end with r1 = 0, all else but r12 untouched;
 * and so is the undefined instruction of arch_secure.
 * An abort inside put means that the packer's UART is not there: the report goes on without.
 * Everything else is E02: the pc; and the mode it was taken to with DFSR or IFSR, or HSR in HYP.
 * From PL1 modes the mode's own lr and sp are free; in HYP r1 and r12 must do.
 */
	.global	early_fault
	.arm
early_fault:
	setend	le			@ the loader's SCTLR.EE may be in force
	mrs	r1, cpsr
	and	r1, r1, #MODE_MASK
	cmp	r1, #MODE_HYP
	beq	1f
	cmp	r1, #MODE_ABT
	bne	2f
	sub	r1, lr, #8		@ the pc of a data abort (B1.8.3)
	adr	r12, probe_begin
	sub	r12, r1, r12
	cmp	r12, #probe_end - probe_begin
	adrls	lr, probe_end
	movls	r1, #0
	movsls	pc, lr
	mrc	IFAR(r12)		@ of a prefetch abort: its pc, lr - 4
	sub	r12, r12, #4
	cmp	r12, r1
	addeq	r1, r1, #4
	mrceq	IFSR(r12)
	mrcne	DFSR(r12)
	orr	r12, r12, #MODE_ABT << 24
	b	3f
1:	mrs	r1, elr_hyp
	adr	r12, probe_begin
	sub	r12, r1, r12
	cmp	r12, #probe_end - probe_begin
	bhi	4f
	adr	r1, probe_end
	msr	elr_hyp, r1
	mov	r1, #0
	eret
4:	mrc	HSR(r12)
	b	3f
2:	lsl	r12, r1, #24
	adr	r1, secure_begin + 2	@ undefined, in Thumb state: lr is 2 behind it, in the
	cmp	lr, r1			@ middle of this one
	moveq	r1, #0
	addeq	lr, lr, #2
	movseq	pc, lr
	mrs	r1, spsr
	tst	r1, #CPSR_T
	subeq	r1, lr, #4
	subne	r1, lr, #2
3:	adr	r2, put_rel
	ldm	r2, {r3, r10}
	add	r3, r3, r2
	add	r10, r10, r2
	cmp	r1, r10
	cmplo	r3, r1
	bhi	5f
	blx	early_rest		@ put <= pc < its end
5:	mov	r5, r1
	mov	r6, r12
	mov	r4, #2
	adr	r7, text_fault
	blx	early_report		@ Thumb code

put_rel:
	.word	put - put_rel
	.word	put_end - put_rel
text_fault:
	.asciz	"zshim: E02 early exception"
	.balign	4
text_no_ram:
	.asciz	"zshim: E08 no RAM for a stack"
	.balign	4
