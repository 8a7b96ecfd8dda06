// SPDX-License-Identifier: MIT
/*
 * The zstd decoder against libzstd: for any file, and for what libzstd makes of any data, which is
 * valid and has to be accepted.
 */
#include "../unit/zstd_oracle.h"

static void die(const char *difference)
{
	fprintf(stderr, "%s\n", difference);
	abort();
}

/* The first two bytes choose the encoder's settings. */
static void round_trip(const uint8_t *data, size_t size)
{
	size_t n = size - 2, bound = ZSTD_compressBound(n) + 64;
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint8_t *packed = oracle_alloc(bound);
	struct verdict v;
	const char *difference;
	size_t len;

	if (!c)
		abort();
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, data[0] % 30 - 7);
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 10 + data[1] % 8);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, data[1] >> 5 & 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, data[1] >> 6 & 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_literalCompressionMode, data[1] >> 7);
	len = ZSTD_compress2(c, packed, bound, data + 2, n);
	ZSTD_freeCCtx(c);
	if (ZSTD_isError(len))
		abort();
	difference = oracle_zstd(packed, len, n, &v);
	if (!difference && (v.st != ST_OK || v.theirs != n))
		difference = "a valid frame is refused";
	free(packed);
	if (difference)
		die(difference);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct verdict v;
	const char *difference = oracle_zstd(data, size, 20000, &v);

	if (difference)
		die(difference);
	if (size >= 2)
		round_trip(data, size);
	return 0;
}
