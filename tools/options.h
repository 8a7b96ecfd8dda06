/* SPDX-License-Identifier: MIT */
/* The command line of `zshim pack`. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"

enum format { FORMAT_ZIMAGE, FORMAT_ELF, FORMAT_FLASH };

enum filter_option { FILTER_AUTO, FILTER_OFF, FILTER_ON };

enum place_option { PLACE_AUTO, PLACE_LINUX, PLACE_FIXED };

/* A number that may be absent. */
struct number {
	bool given;
	uint32_t value;
};

struct pack_options {
	bool loader;	    /* no kernel: the shim finds one */
	const char *kernel; /* NULL only then */
	const char *out;    /* never NULL */
	const char *dtb[ZSHIM_PART_MAX];
	unsigned dtb_count;
	const char *initrd;
	const char *cmdline;
	enum zshim_codec codec;
	bool codec_auto; /* it is to be found */
	double storage;	 /* MB/s, for that */
	double mips;
	bool best;
	enum filter_option filter;
	enum format format;
	enum place_option place;
	uint32_t dtb_policy;	 /* enum zshim_policy */
	uint32_t cmdline_policy; /* enum zshim_policy */
	struct number load;
	struct number flash_size;
	struct number phys;
	struct number text_offset;
	struct number bss;
	struct zshim_uart uart; /* all zero: none */
};

/* Reads the arguments behind "pack"; wrong usage ends the program.  False: only --help. */
bool pack_options(struct pack_options *o, int argc, char **argv);

void pack_usage(void);

#endif /* OPTIONS_H */
