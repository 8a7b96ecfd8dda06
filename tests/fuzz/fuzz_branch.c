// SPDX-License-Identifier: MIT
/*
 * The branch filters against liblzma's, both ways: what it filters is undone, and what it undoes
 * is undone alike.  The first 3 bytes of the input are alignment and start address.
 */
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/branch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX 4096

typedef void (*undo)(uint8_t *data, size_t size, uint32_t start);

static void insist(int holds)
{
	if (!holds)
		abort();
}

/* Our undo, on exactly so much memory, with so many bytes in front of it. */
static void ours(undo f, const uint8_t *in, size_t size, uint32_t start, unsigned front,
		 uint8_t *out)
{
	uint8_t *exact = malloc(size + front + 1);

	insist(exact != NULL);
	memcpy(exact + 1 + front, in, size);
	f(exact + 1 + front, size, start);
	memcpy(out, exact + 1 + front, size);
	free(exact);
}

/* liblzma's filter is only to be had in front of LZMA2: one chunk that is not compressed. */
static void theirs(lzma_filter *chain, const uint8_t *in, size_t size, uint8_t *out)
{
	uint8_t stream[MAX + 4];
	size_t used = 0, made = 0;

	stream[0] = 1;
	stream[1] = (uint8_t)((size - 1) >> 8);
	stream[2] = (uint8_t)(size - 1);
	memcpy(stream + 3, in, size);
	stream[3 + size] = 0;
	insist(lzma_raw_buffer_decode(chain, NULL, stream, &used, size + 4, out, &made, size) ==
		       LZMA_OK &&
	       made == size);
}

static void both(undo f, lzma_vli id, uint32_t start, unsigned front, const uint8_t *in,
		 size_t size)
{
	lzma_options_lzma lzma;
	lzma_options_bcj bcj = {.start_offset = start};
	lzma_filter chain[] = {{id, &bcj}, {LZMA_FILTER_LZMA2, &lzma}, {LZMA_VLI_UNKNOWN, NULL}};
	uint8_t packed[2 * MAX], want[MAX], got[MAX];
	size_t made = 0, used = 0, out = 0;

	insist(!lzma_lzma_preset(&lzma, 0));
	lzma.dict_size = 4096;
	theirs(chain, in, size, want);
	ours(f, in, size, start, front, got);
	insist(memcmp(want, got, size) == 0);
	insist(lzma_raw_buffer_encode(chain, NULL, in, size, packed, &made, sizeof(packed)) ==
	       LZMA_OK);
	insist(lzma_raw_buffer_decode(chain + 1, NULL, packed, &used, made, want, &out, size) ==
	       LZMA_OK);
	ours(f, want, size, start, front, got);
	insist(memcmp(in, got, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t start;

	if (size < 4 || size > MAX)
		return 0;
	start = ((uint32_t)data[1] << 24 | (uint32_t)data[2] << 12) + data[1];
	both(branch_arm_undo, LZMA_FILTER_ARM, start & ~3u, data[0] % 4, data + 3, size - 3);
	both(branch_thumb_undo, LZMA_FILTER_ARMTHUMB, start & ~1u, data[0] % 4, data + 3, size - 3);
	return 0;
}
