// SPDX-License-Identifier: MIT
#include <lz4hc.h>

#include "encoder.h"

/* One LZ4 block, without a frame around it. */
static struct bytes lz4(const uint8_t *in, size_t size, unsigned setting)
{
	int bound = size > LZ4_MAX_INPUT_SIZE ? 0 : LZ4_compressBound((int)size);
	struct bytes out = {alloc_raw((size_t)bound), 0};
	int made;

	(void)setting;
	made = LZ4_compress_HC((const char *)in, (char *)out.data, (int)size, bound,
			       LZ4HC_CLEVEL_MAX);
	if (made <= 0)
		internal_error("lz4 encoder failed");
	out.size = (size_t)made;
	return out;
}

static void describe(unsigned setting, char text[SETTING_TEXT])
{
	(void)setting;
	snprintf(text, SETTING_TEXT, "lz4 level %d", LZ4HC_CLEVEL_MAX);
}

static size_t memory(size_t size)
{
	return size + (16u << 20);
}

const struct encoder encoder_lz4 = {
	.decoder = &codec_lz4_block,
	.usual = 1,
	.all = 1,
	.describe = describe,
	.encode = lz4,
	.memory = memory,
};
