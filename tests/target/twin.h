/* SPDX-License-Identifier: MIT */
/*
 * For the tests of decoders that have an assembly twin: both decode the same, between guards as in
 * areas.h, and must agree in status, lengths and bytes.  Included after cmocka.h.
 */
#ifndef TARGET_TWIN_H
#define TARGET_TWIN_H

#include "areas.h"
#include "codec.h"

#define SCRATCH_MAX (16384u)

static uint8_t first[AREA]; /* what the C made */
static uint64_t scratch[SCRATCH_MAX / 8 + 1];

static enum status run(const struct codec *codec, struct codec_io *io, uint8_t *out, size_t cap)
{
	enum status st;

	memset((void *)scratch, 0xc5, sizeof(scratch));
	memset(out - 64, 0xc5, OUT_END - (uintptr_t)out + 64);
	io->out = out;
	io->out_cap = cap;
	io->scratch = scratch;
	assert_true(codec->scratch_size <= SCRATCH_MAX);
	st = codec->decode(io);
	/* canaries below the output and above it, where the guard is farther away */
	for (size_t i = 1; i <= 64; i++)
		assert_int_equal(out[-(int)i], 0xc5);
	for (const uint8_t *p = out + cap; p < out + cap + 64 && p != (uint8_t *)OUT_END; p++)
		assert_int_equal(*p, 0xc5);
	assert_int_equal(scratch[SCRATCH_MAX / 8] >> 32, 0xc5c5c5c5);
	return st;
}

/* Decodes in[0..len) with both into cap bytes, at the ends of the two areas; first[] has the
 * result. */
static enum status same_by(const struct codec *c, const struct codec *assembly, const uint8_t *in,
			   size_t len, size_t cap)
{
	struct codec_io io = {.in = (uint8_t *)IN_END - len, .in_len = len};
	uint8_t *out = (uint8_t *)OUT_END - cap;
	struct codec_io twin = io;
	enum status st;

	memcpy((uint8_t *)IN_END - len, in, len);
	st = run(c, &io, out, cap);
	memcpy(first, out, io.out_len);
	assert_int_equal(run(assembly, &twin, out, cap), st);
	assert_int_equal(twin.in_used, io.in_used);
	assert_int_equal(twin.out_len, io.out_len);
	assert_memory_equal(out, first, io.out_len);
	assert_memory_equal((uint8_t *)IN_END - len, in, len);
	return st;
}

/*
 * The input packed[0..len) gap bytes above the output, in one buffer, for an output of made[0..n):
 * it is never overwritten before it is read.
 */
static void same_in_place(const struct codec *c, const struct codec *assembly,
			  const uint8_t *packed, size_t len, size_t gap, const uint8_t *made,
			  size_t n)
{
	uint8_t *out = (uint8_t *)OUT_END - SECTION + 4096;
	uint8_t *in = out + gap;
	struct codec_io io = {in, len, out, n, scratch, 0, 0}, twin = io;
	enum status st;

	memcpy(in, packed, len);
	st = c->decode(&io);
	memcpy(first, out, io.out_len);
	memcpy(in, packed, len);
	assert_int_equal(assembly->decode(&twin), st);
	assert_int_equal(twin.in_used, io.in_used);
	assert_int_equal(twin.out_len, io.out_len);
	assert_memory_equal(out, first, io.out_len);
	assert_memory_equal(out, made, io.out_len);
}

#endif /* TARGET_TWIN_H */
