/* SPDX-License-Identifier: MIT */
/* What the three files of lib/fdt/ share: big-endian words, tokens, the way past a token. */
#ifndef ZSHIM_FDT_PRIV_H
#define ZSHIM_FDT_PRIV_H

#include "fdt/fdt.h"

/* Header words (spec 5.2), as indices: the header is ten of them from version 17 on. */
enum {
	HEADER_MAGIC,
	HEADER_TOTALSIZE,
	HEADER_OFF_STRUCT,
	HEADER_OFF_STRINGS,
	HEADER_OFF_RSVMAP,
	HEADER_VERSION,
	HEADER_LAST_COMP,
	HEADER_BOOT_CPU,
	HEADER_SIZE_STRINGS,
	HEADER_SIZE_STRUCT,
	HEADER_WORDS
};

/* Tokens of the structure block (spec 5.4.1). */
enum {
	TOKEN_BEGIN_NODE = 1, /* the name, NUL, padding to 4 bytes */
	TOKEN_END_NODE = 2,
	TOKEN_PROP = 3, /* length, name offset, value, padding to 4 bytes */
	TOKEN_NOP = 4,
	TOKEN_END = 9
};

#define PROP_HEADER   12u /* token, length, name offset */
#define RESERVE_ENTRY 16u /* two 64-bit numbers (spec 5.3) */

/* A word of the blob, which others also see as bytes. */
typedef uint32_t __attribute__((may_alias)) fdt_raw;

/* Big-endian words: one aligned load or store and a REV.  Inline even where GCC sees no gain in it:
 * the call would be longer. */
static inline __attribute__((always_inline)) uint32_t fdt_swap(uint32_t word)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(word) : word;
}

static inline __attribute__((always_inline)) uint32_t fdt_word(const void *p)
{
	return fdt_swap(*(const fdt_raw *)p);
}

/* Rounded up to a multiple of 4, which everything in the structure block is. */
static inline uint32_t fdt_pad(uint32_t len)
{
	return (len + 3) & ~3u;
}

/* True when one of the word's bytes is 0: a borrow that reaches bit 7 of a byte starts at a 0. */
static inline bool fdt_has_nul(uint32_t word)
{
	return ((word - 0x01010101u) & ~word & 0x80808080u) != 0;
}

static inline const uint8_t *fdt_node(const struct fdt *f, uint32_t node)
{
	return f->blob + f->block[FDT_STRUCTURE].at + node;
}

/* The token after the one at p, whose token word the caller has in hand.  Only for a tree that
 * fdt_open has passed, or as far as it has. */
const uint8_t *fdt_skip(const uint8_t *p, uint32_t token);

/* The node's property whose name is the len bytes at name, or else the token that ends the node's
 * properties: the first one that is neither a property nor FDT_NOP. */
const uint8_t *fdt_find(const struct fdt *f, uint32_t node, const char *name, size_t len);

/* The number in cells words; of more than two the last two count. */
uint64_t fdt_cells(const uint8_t *p, unsigned cells);

#endif /* ZSHIM_FDT_PRIV_H */
