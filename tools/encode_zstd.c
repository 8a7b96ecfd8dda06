// SPDX-License-Identifier: MIT
/*
 * zstd: one frame of the highest level, its window as long as the kernel, without a checksum, which
 * the board does not look at.
 */
#define ZSTD_STATIC_LINKING_ONLY /* for ZSTD_estimateCCtxSize_usingCParams() */
#include <zstd.h>

#include "encoder.h"

/* What level 22 does not ask for.  It has no more than 0.01 % to give. */
static const struct {
	int target_length; /* a match that is good enough; 0: the level's */
	int long_distance;
} more[] = {{0, 0}, {131072, 0}, {0, 1}, {131072, 1}};

#define SETTINGS (sizeof(more) / sizeof(more[0]))

static void set(ZSTD_CCtx *c, ZSTD_cParameter parameter, int value)
{
	if (ZSTD_isError(ZSTD_CCtx_setParameter(c, parameter, value)))
		internal_error("zstd encoder refuses parameter %d = %d", (int)parameter, value);
}

/* log2, rounded up */
static int window_log(size_t size)
{
	int log = ZSTD_WINDOWLOG_MIN;

	while ((size_t)1 << log < size)
		log++;
	return log;
}

static struct bytes zstd(const uint8_t *in, size_t size, unsigned setting)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	struct bytes out = {.size = ZSTD_compressBound(size)};

	if (!c)
		internal_error("no memory for a zstd encoder");
	set(c, ZSTD_c_compressionLevel, ZSTD_maxCLevel());
	set(c, ZSTD_c_windowLog, window_log(size));
	set(c, ZSTD_c_checksumFlag, 0);
	if (more[setting].target_length)
		set(c, ZSTD_c_targetLength, more[setting].target_length);
	if (more[setting].long_distance)
		set(c, ZSTD_c_enableLongDistanceMatching, 1);
	out.data = alloc_raw(out.size);
	out.size = ZSTD_compress2(c, out.data, out.size, in, size);
	ZSTD_freeCCtx(c);
	if (ZSTD_isError(out.size))
		internal_error("zstd encoder: %s", ZSTD_getErrorName(out.size));
	return out;
}

static void describe(unsigned setting, char text[SETTING_TEXT])
{
	snprintf(text, SETTING_TEXT, "zstd level %d%s%s", ZSTD_maxCLevel(),
		 more[setting].target_length ? " far target" : "",
		 more[setting].long_distance ? " long" : "");
}

static size_t memory(size_t size)
{
	ZSTD_compressionParameters how = ZSTD_getCParams(ZSTD_maxCLevel(), size, 0);

	how.windowLog = (unsigned)window_log(size);
	return ZSTD_estimateCCtxSize_usingCParams(how);
}

const struct encoder encoder_zstd = {
	.decoder = &codec_zstd,
	.usual = 1,
	.all = SETTINGS,
	.describe = describe,
	.encode = zstd,
	.memory = memory,
};
