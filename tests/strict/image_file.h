/* SPDX-License-Identifier: MIT */
/* A packed image, and what its stub's ELF file tells of it: functions and their stack frames. */
#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name in the stub; addresses are offsets in the image. */
struct symbol {
	char name[48];
	uint32_t at;
	uint32_t frame; /* of a C function: bytes of stack, -fstack-usage */
	bool is_c;
	bool is_function; /* not only a label */
	bool is_thumb;
};

struct image_file {
	uint8_t *bytes;
	size_t len;
	struct symbol *symbol; /* sorted by address */
	size_t symbols;
	uint8_t *kernel; /* what the kernel's memory must hold in the end */
	size_t kernel_len;
};

/* A whole file; ends the program when it cannot be read. */
uint8_t *file_read(const char *path, size_t *len);

/*
 * image: the packed file.  stub: the ELF file of the stub in it.  frames: lines "NAME BYTES", one
 * for each C function.  kernel: the kernel as it lies in memory.
 */
void image_open(struct image_file *f, const char *image, const char *stub, const char *frames,
		const char *kernel);
void image_close(struct image_file *f);

/* Has it this name, but for what a compiler appends to a clone's, as in "put.constprop.0"? */
bool symbol_is(const struct symbol *s, const char *name);

/* The first symbol of that name; NULL when there is none. */
const struct symbol *image_symbol(const struct image_file *f, const char *name);
/* The last symbol at or below this offset; NULL below the first. */
const struct symbol *image_symbol_at(const struct image_file *f, uint32_t offset);

/* Where the next function begins, at most max bytes on. */
uint32_t image_function_end(const struct image_file *f, const struct symbol *s, uint32_t max);

uint32_t image_word(const struct image_file *f, uint32_t offset);
/* Where the early area begins when the image lies at load. */
uint32_t image_early(const struct image_file *f, uint32_t load);
/* Makes the sum over the stub right again after a change. */
void image_seal(struct image_file *f);

#endif /* IMAGE_FILE_H */
