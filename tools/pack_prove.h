/* SPDX-License-Identifier: MIT */
/* Can what was just packed ever boot on the board whose device tree it has? */
#ifndef PACK_PROVE_H
#define PACK_PROVE_H

#include "options.h"
#include "stub.h"
#include "util.h"

/*
 * Asks for each device tree in the image that names RAM.  Warns when no load address works there;
 * ends the program when the file is one that is loaded at one address only, and that does not work.
 */
void pack_prove(const struct pack_options *o, const struct bytes *image, const struct stub *stub);

#endif /* PACK_PROVE_H */
