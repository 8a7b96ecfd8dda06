/* SPDX-License-Identifier: MIT */
/* The numbers of lib/image.h as people read them; never NULL, "?" for an unknown one. */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>

const char *kind_name(uint32_t kind);
const char *codec_name(uint32_t codec);
const char *filter_name(uint32_t filter);
const char *place_name(uint32_t place);
const char *dtb_policy_name(uint32_t policy);
const char *cmdline_policy_name(uint32_t policy);

#endif /* NAMES_H */
