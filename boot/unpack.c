// SPDX-License-Identifier: MIT
/* Steps 8 and 10: are the parts what was packed, and inflating the kernel to its final place. */
#include "boot.h"
#include "codec/branch.h"
#include "hash.h"
#include "mem.h"

/*
 * Step 8.  Sums all parts, where the loader put them, before anything is overwritten.  Device tree
 * and command line were summed before they were read (setup.c), and they are short.
 */
void check_parts(struct boot *b)
{
	uint32_t bytes = 0;

	for (uint32_t i = 0; i < b->desc->part_count; i++) {
		const struct zshim_part *part = &b->desc->part[i];
		uint32_t sum = xxh32(image_at(b, part->offset), (uint32_t)part->stored);

		if (sum != part->check)
			panic(b, E_PART, i, sum);
		bytes += (uint32_t)part->stored;
	}
	say(b, TEXT_SUMMED, bytes);
}

/* The packer filtered the kernel as if it lay at address 0; returns what to say about it. */
static unsigned undo_filter(uint32_t filter, uint8_t *data, size_t size)
{
	if (filter == ZSHIM_FILTER_ARM) {
		branch_arm_undo(data, size, 0);
		return TEXT_ARM_UNDONE;
	}
	if (filter == ZSHIM_FILTER_THUMB) {
		branch_thumb_undo(data, size, 0);
		return TEXT_THUMB_UNDONE;
	}
	return TEXT_NOT_FILTERED;
}

/*
 * Step 10.  The decoder is bounded by the size that was packed and must end exactly there; only
 * then is the BSS cleared, which Linux does itself but a bare-metal ELF expects of its loader.
 */
void unpack_kernel(struct boot *b)
{
	const struct zshim_part *part = b->kernel;
	const struct codec *codec = codec_find(part->codec);
	uint32_t want = (uint32_t)part->inflated;
	struct codec_io io = {
		.in = (const void *)b->layout.part.start,
		.in_len = range_size(b->layout.part),
		.out = (void *)b->layout.kernel,
		.out_cap = want,
		.scratch = (void *)b->map.scratch,
	};
	enum status st;
	unsigned undone;

	if (fetch_kernel(b))
		return;
	st = codec->decode(&io);
	if (st == ST_OVERFLOW)
		panic(b, E_LONG, io.out_len, want);
	if (st != ST_OK)
		panic(b, E_STREAM, st, io.in_used);
	if (io.out_len != want)
		panic(b, E_SHORT, io.out_len, want);
	if (io.in_used != io.in_len)
		panic(b, E_TRAILING, io.in_used, io.in_len);
	undone = undo_filter(part->filter, io.out, want);
	memset((uint8_t *)io.out + want, 0, (uint32_t)part->memory - want);
	say(b, TEXT_INFLATED, codec->name, io.in_len, want, text(undone));
}
