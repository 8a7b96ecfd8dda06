// SPDX-License-Identifier: MIT
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((format(printf, 2, 0))) static void complain(const char *file, const char *format,
							   va_list args)
{
	/* What was said before belongs above the error when both go to one log. */
	fflush(stdout);
	fputs("zshim: ", stderr);
	if (file)
		fprintf(stderr, "%s: ", file);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(NULL, format, args);
	va_end(args);
	exit(EXIT_BAD_USAGE);
}

void input_error(const char *file, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(file, format, args);
	va_end(args);
	exit(EXIT_BAD_INPUT);
}

void warning(const char *file, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "zshim: %s: warning: %s\n", file, text);
}

void internal_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain("internal error", format, args);
	va_end(args);
	exit(EXIT_BAD_INPUT);
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void *alloc_raw(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		internal_error("no memory for %zu bytes", size);
	return p;
}

void *alloc_zero(size_t size)
{
	void *p = calloc(size ? size : 1, 1);

	if (!p)
		internal_error("no memory for %zu bytes", size);
	return p;
}

size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) & ~(to - 1);
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void put32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
}

/* Opens anything but a folder, which open(2) itself would accept. */
static int open_file(const char *name, struct stat *st)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) < 0)
		input_error(name, "%s", strerror(errno));
	if (S_ISDIR(st->st_mode))
		input_error(name, "is a folder");
	return fd;
}

void input_open(struct input *in, const char *name)
{
	struct stat st;

	in->name = name;
	in->fd = open_file(name, &st);
	if (!S_ISREG(st.st_mode))
		input_error(name, "is no regular file");
	if (st.st_size == 0)
		input_error(name, "is empty");
	in->size = (uint64_t)st.st_size;
}

void input_read(const struct input *in, uint64_t offset, void *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n =
			pread(in->fd, (uint8_t *)to + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			input_error(in->name, "%s", strerror(errno));
		if (n == 0)
			input_error(in->name, "truncated: ends before byte %#llx",
				    (unsigned long long)offset + size);
		done += (size_t)n;
	}
}

void input_close(struct input *in)
{
	close(in->fd);
	in->fd = -1;
}

struct bytes file_read(const char *name, size_t limit)
{
	struct bytes b = {NULL, 0};
	struct stat st;
	int fd = open_file(name, &st);
	size_t room = 0;

	for (;;) {
		ssize_t n;

		if (b.size == room) {
			/* One byte more than the file's size: the read that finds the end. */
			room = room ? room * 2 : (size_t)(st.st_size > 0 ? st.st_size : 65536) + 1;
			b.data = realloc(b.data, room);
			if (!b.data)
				internal_error("no memory for %zu bytes", room);
		}
		n = read(fd, b.data + b.size, room - b.size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			input_error(name, "%s", strerror(errno));
		if (n == 0)
			break;
		b.size += (size_t)n;
		if (b.size > limit)
			input_error(name, "larger than %zu bytes", limit);
	}
	close(fd);
	if (b.size == 0)
		input_error(name, "is empty");
	return b;
}

void refuse_same_file(const char *out, const char *in)
{
	struct stat a, b;

	/* What cannot be looked at is reported by whoever opens it. */
	if (!in || stat(out, &a) < 0 || stat(in, &b) < 0)
		return;
	if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		input_error(out, "the output is the same file as the input %s", in);
}
