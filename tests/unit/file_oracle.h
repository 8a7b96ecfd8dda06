/* SPDX-License-Identifier: MIT */
/* A struct file over bytes in memory that insists on its contract: no read outside the file. */
#ifndef FILE_ORACLE_H
#define FILE_ORACLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

struct file_bytes {
	const uint8_t *data;
	uint32_t size;
};

static inline void file_bytes_read(void *context, uint32_t offset, void *to, uint32_t n)
{
	const struct file_bytes *b = context;

	if (offset > b->size || n > b->size - offset)
		abort();
	memcpy(to, b->data + offset, n);
}

static inline struct file file_of(struct file_bytes *b)
{
	return (struct file){file_bytes_read, b, b->size};
}

#endif /* FILE_ORACLE_H */
