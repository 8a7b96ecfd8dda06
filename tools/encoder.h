/* SPDX-License-Identifier: MIT */
/* One encoder of a codec: what encode.c's table is made of. */
#ifndef ENCODER_H
#define ENCODER_H

#include "codec.h"
#include "util.h"

#define SETTING_TEXT 48

struct encoder {
	const struct codec *decoder; /* the board's own */
	/* Its settings are numbered: those that are tried always, then those only for --best. */
	unsigned usual;
	unsigned all;
	/* For people: what a setting is. */
	void (*describe)(unsigned setting, char text[SETTING_TEXT]);
	/* A new buffer with the encoded bytes, the same for the same input on any host. */
	struct bytes (*encode)(const uint8_t *in, size_t size, unsigned setting);
	/* What encode() allocates at most, beside what it returns. */
	size_t (*memory)(size_t size);
};

/* encode_<name>.c each. */
extern const struct encoder encoder_store;
extern const struct encoder encoder_gzip;
extern const struct encoder encoder_lz4;
extern const struct encoder encoder_zstd;
extern const struct encoder encoder_xz;

#endif /* ENCODER_H */
