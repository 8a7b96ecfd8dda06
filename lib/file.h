/* SPDX-License-Identifier: MIT */
/* A file that is read piecemeal, wherever its bytes are: what the parsers of kernel heads work on.
 */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stdint.h>

struct file {
	/* Copies the n bytes at offset.  Only called for bytes that the file has. */
	void (*read)(void *context, uint32_t offset, void *to, uint32_t n);
	void *context;
	uint32_t size;
};

static inline bool file_has(const struct file *f, uint32_t offset, uint32_t n)
{
	return offset <= f->size && n <= f->size - offset;
}

#endif /* FILE_H */
