// SPDX-License-Identifier: MIT
/* Encodings: DDI 0406C, chapters A5 (ARM), A6 (Thumb) and A8. */
#include "decode.h"

static uint32_t half(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8);
}

unsigned insn_size(const uint8_t *bytes, bool thumb)
{
	return !thumb || half(bytes) >> 11 >= 0x1d ? 4 : 2; /* A6.1 */
}

uint32_t insn_word(const uint8_t *bytes, bool thumb)
{
	if (!thumb)
		return half(bytes) | half(bytes + 2) << 16;
	return insn_size(bytes, true) == 2 ? half(bytes) : half(bytes) << 16 | half(bytes + 2);
}

/* Barriers have the same low byte in both: 0x4n, 0x5n, 0x6n. */
static enum kind barrier(uint32_t insn)
{
	switch ((insn >> 4) & 15) {
	case 4:
		return KIND_DSB;
	case 5:
		return KIND_DMB;
	case 6:
		return KIND_ISB;
	default:
		return KIND_PLAIN;
	}
}

static enum kind decode_arm(uint32_t w)
{
	if (w >> 28 == 15) {
		if ((w & 0xfffff000) == 0xf57ff000)
			return barrier(w);
		return (w & 0xfe000000) == 0xfa000000 ? KIND_CALL : KIND_PLAIN; /* BLX */
	}
	if ((w & 0x0f000000) == 0x0b000000)
		return KIND_CALL;
	if ((w & 0x0f100f10) == 0x0e000f10)
		return KIND_CP15_WRITE;
	if ((w & 0x0f8000f0) == 0x01800090 || (w & 0x0fb000f0) == 0x01000090)
		return KIND_EXCLUSIVE;
	if ((w & 0x0e000000) == 0x08000000 || (w & 0x0e1000d0) == 0x000000d0)
		return KIND_MULTIPLE;
	if ((w & 0x0ffffffe) == 0x0320f002)
		return KIND_REST;
	return (w & 0x0fffffff) == 0x0160006e ? KIND_ISB : KIND_PLAIN; /* ERET */
}

static enum kind decode_thumb(uint32_t w)
{
	if ((w & 0xff100f10) == 0xee000f10)
		return KIND_CP15_WRITE;
	if ((w & 0xfffff000) == 0xf3bf8000)
		return barrier(w);
	if ((w & 0xf800c000) == 0xf000c000)
		return KIND_CALL;
	if ((w & 0xffe00000) == 0xe8400000 ||
	    ((w & 0xffe00000) == 0xe8c00000 && (w & 0xc0) == 0x40))
		return KIND_EXCLUSIVE;
	if ((w & 0xfff000f0) == 0xe8d00000 || (w & 0xfff000f0) == 0xe8d00010)
		return KIND_PLAIN; /* TBB, TBH */
	if ((w & 0xfe000000) == 0xe8000000)
		return KIND_MULTIPLE;
	return KIND_PLAIN;
}

enum kind decode(const uint8_t *bytes, bool thumb)
{
	uint32_t w = insn_word(bytes, thumb);

	if (!thumb)
		return decode_arm(w);
	if (insn_size(bytes, true) == 4)
		return decode_thumb(w);
	if (w == 0xbf20 || w == 0xbf30)
		return KIND_REST;
	if ((w & 0xf600) == 0xb400 || (w & 0xf000) == 0xc000)
		return KIND_MULTIPLE;
	return KIND_PLAIN;
}

/* A8.3.1 */
bool arm_condition(uint32_t insn, uint32_t cpsr)
{
	bool n = cpsr >> 31 & 1, z = cpsr >> 30 & 1, c = cpsr >> 29 & 1, v = cpsr >> 28 & 1;
	bool holds[8] = {z, c, n, v, c && !z, n == v, n == v && !z, true};
	uint32_t cond = insn >> 28;

	return cond >= 14 || holds[cond >> 1] != (cond & 1);
}

static int32_t sign_extend(uint32_t value, unsigned bits)
{
	uint32_t top = 1u << (bits - 1);

	return (int32_t)((value ^ top) - top);
}

uint32_t call_target(const uint8_t *bytes, bool thumb, uint32_t at)
{
	uint32_t w = insn_word(bytes, thumb);
	uint32_t s, i1, i2, offset;

	if (!thumb) {
		offset = (uint32_t)sign_extend(w & 0xffffff, 24) << 2;
		if (w >> 28 == 15)
			offset |= (w >> 23) & 2;
		return at + 8 + offset;
	}
	s = (w >> 26) & 1;
	i1 = ~((w >> 13) ^ s) & 1;
	i2 = ~((w >> 11) ^ s) & 1;
	offset = s << 24 | i1 << 23 | i2 << 22 | ((w >> 16) & 0x3ff) << 12 | (w & 0x7ff) << 1;
	at += 4;
	if ((w & 0x1000) == 0)
		at &= ~3u; /* BLX */
	return at + (uint32_t)sign_extend(offset, 25);
}
