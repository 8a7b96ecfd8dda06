// SPDX-License-Identifier: MIT
/*
 * The codec "lz4" for the files of the lz4 tool: LZ4 frames, the legacy frames of `lz4 -l`, and
 * skippable frames; any number of them, one behind the other.  An image has a single block instead,
 * lz4_block.c.  All numbers are little-endian.
 *
 * A frame is: magic 184d2204; FLG, BD; the content size, 8 bytes, and the dictionary's id, 4 bytes,
 * if announced; a check byte; blocks; a 0 word; the content's check word, if announced.
 *   FLG  7..6 version, 1; 5 blocks are independent; 4 each block has a check word behind it;
 *        3 content size; 2 content check; 1 reserved; 0 dictionary
 *   BD   6..4 a block's largest size, 4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB; the rest 0
 * A block is its size in the file, a word, with bit 31 set when its bytes are not compressed, then
 * its bytes.  Matches of a block that is not independent reach into the blocks before.
 *
 * A legacy frame is magic 184c2102 and blocks of 8 MiB, the last one less, always compressed and
 * independent; it ends with the input, or at a word that no block's size can be, as a magic number.
 *
 * A skippable frame is magic 184d2a50..5f, a word with its length, and as many bytes.
 *
 * Check words are skipped, all of them: XXH32 has covered the stored bytes before they come here.
 */
#include <stdbool.h>

#include "codec.h"
#include "image.h"
#include "lz4_priv.h"
#include "mem.h"

#define FRAME_MAGIC	0x184d2204u
#define LEGACY_MAGIC	0x184c2102u
#define SKIPPABLE_MAGIC 0x184d2a50u /* and 15 more */

/* FLG, and BD above it. */
#define VERSION_MASK	  0x00c0u
#define VERSION		  0x0040u
#define FLAG_INDEPENDENT  0x0020u
#define FLAG_BLOCK_CHECK  0x0010u
#define FLAG_SIZE	  0x0008u
#define FLAG_CHECK	  0x0004u
#define FLAGS_REFUSED	  0x0003u
#define BD_MASK		  0xcf00u
#define BD_VALID	  0x4000u /* a size of 4 to 7 is one with this bit */
#define BLOCK_MAX(header) ((size_t)1 << (8 + ((header) >> 11 & 14)))

#define STORED 0x80000000u /* in the size of a block: it is not compressed */

#define LEGACY_BLOCK 0x800000u
/* The most that LZ4 makes of so many bytes: a length byte for each 255, and a little. */
#define LEGACY_STORED (LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16)

struct lz4 {
	const uint8_t *in; /* the next byte to be read */
	const uint8_t *in_end;
	uint8_t *out;
	uint8_t *out_end;
	const uint8_t *base; /* no match begins below */
	enum status status;  /* the first thing that went wrong */
};

static size_t left(const struct lz4 *s)
{
	return (size_t)(s->in_end - s->in);
}

static void skip(struct lz4 *s, size_t n)
{
	if (n > left(s))
		s->status = ST_TRUNCATED;
	else
		s->in += n;
}

/* The next 4 bytes; 0 and a status when there are not so many. */
static uint32_t word(struct lz4 *s)
{
	const uint8_t *p = s->in;

	skip(s, 4);
	if (s->status)
		return 0;
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The bytes of a block: size of them, and all are there. */
static void block_data(struct lz4 *s, size_t size, bool stored)
{
	struct codec_io io = {
		.in = s->in,
		.in_len = size,
		.out = s->out,
		.out_cap = (size_t)(s->out_end - s->out),
	};

	if (!stored) {
		s->status = lz4_sequences(&io, s->base);
		if (s->status == ST_TRUNCATED) /* the block, not the file */
			s->status = ST_CORRUPT;
	} else if (size > io.out_cap) {
		s->status = ST_OVERFLOW;
	} else {
		memmove(s->out, s->in, size);
		io.in_used = io.out_len = size;
	}
	s->in += io.in_used;
	s->out += io.out_len;
}

/* A block, size behind its size word.  It has at most in_max bytes and makes at most out_max. */
static void block(struct lz4 *s, uint32_t size, size_t in_max, size_t out_max)
{
	const uint8_t *start = s->out;
	bool stored = size & STORED;

	size &= ~STORED;
	if (size > in_max) {
		s->status = ST_CORRUPT;
		return;
	}
	if (size > left(s)) {
		s->status = ST_TRUNCATED;
		return;
	}
	block_data(s, size, stored);
	if (!s->status && (size_t)(s->out - start) > out_max)
		s->status = ST_CORRUPT;
}

/* From behind the magic number on. */
static void legacy(struct lz4 *s)
{
	while (!s->status && left(s)) {
		uint32_t size = word(s);

		if (size > LEGACY_STORED) {
			s->in -= 4;
			return;
		}
		s->base = s->out;
		if (!s->status)
			block(s, size, LEGACY_STORED, LEGACY_BLOCK);
	}
}

/* The same. */
static void frame(struct lz4 *s)
{
	uint8_t *start = s->out;
	uint32_t header = word(s); /* 2 bytes more than the header is: a block's size is behind */
	uint32_t size = 0, size_high = 0;

	if (s->status)
		return;
	if ((header & (VERSION_MASK | FLAGS_REFUSED | BD_MASK)) != (VERSION | BD_VALID)) {
		s->status = ST_UNSUPPORTED;
		return;
	}
	s->in -= 2;
	if (header & FLAG_SIZE) {
		size = word(s);
		size_high = word(s);
	}
	skip(s, 1);
	s->base = start;
	while (!s->status) {
		uint32_t block_size = word(s);

		if (!block_size)
			break;
		if (header & FLAG_INDEPENDENT)
			s->base = s->out;
		block(s, block_size, BLOCK_MAX(header), BLOCK_MAX(header));
		if (!s->status && header & FLAG_BLOCK_CHECK)
			skip(s, 4);
	}
	if (s->status)
		return;
	if (header & FLAG_CHECK)
		skip(s, 4);
	/* The high half of what was made is 0: nobody makes so much. */
	if (!s->status && header & FLAG_SIZE && (size != (uint32_t)(s->out - start) || size_high))
		s->status = ST_CORRUPT;
}

static enum status lz4_decode(struct codec_io *io)
{
	struct lz4 s = {
		.in = io->in,
		.out = io->out,
		.in_end = (const uint8_t *)io->in + io->in_len,
		.out_end = (uint8_t *)io->out + io->out_cap,
		.status = io->in_len < 4 ? ST_TRUNCATED : ST_OK,
	};

	while (!s.status && left(&s) >= 4) {
		uint32_t magic = word(&s);

		if (magic == FRAME_MAGIC) {
			frame(&s);
		} else if (magic == LEGACY_MAGIC) {
			legacy(&s);
		} else if ((magic & ~15u) == SKIPPABLE_MAGIC) {
			skip(&s, word(&s));
		} else {
			s.in -= 4;
			if (s.in == io->in)
				s.status = ST_MAGIC;
			break;
		}
	}
	io->in_used = (size_t)(s.in - (const uint8_t *)io->in);
	io->out_len = (size_t)(s.out - (uint8_t *)io->out);
	return s.status;
}

/*
 * Let r bytes of input be unread and q bytes of output missing.  With the ends of both buffers
 * margin apart, the next output byte is margin + q - r below the next input byte: all is well
 * while r - q, what the rest of the stream shrinks when it is packed away, stays below margin.
 *
 * What a stream adds at most:
 * - its sequences, n of the q bytes: n / 255, and 2 for the last one of a block (lz4_block.c);
 * - a block: its size and check word, 8; an uncompressed one nothing more;
 * - the end of a frame: a 0 word and a check word, 8.
 * So r - q is at most q / 255 + 8 + 10 for each block.  All encoders fill their blocks, of at least
 * 64 KiB, but the last: q / 255 + 10 q / 65536 + 18, and 1 / 255 + 10 / 65536 < 1 / 256 + 1 / 4096.
 * Who does not, or writes many frames, may need more, and lz4_sequences() turns that into
 * ST_OVERFLOW, which the packer sees when it decodes in place with this margin. No stream has r - q
 * above in_len: that margin keeps the buffers apart.
 */
static size_t lz4_margin(size_t in_len, size_t out_len)
{
	size_t slack = (out_len >> 8) + (out_len >> 12) + 18;

	return in_len < slack || in_len - slack > out_len ? in_len : slack;
}

const struct codec codec_lz4 = {
	.name = "lz4",
	.id = ZSHIM_CODEC_LZ4,
	.scratch_size = 0,
	.margin = lz4_margin,
	.decode = lz4_decode,
};
