/* SPDX-License-Identifier: MIT */
/* The prebuilt shims, carried as data: packing needs no cross compiler.  See stub.c. */
#define STUB(arch, codec, flavour, file, state, scratch)                                           \
	.balign 16;                                                                                \
	.globl stub_##arch##_##codec##_##flavour, stub_##arch##_##codec##_##flavour##_end;         \
	stub_##arch##_##codec##_##flavour:                                                         \
	.incbin file;                                                                              \
	stub_##arch##_##codec##_##flavour##_end:;

	.section .rodata
#include "stubs.list"

	.section .note.GNU-stack, "", %progbits
