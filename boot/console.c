// SPDX-License-Identifier: MIT
/*
 * Step 3: the console.  Debian's vexpress device trees have no stdout-path, only aliases, and a
 * user may give earlycon= or console= instead, so every source is tried, in this order:
 * stdout-path, earlycon=, console=, alias serial0, the packer's --uart.  The log says which it was.
 */
#include "boot.h"
#include "fmt.h"
#include "linker.h"
#include "mem.h"

/* More polls than a byte takes at 300 baud: 33 ms, at less than 100 ns a poll of a slow bus. */
#define POLLS 1000000u

/*
 * A UART that never becomes ready (its clock is off, or it waits for a peer's CTS) must not stop
 * the boot: it is given up, and the log goes on in memory.
 */
static void uart_putc(struct zshim_uart *u, char c)
{
	volatile uint32_t *status = (volatile uint32_t *)(u->base + u->status);
	volatile uint32_t *data = (volatile uint32_t *)(u->base + u->data);
	uint32_t polls = POLLS;

	if (u->base == 0)
		return;
	while (((*status ^ u->flip) & u->mask) != 0) {
		if (--polls == 0) {
			u->base = 0;
			return;
		}
	}
	*data = (uint8_t)c;
}

static void put(void *ctx, char c)
{
	struct boot *b = ctx;

	if (!b->mute)
		uart_putc(&b->uart, c);
	if (b->logging && c != '\r' && b->log.len < b->log.size)
		b->log.text[b->log.len++] = c;
}

static const uint8_t texts[] = {TEXT_BYTES};
static const uint8_t pairs[][2] = {TEXT_PAIRS};

const char *text(unsigned message)
{
	return (const char *)texts + message;
}

void say(struct boot *b, unsigned message, ...)
{
	const struct fmt out = {put, b, pairs};
	va_list args;

	va_start(args, message);
	fmt_print(&out, text(TEXT_LINE), args); /* without conversions */
	fmt_print(&out, text(message), args);
	va_end(args);
	put(b, '\r');
	put(b, '\n');
}

static void step(struct text *t)
{
	t->s++;
	t->len--;
}

/* Moves t behind the prefix, if it begins with it. */
static bool skip(struct text *t, const char *prefix)
{
	struct text rest = *t;

	for (; *prefix; step(&rest)) {
		if (rest.len == 0 || *rest.s != *prefix++)
			return false;
	}
	*t = rest;
	return true;
}

/* The next option of a command line, by its name with the '=': moves line to its value. */
static bool find_option(struct text *line, const char *name)
{
	while (!skip(line, name)) {
		while (line->len != 0 && *line->s != ' ')
			step(line);
		if (line->len == 0)
			return false;
		step(line);
	}
	return true;
}

static bool use(struct boot *b, const struct uart_driver *driver, uint64_t base, unsigned from)
{
	if (base == 0 || base > ARCH_PHYS_END)
		return false;
	b->uart = driver->tx;
	b->uart.base = (uint32_t)base;
	b->uart_name = driver->earlycon;
	b->uart_from = (uint16_t)from;
	return true;
}

/* A path or alias, up to a ':' (options such as the line rate follow it). */
static bool try_path(struct boot *b, const char *path, unsigned from)
{
	const struct uart_driver *driver;
	uint64_t base, size;
	uint32_t node;
	size_t len = 0;

	while (path[len] != '\0' && path[len] != ':')
		len++;
	node = fdt_path(&b->tree.f, path, len);
	if (node == FDT_NONE || fdt_reg(&b->tree.f, node, 0, &base, &size) != ST_OK)
		return false;
	for (driver = uarts_start; driver < uarts_end; driver++) {
		if (fdt_compatible(&b->tree.f, node, driver->compatible))
			return use(b, driver, base, from);
	}
	return false;
}

static bool try_stdout(struct boot *b)
{
	const char *path = fdt_text(&b->tree.f, b->tree.chosen, "stdout-path");

	if (!path)
		path = fdt_text(&b->tree.f, b->tree.chosen, "linux,stdout-path");
	return path && try_path(b, path, TEXT_BY_STDOUT);
}

/* ",0x" and hexadecimal digits, or 0. */
static uint32_t parse_hex(struct text t)
{
	uint32_t value = 0;

	if (!skip(&t, ",0x"))
		return 0;
	for (; t.len != 0; step(&t)) {
		uint32_t digit = (uint32_t)*t.s - '0';

		if (digit > 9) {
			digit = ((uint32_t)*t.s | 0x20) - 'a' + 10;
			if (digit < 10 || digit > 15)
				break;
		}
		value = value << 4 | digit;
	}
	return value;
}

/* earlycon=NAME[,mmio|mmio32],ADDRESS[,OPTIONS] as in Linux's kernel-parameters. */
static bool try_earlycon(struct boot *b, struct text line)
{
	if (!find_option(&line, "earlycon="))
		return false;
	for (const struct uart_driver *driver = uarts_start; driver < uarts_end; driver++) {
		struct text t = line;

		if (!skip(&t, driver->earlycon) || t.len == 0 || *t.s != ',')
			continue;
		for (; t.len != 0 && *t.s != ' '; step(&t)) {
			uint32_t base = parse_hex(t);

			if (base != 0)
				return use(b, driver, base, TEXT_BY_EARLYCON);
		}
	}
	return false;
}

/*
 * ttyAMAn or ttySn is the port that alias serialn names.  Linux takes several console= and makes
 * the last one /dev/console: so the last that is a UART.
 */
static bool try_console(struct boot *b, struct text line)
{
	char alias[] = "serial0";
	bool found = false;

	while (find_option(&line, "console=")) {
		if ((skip(&line, "ttyAMA") || skip(&line, "ttyS")) && line.len != 0) {
			alias[6] = *line.s;
			found |= try_path(b, alias, TEXT_BY_CONSOLE);
		}
	}
	return found;
}

void find_console(struct boot *b)
{
	if (!try_stdout(b) && !try_earlycon(b, b->packed) && !try_earlycon(b, b->args) &&
	    !try_console(b, b->packed) && !try_console(b, b->args))
		(void)try_path(b, "serial0", TEXT_BY_ALIAS);
	report_found(b);
}

/* Step 6: the log has a place now.  What was printed so far goes in once more, unheard. */
void start_log(struct boot *b)
{
	memcpy(b->log.magic, "ZSHIMLOG", sizeof(b->log.magic));
	b->log.size = sizeof(b->log.text);
	b->log.len = 0;
	b->logging = true;
	b->mute = true;
	report_found(b);
	report_ram(b);
	report_plan(b);
	b->mute = false;
}
