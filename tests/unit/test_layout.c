// SPDX-License-Identifier: MIT
/* boot/layout.c: known machines by hand; tests/plan/ has random ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "image.h"
#include "layout.h"
#include "arch.h"

#define MIB 0x100000u

static struct range_set memory, reserved, free_ram;

static void ram(phys_t start, size_t size)
{
	assert_int_equal(range_add(&memory, (struct range){start, start + size}), ST_OK);
	free_ram = memory;
}

static void reserve(phys_t start, size_t size)
{
	struct range r = {start, start + size};

	assert_int_equal(range_add(&reserved, r), ST_OK);
	assert_int_equal(range_remove(&free_ram, r), ST_OK);
}

/* virt under -kernel: 128 MiB at 1 GiB, an image of 8 MiB 64 KiB up, the tree in the middle. */
static struct layout_ask virt(void)
{
	memory = reserved = free_ram = (struct range_set){0};
	ram(0x40000000, 128 * MIB);
	return (struct layout_ask){
		.memory = &memory,
		.free = &free_ram,
		.image = {0x40010000, 0x40810000},
		.part = {0x40016000, 0x4080f000},
		.early = {0x40014000, 0x40014800},
		.tree = {0x44000000, 0x44001d00},
		.tree_room = 0x3000,
		.shim_room = 0xc000,
		.above_base = true,
		.below = ZSHIM_PGTABLE_SIZE,
		.dest = 0x8000,
		.align = 2 * MIB,
		.memory_size = 21 * MIB,
		.inflated = 20 * MIB,
		.margin = 0x1000,
	};
}

static void test_virt(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40008000);
	assert_int_equal(p.room.start, 0x40003000);
	assert_int_equal(p.room.end, 0x41508000);
	assert_int_equal(p.lost, 0);
	assert_int_equal(p.tree.start, 0x41508000);
	assert_int_equal(p.part.start, 0x4150b000);
	assert_int_equal(p.shim.start, 0x41d04000);
	assert_int_equal(p.shim.start % ARCH_TABLE_ALIGN, 0);
	assert_int_equal(p.moves, 2);
	assert_int_equal(p.move[0].what, LAYOUT_TREE);
	assert_int_equal(p.move[0].to, p.tree.start);
	assert_int_equal(p.move[1].what, LAYOUT_PART);
	assert_int_equal(p.move[1].from, ask.part.start);
	assert_int_equal(range_size(p.part), range_size(ask.part));
}

static void test_what_lies_clear_stays(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.image = (struct range){0x42000004, 0x42800004};
	ask.part = (struct range){0x42005004, 0x42800000};
	ask.initrd = (struct range){0x44010000, 0x44110000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.part.start, 0x42005004);
	assert_int_equal(p.initrd.start, 0x44010000);
	ask.initrd = (struct range){0x41500000, 0x41600000}; /* its start lies in the BSS */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_true(p.initrd.start >= p.room.end && p.initrd.start % 4096 == 0);
	assert_int_equal(range_size(p.initrd), MIB);
}

static void test_base_is_aligned_and_loss_is_told(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	memory = (struct range_set){0};
	ram(0x40100000, 127 * MIB);
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40208000);
	assert_int_equal(p.lost, MIB);
	ask.align = 16 * MIB;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x41008000);
	assert_int_equal(p.lost, 15 * MIB);
	/* A bank too small for the kernel is lost whole. */
	ask = virt();
	memory = (struct range_set){0};
	ram(0x20000000, 4 * MIB);
	ram(0x40000000, 128 * MIB);
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40008000);
	assert_int_equal(p.lost, 4 * MIB);
}

static void test_reservations_are_kept(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	reserve(0x40a00000, MIB);
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40c08000); /* the next base whose room is free of it */
	ask = virt();
	reserve(0x41508000, MIB); /* right behind the kernel */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40008000);
	assert_int_equal(p.tree.start, 0x41608000);
}

static void test_fixed(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.above_base = false;
	ask.dest = 0x41000000;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x41000000);
	assert_int_equal(p.room.start, 0x41000000 - ZSHIM_PGTABLE_SIZE);
	ask.below = 0;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.room.start, 0x41000000);
	ask.dest = 0x47f00000;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_KERNEL);
	assert_int_equal(p.needed, ask.memory_size);
}

/* Linux ignores all RAM below its base: an initrd there is lost, and so would the tree be. */
static void test_nothing_of_linux_below_its_base(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	reserve(0x40800000, MIB);
	ask.inflated = ask.memory_size = 100 * MIB;
	ask.image = (struct range){0x47000000, 0x47800000};
	ask.part = (struct range){0x47006000, 0x47800000};
	ask.tree = (struct range){0x40000000, 0x40001d00};
	ask.initrd = (struct range){0x40110000, 0x40210000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.kernel, 0x40a08000);
	assert_true(p.initrd.start >= 0x40a00000 && p.tree.start >= 0x40a00000);
	ask.initrd.end = 0x40710000; /* 6 MiB fit only below the base */
	reserve(0x46f00000, 0x1100000);
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_INITRD);
	assert_int_equal(p.needed, 6 * MIB);
	assert_int_equal(p.missing, 6 * MIB - (0x46f00000 - 0x46e08000));
	ask.above_base = false; /* no Linux: it may stay */
	ask.below = 0;
	ask.dest = 0x40a08000;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.initrd.start, 0x40110000);
}

static void test_the_loaders_tree_is_left_alone(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.loader = (struct range){0x41d04000, 0x41d05d00}; /* where the shim would go */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.shim.start, 0x41d08000);
}

static void test_fragmented(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	for (unsigned i = 0; i < RANGE_MAX - 1; i++)
		reserve(0x42000000 + i * 2 * MIB, MIB);
	assert_int_equal(free_ram.count, RANGE_MAX);
	ask.image = (struct range){0x47f00000, 0x47f80000};
	ask.part = (struct range){0x47f06000, 0x47f80000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
}

static void test_sizes_that_wrap(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.memory_size = SIZE_MAX;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_KERNEL);
	ask.above_base = false;
	ask.below = 0;
	ask.dest = 0;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_KERNEL);
	ask = virt();
	ask.align = 1;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_KERNEL);
}

static void test_lowmem(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	memory = (struct range_set){0};
	ram(0x40000000, 2048u * MIB);
	ask.initrd = (struct range){0x80000000, 0x80100000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_true(p.initrd.end <= 0x40000000 + ARCH_LOWMEM);
	assert_true(p.tree.end <= 0x40000000 + ARCH_LOWMEM);
}

static void test_stored_kernel_stays_in_the_room(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.plain = true;
	ask.image.end = ask.image.start + 0x6000 + ask.inflated;
	ask.part = (struct range){0x40016000, 0x40016000 + ask.inflated};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.part.start, 0x40016000);
	ask.dest = 0x208000; /* the kernel's end lies above the part's: memmove goes downwards */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.part.start, 0x40016000);
}

/* It may lie in a no-map section, which is mapped Device; ROM is no RAM and never in one. */
static void test_packed_kernel_leaves_a_reservation(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	reserve(0x42000000, MIB);
	ask.image = (struct range){0x42000000, 0x42080000};
	ask.part = (struct range){0x42006000, 0x42080000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.part.start, 0x4150b000);
	ask.image = (struct range){0, 0x80000};
	ask.part = (struct range){0x6000, 0x80000};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_int_equal(p.part.start, 0x6000);
}

static void test_in_place_when_nothing_else_fits(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	memory = (struct range_set){0};
	ram(0x40000000, 24 * MIB);
	ask.tree = (struct range){0x41780000, 0x41781d00};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_true(p.part.start > p.kernel && p.part.start < p.room.end);
	assert_true(p.part.end >= p.kernel + ask.inflated + ask.margin);
	assert_true(p.part.end <= 0x41800000);
}

static void test_refusals(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	ask.memory_size = 200 * MIB;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_KERNEL);
	assert_int_equal(p.needed, 200 * MIB + 0x8000);
	assert_int_equal(p.missing, 72 * MIB + 0x8000);
	ask = virt();
	ask.shim_room = 200 * MIB;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_SHIM);
	assert_int_equal(p.needed, 200 * MIB);
	ask = virt();
	ask.tree_room = 2 * MIB + 1; /* Linux maps two sections of it */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_TREE);
	assert_int_equal(p.needed, 2 * MIB + 4096);
	ask = virt();
	ask.tree = (struct range){0x47f00000, 0x47f01d00};
	ask.initrd = (struct range){0x41000000, 0x47e00000}; /* 110 MiB */
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_INITRD);
	assert_int_equal(p.needed, 110 * MIB);
	assert_int_equal(p.missing, 110 * MIB - (0x48000000 - 0x41508000));
	ask = virt();
	ask.memory_size = 100 * MIB;
	ask.inflated = 100 * MIB;
	ask.margin = 30 * MIB; /* in place it would end 30 MiB above the kernel */
	ask.image.end = 0x43010000;
	ask.part.end = 0x4300f000;
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_NO_PART);
	assert_int_equal(p.needed, range_size(ask.part));
	assert_int_equal(p.missing, 0x40008000 + 130 * MIB - 0x48000000);
}

/*
 * 24 MiB: initrd and tree lie in the room, and the only place for the initrd is where the packed
 * kernel lies: which waits for it in the room.
 */
static void test_one_goes_aside(void **state)
{
	struct layout_ask ask = virt();
	struct layout p;

	(void)state;
	memory = (struct range_set){0};
	ram(0x40000000, 24 * MIB);
	ask.memory_size = ask.inflated = 14 * MIB;
	ask.initrd = (struct range){0x40010000, 0x40610000}; /* 6 MiB */
	ask.image = (struct range){0x40e20000, 0x41220000};
	ask.part = (struct range){0x40e26000, 0x41220000};
	ask.early = (struct range){0x40e24000, 0x40e24800};
	ask.tree = (struct range){0x40800000, 0x40801d00};
	assert_int_equal(layout_plan(&ask, &p), LAYOUT_OK);
	assert_true(p.initrd.start >= p.room.end && p.initrd.start < 0x41220000);
	assert_true(p.part.start > p.kernel &&
		    p.part.start < p.room.end); /* in place, in the end */
	assert_int_equal(p.moves, 3 + (range_size(p.aside) != 0));
}

static void test_shim_map(void **state)
{
	struct shim_map m = shim_map(0x40004000, 0x3457, 0x1000, 0x600);

	(void)state;
	assert_int_equal(m.table, 0x40004000);
	assert_int_equal(m.pen, 0x40008000);
	assert_int_equal(m.code, 0x40009000);
	assert_true(m.scratch >= m.code + 0x3457 && m.scratch % 8 == 0);
	assert_true(m.state >= m.scratch + 0x1000 + 4096 && m.state % 64 == 0);
	assert_int_equal(m.end, m.state + 0x600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt),
		cmocka_unit_test(test_what_lies_clear_stays),
		cmocka_unit_test(test_base_is_aligned_and_loss_is_told),
		cmocka_unit_test(test_reservations_are_kept),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_nothing_of_linux_below_its_base),
		cmocka_unit_test(test_the_loaders_tree_is_left_alone),
		cmocka_unit_test(test_fragmented),
		cmocka_unit_test(test_sizes_that_wrap),
		cmocka_unit_test(test_lowmem),
		cmocka_unit_test(test_stored_kernel_stays_in_the_room),
		cmocka_unit_test(test_packed_kernel_leaves_a_reservation),
		cmocka_unit_test(test_in_place_when_nothing_else_fits),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_one_goes_aside),
		cmocka_unit_test(test_shim_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
