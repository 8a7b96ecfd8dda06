/* SPDX-License-Identifier: MIT */
/* Writing the result so that nobody ever sees half of it. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "util.h"

/*
 * Writes the pieces one after the other to a temporary file beside name and renames it, so that
 * name is either as it was or complete.  What exists and is no regular file (a device, a pipe) is
 * written to directly.
 */
void output_write(const char *name, const struct bytes *piece, unsigned pieces);

#endif /* OUTPUT_H */
