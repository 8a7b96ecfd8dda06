/* SPDX-License-Identifier: MIT */
/* -c auto: the codec that brings the kernel to its entry soonest. */
#ifndef AUTO_H
#define AUTO_H

#include "encode.h"
#include "kernel.h"
#include "options.h"

/* Tells on stdout what it chose, and why. */
struct encoding auto_encode(const struct kernel *k, const struct pack_options *o);

#endif /* AUTO_H */
