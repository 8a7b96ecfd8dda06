/* SPDX-License-Identifier: MIT */
/*
 * The oracle of the zstd decoder, for host_zstd.c and fuzz_zstd.c: libzstd.  What both accept must
 * give the same bytes, and valid frames must be accepted.
 */
#ifndef ZSTD_ORACLE_H
#define ZSTD_ORACLE_H

#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_d_forceIgnoreChecksum */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "codec.h"

/* Exact allocations, so that ASan sees the first byte too many. */
static inline void *oracle_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

/* What libzstd makes of it; SIZE_MAX when it refuses.  Like ours, it looks at no checksum. */
static inline size_t oracle_libzstd(const uint8_t *in, size_t len, uint8_t *out, size_t cap)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	size_t n;

	if (!d)
		abort();
	ZSTD_DCtx_setParameter(d, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
	n = ZSTD_decompressDCtx(d, out, cap, in, len);
	ZSTD_freeDCtx(d);
	return ZSTD_isError(n) ? SIZE_MAX : n;
}

struct verdict {
	enum status st;
	size_t made, used;
	size_t theirs; /* as oracle_libzstd() */
};

/* A frame of a format before 0.8: Debian's libzstd still reads some of them, and we do not. */
static inline bool oracle_legacy(const uint8_t *in, size_t len)
{
	return len >= 4 && in[0] >= 0x1e && in[0] <= 0x27 && memcmp(in + 1, "\xb5\x2f\xfd", 3) == 0;
}

/*
 * Any bytes: NULL when nothing is wrong with what was made of them.  ST_CORRUPT is right for some
 * that libzstd accepts: it does not look whether the bits of a block have all been used, or more.
 */
static inline const char *oracle_zstd(const uint8_t *data, size_t len, size_t cap,
				      struct verdict *v)
{
	uint8_t *in = oracle_alloc(len), *want = oracle_alloc(cap), *out = oracle_alloc(cap);
	struct codec_io io = {in, len, out, cap, oracle_alloc(codec_zstd.scratch_size), 77, 77};
	const char *difference = NULL;
	bool refused;

	if (len)
		memcpy(in, data, len);
	v->theirs = oracle_libzstd(in, len, want, cap);
	v->st = codec_zstd.decode(&io);
	v->made = io.out_len;
	v->used = io.in_used;
	refused = v->st == ST_CORRUPT || (v->st == ST_UNSUPPORTED && v->used <= len &&
					  oracle_legacy(in + v->used, len - v->used));
	if (io.in_used > len || io.out_len > cap)
		difference = "more than there is";
	else if (v->theirs != SIZE_MAX && v->st == ST_OK && io.in_used != len && len >= 4)
		difference = "another length";
	else if (v->theirs != SIZE_MAX && v->st != ST_OK && !refused && len >= 4)
		difference = "libzstd accepts it";
	else if (v->theirs != SIZE_MAX && v->st == ST_OK &&
		 (io.out_len != v->theirs || memcmp(out, want, v->theirs)))
		difference = "other bytes";
	free(in);
	free(want);
	free(out);
	free(io.scratch);
	return difference;
}

#endif /* ZSTD_ORACLE_H */
