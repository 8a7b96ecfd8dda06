/* SPDX-License-Identifier: MIT */
/* An image of ours in a file, whatever that file's format. */
#ifndef IMAGE_FILE_H
#define IMAGE_FILE_H

#include <stdbool.h>

#include "image.h"
#include "util.h"

struct image_file {
	const char *name;
	bool elf;	    /* the image is wrapped in one */
	struct bytes whole; /* the file; its holder frees it */
	struct bytes image; /* inside it, from byte 0 of the image to the end of the file */
	const struct zshim_desc *desc;
};

/* Reads a file whose descriptor is sound; any other ends the program by name.  No check was
 * summed. */
void image_open(struct image_file *f, const char *name);

#endif /* IMAGE_FILE_H */
