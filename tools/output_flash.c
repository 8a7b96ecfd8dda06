// SPDX-License-Identifier: MIT
#include "output_flash.h"

#include <string.h>

#define ERASED 0xff /* of any NOR flash: costs no time to program */

struct bytes output_flash_rest(size_t image_size, uint32_t flash_size)
{
	struct bytes rest = {NULL, 0};

	if (image_size > flash_size)
		input_error("--flash-size", "too small: the image has %zu bytes, the flash %u",
			    image_size, flash_size);
	rest.size = flash_size - image_size;
	rest.data = alloc_raw(rest.size);
	memset(rest.data, ERASED, rest.size);
	return rest;
}
