// SPDX-License-Identifier: MIT
/*
 * A plugin for QEMU's TCG that counts guest instructions, loads and stores between two places.
 *
 *   -plugin count.so,start=ADDR,stop=ADDR,mem=on,written=FILE,profile=FILE,outfile=FILE
 *
 *   start    the first execution of the instruction there begins the count (default: reset)
 *   stop     its first execution ends the count and the machine; it is not counted itself
 *   mem=on   count loads and stores too; QEMU is then 3 to 5 times slower
 *   written  with mem=on: one line "START END" a row of 64-byte lines that were stored to, in hex
 *   profile  one line "ADDR INSNS RUNS" a translated block, for bench.py --profile
 *   outfile  where the line "count: ..." goes (default: stderr)
 *
 * The count is exact and the same on every run.  A machine that ends without reaching stop prints
 * "count: no stop" instead, so that a boot that failed is never taken for a cheap one.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* QEMU's plugin API, version 1, as far as we use it: Debian has no header for it. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
enum { PLUGIN_INLINE_ADD_U64 = 0, PLUGIN_NO_REGS = 0, PLUGIN_MEM_RW = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
					   void (*call)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(plugin_id id, void (*call)(plugin_id, void *), void *user);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter,
					      uint64_t step);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*call)(unsigned, void *), int flags, void *user);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*call)(unsigned, uint32_t, uint64_t, void *), int flags,
				      int rw, void *user);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned qemu_plugin_mem_size_shift(uint32_t info);

/* What QEMU looks up in a plugin. */
#define EXPORT __attribute__((visibility("default")))
extern EXPORT int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

/* One translated block, for the profile. */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t insns;
	uint64_t runs;
};

static uint64_t start = UINT64_MAX, stop = UINT64_MAX;
static bool mem, counting = true;
static const char *outfile, *profile, *written;
static struct block *blocks;

static uint64_t insns;	/* since reset; a block adds all of its own when it is entered */
static uint64_t before; /* of these: before start */
static uint64_t count[2], bytes[2]; /* of loads and stores */

/* A bit for each line of the guest's 4 GiB: was it stored to? */
#define LINE_SHIFT 6
#define LINES	   (UINT64_C(1) << (32 - LINE_SHIFT))
static uint8_t dirty[LINES / 8];

static bool is_dirty(uint64_t line)
{
	return dirty[line / 8] >> line % 8 & 1;
}

static FILE *open_result(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f) {
		perror(name);
		_exit(1);
	}
	return f;
}

static void write_written(void)
{
	FILE *f = open_result(written);

	for (uint64_t end, line = 0; line < LINES; line = end + 1) {
		for (end = line; end < LINES && is_dirty(end);)
			end++;
		if (end > line)
			fprintf(f, "%" PRIx64 " %" PRIx64 "\n", line << LINE_SHIFT,
				end << LINE_SHIFT);
	}
	fclose(f);
}

static void write_profile(void)
{
	FILE *f = open_result(profile);

	for (const struct block *b = blocks; b; b = b->next)
		if (b->runs)
			fprintf(f, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->address, b->insns,
				b->runs);
	fclose(f);
}

static FILE *open_out(void)
{
	return outfile ? open_result(outfile) : stderr;
}

/* user: how many instructions of the block come at or behind the one at start, or at stop. */
static void at_start(unsigned cpu, void *user)
{
	(void)cpu;
	if (counting)
		return;
	counting = true;
	before = insns - (uintptr_t)user;
}

static void at_stop(unsigned cpu, void *user)
{
	FILE *f;

	(void)cpu;
	if (!counting)
		return;
	f = open_out();
	fprintf(f, "count: insns %" PRIu64, insns - (uintptr_t)user - before);
	if (mem)
		fprintf(f,
			" loads %" PRIu64 " stores %" PRIu64 " load_bytes %" PRIu64
			" store_bytes %" PRIu64,
			count[0], count[1], bytes[0], bytes[1]);
	fprintf(f, "\n");
	fflush(f);
	if (profile)
		write_profile();
	if (written)
		write_written();
	_exit(0); /* exit() would wait for this very CPU */
}

static void mark(uint64_t line)
{
	line &= LINES - 1;
	dirty[line / 8] |= (uint8_t)(1u << line % 8);
}

static void at_access(unsigned cpu, uint32_t info, uint64_t address, void *user)
{
	unsigned store = qemu_plugin_mem_is_store(info);
	uint64_t size = UINT64_C(1) << qemu_plugin_mem_size_shift(info);

	(void)cpu, (void)user;
	if (!counting)
		return;
	count[store]++;
	bytes[store] += size;
	if (store && written) {
		mark(address >> LINE_SHIFT);
		mark((address + size - 1) >> LINE_SHIFT);
	}
}

static void add_block(struct qemu_plugin_tb *tb, uint64_t n)
{
	struct block *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	*b = (struct block){blocks, qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0)), n, 0};
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_INLINE_ADD_U64, &b->runs, 1);
}

static void translate(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, PLUGIN_INLINE_ADD_U64, &insns, n);
	if (profile)
		add_block(tb, n);
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		void *rest = (void *)(uintptr_t)(n - i);

		if (address == start)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_start, PLUGIN_NO_REGS,
							       rest);
		if (address == stop)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_stop, PLUGIN_NO_REGS, rest);
		if (mem)
			qemu_plugin_register_vcpu_mem_cb(insn, at_access, PLUGIN_NO_REGS,
							 PLUGIN_MEM_RW, NULL);
	}
}

static void at_exit(plugin_id id, void *user)
{
	(void)id, (void)user;
	fprintf(open_out(), "count: no stop, insns %" PRIu64 "\n", insns - before);
}

/* The value of "key=value", or NULL. */
static const char *value(const char *arg, const char *key)
{
	size_t len = strlen(key);

	return strncmp(arg, key, len) == 0 && arg[len] == '=' ? arg + len + 1 : NULL;
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		const char *v;

		if ((v = value(argv[i], "start"))) {
			start = strtoull(v, NULL, 0);
			counting = false;
		} else if ((v = value(argv[i], "stop"))) {
			stop = strtoull(v, NULL, 0);
		} else if ((v = value(argv[i], "mem"))) {
			mem = strcmp(v, "on") == 0;
		} else if ((v = value(argv[i], "profile"))) {
			profile = v;
		} else if ((v = value(argv[i], "written"))) {
			written = v;
		} else if ((v = value(argv[i], "outfile"))) {
			outfile = v;
		} else {
			fprintf(stderr, "count: unknown argument %s\n", argv[i]);
			return -1;
		}
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
