// SPDX-License-Identifier: MIT
/*
 * Linux' own self-extracting image: the Image inside is found and inflated.  The extension table
 * (since 4.15) tells where it ends and how long it is; where it begins, nothing tells, so each
 * place that looks like a compressed stream is tried.
 */
#define _GNU_SOURCE /* memmem */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "piggy.h"

#define HEADER_SIZE 0x34

struct zimage {
	const struct input *in;
	uint8_t *bytes; /* 0 to end: the file without what is appended */
	size_t size;
	/* From the extension table. */
	bool table;
	uint32_t size_at; /* offset of the inflated size, which follows or ends the stream */
	uint32_t inflated;
	uint32_t bss;
	bool text_offset_told;
	uint32_t text_offset;
};

static void check_header(struct zimage *z)
{
	const struct input *in = z->in;
	uint8_t header[HEADER_SIZE];
	uint32_t start, end;

	if (in->size < sizeof(header))
		input_error(in->name, "truncated: a zImage of %llu bytes",
			    (unsigned long long)in->size);
	input_read(in, 0, header, sizeof(header));
	if (get32(header + ZSHIM_BS_ZIMAGE_ENDIAN) == 0x01020304)
		input_error(in->name, "is a zImage with a big-endian kernel: not supported");
	start = get32(header + ZSHIM_BS_ZIMAGE_START);
	end = get32(header + ZSHIM_BS_ZIMAGE_END);
	/* Linked at a fixed address, an old one has addresses here. */
	if (end < start || end - start < sizeof(header))
		input_error(in->name, "broken zImage header: start %#x, end %#x", start, end);
	if (end - start > in->size)
		input_error(in->name, "truncated: a zImage of %u bytes, the file has %llu",
			    end - start, (unsigned long long)in->size);
	z->size = end - start;
	if (z->size > KERNEL_MAX)
		input_error(in->name, "broken zImage header: size %zu", z->size);
	if (in->size > z->size)
		say("note: %llu bytes behind the zImage are ignored (an appended device tree goes "
		    "into --dtb)",
		    (unsigned long long)in->size - z->size);
}

/* The words of the size table: {words, tag, size pointer, BSS, text offset, heap}. */
static void read_size_entry(struct zimage *z, uint32_t at, uint32_t words)
{
	if (words < 4)
		return;
	z->size_at = get32(z->bytes + at + 8);
	if (z->size_at > z->size - 4)
		input_error(z->in->name, "broken zImage table: size pointer %#x is outside",
			    z->size_at);
	z->inflated = get32(z->bytes + z->size_at);
	if (z->inflated == 0 || z->inflated > KERNEL_MAX)
		input_error(z->in->name, "broken zImage table: inflated size %u", z->inflated);
	z->bss = get32(z->bytes + at + 12);
	z->text_offset_told = words >= 5;
	if (z->text_offset_told)
		z->text_offset = get32(z->bytes + at + 16);
	z->table = true;
}

static void read_table(struct zimage *z)
{
	uint32_t at;

	if (z->size < ZSHIM_BS_ZIMAGE_TABLE + 4 ||
	    get32(z->bytes + ZSHIM_BS_ZIMAGE_MAGIC2) != ZSHIM_ZIMAGE_MAGIC2)
		return;
	at = get32(z->bytes + ZSHIM_BS_ZIMAGE_TABLE);
	while (at <= z->size - 8 && !z->table) {
		uint32_t words = get32(z->bytes + at);

		if (words < 2 || words > (z->size - at) / 4)
			return;
		if (get32(z->bytes + at + 4) == ZSHIM_KLSZ_TAG)
			read_size_entry(z, at, words);
		at += words * 4;
	}
}

/* Is the stream that was decoded the one that the table describes? */
static bool fits_table(const struct zimage *z, const struct piggy *p)
{
	size_t end = (size_t)(p->in - z->bytes) + p->in_used;

	if (!z->table)
		return true;
	/* gzip's own last word is the size; behind the others the build appended it. */
	return p->out_len == z->inflated && (end == z->size_at || end == z->size_at + 4);
}

static bool try_codec(const struct zimage *z, const struct piggy_codec *codec, struct piggy *p)
{
	const uint8_t *end = z->bytes + (z->table ? z->size_at + 4 : z->size);
	const uint8_t *at = z->bytes + HEADER_SIZE;

	while (at < end &&
	       (at = memmem(at, (size_t)(end - at), codec->magic, codec->magic_len)) != NULL) {
		p->in = at;
		p->in_len = (size_t)(end - at);
		if (codec->decode(p) && fits_table(z, p))
			return true;
		at++;
	}
	return false;
}

static const char *inflate_piggy(struct kernel *k, const struct zimage *z)
{
	size_t cap = z->table ? z->inflated : KERNEL_MAX;
	struct piggy p = {.out = alloc_raw(cap), .cap = cap};

	for (unsigned i = 0; i < PIGGY_CODECS; i++) {
		if (!try_codec(z, &piggy_codec[i], &p))
			continue;
		k->bytes = p.out;
		k->size = p.out_len;
		return piggy_codec[i].name;
	}
	if (z->table)
		input_error(z->in->name,
			    "no stream in this zImage inflates to the %u bytes that its "
			    "table names: damaged?",
			    z->inflated);
	input_error(z->in->name,
		    "no compressed kernel in this zImage (no gzip, lzo, lz4, xz, lzma)");
}

void kernel_load_zimage(struct kernel *k, const struct input *in)
{
	struct zimage z = {.in = in};
	const char *codec;

	check_header(&z);
	z.bytes = alloc_raw(z.size);
	input_read(in, 0, z.bytes, z.size);
	read_table(&z);
	codec = inflate_piggy(k, &z);
	free(z.bytes);
	if (!kernel_find_banner(k) && !kernel_has_linux_head(k->bytes, k->size))
		input_error(in->name, "what is inside this zImage (%s) is no ARM Linux", codec);
	k->kind = KERNEL_ZIMAGE;
	k->is_linux = true;
	k->bss_told = z.table;
	k->memory = k->size + (z.table ? z.bss : kernel_guess_bss(k->size));
	k->text_offset = z.text_offset_told ? z.text_offset : TEXT_OFFSET_USUAL;
	snprintf(k->what, sizeof(k->what), "zImage (%s%s)", codec,
		 z.table ? "" : ", no size table");
}
