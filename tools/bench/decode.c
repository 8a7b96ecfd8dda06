// SPDX-License-Identifier: MIT
/*
 * Decodes a file with the reference library of its codec: what make bench runs under qemu-arm.
 *
 *   decode lz4|gzip|zstd|xz IN SIZE OUT    SIZE: of the inflated bytes
 *
 * lz4 is a lone block and gzip lone DEFLATE data, as images hold them.
 *
 * The plugin counts from the first instruction of bench_start() to that of bench_stop(): start-up,
 * dynamic linking (we link with -z now) and reading the file are outside.  Input and output lie at
 * fixed addresses: whatever else is written between the two is the library's working memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libdeflate.h>
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zstd.h>

#define IN_ADDRESS  0x50000000u
#define OUT_ADDRESS 0x60000000u /* also in libraries.py */

struct work {
	const void *in;
	size_t in_len;
	void *out;
	size_t out_len; /* of the inflated data, known beforehand as in an image */
};

/* The markers: the count begins and ends at their first instruction. */
void bench_start(void);
void bench_stop(void);

__attribute__((noinline)) void bench_start(void)
{
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void bench_stop(void)
{
	__asm__ volatile("" ::: "memory");
}

static bool lz4(const struct work *w)
{
	return LZ4_decompress_safe(w->in, w->out, (int)w->in_len, (int)w->out_len) ==
	       (int)w->out_len;
}

static bool gzip(const struct work *w)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t out = 0;
	enum libdeflate_result result;

	if (!d)
		return false;
	result = libdeflate_deflate_decompress(d, w->in, w->in_len, w->out, w->out_len, &out);
	libdeflate_free_decompressor(d);
	return result == LIBDEFLATE_SUCCESS && out == w->out_len;
}

static bool zstd(const struct work *w)
{
	return ZSTD_decompress(w->out, w->out_len, w->in, w->in_len) == w->out_len;
}

static bool xz(const struct work *w)
{
	uint64_t memory = UINT64_MAX;
	size_t in = 0, out = 0;

	return lzma_stream_buffer_decode(&memory, 0, NULL, w->in, &in, w->in_len, w->out, &out,
					 w->out_len) == LZMA_OK &&
	       out == w->out_len;
}

static const struct {
	const char *name;
	bool (*decode)(const struct work *w);
} codecs[] = {{"lz4", lz4}, {"gzip", gzip}, {"zstd", zstd}, {"xz", xz}};

static void *memory_at(uintptr_t address, size_t size)
{
	void *p = mmap((void *)address, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED) {
		fprintf(stderr, "decode: %zu bytes at %#lx: %s\n", size, (unsigned long)address,
			strerror(errno));
		exit(1);
	}
	return p;
}

static size_t read_all(const char *name, void *to, size_t room)
{
	FILE *f = fopen(name, "rb");
	size_t n = f ? fread(to, 1, room, f) : 0;

	if (!f || ferror(f)) {
		fprintf(stderr, "decode: %s: cannot be read\n", name);
		exit(1);
	}
	fclose(f);
	return n;
}

static void write_all(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(name, "wb");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0) {
		fprintf(stderr, "decode: %s: cannot be written\n", name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const size_t room = OUT_ADDRESS - IN_ADDRESS;
	struct work w;

	if (argc != 5) {
		fputs("usage: decode lz4|gzip|zstd|xz IN SIZE OUT\n", stderr);
		return 2;
	}
	w.out_len = strtoul(argv[3], NULL, 0);
	w.in = memory_at(IN_ADDRESS, room);
	w.in_len = read_all(argv[2], (void *)(uintptr_t)w.in, room);
	w.out = memory_at(OUT_ADDRESS, w.out_len);
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		bool ok;

		if (strcmp(argv[1], codecs[i].name) != 0)
			continue;
		bench_start();
		ok = codecs[i].decode(&w);
		bench_stop();
		if (!ok) {
			fprintf(stderr, "decode: %s: not a sound %s file\n", argv[2], argv[1]);
			return 1;
		}
		write_all(argv[4], w.out, w.out_len);
		return 0;
	}
	fprintf(stderr, "decode: no codec %s\n", argv[1]);
	return 2;
}
