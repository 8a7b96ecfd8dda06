/* SPDX-License-Identifier: MIT */
/*
 * Cache maintenance by address, to the point of coherency: it reaches every level, works with the
 * MMU on or off (addresses are flat), and needs no knowledge of the cache's shape but its line.
 * Set/way operations would race with other masters and miss a system cache (B2.2.7).
 */
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.thumb
	.section .text.cache, "ax"

/*
 * One operation on each line of [r0, r1).  Clobbers r0, r2, r3, flags.  The barrier at the end makes
 * it complete before anything that follows.
 */
	.macro	line_loop_begin name
	.global	\name
	.type	\name, %function
	.thumb_func
\name:
	mrc	CTR(r3)
	ubfx	r3, r3, #16, #4		@ DminLine: log2 of the words in the smallest line
	mov	r2, #4
	lsl	r2, r2, r3
	sub	r3, r2, #1
	bic	r0, r0, r3
	b	2f
1:
	.endm

	.macro	line_loop_end
	adds	r0, r0, r2
	bcs	3f			@ that was the last line below 4 GiB
2:	cmp	r0, r1
	blo	1b
3:	dsb
	bx	lr
	.endm

	line_loop_begin dcache_clean
	mcr	DCCMVAC(r0)
	line_loop_end

	line_loop_begin dcache_invalidate
	mcr	DCIMVAC(r0)
	line_loop_end

/*
 * Everything that was written with the data cache off becomes visible to instruction fetch.  Also
 * needed when the instruction cache looks off: nothing says that it was.  Clobbers r3.
 */
	.global	icache_invalidate
	.type	icache_invalidate, %function
	.thumb_func
icache_invalidate:
	movs	r3, #0
	dsb
	mcr	ICIALLU(r3)
	mcr	BPIALL(r3)
	dsb
	isb
	bx	lr
