// SPDX-License-Identifier: MIT
/*
 * XXH32 (xxHash specification 0.1.1): four lanes of 32 bits eat 16 bytes a round, then the lanes
 * are merged, the rest is added by words and bytes, and an avalanche mixes the result.
 */
#include "hash.h"

#define P1 0x9e3779b1u
#define P2 0x85ebca77u
#define P3 0xc2b2ae3du
#define P4 0x27d4eb2fu
#define P5 0x165667b1u

static uint32_t rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* Little-endian load from any address; byte loads, as the MMU may be off. */
static uint32_t load_bytes(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t lane(uint32_t v, uint32_t word)
{
	return rotl(v + word * P2, 13) * P1;
}

/* The 16-byte rounds over len bytes, a multiple of 16; the board hashes megabytes with this one. */
static void rounds_aligned(uint32_t v[4], const uint32_t *w, size_t len)
{
	uint32_t v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3];

	for (const uint32_t *end = w + len / 4; w != end; w += 4) {
		v0 = lane(v0, w[0]);
		v1 = lane(v1, w[1]);
		v2 = lane(v2, w[2]);
		v3 = lane(v3, w[3]);
	}
	v[0] = v0;
	v[1] = v1;
	v[2] = v2;
	v[3] = v3;
}

static void rounds_bytes(uint32_t v[4], const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += 4)
		v[i / 4 % 4] = lane(v[i / 4 % 4], load_bytes(p + i));
}

/* The last 0..15 bytes and the avalanche. */
static uint32_t finish(uint32_t h, const uint8_t *p, size_t len)
{
	for (; len >= 4; p += 4, len -= 4)
		h = rotl(h + load_bytes(p) * P3, 17) * P4;
	for (; len; p++, len--)
		h = rotl(h + *p * P5, 11) * P1;
	h = (h ^ h >> 15) * P2;
	h = (h ^ h >> 13) * P3;
	return h ^ h >> 16;
}

uint32_t xxh32(const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t whole = len & ~(size_t)15;
	uint32_t v[4] = {P1 + P2, P2, 0, 0 - P1};
	uint32_t h = P5;

	if (whole) {
		if ((uintptr_t)p % 4 == 0)
			rounds_aligned(v, __builtin_assume_aligned(p, 4), whole);
		else
			rounds_bytes(v, p, whole);
		h = rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18);
	}
	return finish(h + (uint32_t)len, p + whole, len - whole);
}
