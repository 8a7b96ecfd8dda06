// SPDX-License-Identifier: MIT
/* The codec "none": the stored bytes are the output. */
#include "codec.h"
#include "image.h"
#include "mem.h"

/* 0: with the end of in[] at or above the end of out[], in[] lies at or above out[], and memmove
 * then copies upwards, which reads each byte before anything at or above it is written. */
static size_t store_margin(size_t in_len, size_t out_len)
{
	(void)in_len;
	(void)out_len;
	return 0;
}

static enum status store_decode(struct codec_io *io)
{
	io->in_used = 0;
	io->out_len = 0;
	if (io->in_len > io->out_cap)
		return ST_OVERFLOW;
	memmove(io->out, io->in, io->in_len);
	io->in_used = io->in_len;
	io->out_len = io->in_len;
	return ST_OK;
}

const struct codec codec_store = {
	.name = "none",
	.id = ZSHIM_CODEC_NONE,
	.scratch_size = 0,
	.margin = store_margin,
	.decode = store_decode,
};
