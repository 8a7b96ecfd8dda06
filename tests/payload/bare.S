/* SPDX-License-Identifier: MIT */
/*
 * A bare-metal program for virt: linked at RAM, with no .init.pv_table, so it must be put exactly
 * where it says.  Says hello on the UART and ends QEMU: status 0, or 1 when it was put elsewhere.
 */
	.arch	armv7-a
	.arm

#define PL011		0x09000000
#define SYS_EXIT_EXTENDED 0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

	.text
	.global	_start
_start:
	adr	r0, _start
	ldr	r1, =_start
	mov	r4, #0
	cmp	r0, r1
	adr	r0, hello
	movne	r4, #1
	adrne	r0, moved
	ldr	r1, =PL011
1:	ldrb	r2, [r0], #1
	cmp	r2, #0
	strne	r2, [r1]
	bne	1b
	ldr	sp, =stack_top
	ldr	r3, =ADP_STOPPED_APPLICATION_EXIT
	push	{r3, r4}
	mov	r0, #SYS_EXIT_EXTENDED
	mov	r1, sp
	.inst	0xe10f0070		@ semihosting, from SVC and HYP alike
2:	wfe
	b	2b
	.ltorg
hello:	.asciz	"bare: hello\r\n"
moved:	.asciz	"bare: FAIL moved\r\n"

	.bss
	.balign	8
	.space	1024
stack_top:
