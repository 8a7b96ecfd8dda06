/* SPDX-License-Identifier: MIT */
/* What verify tells on stdout, one fact a line. */
#ifndef VERIFY_REPORT_H
#define VERIFY_REPORT_H

#include "image_file.h"
#include "prove.h"

void report_checked(const struct image_file *f);
void report_site(const struct situation *s, const char *ram_from, const char *tree_from);
void report_layout(uint32_t load, const struct layout *plan);
void report_verdicts(const struct verdicts *v);

/* "E24 no room for packed kernel 0x.. 0x.. (N bytes missing)", from E to the numbers as the board
 * has it. */
#define REFUSAL_TEXT 128
void refusal_text(const struct refusal *why, char text[REFUSAL_TEXT]);

#endif /* VERIFY_REPORT_H */
