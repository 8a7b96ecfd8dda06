/* SPDX-License-Identifier: MIT */
/* lib/mem.c under the names that unit.mk gives it, beside those of the C library. */
#ifndef ZS_MEM_H
#define ZS_MEM_H

#include <stddef.h>

void *zs_memcpy(void *restrict to, const void *restrict from, size_t n);
void *zs_memmove(void *to, const void *from, size_t n);
void *zs_memset(void *to, int byte, size_t n);
int zs_memcmp(const void *a, const void *b, size_t n);
size_t zs_strlen(const char *s);
int zs_strcmp(const char *a, const char *b);

#endif /* ZS_MEM_H */
