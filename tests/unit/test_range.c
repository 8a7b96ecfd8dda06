// SPDX-License-Identifier: MIT
/* lib/range.c: hand-made cases, then a bitmap of 64 units as the model. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "prng.h"
#include "range.h"

static struct range_set set_of(unsigned count, const struct range *r)
{
	struct range_set set = {.count = 0};

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(range_add(&set, r[i]), ST_OK);
	return set;
}

static void assert_set(const struct range_set *set, unsigned count, const struct range *r)
{
	assert_int_equal(set->count, count);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(set->r[i].start, r[i].start);
		assert_int_equal(set->r[i].end, r[i].end);
	}
}

static void add_merges_neighbours(void **state)
{
	struct range_set set = set_of(3, (struct range[]){{50, 60}, {10, 20}, {30, 40}});

	(void)state;
	assert_set(&set, 3, (struct range[]){{10, 20}, {30, 40}, {50, 60}});
	assert_int_equal(range_add(&set, (struct range){25, 25}), ST_OK);
	assert_int_equal(set.count, 3);
	assert_int_equal(range_add(&set, (struct range){20, 30}), ST_OK);
	assert_set(&set, 2, (struct range[]){{10, 40}, {50, 60}});
	assert_int_equal(range_add(&set, (struct range){0, 100}), ST_OK);
	assert_set(&set, 1, (struct range[]){{0, 100}});
}

static void remove_splits(void **state)
{
	struct range_set set = set_of(2, (struct range[]){{10, 20}, {30, 40}});

	(void)state;
	assert_int_equal(range_remove(&set, (struct range){13, 15}), ST_OK);
	assert_set(&set, 3, (struct range[]){{10, 13}, {15, 20}, {30, 40}});
	assert_int_equal(range_remove(&set, (struct range){20, 30}), ST_OK);
	assert_int_equal(range_remove(&set, (struct range){12, 12}), ST_OK);
	assert_int_equal(set.count, 3);
	assert_int_equal(range_remove(&set, (struct range){11, 31}), ST_OK);
	assert_set(&set, 2, (struct range[]){{10, 11}, {31, 40}});
	assert_int_equal(range_remove(&set, (struct range){0, (phys_t)-1}), ST_OK);
	assert_int_equal(set.count, 0);
}

static void full_set_stays_unchanged(void **state)
{
	struct range_set set = {.count = 0};
	struct range_set before;

	(void)state;
	for (phys_t i = 0; i < RANGE_MAX; i++)
		assert_int_equal(range_add(&set, (struct range){i * 10, i * 10 + 5}), ST_OK);
	before = set;
	assert_int_equal(range_add(&set, (struct range){7, 8}), ST_NOSPACE);
	assert_int_equal(range_remove(&set, (struct range){2, 3}), ST_NOSPACE);
	assert_memory_equal(&set, &before, sizeof(set));
	assert_int_equal(range_add(&set, (struct range){5, 10}), ST_OK); /* merges two */
	assert_int_equal(set.count, RANGE_MAX - 1);
	assert_int_equal(range_remove(&set, (struct range){2, 3}), ST_OK);
	assert_int_equal(set.count, RANGE_MAX);
}

static void top_of_the_address_space(void **state)
{
	const phys_t top = (phys_t)-1;
	struct range_set set = set_of(1, (struct range[]){{top - 0xfff, top}});
	const struct range all = {0, top};
	phys_t at = 1;

	(void)state;
	assert_false(range_fit_high(&set, 0x1000, 1, all, &at));
	assert_false(range_fit_high(&set, 1, 0x2000, all, &at));
	assert_int_equal(at, 1);
	assert_true(range_fit_high(&set, 0xfff, 1, all, &at));
	assert_int_equal(at, top - 0xfff);
	assert_true(range_fit_high(&set, 1, 1, all, &at));
	assert_int_equal(at, top - 1);
}

static void fit_respects_window(void **state)
{
	struct range_set set = set_of(2, (struct range[]){{0x1000, 0x3000}, {0x8000, 0x9000}});
	phys_t at;

	(void)state;
	assert_true(range_fit_high(&set, 0x800, 0x800, (struct range){0, 0x8fff}, &at));
	assert_int_equal(at, 0x8000);
	assert_true(range_fit_high(&set, 0x800, 0x800, (struct range){0, 0x87ff}, &at));
	assert_int_equal(at, 0x2800);
	assert_false(range_fit_high(&set, 0x2001, 1, (struct range){0, (phys_t)-1}, &at));
	assert_false(range_fit_high(&set, 1, 1, (struct range){0x3000, 0x8000}, &at));
	assert_false(range_fit_high(&set, 1, 1, (struct range){0x2000, 0x2000}, &at));
}

/* The model: bit i stands for address i. */
#define UNITS 64

static uint64_t bits_of(struct range r)
{
	uint64_t bits = 0;

	for (phys_t i = r.start; i < r.end; i++)
		bits |= (uint64_t)1 << i;
	return bits;
}

static uint64_t model_of(const struct range_set *set)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < set->count; i++) {
		assert_true(set->r[i].start < set->r[i].end);
		assert_true(i == 0 || set->r[i - 1].end < set->r[i].start);
		bits |= bits_of(set->r[i]);
	}
	return bits;
}

/* -1 when nothing fits. */
static int model_fit(uint64_t bits, size_t size, size_t align, struct range window)
{
	int found = -1;

	for (phys_t at = 0; at + size <= UNITS; at += align) {
		uint64_t need = bits_of((struct range){at, at + size});

		if (at < window.start || at + size > window.end || (bits & need) != need)
			continue;
		found = (int)at;
	}
	return found;
}

static struct range random_range(uint32_t *seed, uint32_t longest)
{
	phys_t start = prng_below(seed, UNITS);
	phys_t end = start + prng_below(seed, longest);

	return (struct range){start, end > UNITS ? UNITS : end};
}

static void check_fits(const struct range_set *set, uint64_t model, uint32_t *seed)
{
	size_t size = 1 + prng_below(seed, 8);
	size_t align = (size_t)1 << prng_below(seed, 4);
	struct range window = random_range(seed, UNITS);
	phys_t at = 0;
	int want = model_fit(model, size, align, window);

	assert_int_equal(range_fit_high(set, size, align, window, &at), want >= 0);
	assert_true(want < 0 || at == (phys_t)want);
}

static void agrees_with_bitmap(void **state)
{
	uint32_t seed = 42;

	(void)state;
	for (unsigned run = 0; run < 100; run++) {
		struct range_set set = {.count = 0};
		uint64_t model = 0;

		for (unsigned step = 0; step < 60; step++) {
			struct range r = random_range(&seed, 12);
			uint64_t bits = bits_of(r);

			if (prng_below(&seed, 2)) {
				assert_int_equal(range_add(&set, r), ST_OK);
				model |= bits;
			} else {
				assert_int_equal(range_remove(&set, r), ST_OK);
				model &= ~bits;
			}
			assert_true(model_of(&set) == model);
			r = random_range(&seed, 6);
			if (r.start != r.end)
				assert_int_equal(range_holds(&set, r),
						 (model & bits_of(r)) == bits_of(r));
			check_fits(&set, model, &seed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_merges_neighbours),
		cmocka_unit_test(remove_splits),
		cmocka_unit_test(full_set_stays_unchanged),
		cmocka_unit_test(top_of_the_address_space),
		cmocka_unit_test(fit_respects_window),
		cmocka_unit_test(agrees_with_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
