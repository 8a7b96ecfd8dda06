/* SPDX-License-Identifier: MIT */
/*
 * Step 2, the first stage, at most 512 bytes: is the rest of the stub what was packed?  Uses no
 * stack and no memory but the image; prints only on the UART that the packer was told.
 */
#include "image.h"

	.syntax	unified
	.arch	armv7-a
	.arm
	.section .firststage, "ax"

	.equ	CHECKED_MAX, 0x20000	/* no stub is that long: the word itself is damaged */

/*
 * From start (header.S), registers as it says.  XXH32, seed 0, over the image's first N bytes; N is
 * a multiple of 16, so the algorithm's tail steps are empty.
 * Clobbers r0-r10, r12 and lr.  Goes to make_normal, or to early_report with E01 (found, expected).
 */
	.global	check_stub
firststage_start:
check_stub:
	ldr	r1, [r11, #ZSHIM_BS_CHECK]
	mov	r4, r1
	mov	r6, #0
	mov	r3, r1, ror #4		@ no multiple of 16 is very large so
	cmp	r3, #CHECKED_MAX >> 4
	bhi	damaged
	bl	xxh32_stripes
	bl	xxh32_avalanche
	ldr	r6, [r0]		@ what the packer found
	cmp	r4, r6
	bne	damaged
	blx	make_normal		@ Thumb code
damaged:
	mov	r5, r4
	mov	r4, #1
	adr	r7, text_damaged
	blx	early_report

/* From start, in Monitor or User mode: E03, the CPSR in r5. */
	.global	bad_mode
bad_mode:
	mov	r4, #3
	adr	r6, firststage_start - ZSHIM_BS_SIZE
	adr	r7, text_mode
	blx	early_report

#define PRIME1 0x9e3779b1
#define PRIME2 0x85ebca77
#define PRIME3 0xc2b2ae3d
#define PRIME5 0x165667b1

/*
 * The stripes of XXH32 over r1 bytes at r11, 4-byte aligned: 0.94 instructions a byte, no stack.
 * Returns r4 = the sum so far with the whole length added, r0 = the 0 to 15 bytes that are left and
 * r1 = their number, r2, r3 = PRIME1, PRIME2.  Clobbers r5-r10, r12.
 */
	.global	xxh32_stripes
xxh32_stripes:
	mov	r0, r11
	ldr	r2, =PRIME1
	ldr	r3, =PRIME2
	add	r4, r2, r3
	mov	r5, r3
	mov	r6, #0
	rsb	r7, r2, #0
	subs	r1, r1, #16
	ldrlo	r4, =PRIME5
	blo	2f
1:	ldm	r0!, {r8-r10, r12}
	mla	r4, r8, r3, r4
	ror	r4, r4, #19		@ rotate left by 13
	mul	r4, r4, r2
	mla	r5, r9, r3, r5
	ror	r5, r5, #19
	mul	r5, r5, r2
	mla	r6, r10, r3, r6
	ror	r6, r6, #19
	mul	r6, r6, r2
	mla	r7, r12, r3, r7
	ror	r7, r7, #19
	mul	r7, r7, r2
	subs	r1, r1, #16
	bhs	1b
	ror	r4, r4, #31		@ rotate left by 1
	add	r4, r4, r5, ror #25	@ 7
	add	r4, r4, r6, ror #20	@ 12
	add	r4, r4, r7, ror #14	@ 18
2:	add	r1, r1, #16
	add	r4, r4, r1
	add	r4, r4, r0
	sub	r4, r4, r11
	bx	lr

/* r4 = the avalanche of r4, with r2 and r3 as xxh32_stripes leaves them.  Clobbers r12. */
	.global	xxh32_avalanche
xxh32_avalanche:
	eor	r4, r4, r4, lsr #15
	mul	r4, r4, r3
	eor	r4, r4, r4, lsr #13
	ldr	r12, =PRIME3
	mul	r4, r4, r12
	eor	r4, r4, r4, lsr #16
	bx	lr
	.ltorg

	.thumb
/*
 * From anywhere before the first stack: prints the text at r7 and the numbers r5 and r6 on the packer's
 * UART, if there is one, and rests with r0 = r4, the code; r1 = 0, no log; r2, r3 = the numbers.
 */
	.global	early_report
	.thumb_func
early_report:
	mov	r8, r7
	adr	r7, firststage_start - (ZSHIM_BS_SIZE - ZSHIM_BS_UART)
1:	ldrb	r0, [r8], #1
	cbz	r0, 2f
	bl	put
	b	1b
2:	mov	r12, #2			@ numbers, each " 0x" and 8 digits
	mov	r8, r5
3:	movs	r0, #' '
	bl	put
	movs	r0, #'0'
	bl	put
	movs	r0, #'x'
	bl	put
	mov	r9, #8
4:	ror	r8, r8, #28
	and	r0, r8, #15
	cmp	r0, #10
	ite	lo
	addlo	r0, r0, #'0'
	addhs	r0, r0, #'a' - 10
	bl	put
	subs	r9, r9, #1
	bne	4b
	mov	r8, r6
	subs	r12, r12, #1
	bne	3b
	movs	r0, #'\r'
	bl	put
	movs	r0, #'\n'
	bl	put
	.global	early_rest
	.thumb_func
early_rest:
	mov	r0, r4
	movs	r1, #0
	mov	r2, r5
	mov	r3, r6
1:	wfi
	b	1b

/*
 * Prints the byte in r0 by struct zshim_uart at r7, if its base is not 0; gives up on a UART that
 * does not get ready.  It is enabled each time, for want of a place to note that it is: that does
 * no harm to one that is.  Clobbers r1-r3, r10, r11.
 */
	.global	put, put_end
put:
	ldr	r1, [r7]
	cbz	r1, 4f
	addw	r2, r7, #9
1:	ldrb	r3, [r2]		@ set, 0 behind the last
	cbz	r3, 2f
	ldrb	r11, [r2, #1]		@ offset
	ldr	r10, [r1, r11]
	orr	r10, r10, r3
	ldrb	r3, [r2, #2]		@ clear, which has no bit of set
	bic	r10, r10, r3
	str	r10, [r1, r11]
	adds	r2, r2, #3
	b	1b
2:	mov	r10, #0x100000		@ polls: as in boot/console.c
3:	subs	r10, r10, #1
	beq	4f
	ldrb	r2, [r7, #5]		@ status
	ldrb	r3, [r7, #8]		@ width
	cmp	r3, #4
	ite	eq
	ldreq	r2, [r1, r2]
	ldrbne	r2, [r1, r2]
	ldrb	r3, [r7, #7]		@ flip
	eors	r2, r2, r3
	ldrb	r3, [r7, #6]		@ mask
	tst	r2, r3
	bne	3b
	ldrb	r2, [r7, #4]		@ data
	ldrb	r3, [r7, #8]
	cmp	r3, #4
	ite	eq
	streq	r0, [r1, r2]
	strbne	r0, [r1, r2]
4:	bx	lr
put_end:

	.balign	4
text_damaged:
	.asciz	"zshim: E01 stub damaged"
text_mode:
	.asciz	"zshim: E03 entered in a wrong CPU mode"
	.balign	4
