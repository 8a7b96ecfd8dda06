/* SPDX-License-Identifier: MIT */
/*
 * The oracle of the xz decoders, for host_xz.c and fuzz_xz.c: liblzma.  What it accepts must be
 * accepted and the other way round, with the same bytes.
 */
#ifndef XZ_ORACLE_H
#define XZ_ORACLE_H

#include <lzma.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "codec/lzma_priv.h"

/* Exact allocations, so that ASan sees the first byte too many. */
static inline void *oracle_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

/* Any number of streams; the bytes made, or SIZE_MAX.  Without a limit to memory. */
static inline size_t liblzma_files(const uint8_t *in, size_t len, uint8_t *out, size_t cap,
				   uint32_t flags)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_ret ret;

	if (lzma_stream_decoder(&s, UINT64_MAX, flags | LZMA_CONCATENATED) != LZMA_OK)
		abort();
	s.next_in = in;
	s.avail_in = len;
	s.next_out = out;
	s.avail_out = cap;
	ret = lzma_code(&s, LZMA_FINISH);
	lzma_end(&s);
	return ret == LZMA_STREAM_END ? (size_t)s.total_out : SIZE_MAX;
}

/*
 * NULL when both agree.  Ours does not look at CRC64 and SHA-256, so what it accepts is shown to
 * liblzma with the content's checks off; and it takes what it knows to be a file from what is
 * behind.
 */
static inline const char *oracle_xz(const uint8_t *data, size_t len, size_t cap)
{
	uint8_t *in = oracle_alloc(len), *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	void *scratch = oracle_alloc(codec_xz.scratch_size);
	struct codec_io io = {in, len, out, cap, scratch, 77, 77};
	const char *difference = NULL;
	size_t made;
	enum status st;

	if (len)
		memcpy(in, data, len);
	st = codec_xz.decode(&io);
	if (io.in_used > len || io.out_len > cap)
		difference = "impossible lengths";
	if (st == ST_OK && !difference) {
		made = liblzma_files(in, io.in_used, want, cap, LZMA_IGNORE_CHECK);
		if (made != io.out_len || memcmp(out, want, made))
			difference = "liblzma makes something else of it";
	} else if (st != ST_UNSUPPORTED && !difference) {
		if (liblzma_files(in, len, want, cap, 0) != SIZE_MAX)
			difference = "liblzma accepts it";
	}
	free(in);
	free(want);
	free(out);
	free(scratch);
	return difference;
}

#define HEADERS 24 /* of a stream and a block */
#define BEHIND	24 /* bytes more than LZMA2 */

/* The data as the LZMA2 of a block, for the board's decoder, which wants something behind it,
 * against liblzma's of chunks. */
static inline const char *oracle_lzma2(const uint8_t *data, size_t len, size_t cap)
{
	static const uint8_t headers[HEADERS] = {0xfd, '7',  'z',  'X',	 'Z', 0, 0,    0,
						 0xff, 0x12, 0xd9, 0x41, 2,   0, 0x21, 1};
	lzma_options_lzma options = {.dict_size = 1 << 17};
	lzma_filter chain[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t total = HEADERS + len + BEHIND, used = 0, made = 0;
	uint8_t *in = oracle_alloc(total), *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	void *scratch = oracle_alloc(codec_xzboot.scratch_size);
	struct codec_io io = {in, total, out, cap, scratch, 77, 77};
	const char *difference = NULL;
	lzma_ret ret;
	enum status st;

	memset(in, 0, total);
	memcpy(in, headers, HEADERS);
	if (len)
		memcpy(in + HEADERS, data, len);
	st = codec_xzboot.decode(&io);
	ret = lzma_raw_buffer_decode(chain, NULL, in + HEADERS, &used, len + BEHIND, want, &made,
				     cap);
	if (io.in_used > total || io.out_len > cap)
		difference = "impossible lengths";
	else if (st == ST_OK && ret != LZMA_OK)
		difference = "liblzma refuses these chunks";
	else if (st != ST_OK && ret == LZMA_OK && used <= len + BEHIND - LZMA_AHEAD)
		difference = "liblzma accepts these chunks";
	else if (st == ST_OK && (io.out_len != made || memcmp(out, want, made)))
		difference = "liblzma makes something else of these chunks";
	free(in);
	free(want);
	free(out);
	free(scratch);
	return difference;
}

#endif /* XZ_ORACLE_H */
