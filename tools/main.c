// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "info.h"
#include "options.h"
#include "pack.h"
#include "util.h"
#include "verify.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* NULL: not built yet */
	const char *summary;
};

static int run_pack(int argc, char **argv);
static int run_info(int argc, char **argv);
static int run_verify(int argc, char **argv);

static const struct command command[] = {
	{"pack", run_pack, "make an image from a kernel (zshim pack --help)"},
	{"info", run_info, "what is in this image? are its checks right?"},
	{"extract", NULL, "the kernel inside, inflated: not built yet"},
	{"verify", run_verify,
	 "check all of an image, prove its layout on a board (zshim verify --help)"},
	{"map", NULL, "the memory picture: not built yet"},
};

#define COMMANDS (sizeof(command) / sizeof(command[0]))

static int run_pack(int argc, char **argv)
{
	struct pack_options o;

	if (pack_options(&o, argc, argv))
		pack(&o);
	else
		pack_usage();
	return 0;
}

static int run_info(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			puts("usage: zshim info FILE\nDescribes a zshim image; exit status 1 when "
			     "it is "
			     "damaged or none.");
			return 0;
		}
		if (strcmp(argv[i], "--json") == 0)
			usage_error("info: --json: not built yet");
		if (argv[i][0] == '-' && argv[i][1])
			usage_error("info: unknown option: %s", argv[i]);
	}
	if (argc != 1)
		usage_error("info: one FILE is wanted, not %d", argc);
	return info(argv[0]);
}

static int run_verify(int argc, char **argv)
{
	struct verify_options o;

	if (verify_options(&o, argc, argv))
		return verify(&o);
	verify_usage();
	return 0;
}

static void usage(void)
{
	puts("usage: zshim COMMAND ...\n"
	     "Packs a kernel for bare-metal ARM behind a tiny boot shim.");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", command[i].name, command[i].summary);
	puts("  --version, --help");
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		usage_error("a command is missing (try zshim --help)");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage();
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("zshim " ZSHIM_PROGRAM_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], command[i].name) != 0)
			continue;
		if (!command[i].run)
			usage_error("%s: not built yet", argv[1]);
		return command[i].run(argc - 2, argv + 2);
	}
	usage_error("unknown command: %s (try zshim --help)", argv[1]);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* A report that did not get out, on a full disk say, is a failure too. */
	if (fflush(stdout) != 0 || ferror(stdout))
		input_error("standard output", "%s", strerror(errno));
	return status;
}
