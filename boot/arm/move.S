/* SPDX-License-Identifier: MIT */
/*
 * The end of step 6: from the image to its copy.
 */
	.syntax	unified
	.arch	armv7-a
	.thumb
	.section .text.move, "ax"

/*
 * _Noreturn void arch_go_on(struct boot *b, uintptr_t pc): goes to pc in the copy, on the stack that
 * ends at the copy of *b.  Nothing of the early stack is taken along.
 */
	.global	arch_go_on
	.type	arch_go_on, %function
	.thumb_func
arch_go_on:
	mov	sp, r0
	bl	icache_invalidate	@ clobbers r3 only
	bx	r1
