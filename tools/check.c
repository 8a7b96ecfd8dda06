// SPDX-License-Identifier: MIT
#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "codec/branch.h"
#include "encode.h"
#include "fdt/fdt.h"
#include "hash.h"
#include "names.h"

typedef unsigned long long wide;

bool check_word_ok(const struct bytes *image)
{
	uint32_t n = get32(image->data + ZSHIM_BS_CHECK);

	return n <= image->size - 4 && xxh32(image->data, n) == get32(image->data + n);
}

bool check_part_ok(const struct bytes *image, const struct zshim_part *part)
{
	return xxh32(image->data + part->offset, (size_t)part->stored) == part->check;
}

void finding(struct findings *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (f->count < FINDINGS_KEPT)
		vsnprintf(f->line[f->count], FINDING_TEXT, format, args);
	va_end(args);
	f->count++;
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

static struct bytes decode_kernel(const struct bytes *image, const struct zshim_part *p,
				  struct findings *f)
{
	const struct codec *codec = decoder_find(p->codec);
	struct codec_io io = {.in_len = (size_t)p->stored, .out_cap = (size_t)p->inflated};
	unsigned before = f->count;
	enum status st;

	if (!codec)
		internal_error("codec %u has no decoder", p->codec);
	in_place(&io, codec, image->data + p->offset);
	io.scratch = alloc_raw(codec->scratch_size);
	st = codec->decode(&io);
	free(io.scratch);
	if (st != ST_OK)
		finding(f, "the board's %s decoder says of the kernel: %s, at byte %zu of %zu",
			codec->name, status_text(st), io.in_used, io.in_len);
	else if (io.in_used != io.in_len)
		finding(f, "%zu bytes behind the packed kernel, at %#llx", io.in_len - io.in_used,
			(wide)p->offset + io.in_used);
	else if (io.out_len != p->inflated)
		finding(f, "the kernel inflates to %zu bytes, not %llu", io.out_len,
			(wide)p->inflated);
	if (f->count != before) {
		free(io.out);
		return (struct bytes){NULL, 0};
	}
	undo_filter(p->filter, io.out, io.out_len);
	return (struct bytes){io.out, io.out_len};
}

static void check_tree(const struct bytes *image, uint32_t number, const struct zshim_part *p,
		       struct findings *f)
{
	struct fdt fdt;
	enum status st = fdt_open(&fdt, image->data + p->offset, (size_t)p->stored);

	if (st != ST_OK)
		finding(f, "part %u (dtb) at %#llx: broken device tree: %s", number,
			(wide)p->offset, status_text(st));
}

/* What lies between the parts, and the early area before the first, is 0 in every file of ours. */
static void check_gap(const struct bytes *image, uint64_t start, uint64_t end, struct findings *f)
{
	for (; start < end; start++) {
		if (image->data[start] == 0)
			continue;
		finding(f, "padding at %#llx: %02x, not 00", (wide)start, image->data[start]);
		return;
	}
}

/* What other loaders read in the boot sector says what the descriptor says. */
static void check_sector(const struct bytes *image, const struct zshim_desc *desc,
			 struct findings *f)
{
	uint32_t n = get32(image->data + ZSHIM_BS_CHECK);
	uint32_t end = get32(image->data + ZSHIM_BS_ZIMAGE_END);

	if (!check_word_ok(image))
		finding(f, "stub and descriptor, %#x bytes: XXH32 is %08x, not %08x", n,
			xxh32(image->data, n), get32(image->data + n));
	else if (end != desc->image_size)
		finding(f, "zImage header: ends at %#x, not %#llx", end, (wide)desc->image_size);
}

struct bytes check_image(const struct bytes *image, const struct zshim_desc *desc,
			 struct findings *f)
{
	uint64_t at = get32(image->data + ZSHIM_BS_CHECK) + 4;
	struct bytes kernel = {NULL, 0};

	check_sector(image, desc, f);
	for (uint32_t i = 0; i < desc->part_count; i++) {
		const struct zshim_part *p = &desc->part[i];

		check_gap(image, at, p->offset, f);
		at = p->offset + p->stored;
		if (!check_part_ok(image, p))
			finding(f, "part %u (%s) at %#llx: XXH32 is %08x, not %08x", i,
				kind_name(p->kind), (wide)p->offset,
				xxh32(image->data + p->offset, (size_t)p->stored), p->check);
		else if (p->kind == ZSHIM_PART_KERNEL)
			kernel = decode_kernel(image, p, f);
		else if (p->kind == ZSHIM_PART_DTB)
			check_tree(image, i, p, f);
	}
	check_gap(image, at, desc->image_size, f);
	return kernel;
}

void check_packed(const struct bytes *image, const uint8_t *kernel, size_t size)
{
	const struct zshim_desc *desc;
	struct findings f = {.count = 0};
	struct bytes unpacked;
	uint32_t where;
	enum status st = zshim_desc_check(image->data, image->size, &desc, &where);

	if (st != ST_OK)
		internal_error("the image is not sound: %s at %#x", status_text(st), where);
	unpacked = check_image(image, desc, &f);
	if (f.count)
		internal_error("the image is not sound: %s", f.line[0]);
	if (unpacked.size != size || (unpacked.data && memcmp(unpacked.data, kernel, size) != 0))
		internal_error("the image's kernel, %zu bytes, is not what was packed, %zu",
			       unpacked.size, size);
	free(unpacked.data);
}
