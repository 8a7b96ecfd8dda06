/* SPDX-License-Identifier: MIT */
/*
 * The contract between the stages: one struct boot holds all state, each stage is one function that
 * takes it and either does its whole job or panics.  There are no writable globals: the image may
 * lie in ROM until step 6.
 *
 * ram.c runs on the host, too (tools/site.c): what is true of the board's word size only is
 * asserted in linker.h.
 */
#ifndef BOOT_H
#define BOOT_H

/* Offsets in struct boot for the assembly; static asserts in linker.h hold them true. */
#define BOOT_ENTRY_REGS 0     /* r0, r1, r2, image address, CPSR */
#define BOOT_FAULT_TOP	0x440 /* top of the stack of exceptions, from step 6 on */

/* Of struct board, likewise; its RAM base is at 0. */
#define BOARD_SIZE 44

/* Of struct parked. */
#define PARKED_ARRIVED	16
#define PARKED_CPUS	8
#define PARKED_IN_IMAGE 0xffffffff
#define PARKED_IN_PEN	1

#define BOOT_LOG_SIZE 4096

/* What flavour loader has in place of a codec's scratch: its state and a command line. */
#define BOOT_LOADER_SCRATCH (ZSHIM_EARLY_LOADER + ZSHIM_CMDLINE_MAX + 1)

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "codec.h"
#include "codes.h"
#include "fdt/fdt.h"
#include "given.h"
#include "image.h"
#include "layout.h"
#include "range.h"
#include "texts.h" /* made by tools/texts.py */

/* What the CPU held when the loader jumped to byte 0, as entry.S stores it. */
struct entry_regs {
	uint32_t r0;
	uint32_t r1;
	uint32_t r2;
	uint32_t image; /* address of byte 0 */
	uint32_t cpsr;
};

/* A device tree and the nodes in it that more than one step needs; FDT_NONE when not there. */
struct tree {
	struct fdt f; /* f.blob NULL: there is no such tree */
	uint32_t chosen;
	uint32_t reserved;
	uint32_t memory; /* the first and */
	uint32_t last_memory;
};

/* Something of the loader's that was found, or is broken, for the log; at 0: nothing was. */
struct noted {
	uintptr_t at;
	uint16_t what;	 /* enum message */
	uint16_t status; /* enum status */
};

struct text {
	const char *s;
	size_t len;
};

/* Random bytes that a loader left in /chosen, and how many. */
struct seed {
	uint32_t len;
	uint8_t bytes[SEED_MAX];
};

/* The log that survives without a console: found in memory by its magic. */
struct log {
	char magic[8]; /* "ZSHIMLOG" */
	uint32_t size; /* bytes at text */
	uint32_t len;  /* bytes written; more lines are dropped when full */
	char text[BOOT_LOG_SIZE - 16];
};

/*
 * Behind the first stack, in the early area of an image in RAM, where the file has zeros: how the
 * CPUs besides the first, which have no stack, are seen and told where to wait (pen.c).
 */
struct parked {
	uint32_t place; /* of their code, once there is one, else 0 */
	struct zshim_pen pen;
	uint32_t arrived[PARKED_CPUS]; /* by MPIDR[2:0]: where the CPU is that has arrived */
};

/*
 * At the start of the early area until step 6, below the first stack; then in the shim's own place,
 * above its stack, where there is room for all of it.
 */
struct boot {
	struct entry_regs entry;
	const struct zshim_desc *desc;
	const struct zshim_part *kernel;
	struct loader *extra; /* the flavour's own; NULL in flavour boot */

	struct tree tree;     /* the device tree that the kernel will get */
	struct tree loader;   /* the loader's, when it is another one */
	uint16_t tree_from;   /* enum message, as initrd_from, uart_from and tree_by */
	uint16_t tree_by;     /* what chose it among the image's; 0: there was no choice */
	uint32_t tree_part;   /* ... and its part */
	struct noted bad;     /* a device tree that is none */
	struct noted list;    /* ATAGs or arguments */
	struct given given;   /* what they say */
	uint32_t machine;     /* Linux's machine number, or ~0 */
	struct text args;     /* the loader's command line */
	struct text packed;   /* the image's command line */
	struct range initrd;  /* where the initrd lies now; empty when there is none */
	uint16_t initrd_from; /* 0: there is none */
	bool initrd_embedded; /* it is a part of the image */

	struct zshim_uart uart; /* base 0: no console */
	const char *uart_name;
	uint16_t uart_from;
	bool logging; /* there is a log, from step 6 on */
	bool mute;    /* say() writes to the log only */
	bool dying;   /* a panic is being printed */
	bool caches_on;
	bool secure; /* entered in Secure state */

	struct parked *parked; /* NULL: the image is in ROM; from step 6 on */
	uint32_t cpus;	       /* besides the first, that are in the pen; from step 9 on */

	bool memory_given;	 /* by ATAGs, whatever our tree says */
	bool memory_from_loader; /* our tree has none: it gets that of the loader's */
	struct range_set memory; /* RAM, as the first that has some says */
	struct layout layout;

	/* From here on only from step 6 on: not in the early area. */
	struct shim_map map;
	struct fdt_edit edit;	  /* the tree's copy that the kernel gets, from step 9 on */
	size_t line_len;	  /* of the final command line */
	struct seed rng, kaslr;	  /* for the kernel's tree */
	uint32_t reg_len;	  /* bytes in reg; 0: /memory stays as it is */
	uint8_t fault_stack[232]; /* fills up to BOOT_FAULT_TOP */
	char line[ZSHIM_CMDLINE_MAX + 1];
	uint32_t reg[4 * RANGE_MAX]; /* of the kernel's /memory, in its cells */
	struct log log;		     /* the last of the shim's place, on a cache line */
};

#define BOOT_EARLY_SIZE offsetof(struct boot, map)

_Static_assert(sizeof(struct log) == BOOT_LOG_SIZE, "the log is one block");

/* A stage that keeps its symbol, for breakpoints: the tests patch code there. */
#define STAGE __attribute__((noinline)) void

/* The stages, in boot order; the step numbers are README.md's boot map. */
_Noreturn void boot_main(struct boot *b);
_Noreturn void boot_moved(struct boot *b);
void check_entry(struct boot *b);	/* 2, setup.c */
void find_given(struct boot *b);	/* 3, given.c */
void find_device_tree(struct boot *b);	/* 3, tree.c */
void find_command_line(struct boot *b); /* 3, params.c */
void find_initrd(struct boot *b);	/* 3, params.c */
STAGE find_console(struct boot *b);	/* 3, console.c */
void find_ram(struct boot *b);		/* 4, ram.c */
/* Finds the nodes of a tree that later steps ask for (ram.c). */
void index_tree(struct tree *tree);
/* Calls op with each entry of each /memory of a tree, as it is. */
typedef void (*memory_op)(struct boot *b, void *context, uint64_t start, uint64_t size);
void for_memory(struct boot *b, const struct tree *tree, memory_op op, void *context);
/* Calls op with each reservation, or each no-map one, of our tree and the loader's. */
typedef void (*range_op)(struct boot *b, void *context, struct range r);
void for_reserved(struct boot *b, bool no_map_only, range_op op, void *context);
bool is_memory(const struct fdt *f, uint32_t node);
/* Removes r from a range_set. */
void remove_ram(struct boot *b, void *set, struct range r);
_Noreturn void too_many_ranges(struct boot *b); /* E13 */
/* A memory_op: adds RAM to a range_set. */
void add_memory(struct boot *b, void *set, uint64_t start, uint64_t size);

/*
 * What a flavour does in its own way (boot/flavour/).  Of these flavour boot has but find_kernel():
 * the kernel is a part of the image.  Flavour loader finds kernel, initrd, command line and device
 * tree in QEMU's fw_cfg: their sizes before the plan is made, their bytes when they have a place.
 */
void find_fw_cfg(struct boot *b); /* 3 */
void find_kernel(struct boot *b); /* 4: b->kernel, with all that step 5 asks of it */
void adopt(struct boot *b);	  /* 6: what it found, into the shim's own place */
void for_devices(struct boot *b, range_op op, void *context); /* 7: that it needs mapped */
bool fetch_kernel(struct boot *b);			      /* 10: false: unpack it */

void plan_layout(struct boot *b);	  /* 5, move.c: fills in the question, layout.c answers */
_Noreturn void move_shim(struct boot *b); /* 6, move.c: goes on with boot_moved() in the copy */
void start_log(struct boot *b);		  /* 6, console.c */
void keep_params(struct boot *b);	  /* 6, params.c */
void open_pen(struct boot *b);		  /* 6, pen.c */
STAGE check_parts(struct boot *b);	  /* 8, unpack.c */
void await_cpus(struct boot *b);	  /* 9, pen.c */
void move_parts(struct boot *b);	  /* 9, move.c */
void unpack_kernel(struct boot *b);	  /* 10, unpack.c */
STAGE fix_device_tree(struct boot *b);	  /* 11, fixup_fdt.c */
_Noreturn void hand_over(struct boot *b); /* 12, handoff.c */

/* The log lines of steps 2 and 3, 4, 5 (report.c). */
void report_found(struct boot *b);
void report_noted(struct boot *b, const struct noted *n);
void report_ram(struct boot *b);
void report_plan(struct boot *b);

/* One line of boot/log.txt, by its enum message ("zshim: " and the newline are added); its
 * arguments are words. */
void say(struct boot *b, unsigned message, ...);
/* All of them; the flavour has it. */
extern const uint8_t texts[];
/* A text by its name, to say it in a line. */
const char *text(unsigned message);

/* Prints "zshim: E<nn> <text> <a> <c>" and rests.  The meaning of a and c is in codes.h. */
_Noreturn void panic(struct boot *b, enum code code, uintptr_t a, uintptr_t c);

/* An exception reached the vectors: prints and rests.  offset is the vector's, lr the mode's
 * link register (see B1.8.3 for what it says of the pc); from HYP: 0x20, ELR_hyp and HSR. */
_Noreturn void exception(struct boot *b, unsigned offset, uintptr_t lr, uintptr_t cpsr);

/* An offset in the image, where the loader put it. */
static inline const uint8_t *image_at(const struct boot *b, uint64_t offset)
{
	return (const uint8_t *)(uintptr_t)b->entry.image + (uint32_t)offset;
}

/* The image's first part of this kind, or NULL. */
const struct zshim_part *find_part(const struct boot *b, uint32_t kind);

uint32_t part_number(const struct boot *b, const struct zshim_part *part);

/* A part that is read where it lies, before step 8: it must be stored as it is, and be sound. */
const uint8_t *plain_part(struct boot *b, const struct zshim_part *part);

/* How many of the max bytes at an address may be read: 0 when none, or at address 0.  Only before
 * step 6. */
size_t readable(uintptr_t at, size_t max);

/* All that is kept in RAM until step 6: *b, its stack, and what lies behind it. */
static inline struct range early_range(const struct boot *b)
{
	return (struct range){(phys_t)b, (phys_t)b + ZSHIM_EARLY_SIZE + ZSHIM_PARKED_SIZE +
						 ZSHIM_EARLY_LOADER};
}

/* The whole image, where the loader put it. */
static inline struct range image_range(const struct boot *b)
{
	return (struct range){b->entry.image, b->entry.image + (uint32_t)b->desc->image_size};
}

static inline struct range tree_range(const struct tree *tree)
{
	uintptr_t blob = (uintptr_t)tree->f.blob;

	return (struct range){blob, blob + fdt_used(&tree->f)};
}

/* The loader's command line, where it lies. */
static inline struct range args_range(const struct boot *b)
{
	return (struct range){(uintptr_t)b->args.s, (uintptr_t)b->args.s + b->args.len};
}

/* The stub's codecs: a list made by the build, one a stub.  NULL when it has not got this one. */
const struct codec *codec_find(uint32_t id);
size_t codec_scratch(void);

#endif /* __ASSEMBLER__ */
#endif /* BOOT_H */
