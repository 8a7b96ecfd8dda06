// SPDX-License-Identifier: MIT
/* The tables of the codec "zstd": FSE (RFC 8878, 4.1) and Huffman (4.2). */
#include "mem.h"
#include "zstd_priv.h"

#define WEIGHTS	    KINDS /* the FSE table that Huffman weights are coded with */
#define WEIGHTS_LOG 6
#define LOWEST_LOG  5
#define NOT_ONE	    (-1) /* norm of a symbol that occurs less than once a table */

static const uint8_t symbols[] = {[LL] = 36, [OF] = 32, [ML] = 53, [WEIGHTS] = 13};
static const uint8_t log_max[] = {[LL] = 9, [OF] = 8, [ML] = 9, [WEIGHTS] = WEIGHTS_LOG};

void zstd_prepare(struct zstd_tables *t)
{
	/* extra bits of LL 16..35 and of ML 32..52 */
	static const uint8_t bits[ZSTD_EXTRAS] = {
		1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 1,
		1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	uint32_t base = ZSTD_LL_EXTRA;

	for (unsigned i = 0; i < ZSTD_EXTRAS; i++) {
		if (i == ZSTD_EXTRA_ML)
			base = ZSTD_ML_EXTRA + ZSTD_ML_MIN;
		t->extra[i] = base << ZSTD_EXTRA_LOG | bits[i];
		base += 1u << bits[i];
	}
}

/* --- FSE ----------------------------------------------------------------------------------------
 */
/* 16 bits at least, from bit number at of the section on; those behind its end are 0. */
static uint32_t ahead(const struct zstd *s, size_t at)
{
	const uint8_t *p = s->in + at / 8;
	uint32_t v = 0;

	if (at / 8 >= (size_t)(s->end - s->in))
		return 0;
	for (unsigned i = 0; i < 24 && p != s->end; i += 8)
		v |= (uint32_t)*p++ << i;
	return v >> at % 8;
}

/*
 * 4.1.1: how often each symbol occurs in a table, in t->norm.  The log of the table's size.  A
 * number takes as many bits as what is left of the table can need; low ones one bit less.
 */
static unsigned read_norm(struct zstd *s, unsigned kind)
{
	int16_t *norm = s->t->work.norm;
	unsigned log = (ahead(s, 0) & 15) + LOWEST_LOG, sym = 0;
	size_t at = 4;
	int32_t rest = 1 << log;

	memset(norm, 0, sizeof(s->t->work.norm));
	if (log > log_max[kind])
		rest = -1;
	while (rest > 0 && sym < symbols[kind]) {
		uint32_t v = ahead(s, at), most = (uint32_t)rest + 1;
		unsigned bits = 32 - (unsigned)__builtin_clz(most);
		uint32_t half = 1u << (bits - 1), low = 2 * half - 1 - most;

		at += bits;
		if ((v & (half - 1)) < low) {
			at--;
			v &= half - 1;
		} else {
			v &= 2 * half - 1;
			if (v >= half)
				v -= low;
		}
		norm[sym++] = (int16_t)(v - 1);
		rest -= v ? (int32_t)v - 1 : 1;
		if (v != 1)
			continue;
		do { /* how many more of them are 0 */
			v = ahead(s, at) & 3;
			at += 2;
			sym += v;
		} while (v == 3 && sym < symbols[kind]);
	}
	at = (at + 7) / 8;
	if (rest || sym > symbols[kind] || at > (size_t)(s->end - s->in))
		zstd_fail(s, ST_CORRUPT);
	else
		s->in += at;
	return log;
}

/*
 * What the entries of a symbol have in common, for a table of so many entries: n bits and the base
 * b add n * 255 and b << next_at to it.  The base is given with the size added, which is taken off.
 */
static uint32_t entry_of(const struct zstd *s, unsigned kind, unsigned sym, uint32_t size)
{
	uint32_t e = 32;

	if (kind == OF)
		return e + ((ZSTD_OF_FIRST - size) << ZSTD_OF_NEXT);
	if (kind == ML) {
		e += (ZSTD_LL_SIZE - size) << ZSTD_ML_NEXT;
		if (sym >= ZSTD_ML_EXTRA)
			e += ZSTD_SPECIAL;
		return e + ((sym & ZSTD_ML_CODE) << ZSTD_CODE_AT);
	}
	/* a symbol's only state reads as many bits as there are in a state, 9 at most */
	if (sym >= ZSTD_LL_EXTRA || (size == ZSTD_LL_SIZE && s->t->work.share[sym] == 1))
		e += ZSTD_SPECIAL;
	return e + (sym << ZSTD_CODE_AT) - (size << ZSTD_LL_NEXT);
}

/* The second word of an OF entry.  The farthest offset of a code is 2^(code + 1) - 1 - 3. */
static uint32_t offset_code(const struct zstd *s, unsigned code)
{
	uint32_t e = code << 8 | (31 - code);

	if (code < 3 || code > ZSTD_OF_BITS || (size_t)(s->out - s->base) >> (code + 1) == 0)
		e |= ZSTD_SPECIAL;
	return e;
}

/*
 * 4.1.1, second half: the table from k->norm.  Symbols that occur less than once take the last
 * states; zstd_states() does the rest.
 */
static void make_table(struct zstd *s, unsigned kind, unsigned log)
{
	struct zstd_tables *t = s->t;
	struct zstd_work *k = &t->work;
	uint32_t size = 1u << log, *to = kind == LL   ? t->len
					 : kind == ML ? t->len + ZSTD_LL_SIZE
						      : t->huf;

	k->size = k->high = size;
	k->symbols = symbols[kind];
	k->words = 1 + (kind == OF);
	k->next_at = kind == ML ? ZSTD_ML_NEXT : kind == OF ? ZSTD_OF_NEXT : ZSTD_LL_NEXT;
	k->step = (size >> 1) + (size >> 3) + 3;
	for (unsigned sym = 0; sym < k->symbols; sym++) {
		int n = k->norm[sym];

		if (!n)
			continue;
		if (n == NOT_ONE) {
			k->spread[--k->high] = (uint8_t)sym;
			n = 1;
		}
		k->share[sym] = (uint32_t)n;
		k->entry[sym] = entry_of(s, kind, sym, size);
		if (kind == OF)
			k->code[sym] = offset_code(s, sym);
	}
	zstd_states(k, kind == OF ? &t->of->state : to);
	for (unsigned i = 0; kind == OF && i < size; i++)
		t->of[i].code = k->code[k->spread[i]];
}

/*
 * 3.1.1.3.2.2: norms of the predefined tables, each a byte: one more than the norm in the highest 3
 * bits, and how many symbols have it.
 */
#define RUN(norm, count) (((norm) + 1) << 5 | (count))
static const uint8_t predefined_ll[] = {RUN(4, 1), RUN(3, 1), RUN(2, 11), RUN(1, 3),  RUN(2, 9),
					RUN(3, 1), RUN(2, 1), RUN(1, 5),  RUN(-1, 4), 0};
static const uint8_t predefined_of[] = {RUN(1, 6), RUN(2, 3), RUN(1, 15), RUN(-1, 5), 0};
static const uint8_t predefined_ml[] = {RUN(1, 1),  RUN(4, 1), RUN(3, 1),  RUN(2, 6),
					RUN(1, 31), RUN(1, 6), RUN(-1, 7), 0};

static unsigned predefined(struct zstd *s, unsigned kind)
{
	const uint8_t *p = kind == LL ? predefined_ll : kind == OF ? predefined_of : predefined_ml;
	int16_t *norm = s->t->work.norm;

	memset(norm, 0, sizeof(s->t->work.norm));
	for (; *p; p++)
		for (unsigned i = *p & 31; i; i--)
			*norm++ = (int16_t)((*p >> 5) - 1);
	return kind == OF ? 5 : 6;
}

void zstd_fse_table(struct zstd *s, unsigned kind, unsigned mode)
{
	unsigned log = 0;

	if (mode == 3) {
		if (!s->made[kind])
			zstd_fail(s, ST_CORRUPT);
		return;
	}
	if (mode == 1) {
		unsigned sym = zstd_byte(s);

		if (sym >= symbols[kind])
			zstd_fail(s, ST_CORRUPT);
		memset(s->t->work.norm, 0, sizeof(s->t->work.norm));
		s->t->work.norm[sym & 63] = 1;
	} else {
		log = mode ? read_norm(s, kind) : predefined(s, kind);
	}
	if (!s->status)
		make_table(s, kind, log);
	s->log[kind] = (uint8_t)log;
	s->made[kind] = 1;
}

/* --- Huffman ------------------------------------------------------------------------------------
 */
/*
 * 4.2.1.2: weights that are coded with two states in turn, up to the end of the section.  The last
 * but one is the one whose next state has no bits left.
 */
static unsigned coded_weights(struct zstd *s)
{
	const uint32_t *table = s->t->huf;
	uint8_t *weights = s->t->work.weights;
	unsigned log = read_norm(s, WEIGHTS), n = 0;
	uint32_t now, then;
	int32_t left;

	if (s->status)
		return 0;
	make_table(s, WEIGHTS, log);
	zstd_bits(s, s->in, s->end);
	now = table[zstd_take(s, log)];
	then = table[zstd_take(s, log)];
	for (left = s->left; left >= 0 && n < 254;) {
		uint32_t e = now, bits = e >> 8 & 15, v;
		int32_t last =
			left - 1; /* at most 6 bits: they lie in its byte and the one before */

		weights[n++] = e >> ZSTD_CODE_AT & ZSTD_LL_CODE;
		now = then;
		left -= (int32_t)bits;
		if (left < 0)
			break;
		v = s->bits[left >> 3] | (uint32_t)s->bits[last >> 3] << 8;
		v = v >> (left & 7) & ((1u << bits) - 1);
		then = table[(e >> ZSTD_LL_NEXT) + v];
	}
	if (left >= 0 || !n)
		zstd_fail(s, ST_CORRUPT);
	weights[n++] = now >> ZSTD_CODE_AT & ZSTD_LL_CODE;
	return n;
}

/* 4.2.1: the weights; how many there are. */
static unsigned read_weights(struct zstd *s)
{
	unsigned n = zstd_byte(s);
	const uint8_t *end = s->end;

	if (n >= 128) { /* 4.2.1.1: 4 bits each, the first one in the high half */
		for (unsigned i = 0; i < n - 127; i += 2) {
			unsigned pair = zstd_byte(s);

			s->t->work.weights[i] = (uint8_t)(pair >> 4);
			s->t->work.weights[i + 1] = pair & 15;
		}
		return n - 127;
	}
	if (n > (size_t)(end - s->in)) {
		zstd_fail(s, ST_CORRUPT);
		return 0;
	}
	s->end = s->in + n;
	n = coded_weights(s);
	s->in = s->end;
	s->end = end;
	return n;
}

/* Bit 31 becomes bit 0, and so on. */
uint32_t zstd_reverse(uint32_t v)
{
	v = (v & 0x55555555) << 1 | (v >> 1 & 0x55555555);
	v = (v & 0x33333333) << 2 | (v >> 2 & 0x33333333);
	v = (v & 0x0f0f0f0f) << 4 | (v >> 4 & 0x0f0f0f0f);
	return __builtin_bswap32(v);
}

/* What is left of a power of 2 is the last one's.  The bits of the longest code; 0: not valid. */
static unsigned last_weight(struct zstd *s, unsigned n, uint32_t *count)
{
	uint8_t *weights = s->t->work.weights;
	uint32_t sum = 0, rest;
	unsigned bits;

	for (unsigned i = 0; i < n; i++) {
		if (weights[i] > ZSTD_HUF_BITS)
			return 0;
		count[weights[i]]++;
		sum += 1u << weights[i] >> 1;
	}
	if (!sum || sum >> ZSTD_HUF_BITS)
		return 0;
	bits = 32 - (unsigned)__builtin_clz(sum);
	rest = (1u << bits) - sum;
	weights[n] = (uint8_t)(32 - __builtin_clz(rest));
	count[weights[n]]++;
	/* with no code as long as can be libzstd refuses it, too */
	return rest & (rest - 1) || count[1] < 2 ? 0 : bits;
}

/*
 * 4.2.1: a weight w > 0 stands for 2^(w-1) parts of the whole, and for a code with as many bits
 * less than the longest; the last symbol's is what makes the whole a power of 2.  Codes of one
 * length come in symbol order, longer ones before shorter ones.
 *
 * The table's index is the reversed code.  Shorter codes are entered first: those of up to len bits
 * fill a table of 2^len entries, which is doubled for those of len + 1.
 */
void zstd_huffman_table(struct zstd *s)
{
	uint8_t *weights = s->t->work.weights, *sorted = s->t->work.spread;
	uint32_t *table = s->t->huf;
	uint32_t count[ZSTD_HUF_BITS + 2] = {0}, at[ZSTD_HUF_BITS + 2];
	unsigned n = read_weights(s), bits, sum = 0, used = 0;

	bits = s->status ? 0 : last_weight(s, n++, count);
	if (!bits) {
		zstd_fail(s, ST_CORRUPT);
		return;
	}
	for (unsigned w = bits; w; w--) {
		at[w] = used;
		used += count[w];
	}
	for (unsigned i = 0; i < n; i++)
		if (weights[i])
			sorted[at[weights[i]]++] = (uint8_t)i;
	for (unsigned w = 1; w <= bits; w++) {
		at[w] = zstd_reverse(sum << (32 - bits));
		sum += count[w] << (w - 1);
	}
	for (unsigned len = 1; len <= bits; len++) {
		unsigned w = bits + 1 - len;
		uint32_t code = at[w];

		memcpy(table + (1u << len >> 1), table, sizeof(*table) << len >> 1);
		for (unsigned i = count[w]; i; i--) {
			uint32_t bit = 1u << len;

			table[code] = len << 8 | *sorted++;
			while ((bit >>= 1) & code)
				code ^= bit;
			code |= bit;
		}
	}
	s->huf_bits = bits;
}
