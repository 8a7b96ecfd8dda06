/* SPDX-License-Identifier: MIT */
/* Proof of a finished image, by the code that the board runs. */
#ifndef CHECK_H
#define CHECK_H

#include "image.h"
#include "util.h"

/* Everything that info shows as a verdict. */
bool check_word_ok(const struct bytes *image);
bool check_part_ok(const struct bytes *image, const struct zshim_part *part);

/* What is wrong with an image: one line each, of which the first few are kept. */
#define FINDINGS_KEPT 16
#define FINDING_TEXT  160

struct findings {
	unsigned count;
	char line[FINDINGS_KEPT][FINDING_TEXT];
};

void finding(struct findings *f, const char *format, ...) PRINTF_LIKE(2);

/*
 * Sums, decodes and opens everything in an image whose descriptor is sound; image may be longer
 * than the image.  Returns the kernel as the board will have it, for the caller to free; empty when
 * it could not be decoded, which is a finding.
 */
struct bytes check_image(const struct bytes *image, const struct zshim_desc *desc,
			 struct findings *f);

/* Reads the image back and compares the kernel with what went in; a difference is our bug. */
void check_packed(const struct bytes *image, const uint8_t *kernel, size_t size);

#endif /* CHECK_H */
