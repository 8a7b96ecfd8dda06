// SPDX-License-Identifier: MIT
/*
 * lib/fdt against libfdt: random trees read and edited by both, damaged ones that may not lead us
 * out of their bytes, and the tree that QEMU makes, as dtc prints it before and after an edit.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdt/fdt.h"
#include "prng.h"

#define BLOB_MAX 8192
#define TREES	 300
#define EDITS	 20
#define DAMAGED	 20000
#define DEPTH	 8

static const char *const names[] = {"reg",
				    "ranges",
				    "#address-cells",
				    "#size-cells",
				    "cells",
				    "a",
				    "compatible",
				    "status",
				    "bootargs",
				    "phandle",
				    "linux,initrd-end",
				    "initrd-end",
				    "some-name-that-is-longer-than-the-specification-wants"};
#define NAMES (sizeof(names) / sizeof(names[0]))

static const char *const nodes[] = {"a",  "ab", "abc@1", "abc@2", "chosen", "memory@80000000",
				    "x@1"};
#define NODES (sizeof(nodes) / sizeof(nodes[0]))

/* libfdt's sequential writer; the tree has some of everything, NOPs too. */
static void make_tree(uint32_t *seed, uint8_t *blob)
{
	uint8_t value[64];
	unsigned depth = 0;

	assert_int_equal(fdt_create(blob, BLOB_MAX), 0);
	for (uint32_t n = prng_below(seed, 4); n != 0; n--)
		assert_int_equal(fdt_add_reservemap_entry(blob, prng(seed), prng(seed) | 1), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	assert_int_equal(fdt_begin_node(blob, ""), 0);
	for (uint32_t n = prng_below(seed, 60); n != 0; n--) {
		for (uint32_t p = prng_below(seed, 5); p != 0; p--) {
			uint32_t len = prng_below(seed, 40);

			prng_fill(seed, value, len);
			assert_int_equal(
				fdt_property(blob, names[prng_below(seed, NAMES)], value, (int)len),
				0);
		}
		while (depth != 0 && prng_below(seed, 2) == 0) {
			assert_int_equal(fdt_end_node(blob), 0);
			depth--;
		}
		if (depth < DEPTH) {
			assert_int_equal(fdt_begin_node(blob, nodes[prng_below(seed, NODES)]), 0);
			depth++;
		}
	}
	for (; depth != 0; depth--)
		assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_finish(blob), 0);
	for (int n = fdt_next_node(blob, 0, NULL); n >= 0; n = fdt_next_node(blob, n, NULL)) {
		if (prng_below(seed, 8) == 0)
			fdt_nop_property(blob, n, names[prng_below(seed, NAMES)]);
		else if (prng_below(seed, 16) == 0)
			fdt_nop_node(blob, n);
	}
}

/* Our nodes are offsets into the structure block, as libfdt's are. */
static uint32_t offset(int libfdt)
{
	return libfdt < 0 ? FDT_NONE : (uint32_t)libfdt;
}

static void compare_node(const struct fdt *f, const void *blob, int n)
{
	const uint32_t node = (uint32_t)n;

	assert_string_equal(fdt_name(f, node), fdt_get_name(blob, n, NULL));
	assert_int_equal(fdt_parent(f, node), offset(fdt_parent_offset(blob, n)));
	assert_int_equal(fdt_child(f, node), offset(fdt_first_subnode(blob, n)));
	assert_int_equal(fdt_sibling(f, node), offset(n == 0 ? -1 : fdt_next_subnode(blob, n)));
	for (size_t i = 0; i < NAMES; i++) {
		int want_len = 0;
		uint32_t len = 0;
		const void *want = fdt_getprop(blob, n, names[i], &want_len);

		assert_true(fdt_prop(f, node, names[i], &len) == want);
		if (want != NULL)
			assert_int_equal(len, want_len);
	}
}

/* Each node by its path, as it is and without the last unit address. */
static void compare_paths(const struct fdt *f, const void *blob)
{
	char path[1024];

	for (int n = 0; n >= 0; n = fdt_next_node(blob, n, NULL)) {
		char *at;

		assert_int_equal(fdt_get_path(blob, n, path, sizeof(path)), 0);
		assert_int_equal(fdt_path(f, path, strlen(path)),
				 offset(fdt_path_offset(blob, path)));
		at = strrchr(path, '@');
		if (at == NULL || strchr(at, '/') != NULL)
			continue;
		*at = '\0';
		assert_int_equal(fdt_path(f, path, strlen(path)),
				 offset(fdt_path_offset(blob, path)));
	}
}

/* Every node, name, property and reservation is where libfdt finds it. */
static void compare_readers(const struct fdt *f, const void *blob)
{
	uint64_t addr = 0, size = 0, want_addr, want_size;
	int n = 0, depth = 0, count = fdt_num_mem_rsv(blob);
	unsigned our_depth = 0;
	uint32_t node = 0;

	for (; n >= 0 && depth >= 0; n = fdt_next_node(blob, n, &depth)) {
		assert_int_equal(node, n);
		assert_int_equal(our_depth, depth);
		compare_node(f, blob, n);
		node = fdt_next(f, node, &our_depth);
	}
	assert_int_equal(node, FDT_NONE);
	for (int i = 0; i < count; i++) {
		assert_int_equal(fdt_get_mem_rsv(blob, i, &want_addr, &want_size), 0);
		assert_true(fdt_reserve(f, (unsigned)i, &addr, &size));
		assert_true(addr == want_addr && size == want_size);
	}
	/* libfdt stops at any size of 0, the specification (5.3.1) only where the address is 0 too.
	 */
	if (fdt_reserve(f, (unsigned)count, &addr, &size))
		assert_true(addr != 0 && size == 0);
}

static void reads_as_libfdt_does(void **state)
{
	static uint8_t blob[BLOB_MAX] __attribute__((aligned(8)));
	uint32_t seed = 2463534242;
	struct fdt f;

	(void)state;
	for (unsigned i = 0; i < TREES; i++) {
		make_tree(&seed, blob);
		assert_int_equal(fdt_open(&f, blob, fdt_totalsize(blob)), ST_OK);
		assert_int_equal(fdt_used(&f), fdt_totalsize(blob));
		compare_readers(&f, blob);
		compare_paths(&f, blob);
	}
}

/* Two blobs have the same tokens, names, values, reservations and boot CPU. */
static void compare_trees(const void *a, const void *b)
{
	int at = 0, next, other;
	uint64_t addr[2], size[2];
	uint32_t tag;

	assert_int_equal(fdt_check_full(a, fdt_totalsize(a)), 0);
	assert_int_equal(fdt_boot_cpuid_phys(a), fdt_boot_cpuid_phys(b));
	assert_int_equal(fdt_num_mem_rsv(a), fdt_num_mem_rsv(b));
	for (int i = 0; i < fdt_num_mem_rsv(a); i++) {
		assert_int_equal(fdt_get_mem_rsv(a, i, &addr[0], &size[0]), 0);
		assert_int_equal(fdt_get_mem_rsv(b, i, &addr[1], &size[1]), 0);
		assert_true(addr[0] == addr[1] && size[0] == size[1]);
	}
	do {
		tag = fdt_next_tag(a, at, &next);
		assert_int_equal(fdt_next_tag(b, at, &other), tag);
		assert_int_equal(next, other);
		if (tag == FDT_BEGIN_NODE)
			assert_string_equal(fdt_get_name(a, at, NULL), fdt_get_name(b, at, NULL));
		if (tag == FDT_PROP) {
			const char *name[2];
			int len[2];
			const void *pa = fdt_getprop_by_offset(a, at, &name[0], &len[0]);
			const void *pb = fdt_getprop_by_offset(b, at, &name[1], &len[1]);

			assert_string_equal(name[0], name[1]);
			assert_int_equal(len[0], len[1]);
			assert_memory_equal(pa, pb, (size_t)len[0]);
		}
		at = next;
	} while (tag != FDT_END);
}

/* One edit of a node by both. */
static void edit_both(uint32_t *seed, struct fdt_edit *e, void *libfdt)
{
	const char *name = names[prng_below(seed, NAMES)];
	uint32_t len = prng_below(seed, 60);
	uint64_t reserve = (uint64_t)prng_below(seed, 1 << 30) << prng_below(seed, 34);
	uint32_t node = 0, child = 0;
	uint8_t value[64];
	int result;

	for (uint32_t skip = prng_below(seed, 30); skip != 0; skip--) {
		uint32_t next = fdt_next(&e->f, node, NULL);

		node = next == FDT_NONE ? 0 : next;
	}
	switch (prng_below(seed, 5)) {
	case 0:
		assert_int_equal(fdt_edit_remove(e, node, name), ST_OK);
		result = fdt_delprop(libfdt, (int)node, name);
		assert_true(result == 0 || result == -FDT_ERR_NOTFOUND);
		break;
	case 1:
		name = nodes[prng_below(seed, NODES)];
		result = fdt_subnode_offset(libfdt, (int)node, name);
		if (result < 0)
			result = fdt_add_subnode(libfdt, (int)node, name);
		assert_int_equal(fdt_edit_node(e, node, name, &child), ST_OK);
		assert_int_equal(child, result);
		break;
	case 2:
		assert_int_equal(fdt_edit_reserve(e, reserve, len + 1ull), ST_OK);
		assert_int_equal(fdt_add_mem_rsv(libfdt, reserve, len + 1ull), 0);
		break;
	default:
		prng_fill(seed, value, len);
		assert_int_equal(fdt_edit_set(e, node, name, value, len), ST_OK);
		assert_int_equal(fdt_setprop(libfdt, (int)node, name, value, (int)len), 0);
		break;
	}
}

static void edits_as_libfdt_does(void **state)
{
	static uint8_t blob[BLOB_MAX] __attribute__((aligned(8)));
	static uint8_t theirs[2 * BLOB_MAX] __attribute__((aligned(8)));
	static uint8_t ours[2 * BLOB_MAX] __attribute__((aligned(8)));
	uint32_t seed = 88675123;
	struct fdt_edit e;
	struct fdt f;

	(void)state;
	for (unsigned i = 0; i < TREES; i++) {
		make_tree(&seed, blob);
		fdt_set_boot_cpuid_phys(blob, i);
		assert_int_equal(fdt_open(&f, blob, fdt_totalsize(blob)), ST_OK);
		assert_int_equal(fdt_edit_copy(&e, &f, ours, sizeof(ours)), ST_OK);
		assert_int_equal(fdt_open_into(blob, theirs, sizeof(theirs)), 0);
		compare_trees(ours, theirs);
		for (unsigned n = 0; n < EDITS; n++)
			edit_both(&seed, &e, theirs);
		compare_trees(ours, theirs);
		assert_int_equal(fdt_open(&f, ours, e.f.total), ST_OK);
		assert_memory_equal(f.block, e.f.block, sizeof(f.block));
		compare_readers(&e.f, ours);
	}
}

/* All readers on all nodes; that ASan stays silent and this ends is the test. */
static void read_all(const struct fdt *f)
{
	static volatile uint64_t sink;
	unsigned depth = 0;
	uint64_t addr = 0, size = 0;

	for (uint32_t node = 0; node != FDT_NONE; node = fdt_next(f, node, &depth)) {
		sink += strlen(fdt_name(f, node)) + fdt_parent(f, node) + fdt_child(f, node) +
			fdt_sibling(f, node);
		for (size_t i = 0; i < NAMES; i++) {
			uint32_t len = 0;
			const uint8_t *p = fdt_prop(f, node, names[i], &len);
			const char *text = fdt_text(f, node, names[i]);

			while (p != NULL && len-- != 0)
				sink += *p++;
			if (text != NULL)
				sink += fdt_path(f, text, strlen(text));
			sink += fdt_number(f, node, names[i], &size);
		}
		sink += fdt_compatible(f, node, "a") + fdt_enabled(f, node) +
			fdt_reg(f, node, 0, &addr, &size) + fdt_reg(f, node, 1, &addr, &size);
	}
	for (unsigned i = 0; fdt_reserve(f, i, &addr, &size); i++)
		sink += addr + size;
	assert_true(fdt_used(f) <= f->total);
}

/* Bits flipped, words set, the end cut off: most often in the header and the first tokens. */
static size_t damage(uint32_t *seed, uint8_t *blob, size_t size)
{
	for (uint32_t n = 1 + prng_below(seed, 4); n != 0; n--) {
		size_t reach = prng_below(seed, 2) != 0 ? size : size < 128 ? size : 128;
		size_t at = prng_below(seed, (uint32_t)reach);

		if (prng_below(seed, 2) != 0)
			blob[at] ^= (uint8_t)(1u << prng_below(seed, 8));
		else
			memset(blob + at, prng_below(seed, 2) != 0 ? 0xff : 0,
			       size - at < 4 ? size - at : 4);
	}
	return prng_below(seed, 4) != 0 ? size : prng_below(seed, (uint32_t)size);
}

static void survives_damage(void **state)
{
	static uint8_t blob[BLOB_MAX] __attribute__((aligned(8)));
	unsigned accepted = 0, judged = 0;
	uint32_t seed = 521288629;
	struct fdt f;

	(void)state;
	make_tree(&seed, blob);
	for (unsigned i = 0; i < DAMAGED; i++) {
		size_t size = fdt_totalsize(blob);
		uint8_t *exact;

		if (i % 16 == 0) {
			make_tree(&seed, blob);
			size = fdt_totalsize(blob);
		}
		exact = malloc(size);
		assert_non_null(exact);
		memcpy(exact, blob, size);
		size = damage(&seed, exact, size);
		exact = realloc(exact, size != 0 ? size : 1); /* exact-size for ASan */
		assert_non_null(exact);
		if (fdt_open(&f, exact, size) == ST_OK) {
			accepted++;
			read_all(&f);
			if (fdt_check_full(exact, size) == 0) {
				compare_readers(&f, exact);
				judged++;
			}
		}
		free(exact);
	}
	/* Damage that nothing shows, or that all shows, would test little. */
	assert_true(accepted > DAMAGED / 10 && accepted < DAMAGED * 9 / 10);
	assert_true(judged > DAMAGED / 20);
}

static void put(uint8_t *p, uint32_t word)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(word >> (24 - 8 * i));
}

/*
 * fdt_open on a blob of exactly its size whose last block is the words given: the structure block,
 * or, behind a root that has a property of name 0, the strings block.
 */
static enum status open_last_block(const uint32_t *words, size_t count, bool strings)
{
	static const uint32_t root[] = {1, 0, 3, 0, 0, 2, 9};
	const uint32_t at = 40 + 16;
	const uint32_t len = 4 * (uint32_t)count;
	const uint32_t total = at + len + (strings ? (uint32_t)sizeof(root) : 0);
	const uint32_t header[] = {0xd00dfeed,
				   total,
				   at,
				   strings ? total - len : 0,
				   40,
				   17,
				   16,
				   0,
				   strings ? len : at, /* names: anything that ends in a NUL */
				   total - at - (strings ? len : 0)};
	uint8_t *blob = calloc(1, total);
	enum status st;
	struct fdt f;

	assert_non_null(blob);
	for (size_t i = 0; i < 10; i++)
		put(blob + 4 * i, header[i]);
	for (size_t i = 0; strings && i < sizeof(root) / 4; i++)
		put(blob + at + 4 * i, root[i]);
	for (size_t i = 0; i < count; i++)
		put(blob + total - len + 4 * i, words[i]);
	st = fdt_open(&f, blob, total);
	if (st == ST_OK)
		read_all(&f);
	free(blob);
	return st;
}

/* Nothing but the end of the blob stops these. */
static void stays_inside_the_last_block(void **state)
{
	static const uint32_t good[] = {1, 0, 3, 4, 0, 0, 2, 9};
	static const uint32_t name[] = {1, 0x61616161, 0x61616161};
	static const uint32_t no_end[] = {1, 0, 2};
	static const uint32_t no_length[] = {1, 0, 9, 3};
	static const uint32_t no_name[] = {1, 0, 3, 9};
	static const uint32_t value[] = {1, 0, 3, 8, 0, 9};
	static const uint32_t text[] = {0x61626300};
	static const uint32_t no_text[] = {0x61626364};

	(void)state;
	assert_int_equal(open_last_block(good, 8, false), ST_OK);
	assert_int_equal(open_last_block(name, 3, false), ST_CORRUPT);
	assert_int_equal(open_last_block(no_end, 3, false), ST_CORRUPT);
	assert_int_equal(open_last_block(no_length, 4, false), ST_CORRUPT);
	assert_int_equal(open_last_block(no_name, 4, false), ST_CORRUPT);
	assert_int_equal(open_last_block(value, 6, false), ST_CORRUPT);
	assert_int_equal(open_last_block(text, 1, true), ST_OK);
	assert_int_equal(open_last_block(no_text, 1, true), ST_CORRUPT);
}

static char folder[] = "/tmp/host_fdt.XXXXXX";

/* A shell command in the folder; a tool that is missing fails the test like any other failure. */
static void run(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && { %s; } >log 2>&1", folder, command);
	assert_int_equal(system(line), 0);
}

static size_t load(const char *name, uint8_t *to, size_t max)
{
	char path[128];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	size = fread(to, 1, max, file);
	assert_int_equal(fclose(file), 0);
	return size;
}

static void save(const char *name, const struct fdt_edit *e)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(e->blob, 1, e->f.total, file), e->f.total);
	assert_int_equal(fclose(file), 0);
}

static void edits_the_tree_of_qemu(void **state)
{
	static const char args[] = "console=ttyAMA0 zshim-was-here";
	static uint8_t blob[1 << 21] __attribute__((aligned(8)));
	static uint8_t buffer[1 << 16] __attribute__((aligned(8)));
	uint64_t addr = 0, size = 0;
	struct fdt_edit e;
	uint32_t chosen;
	struct fdt f;
	size_t bytes;

	(void)state;
	assert_non_null(mkdtemp(folder));
	run("qemu-system-arm -M virt,dumpdtb=virt.dtb -nic none -display none");
	bytes = load("virt.dtb", blob, sizeof(blob));
	assert_int_equal(fdt_open(&f, blob, bytes), ST_OK);
	assert_int_equal(f.total, bytes);
	assert_true(fdt_used(&f) < 16384); /* of 1 MiB */
	compare_readers(&f, blob);
	compare_paths(&f, blob);
	assert_int_equal(fdt_reg(&f, fdt_path(&f, "/pl011", 6), 0, &addr, &size), ST_OK);
	assert_true(addr == 0x9000000 && size == 0x1000);

	assert_int_equal(fdt_edit_copy(&e, &f, buffer, fdt_used(&f) + 40), ST_OK);
	save("copy.dtb", &e);
	chosen = fdt_path(&e.f, "/chosen", 7);
	assert_int_equal(fdt_edit_set(&e, chosen, "bootargs", args, sizeof(args)), ST_NOSPACE);
	assert_int_equal(fdt_edit_copy(&e, &f, buffer, sizeof(buffer)), ST_OK);
	assert_int_equal(fdt_edit_set(&e, chosen, "bootargs", args, sizeof(args)), ST_OK);
	save("edit.dtb", &e);
	assert_int_equal(fdt_edit_remove(&e, chosen, "bootargs"), ST_OK);
	save("undone.dtb", &e);
	assert_int_equal(fdt_edit_reserve(&e, 0x41978000, 0x1000), ST_OK);
	assert_int_equal(fdt_edit_reserve(&e, 0x123456789abcd000, 0xfedcba9876543210), ST_OK);
	save("reserved.dtb", &e);
	run("for f in virt copy edit undone reserved; do dtc -q -I dtb -O dts -o $f.dts $f.dtb || "
	    "exit; "
	    "done");
	run("cmp virt.dts copy.dts && cmp virt.dts undone.dts");
	run("grep -q 'bootargs = \"console=ttyAMA0 zshim-was-here\";' edit.dts");
	run("grep -v bootargs edit.dts | cmp virt.dts -");
	run("printf '/memreserve/\t0x%016x 0x%016x;\n' 0x41978000 0x1000 0x123456789abcd000 "
	    "0xfedcba9876543210 >want && grep memreserve reserved.dts | cmp want -");
	run("grep -v memreserve reserved.dts | cmp virt.dts -");
	run("rm -r ../${PWD##*/}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_libfdt_does),
		cmocka_unit_test(edits_as_libfdt_does),
		cmocka_unit_test(survives_damage),
		cmocka_unit_test(stays_inside_the_last_block),
		cmocka_unit_test(edits_the_tree_of_qemu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
