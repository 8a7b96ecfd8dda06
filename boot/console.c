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

/* Before its first byte: one that is not there must not harm as long as nothing is said on it. */
static void enable(struct zshim_uart *u)
{
	for (uint8_t *triple = u->regs.enable; triple[0] != 0; triple += 3) {
		volatile uint32_t *reg = (volatile uint32_t *)(u->base + triple[1]);

		*reg = (*reg & ~(uint32_t)triple[2]) | triple[0];
		triple[0] = 0;
	}
}

/*
 * A UART that never becomes ready (its clock is off, or it waits for a peer's CTS) must not stop
 * the boot: it is given up, and the log goes on in memory.
 */
static void uart_putc(struct zshim_uart *u, char c)
{
	uintptr_t status = u->base + u->regs.status, data = u->base + u->regs.data;
	bool words = u->regs.width == 4;
	uint32_t polls = POLLS, now;

	if (u->base == 0)
		return;
	enable(u);
	do {
		if (polls-- == 0) {
			u->base = 0;
			return;
		}
		now = words ? *(volatile uint32_t *)status : *(volatile uint8_t *)status;
	} while (((now ^ u->regs.flip) & u->regs.mask) != 0);
	if (words)
		*(volatile uint32_t *)data = (uint8_t)c;
	else
		*(volatile uint8_t *)data = (uint8_t)c;
}

static void put(void *ctx, char c)
{
	struct boot *b = ctx;

	if (!b->mute)
		uart_putc(&b->uart, c);
	if (b->logging && c != '\r' && b->log.len < b->log.size)
		b->log.text[b->log.len++] = c;
}

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

/* The driver that has a name in common with this node's compatible, or whose name text begins with;
 * text is moved behind it. */
static const struct uart_driver *find_driver(const struct fdt *f, uint32_t node, struct text *text)
{
	const struct uart_driver *driver;
	const char *name;

	for (driver = uarts_start; driver < uarts_end; driver = (const void *)(name + 1)) {
		for (name = driver->names; *name; name += strlen(name) + 1) {
			if (fdt_compatible(f, node, name) || skip(text, name))
				return driver;
		}
	}
	return NULL;
}

/* Where a UART is, and how its registers lie if it is a 16550. */
struct place {
	uint32_t base;
	uint32_t shift;
	uint32_t width;
};

static bool settle_on(struct boot *b, const struct uart_driver *driver, const struct place *p,
		      unsigned from)
{
	struct zshim_uart_regs regs = driver->regs;

	if (p->base == 0 || p->base > ARCH_PHYS_END || p->base % 4 != 0 ||
	    zshim_uart_layout(&regs, p->shift, p->width) != ST_OK)
		return false;
	b->uart.base = p->base;
	b->uart.regs = regs;
	b->uart_name = driver->names;
	b->uart_from = (uint16_t)from;
	return true;
}

/* A number of a node, or what it is when the node does not say. */
static uint32_t number(const struct fdt *f, uint32_t node, const char *name, uint32_t otherwise)
{
	uint64_t value;

	return fdt_number(f, node, name, &value) == ST_OK ? (uint32_t)value : otherwise;
}

/* A path or alias, up to a ':' (options such as the line rate follow it). */
static bool try_path(struct boot *b, const char *path, unsigned from)
{
	const struct fdt *f = &b->tree.f;
	const struct uart_driver *driver;
	struct text none = {0};
	struct place p;
	uint64_t base, size;
	uint32_t node;
	size_t len = 0;

	while (path[len] != '\0' && path[len] != ':')
		len++;
	node = fdt_path(f, path, len);
	driver = find_driver(f, node, &none);
	if (!driver || fdt_reg(f, node, 0, &base, &size) != ST_OK)
		return false;
	base += number(f, node, "reg-offset", 0);
	p.base = base > ARCH_PHYS_END ? 0 : (uint32_t)base;
	p.shift = number(f, node, "reg-shift", 0);
	p.width = number(f, node, "reg-io-width", 1);
	return settle_on(b, driver, &p, from);
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

/*
 * earlycon=NAME[,mmio|mmio32],ADDRESS[,OPTIONS] as in Linux's kernel-parameters: mmio32 means that
 * a 16550 has words, 4 bytes apart.
 */
static bool try_earlycon(struct boot *b, const struct text *words)
{
	struct text line = *words;
	const struct uart_driver *driver;
	struct place p = {.width = 1};

	if (!find_option(&line, "earlycon="))
		return false;
	driver = find_driver(&b->tree.f, FDT_NONE, &line);
	if (!driver)
		return false;
	if (skip(&line, ",mmio") && skip(&line, "32")) {
		p.shift = 2;
		p.width = 4;
	}
	p.base = parse_hex(line);
	return settle_on(b, driver, &p, TEXT_BY_EARLYCON);
}

/*
 * ttyAMAn, ttySn, ttymxcn, ttyPSn: whatever its letters, it is the port that alias serialn names;
 * ttyn without any is a screen.  Linux takes several console= and makes the last one /dev/console:
 * so the last that is a UART.
 */
static bool try_console(struct boot *b, const struct text *words)
{
	struct text line = *words;
	char alias[] = "serial0";
	bool found = false;

	while (find_option(&line, "console=")) {
		const char *letters;

		if (!skip(&line, "tty"))
			continue;
		for (letters = line.s; line.len != 0 && *line.s > '9';)
			step(&line);
		if (line.len != 0 && line.s != letters) {
			alias[6] = *line.s;
			found |= try_path(b, alias, TEXT_BY_CONSOLE);
		}
	}
	return found;
}

void find_console(struct boot *b)
{
	if (!try_stdout(b) && !try_earlycon(b, &b->packed) && !try_earlycon(b, &b->args) &&
	    !try_console(b, &b->packed) && !try_console(b, &b->args))
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
