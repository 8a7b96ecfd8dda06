// SPDX-License-Identifier: MIT
#include "output_flash.h"

#include <libfdt.h>
#include <string.h>

#include "board.h"

#define ERASED 0xff /* of any NOR flash: costs no time to program */

/* The shim's own table: board/ is linked into this program, too.  The names are the linker's. */
extern const struct board __start_boards[];
extern const struct board __stop_boards[];

bool output_flash_pen(const struct bytes *dtb, struct zshim_pen *pen)
{
	for (const struct board *board = __start_boards; board != __stop_boards; board++) {
		if (fdt_node_check_compatible(dtb->data, 0, board->compatible) != 0)
			continue;
		*pen = board->pen;
		return true;
	}
	return false;
}

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
