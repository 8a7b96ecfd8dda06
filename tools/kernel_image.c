// SPDX-License-Identifier: MIT
/* The raw Image of an ARM Linux: no header, no magic, no sizes. */
#include "kernel.h"

#include <stdio.h>

#define SETEND_BE 0xf1010200u /* the first instruction of a big-endian kernel */

/*
 * BSS is in no way written in the file.  Kernels that were seen have 2 % (Debian armmp) to 10 %
 * (small, with lock debugging) of their size; too much only costs free RAM, too little corrupts.
 */
uint64_t kernel_guess_bss(uint64_t size)
{
	return (size / 8 + 0x100000 + 0xffff) & ~(uint64_t)0xffff;
}

/*
 * Newer kernels (6.x) find their RAM base by `sub r8, r8, #TEXT_OFFSET` in their first
 * instructions; a kernel that is put anywhere else hangs without a word.
 */
static bool text_offset_in_head(const struct kernel *k, uint32_t *text_offset)
{
	for (size_t i = 0; i + 4 <= k->size && i < 256; i += 4) {
		uint32_t word = get32(k->bytes + i);
		unsigned rotation = (word >> 8 & 0xf) * 2;
		uint32_t value = word & 0xff;

		if ((word & 0xfffff000) != 0xe2488000)
			continue;
		if (rotation)
			value = value >> rotation | value << (32 - rotation);
		*text_offset = value;
		return value % 4 == 0 && value >= TEXT_OFFSET_USUAL && value < 0x10000000;
	}
	return false;
}

void kernel_load_image(struct kernel *k, const struct input *in)
{
	if (in->size > KERNEL_MAX)
		input_error(in->name,
			    "no kernel that zshim knows, and too large for an Image: "
			    "%llu bytes",
			    (unsigned long long)in->size);
	k->kind = KERNEL_IMAGE;
	k->size = (size_t)in->size;
	k->bytes = alloc_raw(k->size);
	input_read(in, 0, k->bytes, k->size);
	if (k->size >= 4 && get32(k->bytes) == SETEND_BE)
		input_error(in->name, "is a big-endian ARM kernel: not supported");
	if (!kernel_has_linux_head(k->bytes, k->size))
		input_error(in->name,
			    "no kernel that zshim knows (not ELF, zImage or ARM Linux Image)");
	if (!kernel_find_banner(k))
		input_error(in->name,
			    "no kernel: begins like an ARM Linux Image, but has no banner "
			    "\"Linux version\" (truncated?)");
	k->is_linux = true;
	if (!text_offset_in_head(k, &k->text_offset))
		k->text_offset = TEXT_OFFSET_USUAL;
	k->memory = k->size + kernel_guess_bss(k->size);
	snprintf(k->what, sizeof(k->what), "ARM Linux Image");
}
