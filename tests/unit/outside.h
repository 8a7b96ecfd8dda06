/* SPDX-License-Identifier: MIT */
/* What the codecs' host tests share: other programs, and memory between pages that fault. */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* What a shell command prints, in out[0..cap); $F in it is the name of a file with data[0..n). */
static inline size_t run_tool(const char *command, const void *data, size_t n, void *out,
			      size_t cap)
{
	char from[] = "/tmp/zshim-test.XXXXXX", line[400];
	int fd = mkstemp(from);
	FILE *f;
	size_t len;

	assert_true(fd >= 0);
	f = fdopen(fd, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	fclose(f);
	assert_true(snprintf(line, sizeof(line), "F=%s; %s", from, command) < (int)sizeof(line));
	f = popen(line, "r");
	assert_non_null(f);
	len = fread(out, 1, cap, f);
	assert_int_equal(pclose(f), 0);
	remove(from);
	return len;
}

/* n bytes whose last one (at_end) or first one lies beside a page that faults. */
static inline uint8_t *guarded(size_t n, unsigned at_end, uint8_t **map, size_t *map_len)
{
	size_t page = 4096, inner = (n + page - 1) / page * page + page;

	*map_len = inner + 2 * page;
	*map = mmap(NULL, *map_len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(*map != MAP_FAILED);
	assert_int_equal(mprotect(*map + page, inner, PROT_READ | PROT_WRITE), 0);
	return at_end ? *map + page + inner - n : *map + page;
}

#endif /* OUTSIDE_H */
