// SPDX-License-Identifier: MIT
#include "uart.h"

#include <stdio.h>
#include <string.h>

#include "number.h"
#include "uart/uart.h"
#include "util.h"

/* The shim's own table: board/uart/ is linked into this program, too.  The names are the linker's.
 */
extern const struct uart_driver __start_uarts[];
extern const struct uart_driver __stop_uarts[];

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

/* The driver that has this name, len bytes at text. */
static const struct uart_driver *find_driver(const char *text, size_t len)
{
	const struct uart_driver *driver;
	const char *name;

	for (driver = __start_uarts; driver < __stop_uarts; driver = (const void *)(name + 1)) {
		for (name = driver->names; *name; name += strlen(name) + 1) {
			if (strlen(name) == len && memcmp(name, text, len) == 0)
				return driver;
		}
	}
	usage_error("pack: --uart: no such type: %.*s; see zshim --help", (int)len, text);
}

bool parse_uart(const char *text, struct zshim_uart *uart)
{
	const char *at = strrchr(text, '@');
	size_t type_len = strcspn(text, ",@");
	uint32_t shift, width, base;

	if (!at || !parse_number(at + 1, &base) || base == 0 || base % 4)
		return false;
	uart->base = base;
	uart->regs = find_driver(text, type_len)->regs;
	shift = uart->regs.width == 4 ? 2 : 0;
	width = uart->regs.width;
	for (const char *p = text + type_len; p != at;) {
		size_t len = strcspn(p + 1, ",@");

		if (*p != ',' || (!attribute(p + 1, len, "shift=", &shift) &&
				  !attribute(p + 1, len, "width=", &width)))
			return false;
		p += 1 + len;
	}
	/* What is no 16550 has words, 4 bytes apart. */
	if (uart->regs.width == 4 && (shift != 2 || width != 4))
		usage_error("pack: --uart: %.*s has shift 2 and width 4", (int)type_len, text);
	if (zshim_uart_layout(&uart->regs, shift, width) != ST_OK)
		usage_error("pack: --uart: shift %u with width %u: not 0 to 5 with 1, or 2 to 5 "
			    "with 4",
			    shift, width);
	return true;
}
