/* SPDX-License-Identifier: MIT */
/*
 * The hot loop of the codec "gzip": the twin of lib/codec/inflate_block.c, round for round, with the
 * same results in every case.  It loads and stores words that are not aligned, so it must run with
 * the MMU on, SCTLR.A clear, and input and output in Normal memory.
 */
#include "codec/inflate_priv.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .text.inflate_block, "ax"

/*
 * The bit reader: w, the window, is the word at [in]; t of its bits are used up.  Nothing is ever
 * shifted out of w, an entry only moves t.  This rests on two rules of register-controlled shifts
 * (DDI 0406C, A8.4.3): only the lowest byte of the register counts, and LSR by 32 or more is 0 while
 * ROR goes by the amount modulo 32.
 */
in	.req	r4	/* where the window was loaded */
t	.req	r5	/* bits of it that are used up, from the lowest */
out	.req	r6
rounds	.req	r7	/* minus the rounds that are left */
lits	.req	r8	/* tables */
dists	.req	r9
mask	.req	r10	/* for the index of a table */
d	.req	r10	/* in the search for a long code */
base	.req	r11	/* no distance goes below */
e	.req	r1	/* the table entry */
w	.req	r2	/* the window */
len	.req	r3	/* base of a length, then the length */
from	.req	r12	/* the source of a match */
	/* r0, lr: work */

/*
 * Leaves t below 8, so that at least 25 bits are there.  That is enough for two first-level codes of
 * lits and a length's extra bits (10 + 10 + 5), for one of dists with its extra bits (10 + 13), and
 * for either part of a longer code: the rest of the code (5), the extra bits behind it (13).
 */
.macro	REFILL
	ldr	w, [in, t, lsr #3]!
	and	t, t, #7
.endm

/*
 * Makes e the next entry of lits and drops its bits.  One shift puts the base in len and the flags
 * where they can be tested: N, a literal; else C, which is the last bit shifted out, SPECIAL.
 */
.macro	LITERAL_OR_LENGTH
	and	r0, mask, w, lsr t
	ldr	e, [lits, r0, lsl #2]
	uxtab	t, t, e, ror #LIT_AT
	asrs	len, e, #16
.endm

/*
 * unsigned inflate_block(struct inflate *s, size_t rounds): see lib/codec/inflate_priv.h, also for the
 * layout of s, of its tables and of their entries.  inflate.c's huffman_data() calls it.
 * AAPCS, in ARM state; clobbers r0-r3, r12 and flags; 40 bytes of stack; calls memset.
 */
	.global	inflate_block
	.type	inflate_block, %function
inflate_block:
	push	{r0, r4-r11, lr}
	ldm	r0, {in, t, out}	@ INFLATE_IN, _BIT, _OUT
	ldr	base, [r0, #INFLATE_BASE]
	ldr	dists, [r0, #INFLATE_TABLES]
	rsb	rounds, r1, #0
	add	dists, dists, #INFLATE_DIST + CODE_TABLE
	add	lits, dists, #INFLATE_LIT - INFLATE_DIST
	movw	mask, #(1 << ROOT_BITS) - 1

round:	REFILL
	LITERAL_OR_LENGTH
	bpl	length
	strb	e, [out], #1
	LITERAL_OR_LENGTH
	bpl	length
literal:
	strb	e, [out], #1
next:	adds	rounds, rounds, #1
	bmi	round
	b	leave

length:	bcs	length_with_care
distance:
	REFILL
	and	r0, mask, w, lsr t
	ldr	e, [dists, r0, lsl #2]
have_distance:
	adds	t, t, e, asr #DIST_AT	@ N: SPECIAL, as the sign of the byte
	sxtah	from, out, e, ror #8
	ror	r0, w, t		@ the extra bits, the last ones dropped, come to the top
	sub	from, from, r0, lsr e
	bmi	distance_with_care

	/*
	 * 7 of 8 matches are done with these 8 bytes.  from is at least 4 below out, so that a word
	 * never reads what it is to write; a multiple of a shorter distance will do, too.  What is
	 * written behind the match is room that the caller guarantees.
	 */
copy:	ldr	r0, [from]
	str	r0, [out]
	ldr	r0, [from, #4]
	str	r0, [out, #4]
	add	out, out, len
	cmp	len, #8
	addsls	rounds, rounds, #1	@ N: on to the next round; clear after CMP found more than 8
	bmi	round
	sub	lr, out, len		@ either more of the match or the last round
	add	rounds, rounds, len, lsr #4
	subs	len, len, #8
	bls	leave
1:	ldr	r0, [from, #8]!
	str	r0, [lr, #8]!
	ldr	r0, [from, #4]
	str	r0, [lr, #4]
	subs	len, len, #8
	bhi	1b
	b	next

	/*
	 * e is SPECIAL: a length with extra bits, a pointer, the end of the block or no code.  The
	 * flags were added to t, which is at most 7 + 10 + 10 + 5 without them.
	 */
length_with_care:
	and	t, t, #63
	ror	r0, w, t
	add	len, len, r0, lsr e
	tst	e, #E_POINTER << LIT_AT
	beq	distance
	tst	e, #31			@ 1 in the first bits of a long code
	beq	end_of_block
	lsr	d, e, #16
	mov	r1, lits
	bl	long_code
	uxtab	t, t, e, ror #LIT_AT
	asrs	len, e, #16
	bmi	literal
	b	length

	/*
	 * e is SPECIAL: a pointer, or a distance that may be too far or is below 4, or no code.  The
	 * flags, added to t, are multiples of 32, so that ROR did not mind: from is right unless e is
	 * a pointer.
	 */
distance_with_care:
	and	t, t, #63
	tst	e, #E_POINTER << DIST_AT
	beq	1f
	uxth	d, e, ror #8
	mov	r1, dists
	bl	long_code
	b	have_distance
1:	add	rounds, rounds, len, lsr #4
	sub	r0, out, from
	sub	r1, out, base
	cmp	r0, r1
	bhi	corrupt
	cmp	r0, #4
	bhs	copy
	cmp	r0, #1
	bne	2f
	ldrb	r1, [from]		@ distance 1: a fill
	mov	r0, out
	mov	r2, len
	add	out, out, len
	bl	memset
	b	next
2:	ldrh	r1, [from]		@ 2 and 3: that much, after which from lies twice as far below
	strh	r1, [out]
	ldrb	r1, [from, #2]
	strb	r1, [out, #2]
	sub	len, len, r0
	add	out, out, r0
	b	copy

end_of_block:
	mov	r0, #INFLATE_ENDED
	tst	e, #E_BAD
	beq	done
corrupt:
	mov	r0, #INFLATE_CORRUPT
	b	done
leave:	mov	r0, #INFLATE_MORE
done:	add	in, in, t, lsr #3
	and	t, t, #7
	pop	{r1}
	stm	r1, {in, t, out}
	pop	{r4-r11, pc}

/*
 * Makes e the entry of a long code of the table at r1, of which ROOT_BITS bits are dropped, and drops
 * its other bits.  d tells what these began with; then it is the code so far less the first one of
 * its length.
 */
long_code:
	REFILL
	lsr	r0, w, t
	ldr	from, [r1, #CODE_LONGS - CODE_TABLE]
	sub	r1, r1, #2 * (16 - ROOT_BITS)	@ in count[16], which lies before the table
1:	lsrs	r0, r0, #1
	adc	d, d, d
	add	t, t, #1
	ldrh	w, [r1, #2]!
	add	from, from, w, lsl #2
	subs	d, d, w
	bpl	1b
	ldr	e, [from, d, lsl #2]
	movw	mask, #(1 << ROOT_BITS) - 1
	REFILL
	bx	lr
