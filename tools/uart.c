// SPDX-License-Identifier: MIT
#include "uart.h"

#include <stdio.h>
#include <string.h>

#include "number.h"
#include "util.h"

/* "name=N" in the len bytes at text. */
static bool attribute(const char *text, size_t len, const char *name, uint32_t *value)
{
	size_t name_len = strlen(name);
	char number[16];

	if (len <= name_len || len - name_len >= sizeof(number) ||
	    strncmp(text, name, name_len) != 0)
		return false;
	memcpy(number, text + name_len, len - name_len);
	number[len - name_len] = '\0';
	return parse_number(number, value);
}

bool parse_uart(const char *text, struct zshim_uart *uart)
{
	const char *at = strrchr(text, '@');
	size_t type_len = strcspn(text, ",@");
	/* A PL011's registers are 32 bits wide, 4 bytes apart: Arm DDI 0183. */
	uint32_t shift = 2, width = 4, base;

	if (!at || !parse_number(at + 1, &base) || base == 0 || base % 4)
		return false;
	if (type_len != strlen("pl011") || strncmp(text, "pl011", type_len) != 0)
		usage_error("pack: --uart: type not built yet: %.*s", (int)type_len, text);
	for (const char *p = text + type_len; p != at;) {
		size_t len = strcspn(p + 1, ",@");

		if (*p != ',' || (!attribute(p + 1, len, "shift=", &shift) &&
				  !attribute(p + 1, len, "width=", &width)))
			return false;
		p += 1 + len;
	}
	if (shift != 2 || width != 4)
		usage_error("pack: --uart: pl011 with shift %u, width %u: not built yet", shift,
			    width);
	*uart = (struct zshim_uart){.base = base, .data = 0, .status = 0x18, .mask = 0x20};
	return true;
}
