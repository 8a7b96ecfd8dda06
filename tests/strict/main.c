// SPDX-License-Identifier: MIT
/*
 * strict BUILD CODEC...: runs an image of each codec of the build on each core, then each mutant;
 * prints TAP.  strict.mk has made what it reads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "machine.h"
#include "mutants.h"
#include "self.h"

static const struct scenario scenarios[] = {
	/* In the kernel's way, as QEMU loads a zImage, and so is the initrd; r2 is a multiple of 4.
	 */
	{"mini", "mini", "payload/Image", "virt", 0x40010000, 0x40800004, true, false, true, false},
	/* Every part in the image, at an address that is a multiple of 4 and no more. */
	{"bare", "bare", "strict/bare.bin", "plain", 0x40400004, 0x40800000, false, false, false,
	 false},
	/* In ROM above all RAM: the first stack is at the RAM base + 2 MiB of a board that we know.
	 */
	{"rom", "mini", "payload/Image", "rom", 0x40c00000, 0x40800000, true, true, false, false},
	/* As U-Boot's go leaves it: MMU and caches on, nothing cleaned but the code to be run. */
	{"on", "mini", "payload/Image", "virt", 0x40010000, 0x40800004, true, false, true, true},
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

static const struct core {
	const char *name;
	int model;
} cores[] = {
	{"a15", UC_CPU_ARM_CORTEX_A15},
	{"a9", UC_CPU_ARM_CORTEX_A9},
	{"a8", UC_CPU_ARM_CORTEX_A8},
};

static const char *build;
static unsigned tests, failures;

static void open_image(struct image_file *f, const struct scenario *s, const char *codec)
{
	char image[300], stub[300], frames[300], kernel[300];

	snprintf(image, sizeof(image), "%s/strict/%s.%s.img", build, s->image, codec);
	snprintf(stub, sizeof(stub), "%s/stub-armv7a-%s-boot.elf", build, codec);
	snprintf(frames, sizeof(frames), "%s/strict/frames", build);
	snprintf(kernel, sizeof(kernel), "%s/%s", build, s->kernel);
	image_open(f, image, stub, frames, kernel);
}

static void start(struct machine *m, const struct image_file *f, const struct scenario *s,
		  int model)
{
	char tree[300];

	snprintf(tree, sizeof(tree), "%s/strict/%s.dtb", build, s->tree);
	if (!machine_init(m, model, f, s, tree)) {
		fprintf(stderr, "strict: the emulator does not start\n");
		exit(2);
	}
}

static void verdict(bool ok, const char *a, const char *b, const char *c)
{
	tests++;
	failures += !ok;
	printf("%s %u - %s.%s%s%s\n", ok ? "ok" : "not ok", tests, a, b, c ? "." : "", c ? c : "");
	fflush(stdout);
}

static void explain(const struct machine *m)
{
	printf("# %s: %s\n", rule_names[m->rule], m->text);
	for (const char *s = m->uart; *s;) {
		size_t n = strcspn(s, "\r\n");

		printf("#   %.*s\n", (int)n, s);
		s += n + strspn(s + n, "\r\n");
	}
}

/* Returns the number of unaligned accesses. */
static unsigned long test_clean(const char *codec, const struct scenario *s,
				const struct core *core)
{
	static struct machine m;
	struct image_file f;
	char name[80];

	open_image(&f, s, codec);
	start(&m, &f, s, core->model);
	machine_run(&m);
	snprintf(name, sizeof(name), "%s.%s", s->name, codec);
	if (m.rule != RULE_NONE)
		explain(&m);
	printf("# %s %s: %lu instructions; stack %u bytes in place, %u after the move; %lu "
	       "unaligned "
	       "accesses; %lu reads of output not yet there\n",
	       name, core->name, m.instructions, m.plan.early_deepest, m.plan.deepest, m.unaligned,
	       m.beyond);
	verdict(m.rule == RULE_NONE, "clean", name, core->name);
	machine_free(&m);
	image_close(&f);
	return m.unaligned;
}

/* Does the machine see what the decoder does?  With SCTLR.A set its unaligned accesses are errors.
 */
static void test_seen(const char *codec)
{
	static struct machine m;
	struct image_file f;

	open_image(&f, &scenarios[SCENARIO_BARE], codec);
	start(&m, &f, &scenarios[SCENARIO_BARE], cores[0].model);
	m.always_check = true;
	machine_run(&m);
	printf("# %s: %s\n", rule_names[m.rule], m.text);
	verdict(m.rule == RULE_ALIGN, "unaligned-seen", codec, NULL);
	machine_free(&m);
	image_close(&f);
}

/* The last byte of the image is the packed kernel's. */
static void damage(struct image_file *f)
{
	uint32_t part = image_word(f, ZSHIM_BS_DESC) + (uint32_t)sizeof(struct zshim_desc);
	uint32_t at = image_word(f, part + offsetof(struct zshim_part, offset));

	f->bytes[at] ^= 1;
}

/* Refused, and the log can be read by a debugger that sees RAM only. */
static void test_refusal(const char *codec)
{
	static struct machine m;
	struct image_file f;

	open_image(&f, &scenarios[0], codec);
	damage(&f);
	start(&m, &f, &scenarios[0], cores[0].model);
	machine_run(&m);
	printf("# %s: %s\n", rule_names[m.rule], m.text);
	verdict(m.rule == RULE_TRAP && m.code == 30, "refusal", codec, NULL);
	machine_free(&m);
	image_close(&f);
}

/* One run of a mutant; false when it has no more tries. */
static bool try_mutant(const struct mutant *mutant, const char *codec, unsigned try, bool *caught)
{
	static struct machine m;
	struct image_file f;
	const struct scenario *s = &scenarios[mutant->scenario];
	unsigned tries;

	open_image(&f, s, codec);
	tries = mutant_tries(mutant, &f);
	if (tries == 0)
		printf("# %s has no such instruction: mutants.c needs another place for it\n",
		       mutant->function);
	if (try < tries) {
		mutant_apply(mutant, &f, try);
		if (mutant->damaged)
			damage(&f);
		start(&m, &f, s, cores[0].model);
		machine_run(&m);
		*caught = m.rule == mutant->rule;
		printf("# %s: %s\n", rule_names[m.rule], m.text);
		machine_free(&m);
	}
	image_close(&f);
	return try + 1 < tries;
}

static void test_mutant(const struct mutant *mutant, const char *codec)
{
	bool caught = false;
	unsigned try = 0;

	while (try_mutant(mutant, codec, try, &caught) && !caught)
		try++;
	verdict(caught, "mutant", mutant->name, NULL);
}

/* Rules that no shim with one mistake breaks first. */
static void test_self(const char *codec)
{
	static struct machine m;
	struct image_file f;

	verdict(self_decode(), "self", "decode", NULL);
	open_image(&f, &scenarios[0], codec);
	start(&m, &f, &scenarios[0], cores[0].model);
	verdict(self_code(&m), "self", "code", NULL);
	verdict(self_rules(&m), "self", "rules", NULL);
	machine_free(&m);
	image_close(&f);
}

/* Entry is the same for all codecs: caches that were on are the first one's. */
static void test_codec(const char *codec, bool first)
{
	unsigned long unaligned = 0;

	for (size_t s = 0; s < (first ? SCENARIOS : SCENARIO_ON); s++) {
		for (size_t c = 0; c < sizeof(cores) / sizeof(cores[0]); c++)
			unaligned += test_clean(codec, &scenarios[s], &cores[c]);
	}
	if (unaligned != 0)
		test_seen(codec);
	test_refusal(codec);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: strict BUILD CODEC...\n");
		return 2;
	}
	build = argv[1];
	test_self(argv[2]);
	for (int c = 2; c < argc; c++)
		test_codec(argv[c], c == 2);
	for (unsigned i = 0; i < mutant_count; i++)
		test_mutant(&mutants[i], argv[2]);
	printf("1..%u\n", tests);
	return failures != 0;
}
