// SPDX-License-Identifier: MIT
/* lib/atags.c on any list, lib/argv.c on any words: the first byte tells which it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint32_t sink;

static void insist(bool holds)
{
	if (!holds)
		abort();
}

/* The line is inside what was given; all of it may be read. */
static void check_line(const struct given *g, const void *data, size_t size)
{
	const char *start = data;

	if (g->line_len == 0)
		return;
	insist(g->line >= start && g->line_len <= (size_t)(start + size - g->line));
	for (size_t i = 0; i < g->line_len; i++)
		sink += (uint8_t)g->line[i];
}

static void read_atags(const uint32_t *list, size_t size)
{
	struct range_set memory = {0};
	struct given g = {0};

	if (given_atags(&g, &memory, list, size) != ST_OK)
		return;
	insist(g.initrd.start <= g.initrd.end && g.initrd.end <= UINT32_MAX);
	insist(memory.count <= RANGE_MAX);
	for (unsigned i = 0; i < memory.count; i++)
		insist(memory.r[i].start < memory.r[i].end && memory.r[i].end <= GIVEN_MEMORY_END);
	check_line(&g, list, size);
}

static void read_words(const char *word, size_t size)
{
	struct given g = {0};

	while (size != 0) {
		size_t len = strnlen(word, size);
		size_t whole = len < size ? len + 1 : len;

		if (given_word(&g, word, size) == ST_OK) {
			insist(len < size && g.initrd.start <= g.initrd.end);
			check_line(&g, word, whole);
		}
		g.line_len = 0;
		word += whole;
		size -= whole;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size == 0)
		return 0;
	size--;
	copy = malloc(size != 0 ? size : 1); /* exact, so that ASan sees any overrun */
	insist(copy != NULL);
	memcpy(copy, data + 1, size);
	if (data[0] % 2 == 0)
		read_atags((const uint32_t *)(const void *)copy, size);
	else
		read_words((const char *)copy, size);
	free(copy);
	return 0;
}
