// SPDX-License-Identifier: MIT
/* The tables of the codec "zstd": FSE (RFC 8878, 4.1) and Huffman (4.2). */
#include "mem.h"
#include "zstd_priv.h"

#define WEIGHTS	    KINDS /* the FSE table that Huffman weights are coded with */
#define WEIGHTS_LOG 6
#define LOWEST_LOG  5
#define NOT_ONE	    -1 /* norm of a symbol that occurs less than once a table */

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
	int16_t *norm = s->t->norm;
	unsigned log = (ahead(s, 0) & 15) + LOWEST_LOG, sym = 0;
	size_t at = 4;
	int32_t rest = 1 << log;

	memset(norm, 0, sizeof(s->t->norm));
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

/* The entry of a state with a symbol, n bits and the base of the next state. */
static void put_entry(struct zstd *s, unsigned kind, unsigned at, unsigned sym, unsigned n,
		      unsigned base)
{
	struct zstd_tables *t = s->t;
	uint32_t e = n << 8 | (32 - n);

	if (kind == LL) {
		if (sym >= ZSTD_LL_EXTRA || n > 8)
			e |= ZSTD_SPECIAL;
		t->len[at] = e | base << ZSTD_LL_NEXT | sym << ZSTD_CODE_AT;
	} else if (kind == ML) {
		if (sym >= ZSTD_ML_EXTRA)
			e |= ZSTD_SPECIAL;
		t->len[ZSTD_LL_SIZE + at] = e | (base + ZSTD_LL_SIZE) << ZSTD_ML_NEXT |
					    (sym & ZSTD_ML_CODE) << ZSTD_CODE_AT;
	} else if (kind == OF) {
		uint32_t code = sym << 8 | (31 - sym);

		/* the farthest one is 2^(sym+1) - 1 - 3 */
		if (sym < 3 || sym > ZSTD_OF_BITS || (s->out - s->base) >> (sym + 1) == 0)
			code |= ZSTD_SPECIAL;
		t->of[at].state = e | (base + ZSTD_OF_FIRST) << ZSTD_OF_NEXT;
		t->of[at].code = code;
	} else {
		t->huf[at] = base << 16 | n << 8 | sym;
	}
}

/*
 * 4.1.1, second half: the table from t->norm.  Symbols that occur less than once take the last
 * states; the others are spread over the rest.  A symbol's states in order share out the interval
 * of next states, in parts that are powers of 2.
 */
static void make_table(struct zstd *s, unsigned kind, unsigned log)
{
	struct zstd_tables *t = s->t;
	unsigned size = 1u << log, step = (size >> 1) + (size >> 3) + 3, at = 0, high = size;
	uint16_t share[64];

	for (unsigned sym = 0; sym < symbols[kind]; sym++) {
		share[sym] = (uint16_t)t->norm[sym];
		if (t->norm[sym] == NOT_ONE) {
			t->spread[--high] = (uint8_t)sym;
			share[sym] = 1;
		}
	}
	for (unsigned sym = 0; sym < symbols[kind]; sym++)
		for (int i = t->norm[sym]; i > 0; i--) {
			t->spread[at] = (uint8_t)sym;
			do {
				at = (at + step) & (size - 1);
			} while (at >= high);
		}
	for (unsigned i = 0; i < size; i++) {
		unsigned sym = t->spread[i], x = share[sym]++;
		unsigned n = log - (31 - (unsigned)__builtin_clz(x));

		put_entry(s, kind, i, sym, n, (x << n) - size);
	}
}

/* 3.1.1.3.2.2: norms of the predefined tables, as pairs of a number and how many of it follow. */
static const int8_t predefined_ll[] = {4, 1, 3, 1, 2, 11, 1,	   3, 2, 9,
				       3, 1, 2, 1, 1, 5,  NOT_ONE, 4, 0};
static const int8_t predefined_of[] = {1, 6, 2, 3, 1, 15, NOT_ONE, 5, 0};
static const int8_t predefined_ml[] = {1, 1, 4, 1, 3, 1, 2, 6, 1, 37, NOT_ONE, 7, 0};

static unsigned predefined(struct zstd *s, unsigned kind)
{
	const int8_t *p = kind == LL ? predefined_ll : kind == OF ? predefined_of : predefined_ml;
	int16_t *norm = s->t->norm;

	memset(norm, 0, sizeof(s->t->norm));
	for (; *p; p += 2)
		for (int i = p[1]; i; i--)
			*norm++ = p[0];
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
		else
			put_entry(s, kind, 0, sym, 0, 0);
	} else {
		log = mode ? read_norm(s, kind) : predefined(s, kind);
		if (!s->status)
			make_table(s, kind, log);
	}
	s->log[kind] = (uint8_t)log;
	s->made[kind] = 1;
}

/* --- Huffman ------------------------------------------------------------------------------------
 */
/* 4.2.1.2: weights that are coded with two states in turn, up to the end of the section. */
static unsigned coded_weights(struct zstd *s)
{
	const uint32_t *table = s->t->huf;
	unsigned log = read_norm(s, WEIGHTS), n = 0;
	uint32_t now, then;

	if (!s->status) {
		make_table(s, WEIGHTS, log);
		zstd_bits(s, s->in, s->end);
	}
	if (s->status)
		return 0;
	now = table[zstd_take(s, log)];
	then = table[zstd_take(s, log)];
	while (n < 254 && s->left >= 0) {
		uint32_t e = now;

		s->t->weights[n++] = (uint8_t)e;
		now = then;
		then = table[(e >> 16) + zstd_take(s, e >> 8 & 255)];
	}
	if (s->left >= 0)
		zstd_fail(s, ST_CORRUPT);
	s->t->weights[n++] = (uint8_t)now;
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

			s->t->weights[i] = (uint8_t)(pair >> 4);
			s->t->weights[i + 1] = pair & 15;
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

/*
 * 4.2.1: a weight w > 0 stands for 2^(w-1) parts of the whole, and for a code with as many bits
 * less than the longest; the last symbol's is what makes the whole a power of 2.  Codes of one
 * length come in symbol order, longer ones before shorter ones.
 */
void zstd_huffman_table(struct zstd *s)
{
	uint8_t *weights = s->t->weights;
	unsigned n = read_weights(s), bits, rest;
	uint32_t sum = 0, count[ZSTD_HUF_BITS + 2] = {0}, code[ZSTD_HUF_BITS + 2];

	for (unsigned i = 0; i < n && !s->status; i++) {
		if (weights[i] > ZSTD_HUF_BITS)
			zstd_fail(s, ST_CORRUPT);
		else
			count[weights[i]]++;
		sum += 1u << weights[i] >> 1;
	}
	bits = sum ? 32 - (unsigned)__builtin_clz(sum) : 32;
	rest = (1u << bits % 32) - sum;
	if (bits > ZSTD_HUF_BITS || rest & (rest - 1))
		zstd_fail(s, ST_CORRUPT);
	if (s->status)
		return;
	weights[n] = (uint8_t)(32 - __builtin_clz(rest));
	count[weights[n++]]++;
	if (count[1] < 2) { /* the longest code is shorter: libzstd refuses that, too */
		zstd_fail(s, ST_CORRUPT);
		return;
	}
	sum = 0;
	for (unsigned w = 1; w <= bits; w++) {
		code[w] = zstd_reverse(sum << (32 - bits));
		sum += count[w] << (w - 1);
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned w = weights[i], len = bits + 1 - w;
		uint32_t bit = 1u << len;

		if (!w)
			continue;
		for (uint32_t j = code[w]; j < 1u << bits; j += 1u << len)
			s->t->huf[j] = len << 8 | i;
		while ((bit >>= 1) & code[w])
			code[w] ^= bit;
		code[w] |= bit;
	}
	s->huf_bits = bits;
}
