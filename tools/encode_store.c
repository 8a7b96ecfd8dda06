// SPDX-License-Identifier: MIT
#include <string.h>

#include "encoder.h"

static struct bytes store(const uint8_t *in, size_t size, unsigned setting)
{
	struct bytes out = {alloc_raw(size), size};

	(void)setting;
	memcpy(out.data, in, size);
	return out;
}

static void describe(unsigned setting, char text[SETTING_TEXT])
{
	(void)setting;
	snprintf(text, SETTING_TEXT, "none");
}

static size_t memory(size_t size)
{
	return size;
}

const struct encoder encoder_store = {
	.decoder = &codec_store,
	.usual = 1,
	.all = 1,
	.describe = describe,
	.encode = store,
	.memory = memory,
};
