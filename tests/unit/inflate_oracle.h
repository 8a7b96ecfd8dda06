/* SPDX-License-Identifier: MIT */
/* zlib as the oracle of the gzip decoder, for host_inflate.c and fuzz_inflate.c. */
#ifndef INFLATE_ORACLE_H
#define INFLATE_ORACLE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "codec.h"

/* Exact allocations, so that ASan sees the first byte too many. */
static inline void *oracle_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

/* Raw inflate by zlib; Z_STREAM_END, Z_DATA_ERROR, or Z_BUF_ERROR: input or output ran out. */
static inline int oracle_zlib(const uint8_t *raw, size_t len, uint8_t *out, size_t cap,
			      size_t *used, size_t *made)
{
	z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)raw, .avail_in = (uInt)len};
	int result;

	z.next_out = out;
	z.avail_out = (uInt)cap;
	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	result = inflate(&z, Z_FINISH);
	*used = z.total_in;
	*made = z.total_out;
	inflateEnd(&z);
	return result;
}

/* The data without a member around it, as in an image: want[0..made) unless zlib refuses it. */
static inline const char *oracle_raw(const uint8_t *raw, size_t len, const uint8_t *want,
				     size_t made, size_t used, size_t cap, int verdict)
{
	uint8_t *in = oracle_alloc(len), *out = oracle_alloc(cap);
	void *scratch = oracle_alloc(codec_inflate.scratch_size);
	struct codec_io io = {in, len, out, cap, scratch, 0, 0};
	const char *difference = NULL;
	enum status st;

	if (len)
		memcpy(in, raw, len);
	memset(scratch, 0xa5, codec_inflate.scratch_size);
	st = codec_inflate.decode(&io);
	if ((verdict == Z_STREAM_END) != (st == ST_OK))
		difference = "one of the two refuses the lone data";
	else if (st == ST_OK && (io.in_used != used || io.out_len != made))
		difference = "lengths of the lone data differ";
	else if (memcmp(want, out, io.out_len < made ? io.out_len : made))
		difference = "bytes of the lone data differ";
	free(in);
	free(out);
	free(scratch);
	return difference;
}

/*
 * Decodes raw DEFLATE data with zlib and, as a gzip member and alone, with ours.  NULL when all say
 * the same, else what differs.
 */
static inline const char *oracle_compare(const uint8_t *raw, size_t len, size_t cap)
{
	static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
	uint8_t *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	void *scratch = oracle_alloc(codec_gzip.scratch_size);
	size_t used, made;
	int verdict = oracle_zlib(raw, len, want, cap, &used, &made);
	size_t trailer = verdict == Z_BUF_ERROR ? 0 : 8;
	size_t total = sizeof(header) + (verdict == Z_STREAM_END ? used : len) + trailer;
	uint8_t *in = oracle_alloc(total);
	struct codec_io io = {.in = in, .in_len = total, .out = out, .out_cap = cap};
	const char *difference = NULL;
	enum status st;

	memcpy(in, header, sizeof(header));
	memcpy(in + sizeof(header), raw, total - sizeof(header) - trailer);
	if (trailer) {
		uint32_t tail[2] = {0, (uint32_t)made};

		memcpy(in + total - 8, tail, 8);
	}
	memset(scratch, 0xa5, codec_gzip.scratch_size);
	io.scratch = scratch;
	st = codec_gzip.decode(&io);
	if ((verdict == Z_STREAM_END) != (st == ST_OK))
		difference = "one of the two refuses it";
	else if (verdict == Z_DATA_ERROR && st != ST_CORRUPT && st != ST_OVERFLOW)
		difference = "zlib says corrupt";
	else if (st == ST_OK && (io.in_used != total || io.out_len != made))
		difference = "lengths differ";
	else if (verdict == Z_DATA_ERROR && st == ST_CORRUPT && io.out_len != made)
		difference = "stopped at another symbol";
	else if (memcmp(want, out, io.out_len < made ? io.out_len : made))
		difference = "bytes differ";
	else
		difference = oracle_raw(raw, len, want, made, used, cap, verdict);
	free(want);
	free(out);
	free(in);
	free(scratch);
	return difference;
}

/* The same data as a gzip file: headers and members; only memory safety is looked at. */
static inline void oracle_gzip(const uint8_t *data, size_t len, size_t cap)
{
	uint8_t *out = oracle_alloc(cap);
	void *scratch = oracle_alloc(codec_gzip.scratch_size);
	struct codec_io io = {data, len, out, cap, scratch, 0, 0};

	if (codec_gzip.decode(&io) == ST_OK && io.in_used > len)
		abort();
	if (io.out_len > cap || io.in_used > len)
		abort();
	free(out);
	free(scratch);
}

#endif /* INFLATE_ORACLE_H */
