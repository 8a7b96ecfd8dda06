// SPDX-License-Identifier: MIT
#include "elf32.h"

#include "mem.h"

#define IDENT_OK    0x0101u /* 32 bit, little-endian */
#define MACHINE_ARM 40
#define TYPE_EXEC   2 /* and ET_DYN is the next */
#define PT_LOAD	    1
#define PT_INTERP   3

/* A vmlinux has less than ten; more than these is no kernel. */
#define SEGMENTS_MAX 256
/* More than this between a kernel's first byte and its last one is a mistake. */
#define BYTES_MAX 0x10000000u

/* Of Elf32_Ehdr, as words. */
enum {
	EHDR_TYPE = 4, /* with e_machine above it */
	EHDR_ENTRY = 6,
	EHDR_PHOFF = 7,
	EHDR_SHOFF = 8,
	EHDR_PHSIZE = 10, /* e_phentsize above e_ehsize */
	EHDR_PHNUM = 11,  /* with e_shentsize */
	EHDR_SHNUM = 12,  /* with e_shstrndx */
	EHDR_WORDS = 13,
};

/* Elf32_Phdr. */
struct segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#define SHDR_SIZE   40
#define SHDR_OFFSET 16 /* sh_offset and sh_size */

static const char pv_table[] = ".init.pv_table";

/* Segment number i, checked on its own and against the file; it lies at *where. */
static enum status segment(const struct file *f, const struct elf32 *e, uint32_t i,
			   struct segment *s, uint32_t *where)
{
	*where = e->phoff + i * (uint32_t)sizeof(*s);
	f->read(f->context, *where, s, sizeof(*s));
	if (s->type == PT_INTERP)
		return ST_CORRUPT; /* a user's program */
	if (s->type != PT_LOAD || s->memsz == 0) {
		s->type = 0;
		return ST_OK;
	}
	if (!file_has(f, s->offset, s->filesz))
		return ST_TRUNCATED;
	return s->filesz > s->memsz || s->memsz > ~s->paddr ? ST_RANGE : ST_OK;
}

/*
 * Does the file's table of section names have this one?  Names are looked for in the table's bytes,
 * from which one may be the tail of another.
 */
static enum status find_pv_table(const struct file *f, const uint32_t *head, struct elf32 *e,
				 uint32_t *where)
{
	uint32_t count = head[EHDR_SHNUM] & 0xffff, at = head[EHDR_SHOFF];
	uint32_t names[2]; /* offset and size */
	uint8_t piece[32];
	unsigned seen = 0;

	if (count == 0)
		return ST_OK;
	*where = EHDR_SHOFF * 4;
	if (!file_has(f, at, count * SHDR_SIZE))
		return ST_TRUNCATED;
	*where = EHDR_SHNUM * 4;
	if (head[EHDR_SHNUM] >> 16 >= count)
		return ST_RANGE;
	*where = at + (head[EHDR_SHNUM] >> 16) * SHDR_SIZE;
	f->read(f->context, *where + SHDR_OFFSET, names, sizeof(names));
	if (!file_has(f, names[0], names[1]))
		return ST_TRUNCATED;
	for (uint32_t i = 0; i < names[1] && seen < sizeof(pv_table); i++) {
		uint32_t left = names[1] - i;
		uint8_t c;

		if (i % sizeof(piece) == 0)
			f->read(f->context, names[0] + i, piece,
				left < sizeof(piece) ? left : (uint32_t)sizeof(piece));
		c = piece[i % sizeof(piece)];
		if (c != (uint8_t)pv_table[seen])
			seen = 0; /* a '.' begins it anew; inside, none is followed by "init" */
		if (c == (uint8_t)pv_table[seen])
			seen++;
	}
	e->is_linux = seen == sizeof(pv_table);
	return ST_OK;
}

static enum status check_head(const struct file *f, const uint32_t *head, struct elf32 *e,
			      uint32_t *where)
{
	uint32_t type = head[EHDR_TYPE] & 0xffff, machine = head[EHDR_TYPE] >> 16;

	e->class_data = head[1] & 0xffff;
	if (e->class_data >> 8 == 2) /* big-endian */
		machine = machine >> 8 | (machine & 0xff) << 8;
	e->machine = machine;
	if (e->class_data != IDENT_OK || machine != MACHINE_ARM)
		return ST_UNSUPPORTED;
	*where = EHDR_TYPE * 4;
	if (type != TYPE_EXEC && type != TYPE_EXEC + 1)
		return ST_CORRUPT;
	*where = EHDR_PHSIZE * 4;
	e->phoff = head[EHDR_PHOFF];
	e->phnum = head[EHDR_PHNUM] & 0xffff;
	if (head[EHDR_PHSIZE] >> 16 != sizeof(struct segment) || e->phnum > SEGMENTS_MAX)
		return ST_RANGE;
	*where = EHDR_PHOFF * 4;
	return file_has(f, e->phoff, e->phnum * (uint32_t)sizeof(struct segment)) ? ST_OK
										  : ST_TRUNCATED;
}

/* Is this address in the bytes that begin at start? */
static bool inside(uint32_t address, uint32_t start, const struct segment *s)
{
	return (address & ~1u) - start < s->filesz;
}

enum status elf32_scan(const struct file *f, struct elf32 *e, uint32_t *where)
{
	uint32_t head[EHDR_WORDS], entry;
	bool by_virtual = false, by_physical = false;
	struct segment s;
	enum status st;

	*e = (struct elf32){.first = UINT32_MAX};
	*where = 0;
	if (!file_has(f, 0, sizeof(head)))
		return ST_TRUNCATED;
	f->read(f->context, 0, head, sizeof(head));
	if (head[0] != ELF32_MAGIC)
		return ST_MAGIC;
	st = check_head(f, head, e, where);
	entry = head[EHDR_ENTRY];
	e->page_offset = entry & 0xf0000000u;
	e->entry = entry;
	for (uint32_t i = 0; st == ST_OK && i < e->phnum; i++) {
		st = segment(f, e, i, &s, where);
		if (st != ST_OK || s.type == 0)
			continue;
		if (s.paddr < e->first)
			e->first = s.paddr;
		if (s.filesz != 0 && s.paddr + s.filesz > e->end_bytes)
			e->end_bytes = s.paddr + s.filesz;
		if (s.paddr + s.memsz > e->end_memory)
			e->end_memory = s.paddr + s.memsz;
		/* It is virtual in a vmlinux, and in some bare-metal files physical: that counts
		 * when no segment has it as a virtual one. */
		if (!by_virtual && (s.vaddr - s.paddr) % 2 == 0 && inside(entry, s.vaddr, &s)) {
			by_virtual = true;
			e->entry = entry - s.vaddr + s.paddr;
		}
		by_physical |= inside(entry, s.paddr, &s);
	}
	if (st != ST_OK)
		return st;
	*where = EHDR_ENTRY * 4;
	if (!by_virtual && !by_physical)
		return ST_NOTFOUND;
	*where = EHDR_PHOFF * 4;
	if (e->end_bytes - e->first > BYTES_MAX || e->end_memory - e->first > INT32_MAX)
		return ST_RANGE;
	return find_pv_table(f, head, e, where);
}

enum status elf32_load(const struct file *f, const struct elf32 *e, uint8_t *to)
{
	uint32_t size = e->end_memory - e->first, where;
	struct segment s;

	memset(to, 0, size);
	for (uint32_t i = 0; i < e->phnum; i++) {
		enum status st = segment(f, e, i, &s, &where);

		if (st != ST_OK)
			return st;
		if (s.type == 0)
			continue;
		/* The scan saw to it, but this is what keeps a file that has changed in its room.
		 */
		s.paddr -= e->first;
		if (s.paddr > size || s.filesz > size - s.paddr)
			return ST_RANGE;
		f->read(f->context, s.offset, to + s.paddr, s.filesz);
	}
	return ST_OK;
}
