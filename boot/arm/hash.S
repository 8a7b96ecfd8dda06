/* SPDX-License-Identifier: MIT */
/* XXH32 for C: the twin of lib/hash.c, around the stripes that the first stage has anyway. */

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.hash, "ax"

#define PRIME3 0xc2b2ae3d
#define PRIME4 0x27d4eb2f
#define PRIME5 0x165667b1

/*
 * uint32_t xxh32(const void *p, size_t len), lib/hash.h; p is 4-byte aligned, as every part of an
 * image is.  Only aligned words are loaded, and bytes at the very end.
 */
	.global	xxh32
	.type	xxh32, %function
xxh32:
	push	{r4-r11, lr}
	mov	r11, r0
	bl	xxh32_stripes
	ldr	r6, =PRIME3
	ldr	r7, =PRIME4
	ldr	r12, =PRIME5
1:	subs	r1, r1, #4
	ldrhs	r5, [r0], #4
	mlahs	r4, r5, r6, r4
	rorhs	r4, r4, #15		@ rotate left by 17
	mulhs	r4, r4, r7
	bhs	1b
	adds	r1, r1, #4
	beq	4f
3:	ldrb	r5, [r0], #1
	mla	r4, r5, r12, r4
	ror	r4, r4, #21		@ 11
	mul	r4, r4, r2
	subs	r1, r1, #1
	bne	3b
4:	bl	xxh32_avalanche
	mov	r0, r4
	pop	{r4-r11, pc}
