// SPDX-License-Identifier: MIT
#include "verify_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "number.h"
#include "util.h"

enum id { RAM, LOAD, DTB, FDT, INITRD, OPTIONS };

static const char *const name[OPTIONS] = {
	[RAM] = "--ram", [LOAD] = "--load", [DTB] = "--dtb", [FDT] = "--fdt", [INITRD] = "--initrd",
};

/* ADDR:SIZE; with size_too false also ADDR alone, which is an empty range.  No byte at or above
 * 4 GiB - 4 KiB counts, as on the board. */
static struct range address_range(enum id id, const char *text, bool size_too)
{
	const char *colon = strchr(text, ':');
	char start_text[32];
	uint32_t start, size = 0;
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	uint64_t end;

	if (length >= sizeof(start_text) || (size_too && !colon))
		usage_error("verify: %s: not ADDR:SIZE: %s", name[id], text);
	memcpy(start_text, text, length);
	start_text[length] = '\0';
	if (!parse_number(start_text, &start) ||
	    (colon && (!parse_number(colon + 1, &size) || size == 0)))
		usage_error("verify: %s: not ADDR:SIZE: %s", name[id], text);
	end = (uint64_t)start + size;
	if (end > (uint64_t)UINT32_MAX + 1 || start >= ARCH_PHYS_END)
		usage_error("verify: %s: ends above 4 GiB: %s", name[id], text);
	return (struct range){start, end < ARCH_PHYS_END ? end : ARCH_PHYS_END};
}

static void set(struct verify_options *o, enum id id, const char *value)
{
	switch (id) {
	case RAM:
		if (range_add(&o->ram, address_range(id, value, true)) != ST_OK)
			usage_error("verify: --ram: more than %u ranges", RANGE_MAX);
		break;
	case LOAD:
		if (!parse_number(value, &o->load) || o->load % 4)
			usage_error("verify: --load: not a 32-bit number that is a multiple of 4: "
				    "%s",
				    value);
		o->load_given = true;
		break;
	case DTB:
		o->dtb = value;
		break;
	case FDT:
		o->fdt = address_range(id, value, false);
		if (o->fdt.start == 0 || o->fdt.start % 4)
			usage_error("verify: --fdt: not an address that is a multiple of 4: %s",
				    value);
		break;
	case INITRD:
		o->initrd = address_range(id, value, true);
		break;
	case OPTIONS:
		break;
	}
}

/* The option that arg is, with its value behind '=' or in the next argument. */
static enum id find(int argc, char **argv, int *i, const char **value)
{
	const char *arg = argv[*i];
	size_t length = strcspn(arg, "=");

	for (enum id id = 0; id < OPTIONS; id++) {
		if (strlen(name[id]) != length || strncmp(arg, name[id], length) != 0)
			continue;
		if (arg[length])
			*value = arg + length + 1;
		else if (*i + 1 < argc)
			*value = argv[++*i];
		else
			usage_error("verify: %s: its value is missing", name[id]);
		if (!(*value)[0])
			usage_error("verify: %s: empty", name[id]);
		return id;
	}
	usage_error("verify: unknown option: %s (try zshim verify --help)", arg);
}

bool verify_options(struct verify_options *o, int argc, char **argv)
{
	bool seen[OPTIONS] = {false}, only_names = false;

	memset(o, 0, sizeof(*o));
	for (int i = 0; i < argc; i++) {
		const char *value;
		enum id id;

		if (only_names || argv[i][0] != '-' || !argv[i][1]) {
			if (o->file)
				usage_error("verify: more than one FILE: %s", argv[i]);
			o->file = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			only_names = true;
			continue;
		}
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return false;
		id = find(argc, argv, &i, &value);
		if (seen[id] && id != RAM)
			usage_error("verify: %s is given twice", name[id]);
		seen[id] = true;
		set(o, id, value);
	}
	if (!o->file)
		usage_error("verify: FILE is missing (try zshim verify --help)");
	return true;
}

void verify_usage(void)
{
	fputs("usage: zshim verify [options] FILE\n"
	      "Decodes and checks all of a zshim image, and proves by the shim's own planner that "
	      "there is\n"
	      "room for everything on a board; exit status 1 when it is damaged or there is not.\n"
	      "  --ram ADDR:SIZE        the board's RAM, as often as it has ranges (default: "
	      "/memory of the\n"
	      "                         image's device tree or of --dtb; with neither, only the "
	      "image is checked)\n"
	      "  --load ADDR            where the image is loaded (default: where an ELF file "
	      "says; "
	      "else all\n"
	      "                         addresses are tried, each multiple of 4 KiB)\n"
	      "  --dtb FILE             the loader's device tree: its reservations count, and its "
	      "initrd\n"
	      "  --fdt ADDR[:SIZE]      where that lies (default: clear of everything)\n"
	      "  --initrd ADDR:SIZE     the loader's initrd (default: as its device tree says, "
	      "else "
	      "the image's)\n"
	      "Numbers are decimal or 0x..., with K, M or G behind them if you like.\n",
	      stdout);
}
