/* SPDX-License-Identifier: MIT */
/* The encoders, and the board's decoder of each for checking them. */
#ifndef ENCODE_H
#define ENCODE_H

#include "codec.h"
#include "image.h"
#include "util.h"

/* The board's own decoder; NULL when there is none. */
const struct codec *decoder_find(uint32_t id);

/* A new buffer with the encoded bytes; the same for the same input, today and on any host. */
struct bytes encode(enum zshim_codec codec, const uint8_t *in, size_t size);

#endif /* ENCODE_H */
