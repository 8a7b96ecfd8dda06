// SPDX-License-Identifier: MIT
/*
 * lib/elf32.c and lib/zimage.c on any bytes: they read nothing outside the file, and what they let
 * through can be loaded into the room that they ask for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf32.h"
#include "zimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM_MAX 0x100000u /* no larger ones are loaded, for speed */

struct bytes {
	const uint8_t *data;
	uint32_t size;
};

static void insist(bool holds)
{
	if (!holds)
		abort();
}

static void read_bytes(void *context, uint32_t offset, void *to, uint32_t n)
{
	const struct bytes *b = context;

	insist(offset <= b->size && n <= b->size - offset);
	memcpy(to, b->data + offset, n);
}

static void load(const struct file *f, const struct elf32 *e)
{
	uint32_t size = e->end_memory - e->first;
	uint8_t *room;

	insist(e->first < e->end_memory && e->end_bytes <= e->end_memory);
	insist((e->entry & ~1u) >= e->first && (e->entry & ~1u) < e->end_bytes);
	if (size > ROOM_MAX)
		return;
	room = malloc(size);
	insist(room && elf32_load(f, e, room) == ST_OK);
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, (uint32_t)size};
	struct file f = {read_bytes, &bytes, (uint32_t)size};
	uint32_t where = UINT32_MAX;
	struct zimage z;
	struct elf32 e;

	if (elf32_scan(&f, &e, &where) == ST_OK)
		load(&f, &e);
	if (zimage_scan(&f, &z, &where) == ST_OK) {
		insist(z.at % 4 == 0 && z.text_offset % 4 == 0 &&
		       z.text_offset < ZIMAGE_BASE_ALIGN);
		insist(z.at + size <= z.memory && z.memory <= INT32_MAX);
	}
	return 0;
}
