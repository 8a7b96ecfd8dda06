/* SPDX-License-Identifier: MIT */
/*
 * Step 6, the copy that survives itself.
 */
#include "boot.h"

	.syntax	unified
	.arch	armv7-a
	.thumb
	.section .text.move, "ax"

/*
 * struct boot *move_shim(struct boot *b): called by boot_main on the early stack, in place; returns
 * into the copy of boot_main, on the copy of the stack, with the copy of *b.
 *
 * copy_shim() does the copying but for the stack, which is live: from here to its top it is carried
 * over by the loop below, after which sp and lr move by the deltas that copy_shim() left in *b.
 * boot_main calls this directly and never returns, so no other return address is on that stack.
 * Clobbers r0-r3, r12, as any function.
 */
	.global	move_shim
	.type	move_shim, %function
	.thumb_func
move_shim:
	push	{r4, lr}
	mov	r4, r0
	bl	copy_shim
	bl	icache_invalidate
	add	r0, r4, #BOOT_MOVE
	ldm	r0, {r0, r1, r2, r3}	@ stack_top, stack_delta, code_delta, boot
	pop	{r4, lr}
	mov	r12, sp
1:	cmp	r12, r0
	bhs	2f
	push	{r4}
	ldr	r4, [r12]
	str	r4, [r12, r1]
	pop	{r4}
	add	r12, r12, #4
	b	1b
2:	add	r12, sp, r1
	mov	sp, r12
	add	lr, lr, r2
	mov	r0, r3
	bx	lr
