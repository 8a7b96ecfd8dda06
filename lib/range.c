// SPDX-License-Identifier: MIT
/* Range sets are short (RANGE_MAX entries), so every operation is a linear walk. */
#include "range.h"

#include "mem.h"

static phys_t max_of(phys_t a, phys_t b)
{
	return a > b ? a : b;
}

static phys_t min_of(phys_t a, phys_t b)
{
	return a < b ? a : b;
}

/* Moves the entries from number from on to number to: makes room for one, or closes a gap. */
static void move_tail(struct range_set *set, unsigned from, unsigned to)
{
	memmove(&set->r[to], &set->r[from], (set->count - from) * sizeof(set->r[0]));
	set->count += to - from;
}

enum status range_add(struct range_set *set, struct range r)
{
	unsigned i = 0;

	if (r.start == r.end)
		return ST_OK;
	while (i < set->count && set->r[i].start <= r.end) {
		if (set->r[i].end < r.start) {
			i++;
			continue;
		}
		/* One that r overlaps or touches: it melts into r. */
		r.start = min_of(r.start, set->r[i].start);
		r.end = max_of(r.end, set->r[i].end);
		move_tail(set, i + 1, i);
	}
	if (set->count == RANGE_MAX)
		return ST_NOSPACE;
	move_tail(set, i, i + 1);
	set->r[i] = r;
	return ST_OK;
}

enum status range_remove(struct range_set *set, struct range r)
{
	unsigned i = 0;

	while (r.start != r.end && i < set->count) {
		struct range *e = &set->r[i];

		if (!range_overlap(*e, r)) {
			i++;
		} else if (e->start >= r.start && e->end <= r.end) {
			move_tail(set, i + 1, i);
		} else if (e->start >= r.start) {
			e->start = r.end;
		} else {
			if (e->end > r.end) { /* a hole: then no other entry is touched */
				if (set->count == RANGE_MAX)
					return ST_NOSPACE;
				move_tail(set, i, i + 1);
				e[1].start = r.end;
			}
			e->end = r.start;
		}
	}
	return ST_OK;
}

bool range_holds(const struct range_set *set, struct range r)
{
	for (unsigned i = 0; i < set->count; i++)
		if (range_contains(set->r[i], r))
			return true;
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
