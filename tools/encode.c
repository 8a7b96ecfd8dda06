// SPDX-License-Identifier: MIT
#include "encode.h"

#include <libdeflate.h>
#include <string.h>
#include <unistd.h>

#define GZIP_LEVEL 12 /* the best that libdeflate has: packing is done once, loading often */

static const struct codec *const decoder[] = {&codec_store, &codec_inflate};

const struct codec *decoder_find(uint32_t id)
{
	for (size_t i = 0; i < sizeof(decoder) / sizeof(decoder[0]); i++)
		if (decoder[i]->id == id)
			return decoder[i];
	return NULL;
}

static struct bytes store(const uint8_t *in, size_t size)
{
	struct bytes out = {alloc_raw(size), size};

	memcpy(out.data, in, size);
	return out;
}

/* One gzip member without name and with time 0, so that nothing of the host gets into it. */
static struct bytes gzip(const uint8_t *in, size_t size)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(GZIP_LEVEL);
	struct bytes out;

	if (!c)
		internal_error("no memory for a gzip encoder");
	out.size = libdeflate_gzip_compress_bound(c, size);
	out.data = alloc_raw(out.size);
	out.size = libdeflate_gzip_compress(c, in, size, out.data, out.size);
	libdeflate_free_compressor(c);
	if (out.size == 0)
		internal_error("gzip encoder failed");
	return out;
}

struct bytes encode(enum zshim_codec codec, const uint8_t *in, size_t size)
{
	bool terminal = isatty(STDERR_FILENO);
	struct bytes out;

	if (codec == ZSHIM_CODEC_NONE)
		return store(in, size);
	/* A large kernel takes some ten seconds; libdeflate cannot say how far it is. */
	if (terminal)
		fprintf(stderr, "compressing %zu KiB ...", size >> 10);
	out = gzip(in, size);
	if (terminal)
		fputs("\r\033[K", stderr);
	return out;
}
