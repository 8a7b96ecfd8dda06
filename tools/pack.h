/* SPDX-License-Identifier: MIT */
#ifndef PACK_H
#define PACK_H

#include "options.h"

/* Packs one kernel; whatever goes wrong ends the program. */
void pack(const struct pack_options *o);

#endif /* PACK_H */
