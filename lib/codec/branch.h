/* SPDX-License-Identifier: MIT */
/*
 * The branch filters.  A call is stored with the distance to its target; the same function called
 * from two places gives two numbers.  With the target's address in place of the distance it gives
 * one, and a codec finds a match.  The packer puts addresses in before it encodes; these functions
 * undo it, in place and in one pass.  They are the filters "ARM" and "ARM-Thumb" of the .xz format
 * (The .xz File Format 1.1.0, 5.3.2): `xz --arm` and `xz --armthumb` are their oracles.
 */
#ifndef BRANCH_H
#define BRANCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * data: size bytes, at any alignment, that lay at address start (a multiple of 4 or 2) when they
 * were filtered.  What does not fill a last instruction is left alone.
 *
 * ARM: the words 0xEBxxxxxx, BL of condition "always": a signed number of words, counted from the
 * instruction's address + 8 (DDI 0406C, A8.8.25, encoding A1), modulo 2^24.
 */
void branch_arm_undo(uint8_t *data, size_t size, uint32_t start);

/* Thumb: the pairs 0xF000-0xF7FF, 0xF800-0xFFFF, BL as ARMv4T had it: 22 bits, upper half first, in
 * halfwords from the instruction's address + 4. */
void branch_thumb_undo(uint8_t *data, size_t size, uint32_t start);

#endif /* BRANCH_H */
