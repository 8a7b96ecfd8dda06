// SPDX-License-Identifier: MIT
#include "piggy.h"

#include <libdeflate.h>
#include <lz4.h>
#include <lzma.h>
#include <string.h>

#include "piggy_lzop.h"
#include "util.h"

#define MEMORY_MAX 0x20000000u /* for the dictionary: the presets need at most 65 MiB */

static bool gzip_decode(struct piggy *p)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	enum libdeflate_result result;

	if (!d)
		internal_error("no memory for a gzip decoder");
	result = libdeflate_gzip_decompress_ex(d, p->in, p->in_len, p->out, p->cap, &p->in_used,
					       &p->out_len);
	libdeflate_free_decompressor(d);
	return result == LIBDEFLATE_SUCCESS;
}

static bool run_lzma(lzma_stream *s, struct piggy *p)
{
	lzma_ret result;

	s->next_in = p->in;
	s->avail_in = p->in_len;
	s->next_out = p->out;
	s->avail_out = p->cap;
	do
		result = lzma_code(s, LZMA_FINISH);
	while (result == LZMA_OK);
	p->in_used = (size_t)s->total_in;
	p->out_len = (size_t)s->total_out;
	lzma_end(s);
	return result == LZMA_STREAM_END;
}

static bool xz_decode(struct piggy *p)
{
	lzma_stream s = LZMA_STREAM_INIT;

	return lzma_stream_decoder(&s, MEMORY_MAX, 0) == LZMA_OK && run_lzma(&s, p);
}

/*
 * lzma has no real magic, so its header is checked: properties as `lzma -9` writes them, a
 * dictionary of 2^n or 3 * 2^n bytes, a size that is unknown or can be true.
 */
static bool lzma_plausible(const struct piggy *p)
{
	uint32_t dictionary, low, high;

	if (p->in_len < 13)
		return false;
	dictionary = get32(p->in + 1);
	while (dictionary && !(dictionary & 1))
		dictionary >>= 1;
	low = get32(p->in + 5);
	high = get32(p->in + 9);
	return (dictionary == 1 || dictionary == 3) &&
	       ((low == UINT32_MAX && high == UINT32_MAX) || (high == 0 && low <= p->cap));
}

static bool lzma_decode(struct piggy *p)
{
	lzma_stream s = LZMA_STREAM_INIT;

	return lzma_plausible(p) && lzma_alone_decoder(&s, MEMORY_MAX) == LZMA_OK &&
	       run_lzma(&s, p);
}

/*
 * The legacy frame of `lz4 -l`: magic, then {u32 length, block} with 8 MiB each but the last.  It
 * has no end mark; in a zImage the inflated size follows, which is how the end is known.
 */
static bool lz4_decode(struct piggy *p)
{
	static const size_t block_max = LZ4_COMPRESSBOUND(8 << 20);

	p->in_used = 4;
	p->out_len = 0;
	while (p->in_len - p->in_used >= 4) {
		uint32_t length = get32(p->in + p->in_used);
		size_t room = p->cap - p->out_len;
		int n;

		if (length == p->out_len && length > 0)
			return true;
		if (length == 0 || length > block_max || length > p->in_len - p->in_used - 4)
			return false;
		n = LZ4_decompress_safe((const char *)p->in + p->in_used + 4,
					(char *)p->out + p->out_len, (int)length,
					room < (8 << 20) ? (int)room : 8 << 20);
		if (n < 0)
			return false;
		p->in_used += 4 + length;
		p->out_len += (size_t)n;
	}
	return p->out_len > 0 && p->in_used == p->in_len;
}

static const uint8_t gzip_magic[] = {0x1f, 0x8b, 0x08};
static const uint8_t lzop_magic[] = {0x89, 'L', 'Z', 'O', 0x00, 0x0d, 0x0a, 0x1a, 0x0a};
static const uint8_t lz4_magic[] = {0x02, 0x21, 0x4c, 0x18};
static const uint8_t xz_magic[] = {0xfd, '7', 'z', 'X', 'Z', 0x00};
static const uint8_t lzma_magic[] = {0x5d, 0x00, 0x00};

/* The weakest magic last. */
const struct piggy_codec piggy_codec[PIGGY_CODECS] = {
	{"gzip", gzip_magic, sizeof(gzip_magic), gzip_decode},
	{"lzo", lzop_magic, sizeof(lzop_magic), lzop_decode},
	{"lz4", lz4_magic, sizeof(lz4_magic), lz4_decode},
	{"xz", xz_magic, sizeof(xz_magic), xz_decode},
	{"lzma", lzma_magic, sizeof(lzma_magic), lzma_decode},
};
