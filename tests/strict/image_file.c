// SPDX-License-Identifier: MIT
#include "image_file.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "image.h"

static _Noreturn void fail(const char *path, const char *what)
{
	fprintf(stderr, "strict: %s: %s\n", path, what);
	exit(2);
}

uint8_t *file_read(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long end;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0)
		fail(path, "cannot be read");
	rewind(file);
	*len = (size_t)end;
	bytes = malloc(*len + 1);
	if (!bytes || fread(bytes, 1, *len, file) != *len)
		fail(path, "cannot be read");
	bytes[*len] = '\0';
	fclose(file);
	return bytes;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Functions, and labels of assembly, but for the marks of ARM, Thumb and data ($a, $t, $d). */
static void add_symbol(struct image_file *f, const char *name, const GElf_Sym *sym)
{
	struct symbol *s = &f->symbol[f->symbols];
	unsigned type = GELF_ST_TYPE(sym->st_info);

	if (name[0] == '$' || name[0] == '\0' || (type != STT_FUNC && type != STT_NOTYPE))
		return;
	if (strlen(name) >= sizeof(s->name) || sym->st_value >= f->len)
		return;
	memset(s, 0, sizeof(*s));
	memcpy(s->name, name, strlen(name));
	s->at = (uint32_t)sym->st_value & ~1u;
	s->is_function = type == STT_FUNC;
	s->is_thumb = type == STT_FUNC && (sym->st_value & 1);
	f->symbols++;
}

static void read_symbols(struct image_file *f, const char *path)
{
	int fd = open(path, O_RDONLY);
	Elf *elf = elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while (elf && (section = elf_nextscn(elf, section)) != NULL) {
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			break;
	}
	if (!section)
		fail(path, "not an ELF file with symbols");
	Elf_Data *data = elf_getdata(section, NULL);
	int count = (int)(header.sh_size / header.sh_entsize);
	GElf_Sym sym;

	f->symbol = calloc((size_t)count, sizeof(*f->symbol));
	if (!f->symbol)
		fail(path, "has no symbols");
	for (int i = 0; i < count; i++) {
		const char *name;

		if (!gelf_getsym(data, i, &sym))
			continue;
		name = elf_strptr(elf, header.sh_link, sym.st_name);
		if (name)
			add_symbol(f, name, &sym);
	}
	elf_end(elf);
	close(fd);
	qsort(f->symbol, f->symbols, sizeof(*f->symbol), by_address);
}

bool symbol_is(const struct symbol *s, const char *name)
{
	size_t len = strlen(name);

	return strncmp(s->name, name, len) == 0 && (s->name[len] == '\0' || s->name[len] == '.');
}

/* Two functions of one name in two files: the larger frame counts for both. */
static void read_frames(struct image_file *f, const char *path)
{
	size_t len;
	char *text = (char *)file_read(path, &len);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *space = strchr(line, ' ');
		unsigned long frame = space ? strtoul(space, NULL, 10) : 0;

		line[strcspn(line, ". ")] = '\0';
		for (size_t i = 0; i < f->symbols; i++) {
			struct symbol *s = &f->symbol[i];

			if (!s->is_thumb || !symbol_is(s, line))
				continue;
			s->is_c = true;
			if (frame > s->frame)
				s->frame = (uint32_t)frame;
		}
	}
	free(text);
}

void image_open(struct image_file *f, const char *image, const char *stub, const char *frames,
		const char *kernel)
{
	memset(f, 0, sizeof(*f));
	f->bytes = file_read(image, &f->len);
	f->kernel = file_read(kernel, &f->kernel_len);
	read_symbols(f, stub);
	read_frames(f, frames);
}

void image_close(struct image_file *f)
{
	free(f->bytes);
	free(f->kernel);
	free(f->symbol);
}

const struct symbol *image_symbol(const struct image_file *f, const char *name)
{
	for (size_t i = 0; i < f->symbols; i++) {
		if (symbol_is(&f->symbol[i], name))
			return &f->symbol[i];
	}
	return NULL;
}

const struct symbol *image_symbol_at(const struct image_file *f, uint32_t offset)
{
	const struct symbol *best = NULL;

	for (size_t i = 0; i < f->symbols && f->symbol[i].at <= offset; i++)
		best = &f->symbol[i];
	return best;
}

uint32_t image_function_end(const struct image_file *f, const struct symbol *s, uint32_t max)
{
	uint32_t end = s->at + max;

	for (size_t i = 0; i < f->symbols; i++) {
		if (f->symbol[i].is_function && f->symbol[i].at > s->at && f->symbol[i].at < end)
			end = f->symbol[i].at;
	}
	return end;
}

uint32_t image_word(const struct image_file *f, uint32_t offset)
{
	uint32_t word = 0;

	memcpy(&word, f->bytes + offset, sizeof(word));
	return word;
}

uint32_t image_early(const struct image_file *f, uint32_t load)
{
	return (load + image_word(f, ZSHIM_BS_CHECK) + 4 + 7) & ~7u;
}

void image_seal(struct image_file *f)
{
	uint32_t checked = image_word(f, ZSHIM_BS_CHECK);
	uint32_t sum = XXH32(f->bytes, checked, 0);

	memcpy(f->bytes + checked, &sum, sizeof(sum));
}
