/* SPDX-License-Identifier: MIT */
/* What long work is at, in one line on a terminal; nothing at all where stderr is none. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stddef.h>

/* A piece of this text begins, with done of all pieces behind us. */
void progress_show(const char *text, size_t done, size_t all);

/* Nothing is left of the line. */
void progress_clear(void);

#endif /* PROGRESS_H */
