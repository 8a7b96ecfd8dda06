/* SPDX-License-Identifier: MIT */
/* Between lz4.c and its hot loop, which is C in lz4_block.c and assembly in boot/arm/codec/lz4.S.
 */
#ifndef LZ4_PRIV_H
#define LZ4_PRIV_H

/*
 * The hot loop runs while ROUNDS more rounds than are left would fit: rounds are counted as if each
 * took 32 bytes of input and made 64 of output.  That is more than a sequence without length bytes
 * can (1 + 14 + 2 and 14 + 18); one length byte below 255 counts as more rounds:
 *   LITERAL_ROUNDS  1 + 1 + 269 + 2 bytes of input, 269 of output
 *   MATCH_ROUNDS    1 + 14 + 2 + 1 bytes of input, 273 of output
 * The count is looked at between sequences only.  So a sequence may begin with room for ROUNDS:
 * it takes at most 274 of 320 bytes of input and makes at most 542 of 640 bytes of output, and
 * leaves more than the 15 bytes that the copies read and write beyond their ends.
 */
#define LZ4_ROUNDS	   10
#define LZ4_LITERAL_ROUNDS 9
#define LZ4_MATCH_ROUNDS   5
#define LZ4_ROUND_IN_LOG   5
#define LZ4_ROUND_OUT_LOG  6

#define LZ4_TABLE 2048 /* bytes at lz4.table */

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* lz4.S loads the first six with one LDM. */
struct lz4 {
	const uint8_t *in; /* the next byte to be read */
	uint8_t *out;
	uint8_t *base;	/* no match begins below */
	uint8_t *table; /* scratch memory: where the assembly jumps to for a token */
	const uint8_t *block_end;
	uint8_t *out_end;
	const uint8_t *in_end;
	enum status status; /* the first thing that went wrong */
};

_Static_assert(offsetof(struct lz4, out_end) == 5 * sizeof(void *), "lz4.S loads six words");

/* Once for all lz4_block() with the same table. */
void lz4_prepare(void *table);

/*
 * Copies exactly n bytes upwards, words at a time: right when to is not above from, and when it is
 * above by 4 or more, for the match that such an overlap means.
 */
void lz4_copy(uint8_t *to, const uint8_t *from, size_t n);

/*
 * Decodes sequences, far from the ends of the block, the output, and, when the input lies above
 * the output in the same memory, the unread input.  It stops before what is rare or wrong, and
 * returns what it has not done: -1 for whole sequences, or the token of a sequence whose literals
 * are done, with in at its offset.
 */
int lz4_block(struct lz4 *s);

#endif /* __ASSEMBLER__ */
#endif /* LZ4_PRIV_H */
