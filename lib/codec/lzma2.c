// SPDX-License-Identifier: MIT
/*
 * LZMA2: chunks, each a control byte, sizes and the data.
 *   00       the end
 *   01, 02   16 bits, size - 1, and as many bytes that are not compressed; 01 forgets all before
 *   80..ff   the low 5 bits and 16 more are the inflated size - 1, then 16 bits, the stored size -
 * 1, and LZMA.  Bits 6 and 5: 0 goes on as it was, 1 resets the state, 2 reads a byte with new
 * properties, (pb * 5 + lp) * 9 + lc, as well, and 3 also forgets all before All numbers are
 * big-endian.  Who forgets, or begins, must set the properties before LZMA comes.
 */
#include "lzma_priv.h"
#include "mem.h"

#define END	     0x00
#define STORED	     0x01 /* and forgets */
#define STORED_ON    0x02
#define LZMA	     0x80
#define LZMA_RESET   0xa0
#define LZMA_PROPS   0xc0
#define LZMA_FORGETS 0xe0
#define HEADER	     6 /* bytes, at most */

static size_t big_endian16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

static bool properties(struct lzma *s, unsigned byte)
{
	/* Without divisions, for which the board has no instruction. */
	for (s->pb = 0; byte >= 45; byte -= 45)
		s->pb++;
	for (s->lp = 0; byte >= 9; byte -= 9)
		s->lp++;
	s->lc = byte;
	return s->pb <= 4 && s->lc + s->lp <= 4;
}

/* A chunk as it is: copied upwards, so that what it is written over has been read. */
static enum status copy(struct lzma *s)
{
	size_t n = big_endian16(s->in + 1) + 1;
	const uint8_t *data = s->in + 3;

	if (n > (size_t)(s->in_end - data))
		return ST_TRUNCATED;
	if (n > (size_t)(s->out_end - s->out))
		return ST_OVERFLOW;
	memmove(s->out, data, n);
	s->out += n;
	s->in = data + n;
	return ST_OK;
}

/*
 * A chunk of LZMA.  Its output must not reach its input: when the input lies above the output in
 * the same memory, a too small margin ends in ST_OVERFLOW, never in garbage.  For an input below
 * the output the gap wraps to a huge number.
 */
static enum status expand(struct lzma *s, unsigned control)
{
	const uint8_t *start = s->in, *in_end = s->in_end;
	uint8_t *out_end = s->out_end;
	size_t n = ((control & 0x1fu) << 16 | big_endian16(start + 1)) + 1;
	size_t size = big_endian16(start + 3) + 1;
	bool sound;

	s->in += control < LZMA_PROPS ? 5 : 6;
	if (control >= LZMA_PROPS && !properties(s, start[5]))
		return ST_CORRUPT;
	if (size < 5)
		return ST_CORRUPT;
	if (size + LZMA_AHEAD > (size_t)(in_end - s->in))
		return ST_TRUNCATED;
	if (n > (size_t)(out_end - s->out) || n > (uintptr_t)start - (uintptr_t)s->out)
		return ST_OVERFLOW;
	if (control >= LZMA_FORGETS)
		s->base = s->out;
	if (control >= LZMA_RESET)
		lzma_reset(s);
	s->in_end = s->in + size;
	s->out_end = s->out + n;
	sound = lzma_chunk(s);
	s->in_end = in_end;
	s->out_end = out_end;
	if (sound)
		return ST_OK;
	s->in = start;
	return ST_CORRUPT;
}

enum status lzma2_decode(struct lzma *s)
{
	unsigned least = LZMA_FORGETS; /* the least control byte that LZMA may have now */
	enum status st = ST_OK;

	while (!st) {
		unsigned control;

		/* One test for all headers, as even the end has so much behind it. */
		if (s->in_end - s->in <= LZMA_AHEAD)
			return ST_TRUNCATED;
		control = *s->in;
		if (control == END) {
			s->in++;
			break;
		}
		if (control >= least) {
			least = LZMA;
			st = expand(s, control);
		} else if (control == STORED || (control == STORED_ON && least != LZMA_FORGETS)) {
			if (control == STORED) {
				s->base = s->out;
				least = LZMA_PROPS;
			}
			st = copy(s);
		} else {
			st = ST_CORRUPT;
		}
	}
	return st;
}

/*
 * Let r bytes of input be unread, from the header of a chunk on, and q bytes of output missing.
 * With the ends of both buffers margin apart, the next output byte is margin + q - r below that
 * header.  A stored chunk only needs that this is not negative, expand() that the chunk's output
 * ends below it.  So all is well while r - q', what is left to read with this chunk less what is
 * left to write behind it, stays at or below margin.
 *
 * - the chunk: at most 6 + 65536 bytes;
 * - each chunk behind it: 3 bytes more than it makes if it is stored, and otherwise at most 5, or
 * an encoder would have stored it.  Encoders fill a chunk with 65536 bytes that are stored or as
 * many of LZMA, which makes more, but for the last of a block: at most q' / 13107;
 * - the end: 1 byte that ends the block, 3 of padding, 64 of check, an index of 16 and a footer.
 * Who writes more blocks may need 100 bytes more for each, and more than 40 of them may be too
 * many: expand() turns that into ST_OVERFLOW, which the packer sees when it decodes in place with
 * this margin.  No stream has r - q' above in_len: that margin keeps the buffers apart.
 */
size_t lzma2_margin(size_t in_len, size_t out_len)
{
	size_t slack = 65536 + 4096 + (out_len >> 13);

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}
