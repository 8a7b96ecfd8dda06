// SPDX-License-Identifier: MIT
#include "number.h"

#include <ctype.h>
#include <string.h>

static unsigned suffix_shift(char c)
{
	switch (c) {
	case 'K':
	case 'k':
		return 10;
	case 'M':
	case 'm':
		return 20;
	case 'G':
	case 'g':
		return 30;
	default:
		return 0;
	}
}

/* Not strtoul: that takes signs, blanks and octal numbers, none of which an address should be. */
bool parse_number(const char *text, uint32_t *value)
{
	static const char digits[] = "0123456789abcdef";
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *p = hex ? text + 2 : text;
	const char *first = p;
	uint64_t n = 0;
	unsigned shift;

	for (; *p; p++) {
		const char *digit = memchr(digits, tolower((unsigned char)*p), hex ? 16 : 10);

		if (!digit)
			break;
		n = n * (hex ? 16 : 10) + (uint64_t)(digit - digits);
		if (n > UINT32_MAX)
			return false;
	}
	if (p == first)
		return false;
	shift = suffix_shift(*p);
	if (p[shift ? 1 : 0])
		return false;
	n <<= shift;
	*value = (uint32_t)n;
	return n <= UINT32_MAX;
}

/* Not strtod, for the same reasons, and as its point depends on the locale. */
bool parse_decimal(const char *text, double *value)
{
	double unit = 1;
	const char *p = text;

	for (*value = 0; isdigit((unsigned char)*p); p++)
		*value = *value * 10 + (*p - '0');
	if (p == text)
		return false;
	if (*p == '.' && isdigit((unsigned char)p[1]))
		for (p++; isdigit((unsigned char)*p); p++)
			*value += (*p - '0') * (unit /= 10);
	return !*p;
}
