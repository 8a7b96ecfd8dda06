/* SPDX-License-Identifier: MIT */
/*
 * The branch filters: the twins of lib/codec/branch.c's.  They load words and halfwords that may not
 * be aligned, so they must run with the MMU on, SCTLR.A clear, and data in Normal memory.
 */

	.syntax	unified
	.arch	armv7-a
	.arm

p	.req	r0
end	.req	r1
delta	.req	r2
last	.req	r3	/* blocks of 32 bytes begin below it; the last one is done word by word */
top	.req	r4	/* of a BL */

/*
 * void branch_arm_undo(uint8_t *data, size_t size, uint32_t start), codec/branch.h.
 * In a kernel 1 word in 23 is a BL: blocks of 8 words without one cost 13 instructions, and behind
 * each BL a new block begins.  LDM wants a word boundary: without one all is done word by word.
 * AAPCS.
 */
	.section .text.branch_arm_undo, "ax"
	.global	branch_arm_undo
	.type	branch_arm_undo, %function
branch_arm_undo:
	push	{r4-r11, lr}
	bic	r1, r1, #3
	sub	delta, delta, p
	add	delta, delta, #4	@ 8 - 4: p is behind the word
	add	end, p, r1
	subs	last, end, #32
	movlo	last, #0
	tst	p, #3
	movne	last, #0
	mov	top, #0xeb
	b	2f

1:	add	lr, p, delta		@ a BL: its distance again, in words
	sub	lr, r5, lr, lsr #2
	bfi	r5, lr, #0, #24
	str	r5, [p, #-4]
2:	cmp	p, last
	bhs	4f
	ldm	p!, {r5-r12}
	cmp	top, r5, lsr #24
	cmpne	top, r6, lsr #24
	cmpne	top, r7, lsr #24
	cmpne	top, r8, lsr #24
	subeq	p, p, #16
	cmpne	top, r9, lsr #24
	cmpne	top, r10, lsr #24
	cmpne	top, r11, lsr #24
	cmpne	top, r12, lsr #24
	bne	2b
	sub	p, p, #16		@ to the half that has it
3:	ldr	r5, [p], #4
	cmp	top, r5, lsr #24
	bne	3b
	b	1b

4:	cmp	p, end
	popeq	{r4-r11, pc}
	ldr	r5, [p], #4
	cmp	top, r5, lsr #24
	bne	4b
	b	1b

first	.req	r3	/* half of a pair */
second	.req	r4
least	.req	r5	/* second half */
final	.req	r6	/* halfword, while a mark is in its place */

/*
 * void branch_thumb_undo(uint8_t *data, size_t size, uint32_t start), codec/branch.h.
 * Looks for second halves, of which there are fewer than first ones: in a Thumb-2 kernel 1 halfword
 * in 17.  The last halfword is made one, so that it ends the search without a count.
 * AAPCS.
 */
	.section .text.branch_thumb_undo, "ax"
	.global	branch_thumb_undo
	.type	branch_thumb_undo, %function
branch_thumb_undo:
	bic	r1, r1, #1
	cmp	r1, #4
	bxlo	lr
	push	{r4-r6, lr}
	sub	delta, delta, p
	add	end, p, r1
	add	p, p, #2
	movw	least, #0xf800
	ldrh	final, [end, #-2]
	strh	least, [end, #-2]

1:	ldrh	second, [p], #2
	cmp	second, least
	.rept	3
	ldrhlo	second, [p], #2
	cmplo	second, least
	.endr
	blo	1b
	cmp	p, end
	moveq	second, final
	strheq	second, [p, #-2]
	ldrh	first, [p, #-4]
	eor	first, first, #0xf000
	cmp	least, second
	cmpls	first, #0x800
	bhs	2f
	bfi	second, first, #11, #11	@ a pair: the number in its 22 bits
	add	first, p, delta		@ its address + 4
	sub	second, second, first, lsr #1
	ubfx	first, second, #11, #11
	orr	first, first, #0xf000
	strh	first, [p, #-4]
	ubfx	first, second, #0, #11
	orr	first, first, least
	strh	first, [p, #-2]
2:	cmp	p, end
	bne	1b
	pop	{r4-r6, pc}
