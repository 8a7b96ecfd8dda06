/* SPDX-License-Identifier: MIT */
/* What pack tells on stdout: each decision and where it came from, one fact a line. */
#ifndef REPORT_H
#define REPORT_H

#include "assemble.h"
#include "encode.h"
#include "kernel.h"
#include "options.h"
#include "place.h"

void report_kernel(const struct kernel *k, const struct placement *p);
void report_encoding(const struct encoding *e);
void report_image(const struct pack_options *o, const struct contents *c,
		  const struct bytes *image);

#endif /* REPORT_H */
