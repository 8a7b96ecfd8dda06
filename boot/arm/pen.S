/* SPDX-License-Identifier: MIT */
/*
 * The CPUs besides the first: where they wait until the kernel wants them.
 *
 *   park       in the image, as soon as they arrive
 *   arch_pen   in the pen, where the first CPU has copied it (boot/pen.c), or in the image in ROM
 *
 * They have neither stack nor MMU nor caches.  All that they load and store is Strongly-ordered, so
 * it comes in program order and needs no barriers among itself; no exclusives, which need Normal
 * memory (A3.4.5).
 */
#include "boot.h"
#include "image.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.thumb
	.section .text.pen, "ax"

/*
 * From start (header.S), exceptions masked and their vectors set, r11 = the image, sp = the CPSR at
 * entry.  The kernel is owed of each CPU what set_up does for the first.  In RAM it leaves
 * a mark in struct parked, by which the first CPU knows of it, and waits until that names a place.
 * In ROM the mark does not stick, whose value says "read array" to a NOR flash (probe_ram): nothing
 * will overwrite us, and the packer may have said what to wait for (-f flash).
 */
	.global	park
	.thumb_func
park:
	ldr	r4, [r11, #ZSHIM_BS_CHECK]
	lsrs	r0, r4, #17
	bne	pen_rest		@ damaged: the first CPU will say so
	mov	r0, sp
	and	r8, r0, #MODE_MASK
	bl	set_up			@ a CPU's own registers: NSACR, ACTLR, CNTVOFF
	ldr	r4, [r11, #ZSHIM_BS_CHECK]
	add	r4, r4, r11
	adds	r4, r4, #4 + 7
	bic	r4, r4, #7		@ the early area, as in enter_c
	movw	r0, #ZSHIM_EARLY_SIZE - 8
	add	r4, r4, r0		@ struct parked
	mrc	MPIDR(r5)
	and	r0, r5, #PARKED_CPUS - 1
	lsls	r0, r0, #2
	adds	r0, r0, #PARKED_ARRIVED
	add	r0, r0, r4
	mov	r2, #PARKED_IN_IMAGE
	movs	r3, #1
	bl	probe
	mov	r9, r0
	beq	1f
	add	r4, r11, #ZSHIM_BS_PEN
	ldm	r4, {r6 - r8}
	b	pen_wait
1:	wfe				@ the first CPU sends an event
	ldr	r0, [r4]
	cmp	r0, #0
	beq	1b
	bl	icache_invalidate	@ what is there was not when we last fetched, if ever
	ldm	r4, {r0, r6 - r8}	@ place, struct zshim_pen
	adds	r0, r0, #1		@ Thumb code
	bx	r0

/*
 * The pen, position independent.  r9 = our mark, r6 = mailbox or 0, r7 = stride, r8 = GIC CPU
 * interface or 0, r5 = MPIDR.  With the mark gone, the image may be overwritten.  Goes to what the
 * kernel leaves in the mailbox, in SVC, or HYP when entered so.
 */
	.global	arch_pen, arch_pen_end
	.balign	4
arch_pen:
	movs	r0, #PARKED_IN_PEN
	str	r0, [r9]
pen_wait:
	cbz	r6, pen_rest
	uxtb	r5, r5
	mla	r6, r7, r5, r6
	cmp	r8, #0
	beq	1f
	movs	r0, #0xf0		@ GICC_PMR: the lowest priority that passes
	str	r0, [r8, #4]
	movs	r0, #1			@ GICC_CTLR: on; the distributor is the kernel's
	str	r0, [r8]
1:	dsb				@ before WFI nothing is under way
	cmp	r8, #0
	ite	eq
	wfeeq
	wfine				@ ends by a pending interrupt, though CPSR masks it
	ldr	r0, [r6]
	cmp	r0, #0
	beq	1b
	str	r0, [r6]
	dsb
	bx	r0
pen_rest:
	wfi
	b	pen_rest
	.balign	4
arch_pen_end:

/* void arch_tell_cpus(void): all that was written is there, and an event for who waits for one. */
	.global	arch_tell_cpus
	.type	arch_tell_cpus, %function
	.thumb_func
arch_tell_cpus:
	dsb
	sev
	bx	lr
