// SPDX-License-Identifier: MIT
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "number.h"
#include "uart.h"
#include "util.h"

enum id {
	NOT_BUILT, /* known from the design, refused so that nobody thinks it works */
	OUT,
	CODEC,
	BEST,
	STORAGE,
	CPU_MIPS,
	FILTER,
	FORMAT,
	LOAD,
	FLASH_SIZE,
	DTB,
	DTB_POLICY,
	INITRD,
	CMDLINE,
	CMDLINE_POLICY,
	LOADER,
	PLACE,
	PHYS,
	TEXT_OFFSET,
	BSS,
	UART,
	CHECK,
	LOG,
	ON_ERROR,
	HELP,
};

struct option {
	const char *name; /* as typed */
	enum id id;
	bool flag; /* takes no value */
};

static const struct option option[] = {
	{"-o", OUT, false},
	{"-c", CODEC, false},
	{"--best", BEST, true},
	{"--filter", FILTER, false},
	{"-f", FORMAT, false},
	{"--load", LOAD, false},
	{"--flash-size", FLASH_SIZE, false},
	{"--dtb", DTB, false},
	{"--dtb-policy", DTB_POLICY, false},
	{"--initrd", INITRD, false},
	{"--module", NOT_BUILT, false},
	{"--cmdline", CMDLINE, false},
	{"--cmdline-policy", CMDLINE_POLICY, false},
	{"--loader", LOADER, true},
	{"--place", PLACE, false},
	{"--phys", PHYS, false},
	{"--text-offset", TEXT_OFFSET, false},
	{"--bss", BSS, false},
	{"--uart", UART, false},
	{"--check", CHECK, false},
	{"--log", LOG, false},
	{"--on-error", ON_ERROR, false},
	{"--storage", STORAGE, false},
	{"--cpu-mips", CPU_MIPS, false},
	{"--help", HELP, true},
	{"-h", HELP, true},
};

#define OPTIONS (sizeof(option) / sizeof(option[0]))

/* One of the words that an option takes.  The list ends with a NULL. */
struct word {
	const char *text;
	int value;
};

#define NOT_BUILT_WORD (-1)
#define CODEC_AUTO     (-2)

/* An SD card and a Cortex-A7. */
#define STORAGE_USUAL 20
#define MIPS_USUAL    1000
#define SPEED_MIN     0.001
#define SPEED_MAX     1e6

static const struct word codec_word[] = {
	{"none", ZSHIM_CODEC_NONE},
	{"gzip", ZSHIM_CODEC_GZIP},
	{"lz4", ZSHIM_CODEC_LZ4},
	{"zstd", ZSHIM_CODEC_ZSTD},
	{"xz", ZSHIM_CODEC_XZ},
	{"auto", CODEC_AUTO},
	{NULL, 0},
};

static const struct word filter_word[] = {
	{"auto", FILTER_AUTO},
	{"none", FILTER_OFF},
	{"arm", FILTER_ON},
	{NULL, 0},
};

static const struct word format_word[] = {
	{"zimage", FORMAT_ZIMAGE}, {"elf", FORMAT_ELF},
	{"flash", FORMAT_FLASH},   {"uimage", NOT_BUILT_WORD},
	{"fit", NOT_BUILT_WORD},   {"srec", NOT_BUILT_WORD},
	{"ihex", NOT_BUILT_WORD},  {NULL, 0},
};

static const struct word dtb_policy_word[] = {
	{"override", ZSHIM_DTB_OVERRIDE},
	{"fallback", ZSHIM_DTB_FALLBACK},
	{NULL, 0},
};

static const struct word cmdline_policy_word[] = {
	{"replace", ZSHIM_CMDLINE_REPLACE},
	{"append", ZSHIM_CMDLINE_APPEND},
	{"prepend", ZSHIM_CMDLINE_PREPEND},
	{NULL, 0},
};

static const struct word place_word[] = {
	{"auto", PLACE_AUTO},
	{"linux", PLACE_LINUX},
	{"fixed", PLACE_FIXED},
	{NULL, 0},
};

static const struct word check_word[] = {{"fast", 0}, {"sha256", NOT_BUILT_WORD}, {NULL, 0}};
static const struct word on_error_word[] = {{"rest", 0}, {"reset", NOT_BUILT_WORD}, {NULL, 0}};
static const struct word log_word[] = {
	{"normal", 0}, {"quiet", NOT_BUILT_WORD}, {"verbose", NOT_BUILT_WORD}, {NULL, 0}};

static int choose(const struct option *opt, const char *text, const struct word *word)
{
	for (; word->text; word++) {
		if (strcmp(text, word->text) != 0)
			continue;
		if (word->value == NOT_BUILT_WORD)
			usage_error("pack: %s %s: not built yet", opt->name, text);
		return word->value;
	}
	usage_error("pack: %s: no such choice: %s", opt->name, text);
}

static struct number number(const struct option *opt, const char *text)
{
	struct number n = {true, 0};

	if (!parse_number(text, &n.value))
		usage_error("pack: %s: not a 32-bit number (decimal or 0x..., K M G): %s",
			    opt->name, text);
	return n;
}

/* The address and offset of ARM code: whole words. */
static struct number word_number(const struct option *opt, const char *text)
{
	struct number n = number(opt, text);

	if (n.value % 4)
		usage_error("pack: %s: not a multiple of 4: %s", opt->name, text);
	return n;
}

/* A speed, which may have a fraction. */
static double speed(const struct option *opt, const char *text, const char *unit)
{
	double value;

	if (!parse_decimal(text, &value) || value < SPEED_MIN || value > SPEED_MAX)
		usage_error("pack: %s: not a number of %s from %g to %g: %s", opt->name, unit,
			    SPEED_MIN, SPEED_MAX, text);
	return value;
}

/* The options that say how to encode. */
static bool set_codec(struct pack_options *o, const struct option *opt, const char *value)
{
	if (opt->id == CODEC) {
		int codec = choose(opt, value, codec_word);

		o->codec_auto = codec == CODEC_AUTO;
		o->codec = o->codec_auto ? ZSHIM_CODEC_NONE : (enum zshim_codec)codec;
	} else if (opt->id == FILTER) {
		o->filter = (enum filter_option)choose(opt, value, filter_word);
	} else if (opt->id == BEST) {
		o->best = true;
	} else if (opt->id == STORAGE) {
		o->storage = speed(opt, value, "MB/s");
	} else if (opt->id == CPU_MIPS) {
		o->mips = speed(opt, value, "MIPS");
	} else {
		return false;
	}
	return true;
}

/* Kernel, initrd and command line are parts, too. */
#define DTB_MAX (ZSHIM_PART_MAX - 3)

static const char **next_dtb(struct pack_options *o)
{
	if (o->dtb_count == DTB_MAX)
		usage_error("pack: --dtb: more than %u", DTB_MAX);
	return &o->dtb[o->dtb_count++];
}

/* The options with a file name or text. */
static bool set_text(struct pack_options *o, const struct option *opt, const char *value)
{
	const char **slot = opt->id == OUT	 ? &o->out
			    : opt->id == DTB	 ? next_dtb(o)
			    : opt->id == INITRD	 ? &o->initrd
			    : opt->id == CMDLINE ? &o->cmdline
						 : NULL;

	if (!slot)
		return false;
	if (!value[0])
		usage_error("pack: %s: empty", opt->name);
	*slot = value;
	return true;
}

static void set(struct pack_options *o, const struct option *opt, const char *value)
{
	if (set_text(o, opt, value) || set_codec(o, opt, value))
		return;
	if (opt->id == FORMAT)
		o->format = (enum format)choose(opt, value, format_word);
	else if (opt->id == DTB_POLICY)
		o->dtb_policy = (uint32_t)choose(opt, value, dtb_policy_word);
	else if (opt->id == CMDLINE_POLICY)
		o->cmdline_policy = (uint32_t)choose(opt, value, cmdline_policy_word);
	else if (opt->id == LOADER)
		o->loader = true;
	else if (opt->id == PLACE)
		o->place = (enum place_option)choose(opt, value, place_word);
	else if (opt->id == CHECK)
		(void)choose(opt, value, check_word);
	else if (opt->id == LOG)
		(void)choose(opt, value, log_word);
	else if (opt->id == ON_ERROR)
		(void)choose(opt, value, on_error_word);
	else if (opt->id == LOAD)
		o->load = word_number(opt, value);
	else if (opt->id == FLASH_SIZE)
		o->flash_size = number(opt, value);
	else if (opt->id == PHYS)
		o->phys = word_number(opt, value);
	else if (opt->id == TEXT_OFFSET)
		o->text_offset = word_number(opt, value);
	else if (opt->id == BSS)
		o->bss = number(opt, value);
	else if (opt->id == UART && !parse_uart(value, &o->uart))
		usage_error("pack: --uart: not TYPE[,shift=N][,width=N]@ADDR: %s", value);
}

static const struct option *find(const char *arg)
{
	size_t length = strcspn(arg, "=");

	for (size_t i = 0; i < OPTIONS; i++) {
		const char *name = option[i].name;

		if (strcmp(arg, name) == 0)
			return &option[i];
		/* --name=value */
		if (name[1] == '-' && strlen(name) == length && strncmp(arg, name, length) == 0)
			return &option[i];
	}
	usage_error("pack: unknown option: %s (try zshim pack --help)", arg);
}

/* The option's value: behind '=' or the next argument. */
static const char *value_of(const struct option *opt, int argc, char **argv, int *i)
{
	const char *equals = argv[*i][1] == '-' ? strchr(argv[*i], '=') : NULL;

	if (opt->flag && equals)
		usage_error("pack: %s takes no value", opt->name);
	if (opt->flag)
		return "";
	if (equals)
		return equals + 1;
	if (*i + 1 >= argc)
		usage_error("pack: %s: its value is missing", opt->name);
	return argv[++*i];
}

static void default_out(struct pack_options *o)
{
	const char *name_of = o->loader ? "loader" : o->kernel;
	const char *slash = strrchr(name_of, '/');
	const char *base = slash ? slash + 1 : name_of;
	const char *suffix = o->format == FORMAT_ELF	 ? ".elf"
			     : o->format == FORMAT_FLASH ? ".flash"
							 : ".zimage";
	size_t size = strlen(base) + strlen(suffix) + 1;
	char *name = alloc_raw(size);

	/* Lives as long as the program. */
	snprintf(name, size, "%s%s", base, suffix);
	o->out = name;
}

/* A loader image has no kernel, hence nothing to encode or to place. */
static void check_loader(struct pack_options *o, const bool *seen)
{
	if (o->kernel)
		usage_error("pack: --loader takes no KERNEL: %s", o->kernel);
	for (size_t i = 0; i < OPTIONS; i++)
		if (option[i].id == CODEC && !seen[i])
			o->codec = ZSHIM_CODEC_NONE;
	if (o->codec_auto || o->codec != ZSHIM_CODEC_NONE)
		usage_error("pack: --loader has nothing to compress: -c none, or no -c");
	for (size_t i = 0; i < OPTIONS; i++) {
		enum id id = option[i].id;

		if (seen[i] && (id == BEST || id == FILTER || id == PLACE || id == PHYS ||
				id == TEXT_OFFSET || id == BSS))
			usage_error("pack: --loader has no kernel for %s", option[i].name);
	}
}

static void check_together(struct pack_options *o, const bool *seen)
{
	if (o->loader)
		check_loader(o, seen);
	else if (!o->kernel)
		usage_error("pack: KERNEL is missing (try zshim pack --help)");
	for (size_t i = 0; i < OPTIONS; i++) {
		if (seen[i] && option[i].id == DTB_POLICY && o->dtb_count == 0)
			usage_error("pack: --dtb-policy without --dtb");
		if (seen[i] && option[i].id == CMDLINE_POLICY && !o->cmdline)
			usage_error("pack: --cmdline-policy without --cmdline");
		if (seen[i] && (option[i].id == STORAGE || option[i].id == CPU_MIPS) &&
		    !o->codec_auto)
			usage_error("pack: %s without -c auto", option[i].name);
	}
	if (o->flash_size.given && o->format != FORMAT_FLASH)
		usage_error("pack: --flash-size without -f flash");
	if (o->best && !o->codec_auto && o->codec == ZSHIM_CODEC_NONE)
		usage_error("pack: --best with -c none: there is nothing to try");
	if (!o->out)
		default_out(o);
}

bool pack_options(struct pack_options *o, int argc, char **argv)
{
	bool seen[OPTIONS] = {false};
	bool only_names = false; /* behind "--" */

	memset(o, 0, sizeof(*o));
	o->codec = ZSHIM_CODEC_GZIP;
	o->storage = STORAGE_USUAL;
	o->mips = MIPS_USUAL;
	for (int i = 0; i < argc; i++) {
		const struct option *opt;
		const char *value;

		if (only_names || argv[i][0] != '-' || !argv[i][1]) {
			if (o->kernel)
				usage_error("pack: more than one KERNEL: %s", argv[i]);
			o->kernel = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			only_names = true;
			continue;
		}
		opt = find(argv[i]);
		if (opt->id == HELP)
			return false;
		value = value_of(opt, argc, argv, &i);
		if (opt->id == NOT_BUILT)
			usage_error("pack: %s: not built yet", opt->name);
		if (seen[opt - option] && opt->id != DTB)
			usage_error("pack: %s is given twice", opt->name);
		seen[opt - option] = true;
		set(o, opt, value);
	}
	check_together(o, seen);
	return true;
}

void pack_usage(void)
{
	fputs("usage: zshim pack [options] KERNEL\n"
	      "       zshim pack --loader [options]\n"
	      "KERNEL is a vmlinux or other ARM ELF file, an Image, or a zImage.\n"
	      "  -o OUT                 the result (default: KERNEL's name and .zimage, .elf or "
	      ".flash,\n"
	      "                         here)\n"
	      "  -c none|lz4|gzip|zstd|xz|auto   compression of the kernel (default gzip);\n"
	      "                         auto: what brings it to its entry soonest, for these "
	      "speeds:\n"
	      "  --storage MB/s         of what the image is read from (default 20)\n"
	      "  --cpu-mips N           million instructions a second (default 1000)\n"
	      "  --best                 try all settings of the encoder, not only the usual ones\n"
	      "  --filter auto|none|arm store calls with absolute targets, which compress better;\n"
	      "                         arm: always, of ARM or of Thumb code, whatever the kernel "
	      "is;\n"
	      "                         auto: when the image gets smaller (default)\n"
	      "  -f zimage|elf|flash    file format (default zimage); flash: reset code that stays "
	      "in a\n"
	      "                         flash, for the board of --dtb, whose other CPUs wait in "
	      "it\n"
	      "  --flash-size N         fill the file up to N bytes with 0xff (64M: QEMU's virt)\n"
	      "  --load ADDR            where a loader that wants an address puts the image; "
	      "needed for\n"
	      "                         elf (default: 16 MiB above the RAM base that --dtb names)\n"
	      "  --dtb FILE             device tree to carry; may be given again: the shim takes "
	      "the "
	      "one\n"
	      "                         for its board\n"
	      "  --dtb-policy override|fallback            against the loader's (default "
	      "override)\n"
	      "  --initrd FILE          initial RAM disk to carry\n"
	      "  --cmdline TEXT         command line, at most 1023 characters\n"
	      "  --cmdline-policy replace|append|prepend   against the loader's (default replace)\n"
	      "  --loader               no KERNEL: the shim gets it from QEMU, where -bios IMAGE\n"
	      "                         -kernel K or -fw_cfg name=opt/zshim/kernel,file=K names "
	      "it\n"
	      "  --place auto|linux|fixed                  where the kernel goes (default auto: "
	      "linux\n"
	      "                         for Linux, else the physical addresses of the ELF file)\n"
	      "  --phys ADDR            RAM base for a kernel that does not find it by itself\n"
	      "  --text-offset N        of an Image above the RAM base (default 0x8000)\n"
	      "  --bss N                bytes that an Image needs behind itself (default: a "
	      "guess)\n"
	      "  --uart TYPE[,shift=N][,width=N]@ADDR      for messages before there is a device "
	      "tree;\n"
	      "                         TYPE as in Linux's earlycon=: pl011, uart8250, ec_imx6q, "
	      "cdns,\n"
	      "                         bcm2835aux; shift (0) and width (1) of a uart8250's "
	      "registers\n"
	      "  --check fast, --log normal, --on-error rest   as they are now\n"
	      "Numbers are decimal or 0x..., with K, M or G behind them if you like.\n"
	      "Exit status: 0 done, 1 bad input, 2 wrong usage.\n",
	      stdout);
}
