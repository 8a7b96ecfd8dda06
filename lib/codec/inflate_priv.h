/* SPDX-License-Identifier: MIT */
/*
 * What inflate.c, the hot loop and gzip.c share: the state and the tables.  The loop is a function
 * of its own because it has a twin: inflate_block.c is what hosts and tests link, and the board
 * links boot/arm/codec/inflate.S in its place.
 */
#ifndef INFLATE_PRIV_H
#define INFLATE_PRIV_H

#define ROOT_BITS 10 /* index width of the tables */

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
 *   SPECIAL and POINTER  the first bits of a longer code; with 0 in the lowest byte, the end of the
 *                        block; with 64, no valid code
 * dist, by flags:
 *   none                 a distance that is at least 4 and surely not beyond the window
 *   SPECIAL              any other distance; base -1: no valid code
 *   SPECIAL and POINTER  the first bits of a longer code
 *
 * The first ROOT_BITS bits of a longer code are told apart by their base: 0, 1, ..., in the order
 * of the codes.  With it begins the search for the code, bit by bit, through count[] and longs[]
 * (inflate_long() in inflate_block.c).
 */
#define LIT_AT	  8
#define DIST_AT	  24
#define E_SPECIAL 0x80
#define E_POINTER 0x40
#define E_BAD	  64 /* lowest byte of a code that must not occur: a shift that leaves nothing */

/* Where inflate.S finds things in struct inflate, the first three in a row, and in its tables. */
#define INFLATE_IN     0
#define INFLATE_BIT    4
#define INFLATE_OUT    8
#define INFLATE_BASE   12
#define INFLATE_TABLES 16
#define INFLATE_DIST   320
#define INFLATE_LIT    5696
#define CODE_LONGS     0
#define CODE_TABLE     1280 /* behind count[] */

/* What inflate_block() returns: there is more; the end of the block was met; ST_CORRUPT. */
#define INFLATE_MORE	0
#define INFLATE_ENDED	1
#define INFLATE_CORRUPT 2

#ifndef __ASSEMBLER__

#include "codec.h"

#define MAX_BITS 15
#define LIT_SYMS 288
#define ALL_SYMS (LIT_SYMS + 32)
#define PRE_SYMS 19

/*
 * A Huffman code.  Every code is complete: what it lacks is filled up with entries for no valid
 * code.  sorted[] has an entry for each symbol, in the order of the codes; in those for a code of
 * more than ROOT_BITS bits, from *longs on, the code's length is not yet in what is to be dropped.
 */
struct code {
	const uint32_t *longs;
	uint32_t sorted[311]; /* LIT_SYMS would do: the table's place fits into an instruction */
	uint16_t count[MAX_BITS + 1]; /* codes of each length */
	uint32_t table[1 << ROOT_BITS];
};

/* All that changes from block to block; the codec's scratch memory. */
struct inflate_tables {
	uint8_t lens[ALL_SYMS];
	struct code dist;
	struct code lit; /* and, before it, the code length code */
};

struct inflate {
	const uint8_t *in; /* the next byte, of which */
	uint32_t bit;	   /* so many bits, 0..7, are used */
	uint8_t *out;
	uint8_t *base; /* no distance goes below */
	struct inflate_tables *t;
	const uint8_t *in_end;
	uint8_t *out_end;
	enum status status; /* the first thing that went wrong; stays */
};

/* Remembers what went wrong first. */
static inline void inflate_fail(struct inflate *s, enum status st)
{
	if (!s->status)
		s->status = st;
}

/* Sets *s up for what io has. */
void inflate_start(struct inflate *s, const struct codec_io *io);

/* DEFLATE data: blocks, up to the end of the last one, and up to the next byte. */
void inflate_data(struct inflate *s);

/* Puts into *io how far *s came, and returns its status. */
MUST_CHECK enum status inflate_finish(const struct inflate *s, struct codec_io *io);

/* For both: of the stored bytes, what is right for all of them; inflate.c has the proof. */
size_t inflate_margin(size_t in_len, size_t out_len);

/*
 * Decodes rounds > 0 rounds of a Huffman block, the codes of which are in s->t, or somewhat less,
 * and stops before that at the end of the block or when something is wrong.  A round is up to two
 * literals, or a literal at most and a match.  A match of more than 8 bytes counts as one round
 * more for each 16 bytes.
 *
 * There are 8 bytes of input and 16 bytes of room for output a round, and INFLATE_SPARE rounds
 * more.
 */
#define INFLATE_SPARE 18
MUST_CHECK unsigned inflate_block(struct inflate *s, size_t rounds);

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

static inline int entry_is_pointer(uint32_t e, unsigned at)
{
	return e >> at & E_POINTER && e & 15;
}

/* The base of a distance; what must not occur is beyond all that can be. */
static inline uint32_t entry_distance(uint32_t e)
{
	return 0u - (uint32_t)(int16_t)(e >> 8);
}

#endif /* __ASSEMBLER__ */

#endif /* INFLATE_PRIV_H */
