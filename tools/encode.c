// SPDX-License-Identifier: MIT
#include "encode.h"

#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "jobs.h"
#include "names.h"
#include "progress.h"

/* What this build can do: one line a codec. */
static const struct encoder *const encoders[] = {
	&encoder_store, &encoder_gzip, &encoder_lz4, &encoder_zstd, &encoder_xz,
};

#define ENCODERS (sizeof(encoders) / sizeof(encoders[0]))

static const struct encoder *encoder_find(uint32_t id)
{
	for (size_t i = 0; i < ENCODERS; i++)
		if (encoders[i]->decoder->id == id)
			return encoders[i];
	return NULL;
}

const struct codec *decoder_find(uint32_t id)
{
	const struct encoder *e = encoder_find(id);

	return e ? e->decoder : NULL;
}

/* One form of the kernel that encoders get. */
struct form {
	const uint8_t *bytes;
	enum zshim_filter filter;
};

/*
 * A contest of encodes: each form with each setting.  Its winner is the smallest result, and among
 * equals the first, so that it does not depend on which one is ready first.
 */
struct contest {
	const struct encoder *encoder;
	size_t size;
	struct form form[2];
	unsigned forms;
	unsigned settings;
	pthread_mutex_t lock; /* of what follows */
	size_t done;
	size_t winner; /* its number; valid when there are bytes */
	struct bytes bytes;
};

static unsigned setting_of(const struct contest *c, size_t i)
{
	return (unsigned)(i % c->settings);
}

static const struct form *form_of(const struct contest *c, size_t i)
{
	return &c->form[i / c->settings];
}

static void describe(const struct contest *c, size_t i, char *text, size_t size)
{
	enum zshim_filter filter = form_of(c, i)->filter;
	char setting[SETTING_TEXT];

	c->encoder->describe(setting_of(c, i), setting);
	snprintf(text, size, "%s%s%s", setting, filter ? ", filter " : "",
		 filter ? filter_name(filter) : "");
}

static void enter(struct contest *c, size_t i, struct bytes out)
{
	bool wins = !c->bytes.data || out.size < c->bytes.size ||
		    (out.size == c->bytes.size && i < c->winner);

	free(wins ? c->bytes.data : out.data);
	if (!wins)
		return;
	c->bytes = out;
	c->winner = i;
}

/* A job: encode number i. */
static void compete(void *all, size_t i)
{
	struct contest *c = all;
	struct bytes out;
	char text[80];

	describe(c, i, text, sizeof(text));
	pthread_mutex_lock(&c->lock);
	progress_show(text, c->done, (size_t)c->forms * c->settings);
	pthread_mutex_unlock(&c->lock);
	out = c->encoder->encode(form_of(c, i)->bytes, c->size, setting_of(c, i));
	pthread_mutex_lock(&c->lock);
	c->done++;
	enter(c, i, out);
	pthread_mutex_unlock(&c->lock);
}

#define PROBES	   16
#define PROBE_SIZE 0x40000

/* How small a quick encoder makes pieces of it; the measure of what a filter is worth. */
static size_t probe(const uint8_t *in, size_t size)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
	size_t step = size / PROBES, piece = step < PROBE_SIZE ? step : PROBE_SIZE;
	size_t made = 0, room;
	uint8_t *out;

	if (!c)
		internal_error("no memory for an encoder");
	room = libdeflate_deflate_compress_bound(c, piece);
	out = alloc_raw(room);
	for (size_t i = 0; i < PROBES; i++)
		made += libdeflate_deflate_compress(c, in + i * step, piece, out, room);
	libdeflate_free_compressor(c);
	free(out);
	return made;
}

/* What the probe sees by more than one part in so many, all encoders see. */
#define PROBE_SURE 64

/* Which form the contest can do without; where the probe is not sure it is left to the encoders. */
static void choose_forms(struct contest *c, const uint8_t *plain, const uint8_t *filtered,
			 enum zshim_filter filter, enum filter_option option)
{
	size_t without, with;

	c->form[0] = (struct form){plain, ZSHIM_FILTER_NONE};
	c->form[1] = (struct form){filtered, filter};
	c->forms = option == FILTER_AUTO ? 2 : 1;
	if (option == FILTER_ON)
		c->form[0] = c->form[1];
	if (option != FILTER_AUTO)
		return;
	if (memcmp(plain, filtered, c->size) == 0) {
		c->forms = 1;
		return;
	}
	without = probe(plain, c->size);
	with = probe(filtered, c->size);
	if (without / PROBE_SURE + with < without)
		c->form[0] = c->form[1];
	else if (with <= without / PROBE_SURE + without)
		return;
	c->forms = 1;
}

/* Both forms share the encodes that are allowed. */
static unsigned count_settings(const struct contest *c, bool best)
{
	unsigned most = ENCODES_USUAL / c->forms;

	if (best)
		return c->encoder->all;
	return c->encoder->usual < most ? c->encoder->usual : most;
}

struct encoding encode(const struct kernel *k, enum zshim_codec codec, enum filter_option option,
		       bool best)
{
	struct contest c = {
		.encoder = encoder_find(codec), .size = k->size, .lock = PTHREAD_MUTEX_INITIALIZER};
	struct calls calls = filter_count(k->bytes, k->size);
	enum zshim_filter filter = filter_fits(k, &calls);
	struct encoding e = {.codec = codec};
	uint8_t *filtered;

	if (!c.encoder)
		internal_error("no encoder for codec %u", (unsigned)codec);
	/* What is only stored does not get smaller. */
	if (option == FILTER_AUTO && codec == ZSHIM_CODEC_NONE)
		option = FILTER_OFF;
	filtered = filter_apply(filter, k->bytes, k->size);
	choose_forms(&c, k->bytes, filtered, filter, option);
	c.settings = count_settings(&c, best);
	e.tried = c.forms * c.settings;
	jobs_run(compete, &c, e.tried, c.encoder->memory(k->size));
	progress_clear();
	free(filtered);
	e.bytes = c.bytes;
	e.filter = form_of(&c, c.winner)->filter;
	c.encoder->describe(setting_of(&c, c.winner), e.setting);
	return e;
}
