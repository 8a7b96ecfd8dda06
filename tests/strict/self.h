/* SPDX-License-Identifier: MIT */
/* The strict machine's own tests. */
#ifndef SELF_H
#define SELF_H

#include <stdbool.h>

#include "machine.h"

/* Instructions are what GNU as says that they are. */
bool self_decode(void);
/* Code that is written and run, with and without what must come between. */
bool self_code(struct machine *m);
/* Accesses on Normal memory, one by one, on a machine that has started and not run. */
bool self_rules(struct machine *m);

#endif /* SELF_H */
