/* SPDX-License-Identifier: MIT */
/* Would an image find room for everything?  Asks the board's planner, boot/layout.c. */
#ifndef PROVE_H
#define PROVE_H

#include "image.h"
#include "layout.h"
#include "site.h"
#include "stub.h"
#include "util.h"

struct situation {
	const struct bytes *image;
	const struct zshim_desc *desc; /* of the image; sound */
	const struct stub *stub;       /* the image's */
	const struct zshim_part *tree; /* what the kernel gets; NULL: the loader's */
	struct range loaders; /* where the loader's tree lies; empty: clear of everything */
	size_t behind; /* bytes of the file behind the image: the loader\'s tree is there; else 0 */
	struct site site;
};

/* The image's first part of this kind, or NULL. */
const struct zshim_part *part_of(const struct zshim_desc *desc, enum zshim_kind kind);

/* The bytes that a loader puts at the load address. */
size_t loaded_size(const struct situation *s);

/* Plans as the board does for an image at this address.  False when it would refuse, in *why. */
bool prove_at(const struct situation *s, uint32_t load, struct layout *plan, struct refusal *why);

/* Addresses one after the other of which all have the same verdict; why.code 0: they work. */
struct verdict {
	uint32_t first;
	uint32_t last;
	struct refusal why; /* the one of them that lacks the fewest bytes */
};

/* All the places of an image in a board's memory, by rising address. */
struct verdicts {
	struct verdict *run; /* its holder frees it */
	size_t count;
	size_t tried;
	size_t work;		/* of these */
	phys_t step;		/* between those that were tried at first */
	bool joins;		/* the next address follows the last one */
	struct refusal nearest; /* to a layout that works */
};

/*
 * Where the image lies in free RAM and not over what the loader put there: each multiple of 4 KiB
 * in up to 32 MiB of RAM, else of a larger step, and from there to 4 KiB exactly where the verdict
 * changes from one to the next; the first and the last multiple of 4 of each range.  What lies
 * between is not proved: it could differ only if the verdict changes twice within a step.
 */
struct verdicts prove_all(const struct situation *s);

/* True when one of these works; it stops there.  False: *why has the one that was nearest to it;
 * its code is 0 when the image lies nowhere. */
bool prove_any(const struct situation *s, struct refusal *why);

#endif /* PROVE_H */
