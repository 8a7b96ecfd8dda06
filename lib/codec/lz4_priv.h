/* SPDX-License-Identifier: MIT */
/* What the codecs "lz4" share: lz4_sequences.c, or in its place boot/arm/codec/lz4.S. */
#ifndef LZ4_PRIV_H
#define LZ4_PRIV_H

#include "codec.h"

/*
 * Decodes the sequences of one block, which fills in[0..in_len) of *io, to out[0..out_cap); no
 * match begins below base.  Needs no scratch memory.  ST_TRUNCATED: the block ends within a
 * sequence.
 *
 * When the input lies above the output, in the same memory, the unread part is out of bounds, too:
 * a too small margin ends in ST_OVERFLOW, never in garbage.
 */
MUST_CHECK enum status lz4_sequences(struct codec_io *io, const uint8_t *base);

#endif /* LZ4_PRIV_H */
