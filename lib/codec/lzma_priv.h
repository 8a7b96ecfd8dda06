/* SPDX-License-Identifier: MIT */
/*
 * Between xz.c or xzboot.c, lzma2.c and the LZMA loop, which is C in lzma.c and assembly in
 * boot/arm/codec/lzma.S.
 */
#ifndef LZMA_PRIV_H
#define LZMA_PRIV_H

/*
 * So many bytes behind a chunk may be read when it is damaged: lzma_chunk() looks whether it is
 * past the chunk's end before each symbol only, and a symbol takes at most 1 + 1 + 2 + 8 + 6 + 4
 * adaptive bits (a match with the longest length and distance), each of which leaves 31/2048 of the
 * range or more: 22 x 6.05 bits, and 26 direct bits, together less than 160; the range, which is 24
 * to 32 bits wide before and after, gives 8 more. 168 bits or more would be the 21st byte.  In an
 * .xz file there is more behind any chunk: 1 byte that ends the block, an index of at least 8, a
 * footer of 12.
 */
#define LZMA_AHEAD 20

/*
 * Bytes of scratch memory.  The assembly keeps a probability in 32 bits: 16 x 768 for literals with
 * lc + lp = 4 and 9 KiB for all else, on a multiple of 1024.
 */
#define LZMA_SCRATCH (16 * 768 * 4 + 9216 + 1024)

/* Offsets in struct lzma, for lzma.S. */
#define LZMA_POS_MASK 16
#define LZMA_STATE    20
#define LZMA_LIT_MASK 24
#define LZMA_LIT_STEP 28
#define LZMA_LITERAL  32
#define LZMA_PROBS    40
#define LZMA_SLOT     44
#define LZMA_REP      48
#define LZMA_LC	      64

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

struct lzma {
	const uint8_t *in; /* the next byte to be read */
	uint8_t *out;	   /* the next byte to be written */
	uint8_t *out_end;  /* of the chunk, for lzma_chunk(); of all output, for lzma2_decode() */
	const uint8_t *in_end; /* the same of the input */
	uint32_t pos_mask;     /* here and below: the assembly's */
	uintptr_t state;       /* what came last; each of the two has its own idea of how to tell */
	uint32_t lit_mask, lit_step;
	uint8_t *literal;
	uint8_t *base; /* the dictionary begins here: no match reaches below */
	void *probs;   /* LZMA_SCRATCH bytes, at first; lzma_reset() may align it */
	uint8_t *slot;
	uint32_t rep[4];     /* the last four distances; the assembly's are 1 more */
	uint32_t lc, lp, pb; /* the properties, see lzma_reset() */
};

/* Forgets what was learned: called before the first chunk and when the properties, which are in
 * lc, lp and pb, have changed or the stream says so. */
void lzma_reset(struct lzma *s);

/*
 * Decodes the chunk in[0..in_end) to out[0..out_end), which must fit exactly, with LZMA_AHEAD bytes
 * to be read behind in_end.  In and out move up; false when the chunk is damaged.
 */
bool lzma_chunk(struct lzma *s);

/* lzma2.c: decodes chunks until the one that is the end, see there; needs in, in_end, out, out_end
 * and probs. */
MUST_CHECK enum status lzma2_decode(struct lzma *s);

/* The in-place margin of an .xz file, proven there. */
size_t lzma2_margin(size_t in_len, size_t out_len);

_Static_assert(sizeof(void *) != 4 || (offsetof(struct lzma, lit_mask) == LZMA_LIT_MASK &&
				       offsetof(struct lzma, rep) == LZMA_REP &&
				       offsetof(struct lzma, lc) == LZMA_LC),
	       "lzma.S loads them from there");

#endif /* __ASSEMBLER__ */
#endif /* LZMA_PRIV_H */
