// SPDX-License-Identifier: MIT
/*
 * The container of lzop(1), big-endian:
 *   magic[9] u16 version, u16 library, [u16 needed], u8 method, [u8 level], u32 flags, [u32
 * filter], u32 mode, u32 mtime, [u32 mtime high], u8 n, name[n], u32 checksum, [extra field]
 *   blocks: u32 out length (0: the end), u32 in length, checksums by flags, data
 */
#include "piggy_lzop.h"

#include <lzo/lzo1x.h>
#include <string.h>

#include "util.h"

#define LZOP_MAGIC_SIZE	  9
#define LZOP_VERSION_0940 0x0940 /* has needed version, level, high word of the time */
#define FLAG_ADLER32_OUT  0x0001u
#define FLAG_ADLER32_IN	  0x0002u
#define FLAG_EXTRA	  0x0040u
#define FLAG_CRC32_OUT	  0x0100u
#define FLAG_CRC32_IN	  0x0200u
#define FLAG_FILTER	  0x0800u

/* A cursor that never leaves the input: after a read too far, ok is false and values are 0. */
struct cursor {
	const uint8_t *next;
	size_t left;
	bool ok;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *at = c->next;

	if (!c->ok || n > c->left) {
		c->ok = false;
		return NULL;
	}
	c->next += n;
	c->left -= n;
	return at;
}

static uint32_t take_number(struct cursor *c, size_t bytes)
{
	const uint8_t *p = take(c, bytes);
	uint32_t value = 0;

	for (size_t i = 0; p && i < bytes; i++)
		value = value << 8 | p[i];
	return value;
}

/* Reads the header and returns the flags. */
static uint32_t read_header(struct cursor *c)
{
	uint32_t version, flags;

	take(c, LZOP_MAGIC_SIZE);
	version = take_number(c, 2);
	take(c, version >= LZOP_VERSION_0940 ? 4 : 2);
	take(c, version >= LZOP_VERSION_0940 ? 2 : 1);
	flags = take_number(c, 4);
	if (flags & FLAG_FILTER)
		take(c, 4);
	take(c, version >= LZOP_VERSION_0940 ? 12 : 8);
	take(c, take_number(c, 1));
	take(c, 4);
	if (flags & FLAG_EXTRA)
		take(c, (size_t)take_number(c, 4) + 4);
	return flags;
}

/* One block; false at the end of the stream or on an error. */
static bool read_block(struct cursor *c, uint32_t flags, struct piggy *p)
{
	uint32_t out_len = take_number(c, 4);
	uint32_t in_len = out_len ? take_number(c, 4) : 0;
	uint8_t *out = p->out + p->out_len;
	lzo_uint done = out_len;
	uint32_t adler = 0;
	const uint8_t *data;

	if (!c->ok || out_len == 0)
		return false;
	if (flags & FLAG_ADLER32_OUT)
		adler = take_number(c, 4);
	if (flags & FLAG_CRC32_OUT)
		take(c, 4);
	if (in_len < out_len && flags & FLAG_ADLER32_IN)
		take(c, 4);
	if (in_len < out_len && flags & FLAG_CRC32_IN)
		take(c, 4);
	data = take(c, in_len);
	c->ok = c->ok && in_len <= out_len && out_len <= p->cap - p->out_len;
	if (!c->ok)
		return false;
	if (in_len == out_len)
		memcpy(out, data, out_len);
	else
		c->ok = lzo1x_decompress_safe(data, in_len, out, &done, NULL) == LZO_E_OK &&
			done == out_len;
	if (c->ok && flags & FLAG_ADLER32_OUT)
		c->ok = lzo_adler32(1, out, out_len) == adler;
	if (c->ok)
		p->out_len += out_len;
	return c->ok;
}

bool lzop_decode(struct piggy *p)
{
	struct cursor c = {p->in, p->in_len, true};
	uint32_t flags = read_header(&c);

	p->out_len = 0;
	while (read_block(&c, flags, p))
		;
	p->in_used = p->in_len - c.left;
	return c.ok && p->out_len > 0;
}
