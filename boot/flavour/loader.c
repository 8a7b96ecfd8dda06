// SPDX-License-Identifier: MIT
/*
 * Flavour loader: the image carries no kernel.  QEMU has it, with initrd, command line and perhaps
 * a device tree, in fw_cfg: as files opt/zshim/kernel and so on (-fw_cfg
 * name=opt/zshim/kernel,file=K), else as what -kernel, -initrd and -append name (keys 0x08 to 0x15,
 * which QEMU fills in when firmware is given by -bios).
 *
 * They count as the loader's: an initrd of the image gives way to them, a device tree or a command
 * line of the image treats them as its policy says.
 *
 * Before step 6 only sizes and heads are read, and a device tree, which must be known before there
 * can be a plan.  All else is read straight to its final place, by physical addresses, in steps 6
 * and 10.
 */
#include "elf32.h"
#include "fw_cfg.h"
#include "linker.h"
#include "mem.h"
#include "zimage.h"

const uint8_t texts[] = {TEXT_BYTES TEXT_LOADER_BYTES};

/* As QEMU numbers them (docs/specs/fw_cfg.rst; values in include/standard-headers). */
enum {
	KEY_KERNEL_SIZE = 0x08,
	KEY_INITRD_SIZE = 0x0b,
	KEY_KERNEL = 0x11,
	KEY_INITRD = 0x12,
	KEY_CMDLINE_SIZE = 0x14,
	KEY_CMDLINE = 0x15,
};

/* Where a Linux may lie above a RAM base that is a multiple of this, whatever its age. */
#define LINUX_ALIGN 0x1000000u

#define TREE_ALIGN 64u

/* Until step 6 behind the early area, then in the shim's own place, with the command line behind.
 */
struct loader {
	struct fw_cfg fw;
	struct fw_item kernel;
	struct fw_item initrd;
	struct fw_item cmdline;
	uint32_t kernel_word; /* its first */
	struct zshim_part part;
};

/* 8: the early area begins up to 7 bytes behind the check word (entry.S). */
_Static_assert(sizeof(struct loader) <= ZSHIM_EARLY_LOADER - 8, "it has that much room");

/* The kernel as a file for the parsers; context is b. */
static void read_kernel(void *context, uint32_t offset, void *to, uint32_t n)
{
	struct boot *b = context;

	fw_cfg_read(b, &b->extra->fw, b->extra->kernel.key, offset, to, n);
}

/*
 * A place in RAM for size bytes that nothing lies in, as far as one can know: as high as possible,
 * since the plan fills RAM from below.
 */
static phys_t spare_place(struct boot *b, uint32_t size)
{
	struct range window = {TREE_ALIGN, ARCH_PHYS_END};
	struct range_set free = b->memory; /* what ATAGs say, or none yet */
	phys_t line = (phys_t)b->given.line, start;

	find_initrd(b); /* to be kept */
	if (free.count == 0)
		for_memory(b, &b->tree, add_memory, &free);
	for_reserved(b, false, remove_ram, &free);
	remove_ram(b, &free, tree_range(&b->tree));
	remove_ram(b, &free, b->initrd);
	remove_ram(b, &free, (struct range){line, line + b->given.line_len});
	remove_ram(b, &free, image_range(b));
	remove_ram(b, &free, early_range(b));
	if (!range_fit_high(&free, size, TREE_ALIGN, window, &start))
		panic(b, E_ROOM_DTB, size, 0);
	return start;
}

/* A device tree in fw_cfg takes the place of the one that told us of fw_cfg. */
static void take_tree(struct boot *b, struct loader *l)
{
	struct fw_item item = fw_cfg_find(b, &l->fw, "dtb", 0, 0);
	struct tree tree;
	phys_t place;
	enum status st;

	if (item.size == 0 ||
	    (b->tree_from == TEXT_FROM_IMAGE && b->desc->dtb_policy == ZSHIM_DTB_OVERRIDE))
		return;
	place = spare_place(b, item.size);
	fw_cfg_read(b, &l->fw, item.key, 0, (void *)place, item.size);
	st = fdt_open(&tree.f, (const void *)place, item.size);
	if (st != ST_OK)
		panic(b, E_DTB_BROKEN, place, st);
	index_tree(&tree);
	if (!b->loader.f.blob)
		b->loader = b->tree;
	b->tree = tree;
	b->tree_from = TEXT_FROM_FW_CFG;
}

STAGE find_fw_cfg(struct boot *b)
{
	struct loader *l = (struct loader *)(early_range(b).end - ZSHIM_EARLY_LOADER);

	/* An image without the flag has no room for *l. */
	if (!(b->desc->flags & ZSHIM_DESC_LOADER))
		panic(b, E_DESC, ST_NOTFOUND, ZSHIM_BS_DESC);
	memset(l, 0, sizeof(*l));
	b->extra = l;
	if (fw_cfg_open(b, &l->fw, &b->tree.f) || fw_cfg_open(b, &l->fw, &b->loader.f))
		take_tree(b, l);
}

/* Only its length is known yet; find_command_line() has checked that of the others. */
static void find_line(struct boot *b, struct loader *l)
{
	size_t total;

	l->cmdline = fw_cfg_find(b, &l->fw, "cmdline", KEY_CMDLINE_SIZE, KEY_CMDLINE);
	if (l->cmdline.size != 0 && l->cmdline.key == KEY_CMDLINE)
		l->cmdline.size--; /* its NUL */
	if (b->packed.len && b->desc->cmdline_policy == ZSHIM_CMDLINE_REPLACE)
		l->cmdline.size = 0;
	if (l->cmdline.size == 0)
		return;
	b->args = (struct text){NULL, l->cmdline.size};
	total = b->args.len + b->packed.len + (b->packed.len != 0);
	if (total < b->args.len || total > ZSHIM_CMDLINE_MAX)
		panic(b, E_BOOTARGS, total, ZSHIM_CMDLINE_MAX);
}

static void find_ramdisk(struct boot *b, struct loader *l)
{
	l->initrd = fw_cfg_find(b, &l->fw, "initrd", KEY_INITRD_SIZE, KEY_INITRD);
	if (l->initrd.size == 0)
		return;
	/* It lies nowhere yet: at 0, where machines with fw_cfg have flash, the plan will not leave
	 * it. */
	b->initrd = (struct range){0, l->initrd.size};
	b->initrd_from = TEXT_FROM_FW_CFG;
	b->initrd_embedded = true; /* like one that the image has, it need not be in RAM */
}

/* An ELF file: where its segments want to be, or for a Linux above a RAM base. */
static void plan_elf(struct boot *b, struct zshim_part *part, const struct elf32 *e)
{
	struct range own = {e->first, e->end_memory};
	bool fixed = !e->is_linux && range_holds(&b->memory, own);

	part->memory = e->end_memory - e->first;
	part->inflated = part->memory;
	part->entry = e->entry - e->first;
	part->place = fixed ? ZSHIM_PLACE_FIXED : ZSHIM_PLACE_LINUX;
	part->align = LINUX_ALIGN;
	part->dest = fixed ? e->first : e->first - e->page_offset;
	say(b, TEXT_IS_ELF, e->first, e->end_memory, e->entry,
	    text(fixed ? TEXT_TO_FIXED : TEXT_TO_LINUX));
}

/* A zImage, behind the room of what it will inflate: there it need not move first. */
static void plan_zimage(struct boot *b, struct zshim_part *part, const struct zimage *z)
{
	part->memory = z->memory;
	part->inflated = z->memory;
	part->entry = z->at;
	part->place = ZSHIM_PLACE_LINUX;
	part->align = ZIMAGE_BASE_ALIGN;
	part->dest = z->text_offset;
	say(b, TEXT_IS_ZIMAGE, text(z->guessed ? TEXT_GUESSED : TEXT_WITHOUT_DMA), z->at);
}

/* Fills in l->part from the kernel's head, whatever format it is. */
static void find_format(struct boot *b, struct loader *l)
{
	const struct file f = {read_kernel, b, l->kernel.size};
	struct elf32 e;
	struct zimage z;
	uint32_t where;
	enum status st;

	if (l->kernel.size >= sizeof(l->kernel_word))
		read_kernel(b, 0, &l->kernel_word, sizeof(l->kernel_word));
	st = elf32_scan(&f, &e, &where);
	if (l->kernel_word == ELF32_MAGIC) {
		if (st == ST_UNSUPPORTED)
			panic(b, E_MACHINE, e.machine, e.class_data);
		if (st == ST_OK)
			plan_elf(b, &l->part, &e);
	} else {
		st = zimage_scan(&f, &z, &where);
		if (st == ST_OK)
			plan_zimage(b, &l->part, &z);
	}
	if (st == ST_MAGIC)
		panic(b, E_KERNEL_FORMAT, l->kernel_word, l->kernel.size);
	if (st != ST_OK)
		panic(b, E_KERNEL_HEAD, st, where);
}

STAGE find_kernel(struct boot *b)
{
	struct loader *l = b->extra;

	if (l->fw.base)
		l->kernel = fw_cfg_find(b, &l->fw, "kernel", KEY_KERNEL_SIZE, KEY_KERNEL);
	if (l->kernel.size == 0)
		panic(b, E_NO_KERNEL, l->fw.base, b->entry.r2);
	find_line(b, l);
	find_ramdisk(b, l);
	say(b, TEXT_FW_CFG, l->fw.base, text(l->fw.dma ? TEXT_WITH_DMA : TEXT_WITHOUT_DMA),
	    l->kernel.size, l->initrd.size, l->cmdline.size);
	find_format(b, l);
	l->part.kind = ZSHIM_PART_KERNEL;
	if (l->part.place == ZSHIM_PLACE_LINUX && l->part.dest >= ZSHIM_PGTABLE_SIZE)
		l->part.flags = ZSHIM_FLAG_PAGE_TABLE;
	b->kernel = &l->part;
}

/*
 * The first thing after the move: the state to where it stays, and the command line behind it.  The
 * initrd is from now on where it will be read to, and not moved there.
 */
void adopt(struct boot *b)
{
	struct loader *l = (struct loader *)b->map.scratch;
	char *line = (char *)b->map.scratch + ZSHIM_EARLY_LOADER;
	size_t len = 0;

	*l = *b->extra;
	b->extra = l;
	b->kernel = &l->part;
	if (l->initrd.size)
		b->initrd = b->layout.initrd;
	for (unsigned i = 0; i < b->layout.moves; i++) {
		struct layout_move *m = &b->layout.move[i];

		/* Onto itself: it stands in the list only for what is to be mapped. */
		if (m->what == LAYOUT_INITRD && l->initrd.size)
			m->from = m->to;
	}
	if (l->cmdline.size == 0)
		return;
	fw_cfg_read(b, &l->fw, l->cmdline.key, 0, line, l->cmdline.size);
	/* Up to the end of the line that a text file has. */
	while (len < l->cmdline.size && line[len] != '\0' && line[len] != '\n')
		len++;
	b->args = (struct text){line, len};
}

void for_devices(struct boot *b, range_op op, void *context)
{
	op(b, context, (struct range){b->extra->fw.base, b->extra->fw.base + 1});
}

/* Both go to RAM, behind the cache's back or through it, and have nothing left in it. */
bool fetch_kernel(struct boot *b)
{
	struct loader *l = b->extra;
	const struct file f = {read_kernel, b, l->kernel.size};
	struct range initrd = b->layout.initrd;
	uint8_t *to = (uint8_t *)b->layout.kernel;
	enum status st = ST_OK;
	struct elf32 e;
	uint32_t where = 0;

	if (l->initrd.size) {
		fw_cfg_read(b, &l->fw, l->initrd.key, 0, (void *)initrd.start, l->initrd.size);
		dcache_clean(initrd.start, initrd.end);
	}
	if (l->kernel_word == ELF32_MAGIC) {
		st = elf32_scan(&f, &e, &where);
		if (st == ST_OK && e.end_memory - e.first != (uint32_t)l->part.memory)
			st = ST_RANGE;
		if (st == ST_OK)
			st = elf32_load(&f, &e, to);
	} else {
		read_kernel(b, 0, to + (uint32_t)l->part.entry, l->kernel.size);
	}
	if (st != ST_OK)
		panic(b, E_KERNEL_HEAD, st, where);
	say(b, TEXT_FETCHED, l->kernel.size + l->initrd.size);
	return true;
}
