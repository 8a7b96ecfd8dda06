/* SPDX-License-Identifier: MIT */
/* A machine, what is to boot on it, and where all of it lies: drawn at random from a seed. */
#ifndef SITUATION_H
#define SITUATION_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

#define RAM_MAX	     14
#define RESERVED_MAX 14
#define CELLS_MAX    14

#define KIB 0x400u
#define MIB 0x100000u

struct situation {
	uint32_t seed;
	unsigned ram_count;
	struct range ram[RAM_MAX]; /* sorted, none touches another */
	unsigned reserved_count;
	struct range reserved[RESERVED_MAX];
	/* What the planner is asked; it has RAM and reservations as sets of ranges. */
	struct layout_ask ask;
	struct range_set memory;
	struct range_set free;
	/* A small one is made of cells, so that all places can be tried: else cells is 0. */
	unsigned cells;
	uint32_t cell; /* bytes of one */
	uint32_t origin;
};

/* The same seed gives the same situation. */
void situation_draw(struct situation *s, uint32_t seed);
void situation_print(const struct situation *s);
void situation_print_plan(enum layout_verdict verdict, const struct layout *p);

#endif /* SITUATION_H */
