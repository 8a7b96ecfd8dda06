/* SPDX-License-Identifier: MIT */
/* The command line of `zshim verify`. */
#ifndef VERIFY_OPTIONS_H
#define VERIFY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "range.h"

struct verify_options {
	const char *file;     /* never NULL */
	struct range_set ram; /* empty: what the device tree says */
	bool load_given;
	uint32_t load;
	const char *dtb;     /* the loader's tree, NULL: not told */
	struct range fdt;    /* where that lies; start == end: not told, or not how long */
	struct range initrd; /* the loader's; empty: what its tree says */
};

/* Reads the arguments behind "verify"; wrong usage ends the program.  False: only --help. */
bool verify_options(struct verify_options *o, int argc, char **argv);

void verify_usage(void);

#endif /* VERIFY_OPTIONS_H */
