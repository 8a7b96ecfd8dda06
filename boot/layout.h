/* SPDX-License-Identifier: MIT */
/* Where everything goes.  Pure functions; see the drawing in layout.c. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "range.h"

/* The question: what there is, where it lies now, and how much room each thing needs. */
struct layout_ask {
	const struct range_set *memory; /* all RAM */
	struct range_set *free;		/* RAM without reservations; the plan takes from it */
	union {
		struct {
			struct range image;  /* the whole image */
			struct range early;  /* the shim's first stack */
			struct range tree;   /* the device tree, packed in its blob */
			struct range loader; /* the loader's when it is another one, else empty */
			struct range initrd; /* empty when there is none */
		};
		struct range present[5];
	};
	struct range part; /* the packed kernel, in the image */
	size_t tree_room;  /* bytes for the edited copy */
	size_t shim_room;  /* bytes, see shim_map() */
	bool above_base;   /* dest is a text offset above a RAM base, else an address */
	phys_t dest;
	size_t below;	    /* bytes below the kernel that it will write: page tables */
	size_t align;	    /* of the RAM base; at least a section */
	size_t memory_size; /* bytes from the kernel's first byte to the end of its BSS */
	size_t inflated;    /* bytes of the kernel without its BSS */
	bool plain;	    /* codec "none": the part may overlap the kernel in any way */
	size_t margin;	    /* of the codec, for these sizes */
};

enum layout_verdict {
	LAYOUT_OK,
	LAYOUT_NO_KERNEL,
	LAYOUT_NO_SHIM,
	LAYOUT_NO_TREE,
	LAYOUT_NO_INITRD,
	LAYOUT_NO_PART,
	LAYOUT_FRAGMENTED, /* more free ranges than a range_set holds */
};

/* The answer. */
struct layout {
	phys_t kernel; /* first byte of the kernel */
	/* Everything that is written: what the hand-over must leave no trace of. */
	union {
		struct {
			struct range room; /* page tables, kernel, BSS: nothing else may stay */
			struct range shim;
			struct range tree;
			struct range initrd;
			struct range part;
		};
		struct range used[ARCH_RANGES];
	};
	size_t lost;	/* bytes of RAM below the kernel's base that Linux will ignore */
	size_t needed;	/* when the verdict is not LAYOUT_OK: bytes wanted */
	size_t largest; /* ... and the largest range that there was */
};

enum layout_verdict layout_plan(const struct layout_ask *ask, struct layout *plan) MUST_CHECK;

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
