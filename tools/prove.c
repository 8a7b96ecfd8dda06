// SPDX-License-Identifier: MIT
/*
 * ask_layout() is to this program what boot/move.c's function of that name is to the board: both
 * must ask the same.  tests/qemu/cases_verify.py compares the answers with those of whole boots.
 */
#include "prove.h"

#include <limits.h>
#include <stdlib.h>

#include "arch.h"
#include "boards.h"
#include "codes.h"
#include "encode.h"

#define STEP 4096u

/*
 * Addresses that are tried at most, but for where the verdict changes.  The planner takes less than
 * a millisecond for one, most often a microsecond.
 */
#define TRIES 8192u

#define BLOCKED UINT_MAX /* no error code: the image cannot lie here */

const struct zshim_part *part_of(const struct zshim_desc *desc, enum zshim_kind kind)
{
	for (uint32_t i = 0; i < desc->part_count; i++)
		if (desc->part[i].kind == kind)
			return &desc->part[i];
	return NULL;
}

static struct range span(phys_t start, size_t size)
{
	return (struct range){start, start + size};
}

size_t loaded_size(const struct situation *s)
{
	return (size_t)s->desc->image_size + s->behind;
}

static struct range part_at(uint32_t load, const struct zshim_part *p)
{
	return span(load + p->offset, (size_t)p->stored);
}

/*
 * Where entry.S makes the first stack: in the image, when that lies in RAM, else 2 MiB above the
 * RAM base of the first board that has RAM there; with no such board, E08, there is no stack.
 */
static struct range early_area(const struct situation *s, uint32_t load)
{
	uint32_t check = get32(s->image->data + ZSHIM_BS_CHECK);
	struct range r = span((load + check + 4 + 7) & ~7u, ZSHIM_EARLY_SIZE);
	phys_t at;

	if (!range_holds(&s->site.memory, r) && board_stack(&s->site.memory, &at))
		r = span((uint32_t)at, ZSHIM_EARLY_SIZE);
	return r;
}

static void ask_layout(const struct situation *s, uint32_t load, struct layout_ask *ask)
{
	const struct zshim_part *kernel = part_of(s->desc, ZSHIM_PART_KERNEL);
	const struct zshim_part *initrd = part_of(s->desc, ZSHIM_PART_INITRD);
	size_t shim = get32(s->image->data + ZSHIM_BS_CHECK) + 4;
	struct range loaders = s->loaders;

	if (s->behind)
		loaders = span(load + s->desc->image_size,
			       s->tree ? s->site.loader_size : s->site.tree_size);
	*ask = (struct layout_ask){.memory = &s->site.memory, .free = &s->site.free};
	ask->image = span(load, (size_t)s->desc->image_size);
	ask->early = early_area(s, load);
	ask->tree = loaders;
	if (s->tree) {
		ask->tree = span(load + s->tree->offset, s->site.tree_size);
		ask->loader = loaders;
	}
	ask->initrd = s->site.initrd;
	if (range_size(ask->initrd) == 0 && initrd)
		ask->initrd = part_at(load, initrd);
	ask->tree_room = layout_tree_room(s->site.tree_size, s->site.replaces ? RANGE_MAX : 0);
	ask->shim_room = shim_map(0, shim, s->stub->scratch, s->stub->state).end;
	layout_kernel(ask, kernel, load);
	ask->margin = decoder_find(kernel->codec)
			      ->margin((size_t)kernel->stored, (size_t)kernel->inflated);
}

bool prove_at(const struct situation *s, uint32_t load, struct layout *plan, struct refusal *why)
{
	struct layout_ask ask;
	enum layout_verdict verdict;

	ask_layout(s, load, &ask);
	verdict = layout_plan(&ask, plan);
	*why = (struct refusal){.code = 0};
	if (verdict != LAYOUT_OK)
		*why = refusal(E_ROOM_KERNEL - LAYOUT_NO_KERNEL + verdict, plan->needed,
			       plan->missing);
	return verdict == LAYOUT_OK;
}

/* Does the image lie over something that the loader put there before? */
static bool blocked(const struct situation *s, phys_t load)
{
	struct range image = span(load, loaded_size(s));

	return range_overlap(image, s->loaders) || range_overlap(image, s->site.initrd);
}

/* What is done with each address, by rising address; true: that is enough. */
typedef bool (*visitor)(struct verdicts *v, uint32_t load, const struct refusal *why);

static struct refusal verdict_at(const struct situation *s, struct verdicts *v, phys_t load)
{
	struct refusal why = {.code = BLOCKED};
	struct layout plan;

	if (!blocked(s, load)) {
		(void)prove_at(s, (uint32_t)load, &plan, &why);
		v->tried++;
		v->work += why.code == 0;
	}
	return why;
}

/* Visits the last address with the verdict at from, and the first with another: to, or a multiple
 * of STEP between them.  Returns that one. */
static bool visit_change(const struct situation *s, visitor visit, struct verdicts *v, phys_t *from,
			 phys_t to)
{
	phys_t low = *from / STEP, high = (to + STEP - 1) / STEP; /* the change is in (low, high] */
	struct refusal before = verdict_at(s, v, *from), after = before, why;

	while (high - low > 1) {
		phys_t middle = low + (high - low) / 2;

		why = verdict_at(s, v, middle * STEP);
		if (why.code == before.code) {
			low = middle;
			before = why;
		} else {
			high = middle;
			after = why;
		}
	}
	if (low * STEP > *from && visit(v, (uint32_t)(low * STEP), &before))
		return true;
	*from = high * STEP < to ? high * STEP : to;
	return *from < to && visit(v, (uint32_t)*from, &after);
}

static bool walk_range(const struct situation *s, struct range r, visitor visit, struct verdicts *v)
{
	phys_t size = loaded_size(s);
	phys_t load = (r.start + 3) & ~(phys_t)3, last = (r.end - size) & ~(phys_t)3;
	phys_t before = load;
	struct refusal why, old = {.code = BLOCKED};

	if (range_size(r) < size)
		return false;
	while (load <= last) {
		why = verdict_at(s, v, load);
		while (why.code != old.code && before < load) {
			if (visit_change(s, visit, v, &before, load))
				return true;
			old = verdict_at(s, v, before);
		}
		if (visit(v, (uint32_t)load, &why))
			return true;
		if (load == last)
			break;
		before = load;
		old = why;
		load = (load & ~(phys_t)(v->step - 1)) + v->step;
		if (load > last)
			load = last;
	}
	v->joins = false;
	return false;
}

static bool walk(const struct situation *s, visitor visit, struct verdicts *v)
{
	phys_t sum = 0;

	for (unsigned i = 0; i < s->site.free.count; i++)
		sum += range_size(s->site.free.r[i]);
	v->step = STEP;
	while (sum / v->step > TRIES)
		v->step *= 2;
	for (unsigned i = 0; i < s->site.free.count; i++)
		if (walk_range(s, s->site.free.r[i], visit, v))
			return true;
	return false;
}

/* Nearer to a layout: it broke off later, or there it lacks less. */
static bool nearer(const struct refusal *a, const struct refusal *b)
{
	return a->code != b->code ? a->code > b->code : refusal_lacks(a) < refusal_lacks(b);
}

static void keep_nearest(struct verdicts *v, const struct refusal *why)
{
	if (v->nearest.code == 0 || nearer(why, &v->nearest))
		v->nearest = *why;
}

static bool enter(struct verdicts *v, uint32_t load, const struct refusal *why)
{
	struct verdict *run = v->count ? &v->run[v->count - 1] : NULL;

	if (why->code == BLOCKED) {
		v->joins = false;
		return false;
	}
	keep_nearest(v, why);
	if (run && v->joins && run->why.code == why->code) {
		run->last = load;
		if (nearer(why, &run->why))
			run->why = *why;
		return false;
	}
	v->run = realloc(v->run, (v->count + 1) * sizeof(*v->run));
	if (!v->run)
		internal_error("out of memory");
	v->run[v->count++] = (struct verdict){load, load, *why};
	v->joins = true;
	return false;
}

struct verdicts prove_all(const struct situation *s)
{
	struct verdicts v = {.run = NULL};

	(void)walk(s, enter, &v);
	return v;
}

static bool stop_at_good(struct verdicts *v, uint32_t load, const struct refusal *why)
{
	(void)load;
	if (why->code != BLOCKED)
		keep_nearest(v, why);
	return why->code == 0;
}

bool prove_any(const struct situation *s, struct refusal *why)
{
	struct verdicts v = {.run = NULL};
	bool found = walk(s, stop_at_good, &v);

	*why = v.nearest;
	return found;
}
