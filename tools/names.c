// SPDX-License-Identifier: MIT
#include "names.h"

#include "image.h"

#define PICK(table, n) ((n) < sizeof(table) / sizeof((table)[0]) && (table)[n] ? (table)[n] : "?")

const char *kind_name(uint32_t kind)
{
	static const char *const name[] = {
		[ZSHIM_PART_KERNEL] = "kernel", [ZSHIM_PART_DTB] = "dtb",
		[ZSHIM_PART_INITRD] = "initrd", [ZSHIM_PART_CMDLINE] = "cmdline",
		[ZSHIM_PART_MODULE] = "module",
	};

	return PICK(name, kind);
}

const char *codec_name(uint32_t codec)
{
	static const char *const name[] = {
		[ZSHIM_CODEC_NONE] = "none", [ZSHIM_CODEC_GZIP] = "gzip", [ZSHIM_CODEC_LZ4] = "lz4",
		[ZSHIM_CODEC_ZSTD] = "zstd", [ZSHIM_CODEC_XZ] = "xz",
	};

	return PICK(name, codec);
}

const char *filter_name(uint32_t filter)
{
	static const char *const name[] = {
		[ZSHIM_FILTER_NONE] = "none",
		[ZSHIM_FILTER_ARM] = "arm",
		[ZSHIM_FILTER_THUMB] = "thumb",
	};

	return PICK(name, filter);
}

const char *place_name(uint32_t place)
{
	static const char *const name[] = {
		[ZSHIM_PLACE_ANY] = "any",
		[ZSHIM_PLACE_LINUX] = "linux",
		[ZSHIM_PLACE_FIXED] = "fixed",
	};

	return PICK(name, place);
}

const char *dtb_policy_name(uint32_t policy)
{
	static const char *const name[] = {
		[ZSHIM_DTB_OVERRIDE] = "override",
		[ZSHIM_DTB_FALLBACK] = "fallback",
	};

	return PICK(name, policy);
}

const char *cmdline_policy_name(uint32_t policy)
{
	static const char *const name[] = {
		[ZSHIM_CMDLINE_REPLACE] = "replace",
		[ZSHIM_CMDLINE_APPEND] = "append",
		[ZSHIM_CMDLINE_PREPEND] = "prepend",
	};

	return PICK(name, policy);
}
