// SPDX-License-Identifier: MIT
/*
 * The codec "gzip" for the files of the gzip tool: RFC 1952 members around DEFLATE data, which
 * inflate.c decodes.
 *
 * A member (RFC 1952, 2.3): 1f 8b, method 8, flags, 6 bytes that do not matter here, then what the
 * flags announce (2.3.1: extra field, name, comment, header CRC), DEFLATE data, CRC32, ISIZE (the
 * output's length modulo 2^32).  A file is one or more members (2.2); each has its own window.
 * CRC32 is not computed: XXH32 has covered the stored bytes before they come here.
 */
#include "image.h"
#include "inflate_priv.h"

/* The next byte; 0 and a status when there is none. */
static unsigned byte(struct inflate *s)
{
	if (s->in == s->in_end) {
		inflate_fail(s, ST_TRUNCATED);
		return 0;
	}
	return *s->in++;
}

static void skip(struct inflate *s, unsigned n)
{
	while (n--)
		byte(s);
}

/* RFC 1952, 2.3; the magic bytes are taken. */
static void member_header(struct inflate *s)
{
	unsigned method = byte(s);
	unsigned flags = byte(s);

	if (method != 8 || flags & 0xe0) {
		inflate_fail(s, ST_UNSUPPORTED);
		return;
	}
	skip(s, 6);	 /* MTIME, XFL, OS */
	if (flags & 4) { /* FEXTRA */
		unsigned low = byte(s);

		skip(s, low | byte(s) << 8);
	}
	for (unsigned texts = flags & 24; texts; texts &= texts - 1) /* FNAME, FCOMMENT */
		while (byte(s))
			;
	if (flags & 2) /* FHCRC */
		skip(s, 2);
}

static void member(struct inflate *s)
{
	uint32_t size = 0;

	s->base = s->out;
	member_header(s);
	if (!s->status)
		inflate_data(s);
	if (s->status)
		return;
	skip(s, 4); /* CRC32 */
	for (unsigned i = 0; i < 32; i += 8)
		size |= (uint32_t)byte(s) << i;
	if (size != (uint32_t)(s->out - s->base))
		inflate_fail(s, ST_CORRUPT);
}

static enum status gzip_decode(struct codec_io *io)
{
	struct inflate s;

	inflate_start(&s, io);
	if (io->in_len < 2)
		inflate_fail(&s, ST_TRUNCATED);
	else if (s.in[0] != 0x1f || s.in[1] != 0x8b)
		inflate_fail(&s, ST_MAGIC);
	while (!s.status && s.in_end - s.in >= 2 && s.in[0] == 0x1f && s.in[1] == 0x8b) {
		s.in += 2;
		member(&s);
	}
	return inflate_finish(&s, io);
}

const struct codec codec_gzip = {
	.name = "gzip",
	.id = ZSHIM_CODEC_GZIP,
	.scratch_size = sizeof(struct inflate_tables),
	.margin = inflate_margin,
	.decode = gzip_decode,
};
