/* SPDX-License-Identifier: MIT */
/* The encoders, and the board's decoder of each for checking them. */
#ifndef ENCODE_H
#define ENCODE_H

#include "codec.h"
#include "kernel.h"
#include "options.h"
#include "util.h"

/* The board's own decoder; NULL when there is none. */
const struct codec *decoder_find(uint32_t id);

/* The stored bytes of a kernel, and what was done to get them. */
struct encoding {
	struct bytes bytes; /* a new buffer */
	enum zshim_filter filter;
};

/* The same for the same kernel, today and on any host. */
struct encoding encode(const struct kernel *k, enum zshim_codec codec, enum filter_option option);

#endif /* ENCODE_H */
