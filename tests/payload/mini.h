/* SPDX-License-Identifier: MIT */
/* The mini vmlinux shares nothing with lib/ or boot/: a bug there must not hide itself here. */
#ifndef MINI_H
#define MINI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPU state at the first instruction; entry.S pushes it in this order. */
struct entry {
	uint32_t r0, r1, r2;
	uint32_t cpsr;
	uint32_t mpidr;
	uint32_t sctlr;
	uint32_t lr;
	uint32_t hsctlr; /* 0 unless entered in HYP */
	uint32_t hcr;
	uintptr_t start; /* address of the first instruction */
};

/* Exit status of QEMU for each check; 1 is QEMU's own, for a file that it cannot start. */
enum fail {
	FAIL_NONE = 0,
	FAIL_CPU = 10,	     /* a CPU other than the first came in */
	FAIL_R0 = 11,	     /* r0 is not 0 */
	FAIL_MODE = 12,	     /* not SVC or HYP, not ARM state, big-endian, or IRQ or FIQ open */
	FAIL_SCTLR = 13,     /* MMU or D-cache on */
	FAIL_PLACE = 14,     /* not at a 2 MiB boundary + 0x8000, or not where expected */
	FAIL_DTB = 15,	     /* r2 is no DTB, or a broken one */
	FAIL_DTB_PLACE = 16, /* the DTB is misaligned, out of RAM or reach, or in our way */
	FAIL_IMAGE = 17,     /* our own bytes are not what was built */
	FAIL_HOLE = 18,	     /* the hole between two segments is not zero */
	FAIL_BSS = 19,	     /* BSS or page-table room is not RAM */
	FAIL_INITRD = 20, /* the initrd is out of RAM, in our way, missing or not the right bytes */
	FAIL_BOOTARGS = 21, /* bootargs is not a string */
	FAIL_BOARD = 22, /* no board of ours by the DTB's compatible: there is no UART to tell it */
	FAIL_EXCEPTION = 23, /* an exception while checking */
	FAIL_EXPECT = 24,    /* an expect.* word of the command line does not hold */
};

struct span {
	uint64_t start, end; /* the byte at end is outside */
};

#define MAX_BANKS 16

/* What the walk over the device tree found. */
struct tree {
	const uint8_t *dtb;
	uint32_t size; /* totalsize */
	char compatible[32];
	struct span bank[MAX_BANKS];
	unsigned int banks;
	const char *bootargs; /* NULL: none */
	uint32_t bootargs_size;
	struct span initrd;
	bool has_initrd_start, has_initrd_end;
};

/* scan.c: 0, or the number of the rule that the DTB breaks. */
unsigned int tree_scan(struct tree *t, const uint8_t *dtb);

/* report.c.  report_open() finds the board by the DTB's root compatible: false if it is none. */
void report_init(void);
bool report_open(const char *compatible);
void text(const char *s);
void labelled(const char *label, uint32_t v); /* v in 8 hexadecimal digits */
_Noreturn void fail(enum fail code, const char *what, uint32_t a, uint32_t b);
_Noreturn void report_end(enum fail code);
const char *after(const char *s, const char *prefix); /* what follows it, NULL: not a prefix */

/* entry.S, mini.c and (mini_exception) report.c */
_Noreturn void leave(uint32_t status, uintptr_t vexpress_sysregs);
_Noreturn void mini_main(const struct entry *e);
_Noreturn void mini_exception(uint32_t vector, uint32_t lr);

#endif
