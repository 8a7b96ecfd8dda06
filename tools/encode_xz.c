// SPDX-License-Identifier: MIT
/*
 * xz: one stream of one block as lib/codec/xzboot.c wants it, without sizes in the block's header,
 * which only liblzma's stream encoder leaves out.  No check, as XXH32 covers the part, and no
 * filter, as the image has its own.
 *
 * What fits code depends on its instructions: ARM's are words (lp 2, pb 2), Thumb's halfwords. Over
 * `xz -9e` this gains 1 to 2 %.  How matches are looked for is a matter of luck, worth 0.1 %.
 */
#include <lzma.h>

#include "encoder.h"

struct setting {
	/* Bits of the byte before, and of the position, that choose a literal's probabilities; bits
	 * of the position that choose a match's. */
	uint8_t lc, lp, pb;
	uint16_t nice; /* a match that is long enough */
	bool bt3;      /* hash 2 and 3 bytes, not 4 as well */
	bool deep;     /* give up later */
};

#define LONGEST 273
#define DEEP	1000

static const struct setting usual[] = {
	{2, 2, 2, LONGEST, false, false},
	{2, 2, 2, LONGEST, true, false},
	{3, 1, 2, LONGEST, false, false}, /* for Thumb */
	{2, 2, 2, 128, true, true},
};

static const uint8_t lc_lp[][2] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {0, 1},
				   {1, 1}, {2, 1}, {3, 1}, {0, 2}, {1, 2}, {2, 2}};
static const uint16_t nices[] = {64, 128, LONGEST};

#define COUNT(array)  ((unsigned)(sizeof(array) / sizeof((array)[0])))
#define PBS	      3
#define SEARCHES      (COUNT(nices) * 4)
#define SEARCHED_FITS 2 /* usual[0] and usual[2] */
#define SETTINGS      (COUNT(usual) + COUNT(lc_lp) * PBS + SEARCHES * SEARCHED_FITS)

/* The usual ones; all ways to choose probabilities; all ways to search, for ARM and for Thumb. */
static struct setting setting_of(unsigned n)
{
	struct setting s;

	if (n < COUNT(usual))
		return usual[n];
	n -= COUNT(usual);
	if (n < COUNT(lc_lp) * PBS) {
		const uint8_t *l = lc_lp[n / PBS];

		return (struct setting){l[0], l[1], (uint8_t)(n % PBS), LONGEST, false, false};
	}
	n -= COUNT(lc_lp) * PBS;
	s = usual[n / SEARCHES * 2];
	n %= SEARCHES;
	s.nice = nices[n / 4];
	s.bt3 = n & 1;
	s.deep = n & 2;
	return s;
}

static lzma_options_lzma options(size_t size, const struct setting *s)
{
	lzma_options_lzma how;

	if (lzma_lzma_preset(&how, 9 | LZMA_PRESET_EXTREME))
		internal_error("liblzma has no preset 9e");
	how.dict_size = LZMA_DICT_SIZE_MIN;
	while (how.dict_size < size)
		how.dict_size *= 2;
	how.lc = s->lc;
	how.lp = s->lp;
	how.pb = s->pb;
	how.nice_len = s->nice;
	how.mf = s->bt3 ? LZMA_MF_BT3 : LZMA_MF_BT4;
	how.depth = s->deep ? DEEP : 0;
	return how;
}

static struct bytes xz(const uint8_t *in, size_t size, unsigned setting)
{
	struct setting s = setting_of(setting);
	lzma_options_lzma how = options(size, &s);
	lzma_filter chain[] = {{LZMA_FILTER_LZMA2, &how}, {LZMA_VLI_UNKNOWN, NULL}};
	lzma_stream coder = LZMA_STREAM_INIT;
	struct bytes out = {.size = lzma_stream_buffer_bound(size)};

	out.data = alloc_raw(out.size);
	coder.next_in = in;
	coder.avail_in = size;
	coder.next_out = out.data;
	coder.avail_out = out.size;
	if (lzma_stream_encoder(&coder, chain, LZMA_CHECK_NONE) != LZMA_OK ||
	    lzma_code(&coder, LZMA_FINISH) != LZMA_STREAM_END)
		internal_error("xz encoder failed");
	out.size = (size_t)coder.total_out;
	lzma_end(&coder);
	return out;
}

static void describe(unsigned setting, char text[SETTING_TEXT])
{
	struct setting s = setting_of(setting);

	snprintf(text, SETTING_TEXT, "xz lc=%u lp=%u pb=%u nice=%u mf=%s%s", s.lc, s.lp, s.pb,
		 s.nice, s.bt3 ? "bt3" : "bt4", s.deep ? " deep" : "");
}

static size_t memory(size_t size)
{
	lzma_options_lzma how = options(size, &usual[0]);
	lzma_filter chain[] = {{LZMA_FILTER_LZMA2, &how}, {LZMA_VLI_UNKNOWN, NULL}};

	return (size_t)lzma_raw_encoder_memusage(chain);
}

const struct encoder encoder_xz = {
	.decoder = &codec_xzboot,
	.usual = COUNT(usual),
	.all = SETTINGS,
	.describe = describe,
	.encode = xz,
	.memory = memory,
};
