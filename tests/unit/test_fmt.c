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

static const char *format(const char *fmt, ...)
{
	static struct line line;
	va_list args;

	line.len = 0;
	line.text[0] = 0;
	va_start(args, fmt);
	fmt_print(line_putc, &line, fmt, args);
	va_end(args);
	return line.text;
}

static void plain_and_strings(void **state)
{
	(void)state;
	assert_string_equal(format("%s", ""), "");
	assert_string_equal(format("plain"), "plain");
	assert_string_equal(format("%s-%s", "a", "bc"), "a-bc");
	assert_string_equal(format("%c%c", 'x', 'y'), "xy");
	assert_string_equal(format("100%%"), "100%");
}

static void decimal(void **state)
{
	(void)state;
	assert_string_equal(format("%u", 0u), "0");
	assert_string_equal(format("%u %u %u", 9u, 10u, 99u), "9 10 99");
	assert_string_equal(format("%u", 1000000000u), "1000000000");
	assert_string_equal(format("%u", 999999999u), "999999999");
	assert_string_equal(format("%u", 4294967295u), "4294967295");
	assert_string_equal(format("%02u", 7u), "07");
	assert_string_equal(format("E%02u", 123u), "E123");
	assert_string_equal(format("%z", (size_t)20582580), "20582580");
	assert_string_equal(format("%z", (size_t)4294967295u), "4294967295");
}

static void hex(void **state)
{
	(void)state;
	assert_string_equal(format("%x", 0u), "0");
	assert_string_equal(format("%x", 0xdeadbeefu), "deadbeef");
	assert_string_equal(format("%x", 0x10u), "10");
	assert_string_equal(format("%08x", 0x1234u), "00001234");
	assert_string_equal(format("%02x", 0x123u), "123");
	assert_string_equal(format("%012x", 0xau), "00000000000a");
}

static void pointer(void **state)
{
	const char *text = format("%p", (void *)(uintptr_t)0x4000abcdu);

	(void)state;
	assert_int_equal(strlen(text), 2 + 2 * sizeof(void *));
	assert_memory_equal(text, "0x", 2);
	assert_string_equal(text + strlen(text) - 8, "4000abcd");
}

static void arguments_keep_their_order(void **state)
{
	(void)state;
	assert_string_equal(format("%s %u %x %z %c|", "s", 1u, 0xau, (size_t)2, '!'), "s 1 a 2 !|");
}

static void mistakes_are_seen(void **state)
{
	(void)state;
	assert_string_equal(format("%d."), "%d.");
	assert_string_equal(format("%5u"), "%5u");
	assert_string_equal(format("%"), "%");
	assert_string_equal(format("%08"), "%08");
	assert_string_equal(format("%08q%%"), "%08q%");
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
		cmocka_unit_test(plain_and_strings),
		cmocka_unit_test(decimal),
		cmocka_unit_test(hex),
		cmocka_unit_test(pointer),
		cmocka_unit_test(arguments_keep_their_order),
		cmocka_unit_test(mistakes_are_seen),
		cmocka_unit_test(status_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
