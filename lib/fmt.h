/* SPDX-License-Identifier: MIT */
#ifndef FMT_H
#define FMT_H

#include <stdarg.h>

typedef void (*fmt_putc)(void *ctx, char c);

/*
 * A small printf: %s, %c, %u, %x (lower case), %%, an optional zero-padded width (%08x) and %p
 * (0x and 8 or 16 digits, as wide as a pointer).  Integer arguments are unsigned int except for
 * %p (void * or uintptr_t cast to it) and %z (size_t, decimal).  Anything else prints as itself,
 * so that a mistake is seen.
 */
void fmt_print(fmt_putc putc, void *ctx, const char *format, va_list args);

#endif /* FMT_H */
