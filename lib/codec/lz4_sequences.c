// SPDX-License-Identifier: MIT
/*
 * The compressed bytes of LZ4, in plain C.  The ARM stubs link the assembly twin instead,
 * boot/arm/codec/lz4.S, which gives the same bytes, lengths and statuses.
 *
 * Compressed data are sequences: a token, literals, a match.  The token's high half is the number
 * of literals, its low half the length of the match less 4; 15 means that bytes follow, to be added
 * up, until one is not 255.  Those of the literals are before the literals, those of the match
 * behind its offset, 2 bytes, 1..65535.  A block ends behind the literals of its last sequence.
 * (Encoders keep more rules: the last 5 bytes are literals.  Nothing here rests on them.)
 */
#include "lz4_priv.h"
#include "mem.h"

/* A length from n, a half of a token.  At the end of the block when it does not end before. */
static size_t length(const uint8_t **in, const uint8_t *end, size_t n)
{
	unsigned more = n == 15 ? 255 : 0;

	while (more == 255 && *in != end && n < SIZE_MAX / 2) {
		more = *(*in)++;
		n += more;
	}
	return n;
}

/* One sequence at *in, *out; *last when it has no match. */
static enum status sequence(const struct codec_io *io, const uint8_t *base, const uint8_t **in,
			    uint8_t **out, int *last)
{
	const uint8_t *end = (const uint8_t *)io->in + io->in_len;
	const uint8_t *out_end = (uint8_t *)io->out + io->out_cap;
	unsigned token;
	size_t n, offset;

	if (*in == end)
		return ST_TRUNCATED;
	token = *(*in)++;
	n = length(in, end, token >> 4);
	if (n > (size_t)(end - *in))
		return ST_TRUNCATED;
	if (n > (size_t)(out_end - *out))
		return ST_OVERFLOW;
	memmove(*out, *in, n);
	*in += n;
	*out += n;
	*last = *in == end;
	if (*last)
		return ST_OK;
	if (end - *in < 2)
		return ST_TRUNCATED;
	offset = (*in)[0] | (size_t)(*in)[1] << 8;
	*in += 2;
	n = length(in, end, token & 15) + 4;
	if (*in == end)
		return ST_TRUNCATED;
	if (offset - 1 >= (size_t)(*out - base))
		return ST_CORRUPT;
	/* With the input below the output the difference wraps to a huge number. */
	if (n > (size_t)(out_end - *out) || n > (uintptr_t)*in - (uintptr_t)*out)
		return ST_OVERFLOW;
	for (; n; n--, (*out)++)
		**out = *(*out - offset);
	return ST_OK;
}

enum status lz4_sequences(struct codec_io *io, const uint8_t *base)
{
	const uint8_t *in = io->in;
	uint8_t *out = io->out;
	enum status st;
	int last = 0;

	do
		st = sequence(io, base, &in, &out, &last);
	while (!st && !last);
	io->in_used = (size_t)(in - (const uint8_t *)io->in);
	io->out_len = (size_t)(out - (uint8_t *)io->out);
	return st;
}
