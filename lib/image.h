/* SPDX-License-Identifier: MIT */
/*
 * The zshim image, version 1: the contract between the packer and the shim.
 *
 *   0x000  boot sector, 512 bytes (ZSHIM_BS_* below), then the first stage and the shim ("stub")
 *   D      descriptor: struct zshim_desc, then part_count x struct zshim_part, zero padding
 *   N      u32 check: XXH32 of bytes [0, N) of the file, N a multiple of 16
 *   N+4    early area: ZSHIM_EARLY_SIZE bytes of zero where the shim keeps its first stack (in RAM)
 *          and ZSHIM_PARKED_SIZE where other CPUs leave word, and in a loader image
 *          (ZSHIM_DESC_LOADER) ZSHIM_EARLY_LOADER more
 *   ...    the parts, each at an 8-byte aligned offset, the gaps zero
 *   end    the file ends with the last part, padded to 8 bytes
 *
 * All words are little-endian.  Offsets count from byte 0 of the image.  The image may lie at any
 * 4-byte aligned address, hence aligned(4) on structures with 64-bit members.
 */
#ifndef IMAGE_H
#define IMAGE_H

/* Offsets in the boot sector, for C and for header.S.  U32 unless said otherwise. */
#define ZSHIM_BS_SIZE	       0x200
#define ZSHIM_BS_ZIMAGE_MAGIC  0x24 /* 0x016f2818 */
#define ZSHIM_BS_ZIMAGE_START  0x28 /* 0: runs anywhere */
#define ZSHIM_BS_ZIMAGE_END    0x2c /* P: file size */
#define ZSHIM_BS_ZIMAGE_ENDIAN 0x30 /* 0x04030201 */
#define ZSHIM_BS_ZIMAGE_MAGIC2 0x34 /* 0x45454545 */
#define ZSHIM_BS_ZIMAGE_TABLE  0x38 /* offset of the size table = ZSHIM_BS_KLSZ */
#define ZSHIM_BS_RESERVED      0x3c /* kept 0: the PE header offset of an EFI image */
#define ZSHIM_BS_MB1	       0x40 /* multiboot 1 header, 32 bytes, see below */
#define ZSHIM_BS_MB2	       0x60 /* multiboot 2 header, 88 bytes */
#define ZSHIM_BS_KLSZ	       0xb8 /* size table: 6 words {6, tag, 4 data words}, then a 0 word */
#define ZSHIM_BS_INFLATED                                                                          \
	0xd4		   /* P: inflated kernel bytes; the table's first data word points here */
#define ZSHIM_BS_UART 0xd8 /* P: struct zshim_uart, all zero when the packer was told none */
/* 0xe8..0x1e3: vector window and code of the shim */
#define ZSHIM_BS_PEN   0x1e4 /* P: struct zshim_pen, all zero unless the image is for flash */
#define ZSHIM_BS_DESC  0x1f0 /* P: D, offset of the descriptor, 16-byte aligned */
#define ZSHIM_BS_CHECK 0x1f4 /* P: N, offset of the check word = number of bytes that it covers */
#define ZSHIM_BS_MAGIC 0x1f8 /* 8 bytes "ZSHIM" 0, then u8 image version, u8 architecture */
/* P: written by the packer; everything else comes with the stub. */

/* Words of the headers that the packer patches, as offsets in the boot sector. */
#define ZSHIM_BS_MB1_ADDR  0x4c /* header_addr load_addr load_end_addr bss_end_addr entry_addr */
#define ZSHIM_BS_MB2_ADDR  0x78 /* header_addr load_addr load_end_addr bss_end_addr */
#define ZSHIM_BS_MB2_ENTRY 0x90
#define ZSHIM_BS_KLSZ_BSS  0xc4 /* third word of the data: inflated-size pointer is 0xc0 */
#define ZSHIM_BS_KLSZ_TEXT 0xc8 /* TEXT_OFFSET */
#define ZSHIM_BS_KLSZ_HEAP 0xcc /* bytes behind the image that the shim would like: 0 */

#define ZSHIM_ZIMAGE_MAGIC  0x016f2818
#define ZSHIM_ZIMAGE_MAGIC2 0x45454545
#define ZSHIM_KLSZ_TAG	    0x5a534c4b
#define ZSHIM_VERSION	    1
#define ZSHIM_ARCH_ARMV7A   1
/* struct boot up to its map and 972 bytes of stack: tools/lint/stub.py has the longest chain. */
#define ZSHIM_EARLY_SIZE   1624
#define ZSHIM_PARKED_SIZE  48	      /* struct parked in boot/boot.h, behind it */
#define ZSHIM_EARLY_LOADER 160	      /* what flavour loader finds out, behind that */
#define ZSHIM_DESC_MAGIC   0x4453485a /* "ZHSD" as bytes 5a 48 53 44 */
#define ZSHIM_PART_MAX	   16
#define ZSHIM_CMDLINE_MAX  1023 /* Linux COMMAND_LINE_SIZE 1024 with its NUL */
#define ZSHIM_PGTABLE_SIZE                                                                         \
	0x5000 /* kernel page tables below its text: 16 KiB, 20 KiB with LPAE                      \
		*/

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "status.h"

/*
 * How to print one byte on a UART, with no driver and no stack.  Once, for each triple {set,
 * offset, clear} of enable up to one whose set is 0: store32(base + offset, (load32(base + offset)
 * & ~clear) | set).  Then, with loads and stores of width bytes: while
 * (((load(base + status) ^ flip) & mask) != 0) wait; store(base + data, byte).  All that matters of
 * any UART lies in the low byte of a register.
 */
struct zshim_uart_regs {
	uint8_t data;
	uint8_t status;
	uint8_t mask;
	uint8_t flip;
	uint8_t width;	   /* 1 or 4 */
	uint8_t enable[7]; /* two triples at most: the last byte is 0 */
};

/* The packer's --uart, in the boot sector. */
struct zshim_uart {
	uint32_t base; /* 0: no UART known */
	struct zshim_uart_regs regs;
};

/*
 * What the other CPUs of a board wait for, when its kernel starts them without PSCI: a CPU that
 * reads something else than 0 at mailbox + stride * (its number, MPIDR[7:0]) writes that back,
 * which empties a mailbox whose set bits are cleared by writing them, and jumps there.
 */
struct zshim_pen {
	uint32_t mailbox; /* 0: none known */
	uint32_t stride;
	uint32_t gicc; /* GIC CPU interface, to be set up so that the kernel's interrupt ends WFI;
			  0: the kernel sends an event (SEV) */
};

enum zshim_codec {
	ZSHIM_CODEC_NONE = 0,
	ZSHIM_CODEC_GZIP = 1, /* DEFLATE data (RFC 1951), without a gzip member around it */
	ZSHIM_CODEC_LZ4 = 2,  /* one LZ4 block, without a frame around it */
	ZSHIM_CODEC_ZSTD = 3, /* frames (RFC 8878) */
	ZSHIM_CODEC_XZ = 4,   /* an .xz file of one stream and one block of LZMA2, no filter */
};

enum zshim_filter {
	ZSHIM_FILTER_NONE = 0,
	ZSHIM_FILTER_ARM = 1,	/* lib/codec/branch.h: of a kernel's part only, start address 0 */
	ZSHIM_FILTER_THUMB = 2, /* likewise */
};

enum zshim_kind {
	ZSHIM_PART_KERNEL = 1,
	ZSHIM_PART_DTB = 2,
	ZSHIM_PART_INITRD = 3,
	ZSHIM_PART_CMDLINE = 4, /* text without NUL, 1..1023 bytes */
	ZSHIM_PART_MODULE = 5,
};

/* zshim_part.place: what dest means. */
enum zshim_place {
	ZSHIM_PLACE_ANY = 0,   /* anywhere, on a multiple of align; dest is 0 */
	ZSHIM_PLACE_LINUX = 1, /* dest bytes (the text offset) above a RAM base that is a multiple
				  of align, with ZSHIM_PGTABLE_SIZE free below */
	ZSHIM_PLACE_FIXED = 2, /* at the physical address dest */
};

/* zshim_part.flags of a kernel: it writes page tables to the ZSHIM_PGTABLE_SIZE bytes below itself.
 */
#define ZSHIM_FLAG_PAGE_TABLE 1u

/*
 * zshim_desc.flags: an image without a kernel, which flavour loader finds elsewhere.  All other
 * images have one, and all other flavours refuse this one.
 */
#define ZSHIM_DESC_LOADER 1u

enum zshim_policy { /* of zshim_desc.dtb_policy and .cmdline_policy */
		    ZSHIM_DTB_OVERRIDE = 0,
		    ZSHIM_DTB_FALLBACK = 1,
		    ZSHIM_CMDLINE_REPLACE = 0,
		    ZSHIM_CMDLINE_APPEND = 1,
		    ZSHIM_CMDLINE_PREPEND = 2,
};

struct __attribute__((packed, aligned(4))) zshim_part {
	uint32_t kind;
	uint32_t codec;
	uint32_t filter;
	uint32_t flags;	   /* ZSHIM_FLAG_PAGE_TABLE, or 0 */
	uint64_t offset;   /* of the stored bytes, from byte 0 of the image, 8-byte aligned */
	uint64_t stored;   /* bytes in the file */
	uint64_t inflated; /* bytes after codec and filter */
	uint64_t memory;   /* bytes it needs at its place: inflated + BSS */
	uint64_t align;	   /* a power of two, at least 1 */
	uint64_t dest;	   /* see enum zshim_place */
	uint64_t entry; /* kernel: offset of the entry from its first byte (bit 0: Thumb state) */
	uint32_t place; /* enum zshim_place */
	uint32_t check; /* XXH32, seed 0, of the stored bytes */
};

struct __attribute__((packed, aligned(4))) zshim_desc {
	uint32_t magic;	     /* ZSHIM_DESC_MAGIC */
	uint32_t version;    /* ZSHIM_VERSION */
	uint32_t size;	     /* bytes of this structure and all part entries */
	uint32_t flags;	     /* ZSHIM_DESC_LOADER, or 0 */
	uint64_t image_size; /* bytes of the whole file */
	uint64_t load;	     /* --load, or 0 when it was not given */
	uint32_t dtb_policy;
	uint32_t cmdline_policy;
	uint32_t part_count; /* at most ZSHIM_PART_MAX */
	uint32_t part_size;  /* sizeof(struct zshim_part) */
	struct zshim_part part[];
};

_Static_assert(sizeof(struct zshim_uart) == 16, "header.S leaves 16 bytes");
_Static_assert(sizeof(struct zshim_pen) == 12, "header.S leaves 12 bytes");
_Static_assert(sizeof(struct zshim_part) == 80, "the file format is fixed");
_Static_assert(sizeof(struct zshim_desc) == 48, "the file format is fixed");

/*
 * Checks that the image_len bytes at image (4-byte aligned) are an image of this version in which
 * everything that is counted from byte 0 stays inside, and that no number is one we do not know.
 * After ST_OK *desc and all parts may be used without further checks; nothing was hashed.  Where
 * the length is not known, as on the board, image_len is UINT64_MAX: the image's own size holds.
 * On failure *desc is NULL and *where the offset of what is wrong: of the word that has a value we
 * do not know, or of the structure (descriptor, part) that contradicts itself or its surroundings.
 * ST_MAGIC: no image of this version and architecture; ST_RANGE: one that is not sound.
 */
enum status zshim_desc_check(const void *image, uint64_t image_len, const struct zshim_desc **desc,
			     uint32_t *where) MUST_CHECK;

/*
 * The registers of a 16550 are bytes that lie 1 << shift bytes apart and may have to be accessed as
 * words: reg-shift and reg-io-width of a device tree.  regs has them one byte apart, width 1, and
 * is changed to the lay-out; registers of any other UART stay as they are.  ST_UNSUPPORTED: one
 * that struct zshim_uart_regs cannot say.
 */
enum status zshim_uart_layout(struct zshim_uart_regs *regs, uint32_t shift,
			      uint32_t width) MUST_CHECK;

#endif /* __ASSEMBLER__ */
#endif /* IMAGE_H */
