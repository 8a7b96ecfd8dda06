/* SPDX-License-Identifier: MIT */
/* Sets of physical address ranges: the RAM map and everything that is cut out of it. */
#ifndef RANGE_H
#define RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* A physical address as the CPU uses it with its MMU off: as wide as a pointer. */
typedef uintptr_t phys_t;

/* [start, end): the byte at end is not inside.  Empty when start == end; never start > end. */
struct range {
	phys_t start;
	phys_t end;
};

#define RANGE_MAX 32

/* Sorted by start, disjoint and merged: two neighbours never touch. */
struct range_set {
	unsigned count;
	struct range r[RANGE_MAX];
};

static inline bool range_overlap(struct range a, struct range b)
{
	return a.start < b.end && b.start < a.end;
}

static inline bool range_contains(struct range outer, struct range inner)
{
	return outer.start <= inner.start && inner.end <= outer.end;
}

static inline size_t range_size(struct range a)
{
	return a.end - a.start;
}

/* Adds r (an empty one changes nothing).  ST_NOSPACE when RANGE_MAX is reached: set unchanged. */
enum status range_add(struct range_set *set, struct range r) MUST_CHECK;

/* Removes r from the set.  ST_NOSPACE when a split finds no free entry: set unchanged. */
enum status range_remove(struct range_set *set, struct range r) MUST_CHECK;

/* True when all of r lies inside one range of the set. */
bool range_holds(const struct range_set *set, struct range r);

/*
 * The highest start of size bytes, a multiple of align (a power of two), wholly inside both one
 * range of the set and window.  False when there is none.  size is at least 1.
 */
bool range_fit_high(const struct range_set *set, size_t size, size_t align, struct range window,
		    phys_t *start);

#endif /* RANGE_H */
