/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_H
#define VERIFY_H

#include "verify_options.h"

/* The whole command; the exit status. */
int verify(const struct verify_options *o);

#endif /* VERIFY_H */
