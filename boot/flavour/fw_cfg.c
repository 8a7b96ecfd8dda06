// SPDX-License-Identifier: MIT
#include "fw_cfg.h"

#include "mem.h"

/* Registers, from the base (big-endian), and the DMA request's control word. */
#define SELECTOR 0x08 /* 16 bits */
#define DMA_HIGH 0x10
#define DMA_LOW	 0x14 /* writing it starts the transfer */

#define DMA_ERROR 0x1u
#define DMA_READ  0x2u
#define DMA_SKIP  0x4u

enum { KEY_SIGNATURE = 0x00, KEY_FEATURES = 0x01, KEY_DIRECTORY = 0x19 };

#define SIGNATURE    0x554d4551u /* "QEMU" as a little-endian word */
#define FEATURE_DMA  0x2u
#define FILES_MAX    0x4000u /* as many keys as there are for files */
#define NAME_SIZE    56
#define OUR_FILES    "opt/zshim/"
#define OUR_FILES_AT (sizeof(OUR_FILES) - 1)

/* Shorter transfers go byte by byte: see dma(). */
#define DMA_FROM 256u
/* More polls than any transfer takes: a second at least, and QEMU is done before the first. */
#define POLLS 10000000u

/* Of the directory, behind its count.  Numbers are big-endian, also a file's key. */
struct entry {
	uint32_t size;
	uint32_t key_reserved;
	char name[NAME_SIZE];
};

/* What the CPU's cache may hold of memory that the device is going to read or write.  With the
 * cache off RAM is the truth, and what the cache has from before must never get there. */
static void before_dma(const struct boot *b, uintptr_t start, uint32_t n)
{
	if (b->caches_on)
		dcache_clean(start, start + n);
	dcache_invalidate(start, start + n);
}

/* Of memory that it has written. */
static void after_dma(uintptr_t start, uint32_t n)
{
	dcache_clean(start, start + n);
	dcache_invalidate(start, start + n);
}

/*
 * One transfer, to memory or (to NULL) over n bytes of the item.  Right whether the device looks
 * into the caches or not, with them on or off:
 *
 * - Before: nothing that the cache holds of the memory may be written back over what the device
 *   writes, nor hide it.  So it is cleaned, when the CPU wrote through it, and dropped.
 * - Meanwhile the CPU does not write to any of these lines: nothing near the request is, and the
 *   memory is a place that nobody else uses.  Speculative loads can bring in lines, but clean ones.
 * - After: a device that does not look into the caches has left RAM right and, at worst, such clean
 *   lines: cleaning does nothing, and they are dropped.  One that does may have left its bytes in
 *   the cache only: they are cleaned to RAM, where all later stages find them.
 *
 * Buffers on the stack share their lines with what the CPU writes meanwhile, so what is read to
 * them is shorter than DMA_FROM.  The barrier at the end of each walk through lines also orders the
 * request's words before the register that starts it, and its answer before the bytes.
 */
static void dma(struct boot *b, struct fw_cfg *fw, uint8_t *to, uint32_t n)
{
	uintptr_t request = (uintptr_t)&fw->request;
	uint32_t polls = POLLS, control;

	fw->request.control = __builtin_bswap32(to ? DMA_READ : DMA_SKIP);
	fw->request.length = __builtin_bswap32(n);
	fw->request.high = 0;
	fw->request.low = __builtin_bswap32((uint32_t)to);
	if (to)
		before_dma(b, (uintptr_t)to, n);
	before_dma(b, request, sizeof(fw->request));
	*(volatile uint32_t *)(fw->base + DMA_HIGH) = 0;
	*(volatile uint32_t *)(fw->base + DMA_LOW) = __builtin_bswap32(request);
	do {
		after_dma(request, sizeof(fw->request));
		control = __builtin_bswap32(*(volatile uint32_t *)&fw->request.control);
	} while ((control & ~DMA_ERROR) != 0 && --polls != 0);
	if (control != 0)
		panic(b, E_FW_CFG, control, n);
	if (to)
		after_dma((uintptr_t)to, n);
}

/* The next n bytes of the item that is selected. */
static void transfer(struct boot *b, struct fw_cfg *fw, uint8_t *to, uint32_t n)
{
	const volatile uint8_t *data = (const volatile uint8_t *)fw->base;

	if (fw->dma && n >= DMA_FROM) {
		dma(b, fw, to, n);
		return;
	}
	for (; n != 0; n--) {
		uint8_t byte = *data;

		if (to)
			*to++ = byte;
	}
}

void fw_cfg_read(struct boot *b, struct fw_cfg *fw, uint32_t key, uint32_t offset, void *to,
		 uint32_t n)
{
	*(volatile uint16_t *)(fw->base + SELECTOR) = __builtin_bswap16((uint16_t)key);
	transfer(b, fw, NULL, offset);
	transfer(b, fw, to, n);
}

static uint32_t word(struct boot *b, struct fw_cfg *fw, uint32_t key)
{
	uint32_t value;

	fw_cfg_read(b, fw, key, 0, &value, sizeof(value));
	return value;
}

bool fw_cfg_open(struct boot *b, struct fw_cfg *fw, const struct fdt *f)
{
	uint64_t base, size;
	uint32_t probed;

	if (!f->blob)
		return false;
	for (uint32_t n = fdt_child(f, 0); n != FDT_NONE; n = fdt_sibling(f, n)) {
		if (!fdt_compatible(f, n, "qemu,fw-cfg-mmio") ||
		    fdt_reg(f, n, 0, &base, &size) != ST_OK || base > ARCH_PHYS_END)
			continue;
		fw->base = (uint32_t)base;
		fw->dma = false;
		if (!arch_probe(fw->base, &probed) || word(b, fw, KEY_SIGNATURE) != SIGNATURE)
			continue;
		fw->dma = (word(b, fw, KEY_FEATURES) & FEATURE_DMA) != 0;
		return true;
	}
	fw->base = 0;
	return false;
}

/* Is this the directory's name of our file? */
static bool is_ours(const char *entry, const char *name)
{
	return memcmp(entry, OUR_FILES, OUR_FILES_AT) == 0 &&
	       strcmp(entry + OUR_FILES_AT, name) == 0;
}

struct fw_item fw_cfg_find(struct boot *b, struct fw_cfg *fw, const char *name, uint32_t size_key,
			   uint32_t key)
{
	uint32_t count = __builtin_bswap32(word(b, fw, KEY_DIRECTORY));
	struct entry e;

	for (uint32_t i = 0; i < count && i < FILES_MAX; i++) {
		fw_cfg_read(b, fw, KEY_DIRECTORY, sizeof(count) + i * sizeof(e), &e, sizeof(e));
		e.name[NAME_SIZE - 1] = '\0';
		if (is_ours(e.name, name))
			return (struct fw_item){__builtin_bswap32(e.key_reserved) >> 16,
						__builtin_bswap32(e.size)};
	}
	return (struct fw_item){key, size_key ? word(b, fw, size_key) : 0};
}
