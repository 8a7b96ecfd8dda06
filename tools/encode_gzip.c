// SPDX-License-Identifier: MIT
/*
 * gzip: libdeflate's best; and zopfli, which needs twenty times as long to make a kernel 0.1 %
 * smaller.  The image holds lone DEFLATE data: the member around it would only be skipped.
 */
#include <libdeflate.h>
#include <zopfli/zopfli.h>

#include "encoder.h"

#define LEVEL	   12
#define ITERATIONS 15

enum setting { LIBDEFLATE, ZOPFLI, SETTINGS };

static struct bytes with_libdeflate(const uint8_t *in, size_t size)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(LEVEL);
	struct bytes out;

	if (!c)
		internal_error("no memory for a gzip encoder");
	out.size = libdeflate_deflate_compress_bound(c, size);
	out.data = alloc_raw(out.size);
	out.size = libdeflate_deflate_compress(c, in, size, out.data, out.size);
	libdeflate_free_compressor(c);
	if (out.size == 0)
		internal_error("gzip encoder failed");
	return out;
}

static struct bytes with_zopfli(const uint8_t *in, size_t size)
{
	struct bytes out = {NULL, 0};
	ZopfliOptions how;

	ZopfliInitOptions(&how);
	how.numiterations = ITERATIONS;
	ZopfliCompress(&how, ZOPFLI_FORMAT_DEFLATE, in, size, &out.data, &out.size);
	if (!out.data)
		internal_error("zopfli failed");
	return out;
}

static struct bytes gzip(const uint8_t *in, size_t size, unsigned setting)
{
	return setting == ZOPFLI ? with_zopfli(in, size) : with_libdeflate(in, size);
}

static void describe(unsigned setting, char text[SETTING_TEXT])
{
	if (setting == ZOPFLI)
		snprintf(text, SETTING_TEXT, "gzip by zopfli, %d iterations", ITERATIONS);
	else
		snprintf(text, SETTING_TEXT, "gzip level %d", LEVEL);
}

/* Less than this above what is measured for 20 MB: 50 MB and 120 MB. */
static size_t memory(size_t size)
{
	return 8 * size + (64u << 20);
}

const struct encoder encoder_gzip = {
	.decoder = &codec_inflate,
	.usual = 1,
	.all = SETTINGS,
	.describe = describe,
	.encode = gzip,
	.memory = memory,
};
