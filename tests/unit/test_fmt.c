// SPDX-License-Identifier: MIT
/* lib/fmt.c and lib/status.c: what a log line looks like. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fmt.h"
#include "status.h"

struct line {
	char text[256];
	size_t len;
};

static void line_putc(void *ctx, char c)
{
	struct line *line = ctx;

	assert_true(line->len + 1 < sizeof(line->text));
	line->text[line->len++] = c;
	line->text[line->len] = 0;
}

static const uint8_t pairs[][2] = {{'a', 'b'}, {0x80, 0x80}, {'<', 0x81}, {0x82, '>'}};

static const char *format(const char *text, ...)
{
	static struct line line;
	const struct fmt out = {line_putc, &line, pairs};
	va_list args;

	line.len = 0;
	line.text[0] = 0;
	va_start(args, text);
	fmt_print(&out, text, args);
	va_end(args);
	return line.text;
}

#define S	  "\1"
#define U	  "\2"
#define E	  "\3"
#define X	  "\4"
#define P	  "\5"
#define N(number) ((uintptr_t)(number))

static void plain_and_strings(void **state)
{
	(void)state;
	assert_int_equal(S[0], FMT_TEXT);
	assert_int_equal(U[0], FMT_DEC);
	assert_int_equal(E[0], FMT_DEC2);
	assert_int_equal(X[0], FMT_HEX);
	assert_int_equal(P[0], FMT_POINTER);
	assert_string_equal(format(S, ""), "");
	assert_string_equal(format("plain"), "plain");
	assert_string_equal(format(S "-" S, "a", "bc"), "a-bc");
	assert_string_equal(format("100%\n"), "100%\n");
}

static void pairs_in_pairs(void **state)
{
	(void)state;
	assert_string_equal(format("\x80"), "ab");
	assert_string_equal(format("-\x81.\x80"), "-abab.ab");
	assert_string_equal(format("\x83\x82" U, N(7)), "<abab><abab7");
	assert_string_equal(format(S "!" S, "\x83", "\x80"), "<abab>!ab");
}

static void decimal(void **state)
{
	(void)state;
	assert_string_equal(format(U, N(0)), "0");
	assert_string_equal(format(U " " U " " U, N(9), N(10), N(99)), "9 10 99");
	assert_string_equal(format(U, N(1000000000)), "1000000000");
	assert_string_equal(format(U, N(999999999)), "999999999");
	assert_string_equal(format(U, N(4294967295)), "4294967295");
	assert_string_equal(format("E" E, N(0)), "E00");
	assert_string_equal(format("E" E, N(7)), "E07");
	assert_string_equal(format("E" E, N(54)), "E54");
	assert_string_equal(format("E" E, N(123)), "E123");
}

static void hex(void **state)
{
	(void)state;
	assert_string_equal(format(X, N(0)), "0");
	assert_string_equal(format(X, N(0xdeadbeef)), "deadbeef");
	assert_string_equal(format(X, N(0x1090)), "1090");
}

static void pointer(void **state)
{
	const char *text = format(P, (void *)N(0x4000abcd));

	(void)state;
	assert_int_equal(strlen(text), 2 + 2 * sizeof(void *));
	assert_memory_equal(text, "0x", 2);
	assert_string_equal(text + strlen(text) - 8, "4000abcd");
}

static void arguments_keep_their_order(void **state)
{
	(void)state;
	assert_string_equal(format(S " " U " " X " " E "|" S, "s", N(1), N(10), N(2), "!"),
			    "s 1 a 02|!");
}

static void status_names(void **state)
{
	static const char *const names[ST_COUNT] = {
		"ok",	   "truncated", "corrupt", "unsupported", "overflow",
		"nospace", "notfound",	"magic",   "align",	  "range"};

	(void)state;
	for (unsigned i = 0; i < ST_COUNT; i++)
		assert_string_equal(status_text((enum status)i), names[i]);
	assert_string_equal(status_text(ST_COUNT), "?");
	assert_string_equal(status_text((enum status)0x7fffffff), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_strings), cmocka_unit_test(pairs_in_pairs),
		cmocka_unit_test(decimal),	     cmocka_unit_test(hex),
		cmocka_unit_test(pointer),	     cmocka_unit_test(arguments_keep_their_order),
		cmocka_unit_test(status_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
