/* SPDX-License-Identifier: MIT */
/* Where everything goes, and in which order.  Pure functions; see the drawing in layout.c. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "range.h"

struct zshim_part;

/* The question: what there is, where it lies now, and how much room each thing needs. */
struct layout_ask {
	const struct range_set *memory; /* all RAM */
	const struct range_set *free;	/* RAM without reservations */
	union {
		struct {
			/* Needed until they were moved or used, in step 9 or 10: */
			struct range tree;   /* the device tree, packed in its blob */
			struct range initrd; /* empty when there is none */
			struct range part;   /* the packed kernel, in the image */
			/* Needed until step 9 begins; each may be empty: */
			struct range image;  /* the whole image */
			struct range early;  /* the shim's first stack */
			struct range loader; /* the loader's tree when it is another one */
			struct range args;   /* the loader's command line */
		};
		struct range present[7];
	};
	size_t tree_room; /* bytes for the edited copy, see layout_tree_room() */
	size_t shim_room; /* bytes, see shim_map() */
	/* Of the kernel, see layout_kernel(): */
	bool above_base; /* dest is a text offset above a RAM base, else an address */
	bool plain;	 /* codec "none": the part may overlap the kernel in any way */
	phys_t dest;
	size_t below;	    /* bytes below the kernel that it will write: page tables */
	size_t align;	    /* of the RAM base; at least a section */
	size_t memory_size; /* bytes from the kernel's first byte to the end of its BSS */
	size_t inflated;    /* bytes of the kernel without its BSS */
	size_t margin;	    /* of the codec, for these sizes */
};

/* What has no room; the error codes and the texts of moves are in the same order. */
enum layout_verdict {
	LAYOUT_NO_KERNEL,
	LAYOUT_NO_SHIM,
	LAYOUT_NO_TREE,
	LAYOUT_NO_INITRD,
	LAYOUT_NO_PART,
	LAYOUT_OK,
};

/* What moves: the shim in step 6, the others in step 9. */
enum layout_thing { LAYOUT_TREE, LAYOUT_INITRD, LAYOUT_PART, LAYOUT_SHIM, LAYOUT_THINGS };

/* The device tree, one that goes aside to make room, and two more. */
#define LAYOUT_MOVES 4

/* A memmove; the last one of the device tree is the copy that grows, and never overlaps itself. */
struct layout_move {
	phys_t from;
	phys_t to;
	size_t size; /* bytes that lie at from */
	enum layout_thing what;
};

/* The answer. */
struct layout {
	phys_t kernel; /* first byte of the kernel */
	/* Everything that is written: what the hand-over must leave no trace of. */
	union {
		struct {
			struct range room;   /* page tables, kernel, BSS: nothing else may stay */
			struct range tree;   /* from here on as enum layout_thing */
			struct range initrd; /* empty when there is none */
			struct range part;
			struct range shim;
			struct range aside; /* where one waits in between; mostly empty */
		};
		struct range used[ARCH_RANGES];
	};
	unsigned moves; /* in step 9, to be done in this order */
	struct layout_move move[LAYOUT_MOVES];
	size_t lost;	/* bytes of RAM below the kernel's base that Linux will ignore */
	size_t needed;	/* when the verdict is not LAYOUT_OK: bytes wanted, in one piece */
	size_t missing; /* ... and by how many the best place was too short */
};

enum layout_verdict layout_plan(const struct layout_ask *ask, struct layout *plan) MUST_CHECK;

/* Fills in what the image's descriptor says of its kernel, but the margin; image is its address. */
void layout_kernel(struct layout_ask *ask, const struct zshim_part *kernel, phys_t image);

/* Room for the tree's copy: bytes of it that are used, with what step 11 may add. */
#define SEED_MAX 64 /* of each seed that it may get: what U-Boot leaves; QEMU leaves 32 */
size_t layout_tree_room(size_t used, unsigned banks);

/* The shim's own place, by its parts. */
struct shim_map {
	phys_t table;	/* page table, 16 KiB aligned */
	phys_t pen;	/* where other CPUs wait: stays theirs if there are any */
	phys_t code;	/* stub and descriptor */
	phys_t scratch; /* the codec's */
	phys_t state;	/* struct boot; the stack grows down from here */
	phys_t end;
};

struct shim_map shim_map(phys_t start, size_t code_size, size_t scratch_size, size_t state_size);

#endif /* LAYOUT_H */
