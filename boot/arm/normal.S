/* SPDX-License-Identifier: MIT */
/*
 * Step 2, between the first stage and the first stack: whatever the loader left on goes off, so that
 * all later steps find one state: MMU and data cache off and nothing in the cache that is not in
 * RAM, no oddity in SCTLR; and what only Secure state or HYP may set is set.  No stack.
 */
#include "image.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arch_extension sec
	.thumb
	.section .text.entry, "ax"

/*
 * From check_stub (firststage.S), registers as `start` leaves them; keeps r11 and sp, clobbers the
 * rest.  Goes to enter_c, or to early_report with E05 (address, PAR).
 *
 * Before anything goes off, every page of the image must lie where its address says: pc stays what
 * it is, and the stack will be in the image.  Then the image, which this code is part of, is cleaned
 * to RAM while the cache is still on.
 */
	.global	make_normal
	.thumb_func
make_normal:
	mov	r0, sp			@ the CPSR at entry
	and	r8, r0, #MODE_MASK
	ldr	r9, [r11, #ZSHIM_BS_ZIMAGE_END]
	add	r9, r9, r11
	mrc	SCTLR(r4)
	cmp	r8, #MODE_HYP
	bne	1f
	mrc	HSCTLR(r4)
1:	tst	r4, #SCTLR_M
	it	ne
	blne	check_flat
	tst	r4, #SCTLR_C
	beq	2f
	mov	r0, r11
	mov	r1, r9
	bl	dcache_clean
2:	dsb
	cmp	r8, #MODE_HYP
	beq	3f
	/* Written whole, but for instruction cache and branch prediction: they do no harm. */
	and	r0, r4, #SCTLR_I | SCTLR_Z
	orr	r0, r0, #SCTLR_RESET & 0xff
	movt	r0, #SCTLR_RESET >> 16
	mcr	SCTLR(r0)
	b	4f
3:	bic	r0, r4, #SCTLR_M | SCTLR_A | SCTLR_C
	bic	r0, r0, #SCTLR_WXN
	bic	r0, r0, #SCTLR_EE
	mcr	HSCTLR(r0)
4:	isb
	and	r9, r4, #SCTLR_C
	bl	empty_caches
	bl	set_up
	/* No entry of the loader's map is left to HYP; of PL1's, mmu_on sees to it. */
	cmp	r8, #MODE_HYP
	bne	5f
	mcr	TLBIALLH(r0)
5:	bl	icache_invalidate
	b	enter_c

/*
 * From make_normal, MMU on: refuses with E05 unless every page from r11 to r9 is at the physical
 * address that is its virtual one.  PAR (B4.1.112, DDI 0406C) has bit 0 set for a fault and the
 * address from bit 12 on; in the long format bits 39 to 32 are in its second word, of a supersection
 * they are in bits 23 to 16 and nothing below counts.  Clobbers r0-r3, r6, r7.
 */
check_flat:
	lsr	r0, r11, #12
	lsl	r0, r0, #12
1:	cmp	r8, #MODE_HYP
	ite	eq
	mcreq	ATS1HR(r0)
	mcrne	ATS1CPR(r0)
	isb
	mrc	PAR(r6)
	eor	r7, r6, r0
	tst	r6, #PAR_LPAE
	beq	2f
	mrrc	PAR64(r2, r3)
	orr	r7, r7, r3, lsl #24
	b	3f
2:	tst	r6, #PAR_SS
	beq	3f
	eor	r7, r7, r0
	lsr	r2, r0, #24
	eor	r7, r7, r2, lsl #24
	bic	r7, r7, #0xf000
3:	orr	r7, r7, r6, lsl #31	@ the fault
	lsrs	r7, r7, #12
	bne	4f
	add	r0, r0, #0x1000
	cmp	r0, r9
	blo	1b
	bx	lr
4:	mov	r5, r0
	movs	r4, #5			@ E05
	adr	r7, text_flat
	b	early_report

/*
 * From make_normal, MMU and data cache off.  r9 not 0, the cache was on: cleans and invalidates all
 * of the CPU's own cache, level by level from the inside, up to the point of coherency.  By set and way, although cache.S
 * says why not: the lines of the loader's image, device tree, initrd and tags are at addresses that
 * nobody knows yet.  What speaks against it does not hold here.  With the data cache off no line
 * can come in or change behind the walk's back, no other CPU is up that could have it, and until the
 * walk is through this code reads no data, not even a stack.  Behind the point of coherency, where
 * these operations do not reach, is no cache of the architecture's; a PL310 beside a Cortex-A9 is one
 * that the loader must have cleaned, for nothing here tells where its registers are.
 *
 * r9 = 0, the cache was off: the first level may hold what it powered up with (Cortex-A5 and -A9 do
 * not invalidate it at reset), "dirty" lines of it for any address, which must not reach RAM now nor
 * be written back when step 7 has the cache on.  They are dropped, as Linux does when it starts
 * (v7_invalidate_l1).  Not so further levels, which other CPUs may use.
 *
 * An operand (B4.2.1) has the way in its top bits, the set above the line's offset, and the level,
 * from 0, in bits 3 to 1.  Clobbers r0-r7, r10, r12.
 */
	.type	empty_caches, %function
	.thumb_func
empty_caches:
	mrc	CLIDR(r0)
	ubfx	r1, r0, #24, #3		@ levels up to the point of coherency
	cmp	r9, #0
	it	eq
	moveq	r1, #1
	movs	r2, #0			@ level << 1
1:	cmp	r2, r1, lsl #1
	bhs	5f
	tst	r0, #6			@ of this level: 0 and 1 have no data cache
	beq	4f
	mcr	CSSELR(r2)
	isb
	mrc	CCSIDR(r3)
	and	r4, r3, #7
	adds	r4, r4, #4		@ log2 of the line's bytes
	ubfx	r5, r3, #3, #10		@ the last way
	clz	r6, r5			@ which fills the topmost bits
2:	lsl	r10, r5, r6
	orr	r10, r10, r2
	ubfx	r7, r3, #13, #15	@ the last set
3:	lsl	r12, r7, r4
	orr	r12, r12, r10
	cmp	r9, #0
	ite	ne
	mcrne	DCCISW(r12)
	mcreq	DCISW(r12)
	subs	r7, r7, #1
	bpl	3b
	subs	r5, r5, #1
	bpl	2b
	dsb				@ a level is through before the one behind it
4:	lsrs	r0, r0, #3
	adds	r2, r2, #2
	b	1b
5:	bx	lr

/*
 * From make_normal, and from park for other CPUs; r8 = the mode at entry.  What the kernel cannot set
 * for itself, where we were entered in Secure state or in HYP.  Secure: coprocessors 10 and 11 (VFP,
 * NEON) are open to Non-secure state (NSACR), and the CPU takes part in coherency, which the cores of
 * Arm's own want before any cache comes on (ACTLR.SMP; with A5 and A9 also FW, that maintenance is
 * broadcast).  Non-secure state may bar writes to ACTLR: there it is the loader's.  Both: the virtual
 * counter is the physical one (CNTVOFF), which from Secure state only Monitor mode can set, as
 * Non-secure.  HYP: PL1 may use the physical counter and timer (CNTHCTL).  All exceptions are masked.
 * Clobbers r0-r4, r10, r12.
 */
	.global	set_up
	.thumb_func
set_up:
	mov	r10, lr
	mrc	ID_PFR1(r4)
	movs	r3, #0
	cmp	r8, #MODE_HYP
	bne	1f
	tst	r4, #ID_PFR1_TIMER
	beq	3f
	mrc	CNTHCTL(r0)
	orr	r0, r0, #3
	mcr	CNTHCTL(r0)
	mcrr	CNTVOFF(r3, r3)
	b	3f
1:	bl	arch_secure
	cbz	r0, 3f
	mrc	NSACR(r0)
	orr	r0, r0, #NSACR_VFP
	mcr	NSACR(r0)
	mrc	MIDR(r0)
	lsr	r1, r0, #24
	cmp	r1, #0x41		@ Arm
	bne	2f
	ubfx	r0, r0, #4, #12
	subw	r0, r0, #0xc05		@ Cortex-A5
	cmp	r0, #31
	bhi	2f
	movw	r1, #0x715		@ A5, A7, A9, A12, A17, A15: 0xc05, 7, 9, d, e, f
	lsrs	r1, r1, r0
	lsls	r1, r1, #31
	beq	2f
	movs	r1, #0x11		@ A5, A9
	lsrs	r1, r1, r0
	and	r1, r1, #ACTLR_FW
	orr	r1, r1, #ACTLR_SMP
	mrc	ACTLR(r2)
	orrs	r2, r2, r1
	mcr	ACTLR(r2)
2:	tst	r4, #ID_PFR1_TIMER
	beq	3f
	tst	r4, #ID_PFR1_VIRT
	beq	3f
	mrc	SCR(r0)
	orr	r1, r0, #SCR_NS
	cps	#MODE_MON
	mcr	SCR(r1)
	isb
	mcrr	CNTVOFF(r3, r3)
	mcr	SCR(r0)
	isb
	cps	#MODE_SVC
3:	isb
	bx	r10

text_flat:
	.asciz	"zshim: E05 addresses are not physical"
	.balign	4
