// SPDX-License-Identifier: MIT
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "codec/branch.h"
#include "encode.h"
#include "hash.h"
#include "names.h"

bool check_word_ok(const struct bytes *image)
{
	uint32_t n = get32(image->data + ZSHIM_BS_CHECK);

	return n <= image->size - 4 && xxh32(image->data, n) == get32(image->data + n);
}

bool check_part_ok(const struct bytes *image, const struct zshim_part *part)
{
	return xxh32(image->data + part->offset, (size_t)part->stored) == part->check;
}

static void undo_filter(uint32_t filter, uint8_t *data, size_t size)
{
	if (filter == ZSHIM_FILTER_ARM)
		branch_arm_undo(data, size, 0);
	if (filter == ZSHIM_FILTER_THUMB)
		branch_thumb_undo(data, size, 0);
}

/*
 * Buffers as the board has them where memory leaves no choice (boot/layout.c, place_part()): the
 * packed kernel ends above the kernel's own end by the codec's margin, and so lies over it.  A
 * stream that needs more than its codec's margin ends in ST_OVERFLOW here, and not on a small
 * board.
 */
static void in_place(struct codec_io *io, const struct codec *codec, const uint8_t *stored)
{
	size_t end = io->out_cap + codec->margin(io->in_len, io->out_cap);
	size_t at = end > io->in_len ? round_up(end - io->in_len, 8) : 0;
	size_t size = at + io->in_len;
	uint8_t *room = alloc_raw(size > io->out_cap ? size : io->out_cap);

	memcpy(room + at, stored, io->in_len);
	io->in = room + at;
	io->out = room;
}

static void check_kernel(const struct bytes *image, const struct zshim_part *p,
			 const uint8_t *kernel, size_t size)
{
	const struct codec *codec = decoder_find(p->codec);
	struct codec_io io = {.in_len = (size_t)p->stored, .out_cap = (size_t)p->inflated};
	enum status st;

	if (!codec)
		internal_error("codec %u has no decoder", p->codec);
	in_place(&io, codec, image->data + p->offset);
	io.scratch = alloc_raw(codec->scratch_size);
	st = codec->decode(&io);
	if (st != ST_OK)
		internal_error("the board's %s decoder says: %s, at byte %zu of %zu", codec->name,
			       status_text(st), io.in_used, io.in_len);
	undo_filter(p->filter, io.out, io.out_len);
	if (io.in_used != io.in_len || io.out_len != size || memcmp(io.out, kernel, size) != 0)
		internal_error("the board's %s decoder, filter %s, made %zu bytes, not the "
			       "kernel's %zu",
			       codec->name, filter_name(p->filter), io.out_len, size);
	free(io.out);
	free(io.scratch);
}

void check_packed(const struct bytes *image, const uint8_t *kernel, size_t size)
{
	const struct zshim_desc *desc;
	uint32_t where;
	enum status st = zshim_desc_check(image->data, image->size, &desc, &where);

	if (st != ST_OK)
		internal_error("the image is not sound: %s at %#x", status_text(st), where);
	if (!check_word_ok(image))
		internal_error("the image's check word is wrong");
	for (uint32_t i = 0; i < desc->part_count; i++) {
		const struct zshim_part *p = &desc->part[i];

		if (!check_part_ok(image, p))
			internal_error("the check of part %u is wrong", i);
		if (p->kind == ZSHIM_PART_KERNEL)
			check_kernel(image, p, kernel, size);
	}
}
