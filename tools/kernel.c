// SPDX-License-Identifier: MIT
/* What kind of file is this kernel? */
#define _GNU_SOURCE /* memmem */
#include "kernel.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define HEAD_SIZE 0x400

/* Files that people may well try, but that cannot be packed. */
struct stranger {
	size_t offset;
	const char *magic;
	size_t length;
	const char *name;
};

#define STRANGER(offset, magic, name)                                                              \
	{                                                                                          \
		offset, magic, sizeof(magic) - 1, name                                             \
	}

static const struct stranger stranger[] = {
	STRANGER(ZSHIM_BS_MAGIC, "ZSHIM\0", "a zshim image already"),
	STRANGER(0x38, "ARM\x64", "an AArch64 Image: AArch64 is not built yet"),
	STRANGER(0x04, "zimg", "an EFI zboot image: not built yet"),
	STRANGER(0x202, "HdrS", "an x86 bzImage, no ARM kernel"),
	STRANGER(0x24, "\x01\x6f\x28\x18", "a big-endian zImage: not supported"),
	STRANGER(0, "\x27\x05\x19\x56", "a uImage: not built yet"),
	STRANGER(0, "\xd0\x0d\xfe\xed", "a FIT or device tree: not built yet as KERNEL"),
	STRANGER(0, "\x1f\x8b", "a gzip file: compressed kernel files are not built yet"),
	STRANGER(0,
		 "\xfd"
		 "7zXZ",
		 "an xz file: compressed kernel files are not built yet"),
	STRANGER(0, "BZh", "a bzip2 file: compressed kernel files are not built yet"),
	STRANGER(0, "\x28\xb5\x2f\xfd", "a zstd file: compressed kernel files are not built yet"),
	STRANGER(0, "\x02\x21\x4c\x18", "an lz4 file: compressed kernel files are not built yet"),
	STRANGER(0, "\x04\x22\x4d\x18", "an lz4 file: compressed kernel files are not built yet"),
	STRANGER(0, "\x89LZO", "an lzop file: compressed kernel files are not built yet"),
};

static void refuse_strangers(const char *file, const uint8_t *head, size_t size)
{
	for (size_t i = 0; i < sizeof(stranger) / sizeof(stranger[0]); i++) {
		const struct stranger *s = &stranger[i];

		if (size >= s->offset + s->length &&
		    memcmp(head + s->offset, s->magic, s->length) == 0)
			input_error(file, "is %s", s->name);
	}
}

void kernel_load(struct kernel *k, const char *file)
{
	uint8_t head[HEAD_SIZE] = {0};
	struct input in;
	size_t size;

	memset(k, 0, sizeof(*k));
	k->file = file;
	input_open(&in, file);
	size = in.size < sizeof(head) ? (size_t)in.size : sizeof(head);
	input_read(&in, 0, head, size);
	if (memcmp(head, "\177ELF", 4) == 0) {
		kernel_load_elf(k, &in);
	} else {
		refuse_strangers(file, head, size);
		if (get32(head + 0x24) == ZSHIM_ZIMAGE_MAGIC)
			kernel_load_zimage(k, &in);
		else
			kernel_load_image(k, &in);
	}
	input_close(&in);
}

/* "6.1" of "6.1.0-50-armmp" as 0x0601. */
static unsigned version_number(const char *release)
{
	char *end;
	unsigned long major = strtoul(release, &end, 10);
	unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	if (major > 255 || minor > 255)
		return 0;
	return (unsigned)(major << 8 | minor);
}

bool kernel_find_banner(struct kernel *k)
{
	static const char text[] = "Linux version ";
	const size_t length = sizeof(text) - 1;
	const uint8_t *end = k->bytes + k->size;
	const uint8_t *p = k->bytes;

	while ((p = memmem(p, (size_t)(end - p), text, length)) != NULL) {
		size_t n = 0;

		/* "Linux version %s" is in every kernel as well: only a number counts. */
		for (p += length; p + n < end && isgraph(p[n]) && n < sizeof(k->release) - 1; n++)
			k->release[n] = (char)p[n];
		k->release[n] = '\0';
		if (isdigit((unsigned char)k->release[0])) {
			k->version = version_number(k->release);
			return true;
		}
	}
	k->release[0] = '\0';
	return false;
}

bool kernel_has_linux_head(const uint8_t *bytes, size_t size)
{
	static const uint8_t arm[] = {0x10, 0x9f, 0x10, 0xee};
	static const uint8_t thumb[] = {0x10, 0xee, 0x10, 0x9f};
	size_t window = size < 256 ? size : 256;

	return memmem(bytes, window, arm, sizeof(arm)) ||
	       memmem(bytes, window, thumb, sizeof(thumb));
}
