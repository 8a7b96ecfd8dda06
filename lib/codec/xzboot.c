// SPDX-License-Identifier: MIT
/*
 * The codec "xz" as the board has it: for .xz files of one block without a filter, as our packer
 * writes them.  All others are for xz.c, and so are all checks: they would be 1,400 bytes more in
 * the stub and find nothing, as XXH32 has covered the stored bytes before they come here.
 */
#include "codec.h"
#include "image.h"
#include "lzma_priv.h"

/* In the header of a stream, and of the block behind it: see xz.c. */
#define STREAM_HEADER 12
#define BLOCK_LENGTH  12 /* of its header, / 4 - 1 */
#define BLOCK_FLAGS   13
#define BLOCK_FILTERS 3 /* - 1 */

/* What is behind the block's data counts as read. */
static enum status decode(struct codec_io *io)
{
	const uint8_t *in = io->in;
	struct lzma s; /* the rest is lzma2.c's to set */
	enum status st = ST_TRUNCATED;

	s.in = in;
	s.out = io->out;
	s.in_end = in + io->in_len;
	s.out_end = s.out + io->out_cap;
	s.probs = io->scratch;
	if (io->in_len > BLOCK_FLAGS) {
		size_t headers = STREAM_HEADER + 4 + 4 * (size_t)in[BLOCK_LENGTH];

		if (in[BLOCK_FLAGS] & BLOCK_FILTERS) {
			st = ST_UNSUPPORTED;
		} else if (io->in_len >= headers) {
			s.in += headers;
			st = lzma2_decode(&s);
		}
	}
	io->in_used = st ? (size_t)(s.in - in) : io->in_len;
	io->out_len = (size_t)(s.out - (uint8_t *)io->out);
	return st;
}

const struct codec codec_xzboot = {
	.name = "xz",
	.id = ZSHIM_CODEC_XZ,
	.scratch_size = LZMA_SCRATCH,
	.margin = lzma2_margin,
	.decode = decode,
};
