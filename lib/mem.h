/* SPDX-License-Identifier: MIT */
/*
 * The memory and string functions that lib/ and boot/ use, under their C names because GCC emits
 * calls to them by itself.  The board links lib/mem.c, the host its C library; the prototypes are
 * the C standard's.
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);

#endif /* MEM_H */
