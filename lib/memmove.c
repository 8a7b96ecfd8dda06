// SPDX-License-Identifier: MIT
/*
 * memcpy, memmove, memset for code that may run with the MMU off: only aligned words are loaded and
 * stored.  The ARM stubs link the assembly twin, boot/arm/mem.S, instead.
 * Must be built with -ffreestanding, or GCC turns the loops below into calls to themselves.
 */
#include <stdbool.h>
#include <stdint.h>

#include "mem.h"

/* Words that may alias any type, and four of them: GCC copies these with LDM and STM. */
typedef uint32_t __attribute__((may_alias)) word;
struct __attribute__((may_alias)) quad {
	uint32_t w[4];
};

/* True when both can reach a word boundary after the same number of bytes. */
static bool same_phase(const void *a, const void *b)
{
	return (((uintptr_t)a ^ (uintptr_t)b) & 3) == 0;
}

/* Copies upwards: right whenever to is not inside [from + 1, from + n). */
static void copy_up(uint8_t *to, const uint8_t *from, size_t n)
{
	if (same_phase(to, from)) {
		for (; n && ((uintptr_t)to & 3); n--)
			*to++ = *from++;
		while (n >= sizeof(struct quad)) {
			*(struct quad *)(void *)to = *(const struct quad *)(const void *)from;
			to += sizeof(struct quad);
			from += sizeof(struct quad);
			n -= sizeof(struct quad);
		}
		for (; n >= sizeof(word); n -= sizeof(word)) {
			*(word *)(void *)to = *(const word *)(const void *)from;
			to += sizeof(word);
			from += sizeof(word);
		}
	}
	for (; n; n--)
		*to++ = *from++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	copy_up(to, from, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= n) {
		copy_up(d, s, n); /* below the source, or clear of it */
		return to;
	}
	d += n;
	s += n;
	if (same_phase(d, s)) {
		for (; n && ((uintptr_t)d & 3); n--)
			*--d = *--s;
		for (; n >= sizeof(word); n -= sizeof(word)) {
			d -= sizeof(word);
			s -= sizeof(word);
			*(word *)(void *)d = *(const word *)(const void *)s;
		}
	}
	while (n--)
		*--d = *--s;
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	uint8_t *d = to;
	uint32_t fill = (uint8_t)byte * 0x01010101u;

	for (; n && ((uintptr_t)d & 3); n--)
		*d++ = (uint8_t)byte;
	for (; n >= sizeof(struct quad); n -= sizeof(struct quad)) {
		*(struct quad *)(void *)d = (struct quad){{fill, fill, fill, fill}};
		d += sizeof(struct quad);
	}
	while (n--)
		*d++ = (uint8_t)byte;
	return to;
}
