/* SPDX-License-Identifier: MIT */
/*
 * The hot loop of the codec "lz4": the twin of lib/codec/lz4_block.c, sequence for sequence.  It
 * loads and stores words that are not aligned, so it must run with the MMU on, SCTLR.A clear, and
 * input and output in Normal memory.
 *
 * A sequence without length bytes takes 12 instructions and two for each 4 bytes that are copied:
 * nothing is computed from the token, it is the index of two tables of addresses to go to.
 */
#include "codec/lz4_priv.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.lz4_block, "ax"

in	.req	r0
out	.req	r1
base	.req	r2
lits	.req	r3	/* where to go for a token: to its copy of literals, or to match */
matches	.req	r4	/* its copy of a match */
end	.req	r5	/* of the block */
out_end	.req	r6
rounds	.req	r7	/* those left, see lz4_priv.h */
token	.req	r8
n	.req	r9
from	.req	r10
w	.req	r11	/* work, r12 too */

/* Copies 4 bytes and moves on by so many. */
.macro	LITERALS count=4
	ldr	w, [in], #\count
	str	w, [out], #\count
.endm

.macro	MATCH count=4
	ldr	w, [from], #\count
	str	w, [out], #\count
.endm

/* To the next sequence while there are rounds left. */
.macro	NEXT
	subs	rounds, rounds, #1
	ldrbpl	token, [in], #1
	ldrpl	pc, [lits, token, lsl #2]
.endm

/*
 * int lz4_block(struct lz4 *s), lz4_priv.h.
 */
	.global	lz4_block
	.type	lz4_block, %function
lz4_block:
	push	{r0, r4-r11, lr}
	ldm	r0, {in, out, base, lits, end, out_end}
	add	matches, lits, #LZ4_TABLE / 2

count:	sub	rounds, in, out
	sub	r12, out_end, out
	cmp	rounds, r12
	movhi	rounds, r12
	lsr	rounds, rounds, #LZ4_ROUND_OUT_LOG
	sub	r12, end, in
	cmp	rounds, r12, lsr #LZ4_ROUND_IN_LOG
	lsrhi	rounds, r12, #LZ4_ROUND_IN_LOG
	sub	rounds, rounds, #LZ4_ROUNDS - 1
	NEXT
stop:	mvn	token, #0
leave:	pop	{r12}
	stm	r12, {in, out}
	mov	r0, token
	pop	{r4-r11, pc}

/* 15 and more literals: a length byte, and the copy 16 bytes a turn. */
l15:	ldrb	n, [in], #1
	sub	rounds, rounds, #LZ4_LITERAL_ROUNDS
	cmp	n, #255
	subeq	in, in, #2
	beq	stop
	add	n, n, #15
1:	LITERALS
	LITERALS
	LITERALS
	LITERALS
	subs	n, n, #16
	bgt	1b
	add	in, in, n		@ what was too much
	add	out, out, n
	b	match

/* Fewer: in pieces of 4, the last one of 1 to 4. */
l12:	LITERALS
l8:	LITERALS
l4:	LITERALS
	b	match
l13:	LITERALS
l9:	LITERALS
l5:	LITERALS
l1:	LITERALS 1
	b	match
l14:	LITERALS
l10:	LITERALS
l6:	LITERALS
l2:	LITERALS 2
	b	match
l11:	LITERALS
l7:	LITERALS
l3:	LITERALS 3

/*
 * The offset.  Not below 4, so that pieces of 4 do not overlap; and not beyond base, where the
 * address may wrap around.
 */
match:	ldrh	n, [in], #2
	subs	from, out, n
	cmphs	from, base
	cmphs	n, #4
	ldrhs	pc, [matches, token, lsl #2]
	sub	in, in, #2
	b	leave

/* A match of 19 and more. */
m15:	ldrb	n, [in], #1
	sub	rounds, rounds, #LZ4_MATCH_ROUNDS
	cmp	n, #255
	subeq	in, in, #3
	beq	leave
	add	n, n, #19
1:	MATCH
	MATCH
	MATCH
	MATCH
	subs	n, n, #16
	bgt	1b
	add	out, out, n
	NEXT
	b	count

/* Of 4 to 18, as the literals. */
m12:	MATCH
m8:	MATCH
m4:	MATCH
m0:	MATCH
	NEXT
	b	count
m13:	MATCH
m9:	MATCH
m5:	MATCH
m1:	MATCH
	MATCH	1
	NEXT
	b	count
m14:	MATCH
m10:	MATCH
m6:	MATCH
m2:	MATCH
	MATCH	2
	NEXT
	b	count
m11:	MATCH
m7:	MATCH
m3:	MATCH
	MATCH	3
	NEXT
	b	count

/* void lz4_copy(uint8_t *to, const uint8_t *from, size_t n), lz4_priv.h */
	.global	lz4_copy
	.type	lz4_copy, %function
lz4_copy:
	subs	r2, r2, #8
1:	ldrhs	r3, [r1], #4
	strhs	r3, [r0], #4
	ldrhs	r3, [r1], #4
	strhs	r3, [r0], #4
	subshs	r2, r2, #8
	bhs	1b
	add	r2, r2, #8
2:	subs	r2, r2, #1
	ldrbhs	r3, [r1], #1
	strbhs	r3, [r0], #1
	bhs	2b
	bx	lr

/* void lz4_prepare(void *table), lz4_priv.h: both tables from the distances at 2. */
	.global	lz4_prepare
	.type	lz4_prepare, %function
lz4_prepare:
	push	{r4, lr}
	adr	r1, lz4_block
	adr	r2, 2f
	mov	r3, #255
1:	ldrb	r12, [r2, r3, lsr #4]
	add	r12, r1, r12, lsl #2
	str	r12, [r0, r3, lsl #2]
	and	r12, r3, #15
	add	r12, r12, #16
	ldrb	r12, [r2, r12]
	add	r12, r1, r12, lsl #2
	add	r4, r0, r3, lsl #2
	str	r12, [r4, #LZ4_TABLE / 2]
	subs	r3, r3, #1
	bpl	1b
	pop	{r4, pc}

.macro	DISTANCES labels:vararg
	.irp	label, \labels
	.byte	(\label - lz4_block) / 4
	.endr
.endm
2:	DISTANCES match, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, l12, l13, l14, l15
	DISTANCES m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15
