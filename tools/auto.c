// SPDX-License-Identifier: MIT
/*
 * The time from power to the kernel's first instruction, as far as a codec can change it: reading
 * stub and packed kernel from storage, then the instructions of the boot.
 */
#include "auto.h"

#include <stdlib.h>

#include "names.h"
#include "stub.h"

/*
 * Instructions of a boot a byte of the kernel, by codec: `make bench`, Debian's armmp kernel, with
 * the ARM filter less what that costs.  The cheapest first, as codecs behind one that is soonest
 * are not even tried.
 */
static const struct {
	enum zshim_codec codec;
	double instructions;
} boot_cost[] = {
	{ZSHIM_CODEC_NONE, 1.26}, {ZSHIM_CODEC_LZ4, 2.19}, {ZSHIM_CODEC_GZIP, 5.85},
	{ZSHIM_CODEC_ZSTD, 6.62}, {ZSHIM_CODEC_XZ, 38.29},
};

/* What undoing the filter adds. */
static const double filter_cost[] = {
	[ZSHIM_FILTER_NONE] = 0,
	[ZSHIM_FILTER_ARM] = 0.62,
	[ZSHIM_FILTER_THUMB] = 1.66,
};

#define CODECS (sizeof(boot_cost) / sizeof(boot_cost[0]))

/* Seconds. */
struct times {
	double reading;
	double running;
};

static double total(const struct times *t)
{
	return t->reading + t->running;
}

static double run_time(const struct kernel *k, double a_byte, const struct pack_options *o)
{
	return a_byte * (double)k->size / (o->mips * 1e6);
}

static double read_time(const struct encoding *e, const struct pack_options *o)
{
	const struct stub *s = stub_find("armv7a", codec_name(e->codec), "boot");

	return (double)((size_t)(s->end - s->bytes) + e->bytes.size) / (o->storage * 1e6);
}

static void tell(const struct encoding *e, const struct times *t, const struct pack_options *o)
{
	say("codec: %s, %.3f s to the kernel's entry: %.3f s of reading at %g MB/s + %.3f s of "
	    "instructions at %g MIPS",
	    codec_name(e->codec), total(t), t->reading, o->storage, t->running, o->mips);
}

struct encoding auto_encode(const struct kernel *k, const struct pack_options *o)
{
	struct encoding best = {.bytes = {NULL, 0}};
	struct times least = {0, 0};

	printf("auto:");
	for (size_t i = 0; i < CODECS; i++) {
		struct times t = {0, run_time(k, boot_cost[i].instructions, o)};
		const char *name = codec_name(boot_cost[i].codec);
		struct encoding e;

		printf("%s %s ", i ? "," : "", name);
		if (best.bytes.data && t.running >= total(&least)) {
			printf("not tried, %.3f s of instructions", t.running);
			continue;
		}
		e = encode(k, boot_cost[i].codec, o->filter, o->best);
		t.running += run_time(k, filter_cost[e.filter], o);
		t.reading = read_time(&e, o);
		printf("%.3f s", total(&t));
		if (best.bytes.data && total(&t) >= total(&least)) {
			free(e.bytes.data);
			continue;
		}
		free(best.bytes.data);
		best = e;
		least = t;
	}
	putchar('\n');
	tell(&best, &least, o);
	return best;
}
