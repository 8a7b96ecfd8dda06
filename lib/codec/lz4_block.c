// SPDX-License-Identifier: MIT
/*
 * The hot loop of the codec "lz4"; the ARM stubs link the assembly twin, boot/arm/codec/lz4.S,
 * instead, which does the same sequence for sequence.
 */
#include <stdbool.h>

#include "lz4_priv.h"

/* Rounds that surely fit, less LZ4_ROUNDS; negative: too few. */
static ptrdiff_t rounds(const struct lz4 *s, const uint8_t *in, const uint8_t *out)
{
	size_t cap = (size_t)(s->out_end - out) >> LZ4_ROUND_OUT_LOG;
	size_t gap = ((uintptr_t)in - (uintptr_t)out) >> LZ4_ROUND_OUT_LOG;
	size_t left = (size_t)(s->block_end - in) >> LZ4_ROUND_IN_LOG;
	size_t n = gap < cap ? gap : cap;

	return (ptrdiff_t)(left < n ? left : n) - LZ4_ROUNDS;
}

/* One access each where the machine has unaligned words; any alignment is right. */
static void copy4(uint8_t *to, const uint8_t *from)
{
	uint32_t word;

	__builtin_memcpy(&word, from, sizeof(word));
	__builtin_memcpy(to, &word, sizeof(word));
}

/*
 * Copies n > 0 bytes, and up to 3 more.  In pieces of 4 and in this order, so that a match with an
 * offset of 4 or more reads what it has written itself.
 */
static inline void copy(uint8_t *to, const uint8_t *from, size_t n)
{
	const uint8_t *end = to + n;

	do {
		copy4(to, from);
		to += 4;
		from += 4;
	} while (to < end);
}

void lz4_copy(uint8_t *to, const uint8_t *from, size_t n)
{
	for (; n >= 4; n -= 4) {
		copy4(to, from);
		to += 4;
		from += 4;
	}
	while (n--)
		*to++ = *from++;
}

void lz4_prepare(void *table)
{
	(void)table; /* the assembly's */
}

int lz4_block(struct lz4 *s)
{
	const uint8_t *in = s->in;
	uint8_t *out = s->out;
	ptrdiff_t left = -1;
	int token = -1;

	for (;;) {
		size_t n, offset;

		if (left < 0 && (left = rounds(s, in, out)) < 0)
			break;
		token = *in++;
		n = (unsigned)token >> 4;
		if (n) {
			if (n == 15) {
				if (*in == 255) {
					in--;
					token = -1;
					break;
				}
				n += *in++;
				left -= LZ4_LITERAL_ROUNDS;
			}
			copy(out, in, n);
			in += n;
			out += n;
		}
		offset = in[0] | (size_t)in[1] << 8;
		n = (unsigned)token & 15;
		if (offset < 4 || offset > (size_t)(out - s->base) || (n == 15 && in[2] == 255))
			break;
		in += 2;
		if (n == 15) {
			n += *in++;
			left -= LZ4_MATCH_ROUNDS;
		}
		copy(out, out - offset, n + 4);
		out += n + 4;
		token = -1;
		left--;
	}
	s->in = in;
	s->out = out;
	return token;
}
