/* SPDX-License-Identifier: MIT */
/*
 * The part of cmocka that the tests in tests/unit/test_*.c use, for ARM: cmocka has no build for
 * newlib.  A failed assertion prints where and why and jumps out of its test; the group prints TAP
 * lines ("ok 1 - name") like cmocka with CMOCKA_MESSAGE_OUTPUT=TAP.
 */
#ifndef TARGET_CMOCKA_H
#define TARGET_CMOCKA_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define cmocka_unit_test(f)                                                                        \
	{                                                                                          \
#f, f                                                                              \
	}

static jmp_buf cm_escape;

static inline _Noreturn void cm_fail(const char *file, int line, const char *what, uintmax_t a,
				     uintmax_t b)
{
	printf("# %s:%d: %s: 0x%lx 0x%lx\n", file, line, what, (unsigned long)a, (unsigned long)b);
	longjmp(cm_escape, 1);
}

#define cm_check(ok, what, a, b)                                                                   \
	do {                                                                                       \
		if (!(ok))                                                                         \
			cm_fail(__FILE__, __LINE__, what, (uintmax_t)(a), (uintmax_t)(b));         \
	} while (0)

#define assert_true(c)		   cm_check((c), #c, 0, 1)
#define assert_false(c)		   cm_check(!(c), "not " #c, 1, 0)
#define assert_int_equal(a, b)	   cm_check((uintmax_t)(a) == (uintmax_t)(b), #a " == " #b, a, b)
#define assert_int_not_equal(a, b) cm_check((uintmax_t)(a) != (uintmax_t)(b), #a " != " #b, a, b)
#define assert_in_range(v, lo, hi)                                                                 \
	cm_check((uintmax_t)(v) >= (uintmax_t)(lo) && (uintmax_t)(v) <= (uintmax_t)(hi),           \
		 #v " in range", v, hi)
#define assert_null(p)	   cm_check((p) == NULL, #p " == NULL", (uintptr_t)(p), 0)
#define assert_non_null(p) cm_check((p) != NULL, #p " != NULL", 0, 1)
#define assert_ptr_equal(a, b)                                                                     \
	cm_check((const void *)(a) == (const void *)(b), #a " == " #b, (uintptr_t)(a),             \
		 (uintptr_t)(b))
#define assert_string_equal(a, b)	 cm_check(strcmp((a), (b)) == 0, a, 0, 0)
#define assert_string_not_equal(a, b)	 cm_check(strcmp((a), (b)) != 0, a, 0, 0)
#define assert_memory_equal(a, b, n)	 cm_check(memcmp((a), (b), (n)) == 0, #a " == " #b, 0, n)
#define assert_memory_not_equal(a, b, n) cm_check(memcmp((a), (b), (n)) != 0, #a " != " #b, 0, n)
#define fail()				 cm_check(0, "fail()", 0, 0)
#define fail_msg(...)                                                                              \
	do {                                                                                       \
		printf("# " __VA_ARGS__);                                                          \
		printf("\n");                                                                      \
		cm_check(0, "fail_msg()", 0, 0);                                                   \
	} while (0)
#define print_message(...) printf("# " __VA_ARGS__)

static inline int cm_run_group(const struct CMUnitTest *tests, size_t count)
{
	static size_t i; /* static: survive longjmp */
	static int failed;

	printf("1..%u\n", (unsigned)count);
	for (i = 0; i < count; i++) {
		void *state = NULL;

		if (setjmp(cm_escape) == 0) {
			tests[i].run(&state);
			printf("ok %u - %s\n", (unsigned)i + 1, tests[i].name);
		} else {
			printf("not ok %u - %s\n", (unsigned)i + 1, tests[i].name);
			failed++;
		}
	}
	return failed;
}

#define cmocka_run_group_tests(tests, setup, teardown)                                             \
	cm_run_group((tests), sizeof(tests) / sizeof((tests)[0]))
#define cmocka_run_group_tests_name(name, tests, setup, teardown)                                  \
	cmocka_run_group_tests(tests, setup, teardown)

#endif /* TARGET_CMOCKA_H */
