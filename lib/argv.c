// SPDX-License-Identifier: MIT
/* Words of a command: NAME=VALUE. */
#include "given.h"

/* What follows in s after the prefix; NULL when s does not begin with it. */
static const char *after(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return NULL;
	return s;
}

/* 1 to 8 hexadecimal digits; returns what follows, NULL when it is no such number. */
static const char *hex(const char *s, uint32_t *value)
{
	unsigned digits = 0;

	if (s[0] == '0' && (s[1] | 0x20) == 'x')
		s += 2;
	*value = 0;
	for (;; s++) {
		uint32_t digit = (uint32_t)*s - '0';

		if (digit > 9) {
			digit = ((uint32_t)*s | 0x20) - 'a' + 10;
			if (digit < 10 || digit > 15)
				break;
		}
		*value = *value << 4 | digit;
		digits++;
	}
	return digits != 0 && digits <= 8 ? s : NULL;
}

/* The length of a word that is printable and ends; avail when it is not or does not. */
static size_t measure(const char *word, size_t avail)
{
	size_t len = 0;

	for (; len < avail && word[len] != '\0'; len++)
		if (word[len] < ' ' || word[len] > '~')
			return avail;
	return len;
}

enum status given_word(struct given *g, const char *word, size_t avail)
{
	uint32_t start, size = 0;
	const char *value;
	size_t len = measure(word, avail);

	if (len == avail)
		return ST_MAGIC;
	value = after(word, "bootargs=");
	if (value) {
		g->line = value;
		g->line_len = (size_t)(word + len - value);
		return ST_OK;
	}
	value = after(word, "fdt=");
	if (value) {
		value = hex(value, &g->fdt);
	} else {
		value = after(word, "initrd=");
		if (!value)
			return ST_OK;
		value = hex(value, &start);
		if (value && *value == ':')
			value = hex(value + 1, &size);
		if (size == 0 || size > UINT32_MAX - start)
			return ST_CORRUPT;
		g->initrd = (struct range){start, start + size};
	}
	return value && *value == '\0' ? ST_OK : ST_CORRUPT;
}
