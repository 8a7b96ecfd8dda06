/* SPDX-License-Identifier: MIT */
/* What an image needs that is reset code in a flash: -f flash. */
#ifndef OUTPUT_FLASH_H
#define OUTPUT_FLASH_H

#include "image.h"
#include "util.h"

/*
 * What the other CPUs of the board wait for, which all come out of reset into the image and stay in
 * it.  By the root's compatible, in the shim's own table; false when it has no such board.
 */
bool output_flash_pen(const struct bytes *dtb, struct zshim_pen *pen);

/* What fills the flash up behind an image: erased bytes.  Ends the program when it is too small. */
struct bytes output_flash_rest(size_t image_size, uint32_t flash_size);

#endif /* OUTPUT_FLASH_H */
