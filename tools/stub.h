/* SPDX-License-Identifier: MIT */
/* The prebuilt shims inside this program. */
#ifndef STUB_H
#define STUB_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

struct stub {
	const char *arch;
	const char *codec;
	const char *flavour;
	const uint8_t *bytes;
	const uint8_t *end;
};

/* Ends the program when there is none. */
const struct stub *stub_find(const char *arch, const char *codec, const char *flavour);

#endif /* STUB_H */
