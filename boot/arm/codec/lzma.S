/* SPDX-License-Identifier: MIT */
/*
 * LZMA: the twin of lib/codec/lzma.c, with the same results in every case; the format is told there.
 * It loads and stores words that are not aligned, so it must run with the MMU on, SCTLR.A clear, and
 * input and output in Normal memory.
 *
 * Two bits a byte of the kernel are decoded one by one, and nearly all instructions are theirs:
 * - A probability p, 11 bits, is the upper half of a word.  Both of its moves, p + (2048 - p >> 5)
 *   and p - (p >> 5), are (31 p + n) >> 5 with n = 2048 or 31: one MLA makes the word, as
 *   p * (31 << 11) + (n << 11), and LDRH from its upper half is the shift.
 * - The range has two registers, and a bit of a tree leaves it in the other one, so that it is never
 *   moved.  It is widened when it must be, so it is at least TOP before and after each bit.
 * - A tree is laid out so that only a 1 moves the pointer to where we are in it: with
 *   w = 4 << (n - 1 - i) bytes for bit i of n, the most significant one first, the bits before with
 *   their w add up to m, and the node is at m + w: levels have constant offsets, and at the end m is
 *   4 times the value.  8 bits are too many for LDRH: there the node of bit 0 is at m, where no other
 *   is, and m is 3 too large, which puts all others into reach; it is so in all trees.  So the last n
 *   levels of the one piece of code for 8 bits do for trees of n bits.
 * - Trees that come least significant bit first are laid out the same way; RBIT turns the value.
 */
#include "codec/lzma_priv.h"

	.syntax	unified
	.arch	armv7-a
	.section .text.lzma_chunk, "ax"

x	.req	r0	/* of a symbol: 4 * (position & the pb mask), then length - 2; else work */
p	.req	r1	/* the probability; else work */
odd	.req	r2	/* the range after an odd number of bits */
even	.req	r3	/* and after an even number: the range */
code	.req	r4
in	.req	r5
out	.req	r6
m	.req	r7	/* where in a tree we are */
state	.req	r8	/* probabilities of a state, see STATE_SIZE */
dist	.req	r9	/* rep[0] + 1 */
k	.req	r10	/* 31 << 11 */
c	.req	r11	/* 2048 << 11 */
	/* r12: the byte before, until the symbol is known not to be a literal; then work.
	 * lr: work, until the range is widened */

#define TOP    0x01000000
#define HALF   0x04000000	/* probability 1/2 */

/* In scratch memory, counted from its first multiple of 1024. */
#define MATCH_LENGTH_AT 0
#define REP_LENGTH_AT   2048
#define SLOT_AT         4096	/* 4 trees of 6 bits */
#define SPECIAL_AT      4608	/* + 128 * slot, 4..13, and 14 is the tree for the lowest 4 bits */
#define STATE_AT        7168	/* 12 states */
#define LITERAL_AT      9216	/* 3 trees a context: plain, where a 0 is expected, where a 1 is */
#define LITERAL_SIZE    3072

/* Of a length: 16 trees of 3 bits, 16 more, one of 8.  Two of the small ones' first words, where no
 * node is, are the bits that choose. */
#define CHOICE  0
#define CHOICE2 32
#define MID     512
#define HIGH    1024

/* Of a state: 16 words is_match, 16 words is_long, and these. */
#define IS_MATCH   0
#define IS_LONG    64
#define IS_REP     128
#define IS_REP1    132
#define IS_REP2    136
#define IS_REP3    140
#define NEXT       144	/* the state behind this one: */
#define NEXT_LIT   144
#define NEXT_MATCH 148
#define NEXT_REP   152
#define NEXT_SHORT 156
#define LITERAL_IS 160	/* where to go for a literal */
#define STATE_SIZE 164

/* On the stack. */
#define OUT_END  0
#define IN_LIMIT 4	/* in_end + 1 */
#define POS_MASK 8	/* * 4 */
#define FAST_END 12	/* out_end - 9 */
#define LIT_MASK 16
#define LIT_STEP 20
#define LITERAL  24	/* + 3 */
#define BASE     28
#define PROBS    32	/* + 3 */
#define SLOT     36	/* + 3 */
#define REP1     44

/* A range below TOP gets a byte. */
.macro	WIDEN ra
	lsl	\ra, \ra, #8
	ldrb	p, [in], #1
	orr	code, p, code, lsl #8
.endm

/*
 * A bit of a tree, the range in \ra before and in \rb behind it.  For a 1 it goes through LEVEL_1,
 * which is elsewhere, so that a 0 takes no branch: 9 instructions, and 12 for a 1.
 */
.macro	LEVEL ra, rb, weight, at
	ldrh	p, [m, #\at + 2 - 3]
	lsr	\rb, \ra, #11
	mul	\rb, p, \rb
	cmp	code, \rb
	bhs	.Lone_\weight
	mla	p, p, k, c
	str	p, [m, #\at - 3]
	cmp	\rb, #TOP
	bllo	.Lwiden_\rb
.Lbehind_\weight:
.endm

.macro	LEVEL_1 ra, rb, weight, at
.Lone_\weight:
	sub	code, code, \rb
	sub	\rb, \ra, \rb
	mla	p, p, k, k
	str	p, [m, #\at - 3]
	add	m, m, #\weight
	cmp	\rb, #TOP
	bhs	.Lbehind_\weight
.if \weight == 4			@ all trees have it; in the others BL is smaller
	WIDEN	\rb
.else
	bl	.Lwiden_\rb
.endif
	b	.Lbehind_\weight
.endm

/*
 * Another bit.  A 0 goes on, with the range in \rb; a 1 goes to \one, where BIT_IS_1 must follow, and
 * goes on with the range in \ra.
 */
.macro	BIT_IF ra, rb, base, at, one
	ldrh	p, [\base, #\at + 2]
	lsr	\rb, \ra, #11
	mul	\rb, p, \rb
	cmp	code, \rb
	bhs	\one
	mla	p, p, k, c
	str	p, [\base, #\at]
	cmp	\rb, #TOP
	bllo	.Lwiden_\rb
.endm

.macro	BIT_IS_1 ra, rb, base, at
	sub	code, code, \rb
	sub	\ra, \ra, \rb
	mla	p, p, k, k
	str	p, [\base, #\at]
	cmp	\ra, #TOP
	bllo	.Lwiden_\ra
.endm

/* The same for rare ones, smaller; the range is in even both ways. */
.macro	RARE_IF base, at, one
	ldrh	p, [\base, #\at + 2]
	lsr	odd, even, #11
	mul	odd, p, odd
	cmp	code, odd
	bhs	\one
	mla	p, p, k, c
	str	p, [\base, #\at]
	bl	.Ltake_0
.endm

.macro	RARE_IS_1 base, at
	mla	p, p, k, k
	str	p, [\base, #\at]
	bl	.Ltake_1
.endm

/* x becomes the length - 2, from the word in the trees of a length that m points to. */
.macro	LENGTH
	ubfx	p, m, #2, #8
	add	x, p, x, lsl #1
.endm

/* A bit was as expected: on to the next. */
.macro	EXPECTED
	cmp	even, #TOP
	bllo	.Lwiden_even
	lsrs	r12, r12, #1
	bne	.Lexpected
	b	.Lhave_literal
.endm

/*
 * void lzma_reset(struct lzma *s), lzma_priv.h.  AAPCS, in Thumb state, as it is small and runs once
 * or twice; called by lzma2.c.
 */
	.thumb
	.global	lzma_reset
	.type	lzma_reset, %function
	.thumb_func
lzma_reset:
	push	{r4-r7, lr}
	ldr	r1, [r0, #LZMA_PROBS]
	add	r1, r1, #1016
	bfc	r1, #0, #10
	ldr	r2, [r0, #LZMA_LC]
	ldr	r3, [r0, #LZMA_LC + 4]
	mov	r4, #256
	lsl	r5, r4, r3
	lsrs	r4, r4, r2
	subs	r5, r5, r4
	str	r5, [r0, #LZMA_LIT_MASK]	@ lp bits of the position above lc of the byte before
	movs	r5, #LITERAL_SIZE >> 8
	lsls	r5, r5, r2
	str	r5, [r0, #LZMA_LIT_STEP]
	lsls	r5, r5, r3
	lsls	r3, r5, #8
	add	r3, r3, #LITERAL_AT		@ bytes of probabilities
	ldr	r4, [r0, #LZMA_LC + 8]
	movs	r5, #4
	lsls	r5, r5, r4
	subs	r5, r5, #4
	str	r5, [r0, #LZMA_POS_MASK]
	adds	r4, r1, #3
	str	r4, [r0, #LZMA_PROBS]
	add	r5, r4, #SLOT_AT
	str	r5, [r0, #LZMA_SLOT]
	add	r5, r4, #LITERAL_AT
	str	r5, [r0, #LZMA_LITERAL]
	mov	r4, #HALF
	mov	r5, r4
	mov	r6, r4
	mov	r7, r4
	mov	r2, r1
1:	stm	r2!, {r4-r7}
	subs	r3, r3, #16
	bne	1b
	/* What is behind each state, r2 - NEXT, and how a literal begins there; r3 is its number. */
	add	r1, r1, #STATE_AT
	str	r1, [r0, #LZMA_STATE]
	add	r2, r1, #NEXT
2:	sub	r4, r2, #NEXT + 3 * STATE_SIZE
	cmp	r3, #10
	it	hs
	subhs	r4, r4, #3 * STATE_SIZE
	cmp	r3, #4
	it	lo
	movlo	r4, r1
	str	r4, [r2, #NEXT_LIT - NEXT]
	cmp	r3, #7
	add	r4, r1, #7 * STATE_SIZE
	adr	r5, .Lliteral
	itt	hs
	addhs	r4, r4, #3 * STATE_SIZE
	adrhs	r5, .Lliteral_behind_match
	str	r4, [r2, #NEXT_MATCH - NEXT]
	add	r4, r4, #STATE_SIZE
	str	r4, [r2, #NEXT_REP - NEXT]
	it	lo
	addlo	r4, r4, #STATE_SIZE
	str	r4, [r2, #NEXT_SHORT - NEXT]
	str	r5, [r2, #LITERAL_IS - NEXT]
	adds	r2, r2, #STATE_SIZE
	adds	r3, r3, #1
	cmp	r3, #12
	bne	2b
	movs	r1, #1
	str	r1, [r0, #LZMA_REP]
	str	r1, [r0, #LZMA_REP + 4]
	str	r1, [r0, #LZMA_REP + 8]
	str	r1, [r0, #LZMA_REP + 12]
	pop	{r4-r7, pc}

/*
 * bool lzma_chunk(struct lzma *s), lzma_priv.h.  AAPCS, in ARM state; 96 bytes of stack; called by
 * lzma2.c.
 */
	.arm
	.balign	4
	.global	lzma_chunk
	.type	lzma_chunk, %function
lzma_chunk:
	push	{r0, r4-r11, lr}
	add	r12, r0, #LZMA_LIT_MASK
	ldm	r12, {r1-r4, r7-r12}	@ _LIT_MASK, _LIT_STEP, _LITERAL, _BASE, _PROBS, _SLOT, _REP
	push	{r1-r4, r7-r12}		@ r9 is dist already
	ldm	r0, {r5-r8, r10, r11}	@ in, out, LZMA_OUT_END, _IN_END, _POS_MASK, _STATE
	add	r8, r8, #1
	sub	r12, r7, #9
	push	{r7, r8, r10, r12}
	mov	state, r11
	subs	r12, out, r4
	ldrbne	r12, [out, #-1]
	movw	k, #31 << 11
	mov	c, #2048 << 11
	ldrb	p, [in]
	ldr	code, [in, #1]
	rev	code, code
	add	in, in, #5
	mvn	even, #0
	cmp	p, #0
	beq	.Lsymbol
.Lbad:	mov	code, #1
.Lstop:	ldrd	x, p, [sp]		@ OUT_END, IN_LIMIT
	str	dist, [sp, #REP1 - 4]
	add	r12, in, #1
	cmp	out, x
	cmpeq	r12, p
	cmpeq	code, #0
	add	sp, sp, #REP1 - 4
	pop	{r0-r3, lr}		@ lr = s
	stm	lr, {in, out}
	str	state, [lr, #LZMA_STATE]
	add	lr, lr, #LZMA_REP
	stm	lr, {r0-r3}
	moveq	r0, #1
	movne	r0, #0
	pop	{r4-r11, pc}

	/* x: the byte expected, its next bit the highest; r12: the weight of the bit / 4. */
.Lliteral_behind_match:
	ldrb	x, [out, -dist]
	mov	r12, #128
	add	m, m, #1024
	lsl	x, x, #24
.Lexpected:
	lsls	x, x, #1
	add	lr, m, r12, lsl #2
	bcs	.Lexpect_1
	ldrh	p, [lr, #2 - 3]
	lsr	odd, even, #11
	mul	odd, p, odd
	cmp	code, odd
	bhs	.Lunexpected_1
	mla	p, p, k, c
	str	p, [lr, #-3]
	mov	even, odd
	EXPECTED
.Lexpect_1:
	add	lr, lr, #1024
	ldrh	p, [lr, #2 - 3]
	lsr	odd, even, #11
	mul	odd, p, odd
	cmp	code, odd
	blo	.Lunexpected_0
	sub	code, code, odd
	sub	even, even, odd
	mla	p, p, k, k
	str	p, [lr, #-3]
	add	m, m, r12, lsl #2
	EXPECTED
.Lunexpected_1:
	sub	code, code, odd
	sub	odd, even, odd
	mla	p, p, k, k
	add	m, m, r12, lsl #2
	b	1f
.Lunexpected_0:
	mla	p, p, k, c
1:	str	p, [lr, #-3]
	cmp	odd, #TOP
	bllo	.Lwiden_odd
	mov	even, odd			@ levels of either parity go on from here
	sub	m, m, #1024
	clz	p, r12			@ 24 for level 0
	sub	p, p, #23
	adr	r12, .Lhave_literal
	/* To level p of the tree, which has 36 bytes. */
.Ltree:	add	p, p, p, lsl #3
	adr	lr, .Ltree8
	add	pc, lr, p, lsl #2

.Lliteral:
	adr	r12, .Lhave_literal
.Ltree8:	LEVEL	even, odd, 512, 0
	LEVEL	odd, even, 256, 256
.Ltree6:	LEVEL	even, odd, 128, 128
	LEVEL	odd, even, 64, 64
.Ltree4:	LEVEL	even, odd, 32, 32
.Ltree3:	LEVEL	odd, even, 16, 16
	LEVEL	even, odd, 8, 8
	LEVEL	odd, even, 4, 4
	bx	r12
	LEVEL_1	even, odd, 512, 0
	LEVEL_1	odd, even, 256, 256
	LEVEL_1	even, odd, 128, 128
	LEVEL_1	odd, even, 64, 64
	LEVEL_1	even, odd, 32, 32
	LEVEL_1	odd, even, 16, 16
	LEVEL_1	even, odd, 8, 8
	LEVEL_1	odd, even, 4, 4
.Lhave_literal:
	ubfx	r12, m, #2, #8
	strb	r12, [out], #1
	ldr	state, [state, #NEXT_LIT]
.Lsymbol:	ldm	sp, {x, p, m}
	cmp	out, x
	cmplo	in, p
	bhs	.Lstop
	and	x, m, out, lsl #2
	add	m, state, x
	BIT_IF	even, odd, m, IS_MATCH, .Lmatch
	mov	even, odd
	/* m: the trees of the literal, + 3. */
	ldrd	x, p, [sp, #LIT_MASK]
	ldr	m, [sp, #LITERAL]
	orr	r12, r12, out, lsl #8
	and	r12, r12, x
	mla	m, r12, p, m
	ldr	pc, [state, #LITERAL_IS]

.Ltake_1:	sub	code, code, odd
	sub	odd, even, odd
.Ltake_0:	mov	even, odd
	cmp	even, #TOP
	bxhs	lr
.Lwiden_even:
	WIDEN	even
	bx	lr
.Lwiden_odd:
	WIDEN	odd
	bx	lr

.Lmatch:	BIT_IS_1 even, odd, m, IS_MATCH
	BIT_IF	even, odd, state, IS_REP, .Lrep
	mov	even, odd
	add	m, sp, #REP1
	ldm	m, {r12, lr}
	stm	m, {dist, r12, lr}
	ldr	state, [state, #NEXT_MATCH]
	ldr	m, [sp, #PROBS]
	adr	r12, .Ldistance
	/* m: the trees + 3; r12: where to go with what LENGTH needs. */
.Llength:	BIT_IF	even, odd, m, CHOICE - 3, 1f
	add	m, m, x, lsl #3
	rsb	x, x, #0
	b	.Ltree3
1:	RARE_IS_1 m, CHOICE - 3
	BIT_IF	even, odd, m, CHOICE2 - 3, 2f
	add	m, m, x, lsl #3
	add	m, m, #MID
	rsb	x, x, #0
	sub	x, x, #(MID / 4 - 8) / 2
	b	.Ltree3
2:	RARE_IS_1 m, CHOICE2 - 3
	add	m, m, #HIGH
	mov	x, #16 / 2
	b	.Ltree8

.Ldistance:
	LENGTH
	usat	p, #2, x
	ldr	m, [sp, #SLOT]
	add	m, m, p, lsl #8
	adr	r12, .Lhave_slot
	b	.Ltree6
.Lhave_slot:
	ubfx	p, m, #2, #6		@ the slot
	cmp	p, #4
	add	dist, p, #1
	blo	.Lcopy
	ldr	m, [sp, #SLOT]
	and	dist, p, #1
	orr	dist, dist, #2
	cmp	p, #14
	lsr	r12, p, #1
	bhs	2f
	/* r12 - 1 bits, least significant first. */
	add	m, m, #SPECIAL_AT - SLOT_AT
	add	m, m, p, lsl #7
	sub	p, r12, #1
	lsl	dist, dist, p
	rsb	p, p, #8
	mov	odd, even
	adr	r12, .Lhave_special
	b	.Ltree
.Lhave_special:
	rbit	p, m
	clz	lr, dist		@ 30 - how many
	lsl	p, p, #2
	add	lr, lr, #2
	add	dist, dist, p, lsr lr
	b	1f

	/* r12 - 5 direct bits: until the bit that is set here comes out.  Then 4 of a tree. */
2:	rsb	r12, r12, #37
	mov	p, #1
	orr	dist, dist, p, lsl r12
3:	lsr	even, even, #1
	cmp	code, even
	subhs	code, code, even
	adcs	dist, dist, dist
	bcs	4f
	cmp	even, #TOP
	bhs	3b
	WIDEN	even
	b	3b
4:	cmp	even, #TOP
	bllo	.Lwiden_even
	add	m, m, #SPECIAL_AT - SLOT_AT + 128 * 14
	adr	r12, .Lhave_low
	b	.Ltree4
.Lhave_low:
	rbit	p, m
	ubfx	p, p, #26, #4
	add	dist, p, dist, lsl #4
1:	adds	dist, dist, #1
	bne	.Lcopy
	b	.Lbad

.Lrep:	BIT_IS_1 even, odd, state, IS_REP
	BIT_IF	even, odd, state, IS_REP1, 2f
	mov	even, odd
	RARE_IF	m, IS_LONG, 1f
	ldr	state, [state, #NEXT_SHORT]
	mvn	x, #0
	b	.Lcopy
	/* Distances are moved up until one is the right one. */
2:	RARE_IS_1 state, IS_REP1
	add	r12, state, #IS_REP2
	add	m, sp, #REP1
3:	ldr	p, [m]
	str	dist, [m], #4
	mov	dist, p
	add	p, sp, #REP1 + 12
	cmp	m, p
	beq	5f
	RARE_IF	r12, 0, 4f
	b	5f
4:	RARE_IS_1 r12, 0
	add	r12, r12, #IS_REP3 - IS_REP2
	b	3b
1:	RARE_IS_1 m, IS_LONG
5:	ldr	state, [state, #NEXT_REP]
	ldr	m, [sp, #PROBS]
	add	m, m, #REP_LENGTH_AT
	adr	r12, .Lrepeat
	b	.Llength

	/* A distance below 4: 4 bytes, after which a multiple of it will do. */
.Lnear:	mov	lr, #4
3:	ldrb	p, [m], #1
	strb	p, [out], #1
	subs	lr, lr, #1
	bne	3b
	subs	x, x, #4
	cmn	x, #2
	ble	.Lcopied
	and	p, dist, #2
	add	p, p, #4
	sub	m, out, p
	b	1f
	/* The last bytes of the chunk. */
.Lslow:	add	r12, r12, #2
	ldr	p, [sp, #OUT_END]
	cmp	r12, p
	bhi	.Lbad
3:	ldrb	p, [m], #1
	strb	p, [out], #1
	cmp	out, r12
	bne	3b
	b	.Llast
	/* Up to 7 bytes behind the match are written, for which there is room. */
2:	ldr	p, [m, #8]!
	str	p, [out, #8]!
	ldr	p, [m, #4]
	str	p, [out, #4]
	subs	x, x, #8
	bhi	2b
	b	.Lcopied

.Lrepeat:	LENGTH
.Lcopy:	ldr	p, [sp, #BASE]
	subs	m, out, dist
	cmphs	m, p
	blo	.Lbad
	ldr	p, [sp, #FAST_END]
	add	r12, out, x
	cmp	r12, p
	bhi	.Lslow
	cmp	dist, #4
	blo	.Lnear
1:	ldr	p, [m]
	str	p, [out]
	ldr	p, [m, #4]
	str	p, [out, #4]
	subs	x, x, #6
	bgt	2b
.Lcopied:	add	out, r12, #2
.Llast:	ldrb	r12, [out, #-1]
	b	.Lsymbol
