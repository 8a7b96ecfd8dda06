// SPDX-License-Identifier: MIT
#include "encode.h"

#include <libdeflate.h>
#include <lz4hc.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "filter.h"

#define GZIP_LEVEL 12 /* the best that libdeflate has: packing is done once, loading often */

static struct bytes store(const uint8_t *in, size_t size)
{
	struct bytes out = {alloc_raw(size), size};

	memcpy(out.data, in, size);
	return out;
}

/* DEFLATE data, without a gzip member around it. */
static struct bytes gzip(const uint8_t *in, size_t size)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(GZIP_LEVEL);
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

/* One LZ4 block. */
static struct bytes lz4(const uint8_t *in, size_t size)
{
	int bound = size > LZ4_MAX_INPUT_SIZE ? 0 : LZ4_compressBound((int)size);
	struct bytes out = {alloc_raw((size_t)bound), 0};
	int made;

	made = LZ4_compress_HC((const char *)in, (char *)out.data, (int)size, bound,
			       LZ4HC_CLEVEL_MAX);
	if (made <= 0)
		internal_error("lz4 encoder failed");
	out.size = (size_t)made;
	return out;
}

/* One zstd frame, with a window as long as the kernel and without a checksum, which the board does
 * not look at. */
static struct bytes zstd(const uint8_t *in, size_t size)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	int window = 10; /* the least and the most that zstd has on all hosts */
	struct bytes out;

	while (window < 30 && (size_t)1 << window < size)
		window++;
	if (!c)
		internal_error("no memory for a zstd encoder");
	ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, ZSTD_maxCLevel());
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 1);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 0);
	out.size = ZSTD_compressBound(size);
	out.data = alloc_raw(out.size);
	out.size = ZSTD_compress2(c, out.data, out.size, in, size);
	ZSTD_freeCCtx(c);
	if (ZSTD_isError(out.size))
		internal_error("zstd encoder failed");
	return out;
}

/* One .xz stream of one block without a check, with the settings that fit ARM code best. */
static struct bytes xz(const uint8_t *in, size_t size)
{
	lzma_options_lzma how;
	lzma_filter chain[] = {{LZMA_FILTER_LZMA2, &how}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t bound = lzma_stream_buffer_bound(size);
	struct bytes out = {alloc_raw(bound), 0};

	lzma_lzma_preset(&how, 9 | LZMA_PRESET_EXTREME);
	how.lc = 1;
	how.lp = 2;
	how.nice_len = 273;
	if (lzma_stream_buffer_encode(chain, LZMA_CHECK_NONE, NULL, in, size, out.data, &out.size,
				      bound) != LZMA_OK)
		internal_error("xz encoder failed");
	return out;
}

/* What this build can do: one line a codec. */
static const struct {
	const struct codec *decoder;
	struct bytes (*encode)(const uint8_t *in, size_t size);
} codecs[] = {
	{&codec_store, store}, {&codec_inflate, gzip}, {&codec_lz4_block, lz4},
	{&codec_zstd, zstd},   {&codec_xzboot, xz},
};

#define CODECS (sizeof(codecs) / sizeof(codecs[0]))

const struct codec *decoder_find(uint32_t id)
{
	for (size_t i = 0; i < CODECS; i++)
		if (codecs[i].decoder->id == id)
			return codecs[i].decoder;
	return NULL;
}

static struct bytes encode_one(enum zshim_codec codec, const uint8_t *in, size_t size)
{
	bool terminal = isatty(STDERR_FILENO);
	struct bytes out = {0};

	/* A large kernel takes some ten seconds; libdeflate cannot say how far it is. */
	if (terminal)
		fprintf(stderr, "compressing %zu KiB ...", size >> 10);
	for (size_t i = 0; i < CODECS; i++)
		if (codecs[i].decoder->id == codec)
			out = codecs[i].encode(in, size);
	if (terminal)
		fputs("\r\033[K", stderr);
	if (!out.data)
		internal_error("no encoder for codec %u", (unsigned)codec);
	return out;
}

struct encoding encode(const struct kernel *k, enum zshim_codec codec, enum filter_option option)
{
	struct calls calls = filter_count(k->bytes, k->size);
	struct encoding plain = {{NULL, 0}, ZSHIM_FILTER_NONE};
	struct encoding filtered = {{NULL, 0}, filter_fits(k, &calls)};

	if (option == FILTER_AUTO && codec == ZSHIM_CODEC_NONE)
		option = FILTER_OFF;
	if (option != FILTER_ON)
		plain.bytes = encode_one(codec, k->bytes, k->size);
	if (option != FILTER_OFF) {
		uint8_t *in = filter_apply(filtered.filter, k->bytes, k->size);

		filtered.bytes = encode_one(codec, in, k->size);
		free(in);
	}
	if (!plain.bytes.data || (filtered.bytes.data && filtered.bytes.size < plain.bytes.size)) {
		free(plain.bytes.data);
		return filtered;
	}
	free(filtered.bytes.data);
	return plain;
}
