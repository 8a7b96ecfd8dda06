/* SPDX-License-Identifier: MIT */
/* What the shim would find on a board: its step 4, run on the host. */
#ifndef SITE_H
#define SITE_H

#include "range.h"

/* What the board would print before it rests: "E<code> <text> <first> <second>". */
struct refusal {
	unsigned code;
	const char *text;
	phys_t first;
	phys_t second;
};

/* With the text that boot/codes.h has. */
struct refusal refusal(unsigned code, phys_t first, phys_t second);
/* The bytes that are missing, of E20 to E24; 0 for the others. */
phys_t refusal_lacks(const struct refusal *why);

/* A device tree in this program's memory; blob NULL: there is none. */
struct blob {
	const void *blob; /* 4-byte aligned */
	size_t size;
};

#define BOARD_TEXT 64

struct site {
	char board[BOARD_TEXT];	 /* by the tree's root, for people; empty: no tree is known */
	struct range_set memory; /* all RAM */
	struct range_set free;	 /* without what is reserved */
	struct range initrd;	 /* the loader's; empty: it has none */
	size_t tree_size;	 /* of the tree that the kernel gets: bytes in use */
	size_t loader_size;	 /* of the loader's, when that is another one */
	bool replaces;		 /* the tree's /memory: RAM comes from elsewhere */
};

/*
 * Finds RAM, reservations and initrd by the tree that the kernel gets and, where it has none of
 * them, by the loader's, which may be the only one: then it is `tree`.  What is in *s already comes
 * first: memory, and the initrd.  False for what the board would refuse, in *why.  Trees must be
 * sound (E11 is not looked for), or not there.
 */
bool site_find(struct site *s, const struct blob *tree, const struct blob *loader,
	       struct refusal *why);

/* A sound device tree? */
bool site_is_tree(const struct blob *tree);

/*
 * How well one of an image's several trees fits a board with this tree of the loader's, as
 * boot/tree.c has it; 0: not at all.
 */
unsigned site_fit(const struct blob *tree, const struct blob *loader);

#endif /* SITE_H */
