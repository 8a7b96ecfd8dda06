/* SPDX-License-Identifier: MIT */
/*
 * The last jump: caches and MMU off, nothing of ours left in them, then the kernel.
 */
#include "arch.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.thumb
	.section .text.handoff, "ax"

/*
 * _Noreturn void arch_handoff(const struct range *range, entry, machine, tree, bool hyp): from
 * hand_over(), in SVC, MMU and caches on; the list of ranges has been cleaned to RAM.  No stack from
 * here on.
 *
 * The data cache goes off first and is then cleaned and invalidated by address: with it off nothing
 * new can be allocated, so what the walk has passed stays clean.  The other order leaves a window in
 * which a speculative load brings a line of the kernel's page tables or BSS back, which the kernel
 * writes with its cache off and would later read stale.  What this code itself needs from memory is
 * the list, which is in RAM, and instructions, which were written with the cache off.
 * The walk runs with the MMU off: maintenance by address works the same, the map was flat.
 */
	.global	arch_handoff
	.type	arch_handoff, %function
	.thumb_func
arch_handoff:
	cpsid	aif
	ldr	r7, [sp]		@ hyp
	mov	r4, r1
	mov	r5, r2
	mov	r6, r3
	dsb
	mrc	SCTLR(r1)
	bic	r1, r1, #SCTLR_M | SCTLR_C
	bic	r1, r1, #SCTLR_I | SCTLR_Z
	mcr	SCTLR(r1)
	dsb
	isb
	mrc	CTR(r3)
	ubfx	r3, r3, #16, #4
	movs	r2, #4
	lsl	r8, r2, r3		@ line size
	sub	r9, r8, #1
	mov	r10, #ARCH_RANGES
1:	ldmia	r0!, {r2, r3}
	bic	r2, r2, r9
	b	3f
2:	mcr	DCCIMVAC(r2)
	add	r2, r2, r8
3:	cmp	r2, r3
	blo	2b
	subs	r10, r10, #1
	bne	1b
	dsb
	movs	r0, #0
	mcr	TLBIALL(r0)
	mcr	ICIALLU(r0)
	mcr	BPIALL(r0)
	dsb
	isb
	cbz	r7, 4f
	hvc	#HANDOFF_CALL		@ to hyp_call in vectors.S, which comes to enter_kernel

/* SVC or HYP as entered, everything off.  r4 entry, r5 machine number, r6 device tree. */
	.global	enter_kernel
	.thumb_func
enter_kernel:
4:
	movs	r0, #0
	mov	r1, r5
	mov	r2, r6
	bx	r4
