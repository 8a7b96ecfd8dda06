/* SPDX-License-Identifier: MIT */
/* xorshift32 (Marsaglia): the same numbers on every run and machine. */
#ifndef PRNG_H
#define PRNG_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t prng(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* 0 .. n - 1 */
static inline uint32_t prng_below(uint32_t *state, uint32_t n)
{
	return (prng(state) >> 3) % n;
}

static inline void prng_fill(uint32_t *state, void *p, size_t n)
{
	for (uint8_t *b = p; n--;)
		*b++ = (uint8_t)(prng(state) >> 11);
}

#endif /* PRNG_H */
