/* SPDX-License-Identifier: MIT */
/*
 * QEMU's fw_cfg device (docs/specs/fw_cfg.rst): numbered items of bytes, and a directory that gives
 * names to some of them.
 */
#ifndef FW_CFG_H
#define FW_CFG_H

#include "boot.h"

struct fw_cfg {
	uint32_t base; /* 0: there is none */
	bool dma;
	/* A DMA request, which the device reads and writes.  Here, where nothing near it is written
	 * while that goes on; on the stack it would need cache lines of its own. */
	struct {
		uint32_t control, length, high, low;
	} request;
};

struct fw_item {
	uint32_t key;
	uint32_t size; /* 0: it is not there */
};

/* Looks for the device that the tree names. */
bool fw_cfg_open(struct boot *b, struct fw_cfg *fw, const struct fdt *f);

/* n bytes of an item, from offset on.  E27 when the device fails. */
void fw_cfg_read(struct boot *b, struct fw_cfg *fw, uint32_t key, uint32_t offset, void *to,
		 uint32_t n);

/* The file opt/zshim/NAME, else the item whose size is another item, size_key. */
struct fw_item fw_cfg_find(struct boot *b, struct fw_cfg *fw, const char *name, uint32_t size_key,
			   uint32_t key);

#endif /* FW_CFG_H */
