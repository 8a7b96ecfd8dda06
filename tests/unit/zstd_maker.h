/* SPDX-License-Identifier: MIT */
/*
 * Makes random zstd frames and, as plainly as can be, what they stand for: every type of block, of
 * literals and of table, as no encoder would mix them.  It shares no code with the decoder.
 *
 * FSE codes are not chosen but drawn: whatever bits a state reads, the stream is a valid one.
 */
#ifndef ZSTD_MAKER_H
#define ZSTD_MAKER_H

#include <stdint.h>
#include <string.h>

#include "prng.h"

#define MADE_MAX   (96u * 1024)
#define PACKED_MAX (2 * MADE_MAX)
#define READS_MAX  8192
#define LITS_MAX   6000

enum { MAKE_LL, MAKE_OF, MAKE_ML, MAKE_KINDS };

struct plain_table {
	unsigned log;
	int norm[64];
	struct {
		unsigned sym, bits, base;
	} state[512];
	int valid;
};

struct maker_state {
	uint32_t seed;
	size_t len, n;		      /* of packed[] and of made[] */
	size_t frame;		      /* where in made[] the frame begins */
	uint32_t put_bits, put_count; /* bits that are not a whole byte yet */
	struct {		      /* what a reader from the end reads, in its order */
		uint32_t value;
		unsigned bits;
	} reads[READS_MAX];
	unsigned read_count;
	struct plain_table table[MAKE_KINDS];
	uint32_t rep[3];
	int rare; /* states that read as many bits as can be, where there are such */
	unsigned code_len[256], code[256], code_max; /* Huffman; code_max 0: none yet */
	uint8_t lits[LITS_MAX];
	size_t lit_count;
	uint8_t packed[PACKED_MAX], made[MADE_MAX];
};

static struct maker_state mk;

static inline uint32_t mk_below(uint32_t n)
{
	return prng_below(&mk.seed, n);
}

static inline void mk_number(uint32_t v, unsigned bytes)
{
	for (; bytes--; v >>= 8)
		mk.packed[mk.len++] = (uint8_t)v;
}

/* Bits from the lowest of each byte upwards. */
static inline void mk_put(uint32_t v, unsigned n)
{
	for (; n--; v >>= 1) {
		mk.put_bits |= (v & 1) << mk.put_count++;
		if (mk.put_count == 8) {
			mk.packed[mk.len++] = (uint8_t)mk.put_bits;
			mk.put_bits = mk.put_count = 0;
		}
	}
}

static inline void mk_align(void)
{
	while (mk.put_count)
		mk_put(0, 1);
}

/* What is going to be read next, and all of it, backwards, with the 1 on top. */
static inline uint32_t mk_read(uint32_t value, unsigned bits)
{
	mk.reads[mk.read_count].value = value;
	mk.reads[mk.read_count++].bits = bits;
	return value;
}

static inline uint32_t mk_draw(unsigned bits)
{
	return mk_read(bits ? prng(&mk.seed) >> (32 - bits) : 0, bits);
}

static inline void mk_flush(void)
{
	while (mk.read_count--)
		mk_put(mk.reads[mk.read_count].value, mk.reads[mk.read_count].bits);
	mk.read_count = 0;
	mk_put(1, 1);
	mk_align();
}

static inline unsigned mk_log2(uint32_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

/* --- FSE tables ---------------------------------------------------------------------------------
 */
static inline void mk_states(struct plain_table *t)
{
	unsigned size = 1u << t->log, at = 0, high = size, seen[64] = {0};

	for (unsigned sym = 0; sym < 64; sym++)
		if (t->norm[sym] < 0)
			t->state[--high].sym = sym;
	for (unsigned sym = 0; sym < 64; sym++)
		for (int i = 0; i < t->norm[sym]; i++) {
			t->state[at].sym = sym;
			do
				at = (at + size / 2 + size / 8 + 3) % size;
			while (at >= high);
		}
	for (unsigned i = 0; i < size; i++) {
		unsigned sym = t->state[i].sym;
		unsigned x = seen[sym]++ + (t->norm[sym] < 0 ? 1 : (unsigned)t->norm[sym]);

		t->state[i].bits = t->log - mk_log2(x);
		t->state[i].base = (x << t->state[i].bits) - size;
	}
	t->valid = 1;
}

/* A random table of symbols below limit; must: bits of those that have to be in it. */
static inline void mk_random_norm(struct plain_table *t, unsigned log, unsigned limit,
				  uint32_t must)
{
	int rest = 1 << log;

	memset(t->norm, 0, sizeof(t->norm));
	t->log = log;
	for (unsigned sym = 0; sym < 32; sym++)
		if (must >> sym & 1) {
			t->norm[sym] = 1;
			rest--;
		}
	while (rest) {
		unsigned sym = mk_below(limit);
		int most = rest < 1 << log ? rest : rest - 1,
		    part = 1 + (int)mk_below(1u << mk_below(log));

		part = part < most ? part : most;
		if (t->norm[sym] < 0)
			continue;
		if (sym && !t->norm[sym] && mk_below(4) == 0) /* 0 ends this loop */
			part = -1;
		t->norm[sym] += part;
		rest -= part < 0 ? 1 : part;
	}
	mk_states(t);
}

static inline void mk_put_norm(const struct plain_table *t)
{
	uint32_t rest = 1u << t->log;

	mk_put(t->log - 5, 4);
	for (unsigned sym = 0; rest; sym++) {
		uint32_t v = (uint32_t)(t->norm[sym] + 1), most = rest + 1;
		unsigned bits = mk_log2(most) + 1;
		uint32_t half = 1u << (bits - 1), low = 2 * half - 1 - most, zeros = 0;

		if (v < low)
			mk_put(v, bits - 1);
		else
			mk_put(v < half ? v : v + low, bits);
		rest -= t->norm[sym] < 0 ? 1 : (uint32_t)t->norm[sym];
		if (t->norm[sym])
			continue;
		while (!t->norm[sym + 1 + zeros])
			zeros++;
		sym += zeros;
		for (; zeros >= 3; zeros -= 3)
			mk_put(3, 2);
		mk_put(zeros, 2);
	}
	mk_align();
}

static inline void mk_predefined(struct plain_table *t, unsigned kind)
{
	static const signed char ll[36] = {4, 3, 2, 2, 2, 2, 2, 2, 2,  2,  2,  2,
					   2, 1, 1, 1, 2, 2, 2, 2, 2,  2,  2,  2,
					   2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1};

	memset(t->norm, 0, sizeof(t->norm));
	t->log = kind == MAKE_OF ? 5 : 6;
	for (unsigned i = 0; i < 53; i++)
		if (kind == MAKE_LL)
			t->norm[i] = i < 36 ? ll[i] : 0;
		else if (kind == MAKE_ML)
			t->norm[i] = i > 45 ? -1 : i == 1 ? 4 : i == 2 ? 3 : i > 2 && i < 9 ? 2 : 1;
		else
			t->norm[i] = i > 28 ? 0 : i > 23 ? -1 : i > 5 && i < 9 ? 2 : 1;
	mk_states(t);
}

/* --- literals -----------------------------------------------------------------------------------
 */
/* A complete code: a random leaf is split until there are n. */
static inline void mk_random_code(unsigned n)
{
	static const unsigned kinds[] = {1, 2, 5};
	unsigned skew = kinds[mk_below(3)], lens[256] = {0}, next = 0, count = 1;

	while (count < n) {
		unsigned leaf = mk_below(skew) ? count - 1 : mk_below(count);

		while (lens[leaf] >= 11)
			leaf = mk_below(count);
		lens[leaf]++;
		lens[count++] = lens[leaf];
	}
	for (unsigned i = n; --i;) {
		unsigned j = mk_below(i + 1), x = lens[i];

		lens[i] = lens[j];
		lens[j] = x;
	}
	memset(mk.code_len, 0, sizeof(mk.code_len));
	mk.code_max = 0;
	for (unsigned i = 0, at = 0; i < n; i++, at++) {
		/* some bytes have no code, but the alphabet has room for all */
		if (n < 60 && mk_below(2))
			at++;
		mk.code_len[at] = lens[i];
		mk.code_max = lens[i] > mk.code_max ? lens[i] : mk.code_max;
	}
	for (unsigned len = mk.code_max; len; len--, next /= 2)
		for (unsigned i = 0; i < 256; i++)
			if (mk.code_len[i] == len)
				mk.code[i] = next++;
}

static inline unsigned mk_weight(unsigned i)
{
	return mk.code_len[i] ? mk.code_max + 1 - mk.code_len[i] : 0;
}

/* The state before t that has a symbol, as an encoder finds it: some state's interval has t. */
static inline unsigned mk_before(const struct plain_table *t, unsigned sym, unsigned then)
{
	for (unsigned i = 0; i < 1u << t->log; i++)
		if (t->state[i].sym == sym && then >= t->state[i].base &&
		    then < t->state[i].base + (1u << t->state[i].bits))
			return i;
	return 0;
}

/* The weights, FSE coded.  0: this does not do, nothing was put. */
static inline int mk_coded_weights(unsigned n)
{
	static struct plain_table t;
	static unsigned state[256];
	size_t head = mk.len;
	uint32_t used = 0;
	unsigned last = 0;

	for (unsigned i = 0; i < n; i++)
		used |= 1u << mk_weight(i);
	mk_random_norm(&t, 5 + mk_below(2), 12, used);
	while (t.state[last].sym != mk_weight(n - 2) || !t.state[last].bits)
		if (++last == 1u << t.log)
			return 0; /* the decoder would not notice that the bits have ended */
	state[n - 2] = last;
	for (last = 0; t.state[last].sym != mk_weight(n - 1);)
		last++;
	state[n - 1] = last;
	for (unsigned i = n - 2; i--;)
		state[i] = mk_before(&t, mk_weight(i), state[i + 2]);
	mk.len++;
	mk_put_norm(&t);
	mk_read(state[0], t.log);
	mk_read(state[1], t.log);
	for (unsigned i = 0; i + 2 < n; i++)
		mk_read(state[i + 2] - t.state[state[i]].base, t.state[state[i]].bits);
	mk_flush();
	if (mk.len - head - 1 > 127) {
		mk.len = head;
		return 0;
	}
	mk.packed[head] = (uint8_t)(mk.len - head - 1);
	return 1;
}

static inline void mk_tree(void)
{
	unsigned n = 256;

	while (!mk.code_len[n - 1])
		n--;
	n--; /* the last one is not told */
	if ((n > 128 || mk_below(2)) && n > 2 && mk_coded_weights(n))
		return;
	if (n > 128) { /* neither way: another code */
		mk_random_code(2 + mk_below(50));
		mk_tree();
		return;
	}
	mk_number(127 + n, 1);
	for (unsigned i = 0; i < n; i += 2)
		mk_number(mk_weight(i) << 4 | (i + 1 < n ? mk_weight(i + 1) : 0), 1);
}

/* n bytes, drawn so that all codes occur, as one stream. */
static inline void mk_stream(size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++) {
		uint32_t v = prng(&mk.seed) >> (32 - mk.code_max);
		unsigned sym = 0;

		while (!mk.code_len[sym] || v >> (mk.code_max - mk.code_len[sym]) != mk.code[sym])
			sym++;
		mk.lits[i] = (uint8_t)sym;
		mk_read(mk.code[sym], mk.code_len[sym]);
	}
	mk_flush();
}

static inline void mk_four_streams(size_t n)
{
	size_t part = (n + 3) / 4, sizes = mk.len;

	mk.len += 6;
	for (size_t i = 0; i < 4; i++) {
		size_t start = mk.len;

		mk_stream(i * part, i < 3 ? part : n - 3 * part);
		if (i < 3) {
			mk.packed[sizes + 2 * i] = (uint8_t)(mk.len - start);
			mk.packed[sizes + 2 * i + 1] = (uint8_t)((mk.len - start) >> 8);
		}
	}
}

static inline void mk_coded_literals(size_t n)
{
	unsigned type = mk.code_max && mk_below(3) == 0 ? 3 : 2;
	int one = n < 8 || (n < 600 && mk_below(2));
	unsigned format = one ? 0 : n < 600 ? 1 + mk_below(3) : 2 + mk_below(2);
	unsigned bits = format < 2 ? 10 : 4 * format + 6;
	size_t head = mk.len, body, end;
	uint64_t word;

	mk.len += format < 2 ? 3 : format + 2;
	body = mk.len;
	if (type == 2) {
		mk_random_code(2 + mk_below(mk_below(3) ? 60 : 240));
		mk_tree();
	}
	if (one)
		mk_stream(0, n);
	else
		mk_four_streams(n);
	word = type | format << 2 | (uint64_t)n << 4 | (uint64_t)(mk.len - body) << (4 + bits);
	end = mk.len;
	for (mk.len = head; mk.len < body; word >>= 8)
		mk.packed[mk.len++] = (uint8_t)word;
	mk.len = end;
}

static inline void mk_literals(void)
{
	size_t n = mk_below(4) ? mk_below(200) : mk_below(LITS_MAX);
	unsigned kind = mk_below(8);

	mk.lit_count = n;
	if (kind > 1 && n) {
		mk_coded_literals(n);
		return;
	}
	if (n < 32 && mk_below(2))
		mk_number((uint32_t)n << 3 | kind % 2, 1);
	else if (n < 4096 && mk_below(2))
		mk_number((uint32_t)n << 4 | 4 | kind % 2, 2);
	else
		mk_number((uint32_t)n << 4 | 12 | kind % 2, 3);
	memset(mk.lits, (int)mk_below(256), n);
	if (kind % 2 == 0)
		prng_fill(&mk.seed, mk.lits, n);
	for (size_t i = 0; i < (kind % 2 ? 1 : n); i++)
		mk.packed[mk.len++] = mk.lits[i];
	if (kind % 2 && !n)
		mk.packed[mk.len - 1] = 77;
}

/* --- sequences ----------------------------------------------------------------------------------
 */
static inline unsigned mk_limit(unsigned kind)
{
	unsigned far = mk_log2((uint32_t)(mk.n - mk.frame) + 4);

	if (kind == MAKE_OF)
		return far;
	return kind == MAKE_LL ? (mk_below(3) ? 17 : 25) : (mk_below(3) ? 34 : 45);
}

static inline unsigned mk_table(unsigned kind)
{
	static const unsigned log_max[] = {9, 8, 9};
	struct plain_table *t = &mk.table[kind];
	unsigned mode = mk.rare ? 2 : mk_below(6), log;

	if (mode == 3 && t->valid)
		return 3;
	if (mode == 0) {
		mk_predefined(t, kind);
		return 0;
	}
	if (mode == 1) {
		unsigned sym = mk_below(mk_limit(kind));

		memset(t, 0, sizeof(*t));
		t->valid = 1;
		t->state[0].sym = sym;
		mk_number(sym, 1);
		return 1;
	}
	log = mk.rare ? log_max[kind] : 5 + mk_below(log_max[kind] - 4);
	mk_random_norm(t, log, mk_limit(kind), 0);
	mk_put_norm(t);
	return 2;
}

/* Number and base of the extra bits of a code: RFC 8878, tables 16 and 17. */
static inline uint32_t mk_length(unsigned sym, int match)
{
	static const uint8_t bits[] = {1, 1, 1, 1,  2,	2,  3,	3,  4,	6,
				       7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	static const uint8_t match_bits[] = {1, 1, 1, 1,  2,  2,  3,  3,  4,  4, 5,
					     7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
	unsigned first = match ? 32 : 16;
	uint32_t base = first;

	if (sym < first)
		return sym + (match ? 3 : 0);
	for (unsigned i = 0; i < sym - first; i++)
		base += 1u << (match ? match_bits[i] : bits[i]);
	return base + mk_draw(match ? match_bits[sym - first] : bits[sym - first]) +
	       (match ? 3 : 0);
}

/* RFC 8878, 3.1.1.5. */
static inline uint32_t mk_offset(uint32_t value, size_t lits)
{
	uint32_t offset = value - 3;
	unsigned keep = 2;

	if (value <= 3) {
		unsigned i = value - 1 + (lits ? 0 : 1);

		offset = i == 3 ? mk.rep[0] - 1 : mk.rep[i];
		keep = i < 2 ? i : 2;
	}
	for (; keep; keep--)
		mk.rep[keep] = mk.rep[keep - 1];
	mk.rep[0] = offset;
	return offset;
}

/* One sequence for these states; 0: it is not a valid one. */
static inline int mk_sequence(const unsigned *state, size_t *lit_at)
{
	unsigned n = mk.table[MAKE_OF].state[state[MAKE_OF]].sym;
	uint32_t value = (1u << n) + mk_draw(n), old[3];
	size_t match = mk_length(mk.table[MAKE_ML].state[state[MAKE_ML]].sym, 1);
	size_t lits = mk_length(mk.table[MAKE_LL].state[state[MAKE_LL]].sym, 0);
	uint32_t offset;

	memcpy(old, mk.rep, sizeof(old));
	offset = mk_offset(value, lits);
	if (lits > mk.lit_count - *lit_at || mk.n + lits + match + 2 * LITS_MAX > MADE_MAX ||
	    !offset || offset > mk.n - mk.frame + lits || mk.read_count > READS_MAX - 20) {
		memcpy(mk.rep, old, sizeof(old));
		return 0;
	}
	memcpy(mk.made + mk.n, mk.lits + *lit_at, lits);
	*lit_at += lits;
	for (mk.n += lits; match--; mk.n++)
		mk.made[mk.n] = mk.made[mk.n - offset];
	return 1;
}

/* The bits for the next state. */
static inline unsigned mk_next(const struct plain_table *t, unsigned base, unsigned bits)
{
	for (unsigned tries = 0; mk.rare && bits == t->log && tries < 2000; tries++) {
		unsigned next = mk_below(1u << bits);

		if (t->state[next].bits == bits)
			return mk_read(next, bits);
	}
	return base + mk_draw(bits);
}

/* As many as go, up to most; where a sequence is not valid the block ends before it. */
static inline unsigned mk_run(unsigned most, size_t *lit_at)
{
	static const unsigned order[] = {MAKE_LL, MAKE_ML, MAKE_OF};
	unsigned state[MAKE_KINDS], done = 0, kept = 0;

	for (unsigned kind = 0; kind < MAKE_KINDS; kind++)
		state[kind] = mk_next(&mk.table[kind], 0, mk.table[kind].log);
	for (; done < most && mk_sequence(state, lit_at); done++) {
		kept = mk.read_count;
		for (unsigned i = 0; i < MAKE_KINDS; i++) {
			const struct plain_table *t = &mk.table[order[i]];
			unsigned *s = &state[order[i]];

			*s = mk_next(t, t->state[*s].base, t->state[*s].bits);
		}
	}
	mk.read_count = kept;
	return done;
}

static inline void mk_sequences(void)
{
	size_t head = mk.len, lit_at = 0;
	unsigned most = mk_below(3) ? mk_below(60) : mk_below(700), done = 0, modes = 0;
	unsigned wide = most > 127 ? 2 : 1 + mk_below(2);

	mk.rare = mk_below(8) == 0;
	mk.len += wide + 1;
	for (unsigned kind = 0; most && kind < MAKE_KINDS; kind++)
		modes = modes << 2 | mk_table(kind);
	for (unsigned tries = 0; most && tries < 20 && !done; tries++) {
		mk.read_count = 0;
		done = mk_run(most, &lit_at);
	}
	if (done) {
		mk.packed[head] = (uint8_t)(wide == 1 ? done : 128 + (done >> 8));
		mk.packed[head + 1] = (uint8_t)done;
		mk.packed[head + wide] = (uint8_t)(modes << 2);
		mk_flush();
	} else { /* the tables are not there */
		for (unsigned kind = 0; most && kind < MAKE_KINDS; kind++)
			if ((modes >> (4 - 2 * kind) & 3) != 3)
				mk.table[kind].valid = 0;
		mk.read_count = 0;
		mk.len = head;
		mk_number(0, 1);
	}
	memcpy(mk.made + mk.n, mk.lits + lit_at, mk.lit_count - lit_at);
	mk.n += mk.lit_count - lit_at;
}

/* --- blocks and frames --------------------------------------------------------------------------
 */
static inline void mk_block(int last)
{
	size_t head = mk.len, n = mk_below(mk_below(3) ? 300 : 5000);
	unsigned type = mk_below(6);

	mk.len += 3;
	if (type > 1) {
		type = 2;
		mk_literals();
		mk_sequences();
		n = mk.len - head - 3;
	} else if (type == 1) {
		mk_number(mk_below(256), 1);
		memset(mk.made + mk.n, mk.packed[mk.len - 1], n);
		mk.n += n;
	} else {
		prng_fill(&mk.seed, mk.made + mk.n, n);
		memcpy(mk.packed + mk.len, mk.made + mk.n, n);
		mk.len += n;
		mk.n += n;
	}
	for (unsigned i = 0; i < 3; i++)
		mk.packed[head + i] = (uint8_t)((n << 3 | type << 1 | (unsigned)last) >> 8 * i);
}

static inline void mk_frame(unsigned blocks)
{
	unsigned single = mk_below(2), size = 2 + mk_below(2), check = mk_below(2);
	size_t at;

	if (!single && mk_below(2))
		size = 0; /* it is not told */
	mk_number(0xfd2fb528, 4);
	mk_number(size << 6 | single << 5 | check << 2, 1);
	if (!single)
		mk_number(7 << 3 | mk_below(8), 1); /* 128 KiB and more */
	at = mk.len;
	mk.len += size ? 1u << size : 0;
	mk.frame = mk.n;
	for (unsigned i = 0; i < 3; i++)
		mk.rep[i] = i < 2 ? 1 + 3 * i : 8;
	for (unsigned kind = 0; kind < MAKE_KINDS; kind++)
		mk.table[kind].valid = 0;
	mk.code_max = 0;
	while (blocks-- && mk.n < MADE_MAX / 2)
		mk_block(0);
	mk_block(1);
	for (unsigned i = 0; size && i < 1u << size; i++)
		mk.packed[at + i] = (uint8_t)((uint64_t)(mk.n - mk.frame) >> 8 * i);
	if (check)
		mk_number(prng(&mk.seed), 4);
}

/* A file of one frame or some, with others to be skipped among them, in mk.packed[0..mk.len). */
static inline void make_stream(uint32_t seed, unsigned blocks)
{
	mk.seed = seed * 2654435761u | 1;
	for (unsigned i = 0; i < 4; i++)
		prng(&mk.seed);
	mk.len = mk.n = 0;
	mk.read_count = mk.put_bits = mk.put_count = 0;
	do {
		if (mk_below(8) == 0) {
			unsigned n = mk_below(20);

			mk_number(0x184d2a50 + mk_below(16), 4);
			mk_number(n, 4);
			mk.len += n;
		}
		mk_frame(1 + mk_below(blocks));
	} while (mk_below(4) == 0 && mk.n < MADE_MAX / 4);
}

#endif /* ZSTD_MAKER_H */
