/* SPDX-License-Identifier: MIT */
/*
 * Oracles of the lz4 decoder, for host_lz4.c and fuzz_lz4.c: a decoder as plain as can be, which
 * has to agree in everything, and liblz4: what it accepts must be accepted and give the same.
 */
#ifndef LZ4_ORACLE_H
#define LZ4_ORACLE_H

#include <lz4.h>
#include <lz4frame.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"

/* Exact allocations, so that ASan sees the first byte too many. */
static inline void *oracle_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

struct plain {
	const uint8_t *in;
	size_t at, len;
	uint8_t *out;
	size_t made, cap;
	int zero;  /* an offset of 0 was met */
	int ended; /* the block had no more bytes where one was needed */
};

static inline uint32_t plain_word(const uint8_t *p)
{
	return (uint32_t)(p[0] + 256 * p[1]) + 65536u * (uint32_t)(p[2] + 256 * p[3]);
}

/* Adds length bytes; false when they do not end before the block does. */
static inline int plain_length(const uint8_t *block, size_t len, size_t *at, size_t *n)
{
	if (*n < 15)
		return 1;
	while (*at < len) {
		*n += block[*at];
		if (block[(*at)++] != 255)
			return 1;
	}
	return 0;
}

static inline enum status plain_block(struct plain *p, const uint8_t *block, size_t len,
				      size_t window)
{
	size_t at = 0;

	for (;;) {
		size_t n, offset;
		unsigned token;

		p->ended = 1;
		if (at == len)
			return ST_CORRUPT;
		token = block[at++];
		n = token / 16;
		if (!plain_length(block, len, &at, &n) || n > len - at)
			return ST_CORRUPT;
		if (n > p->cap - p->made)
			return ST_OVERFLOW;
		while (n--)
			p->out[p->made++] = block[at++];
		if (at == len)
			return ST_OK;
		if (len - at < 2)
			return ST_CORRUPT;
		offset = (size_t)(block[at] + 256 * block[at + 1]);
		at += 2;
		p->zero = offset == 0;
		n = token % 16;
		if (!plain_length(block, len, &at, &n) || at == len)
			return ST_CORRUPT;
		p->ended = 0;
		if (offset == 0 || offset > p->made - window)
			return ST_CORRUPT;
		n += 4;
		if (n > p->cap - p->made)
			return ST_OVERFLOW;
		for (; n--; p->made++)
			p->out[p->made] = p->out[p->made - offset];
	}
}

static inline enum status plain_one_block(struct plain *p, size_t max_in, size_t max_out,
					  size_t *window)
{
	uint32_t size = plain_word(p->in + p->at), n = size & 0x7fffffff;
	size_t start = p->made;
	enum status st = ST_OK;

	p->at += 4;
	if (n > max_in)
		return ST_CORRUPT;
	if (n > p->len - p->at)
		return ST_TRUNCATED;
	if (!(size >> 31)) {
		st = plain_block(p, p->in + p->at, n, *window);
	} else if (n > p->cap - p->made) {
		st = ST_OVERFLOW;
	} else {
		memcpy(p->out + p->made, p->in + p->at, n);
		p->made += n;
	}
	if (st)
		return st;
	p->at += n;
	return p->made - start > max_out ? ST_CORRUPT : ST_OK;
}

static inline enum status plain_frame(struct plain *p)
{
	const uint8_t *h = p->in + p->at;
	size_t start = p->made, window = p->made, max;
	uint64_t size = 0;

	if (p->len - p->at < 4) /* FLG, BD, check, and a size is not complete either */
		return ST_TRUNCATED;
	if (h[0] >> 6 != 1 || h[0] & 3 || h[1] & 0x8f || h[1] < 0x40)
		return ST_UNSUPPORTED;
	if (p->len - p->at < (h[0] & 8 ? 11u : 3u))
		return ST_TRUNCATED;
	if (h[0] & 8)
		size = plain_word(h + 2) | (uint64_t)plain_word(h + 6) << 32;
	p->at += h[0] & 8 ? 11 : 3;
	max = (size_t)65536 << 2 * (h[1] / 16 - 4);
	for (;;) {
		enum status st;

		if (p->len - p->at < 4)
			return ST_TRUNCATED;
		if (!plain_word(p->in + p->at))
			break;
		if (h[0] & 0x20)
			window = p->made;
		st = plain_one_block(p, max, max, &window);
		if (st)
			return st;
		if (h[0] & 0x10 && p->len - p->at < 4)
			return ST_TRUNCATED;
		p->at += h[0] & 0x10 ? 4 : 0;
	}
	p->at += 4;
	if (h[0] & 4 && p->len - p->at < 4)
		return ST_TRUNCATED;
	p->at += h[0] & 4 ? 4 : 0;
	return h[0] & 8 && size != p->made - start ? ST_CORRUPT : ST_OK;
}

static inline enum status plain_legacy(struct plain *p)
{
	while (p->at < p->len) {
		size_t window = p->made;
		enum status st;

		if (p->len - p->at < 4)
			return ST_TRUNCATED;
		if (plain_word(p->in + p->at) > (uint32_t)LZ4_COMPRESSBOUND(0x800000))
			break;
		st = plain_one_block(p, SIZE_MAX, 0x800000, &window);
		if (st)
			return st;
	}
	return ST_OK;
}

static inline enum status plain_decode(struct plain *p)
{
	unsigned count = 0;

	if (p->len < 4)
		return ST_TRUNCATED;
	for (; p->len - p->at >= 4; count++) {
		uint32_t magic = plain_word(p->in + p->at);
		enum status st = ST_OK;

		if (magic != 0x184d2204 && magic != 0x184c2102 && magic >> 4 != 0x184d2a5)
			return count ? ST_OK : ST_MAGIC;
		p->at += 4;
		if (magic == 0x184d2204) {
			st = plain_frame(p);
		} else if (magic == 0x184c2102) {
			st = plain_legacy(p);
		} else {
			if (p->len - p->at < 4 || p->len - p->at - 4 < plain_word(p->in + p->at))
				return ST_TRUNCATED;
			p->at += 4 + (size_t)plain_word(p->in + p->at);
		}
		if (st)
			return st;
	}
	return ST_OK;
}

/* NULL when our decoder and the plain one agree on status, output and, after success, input. */
static inline const char *oracle_lz4(const uint8_t *data, size_t len, size_t cap)
{
	uint8_t *in = oracle_alloc(len), *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	struct codec_io io = {in, len, out, cap, NULL, 77, 77};
	struct plain p = {.in = in, .len = len, .out = want, .cap = cap};
	const char *difference = NULL;
	enum status st, verdict;

	if (len)
		memcpy(in, data, len);
	verdict = plain_decode(&p);
	st = codec_lz4.decode(&io);
	if (st != verdict)
		difference = "another status";
	else if (io.out_len != p.made || memcmp(out, want, p.made))
		difference = "other bytes";
	else if (io.in_used > len || (st == ST_OK && io.in_used != p.at))
		difference = "another length";
	free(in);
	free(want);
	free(out);
	return difference;
}

/* What the plain decoder says of a lone block, with the names that lz4_sequences() has for it. */
static inline enum status plain_lone_block(struct plain *p)
{
	enum status st = plain_block(p, p->in, p->len, 0);

	return st == ST_CORRUPT && p->ended ? ST_TRUNCATED : st;
}

/*
 * The data as a block of its own, as it is in an image: against the plain decoder, and against
 * liblz4.  That also refuses what only breaks the rules for encoders, so it is asked for no more
 * than what it accepts.  Of that, an offset of 0 is left out: liblz4 1.9 does not look, and the
 * format forbids it.
 */
static inline const char *oracle_lone_block(const uint8_t *data, size_t len, size_t cap)
{
	uint8_t *in = oracle_alloc(len), *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	struct codec_io io = {in, len, out, cap, NULL, 77, 77};
	struct plain p = {.in = in, .len = len, .out = want, .cap = cap};
	const char *difference = NULL;
	enum status st, verdict;
	int made;

	if (len)
		memcpy(in, data, len);
	verdict = plain_lone_block(&p);
	st = codec_lz4_block.decode(&io);
	if (st != verdict)
		difference = "another status";
	else if (io.out_len != p.made || memcmp(out, want, p.made))
		difference = "other bytes";
	else if (io.in_used > len || (st == ST_OK && io.in_used != len))
		difference = "another length";
	made = LZ4_decompress_safe((const char *)in, (char *)want, (int)len, (int)cap);
	if (!difference && made >= 0 && !p.zero &&
	    (st != ST_OK || io.out_len != (size_t)made || memcmp(out, want, (size_t)made)))
		difference = "liblz4 accepts it";
	free(in);
	free(want);
	free(out);
	return difference;
}

/* The same, and as the one block of a legacy frame. */
static inline const char *oracle_block(const uint8_t *data, size_t len, size_t cap)
{
	uint8_t *in = oracle_alloc(len + 8);
	const char *difference = oracle_lone_block(data, len, cap);

	memcpy(in, "\x02\x21\x4c\x18", 4);
	for (unsigned i = 0; i < 4; i++)
		in[4 + i] = (uint8_t)(len >> 8 * i);
	if (len)
		memcpy(in + 8, data, len);
	if (!difference)
		difference = oracle_lz4(in, len + 8, cap);
	free(in);
	return difference;
}

#endif /* LZ4_ORACLE_H */
