/* SPDX-License-Identifier: MIT */
/* The compressed Image inside a zImage ("piggy" in Linux' build), by each codec that ARM uses. */
#ifndef PIGGY_H
#define PIGGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piggy {
	const uint8_t *in; /* its first byte is the stream's first */
	size_t in_len;	   /* bytes up to the end of the zImage or what is known to be the end */
	uint8_t *out;
	size_t cap;
	size_t in_used; /* result: bytes of the stream */
	size_t out_len; /* result */
};

struct piggy_codec {
	const char *name;
	const uint8_t *magic;
	size_t magic_len;
	/* True when a whole stream was decoded; bytes behind it do not matter. */
	bool (*decode)(struct piggy *p);
};

#define PIGGY_CODECS 5
extern const struct piggy_codec piggy_codec[PIGGY_CODECS];

#endif /* PIGGY_H */
