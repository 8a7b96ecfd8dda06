/* SPDX-License-Identifier: MIT */
/* An image as an ELF file, for loaders and debuggers that want an address. */
#ifndef OUTPUT_ELF_H
#define OUTPUT_ELF_H

#include "util.h"

/* What goes in front of the image; the image follows it directly. */
struct bytes output_elf_head(uint32_t load, size_t image_size, const char *codec);

#endif /* OUTPUT_ELF_H */
