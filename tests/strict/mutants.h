/* SPDX-License-Identifier: MIT */
/* The shim with one mistake in it, that QEMU forgives and the strict machine must not. */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "image_file.h"
#include "machine.h"

/* What is looked for in a function; all but FIRST becomes NOP unless there is something instead. */
enum target {
	TARGET_FIRST, /* the function's first instruction */
	TARGET_DSB,
	TARGET_ISB,
	TARGET_MCR, /* becomes another register's */
	TARGET_CALL,
	TARGET_INSN, /* by its encoding */
	TARGET_MOVW  /* its constant changes by that much */
};

#define LAST (~0u)
#define EACH (~1u) /* tried one after the other: one must break the rule */

/* An instruction in ARM and in Thumb state; 0: NOP. */
struct insn_pair {
	uint32_t arm;
	uint32_t thumb;
};

struct mutant {
	const char *name;
	enum rule rule;	      /* that it breaks */
	const char *function; /* or several with | between: the first that has the instruction */
	enum target target;
	unsigned nth; /* of such instructions in the function, from 0; LAST; or EACH */
	uint32_t cp15;
	uint32_t cp15_instead;
	const char *callee;
	struct insn_pair insn;
	struct insn_pair mask; /* bits of it that count; 0: all */
	struct insn_pair instead;
	int change;	   /* of MOVW's constant */
	bool damaged;	   /* the packed kernel is, too: the shim must end with E30 */
	unsigned scenario; /* number of it in main.c */
};

extern const struct mutant mutants[];
extern const unsigned mutant_count;

/* The tries that it takes: 1, or for EACH as many as there are.  0: the image has no such place. */
unsigned mutant_tries(const struct mutant *mutant, const struct image_file *f);
void mutant_apply(const struct mutant *mutant, struct image_file *f, unsigned try);

#endif /* MUTANTS_H */
