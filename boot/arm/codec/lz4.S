/* SPDX-License-Identifier: MIT */
/*
 * The sequences of LZ4: the twin of lib/codec/lz4_sequences.c, with the same bytes, lengths and
 * statuses, but for length bytes that add up to 4 GiB, see .Llength.  It loads and stores words that are not aligned, so it must run with the MMU on,
 * SCTLR.A clear, and input and output in Normal memory.
 *
 * Two loops.  The one for nearly all sequences, in ARM code, looks at bounds only by counting
 * rounds, and at each half of a token only as the index of a table of addresses to go to.  What is
 * rare, near an end, or wrong is for the other one, in Thumb code, which does one sequence with all
 * care and goes back to the first.
 */

	.syntax	unified
	.arch	armv7-a
	.section .text.lz4_sequences, "ax"

in	.req	r0
end	.req	r1
out	.req	r2
out_end	.req	r3
n	.req	r4
w	.req	r5
token	.req	r6
from	.req	r7	/* the source of a match; its offset */
base	.req	r8
rounds	.req	r9	/* those left */
matches	.req	r10	/* where to go for a token's low half; the table for its high half is at sp */

/* struct codec_io, lib/codec.h */
#define IO_OUT	   8
#define IO_IN_USED 20
#define IO_OUT_LEN 24

/* enum status, lib/status.h */
#define TRUNCATED 1
#define CORRUPT	  2
#define OVERFLOW  4

/*
 * A round is 32 bytes of input and 32 of output.  A sequence without length bytes takes at most
 * 1 + 14 + 2 bytes and makes 14 + 18; one length byte below 255 counts as 8 more rounds:
 *   of literals, 1 + 1 + 269 + 2 bytes and 269 + 18; of a match, 1 + 14 + 2 + 1 and 14 + 273;
 *   both, 1 + 1 + 269 + 2 + 1 and 269 + 273, not more than 17 rounds.
 * The count is looked at between sequences only, so one begins with room for 18: the copies read
 * and write up to 7 bytes beyond their ends.
 */
#define ROUND_LOG     5
#define ROUNDS	      18
#define LENGTH_ROUNDS 8

/* Copies 4 bytes and moves on. */
.macro	LITERALS count=#4
	ldr	w, [in], \count
	str	w, [out], \count
.endm

.macro	MATCH	count=#4
	ldr	w, [from], \count
	str	w, [out], \count
.endm

/* To the next sequence while there are rounds left. */
.macro	NEXT
	subs	rounds, rounds, #1
	ldrbpl	token, [in], #1
	lsrpl	n, token, #4
	ldrpl	pc, [sp, n, lsl #3]
.endm

/*
 * enum status lz4_sequences(struct codec_io *io, const uint8_t *base), lib/codec/lz4_priv.h.
 * AAPCS, in Thumb state; 184 bytes of stack; calls memset.
 */
	.thumb
	.global	lz4_sequences
	.type	lz4_sequences, %function
	.thumb_func
lz4_sequences:
	push	{r0, r4-r11, lr}
	mov	base, r1
	ldm	r0, {in, end, out, out_end}
	adds	end, in, end
	adds	out_end, out, out_end
	adr	r4, .Ldistances
	adr	r5, .Llit15
	movs	r6, #15
1:	ldrb	r7, [r4, r6]
	add	r9, r5, r7
	add	r10, r9, #.Lmatch15 - .Llit15
	push	{r9, r10}
	subs	r6, r6, #1
	bpl	1b
	add	matches, sp, #4
	b	.Lcount

	.arm
	.balign	4
/* 15 and more literals: a length byte.  9 and more: 8 bytes a turn, and up to 7 too many. */
.Llit15:	ldrb	w, [in], #1
	cmp	w, #255
	subeq	in, in, #2
	beq	.Lstop
	add	n, n, w
	sub	rounds, rounds, #LENGTH_ROUNDS
.Llit9:	LITERALS
	LITERALS
	subs	n, n, #8
	bhi	.Llit9
	add	in, in, n		@ what was too much
	add	out, out, n
	b	.Llit0

/* 5 to 8, 1 to 4 */
.Llit5:	sub	n, n, #4
	LITERALS
.Llit1:	LITERALS n

/*
 * The offset.  Not below 4, so that pieces of 4 do not overlap; and not beyond base, where the
 * address may wrap around.
 */
.Llit0:	ldrh	w, [in], #2
	and	n, token, #15
	subs	from, out, w
	cmphs	from, base
	cmphs	w, #4
	ldrhs	pc, [matches, n, lsl #3]
.Lagain:	sub	in, in, #2
	blx	.Lcareful_match
.Lstop:	blx	.Lcareful

/* A match of 19 and more, of 13 and more; laid out as the literals, one table will do. */
.Lmatch15:	ldrb	w, [in], #1
	cmp	w, #255
	subeq	in, in, #1
	beq	.Lagain
	add	n, n, w
	sub	rounds, rounds, #LENGTH_ROUNDS
.Lmatch9:	add	n, n, #4
1:	MATCH
	MATCH
	subs	n, n, #8
	bhi	1b
	add	out, out, n
	b	.Lnext

/* 9 to 12, 5 to 8, 4; the odd bytes first */
.Lmatch5:	sub	n, n, #4
	MATCH
.Lmatch1:	MATCH	n
.Lmatch0:	MATCH
.Lnext:	NEXT
	blx	.Lcount

.macro	DISTANCES classes:vararg
	.irp	class, \classes
	.byte	.Llit\class - .Llit15
	.if	.Lmatch\class - .Lmatch15 - (.Llit\class - .Llit15)
	.error	"the two ways are not alike"
	.endif
	.endr
.endm
.Ldistances:
	DISTANCES 0, 1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9, 15

	.thumb
/*
 * Counts the rounds that surely fit.  With the input above the output, in the same memory, what is
 * unread is out of bounds; for an input below the difference wraps to a huge number.
 */
	.thumb_func
.Lcount:
	subs	n, in, out
	subs	w, out_end, out
	cmp	n, w
	it	hi
	movhi	n, w
	subs	w, end, in
	cmp	n, w
	it	hi
	movhi	n, w
	lsrs	n, n, #ROUND_LOG
	subs	n, n, #ROUNDS - 1
	ble	.Lcareful
	mov	rounds, n
	blx	.Lnext

/* One sequence with all care: every check of lz4_sequences.c, in its order. */
	.thumb_func
.Lcareful:
	cmp	in, end
	beq	.Ltruncated
	ldrb	token, [in]
	adds	in, in, #1
	lsrs	n, token, #4
	bl	.Llength
	subs	w, end, in
	cmp	n, w
	bhi	.Ltruncated
	mov	from, in
	bl	.Lcopy
	mov	in, from
	cmp	in, end
	beq	.Ldone
	.thumb_func
.Lcareful_match:
	subs	w, end, in
	cmp	w, #2
	blo	.Ltruncated
	ldrh	from, [in]
	adds	in, in, #2
	movs	n, #15
	ands	n, token
	bl	.Llength
	adds	n, n, #4
	cmp	in, end
	beq	.Ltruncated
	sub	w, out, base
	subs	token, from, #1
	cmp	token, w
	bhs	.Lcorrupt
	subs	w, in, out
	cmp	n, w
	bhi	.Loverflow
	subs	from, out, from
	bl	.Lcopy
	b	.Lcount

/* Adds the length bytes to n when it is 15.  A sum above 4 GiB wraps, before any check looks at it. */
.Llength:
	cmp	n, #15
	bne	2f
1:	cmp	in, end
	beq	2f
	ldrb	w, [in]
	adds	in, in, #1
	adds	n, n, w
	cmp	w, #255
	beq	1b
2:	bx	lr

/*
 * Copies n bytes upwards, if there is room.  token is less than 3 only when there is nothing to be
 * copied, and for a match that overlaps so much: its offset less 1.
 */
.Lcopy:	subs	w, out_end, out
	cmp	n, w
	bhi	.Loverflow
	cmp	token, #3
	blo	4f
1:	subs	n, n, #8
	blo	2f
	ldr	w, [from]
	str	w, [out]
	ldr	w, [from, #4]
	str	w, [out, #4]
	adds	from, from, #8
	adds	out, out, #8
	b	1b
2:	adds	n, n, #8
3:	subs	n, n, #1
	blo	5f
	ldrb	w, [from], #1
	strb	w, [out], #1
	b	3b
4:	cmp	token, #0
	bne	3b
	cbz	n, 5f
	push	{in, end, out_end, lr}	@ offset 1: the usual one, zeros between sections
	ldrb	w, [from]
	mov	r0, out
	mov	r1, w
	mov	r2, n
	adds	n, n, r0
	bl	memset
	mov	out, n
	pop	{in, end, out_end, pc}
5:	bx	lr

.Ltruncated:
	movs	n, #TRUNCATED
	b	.Lleave
.Lcorrupt:
	movs	n, #CORRUPT
	b	.Lleave
.Loverflow:
	movs	n, #OVERFLOW
	b	.Lleave
.Ldone:	movs	n, #0
.Lleave:	add	sp, sp, #128
	pop	{w}
	ldr	from, [w]
	subs	in, in, from
	str	in, [w, #IO_IN_USED]
	ldr	from, [w, #IO_OUT]
	subs	out, out, from
	str	out, [w, #IO_OUT_LEN]
	mov	r0, n
	pop	{r4-r11, pc}
