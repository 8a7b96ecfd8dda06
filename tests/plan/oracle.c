// SPDX-License-Identifier: MIT
/* The rules of boot/layout.c, said anew, and the moves of a plan played through. */
#include "oracle.h"

#include <string.h>

#include "arch.h"

#define PAGE	4096u
#define SECTION 0x100000u
#define LOWMEM	(768u * MIB)
#define TOP	0xfffff000u

static const struct range none;

static bool empty(struct range r)
{
	return r.start == r.end;
}

bool oracle_apart(struct range a, struct range b)
{
	return empty(a) || empty(b) || a.end <= b.start || b.end <= a.start;
}

static bool inside(struct range r, struct range outer)
{
	return r.start >= outer.start && r.end <= outer.end;
}

static struct range whole_pages(struct range r)
{
	if (empty(r))
		return r;
	return (struct range){r.start / PAGE * PAGE, (r.end + PAGE - 1) / PAGE * PAGE};
}

/* Banks do not touch. */
bool oracle_is_ram(const struct situation *s, struct range r)
{
	for (unsigned i = 0; i < s->ram_count; i++) {
		if (inside(r, s->ram[i]))
			return true;
	}
	return false;
}

bool oracle_is_free(const struct situation *s, struct range r)
{
	for (unsigned i = 0; i < s->reserved_count; i++) {
		if (!oracle_apart(r, s->reserved[i]))
			return false;
	}
	return oracle_is_ram(s, r);
}

struct range oracle_room(const struct situation *s, uint32_t kernel)
{
	return (struct range){kernel - s->ask.below, (phys_t)kernel + s->ask.memory_size};
}

bool oracle_kernel(const struct situation *s, unsigned n, uint32_t *kernel)
{
	const struct layout_ask *ask = &s->ask;

	if (!ask->above_base) {
		*kernel = (uint32_t)ask->dest;
		return n == 0;
	}
	for (unsigned i = 0; i < s->ram_count; i++) {
		uint64_t base = (s->ram[i].start + ask->align - 1) / ask->align * ask->align;

		for (; base < s->ram[i].end; base += ask->align) {
			if (n-- == 0) {
				*kernel = (uint32_t)(base + ask->dest);
				return true;
			}
		}
	}
	return false;
}

struct range oracle_window(const struct situation *s, uint32_t kernel)
{
	const struct layout_ask *ask = &s->ask;
	uint64_t base = ask->above_base ? kernel - ask->dest
					: (kernel - ask->below) / (2 * MIB) * (2 * MIB);
	uint64_t end = base + LOWMEM;

	if (ask->below == 0)
		return (struct range){PAGE, TOP};
	return (struct range){(phys_t)(base < PAGE ? PAGE : base), (phys_t)(end > TOP ? TOP : end)};
}

bool oracle_initrd_may_stay(const struct situation *s, uint32_t kernel)
{
	struct range r = s->ask.initrd;

	return oracle_is_ram(s, r) && inside(r, oracle_window(s, kernel)) &&
	       oracle_apart(whole_pages(r), whole_pages(oracle_room(s, kernel)));
}

bool oracle_part_may_stay(const struct situation *s, uint32_t kernel)
{
	struct range r = s->ask.part;

	if (s->ask.plain)
		return true;
	return oracle_apart(r, oracle_room(s, kernel)) &&
	       (oracle_is_free(s, r) || !oracle_is_ram(s, r));
}

/* A packed kernel that is not in the kernel's way, or that decoding cannot catch up with. */
bool oracle_part_may_lie(const struct situation *s, uint32_t kernel, uint32_t start)
{
	uint64_t end = (uint64_t)start + (s->ask.part.end - s->ask.part.start);

	if (s->ask.plain)
		return true;
	if (oracle_apart((struct range){start, (phys_t)end}, oracle_room(s, kernel)))
		return true;
	return start >= kernel && end >= (uint64_t)kernel + s->ask.inflated + s->ask.margin;
}

/* --- memory ---------------------------------------------------------------------------------- */

/*
 * Memory as the pieces between all addresses that matter: of each piece whose bytes are all there.
 * Several things may share a piece: the image and what is in it.
 */
enum owner { TREE, INITRD, PART, IMAGE, EARLY, LOADER, ARGS, SHIM, COPY, KERNEL, OWNERS };

#define EDGES_MAX 64

struct memory {
	unsigned count;
	phys_t edge[EDGES_MAX];
	unsigned holds[EDGES_MAX]; /* of the piece above the edge: a bit for each owner */
};

static void add_edge(struct memory *m, phys_t at)
{
	unsigned i = m->count;

	for (unsigned k = 0; k < m->count; k++) {
		if (m->edge[k] == at)
			return;
	}
	for (; i > 0 && m->edge[i - 1] > at; i--)
		m->edge[i] = m->edge[i - 1];
	m->edge[i] = at;
	m->count++;
}

static void add_edges(struct memory *m, struct range r)
{
	add_edge(m, r.start);
	add_edge(m, r.end);
}

static bool in_piece(const struct memory *m, unsigned i, struct range r)
{
	return m->edge[i] >= r.start && m->edge[i] < r.end;
}

/* All of r is still what its owner has there. */
static bool intact(const struct memory *m, struct range r, enum owner who)
{
	for (unsigned i = 0; i < m->count; i++) {
		if (in_piece(m, i, r) && !(m->holds[i] & 1u << who))
			return false;
	}
	return true;
}

static void own(struct memory *m, struct range r, enum owner who)
{
	for (unsigned i = 0; i < m->count; i++) {
		if (in_piece(m, i, r))
			m->holds[i] |= 1u << who;
	}
}

/* r is written: nothing else is left there, and what its owner has elsewhere is no longer it. */
static void overwrite(struct memory *m, struct range r, enum owner who)
{
	for (unsigned i = 0; i < m->count; i++) {
		m->holds[i] &= ~(1u << who);
		if (in_piece(m, i, r))
			m->holds[i] = 1u << who;
	}
}

static void load(const struct situation *s, const struct layout *p, struct memory *m)
{
	*m = (struct memory){0};
	for (unsigned i = 0; i < 7; i++)
		add_edges(m, s->ask.present[i]);
	for (unsigned i = 0; i < p->moves; i++) {
		const struct layout_move *move = &p->move[i];

		add_edges(m, (struct range){move->from, move->from + move->size});
		add_edges(m, (struct range){move->to, move->to + move->size});
	}
	add_edges(m, p->room);
	add_edges(m, p->shim);
	add_edges(m, p->tree);
	add_edges(m, p->initrd);
	add_edges(m, p->part);
	for (unsigned i = 0; i < 7; i++)
		own(m, s->ask.present[i], (enum owner)i);
}

static const char *play_move(const struct situation *s, const struct layout *p, struct memory *m,
			     const struct layout_move *move, struct range at[3])
{
	struct range to = {move->to, move->to + move->size};
	unsigned who = (unsigned)move->what;

	if (who > PART || move->from != at[who].start ||
	    move->size != s->ask.present[who].end - s->ask.present[who].start)
		return "a move does not start where the thing is";
	if (!intact(m, at[who], (enum owner)who))
		return "moved after it was overwritten";
	if (who == TREE && to.start == p->tree.start) {
		if (!oracle_apart(at[who], p->tree))
			return "the tree's copy overlaps its source";
		overwrite(m, p->tree, COPY);
		at[who] = none;
		return NULL;
	}
	if (!oracle_is_free(s, to))
		return "moved to what is not free";
	if (to.start != p->used[1 + move->what].start && !inside(to, p->aside))
		return "aside, and not said so";
	overwrite(m, to, (enum owner)who);
	at[who] = to;
	return NULL;
}

static const char *play(const struct situation *s, const struct layout *p)
{
	const struct layout_ask *ask = &s->ask;
	struct range at[3] = {ask->tree, ask->initrd, ask->part};
	const char *wrong = NULL;
	struct memory m;

	load(s, p, &m);
	overwrite(&m, p->shim, SHIM);
	for (unsigned i = 0; i < 7; i++) {
		if (!intact(&m, ask->present[i], (enum owner)i))
			return "the shim overwrites what is needed";
	}
	if (p->moves > LAYOUT_MOVES)
		return "too many moves";
	for (unsigned i = 0; i < p->moves && !wrong; i++)
		wrong = play_move(s, p, &m, &p->move[i], at);
	if (wrong)
		return wrong;
	if (!empty(at[TREE]))
		return "the tree is not copied";
	if (memcmp(&at[INITRD], &p->initrd, sizeof(p->initrd)) != 0 &&
	    !(empty(at[INITRD]) && empty(p->initrd)))
		return "the initrd is not where the plan has it";
	if (memcmp(&at[PART], &p->part, sizeof(p->part)) != 0)
		return "the packed kernel is not where the plan has it";
	if (!intact(&m, p->initrd, INITRD) || !intact(&m, p->part, PART))
		return "overwritten by a later move";
	if (!oracle_part_may_lie(s, (uint32_t)p->kernel, (uint32_t)p->part.start))
		return "the packed kernel is in the decoder's way";
	overwrite(&m, p->room, KERNEL);
	if (!intact(&m, p->tree, COPY) || !intact(&m, p->initrd, INITRD) ||
	    !intact(&m, p->shim, SHIM))
		return "overwritten before the kernel starts";
	return NULL;
}

/* --- rules ----------------------------------------------------------------------------------- */

static const char *judge_kernel(const struct situation *s, const struct layout *p)
{
	const struct layout_ask *ask = &s->ask;
	struct range room = oracle_room(s, (uint32_t)p->kernel);
	phys_t base = p->kernel - ask->dest;
	size_t lost = 0;
	bool in_bank = false;

	if (p->room.start != room.start || p->room.end != room.end || room.end < room.start)
		return "the room is not the kernel's";
	if (!oracle_is_free(s, room))
		return "the room is not free";
	if (!ask->above_base)
		return p->kernel != ask->dest ? "not the kernel's own address"
		       : p->lost != 0	      ? "lost, with no base"
					      : NULL;
	if (base % ask->align != 0)
		return "the base is not aligned";
	for (unsigned i = 0; i < s->ram_count && s->ram[i].start <= base; i++) {
		bool whole = s->ram[i].end <= base;

		in_bank = !whole;
		lost += (whole ? s->ram[i].end : base) - s->ram[i].start;
	}
	if (!in_bank)
		return "the base is not in a bank";
	return lost != p->lost ? "not what is lost" : NULL;
}

static const char *judge_new(const struct situation *s, struct range r, size_t size, size_t align)
{
	if (r.end - r.start != size)
		return "a place is not as large as the thing";
	if (r.start % align != 0)
		return "a place is not aligned";
	if (r.start < PAGE)
		return "a place in page 0";
	return oracle_is_free(s, r) ? NULL : "a place is not free";
}

/* The kernel frees and reserves whole pages; the others are gone by then. */
static bool all_apart(const struct layout *p)
{
	const struct range room = whole_pages(p->room), tree = whole_pages(p->tree);
	const struct range initrd = whole_pages(p->initrd);

	return oracle_apart(room, tree) && oracle_apart(room, initrd) &&
	       oracle_apart(tree, initrd) && oracle_apart(p->shim, p->room) &&
	       oracle_apart(p->shim, p->tree) && oracle_apart(p->shim, p->initrd) &&
	       oracle_apart(p->shim, p->part) && oracle_apart(p->part, p->tree) &&
	       oracle_apart(p->part, p->initrd);
}

const char *oracle_judge(const struct situation *s, const struct layout *p)
{
	const struct layout_ask *ask = &s->ask;
	struct range window = oracle_window(s, (uint32_t)p->kernel);
	const char *wrong = judge_kernel(s, p);

	if (!wrong)
		wrong = judge_new(s, p->shim, ask->shim_room, 16 * KIB);
	if (!wrong)
		wrong = judge_new(s, p->tree, ask->tree_room, PAGE);
	if (!wrong && p->initrd.start != ask->initrd.start)
		wrong = judge_new(s, p->initrd, ask->initrd.end - ask->initrd.start, PAGE);
	if (!wrong && p->part.start != ask->part.start)
		wrong = judge_new(s, p->part, ask->part.end - ask->part.start, 8);
	if (wrong)
		return wrong;
	if (!inside(p->tree, window) || (!empty(p->initrd) && !inside(p->initrd, window)))
		return "out of the kernel's reach";
	if (p->tree.end > ((uint64_t)p->tree.start / SECTION + 2) * SECTION)
		return "the tree is not in two sections";
	if (p->initrd.start == ask->initrd.start && !empty(ask->initrd) &&
	    !oracle_initrd_may_stay(s, (uint32_t)p->kernel) && !oracle_is_free(s, p->initrd))
		return "the initrd may not stay";
	if (p->part.start == ask->part.start && !oracle_part_may_stay(s, (uint32_t)p->kernel) &&
	    !oracle_is_free(s, p->part))
		return "the packed kernel may not stay";
	if (!all_apart(p))
		return "two final places overlap";
	return play(s, p);
}
