// SPDX-License-Identifier: MIT
/* Range sets are short (RANGE_MAX entries), so every operation is a linear walk. */
#include "range.h"

static phys_t max_of(phys_t a, phys_t b)
{
	return a > b ? a : b;
}

static phys_t min_of(phys_t a, phys_t b)
{
	return a < b ? a : b;
}

/* Replaces the entries [from, to) by the count entries of with; the caller knows that it fits. */
static void splice(struct range_set *set, unsigned from, unsigned to, const struct range *with,
		   unsigned count)
{
	unsigned tail = set->count - to;

	if (from + count <= to)
		for (unsigned i = 0; i < tail; i++)
			set->r[from + count + i] = set->r[to + i];
	else
		for (unsigned i = tail; i--;)
			set->r[from + count + i] = set->r[to + i];
	for (unsigned i = 0; i < count; i++)
		set->r[from + i] = with[i];
	set->count = from + count + tail;
}

enum status range_add(struct range_set *set, struct range r)
{
	unsigned from = 0;
	unsigned to;

	if (r.start == r.end)
		return ST_OK;
	while (from < set->count && set->r[from].end < r.start)
		from++;
	/* [from, to) are those that r overlaps or touches: they melt into one. */
	for (to = from; to < set->count && set->r[to].start <= r.end; to++) {
		r.start = min_of(r.start, set->r[to].start);
		r.end = max_of(r.end, set->r[to].end);
	}
	if (from == to && set->count == RANGE_MAX)
		return ST_NOSPACE;
	splice(set, from, to, &r, 1);
	return ST_OK;
}

enum status range_remove(struct range_set *set, struct range r)
{
	struct range rest[2];
	unsigned rests = 0;
	unsigned from = 0;
	unsigned to;

	if (r.start == r.end)
		return ST_OK;
	while (from < set->count && set->r[from].end <= r.start)
		from++;
	for (to = from; to < set->count && set->r[to].start < r.end; to++)
		;
	if (from == to)
		return ST_OK;
	/* What is left of the first below r, and of the last above it. */
	if (set->r[from].start < r.start)
		rest[rests++] = (struct range){set->r[from].start, r.start};
	if (set->r[to - 1].end > r.end)
		rest[rests++] = (struct range){r.end, set->r[to - 1].end};
	if (set->count - (to - from) + rests > RANGE_MAX)
		return ST_NOSPACE;
	splice(set, from, to, rest, rests);
	return ST_OK;
}

bool range_holds(const struct range_set *set, struct range r)
{
	for (unsigned i = 0; i < set->count; i++)
		if (range_contains(set->r[i], r))
			return true;
	return false;
}

bool range_fit_low(const struct range_set *set, size_t size, size_t align, struct range window,
		   phys_t *start)
{
	for (unsigned i = 0; i < set->count; i++) {
		phys_t low = max_of(set->r[i].start, window.start);
		phys_t high = min_of(set->r[i].end, window.end);
		phys_t at = (low + (align - 1)) & ~(phys_t)(align - 1);

		/* at < low: rounding up wrapped past the top of the address space */
		if (at < low || at > high || high - at < size)
			continue;
		*start = at;
		return true;
	}
	return false;
}

bool range_fit_high(const struct range_set *set, size_t size, size_t align, struct range window,
		    phys_t *start)
{
	for (unsigned i = set->count; i--;) {
		phys_t low = max_of(set->r[i].start, window.start);
		phys_t high = min_of(set->r[i].end, window.end);
		phys_t at;

		if (high < low || high - low < size)
			continue;
		at = (high - size) & ~(phys_t)(align - 1);
		if (at < low)
			continue;
		*start = at;
		return true;
	}
	return false;
}
