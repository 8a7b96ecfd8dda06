// SPDX-License-Identifier: MIT
/*
 * liblzma has these filters, but only in front of its own encoder.  They are short; `xz --arm` and
 * `xz --armthumb` are their oracles, and lib/codec/branch.c, which undoes them, is another's.
 */
#include "filter.h"

#include <string.h>

/* BL of condition "always": DDI 0406C, A8.8.25, encoding A1. */
static bool is_arm_call(const uint8_t *p)
{
	return p[3] == 0xeb;
}

/* The distance in words, counted from the address + 8; 24 bits. */
static uint32_t arm_number(const uint8_t *p)
{
	return get32(p) & 0xffffff;
}

/* Two halfwords, 11 bits of the distance in each; all BL of ARMv4T, the nearer ones since. */
static bool is_thumb_call(const uint8_t *p)
{
	return p[1] >> 3 == 0x1e && p[3] >> 3 == 0x1f;
}

/* The distance in halfwords, counted from the address + 4; 22 bits. */
static uint32_t thumb_number(const uint8_t *p)
{
	uint32_t pair = get32(p);

	return (pair & 0x7ff) << 11 | (pair >> 16 & 0x7ff);
}

static void put_thumb_number(uint8_t *p, uint32_t number)
{
	put32(p, 0xf800f000 | (number & 0x7ff) << 16 | (number >> 11 & 0x7ff));
}

/* Is a branch at `at` that jumps this far, in units of 1 << shift bytes, one to within size? */
static bool inside(size_t at, uint32_t number, unsigned bits, unsigned shift, size_t size)
{
	uint32_t sign = 1u << (bits - 1);
	int64_t distance = (int64_t)(number ^ sign) - sign;
	int64_t target = (int64_t)at + distance * (1 << shift);

	return target >= 0 && target < (int64_t)size;
}

struct calls filter_count(const uint8_t *code, size_t size)
{
	struct calls calls = {0, 0};

	for (size_t at = 0; size - at >= 4; at += 2) {
		const uint8_t *p = code + at;

		if (at % 4 == 0 && is_arm_call(p))
			calls.arm += inside(at + 8, arm_number(p), 24, 2, size);
		if (is_thumb_call(p))
			calls.thumb += inside(at + 4, thumb_number(p), 22, 1, size);
	}
	return calls;
}

enum zshim_filter filter_fits(const struct kernel *k, const struct calls *calls)
{
	if (calls->arm == calls->thumb)
		return k->entry & 1 ? ZSHIM_FILTER_THUMB : ZSHIM_FILTER_ARM;
	return calls->arm > calls->thumb ? ZSHIM_FILTER_ARM : ZSHIM_FILTER_THUMB;
}

static void apply_arm(uint8_t *data, size_t size)
{
	for (size_t at = 0; size - at >= 4; at += 4) {
		uint32_t number = arm_number(data + at) + (uint32_t)((at + 8) / 4);

		if (is_arm_call(data + at))
			put32(data + at, 0xeb000000 | (number & 0xffffff));
	}
}

static void apply_thumb(uint8_t *data, size_t size)
{
	for (size_t at = 0; size - at >= 4; at += 2) {
		uint32_t number = thumb_number(data + at) + (uint32_t)((at + 4) / 2);

		if (is_thumb_call(data + at))
			put_thumb_number(data + at, number);
	}
}

uint8_t *filter_apply(enum zshim_filter filter, const uint8_t *code, size_t size)
{
	uint8_t *data = alloc_raw(size);

	memcpy(data, code, size);
	if (filter == ZSHIM_FILTER_ARM)
		apply_arm(data, size);
	if (filter == ZSHIM_FILTER_THUMB)
		apply_thumb(data, size);
	return data;
}
