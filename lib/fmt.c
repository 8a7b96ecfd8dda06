// SPDX-License-Identifier: MIT
/*
 * The formatter of every log line.  No division: decimal digits come from subtracting powers of
 * ten, as the Cortex-A9 has no UDIV and a library helper would cost 300 bytes.
 */
#include "fmt.h"

#include <stdbool.h>

static void put(const struct fmt *out, unsigned c)
{
	out->putc(out->ctx, (char)c);
}

/* All digits, or those from the first that is not 0 on. */
static void put_hex(const struct fmt *out, uintptr_t v, bool all)
{
	unsigned shift = 8 * sizeof(v);

	do {
		unsigned digit;

		shift -= 4;
		digit = v >> shift & 15;
		all |= digit != 0 || shift == 0;
		if (all)
			put(out, digit < 10 ? '0' + digit : 'a' - 10 + digit);
	} while (shift != 0);
}

/* power: of ten, of the first digit at least. */
static void put_dec(const struct fmt *out, uintptr_t v, uintptr_t power)
{
	while (v / 10 >= power) /* by a constant: a multiplication */
		power *= 10;
	for (; power != 0; power /= 10) {
		unsigned c = '0';

		for (; v >= power; v -= power)
			c++;
		put(out, c);
	}
}

/* Without recursion: the second halves of the pairs that c begins with wait. */
static void put_packed(const struct fmt *out, unsigned c)
{
	uint8_t later[FMT_DEPTH];
	unsigned n = 0;

	for (;;) {
		while (c >= FMT_PAIR) {
			const uint8_t *pair = out->pairs[c - FMT_PAIR];

			later[n++] = pair[1];
			c = pair[0];
		}
		out->putc(out->ctx, (char)c); /* as put(), but without a call more */
		if (n == 0)
			return;
		c = later[--n];
	}
}

static void put_text(const struct fmt *out, const char *text)
{
	while (*text)
		put_packed(out, (uint8_t)*text++);
}

void fmt_print(const struct fmt *out, const char *text, va_list args)
{
	for (; *text; text++) {
		uint8_t c = (uint8_t)*text;
		uintptr_t v;

		if (c > FMT_POINTER) {
			put_packed(out, c);
			continue;
		}
		v = va_arg(args, uintptr_t);
		if (c == FMT_TEXT) {
			put_text(out, (const char *)v);
		} else if (c <= FMT_DEC2) {
			put_dec(out, v, c == FMT_DEC ? 1 : 10);
		} else {
			if (c == FMT_POINTER) {
				put(out, '0');
				put(out, 'x');
			}
			put_hex(out, v, c == FMT_POINTER);
		}
	}
}
