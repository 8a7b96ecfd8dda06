/* SPDX-License-Identifier: MIT */
/* What every part of the host program needs: errors, memory, files in and files out. */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Exit statuses of the program. */
#define EXIT_BAD_INPUT 1
#define EXIT_BAD_USAGE 2

#define PRINTF_LIKE(n) __attribute__((format(printf, n, (n) + 1)))
/* _Noreturn, in the spelling that cppcheck understands as well. */
#define NO_RETURN __attribute__((noreturn))

/* Each prints one line to stderr and ends the program. */
NO_RETURN void usage_error(const char *format, ...) PRINTF_LIKE(1);
NO_RETURN void input_error(const char *file, const char *format, ...) PRINTF_LIKE(2);
NO_RETURN void internal_error(const char *format, ...) PRINTF_LIKE(1);

/* One line to stderr; the program goes on. */
void warning(const char *file, const char *format, ...) PRINTF_LIKE(2);

/* One fact a line on stdout. */
void say(const char *format, ...) PRINTF_LIKE(1);

/* A buffer that its holder frees with free(data). */
struct bytes {
	uint8_t *data;
	size_t size;
};

void *alloc_zero(size_t size);	      /* ends the program when there is no memory */
void *alloc_raw(size_t size);	      /* the same, contents undefined */
size_t round_up(size_t n, size_t to); /* to is a power of two */

/* Little-endian 32-bit words at any address. */
uint32_t get32(const uint8_t *p);
void put32(uint8_t *p, uint32_t value);

/* A regular file that is open for reading. */
struct input {
	const char *name;
	int fd;
	uint64_t size;
};

void input_open(struct input *in, const char *name);
/* Exactly size bytes from offset; ends the program when the file has fewer. */
void input_read(const struct input *in, uint64_t offset, void *to, size_t size);
void input_close(struct input *in);

/* A whole file of 1..limit bytes; pipes will do as well. */
struct bytes file_read(const char *name, size_t limit);

/* Ends the program when out names the same file as in, by whatever path. */
void refuse_same_file(const char *out, const char *in);

#endif /* UTIL_H */
