/* SPDX-License-Identifier: MIT */
/* The judge of plans.  Shares no code with boot/layout.c or lib/range.c. */
#ifndef ORACLE_H
#define ORACLE_H

#include "situation.h"

/*
 * Plays the plan through on a memory whose bytes know whose they are, and looks whether each rule
 * is kept; NULL, or what is wrong.
 */
const char *oracle_judge(const struct situation *s, const struct layout *p);

/* Is there any plan with the kernel at this address?  Tries all places on the grid of a small
 * situation, in all orders, with one thing moved aside. */
bool oracle_search(const struct situation *s, uint32_t kernel);

/* Is there a plan in which nothing new overlaps anything old?  First fit, for large situations. */
bool oracle_first_fit(const struct situation *s, uint32_t kernel);

/* The address of the kernel above base number n (from 0), in the order of the RAM lost; false when
 * there is no such base. */
bool oracle_kernel(const struct situation *s, unsigned n, uint32_t *kernel);

/* Where the kernel can use tree and initrd. */
struct range oracle_window(const struct situation *s, uint32_t kernel);

/* All of r is RAM; all of it is RAM that nobody reserved. */
bool oracle_is_ram(const struct situation *s, struct range r);
bool oracle_is_free(const struct situation *s, struct range r);
bool oracle_apart(struct range a, struct range b);
struct range oracle_room(const struct situation *s, uint32_t kernel);
bool oracle_initrd_may_stay(const struct situation *s, uint32_t kernel);
bool oracle_part_may_stay(const struct situation *s, uint32_t kernel);
bool oracle_part_may_lie(const struct situation *s, uint32_t kernel, uint32_t start);

#endif /* ORACLE_H */
