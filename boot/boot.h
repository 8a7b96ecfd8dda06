/* SPDX-License-Identifier: MIT */
/*
 * The contract between the stages: one struct boot holds all state, each stage is one function that
 * takes it and either does its whole job or panics.  There are no writable globals: the image may
 * lie in ROM until step 6.
 */
#ifndef BOOT_H
#define BOOT_H

/* Offsets in struct boot for the assembly; static asserts below hold them true. */
#define BOOT_ENTRY_REGS	 0 /* r0, r1, r2, image address, CPSR */
#define BOOT_MOVE	 20
#define BOOT_EARLY	 36
#define BOOT_FAULT_STACK 44

/* Of struct board, likewise. */
#define BOARD_RAM_BASE 16
#define BOARD_SIZE     20

#define BOOT_LOG_SIZE 4096

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "codec.h"
#include "codes.h"
#include "fdt/fdt.h"
#include "image.h"
#include "layout.h"
#include "range.h"

/* What the CPU held when the loader jumped to byte 0, as entry.S stores it. */
struct entry_regs {
	uint32_t r0;
	uint32_t r1;
	uint32_t r2;
	uint32_t image; /* address of byte 0 */
	uint32_t cpsr;
};

/* What move.S needs to carry the live stack over, see copy_shim(). */
struct move_self {
	uint32_t stack_top; /* of the early stack */
	uint32_t stack_delta;
	uint32_t code_delta;
	struct boot *boot; /* the copy */
};

/* A device tree and the nodes in it that more than one step needs; FDT_NONE when not there. */
struct tree {
	struct fdt f; /* f.blob NULL: there is no such tree */
	uint32_t chosen;
	uint32_t reserved;
};

/* A device tree that was found but is broken; at 0: none was. */
struct bad_tree {
	uintptr_t at;
	enum status status;
};

struct text {
	const char *s;
	size_t len;
};

/* The log that survives without a console: found in memory by its magic. */
struct log {
	char magic[8]; /* "ZSHIMLOG" */
	uint32_t size; /* bytes at text */
	uint32_t len;  /* bytes written; more lines are dropped when full */
	char text[BOOT_LOG_SIZE - 16];
};

struct boot {
	struct entry_regs entry;
	struct move_self move;
	struct range early;    /* where the first stack and this struct lie until step 6 */
	uintptr_t fault_stack; /* top of the stack of exceptions, from step 6 on */

	const uint8_t *image;
	const struct zshim_desc *desc;
	const struct zshim_part *kernel; /* parts by kind; NULL when the image has none */
	const struct zshim_part *dtb_part;
	const struct zshim_part *initrd_part;
	const struct zshim_part *cmdline_part;

	struct tree tree;      /* the device tree that the kernel will get */
	struct tree loader;    /* the loader's, when it is another one */
	const char *tree_from; /* in words, for the log */
	struct bad_tree bad;
	struct fdt_edit edit; /* the tree's copy that the kernel gets, from step 9 on */
	struct text args;     /* the loader's command line */
	struct text packed;   /* the image's command line */
	struct range initrd;  /* where the initrd lies now; empty when there is none */
	const char *initrd_from;
	bool initrd_embedded; /* it is a part of the image */

	struct zshim_uart uart; /* base 0: no console */
	const char *uart_name;
	const char *uart_from;
	struct log *log; /* NULL until step 6 */
	bool mute;	 /* say() writes to the log only */
	bool dying;	 /* a panic is being printed */

	struct range_set memory; /* RAM as the device tree has it */
	struct range_set free;	 /* memory without reservations */
	bool memory_from_loader; /* ours has no /memory: it gets the loader's */
	struct layout layout;
	struct shim_map map; /* our own place, from step 6 on */
	size_t line_len;     /* of the final command line at map.line */
	bool caches_on;
};

_Static_assert(offsetof(struct boot, entry) == BOOT_ENTRY_REGS, "entry.S stores there");
_Static_assert(offsetof(struct boot, move) == BOOT_MOVE, "move.S reads there");
_Static_assert(offsetof(struct boot, early) == BOOT_EARLY, "entry.S stores there");
_Static_assert(offsetof(struct boot, fault_stack) == BOOT_FAULT_STACK, "vectors.S loads it");
_Static_assert(sizeof(struct log) == BOOT_LOG_SIZE, "the log is one block");

/* The stages, in boot order; the step numbers are README.md's boot map. */
_Noreturn void boot_main(struct boot *b);
void check_entry(struct boot *b);	/* 2, setup.c */
void find_device_tree(struct boot *b);	/* 3, setup.c */
void find_command_line(struct boot *b); /* 3, setup.c */
void find_initrd(struct boot *b);	/* 3, setup.c */
void find_console(struct boot *b);	/* 3, console.c */
void find_ram(struct boot *b);		/* 4, ram.c */
/* Applies op to set with each reservation, or each no-map one, of our tree and the loader's. */
typedef enum status (*range_op)(struct range_set *set, struct range r);
void for_reserved(struct boot *b, bool no_map_only, range_op op, struct range_set *set);

void plan_layout(struct boot *b);	  /* 5, move.c: fills in the question, layout.c answers */
struct boot *move_shim(struct boot *b);	  /* 6, arch: returns in the copy, with the copy's state */
void start_log(struct boot *b);		  /* 6, console.c */
void check_parts(struct boot *b);	  /* 8, unpack.c */
void move_parts(struct boot *b);	  /* 9, move.c */
void unpack_kernel(struct boot *b);	  /* 10, unpack.c */
void fix_device_tree(struct boot *b);	  /* 11, fixup_fdt.c */
_Noreturn void hand_over(struct boot *b); /* 12, handoff.c */

/* Called by the architecture's move_shim(): copies stub, descriptor and state, fills b->move. */
void copy_shim(struct boot *b);

/* The log lines of steps 2 and 3, 4, 5 (report.c). */
void report_found(struct boot *b);
void report_ram(struct boot *b);
void report_plan(struct boot *b);

/* One log line ("zshim: " and the newline are added); formats are those of lib/fmt.h. */
void say(struct boot *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "zshim: E<nn> <text> <a> <c>" and rests.  The meaning of a and c is in codes.h. */
_Noreturn void panic(struct boot *b, enum code code, uintptr_t a, uintptr_t c);

/* An exception reached the vectors: prints and rests.  offset is the vector's, lr the mode's
 * link register (see B1.8.3 for what it says of the pc); from HYP: 0x20, ELR_hyp and HSR. */
_Noreturn void exception(struct boot *b, unsigned offset, uintptr_t lr, uintptr_t cpsr);

/* The whole image, where the loader put it. */
static inline struct range image_range(const struct boot *b)
{
	return (struct range){b->entry.image, b->entry.image + (uint32_t)b->desc->image_size};
}

/* The value of "name=" in a command line, up to the next space; s NULL when it is not there. */
struct text find_option(struct text line, const char *name);

/* The stub's codecs: a list made by the build, one a stub.  NULL when it has not got this one. */
const struct codec *codec_find(uint32_t id);
size_t codec_scratch(void);

#endif /* __ASSEMBLER__ */
#endif /* BOOT_H */
