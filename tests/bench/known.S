/* SPDX-License-Identifier: MIT */
/*
 * A program whose instructions, loads, stores and written lines are known: what count.so must say
 * between begin and stop, on a board and as a program of a Linux user.  Linked at 0x40200000.
 */
	.syntax unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.text
	.global _start, begin, stop, never
_start:
	mov	r1, #7			/* not counted, and not the first of their block */
	mov	r3, #0
	ldr	r3, =area
begin:
	ldr	r0, =area		/* 1 instruction; load 4 */
	mov	r1, #1000		/* 1 */
1:	ldr	r2, [r0]		/* 1000; load 4 each */
	strb	r2, [r0, #4]		/* 1000; store 1 each */
	strh	r2, [r0, #6]		/* 1000; store 2 each */
	subs	r1, r1, #1		/* 1000 */
	bne	1b			/* 1000 */
	ldrne	r2, [r0]		/* 1; not done: no load */
	ldm	r0, {r4-r7}		/* 1; 4 loads, 16 bytes */
	add	r0, r0, #0x1000		/* 1 */
	stm	r0, {r4-r6}		/* 1; 3 stores, 12 bytes: a second page */
	add	r0, r0, #0x80		/* 1 */
	str	r2, [r0, #-2]		/* 1; store 4: the second line there and the third */
	nop				/* 1: stop is in the middle of a block */
stop:
	nop
	movw	r0, #0x0008		/* PSCI SYSTEM_OFF */
	movt	r0, #0x8400
	hvc	#0
never:	b	never
	.ltorg

	.bss
	.balign 4096
	.global area
area:	.space	8192
