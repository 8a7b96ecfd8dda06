// SPDX-License-Identifier: MIT
/* Flavour boot, the normal one: the kernel is a part of the image.  Link time optimisation leaves
 * nothing of the functions that do nothing. */
#include "boot.h"

const uint8_t texts[] = {TEXT_BYTES};

void find_kernel(struct boot *b)
{
	b->kernel = find_part(b, ZSHIM_PART_KERNEL);
	if (!b->kernel) /* made for flavour loader */
		panic(b, E_DESC, ST_NOTFOUND, ZSHIM_BS_DESC);
}

void find_fw_cfg(struct boot *b)
{
	(void)b;
}

void adopt(struct boot *b)
{
	(void)b;
}

void for_devices(struct boot *b, range_op op, void *context)
{
	(void)b;
	(void)op;
	(void)context;
}

bool fetch_kernel(struct boot *b)
{
	(void)b;
	return false;
}
