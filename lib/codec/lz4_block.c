// SPDX-License-Identifier: MIT
/*
 * The codec "lz4" of an image: one LZ4 block and nothing else.  It needs no header: where it ends
 * and how much it makes is in the image's descriptor.  Its end is the end of in[], so that bytes
 * behind it cannot be told from its own.  lz4_sequences.c has the format; lz4.c reads the files of
 * the lz4 tool.
 */
#include "image.h"
#include "lz4_priv.h"

static enum status lz4_block_decode(struct codec_io *io)
{
	return lz4_sequences(io, io->out);
}

/*
 * Let r bytes of input be unread and q bytes of output missing.  With the ends of both buffers
 * margin apart, the next output byte is margin + q - r below the next input byte: all is well
 * while r - q, what the rest of the block shrinks when it is packed away, stays below margin.
 *
 * - A sequence of n literals and a match takes 1 + n + 2 bytes and the length bytes, for n + 4
 * bytes or more.  The match's length bytes are 1 + (its length - 19) / 255, less than it makes
 * beyond 4. Those of the literals are 1 + (n - 15) / 255, from 15 literals on.  Together: at most n
 * / 255 more than it makes.
 * - The last sequence has no match: 1 + n and the length bytes, at most 2 + n / 255 more.
 * - Between two sequences nothing is read ahead; within one the token, and what else was read, is
 *   no longer in r.
 *
 * So r - q is at most 2 + q / 255, whatever the encoder; 1 / 255 < 1 / 256 + 1 / 32768, and 2 more
 * for what the shifts cut off.  No block has r - q above in_len: that margin keeps the buffers
 * apart.
 */
static size_t lz4_block_margin(size_t in_len, size_t out_len)
{
	size_t slack = (out_len >> 8) + (out_len >> 15) + 4;

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}

const struct codec codec_lz4_block = {
	.name = "lz4",
	.id = ZSHIM_CODEC_LZ4,
	.scratch_size = 0,
	.margin = lz4_block_margin,
	.decode = lz4_block_decode,
};
