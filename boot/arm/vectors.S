/* SPDX-License-Identifier: MIT */
/*
 * Exceptions from step 6 on, and the way from HYP to SVC and back.
 *
 * The tables need 32-byte alignment; the shim's place has it, the loaded image may not.
 */
#include "boot.h"
#include "regs.h"

	.syntax	unified
	.arch	armv7-a
	.arch_extension virt
	.arm
	.section .text.vectors, "ax"

	.balign	32
hyp_vectors:				@ 0x14 is a trap, or HVC from PL1; table B1-3
	.rept	5
	b	hyp_fault
	.endr
	b	hyp_call
	.rept	2
	b	hyp_fault
	.endr

/*
 * PL1's vectors fall through to the end: how far sp went down tells which it was.  Goes to
 * exception(struct boot, offset, lr, CPSR before) for good, with every exception masked; the mode's
 * own lr tells the pc.  The registers that this overwrites are lost: we do not come back.
 */
vectors:
	.rept	8
	sub	sp, sp, #4
	.endr
	mov	r2, lr
	mrc	TPIDRPRW(r0)
	add	r1, r0, #BOOT_FAULT_TOP - 0x20
	sub	r1, sp, r1
	mrs	r3, cpsr
	and	r3, r3, #MODE_MASK
	cmp	r3, #MODE_SVC		@ where sp is no fault stack's
	moveq	r1, #8
	mrs	r3, spsr
	cpsid	aif
	add	sp, r0, #BOOT_FAULT_TOP
to_exception:
	blx	exception		@ Thumb code

/* From the HYP vectors, which share HYP's one sp; HSR instead of CPSR. */
hyp_fault:
	mov	r1, #0x20
	mrs	r2, elr_hyp
	mrc	HSR(r3)
	mrc	TPIDRPRW(r0)
	add	sp, r0, #BOOT_FAULT_TOP
	b	to_exception

/*
 * HVC from arch_handoff (handoff.S), caches off: go on there in HYP mode, registers as they are.
 * Anything else that traps here is a fault: HSR must say HVC (class 0x12) of a 32-bit instruction
 * with our number (B3.13.6).
 */
hyp_call:
	mrc	HSR(r12)
	ldr	r11, =0x12 << 26 | 1 << 25 | HANDOFF_CALL
	cmp	r12, r11
	bne	hyp_fault
	blx	enter_kernel		@ Thumb code
	.ltorg

	.thumb

/*
 * void arch_settle(struct boot *b): from boot_main, in the shim's place, MMU off, in SVC or HYP.
 * Sets the vectors and the stacks of the exception modes, leaves *b in TPIDRPRW for them.  Entered
 * in HYP, it writes all of PL1's state, which is UNKNOWN then (B1.9, DDI 0406C), and drops to SVC
 * on the same stack.  Clobbers r0-r3, r12; returns in SVC.
 */
	.global	arch_settle
	.type	arch_settle, %function
	.thumb_func
arch_settle:
	mcr	TPIDRPRW(r0)
	adr	r1, vectors
	add	r2, r0, #BOOT_FAULT_TOP
	mrs	r3, cpsr
	and	r3, r3, #MODE_MASK
	cmp	r3, #MODE_HYP
	beq	1f
	mcr	VBAR(r1)
	b	2f
1:	/* Traps off: PL1 may use what it likes; HDCR keeps its count of event counters. */
	adr	r3, hyp_vectors
	mcr	HVBAR(r3)
	movs	r3, #0
	mcr	HCR(r3)
	mcr	HSTR(r3)
	movw	r12, #0x33ff		@ HCPTR: RES1 bits, no coprocessor trapped
	mcr	HCPTR(r12)
	mrc	HDCR(r12)
	and	r12, r12, #0x1f
	mcr	HDCR(r12)
	mrc	MIDR(r12)
	mcr	VPIDR(r12)
	mrc	MPIDR(r12)
	mcr	VMPIDR(r12)
	ldr	r12, =SCTLR_RESET
	mcr	SCTLR(r12)
	mcr	TTBCR(r3)
	mcr	TTBR0(r3)
	mcr	TTBR1(r3)
	mcr	DACR(r3)
	mcr	CONTEXTIDR(r3)
	mcr	VBAR(r1)
	mov	r12, #CPSR_A | CPSR_I | CPSR_F | CPSR_T | MODE_SVC
	msr	spsr_cxsf, r12
	mov	r3, sp
	mov	r1, lr
	adr	r12, 3f
	msr	elr_hyp, r12
	isb
	eret

	.balign	4
3:	mov	sp, r3
	mov	lr, r1
2:	isb
	cps	#MODE_ABT
	mov	sp, r2
	cps	#MODE_UND
	mov	sp, r2
	cps	#MODE_IRQ
	mov	sp, r2
	cps	#MODE_FIQ
	mov	sp, r2
	cps	#MODE_SVC
	bx	lr
	.ltorg

/* void arch_rest(r0, r1, r2, r3): waits for ever, for a debugger to read the registers. */
	.global	arch_rest
	.type	arch_rest, %function
	.thumb_func
arch_rest:
	wfi
	b	arch_rest
