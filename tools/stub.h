/* SPDX-License-Identifier: MIT */
/* The prebuilt shims inside this program. */
#ifndef STUB_H
#define STUB_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"
#include "util.h"

struct stub {
	const char *arch;
	const char *codec;
	const char *flavour;
	const uint8_t *bytes;
	const uint8_t *end;
	/* What it needs on the board, as the board's compiler has it. */
	size_t state;	/* struct boot */
	size_t scratch; /* of the largest codec in it */
};

/* Ends the program when there is none. */
const struct stub *stub_find(const char *arch, const char *codec, const char *flavour);

/* The one that a sound image begins with; NULL for another program's. */
const struct stub *stub_in(const struct bytes *image);

#endif /* STUB_H */
