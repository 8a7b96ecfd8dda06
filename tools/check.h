/* SPDX-License-Identifier: MIT */
/* Proof of a finished image, by the code that the board runs. */
#ifndef CHECK_H
#define CHECK_H

#include "image.h"
#include "util.h"

/* Everything that info shows as a verdict. */
bool check_word_ok(const struct bytes *image);
bool check_part_ok(const struct bytes *image, const struct zshim_part *part);

/* Reads the image back and compares the kernel with what went in; a difference is our bug. */
void check_packed(const struct bytes *image, const uint8_t *kernel, size_t size);

#endif /* CHECK_H */
