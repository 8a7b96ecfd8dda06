// SPDX-License-Identifier: MIT
/*
 * A vmlinux, or any bare-metal ARM ELF file.  Only headers, the PT_LOAD segments and the section
 * names are read: debug information is most of a big vmlinux.
 */
#include "kernel.h"

#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX 256

struct elf {
	const struct input *in;
	Elf *handle;
	const Elf32_Ehdr *header;
	unsigned count;			  /* of segments that occupy memory */
	Elf32_Phdr segment[SEGMENTS_MAX]; /* sorted by p_paddr */
	unsigned number[SEGMENTS_MAX];	  /* its number in the file, for messages */
	uint32_t first;			  /* physical, of the first byte */
	uint32_t end_bytes;		  /* physical, behind the last byte from the file */
	uint64_t end_memory;
	uint32_t entry; /* physical, bit 0 kept */
};

static const char *machine_name(unsigned machine)
{
	switch (machine) {
	case EM_386:
		return "x86 (i386)";
	case EM_X86_64:
		return "x86-64";
	case EM_AARCH64:
		return "AArch64";
	case EM_MIPS:
		return "MIPS";
	case EM_PPC:
	case EM_PPC64:
		return "PowerPC";
	case EM_RISCV:
		return "RISC-V";
	default:
		return NULL;
	}
}

/* The identification decides about everything that follows, so it is read without libelf. */
static void check_identity(const struct input *in)
{
	uint8_t id[20];
	bool big;
	unsigned machine;
	const char *name;

	if (in->size < sizeof(Elf32_Ehdr))
		input_error(in->name, "truncated: an ELF file of %llu bytes",
			    (unsigned long long)in->size);
	input_read(in, 0, id, sizeof(id));
	big = id[EI_DATA] == ELFDATA2MSB;
	machine = big ? (unsigned)id[18] << 8 | id[19] : (unsigned)id[19] << 8 | id[18];
	name = machine_name(machine);
	if (machine != EM_ARM && name)
		input_error(in->name, "is an ELF file for %s, not for ARM", name);
	if (machine != EM_ARM)
		input_error(in->name, "is an ELF file for machine %u, not for ARM (40)", machine);
	if (big)
		input_error(in->name, "is a big-endian ARM ELF file: not supported");
	if (id[EI_CLASS] != ELFCLASS32 || id[EI_DATA] != ELFDATA2LSB)
		input_error(in->name, "is no 32-bit little-endian ELF file: class %u, data %u",
			    id[EI_CLASS], id[EI_DATA]);
}

static void open_elf(struct elf *e)
{
	const struct input *in = e->in;
	const Elf32_Ehdr *h;
	uint64_t table_end;

	check_identity(in);
	elf_version(EV_CURRENT);
	/* ELF_C_READ without MMAP: libelf then reads the headers that are asked for, no more. */
	e->handle = elf_begin(in->fd, ELF_C_READ, NULL);
	h = e->handle ? elf32_getehdr(e->handle) : NULL;
	if (!h)
		input_error(in->name, "broken ELF file: %s", elf_errmsg(-1));
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		input_error(in->name, "is no linked program: ELF type %u", h->e_type);
	table_end = h->e_phoff + (uint64_t)h->e_phnum * sizeof(Elf32_Phdr);
	if (table_end > in->size)
		input_error(in->name, "truncated: program headers end at %#llx, the file at %#llx",
			    (unsigned long long)table_end, (unsigned long long)in->size);
	table_end = h->e_shoff + (uint64_t)h->e_shnum * sizeof(Elf32_Shdr);
	if (table_end > in->size)
		input_error(in->name, "truncated: section headers end at %#llx, the file at %#llx",
			    (unsigned long long)table_end, (unsigned long long)in->size);
	e->header = h;
}

static void add_segment(struct elf *e, const Elf32_Phdr *h, unsigned number)
{
	const struct input *in = e->in;
	unsigned i;

	if (h->p_type == PT_INTERP)
		input_error(in->name,
			    "is a user-space program, no kernel: it names an interpreter");
	if (h->p_type != PT_LOAD || h->p_memsz == 0)
		return;
	if (h->p_filesz > h->p_memsz)
		input_error(in->name, "segment %u: %#x bytes in the file, only %#x in memory",
			    number, h->p_filesz, h->p_memsz);
	if ((uint64_t)h->p_offset + h->p_filesz > in->size)
		input_error(in->name, "truncated: segment %u ends at %#llx, the file at %#llx",
			    number, (unsigned long long)h->p_offset + h->p_filesz,
			    (unsigned long long)in->size);
	if ((uint64_t)h->p_paddr + h->p_memsz > UINT32_MAX)
		input_error(in->name, "segment %u: ends above 4 GiB: %#x + %#x", number, h->p_paddr,
			    h->p_memsz);
	if (e->count == SEGMENTS_MAX)
		input_error(in->name, "more than %u PT_LOAD segments", SEGMENTS_MAX);
	for (i = e->count++; i > 0 && e->segment[i - 1].p_paddr > h->p_paddr; i--) {
		e->segment[i] = e->segment[i - 1];
		e->number[i] = e->number[i - 1];
	}
	e->segment[i] = *h;
	e->number[i] = number;
}

static void read_segments(struct elf *e)
{
	const Elf32_Phdr *table = elf32_getphdr(e->handle);

	if (e->header->e_phnum > 0 && !table)
		input_error(e->in->name, "broken ELF file: %s", elf_errmsg(-1));
	for (unsigned i = 0; i < e->header->e_phnum; i++)
		add_segment(e, &table[i], i);
	if (e->count == 0)
		input_error(e->in->name, "no PT_LOAD segment: nothing to load");
}

/* Memory may overlap (a BSS that ends in another segment), bytes of the file may not. */
static void check_overlap(const struct elf *e)
{
	const Elf32_Phdr *last = NULL;
	unsigned last_number = 0;

	for (unsigned i = 0; i < e->count; i++) {
		const Elf32_Phdr *h = &e->segment[i];

		if (h->p_filesz == 0)
			continue;
		if (last && last->p_paddr + last->p_filesz > h->p_paddr)
			input_error(e->in->name, "segments %u and %u overlap at %#x", last_number,
				    e->number[i], h->p_paddr);
		last = h;
		last_number = e->number[i];
	}
}

/*
 * The entry's physical address.  It is virtual in a vmlinux; some bare-metal files have it
 * physical, so that is tried when no segment has it as a virtual one.
 */
static void find_entry(struct elf *e)
{
	uint32_t entry = e->header->e_entry, at = entry & ~1u;

	for (unsigned i = 0; i < e->count; i++) {
		const Elf32_Phdr *h = &e->segment[i];

		if (at >= h->p_vaddr && at - h->p_vaddr < h->p_filesz) {
			e->entry = entry - h->p_vaddr + h->p_paddr;
			return;
		}
	}
	for (unsigned i = 0; i < e->count; i++) {
		const Elf32_Phdr *h = &e->segment[i];

		if (at >= h->p_paddr && at - h->p_paddr < h->p_filesz) {
			e->entry = entry;
			return;
		}
	}
	input_error(e->in->name, "the entry %#x is outside every segment", entry);
}

/* The extent in memory, and what the file says about each byte of it. */
static void find_extent(struct elf *e)
{
	e->first = e->segment[0].p_paddr;
	for (unsigned i = 0; i < e->count; i++) {
		const Elf32_Phdr *h = &e->segment[i];
		uint32_t end = h->p_paddr + h->p_filesz;

		if (h->p_filesz > 0 && end > e->end_bytes)
			e->end_bytes = end;
		if (h->p_paddr + h->p_memsz > e->end_memory)
			e->end_memory = h->p_paddr + h->p_memsz;
	}
	if (e->end_bytes - e->first > KERNEL_MAX)
		input_error(e->in->name,
			    "the segments are too far apart: %#x to %#x is more than "
			    "%u MiB",
			    e->first, e->end_bytes, KERNEL_MAX >> 20);
}

/*
 * Where a Linux in this file begins.  Some linkers put the ELF header into the first segment, below
 * the text; Linux begins with its entry (head.S: text is at PAGE_OFFSET + TEXT_OFFSET).
 */
static uint32_t linux_first(const struct elf *e)
{
	const Elf32_Phdr *h = &e->segment[0];
	uint32_t entry = e->entry & ~1u;

	if (h->p_offset == 0 && entry > h->p_paddr && entry - h->p_paddr < h->p_filesz)
		return entry;
	return e->first;
}

static void read_bytes(struct kernel *k, const struct elf *e)
{
	k->size = e->end_bytes - e->first;
	k->bytes = alloc_zero(k->size);
	for (unsigned i = 0; i < e->count; i++) {
		const Elf32_Phdr *h = &e->segment[i];

		input_read(e->in, h->p_offset, k->bytes + (h->p_paddr - e->first), h->p_filesz);
	}
}

static bool has_section(const struct elf *e, const char *wanted)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(e->handle, &names) != 0)
		return false;
	while ((section = elf_nextscn(e->handle, section)) != NULL) {
		const Elf32_Shdr *h = elf32_getshdr(section);
		const char *name = h ? elf_strptr(e->handle, names, h->sh_name) : NULL;

		if (name && strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

/*
 * Linux has a banner and begins at ...8000 (KERNEL_RAM_VADDR in head.S).  The second condition
 * keeps out programs that carry a Linux inside them.  Two sections that only it has decide too.
 */
static void judge(struct kernel *k, const struct elf *e)
{
	bool pv_table = has_section(e, ".init.pv_table");
	bool banner = kernel_find_banner(k);

	k->is_linux = pv_table || has_section(e, ".init.arch.info") ||
		      (banner && (linux_first(e) & 0xffff) == TEXT_OFFSET_USUAL);
	k->needs_phys = k->is_linux && e->header->e_shnum > 0 && !pv_table;
}

static void drop_header_below_linux(struct kernel *k, struct elf *e)
{
	uint32_t below = linux_first(e) - e->first;

	k->size -= below;
	memmove(k->bytes, k->bytes + below, k->size);
	e->first += below;
}

void kernel_load_elf(struct kernel *k, const struct input *in)
{
	struct elf *e = alloc_zero(sizeof(*e));

	e->in = in;
	open_elf(e);
	read_segments(e);
	check_overlap(e);
	find_entry(e);
	find_extent(e);
	read_bytes(k, e);
	judge(k, e);
	if (k->is_linux)
		drop_header_below_linux(k, e);
	k->kind = KERNEL_ELF;
	k->memory = e->end_memory - e->first;
	k->entry = e->entry - e->first;
	k->address = e->first;
	k->page_offset = e->header->e_entry & 0xf0000000;
	k->bss_told = true;
	snprintf(k->what, sizeof(k->what), "%s, %u segments",
		 k->is_linux ? "vmlinux ELF" : "ARM ELF", e->count);
	elf_end(e->handle);
	free(e);
}
