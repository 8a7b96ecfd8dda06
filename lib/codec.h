/* SPDX-License-Identifier: MIT */
/*
 * The codec interface: one decoder a file in lib/codec/, all of this shape.  A decoder is
 * freestanding, not recursive, allocates nothing, has no writable globals, and touches only
 * in[0..in_len), out[0..out_cap) and scratch[0..scratch_size).
 */
#ifndef CODEC_H
#define CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* What one decode() call works on.  The caller owns all three buffers. */
struct codec_io {
	const void *in; /* the stored bytes; byte aligned for the decoder */
	size_t in_len;	/* bytes at in */
	void *out;	/* where the inflated bytes go; over in[] only as margin allows */
	size_t out_cap; /* bytes of room at out; not one byte more is written */
	void *scratch;	/* codec->scratch_size bytes, 8-byte aligned; contents need not be zero */
	size_t in_used; /* result: bytes of in[] consumed (also valid on error: where it broke) */
	size_t out_len; /* result: bytes written to out[] (also valid on error) */
};

struct codec {
	const char *name;    /* as on the command line: "none", "gzip", ... */
	uint32_t id;	     /* enum zshim_codec in image.h */
	size_t scratch_size; /* bytes of working memory that decode() needs */
	/*
	 * In-place margin: when in[] ends at or above out + out_len + margin(in_len, out_len), a
	 * decode that overlaps its own input never overwrites a byte that it has not read.  The
	 * proof is in the codec's file.
	 */
	size_t (*margin)(size_t in_len, size_t out_len);
	/*
	 * Decodes all of in[].  ST_OK only when the stream ended properly; the caller then compares
	 * in_used with in_len and out_len with what it expects.  Bytes after the stream's end are
	 * not an error here: in_used tells.
	 */
	MUST_CHECK enum status (*decode)(struct codec_io *io);
};

/* What an image is made of. */
extern const struct codec codec_store;	   /* "none": a bounded copy */
extern const struct codec codec_inflate;   /* "gzip": RFC 1951 (DEFLATE) data, without a header */
extern const struct codec codec_lz4_block; /* "lz4": one block, without a header */
extern const struct codec codec_zstd;	   /* "zstd": frames of RFC 8878, without dictionaries */
extern const struct codec codec_xzboot;	   /* "xz": of .xz files, what our packer writes */

/* What ordinary tools write, where that is something else. */
extern const struct codec codec_gzip; /* "gzip": RFC 1952 members */
extern const struct codec codec_lz4;  /* "lz4": frames and legacy frames */
extern const struct codec codec_xz;   /* "xz": .xz files with LZMA2, ARM and ARM-Thumb filters */

#endif /* CODEC_H */
