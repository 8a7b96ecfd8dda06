/* SPDX-License-Identifier: MIT */
/*
 * What inflate.c and the hot loop share: the state and the tables.  The loop is a function of its
 * own because it has a twin: inflate_block.c is what hosts and tests link, and the board links
 * boot/arm/codec/inflate.S in its place.
 */
#ifndef INFLATE_PRIV_H
#define INFLATE_PRIV_H

#define LIT_BITS  10 /* index width of the first-level tables */
#define DIST_BITS 8

/*
 * Entries of a first level and all its second levels, at worst, for a complete code of at most
 * 15 bits: what zlib's examples/enough.c finds for "286 10 15" and "30 8 15".  The
 * fixed codes have two symbols more, but no second level.
 */
#define LIT_ENOUGH  1332
#define DIST_ENOUGH 400

/*
 * A table entry.  One of its bytes, lowest bit at LIT_AT or DIST_AT, says what to drop from the
 * input: the code and the extra bits behind it, 0..28 bits, and two flags, which only entries have
 * that need care.  The base lies in the other bytes, but not in the lowest:
 *
 *         31..24     23..16      15..8       7..0
 *   lit   [ base, signed    ]    drop        literal, or shift
 *   dist  drop       [ minus base, signed ]  shift
 *
 * shift is 32 - the number of extra bits.  So the window, rotated right by all that is dropped from
 * it until then, and shifted right by shift, is the number in the extra bits.
 *
 * lit, by base and flags:
 *   base < 0             a literal
 *   no flag              a length without extra bits
 *   SPECIAL              a length with extra bits
 *   SPECIAL and POINTER  to a second level: its first index is the base, its index width the
 *                        lowest byte; with 0 there, the end of the block; with 64, no valid code
 * dist, by flags:
 *   none                 a distance that is at least 4 and surely not beyond the window
 *   SPECIAL              any other distance; base -1: no valid code
 *   SPECIAL and POINTER  to a second level, as above
 */
#define LIT_AT	  8
#define DIST_AT	  24
#define E_SPECIAL 0x80
#define E_POINTER 0x40
#define E_BAD	  64 /* lowest byte of a code that must not occur: a shift that leaves nothing */

/* Where inflate.S finds things in struct inflate and struct inflate_tables; the first four in a
 * row. */
#define INFLATE_IN	    0
#define INFLATE_NBITS	    4
#define INFLATE_OUT	    8
#define INFLATE_BITS	    12
#define INFLATE_MEMBER	    16
#define INFLATE_STATUS	    20
#define INFLATE_BLOCK_ENDED 24
#define INFLATE_TABLES	    28
#define INFLATE_TABLES_DIST 960
#define INFLATE_TABLES_LIT  (INFLATE_TABLES_DIST + 4 * DIST_ENOUGH)
#define INFLATE_CORRUPT	    2 /* ST_CORRUPT */

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define MAX_BITS 15
#define LIT_SYMS 288
#define ALL_SYMS (LIT_SYMS + 32)

/* All that changes from block to block; the codec's scratch memory. */
struct inflate_tables {
	uint16_t count[MAX_BITS + 1];
	uint16_t next[MAX_BITS + 1];
	uint8_t lens[ALL_SYMS];
	uint16_t sorted[LIT_SYMS];
	uint32_t dist[DIST_ENOUGH];
	uint32_t lit[LIT_ENOUGH];
};

struct inflate {
	const uint8_t *in; /* the next byte to be read */
	uint32_t nbits;	   /* bits that are read but not used, the highest before in[0] */
	uint8_t *out;
	uint32_t bits;	      /* these bits; those above are 0 */
	uint8_t *member;      /* where this member's output begins: no distance goes below */
	uint32_t status;      /* enum status: the first thing that went wrong; stays */
	uint32_t block_ended; /* 1: the end of the block was met */
	struct inflate_tables *t;
	const uint8_t *in_end;
	uint8_t *out_end;
};

/*
 * Decodes up to rounds > 0 rounds of a Huffman block, the tables of which are in s->t, and stops
 * before that at the end of the block or when something is wrong.  A round is one literal that
 * needs the second level, or up to two literals, or a literal at most and a match.
 *
 * The caller has less than 8 bits in s->bits, and so has it afterwards.  There are 16 bytes of
 * input and 512 bytes of room for output a round.
 */
void inflate_block(struct inflate *s, size_t rounds);

/* The number of bits to drop, and how many of them are extra bits. */
static inline unsigned entry_drop(uint32_t e, unsigned at)
{
	return e >> at & 31;
}

static inline unsigned entry_extra(uint32_t e)
{
	return (0u - e) & 31;
}

static inline int entry_is_literal(uint32_t e)
{
	return (int32_t)e < 0;
}

/* Pointers have a width of 1..7 in their lowest byte. */
static inline int entry_is_pointer(uint32_t e, unsigned at)
{
	return e >> at & E_POINTER && e & 15;
}

/* Where the second level begins. */
static inline unsigned entry_target(uint32_t e, unsigned at)
{
	return e >> (at == LIT_AT ? 16 : 8) & 0xffff;
}

/* The base of a distance; what must not occur is beyond all that can be. */
static inline uint32_t entry_distance(uint32_t e)
{
	return 0u - (uint32_t)(int16_t)(e >> 8);
}

#endif /* __ASSEMBLER__ */

#endif /* INFLATE_PRIV_H */
