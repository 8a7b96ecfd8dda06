// SPDX-License-Identifier: MIT
/*
 * The CPUs besides the first, when they all enter the image, as out of reset on a board without
 * PSCI.  They wait in the image (park, arm/pen.S), which the kernel may overwrite.  So they are
 * sent to a page of the shim's own place, which the device tree then reserves, and wait there for
 * what the board's Linux sends them, or for ever on a board that we do not know.
 *
 * A CPU may come at any time before step 9.  It is taken for granted that none comes later: they
 * leave reset together, or a loader sends them before it starts the first, and that one has summed
 * the whole image by then.  An image in ROM is not overwritten: they stay in it.
 */
#include "boot.h"
#include "linker.h"
#include "mem.h"

/* Each CPU has 20 instructions to go, be it out of slow memory, or on a busy host under an
 * emulator. */
#define POLLS 2000000u

static void find_pen(const struct boot *b, struct zshim_pen *pen)
{
	for (const struct board *board = boards_start; board < boards_end; board++) {
		if (board->pen.mailbox != 0 && fdt_compatible(&b->tree.f, 0, board->compatible))
			*pen = board->pen;
	}
}

/*
 * Step 6, with MMU and caches off: what they read and write goes past all caches, and so does what
 * we write here.  The place comes last: it is what they look at.
 */
void open_pen(struct boot *b)
{
	struct parked *parked = b->parked;

	if (!parked)
		return;
	memcpy((void *)b->map.pen, arch_pen, (size_t)(arch_pen_end - arch_pen));
	find_pen(b, &parked->pen);
	arch_tell_cpus();
	parked->place = b->map.pen;
	arch_tell_cpus();
}

/* How many CPUs the device tree has besides the first. */
static uint32_t others(const struct fdt *f)
{
	uint32_t count = 0;
	uint32_t n = fdt_child(f, fdt_path(f, "/cpus", 5));

	for (; n != FDT_NONE; n = fdt_sibling(f, n))
		count += fdt_name_is(f, n, "cpu");
	return count - 1; /* UINT32_MAX, no limit, without /cpus */
}

/*
 * Step 9, before the image is overwritten.  Our cache is on; of the lines here we wrote none since
 * it is, so each look begins with dropping what it has of them.  Where one has come, all that the
 * tree has are given the time to: on a busy host an emulator may not have run one of them yet.
 */
void await_cpus(struct boot *b)
{
	struct parked *parked = b->parked;
	uint32_t polls = POLLS, in_image, expected = others(&b->tree.f);

	if (!parked)
		return;
	do {
		dcache_invalidate((uintptr_t)parked, (uintptr_t)(parked + 1));
		in_image = b->cpus = 0;
		for (unsigned i = 0; i < PARKED_CPUS; i++) {
			in_image += parked->arrived[i] == PARKED_IN_IMAGE;
			b->cpus += parked->arrived[i] == PARKED_IN_PEN;
		}
	} while ((in_image != 0 || (b->cpus != 0 && b->cpus < expected)) && --polls != 0);
	if (in_image != 0)
		panic(b, E_CPUS, in_image, b->map.pen);
	if (b->cpus != 0)
		say(b, TEXT_CPUS, b->cpus, b->map.pen, parked->pen.mailbox);
}
