/* SPDX-License-Identifier: MIT */
/* The branch filters of lib/codec/branch.h from the packer's side: which one fits, and doing it. */
#ifndef FILTER_H
#define FILTER_H

#include "image.h"
#include "kernel.h"

/* The calls of a kernel, as each filter knows them, whose target is inside of it. */
struct calls {
	size_t arm;
	size_t thumb;
};

struct calls filter_count(const uint8_t *code, size_t size);

/* The filter for the instruction set that most calls are in; for none, that of the entry. */
enum zshim_filter filter_fits(const struct kernel *k, const struct calls *calls);

/* A new buffer with what the board's filter makes the kernel of, as if it lay at address 0. */
uint8_t *filter_apply(enum zshim_filter filter, const uint8_t *code, size_t size);

#endif /* FILTER_H */
