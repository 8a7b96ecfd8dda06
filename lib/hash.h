/* SPDX-License-Identifier: MIT */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH32 with seed 0 of len bytes at data (xxHash specification 0.1.1, section "XXH32").  Any change
 * within one 32-bit word of the input changes the result.  Oracle: xxhsum -H32.
 * Only aligned words are loaded when data is 4-byte aligned, so it may run with the MMU off; the
 * board's assembly twin (boot/arm/hash.S) takes nothing else.
 */
uint32_t xxh32(const void *data, size_t len);

/* The CRC-32 of gzip, zip and .xz. */
uint32_t crc32_of(const void *data, size_t len);

#endif /* HASH_H */
