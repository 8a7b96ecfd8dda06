// SPDX-License-Identifier: MIT
/*
 * boot/ram.c on the host.  It works on struct boot and panics, so it gets a struct boot and a
 * panic() that comes back here.  (No util.h: what the tools call say() is another function on the
 * board.)
 */
#include "site.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"

/* struct boot has no room for our own. */
struct host {
	struct boot boot;
	struct refusal why;
	jmp_buf out;
};

struct refusal refusal(unsigned code, phys_t first, phys_t second)
{
#define NAME(number, name, text, a, b, advice) [number] = (text),
	static const char *const text[] = {ZSHIM_CODES(NAME)};
#undef NAME

	return (struct refusal){code, text[code], first, second};
}

phys_t refusal_lacks(const struct refusal *why)
{
	return why->code >= E_ROOM_KERNEL && why->code <= E_ROOM_PART ? why->second : 0;
}

_Noreturn void panic(struct boot *b, enum code code, uintptr_t a, uintptr_t c)
{
	struct host *h = (struct host *)b;

	h->why = refusal(code, a, c);
	longjmp(h->out, 1);
}

/* The board prints its RAM here. */
void report_ram(struct boot *b)
{
	(void)b;
}

static void open_tree(struct tree *tree, const struct blob *b)
{
	tree->f.blob = NULL;
	if (b->blob && fdt_open(&tree->f, b->blob, b->size) != ST_OK)
		tree->f.blob = NULL;
	index_tree(tree);
}

/* The tree may be anybody's: nothing in it reaches a terminal raw. */
static void name_board(const struct fdt *f, char name[BOARD_TEXT])
{
	const char *compatible = f->blob ? fdt_text(f, 0, "compatible") : "";

	snprintf(name, BOARD_TEXT, "%s", compatible ? compatible : "a nameless board");
	for (char *p = name; *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
}

/* The loader's initrd, as find_initrd() of boot/params.c has it. */
static struct range loaders_initrd(struct boot *b, const struct tree *tree)
{
	uint64_t start, end;

	if (fdt_number(&tree->f, tree->chosen, "linux,initrd-start", &start) != ST_OK ||
	    fdt_number(&tree->f, tree->chosen, "linux,initrd-end", &end) != ST_OK || start == end)
		return (struct range){0, 0};
	if (start > end || end > ARCH_PHYS_END)
		panic(b, E_INITRD, (uint32_t)start, (uint32_t)end);
	return (struct range){start, end};
}

/* In the order of boot_main(). */
static void look(struct boot *b, struct site *s)
{
	if (range_size(s->initrd) == 0)
		s->initrd = loaders_initrd(b, &b->tree);
	if (range_size(s->initrd) == 0)
		s->initrd = loaders_initrd(b, &b->loader);
	b->initrd = s->initrd;
	b->memory = s->memory;
	if (b->memory.count == 0)
		find_ram(b);
	else
		b->memory_from_loader = b->tree.f.blob && b->tree.memory == FDT_NONE;
	s->replaces = b->memory_from_loader;
	s->memory = b->memory;
	s->free = b->memory;
	if (b->tree.f.blob)
		for_reserved(b, false, remove_ram, &s->free);
	if (range_size(s->initrd) != 0 && !range_holds(&s->memory, s->initrd))
		panic(b, E_INITRD, s->initrd.start, s->initrd.end);
}

bool site_find(struct site *s, const struct blob *tree, const struct blob *loader,
	       struct refusal *why)
{
	static struct host host; /* not a local: setjmp() leaves those undefined */

	host = (struct host){.why = {0}};
	open_tree(&host.boot.tree, tree);
	open_tree(&host.boot.loader, loader);
	name_board(&host.boot.tree.f, s->board);
	s->tree_size = host.boot.tree.f.blob ? fdt_used(&host.boot.tree.f) : tree->size;
	s->loader_size = host.boot.loader.f.blob ? fdt_used(&host.boot.loader.f) : loader->size;
	if (setjmp(host.out) != 0) {
		*why = host.why;
		return false;
	}
	look(&host.boot, s);
	return true;
}

bool site_is_tree(const struct blob *tree)
{
	struct fdt f;

	return tree->size != 0 && fdt_open(&f, tree->blob, tree->size) == ST_OK;
}

unsigned site_fit(const struct blob *tree, const struct blob *loader)
{
	struct tree ours, theirs;
	uint32_t left = 0;
	const char *s;

	open_tree(&ours, tree);
	open_tree(&theirs, loader);
	if (!ours.f.blob || !theirs.f.blob)
		return 0;
	s = fdt_prop(&theirs.f, 0, "compatible", &left);
	if (left == 0 || s[left - 1] != '\0')
		return 0;
	while (left != 0 && !fdt_compatible(&ours.f, 0, s)) {
		left -= (uint32_t)strlen(s) + 1;
		s += strlen(s) + 1;
	}
	return left;
}
