/* SPDX-License-Identifier: MIT */
/* From a kernel to its stored bytes: filter, codec, setting; and the board's decoders for checks.
 */
#ifndef ENCODE_H
#define ENCODE_H

#include "codec.h"
#include "encoder.h"
#include "kernel.h"
#include "options.h"
#include "util.h"

/* Without --best no codec is encoded with more often than this. */
#define ENCODES_USUAL 4

/* The board's own decoder; NULL when there is none. */
const struct codec *decoder_find(uint32_t id);

/* The stored bytes of a kernel, and what was done to get them. */
struct encoding {
	struct bytes bytes; /* a new buffer */
	enum zshim_codec codec;
	enum zshim_filter filter;
	char setting[SETTING_TEXT]; /* of the encoder, for people */
	unsigned tried;		    /* how many encodes this is the smallest of */
};

/*
 * The smallest that the settings give: those tried always or, for best, all.  The same for the same
 * kernel, today and on any host.
 */
struct encoding encode(const struct kernel *k, enum zshim_codec codec, enum filter_option option,
		       bool best);

#endif /* ENCODE_H */
