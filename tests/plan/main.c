// SPDX-License-Identifier: MIT
/*
 * usage: plan [COUNT [SEED]]
 * The planner (boot/layout.c) in COUNT situations, from seed SEED on.  What fails is printed with
 * its own seed: "plan 1 SEED" shows it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

static struct {
	unsigned long small, aside, in_place, later_base, searches, moves[LAYOUT_MOVES + 1];
	unsigned long by_verdict[LAYOUT_OK + 1];
} count;

/* No base that loses less leaves room for everything. */
static const char *judge_base(const struct situation *s, const struct layout *p)
{
	uint32_t kernel;

	for (unsigned n = 0; oracle_kernel(s, n, &kernel) && kernel != p->kernel; n++) {
		count.searches += s->cells != 0;
		if (s->cells != 0 ? oracle_search(s, kernel) : oracle_first_fit(s, kernel))
			return "a base that loses less would do";
		if (s->cells != 0 && n == 0)
			count.later_base++;
	}
	return NULL;
}

static const char *judge_refusal(const struct situation *s, const struct layout *p)
{
	uint32_t kernel;

	if (p->missing == 0 || p->missing > p->needed)
		return "not a number of bytes that can be missing";
	for (unsigned n = 0; oracle_kernel(s, n, &kernel); n++) {
		count.searches += s->cells != 0;
		if (s->cells != 0 ? oracle_search(s, kernel) : oracle_first_fit(s, kernel))
			return "refused, though there is a plan";
	}
	return NULL;
}

static void tally(const struct situation *s, enum layout_verdict verdict, const struct layout *p)
{
	count.small += s->cells != 0;
	count.by_verdict[verdict]++;
	if (verdict != LAYOUT_OK)
		return;
	count.moves[p->moves]++;
	count.aside += p->aside.start != p->aside.end;
	count.in_place += !s->ask.plain && !oracle_apart(p->part, p->room);
}

static int one(uint32_t seed, bool show)
{
	static struct situation s;
	enum layout_verdict verdict;
	const char *wrong;
	struct layout p;

	situation_draw(&s, seed);
	memset(&p, 0xa5, sizeof(p));
	verdict = layout_plan(&s.ask, &p);
	tally(&s, verdict, &p);
	if (verdict != LAYOUT_OK)
		wrong = judge_refusal(&s, &p);
	else
		wrong = oracle_judge(&s, &p);
	if (verdict == LAYOUT_OK && !wrong)
		wrong = judge_base(&s, &p);
	if (!wrong && !show)
		return 0;
	situation_print(&s);
	situation_print_plan(verdict, &p);
	printf("# %s\n", wrong ? wrong : "all right");
	if (wrong)
		printf("# again: plan 1 %lu\n", (unsigned long)seed);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000;
	uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
	int failed = 0;

	for (unsigned long i = 0; i < n && failed < 5; i++)
		failed += one(seed + (uint32_t)i, n == 1);
	printf("# %lu situations from seed %lu, %lu small, %lu searches\n", n, (unsigned long)seed,
	       count.small, count.searches);
	printf("# refused:");
	for (int i = 0; i < LAYOUT_OK; i++)
		printf(" %lu", count.by_verdict[i]);
	printf(", planned %lu; moves:", count.by_verdict[LAYOUT_OK]);
	for (int i = 0; i <= LAYOUT_MOVES; i++)
		printf(" %lu", count.moves[i]);
	printf("; aside %lu, in place %lu, not the first base %lu\n", count.aside, count.in_place,
	       count.later_base);
	printf("1..1\n%s 1 - %lu_situations\n", failed ? "not ok" : "ok", n);
	return failed != 0;
}
