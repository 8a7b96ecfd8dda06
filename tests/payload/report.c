// SPDX-License-Identifier: MIT
/* How the mini vmlinux speaks: the UART of its board, or QEMU's console while that is not known. */
#include "mini.h"

enum { SYS_WRITEC = 3 };

/* A byte goes out by a store to fifo, once (status & busy) == idle. */
struct uart {
	uint8_t fifo, status;
	uint8_t busy, idle;
};
enum uart_kind { PL011, UART8250, IMX, CADENCE };
static const struct uart uarts[] = {
	[PL011] = {0x00, 0x18, 1 << 5, 0},	   /* UARTDR, UARTFR, TXFF */
	[UART8250] = {0x00, 0x14, 1 << 5, 1 << 5}, /* THR, LSR, THRE; words 4 bytes apart */
	[IMX] = {0x40, 0xb4, 1 << 4, 0},	   /* UTXD, UTS, TXFULL; enabled before us */
	[CADENCE] = {0x30, 0x2c, 1 << 4, 0},	   /* TX_RX_FIFO, Channel_sts, TFUL; likewise */
};

/* No pointers inside: nobody relocates us. */
struct board {
	char compatible[24]; /* a prefix of the root node's */
	uint32_t uart;
	enum uart_kind kind;
	uint32_t sysregs; /* vexpress: system registers; 0: power off by PSCI */
};

static const struct board boards[] = {
	{"linux,dummy-virt", 0x09000000, PL011, 0},
	{"arm,vexpress,v2p-ca9", 0x10009000, PL011, 0x10000000},
	{"arm,vexpress,v2p-ca15", 0x1c090000, PL011, 0x1c010000},
	{"arm,realview-pb-a8", 0x10009000, PL011, 0},
	{"raspberrypi,2-model-b", 0x3f201000, PL011, 0},
	{"xunlong,orangepi-pc", 0x01c28000, UART8250, 0},
	{"cubietech,a10-cubiebo", 0x01c28000, UART8250, 0},
	{"fsl,imx6q-sabrelite", 0x021e8000, IMX, 0},
	{"fsl,imx6ul-14x14-evk", 0x02020000, IMX, 0},
	{"xlnx,zynq-7000", 0xe0000000, CADENCE, 0},
};

/* Written before it is read: a kernel does not get its BSS zeroed. */
static struct {
	uint32_t uart; /* 0: not known yet */
	enum uart_kind kind;
	uint32_t sysregs;
	bool dying;
} g;

static uint32_t load32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void store32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* One byte to QEMU's own console, for as long as no UART is known. */
static void semihosting_putc(char c)
{
	register uint32_t r0 __asm__("r0") = SYS_WRITEC;
	register const char *r1 __asm__("r1") = &c;

	__asm__ volatile(".inst 0xe10f0070" : "+r"(r0) : "r"(r1) : "memory");
}

static void put(char c)
{
	if (!g.uart) {
		semihosting_putc(c);
		return;
	}
	while ((load32(g.uart + uarts[g.kind].status) & uarts[g.kind].busy) != uarts[g.kind].idle)
		;
	store32(g.uart + uarts[g.kind].fifo, (uint8_t)c);
}

void text(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			put('\r');
		put(*s);
	}
}

static void hex(uint32_t v)
{
	for (unsigned int i = 0; i < 8; i++, v <<= 4)
		put("0123456789abcdef"[v >> 28]);
}

void labelled(const char *label, uint32_t v)
{
	text(label);
	hex(v);
}

static void decimal(uint32_t v) /* below 100, and without a division, which is a libgcc call */
{
	char tens = '0';

	for (; v >= 10; v -= 10)
		tens++;
	put(tens);
	put((char)('0' + v));
}

void fail(enum fail code, const char *what, uint32_t a, uint32_t b)
{
	text("mini: FAIL ");
	text(what);
	labelled(" ", a);
	labelled(" ", b);
	text(" (status ");
	decimal(code);
	text(")\n");
	report_end(code);
}

void mini_exception(uint32_t vector, uint32_t lr)
{
	if (g.dying) /* semihosting_putc() without semihosting */
		leave(FAIL_EXCEPTION, g.sysregs);
	g.dying = true;
	fail(FAIL_EXCEPTION, "exception: vector, return address", vector, lr);
}

void report_init(void)
{
	g.uart = 0;
	g.sysregs = 0;
	g.dying = false;
}

/* Does `s` begin with `prefix`?  Returns what follows, or NULL. */
const char *after(const char *s, const char *prefix)
{
	while (*prefix && *s == *prefix) {
		s++;
		prefix++;
	}
	return *prefix ? NULL : s;
}

bool report_open(const char *compatible)
{
	for (unsigned int i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
		if (after(compatible, boards[i].compatible)) {
			g.uart = boards[i].uart;
			g.kind = boards[i].kind;
			g.sysregs = boards[i].sysregs;
		}
	}
	return g.uart != 0;
}

void report_end(enum fail code)
{
	leave(code, g.sysregs);
}
