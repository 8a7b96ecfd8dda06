/* SPDX-License-Identifier: MIT */
/*
 * The hot loops of the codec "zstd": the twins of lib/codec/zstd_block.c, with the same results
 * after whatever zstd.c does with what they leave.  They load and store words that are not aligned,
 * so they must run with the MMU on, SCTLR.A clear, and input and output in Normal memory.
 *
 * A sequence with a new offset, at most 4 literals and a match of at most 8 bytes takes 45
 * instructions, a literal 5.5 more.
 */
#include "codec/zstd_priv.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.zstd_block, "ax"

/*
 * The bit reader: w, the window, is the word at [in]; t of its bits, the highest, are used up.
 * Nothing is ever shifted out of w.  This rests on two rules of register-controlled shifts (DDI
 * 0406C, A8.4.3): only the lowest byte of the register counts, and by 32 or more the result is 0.
 */
in	.req	r0	/* where the window was loaded */
t	.req	r1	/* bits of it that are used up */
w	.req	r2	/* the window; work between a sequence's offset and the next states */
out	.req	r3
lit	.req	r4
ll	.req	r5	/* the entries of the states, see zstd_priv.h */
ml	.req	r6
of	.req	r7
code	.req	r8
rep1	.req	r9	/* the last offsets, plus ZSTD_OF_BIAS */
rep2	.req	r10
rounds	.req	r11	/* that are left, see zstd_priv.h */
tables	.req	r12
x	.req	lr	/* work */
k	.req	r8	/* work, behind the offset: code is no longer needed */

/* On the stack. */
#define AT_REP3	  0
#define AT_COUNT  4 /* sequences that are not among the rounds */
#define AT_IN	  8
#define AT_T	  12
#define AT_ML	  16
#define AT_S	  20
#define AT_R4	  24

/* Leaves t below 8, so that at least 25 bits are there. */
.macro	REFILL
	ldr	w, [in, -t, lsr #3]!
	and	t, t, #7
.endm

/* Makes x the next bits, as many as e tells, plus what e has in its bits above at. */
.macro	NEXT e, at
	lsl	x, w, t
	uxtab	t, t, \e, ror #8
	lsr	x, x, \e
	add	x, x, \e, lsr #\at
.endm

/* Makes k the base and the extra bits of what it indexes in ZSTD_TABLES_EXTRA less first. */
.macro	EXTRA first
	add	x, tables, #ZSTD_TABLES_EXTRA
	add	x, x, k, lsl #2
	ldr	k, [x, #4 * (\first)]
	REFILL
	lsl	w, w, t
	and	x, k, #(1 << ZSTD_EXTRA_LOG) - 1
	add	t, t, x
	rsb	x, x, #32
	lsr	w, w, x
	add	k, w, k, lsr #ZSTD_EXTRA_LOG
.endm

/* Makes rounds the lesser of itself and what fits between two addresses; a gap may wrap around. */
.macro	FIT end, from, log
	sub	x, \end, \from
	cmp	rounds, x, lsr #\log
	lsrhi	rounds, x, #\log
.endm

/*
 * bool zstd_sequences(struct zstd *s): see lib/codec/zstd_priv.h, also for the layout of s, of its
 * tables and of their entries.  zstd.c's sequences() calls it.  AAPCS, in ARM state; clobbers
 * r0-r3, r12 and flags; 60 bytes of stack; calls nothing.
 */
	.global	zstd_sequences
	.type	zstd_sequences, %function
zstd_sequences:
	push	{r0, r4-r11, lr}
	sub	sp, sp, #AT_S
	add	x, r0, #ZSTD_OUT
	ldm	x, {out, lit, ll, ml, of, code, rep1, rep2, rounds, tables}
	str	rounds, [sp, #AT_REP3]
	ldr	x, [r0, #ZSTD_COUNT]
	str	x, [sp, #AT_COUNT]
	ldr	x, [r0, #ZSTD_BASE]
	mov	rounds, #0
	sub	w, out, x
	ldr	x, [r0, #ZSTD_LEFT]
	ldr	r0, [r0, #ZSTD_BITS]
	rsb	t, x, #0
	and	t, t, #7
	add	x, x, #7
	add	in, r0, x, asr #3
	sub	in, in, #4
	cmp	w, #8			@ the offsets that a frame begins with are not farther
	blo	leave_whole

	/* rounds is 0 */
count:	ldr	w, [sp, #AT_S]
	ldr	x, [sp, #AT_COUNT]
	sub	rounds, x, #1
	ldr	x, [w, #ZSTD_OUT_END]
	FIT	x, out, ZSTD_ROUND_OUT_LOG
	FIT	lit, out, ZSTD_ROUND_OUT_LOG
	ldr	x, [w, #ZSTD_LIT_END]
	FIT	x, lit, ZSTD_ROUND_LITS_LOG
	ldr	x, [w, #ZSTD_BITS]
	subs	x, in, x
	movlo	x, #0			@ less than a word is left
	cmp	rounds, x, lsr #ZSTD_ROUND_BITS_LOG
	lsrhi	rounds, x, #ZSTD_ROUND_BITS_LOG
	ldr	x, [sp, #AT_COUNT]
	cmp	rounds, #0
	beq	leave_whole
	sub	x, x, rounds
	str	x, [sp, #AT_COUNT]
	cmp	code, #0
	bmi	special

	/*
	 * The offset: its value is a 1 and the bits behind it.  C is set, as nothing was borrowed when
	 * 0 was subtracted from code, or 1 from rounds, and no instruction up to RRX changes it.
	 */
round:	REFILL
	str	rep2, [sp, #AT_REP3]
	mov	rep2, rep1
	lsl	rep1, w, t
	rrx	rep1, rep1
	lsr	rep1, rep1, code
	uxtab	t, t, code, ror #8

have_offset:
	orrs	x, ll, ml
	bmi	extra

	/* Few literals are the rule: the first 4 are copied even when there is none. */
	ubfx	k, ll, #ZSTD_CODE_AT, #6
	ldr	x, [lit], k
	str	x, [out], k
	cmp	k, #4
	bhi	literals
match:	sub	k, out, rep1
	ubfx	w, ml, #ZSTD_CODE_AT, #5	@ less ZSTD_ML_MIN
	ldr	x, [k, #ZSTD_OF_BIAS]!
	cmp	w, #8 - ZSTD_ML_MIN
	str	x, [out], #ZSTD_ML_MIN
	ldr	x, [k, #4]
	str	x, [out, #4 - ZSTD_ML_MIN]
	bhi	long_match
	add	out, out, w

states:	REFILL
	NEXT	ll, ZSTD_LL_NEXT
	ldr	ll, [tables, x, lsl #2]
ml_state:
	NEXT	ml, ZSTD_ML_NEXT
	ldr	ml, [tables, x, lsl #2]
	NEXT	of, ZSTD_OF_NEXT
	add	x, tables, x, lsl #3
	ldm	x, {of, code}
	subs	rounds, rounds, #1
	tstne	code, code		@ V is clear: GT if neither rounds is 0 nor code negative
	bgt	round
	bne	special
	b	count

	/* The 5th literal and more; lit and out are behind the last. */
literals:
	rsb	k, k, #4
1:	ldr	x, [lit, k]
	str	x, [out, k]
	adds	k, k, #4
	bmi	1b
	b	match

	/* The 9th byte and more of a match. */
long_match:
	sub	out, out, #ZSTD_ML_MIN
	sub	w, w, #8 - ZSTD_ML_MIN
1:	ldr	x, [k, #8]!
	str	x, [out, #8]!
	ldr	x, [k, #4]
	str	x, [out, #4]
	subs	w, w, #8
	bhi	1b
	add	out, out, #8
	add	out, out, w
	b	states

	/* A repeated offset, or one that needs a look. */
special:
	tst	code, #0xff00		@ bits in it
	bne	some_bits
	tst	ll, #ZSTD_LL_CODE << ZSTD_CODE_AT
	bne	repeated
swap:	mov	x, rep1
	mov	rep1, rep2
	mov	rep2, x
repeated:
	cmp	rep1, #4 + ZSTD_OF_BIAS
	bhs	have_offset
leave_offset:
	mov	x, #1
	b	leave

some_bits:
	tst	code, #0xfe00		@ more than one
	bne	far
	REFILL
	lsl	x, w, t
	add	t, t, #1
	lsr	x, x, #31
	tst	ll, #ZSTD_LL_CODE << ZSTD_CODE_AT
	addeq	x, x, #1
	cmp	x, #1
	blo	swap
	ldreq	x, [sp, #AT_REP3]
	subne	x, rep1, #1
	str	rep2, [sp, #AT_REP3]
	mov	rep2, rep1
	mov	rep1, x
	b	repeated

	/* One that may be too far, or is below 4, or has too many bits. */
far:	ubfx	x, code, #8, #5
	cmp	x, #ZSTD_OF_BITS
	bhi	leave_whole
	REFILL
	str	rep2, [sp, #AT_REP3]
	mov	rep2, rep1
	lsl	rep1, w, t
	cmp	code, code		@ sets C
	rrx	rep1, rep1
	lsr	rep1, rep1, code
	uxtab	t, t, code, ror #8
	ldr	x, [sp, #AT_S]
	ldr	x, [x, #ZSTD_BASE]
	sub	x, out, x
	add	x, x, #ZSTD_OF_BIAS
	cmp	rep1, x
	bls	repeated
	b	leave_offset

	/*
	 * Lengths with extra bits, or a next state of LL that takes 9.  What the sequence is longer than
	 * others is counted as rounds.
	 */
extra:	str	in, [sp, #AT_IN]
	str	t, [sp, #AT_T]
	ubfx	k, ml, #ZSTD_CODE_AT, #5
	tst	ml, #ZSTD_SPECIAL
	addeq	k, k, #ZSTD_ML_MIN
	beq	1f
	EXTRA	ZSTD_EXTRA_ML
1:	str	k, [sp, #AT_ML]
	ubfx	k, ll, #ZSTD_CODE_AT, #6
	cmp	k, #ZSTD_LL_EXTRA
	blo	2f
	EXTRA	-ZSTD_LL_EXTRA
2:	ldr	w, [sp, #AT_ML]
	add	w, w, k
	add	w, w, #16
	lsr	w, w, #ZSTD_ROUND_OUT_LOG
	add	w, w, k, lsr #ZSTD_ROUND_LITS_LOG
	cmp	w, rounds
	bhs	leave_before
	ldr	x, [sp, #AT_COUNT]
	sub	rounds, rounds, w
	add	x, x, w
	str	x, [sp, #AT_COUNT]

	REFILL
	bic	ll, ll, #ZSTD_SPECIAL
	bic	ml, ml, #ZSTD_SPECIAL
	NEXT	ll, ZSTD_LL_NEXT
	ldr	ll, [tables, x, lsl #2]

	add	lit, lit, k
	add	out, out, k
	rsbs	k, k, #0
	beq	4f
3:	ldr	x, [lit, k]
	str	x, [out, k]
	adds	k, k, #4
	bmi	3b
4:	sub	k, out, rep1
	sub	k, k, #8 - ZSTD_OF_BIAS
	ldr	w, [sp, #AT_ML]
	sub	out, out, #8
5:	ldr	x, [k, #8]!
	str	x, [out, #8]!
	ldr	x, [k, #4]
	str	x, [out, #4]
	subs	w, w, #8
	bhi	5b
	add	out, out, #8
	add	out, out, w
	REFILL
	b	ml_state

leave_before:
	ldr	in, [sp, #AT_IN]
	ldr	t, [sp, #AT_T]
	b	leave_offset
leave_whole:
	mov	x, #0
leave:	ldr	w, [sp, #AT_S]
	ldr	tables, [w, #ZSTD_BITS]
	sub	in, in, tables
	rsb	t, t, #32
	add	t, t, in, lsl #3
	str	t, [w, #ZSTD_LEFT]
	ldr	in, [sp, #AT_COUNT]
	add	in, in, rounds
	str	in, [w, #ZSTD_COUNT]
	ldr	rounds, [sp, #AT_REP3]
	add	w, w, #ZSTD_OUT
	stm	w, {out, lit, ll, ml, of, code, rep1, rep2, rounds}
	mov	r0, x
	add	sp, sp, #AT_R4
	pop	{r4-r11, pc}

/*
 * void zstd_huffman(struct zstd *s, size_t pairs), zstd_priv.h.  zstd.c's stream() calls it.  AAPCS;
 * clobbers r0-r3, r12 and flags; 24 bytes of stack.
 *
 * The window is turned around, so that one AND takes an index out of it; the table is indexed by
 * codes that are turned around, too.
 */
	.section .text.zstd_huffman, "ax"
huf	.req	r4	/* the table */
mask	.req	r5	/* of its index */
to	.req	r6
pairs	.req	r12
e	.req	lr

.macro	BYTE
	and	e, mask, w, lsr t
	ldr	e, [huf, e, lsl #2]
	strb	e, [to], #1
	add	t, t, e, lsr #8
.endm

.macro	PAIR
	REFILL
	rbit	w, w
	BYTE
	BYTE
.endm

	.global	zstd_huffman
	.type	zstd_huffman, %function
zstd_huffman:
	push	{r0, r4-r6, lr}
	mov	pairs, r1
	ldr	huf, [r0, #ZSTD_TABLES]
	ldr	r3, [r0, #ZSTD_HUF]
	add	huf, huf, #ZSTD_TABLES_HUF
	mvn	mask, #0
	mvn	mask, mask, lsl r3
	ldr	to, [r0, #ZSTD_OUT]
	ldr	r3, [r0, #ZSTD_LEFT]
	ldr	r0, [r0, #ZSTD_BITS]
	rsb	t, r3, #0
	and	t, t, #7
	add	r3, r3, #7
	add	in, r0, r3, lsr #3
	sub	in, in, #4
	ands	r3, pairs, #3		@ of 4 pairs a turn the first turn does the odd ones
	rsbne	r3, r3, #4
	mov	e, #(2f - 1f) / 4
	mul	r3, r3, e
	add	pc, pc, r3
	nop
1:	PAIR
	PAIR
	PAIR
	PAIR
2:	subs	pairs, pairs, #4
	bgt	1b
	pop	{r3}
	str	to, [r3, #ZSTD_OUT]
	ldr	r2, [r3, #ZSTD_BITS]
	sub	in, in, r2
	rsb	t, t, #32
	add	t, t, in, lsl #3
	str	t, [r3, #ZSTD_LEFT]
	pop	{r4-r6, pc}

/*
 * void zstd_states(struct zstd_work *k, uint32_t *to), zstd_priv.h.  zstd_table.c's make_table()
 * calls it.  AAPCS; clobbers r0-r3, r12 and flags; 40 bytes of stack.
 */
	.section .text.zstd_states, "ax"
	.global	zstd_states
	.type	zstd_states, %function
zstd_states:
	push	{r0, r4-r11, lr}
	ldm	r0, {r2-r7}		@ size, high, symbols, words, next_at, step
	add	r8, r0, #ZSTD_WORK_NORM
	add	r9, r0, #ZSTD_WORK_SPREAD
	sub	r10, r2, #1
	mov	r11, #0			@ state
	mov	r12, #0			@ symbol
1:	ldrsh	lr, [r8], #2
	cmp	lr, #0
	ble	4f
2:	strb	r12, [r9, r11]
3:	add	r11, r11, r7
	and	r11, r11, r10
	cmp	r11, r3			@ not those that are spread already
	bhs	3b
	subs	lr, lr, #1
	bne	2b
4:	add	r12, r12, #1
	cmp	r12, r4
	blo	1b

	add	r3, r0, #ZSTD_WORK_ENTRY
	add	r4, r0, #ZSTD_WORK_SHARE
	lsl	r5, r5, #2
	clz	r7, r2
5:	ldrb	r8, [r9], #1
	ldr	r10, [r4, r8, lsl #2]
	add	r11, r10, #1
	str	r11, [r4, r8, lsl #2]
	ldr	r0, [r3, r8, lsl #2]
	clz	r12, r10
	sub	r12, r12, r7		@ bits to be read
	lsl	r10, r10, r12
	rsb	r12, r12, r12, lsl #8
	add	r0, r0, r12
	add	r0, r0, r10, lsl r6
	str	r0, [r1], r5
	subs	r2, r2, #1
	bne	5b
	pop	{r0, r4-r11, pc}

/* void zstd_copy(uint8_t *to, const uint8_t *from, size_t n), zstd_priv.h */
	.section .text.zstd_copy, "ax"
	.global	zstd_copy
	.type	zstd_copy, %function
zstd_copy:
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
