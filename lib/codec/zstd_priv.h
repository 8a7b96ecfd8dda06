/* SPDX-License-Identifier: MIT */
/*
 * What the files of the codec "zstd" share: zstd.c (frames, blocks, sequences with all care),
 * zstd_table.c (tables), and the hot loops, which are C in zstd_block.c and assembly in
 * boot/arm/codec/zstd.S.
 */
#ifndef ZSTD_PRIV_H
#define ZSTD_PRIV_H

/*
 * Bits are read from the end of their section: the first one is below the highest 1 of the last
 * byte.  The loops keep a word of them in which the next bits are the highest, see REFILL in
 * zstd.S.  At least 25 of them are there after a refill.
 *
 * Entries of the tables of literal lengths (LL), match lengths (ML) and offsets (OF).  n is the
 * number of bits that the next state takes; they are added to next, and the sum is an index from
 * the beginning of struct zstd_tables on, in units of one entry, which are two words in OF:
 *
 *              31       30..22   21..16    15..8   7..0
 *   LL         SPECIAL  next     code      n       32 - n
 *              31       30..21   20..16    15..8   7..0
 *   ML         SPECIAL  next     code      n       32 - n
 *   OF state            next (31..16)      n       32 - n
 *   OF code    SPECIAL                     bits    31 - bits
 *
 * SPECIAL in LL: a code from 16 on, which has extra bits, or n of 9: then the three next states may
 * take more bits than one refill gives.
 * SPECIAL in ML: a code from 32 on, of which the field has the lower 5 bits; it has extra bits.
 * SPECIAL in OF: codes 0 and 1, which mean repeated offsets; 2, which has offsets below 4; those
 * that can reach farther back than the frame did when the table was made; and those with more bits
 * than one refill gives.
 */
#define ZSTD_SPECIAL   0x80000000
#define ZSTD_LL_NEXT   22
#define ZSTD_ML_NEXT   21
#define ZSTD_OF_NEXT   16
#define ZSTD_LL_CODE   0x3f
#define ZSTD_ML_CODE   0x1f
#define ZSTD_CODE_AT   16
#define ZSTD_LL_EXTRA  16 /* the first code with extra bits */
#define ZSTD_ML_EXTRA  32
#define ZSTD_ML_MIN    3
#define ZSTD_LL_SIZE   512 /* entries of the tables */
#define ZSTD_ML_SIZE   512
#define ZSTD_OF_SIZE   256
#define ZSTD_OF_FIRST  ((ZSTD_LL_SIZE + ZSTD_ML_SIZE) / 2) /* index of OF's first entry */
#define ZSTD_OF_BITS   25				   /* that one refill has for sure */
#define ZSTD_OF_BIAS   3 /* an offset's value is so much above the offset */
#define ZSTD_HUF_BITS  11
#define ZSTD_EXTRA_ML  20 /* first ML entry in extra[] */
#define ZSTD_EXTRAS    41
#define ZSTD_EXTRA_LOG 5 /* bits below the base in extra[] */

/*
 * A round of zstd_sequences() is counted as if it took 16 bytes of bits and 16 of literals and made
 * 64 bytes of output.  The bits: 25 of the offset, at most 16 + 16 + 26 more, and 7 that were used
 * up before are less than 96.  Without extra bits there are at most 15 literals, of which 16 bytes
 * are read, and 34 bytes of match; the copies write less than 8 bytes behind their ends.  A
 * sequence with extra bits counts as more rounds.  The room for output ends at the literals, too,
 * when they lie above it.
 */
#define ZSTD_ROUND_BITS_LOG 4
#define ZSTD_ROUND_LITS_LOG 4
#define ZSTD_ROUND_OUT_LOG  6

/* Where zstd.S finds things in struct zstd and struct zstd_tables. */
#define ZSTD_BITS	  0
#define ZSTD_LEFT	  4
#define ZSTD_OUT	  8
#define ZSTD_LIT	  12
#define ZSTD_LL		  16
#define ZSTD_ML		  20
#define ZSTD_OF		  24
#define ZSTD_OF_CODE	  28
#define ZSTD_REP	  32
#define ZSTD_TABLES	  44
#define ZSTD_LIT_END	  48
#define ZSTD_OUT_END	  52
#define ZSTD_BASE	  56
#define ZSTD_COUNT	  60
#define ZSTD_HUF	  64
#define ZSTD_TABLES_OF	  (4 * (ZSTD_LL_SIZE + ZSTD_ML_SIZE))
#define ZSTD_TABLES_HUF	  (ZSTD_TABLES_OF + 8 * ZSTD_OF_SIZE)
#define ZSTD_TABLES_EXTRA (ZSTD_TABLES_HUF + (4 << ZSTD_HUF_BITS))
#define ZSTD_WORK_NORM	  24
#define ZSTD_WORK_ENTRY	  (ZSTD_WORK_NORM + 2 * 64)
#define ZSTD_WORK_SHARE	  (ZSTD_WORK_ENTRY + 4 * 64)
#define ZSTD_WORK_SPREAD  (ZSTD_WORK_SHARE + 4 * 64)

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define BLOCK_MAX 0x20000u /* bytes of a block and of its literals */

struct zstd_offset {
	uint32_t state;
	uint32_t code;
};

/* While a table is made. */
struct zstd_work {
	uint32_t size;	     /* states of the table */
	uint32_t high;	     /* those from here on are spread already */
	uint32_t symbols;    /* that may occur */
	uint32_t words;	     /* from one entry to the next */
	uint32_t next_at;    /* number of the lowest bit of next in an entry */
	uint32_t step;	     /* from one state to the next when they are spread */
	int16_t norm[64];    /* how many of the states a symbol has; -1: less than 1 */
	uint32_t entry[64];  /* what the entries of a symbol have in common */
	uint32_t share[64];  /* its base, without the bits to be read */
	uint8_t spread[512]; /* the symbol of each state; bytes in the order of their codes */
	uint32_t code[64];   /* the second words of OF */
	uint8_t weights[256];
};

/* The codec's scratch memory. */
struct zstd_tables {
	uint32_t len[ZSTD_LL_SIZE + ZSTD_ML_SIZE]; /* LL, ML */
	struct zstd_offset of[ZSTD_OF_SIZE];
	uint32_t huf[1 << ZSTD_HUF_BITS]; /* index: the code, first bit lowest; bits << 8 | byte */
	uint32_t extra[ZSTD_EXTRAS];	  /* of LL 16.., then ML 32..: base << 5 | bits */
	struct zstd_work work;
};

enum { LL, OF, ML, KINDS }; /* in the order of the file */

struct zstd {
	const uint8_t *bits; /* the lowest byte of the bits, which are read downwards */
	int32_t left;	     /* bits that are left; negative: more were taken than there are */
	uint8_t *out;
	const uint8_t *lit; /* the next literal */
	uint32_t ll, ml;    /* the entries of the current states */
	struct zstd_offset of;
	uint32_t rep[3]; /* the last offsets plus ZSTD_OF_BIAS */
	struct zstd_tables *t;
	const uint8_t *lit_end;
	uint8_t *out_end;  /* of the room for output in this block; in place, where its input begins
			    */
	uint8_t *base;	   /* where this frame's output begins */
	uint32_t count;	   /* sequences that are left */
	uint32_t huf_bits; /* of the index into t->huf; 0: there is no table yet */
	const uint8_t *in;
	const uint8_t *end;    /* of the input or, in a block, of the block */
	enum status missing;   /* what it means to meet it too early */
	uint8_t *out_cap;      /* the end of the room for output */
	const uint8_t *in_end; /* of the input */
	enum status status;    /* the first thing that went wrong; stays */
	uint8_t log[KINDS];    /* of the tables' sizes */
	uint8_t made[KINDS];   /* whether there is a table that can be repeated */
};

/* --- zstd_block.c and zstd.S --------------------------------------------------------------------
 */

/*
 * Decodes and does sequences, but not the last one, while they are far from the ends of bits,
 * literals and output, and stops before what is rare or wrong.  True: the offset of the next
 * sequence is decoded, and is rep[0].
 */
bool zstd_sequences(struct zstd *s);

/*
 * Decodes 2 * pairs > 0 bytes to s->out with t->huf.  There are 3 bytes more of bits for each pair
 * and one word.
 */
void zstd_huffman(struct zstd *s, size_t pairs);

/*
 * Makes the entries of a table from all that is in k but code and weights; the first one is at to.
 * The symbols are spread over the states; a symbol's states in order share out the interval of next
 * states, in parts that are powers of 2.
 */
void zstd_states(struct zstd_work *k, uint32_t *to);

/* Copies exactly n bytes upwards, as words: a match with an offset of 4 or more. */
void zstd_copy(uint8_t *to, const uint8_t *from, size_t n);

/* --- zstd_table.c -------------------------------------------------------------------------------
 */
/* The extra bits of lengths, once for all. */
void zstd_prepare(struct zstd_tables *t);

/* Makes the table of a kind, as mode says: 0 predefined, 1 one symbol, 2 FSE, 3 the last one. */
void zstd_fse_table(struct zstd *s, unsigned kind, unsigned mode);

/* Reads the description of a Huffman code from s->in and makes t->huf. */
void zstd_huffman_table(struct zstd *s);

/* Bit 31 becomes bit 0, and so on. */
uint32_t zstd_reverse(uint32_t v);

/* --- zstd.c -------------------------------------------------------------------------------------
 */
void zstd_fail(struct zstd *s, enum status status);

/* Begins the bits in [begin, end). */
void zstd_bits(struct zstd *s, const uint8_t *begin, const uint8_t *end);

/* The next n bits, 0..25 of them; those behind the end are 0.  To take them is to drop them. */
uint32_t zstd_peek(const struct zstd *s, unsigned n);
uint32_t zstd_take(struct zstd *s, unsigned n);

/* The next byte of the input; 0 and a status when there is none. */
unsigned zstd_byte(struct zstd *s);

#endif /* __ASSEMBLER__ */
#endif /* ZSTD_PRIV_H */
