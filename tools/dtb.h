/* SPDX-License-Identifier: MIT */
/* The device tree to carry. */
#ifndef DTB_H
#define DTB_H

#include "util.h"

/* Reads and checks a device tree; what is behind it in the file is dropped. */
struct bytes dtb_read(const char *file);

/* The lowest RAM address that it names; false when there is none below 4 GiB. */
bool dtb_ram_base(const struct bytes *dtb, uint32_t *base);

/* The most specific entry of the root's compatible; NULL when it has none, or for broken trees. */
const char *dtb_compatible(const struct bytes *dtb);

#endif /* DTB_H */
