/* SPDX-License-Identifier: MIT */
/* What an image needs that is reset code in a flash: -f flash. */
#ifndef OUTPUT_FLASH_H
#define OUTPUT_FLASH_H

#include "util.h"

/* What fills the flash up behind an image: erased bytes.  Ends the program when it is too small. */
struct bytes output_flash_rest(size_t image_size, uint32_t flash_size);

#endif /* OUTPUT_FLASH_H */
