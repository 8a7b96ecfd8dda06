/* SPDX-License-Identifier: MIT */
#ifndef INFO_H
#define INFO_H

/* `zshim info`: describes an image; 0, or 1 when a part of it is damaged. */
int info(const char *file);

#endif /* INFO_H */
