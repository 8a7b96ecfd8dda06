/* SPDX-License-Identifier: MIT */
/* The printer of the shim's texts, which tools/texts.py has packed. */
#ifndef FMT_H
#define FMT_H

#include <stdarg.h>
#include <stdint.h>

/*
 * A text is bytes up to a NUL.  Up to 0x7f a byte is a character or one of these conversions, whose
 * argument is a pointer or an unsigned number, as wide as a pointer; from FMT_PAIR on it is a pair
 * of two such bytes, but conversions.  A plain ASCII string is a text.
 */
#define FMT_TEXT    1 /* another text */
#define FMT_DEC	    2
#define FMT_DEC2    3 /* two digits at least */
#define FMT_HEX	    4 /* lower case */
#define FMT_POINTER 5 /* 0x and all digits of a pointer */
#define FMT_PAIR    0x80
#define FMT_DEPTH   8 /* a pair may have pairs in it, which makes 2, and so on up to this */

struct fmt {
	void (*putc)(void *ctx, char c);
	void *ctx;
	const uint8_t (*pairs)[2]; /* of FMT_PAIR, FMT_PAIR + 1, ... */
};

void fmt_print(const struct fmt *out, const char *text, va_list args);

#endif /* FMT_H */
