/* SPDX-License-Identifier: MIT */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal or 0x..., then K, M or G (1024 based, either case) or nothing; below 4 GiB. */
bool parse_number(const char *text, uint32_t *value);

/* Decimal digits, with a point and more of them or not. */
bool parse_decimal(const char *text, double *value);

#endif /* NUMBER_H */
