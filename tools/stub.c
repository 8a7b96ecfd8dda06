// SPDX-License-Identifier: MIT
#include "stub.h"

#include <string.h>

#include "util.h"

/* The list is made by tools.mk from $(STUBS). */
#define STUB(arch, codec, flavour, file, state, scratch)                                           \
	extern const uint8_t stub_##arch##_##codec##_##flavour[];                                  \
	extern const uint8_t stub_##arch##_##codec##_##flavour##_end[];
#include "stubs.list"
#undef STUB

static const struct stub stub[] = {
#define STUB(arch, codec, flavour, file, state, scratch)                                           \
	{#arch,                                                                                    \
	 #codec,                                                                                   \
	 #flavour,                                                                                 \
	 stub_##arch##_##codec##_##flavour,                                                        \
	 stub_##arch##_##codec##_##flavour##_end,                                                  \
	 state,                                                                                    \
	 scratch},
#include "stubs.list"
#undef STUB
};

/* A stub is a build product: what is wrong with it is our fault. */
static void check(const struct stub *s)
{
	static const uint8_t magic[8] = {'Z', 'S', 'H',		  'I',
					 'M', 0,   ZSHIM_VERSION, ZSHIM_ARCH_ARMV7A};
	size_t size = (size_t)(s->end - s->bytes);

	if (size < ZSHIM_BS_SIZE || size % 16 ||
	    memcmp(s->bytes + ZSHIM_BS_MAGIC, magic, sizeof(magic)) != 0 ||
	    get32(s->bytes + ZSHIM_BS_ZIMAGE_MAGIC) != ZSHIM_ZIMAGE_MAGIC)
		internal_error("stub %s-%s-%s: %zu bytes, no boot sector of version %u", s->arch,
			       s->codec, s->flavour, size, ZSHIM_VERSION);
}

const struct stub *stub_find(const char *arch, const char *codec, const char *flavour)
{
	for (size_t i = 0; i < sizeof(stub) / sizeof(stub[0]); i++) {
		const struct stub *s = &stub[i];

		if (strcmp(s->arch, arch) == 0 && strcmp(s->codec, codec) == 0 &&
		    strcmp(s->flavour, flavour) == 0) {
			check(s);
			return s;
		}
	}
	internal_error("no stub %s-%s-%s in this program", arch, codec, flavour);
}

const struct stub *stub_in(const struct bytes *image)
{
	for (size_t i = 0; i < sizeof(stub) / sizeof(stub[0]); i++) {
		const struct stub *s = &stub[i];
		size_t size = (size_t)(s->end - s->bytes);

		/* The packer writes to the boot sector only. */
		if (get32(image->data + ZSHIM_BS_DESC) == size &&
		    memcmp(image->data + ZSHIM_BS_SIZE, s->bytes + ZSHIM_BS_SIZE,
			   size - ZSHIM_BS_SIZE) == 0)
			return s;
	}
	return NULL;
}
