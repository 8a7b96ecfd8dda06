// SPDX-License-Identifier: MIT
/*
 * The formatter of every log line.  No division: decimal digits come from subtracting powers of
 * ten, as the Cortex-A9 has no UDIV and a library helper would cost 300 bytes.
 */
#include "fmt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink {
	fmt_putc putc;
	void *ctx;
};

static void put(const struct sink *out, char c)
{
	out->putc(out->ctx, c);
}

static void put_pad(const struct sink *out, unsigned digits, unsigned width)
{
	for (; width > digits; width--)
		put(out, '0');
}

static void put_hex(const struct sink *out, uintptr_t v, unsigned width)
{
	unsigned digits = 1;

	while (digits < 2 * sizeof(v) && v >> 4 * digits)
		digits++;
	put_pad(out, digits, width);
	while (digits--)
		put(out, "0123456789abcdef"[v >> 4 * digits & 15]);
}

/* A size_t above 32 bits (only on a 64-bit host) still prints right: the powers go up to 10^19. */
static void put_dec(const struct sink *out, size_t v, unsigned width)
{
	size_t power = 1;
	unsigned digits = 1;

	while (power <= SIZE_MAX / 10 && power * 10 <= v) {
		power *= 10;
		digits++;
	}
	put_pad(out, digits, width);
	while (digits--) {
		char c = '0';

		for (; v >= power; v -= power)
			c++;
		put(out, c);
		power /= 10; /* by a constant: a multiplication */
	}
}

static void put_string(const struct sink *out, const char *s)
{
	while (*s)
		put(out, *s++);
}

/* The width of a "%0Nx": 0 when *f is no '0'; moves *f to the conversion's letter. */
static unsigned parse_width(const char **f)
{
	unsigned width = 0;

	if (**f != '0')
		return 0;
	while (**f >= '0' && **f <= '9' && width < 100)
		width = width * 10 + (unsigned)(*(*f)++ - '0');
	return width;
}

void fmt_print(fmt_putc putc, void *ctx, const char *format, va_list args)
{
	const struct sink out = {putc, ctx};

	for (const char *f = format; *f; f++) {
		const char *start = f;
		unsigned width;

		if (*f != '%') {
			put(&out, *f);
			continue;
		}
		f++;
		width = parse_width(&f);
		switch (*f) {
		case 's':
			put_string(&out, va_arg(args, const char *));
			break;
		case 'c':
			put(&out, (char)va_arg(args, int));
			break;
		case 'u':
			put_dec(&out, va_arg(args, unsigned), width);
			break;
		case 'z':
			put_dec(&out, va_arg(args, size_t), width);
			break;
		case 'x':
			put_hex(&out, va_arg(args, unsigned), width);
			break;
		case 'p':
			put_string(&out, "0x");
			put_hex(&out, va_arg(args, uintptr_t), 2 * sizeof(uintptr_t));
			break;
		case '%':
			put(&out, '%');
			break;
		default: /* unknown: print it as it stands, the character after it as text */
			while (start < f)
				put(&out, *start++);
			f--;
			break;
		}
	}
}
