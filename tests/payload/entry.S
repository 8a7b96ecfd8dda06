/* SPDX-License-Identifier: MIT */
/*
 * First and last instructions of the mini vmlinux.  Linked at 0xC0008000 but run with the MMU off
 * at RAM base + 0x8000, as Linux is: every address here is taken relative to pc.
 */
	.arch	armv7-a
	.arch_extension virt
	.arch_extension sec
	.arm

#define MODE_MASK	0x1f
#define MODE_HYP	0x1a
#define PSCI_SYSTEM_OFF 0x84000008
#define SYS_EXIT_EXTENDED 0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026
#define OPCODE_HLT_SEMIHOSTING 0xe10f0070 /* as svc 0x123456, but also from HYP */

/* rd = where `symbol` is now, whatever the place we run from.  Scratch: none. */
	.macro	here, rd, symbol
	ldr	\rd, .Lhere\@
.Lat\@:	add	\rd, \rd, pc
	b	.Lnext\@
.Lhere\@:
	.word	\symbol - (.Lat\@ + 8)
.Lnext\@:
	.endm

	.section .head.text, "ax"

/*
 * Called from the boot loader or shim, at the first byte of the image, in ARM state.
 * In: r0 = 0, r1 = machine, r2 = DTB; MMU and D-cache off, IRQ and FIQ masked, SVC or HYP.
 * Goes to mini_main(struct entry *), which does not return.
 */
	.global	_start
_start:
	b	1f
	.ascii	"MINI"			@ seal.py looks for this
	.global	image_crc
image_crc:
	.word	0			@ seal.py: CRC32 of the flat image with this word as 0
1:	mov	r7, lr
	mrs	r3, cpsr
	mrc	p15, 0, r4, c0, c0, 5	@ MPIDR
	mrc	p15, 0, r5, c1, c0, 0	@ SCTLR
	mov	r8, #0			@ HSCTLR and HCR, for HYP only
	mov	r9, #0
	here	r6, vectors_report
	and	r10, r3, #MODE_MASK
	cmp	r10, #MODE_HYP
	bne	2f
	mrc	p15, 4, r8, c1, c0, 0	@ HSCTLR
	mrc	p15, 4, r9, c1, c1, 0	@ HCR
	mcr	p15, 4, r6, c12, c0, 0	@ HVBAR
	b	3f
2:	mcr	p15, 0, r6, c12, c0, 0	@ VBAR
3:	isb
	/* A CPU that should not be here gets a stack of its own, to be able to say so. */
	here	sp, stack_top
	and	r10, r4, #3
	sub	sp, sp, r10, lsl #12
	here	r10, _start
	push	{r7, r8, r9, r10}	@ struct entry, from its end
	push	{r0, r1, r2, r3, r4, r5}
	mov	r0, sp
	bic	sp, sp, #7		@ procedure call standard
	mov	r11, #0
	bl	mini_main

	.text

/*
 * Exceptions while the checks run: say which and where.  All entries are taken in a mode whose
 * sp is not set up, or in HYP with ours; the stack of the interrupted code is not needed any more.
 * Goes to mini_exception(vector, lr), which does not return.
 */
	.balign	32
vectors_report:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	b	report_\n
	.endr

	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
report_\n:
	mov	r0, #\n
	b	report
	.endr

report:
	mov	r1, lr
	mrs	r3, cpsr
	and	r3, r3, #MODE_MASK
	cmp	r3, #MODE_HYP
	bne	1f
	mrs	r1, elr_hyp		@ HYP has no lr of its own
1:	here	sp, stack_top
	bl	mini_exception

/* While leaving: whatever fails, go on at r12, which no exception mode but FIQ banks. */
	.balign	32
vectors_resume:
	.rept	8
	bx	r12
	.endr

/*
 * void leave(uint32_t status, uintptr_t vexpress_sysregs): end QEMU with this exit status, by
 * semihosting; without that (no -semihosting) power off, by the vexpress system registers if the
 * address is not 0, else by PSCI; then spin.  Does not return.
 */
	.global	leave
leave:
	mov	r4, r0
	mov	r5, r1
	here	r6, vectors_resume
	mrs	r7, cpsr
	and	r7, r7, #MODE_MASK
	cmp	r7, #MODE_HYP
	mcreq	p15, 4, r6, c12, c0, 0	@ HVBAR
	mcrne	p15, 0, r6, c12, c0, 0	@ VBAR
	isb
	adr	r12, 1f
	ldr	r2, =ADP_STOPPED_APPLICATION_EXIT
	push	{r2, r4}
	mov	r0, #SYS_EXIT_EXTENDED
	mov	r1, sp
	.inst	OPCODE_HLT_SEMIHOSTING
1:	adr	r12, 3f
	cmp	r5, #0
	beq	2f
	mov	r0, #0
	ldr	r1, =0xc0800000		@ write | function 8, shutdown
	str	r0, [r5, #0xa0]		@ SYS_CFGDATA
	str	r1, [r5, #0xa4]		@ SYS_CFGCTRL
	b	3f
2:	ldr	r0, =PSCI_SYSTEM_OFF
	cmp	r7, #MODE_HYP
	beq	4f
	hvc	#0			@ virt takes HVC, or SMC when there is a HYP of our own
3:	wfe
	b	3b
4:	smc	#0
	b	3b
	.ltorg

	.section .vectors, "ax"
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	b	. + 0x1000
	.endr
	.section .vectors.bhb, "ax"
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	b	. + 0x0f00
	.endr
	.section .stubs, "ax"
	.rept	64
	udf	#0x5b
	.endr

/*
 * A kernel with this section finds out by itself where it was put (Linux, ARM_PATCH_PHYS_VIRT).
 * It is what the packer knows a file by that is linked at 0xC0008000 and goes to RAM base + 0x8000;
 * on some boards 0xC0008000 is RAM, so the address alone says nothing.
 */
	.section .init.pv_table, "a"
	.word	_start - ., 0x81, image_crc - ., 0x82

/*
 * Ballast, so that a codec has work: 32 KiB that nobody can compress, the same again (distance
 * 32768, the longest that DEFLATE knows), a long run, and the first KiB once more from far away.
 */
	.macro	noise, words
	.set	x, 0x2545f491
	.rept	\words
	.word	x
	.set	x, (x ^ (x << 13)) & 0xffffffff	@ Marsaglia's xorshift
	.set	x, x ^ (x >> 17)
	.set	x, (x ^ (x << 5)) & 0xffffffff
	.endr
	.endm

	.section .ballast, "a"
	noise	8192
	noise	8192
	.fill	100000, 1, 0xa5
	noise	256
