// SPDX-License-Identifier: MIT
/*
 * The mini vmlinux: a kernel that does nothing but check what it was handed, the way Linux would
 * trip over it: registers, CPU state, its place, its own bytes, the room for BSS and page tables,
 * the device tree, bootargs and initrd.  It reports on the UART of the board that the device tree
 * names and ends QEMU with status 0 or enum fail.  Words of the command line ask for more:
 *
 *   initrd.crc=HEX        the initrd has this CRC32
 *   expect.mode=svc|hyp   entered in this mode
 *   expect.entry=HEX      entered at this address
 *   expect.noinitrd       there is no initrd
 *   expect.cntfrq=HEX     CNTFRQ says so
 *   expect.counters       the virtual counter is the physical one
 *   text.offset=HEX       we are a kernel with this text offset above its RAM base, not 0x8000
 */
#include "mini.h"

enum { CPSR_MODE = 0x1f, MODE_SVC = 0x13, MODE_HYP = 0x1a };
enum { CPSR_T = 1 << 5, CPSR_F = 1 << 6, CPSR_I = 1 << 7, CPSR_E = 1 << 9, CPSR_J = 1 << 24 };
enum { SCTLR_M = 1 << 0, SCTLR_C = 1 << 2 };
enum { TEXT_OFFSET = 0x8000, PAGE_TABLE = 0x4000, SECTION = 1 << 20 };

/* From the linker script.  Hidden: their addresses are taken relative to pc. */
#pragma GCC visibility push(hidden)
extern const uint8_t hole_start[], hole_end[], image_end[], image_crc[];
extern uint8_t room_start[], bss_end[];
#pragma GCC visibility pop

/* Written before it is read: a kernel does not get its BSS zeroed. */
static struct {
	uint32_t crc_table[256];
	struct tree tree;
} g;

static uint32_t load32(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void store32(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* CRC-32 as in zlib and Ethernet. */
static void crc_init(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t v = i;

		for (unsigned int bit = 0; bit < 8; bit++)
			v = v >> 1 ^ (v & 1 ? 0xedb88320 : 0);
		g.crc_table[i] = v;
	}
}

static uint32_t crc_add(uint32_t crc, const uint8_t *p, const uint8_t *end)
{
	for (crc = ~crc; p < end; p++)
		crc = crc >> 8 ^ g.crc_table[(uint8_t)(crc ^ *p)];
	return ~crc;
}

/* Banks may touch: Linux takes them for one then. */
static bool inside_ram(const struct tree *t, uint64_t start, uint64_t end)
{
	for (unsigned int i = 0; i < t->banks && start < end; i++) {
		if (start >= t->bank[i].start && start < t->bank[i].end) {
			start = t->bank[i].end;
			i = -1u; /* from the first one again: they need not be sorted */
		}
	}
	return start >= end;
}

/* What the kernel takes for itself before it looks at anything else: page tables to end of BSS. */
static struct span kernel_span(const struct entry *e)
{
	return (struct span){e->start - PAGE_TABLE, (uintptr_t)bss_end};
}

static bool overlap(uint64_t start, uint64_t end, struct span s)
{
	return start < s.end && s.start < end;
}

/* What follows `name` (with its "=") in a word of the command line, or NULL. */
static const char *argument(const char *name)
{
	const char *s = g.tree.bootargs;

	while (s && *s) {
		const char *value = after(s, name);

		if (value)
			return value;
		while (*s && *s != ' ')
			s++;
		while (*s == ' ')
			s++;
	}
	return NULL;
}

static bool argument_hex(const char *name, uint32_t *v)
{
	const char *s = argument(name);

	if (!s)
		return false;
	if (after(s, "0x"))
		s += 2;
	for (*v = 0; *s && *s != ' '; s++) {
		char c = *s;

		if (c >= '0' && c <= '9')
			*v = *v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (uint32_t)(c - 'a' + 10);
		else
			fail(FAIL_EXPECT, "command line: not a hex digit", (uint8_t)c, *v);
	}
	return true;
}

/* Everything that must hold before the device tree can be read and its board be told of. */
static void open_tree(const struct entry *e)
{
	unsigned int rule;

	if (!e->r2 || e->r2 & 7)
		fail(FAIL_DTB_PLACE, "r2 is no 8-byte aligned address", e->r2, e->r1);
	rule = tree_scan(&g.tree, (const uint8_t *)e->r2);
	if (rule)
		fail(FAIL_DTB, "DTB is broken: address, rule", e->r2, rule);
	if (!report_open(g.tree.compatible))
		fail(FAIL_BOARD, "no board that I know in the DTB", 0, 0);
}

static bool entered_in_hyp(const struct entry *e)
{
	return (e->cpsr & CPSR_MODE) == MODE_HYP;
}

static void check_cpu(const struct entry *e)
{
	labelled("mini: entered at ", e->start);
	text(entered_in_hyp(e) ? " in HYP" : " in SVC");
	labelled(", r0=", e->r0);
	labelled(" r1=", e->r1);
	labelled(" r2=", e->r2);
	labelled("\nmini: cpsr=", e->cpsr);
	labelled(" sctlr=", e->sctlr);
	labelled(" hsctlr=", e->hsctlr);
	labelled(" hcr=", e->hcr);
	labelled(" mpidr=", e->mpidr);
	labelled(" lr=", e->lr);
	text("\n");

	if (e->mpidr & 3)
		fail(FAIL_CPU, "not the first CPU: mpidr", e->mpidr, 0);
	if (e->r0)
		fail(FAIL_R0, "r0 is not 0", e->r0, 0);
	if ((e->cpsr & CPSR_MODE) != MODE_SVC && !entered_in_hyp(e))
		fail(FAIL_MODE, "mode is not SVC or HYP: cpsr", e->cpsr, 0);
	if ((e->cpsr & (CPSR_I | CPSR_F)) != (CPSR_I | CPSR_F))
		fail(FAIL_MODE, "IRQ or FIQ is open: cpsr", e->cpsr, 0);
	if (e->cpsr & (CPSR_T | CPSR_J | CPSR_E))
		fail(FAIL_MODE, "not little-endian ARM state: cpsr", e->cpsr, 0);
	if (e->sctlr & (SCTLR_M | SCTLR_C))
		fail(FAIL_SCTLR, "MMU or D-cache is on: sctlr", e->sctlr, 0);
	if (e->hsctlr & (SCTLR_M | SCTLR_C))
		fail(FAIL_SCTLR, "MMU or D-cache of HYP is on: hsctlr", e->hsctlr, 0);
	if (e->hcr)
		fail(FAIL_SCTLR, "HYP traps are on: hcr", e->hcr, 0);
}

static void check_place(const struct entry *e)
{
	struct span kernel = kernel_span(e);

	for (unsigned int i = 0; i < g.tree.banks; i++) {
		labelled("mini: ram ", (uint32_t)g.tree.bank[i].start);
		labelled("-", (uint32_t)g.tree.bank[i].end);
		text("\n");
	}
	if ((e->start & (2 * SECTION - 1)) != TEXT_OFFSET)
		fail(FAIL_PLACE, "not at 2 MiB + 0x8000", e->start, 0);
	if (!inside_ram(&g.tree, kernel.start, kernel.end))
		fail(FAIL_PLACE, "page tables to BSS are not in RAM", (uint32_t)kernel.start,
		     (uint32_t)kernel.end);
}

/* Our bytes as seal.py found them in the ELF, with the word that holds the CRC as 0. */
static void check_image(const struct entry *e)
{
	static const uint8_t zero[4];
	const uint8_t *start = (const uint8_t *)e->start;
	uint32_t want = load32((uintptr_t)image_crc);
	uint32_t crc = crc_add(0, start, image_crc);

	for (const uint8_t *p = hole_start; p < hole_end; p++) {
		if (*p)
			fail(FAIL_HOLE, "the hole is not zero: address, byte", (uintptr_t)p, *p);
	}
	crc = crc_add(crc, zero, zero + 4);
	crc = crc_add(crc, image_crc + 4, image_end);
	if (crc != want)
		fail(FAIL_IMAGE, "image crc32, wanted", crc, want);
	labelled("mini: image crc32 ok ", crc);
	labelled(", ", e->start);
	labelled("-", (uintptr_t)image_end);
	labelled(", bss to ", (uintptr_t)bss_end);
	text("\n");
}

/* Linux takes what is its text offset below its text for the start of RAM, and ignores what is
 * below that. */
static uint32_t ram_base(const struct entry *e)
{
	uint32_t offset = TEXT_OFFSET;

	(void)argument_hex("text.offset=", &offset);
	return e->start - offset;
}

static void check_tree(const struct entry *e)
{
	uint32_t start = e->r2, end = e->r2 + g.tree.size;

	labelled("mini: dtb ", start);
	labelled("-", end);
	text(" compatible ");
	text(g.tree.compatible);
	text("\n");
	if (!inside_ram(&g.tree, start, end))
		fail(FAIL_DTB_PLACE, "DTB is not in RAM", start, end);
	/* Linux maps two sections, from the one that has the first byte. */
	if ((start & (SECTION - 1)) + g.tree.size > 2 * SECTION)
		fail(FAIL_DTB_PLACE, "DTB reaches out of its 2 sections", start, end);
	if (overlap(start, end, kernel_span(e)))
		fail(FAIL_DTB_PLACE, "DTB lies in the kernel", start, end);
	if (start < ram_base(e))
		fail(FAIL_DTB_PLACE, "DTB lies below the RAM base", start, e->start);
}

static void check_bootargs(void)
{
	const char *s = g.tree.bootargs;
	uint32_t size = g.tree.bootargs_size;

	if (!s) {
		text("mini: bootargs none\n");
		return;
	}
	if (!size || s[size - 1])
		fail(FAIL_BOOTARGS, "bootargs has no end: size", size, 0);
	for (uint32_t i = 0; i + 1 < size; i++) {
		if (!s[i])
			fail(FAIL_BOOTARGS, "bootargs has a NUL inside: at, size", i, size);
	}
	text("mini: bootargs \"");
	text(s);
	text("\"\n");
}

static uint32_t initrd_crc(void)
{
	const uint8_t *p = (const uint8_t *)(uintptr_t)g.tree.initrd.start;

	return crc_add(0, p, p + (g.tree.initrd.end - g.tree.initrd.start));
}

/* Returns whether there is one. */
static bool check_initrd(const struct entry *e)
{
	uint64_t from = g.tree.initrd.start, to = g.tree.initrd.end;
	uint32_t start = (uint32_t)from, end = (uint32_t)to;

	if (g.tree.has_initrd_start != g.tree.has_initrd_end)
		fail(FAIL_INITRD, "initrd has but a start or an end", start, end);
	if (!g.tree.has_initrd_start) {
		text("mini: initrd none\n");
		return false;
	}
	labelled("mini: initrd ", start);
	labelled("-", end);
	if (from >= to || !inside_ram(&g.tree, from, to))
		fail(FAIL_INITRD, ": is not in RAM", start, end);
	if (overlap(from, to, kernel_span(e)))
		fail(FAIL_INITRD, ": lies in the kernel", start, end);
	if (start < ram_base(e))
		fail(FAIL_INITRD, ": lies below the RAM base", start, e->start);
	if (overlap(from, to, (struct span){e->r2, (uint64_t)e->r2 + g.tree.size}))
		fail(FAIL_INITRD, ": lies in the DTB", start, end);
	labelled(" crc32 ", initrd_crc());
	text("\n");
	return true;
}

/* CNTVCT - CNTPCT: what passes between two reads, which is more than nothing, or -CNTVOFF. */
static uint64_t counter_offset(void)
{
	uint64_t physical, virtual;

	__asm__ volatile("isb\n\tmrrc p15, 0, %Q0, %R0, c14" : "=r"(physical));
	__asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(virtual));
	return virtual - physical;
}

static void check_timer(void)
{
	uint32_t want, have;
	uint64_t offset;

	if (argument_hex("expect.cntfrq=", &want)) {
		__asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(have));
		if (have != want)
			fail(FAIL_EXPECT, "expect.cntfrq: is, wanted", have, want);
	}
	if (argument("expect.counters")) {
		offset = counter_offset();
		if (offset >> 32)
			fail(FAIL_EXPECT, "expect.counters: they differ by",
			     (uint32_t)(offset >> 32), (uint32_t)offset);
	}
}

static void check_expectations(const struct entry *e, bool initrd)
{
	const char *mode = argument("expect.mode=");
	uint32_t want;

	if (mode && !after(mode, entered_in_hyp(e) ? "hyp" : "svc"))
		fail(FAIL_EXPECT, "expect.mode: cpsr", e->cpsr, 0);
	if (argument_hex("expect.entry=", &want) && want != e->start)
		fail(FAIL_EXPECT, "expect.entry: entered at, wanted", e->start, want);
	if (argument("expect.noinitrd") && initrd)
		fail(FAIL_EXPECT, "expect.noinitrd: initrd at", (uint32_t)g.tree.initrd.start, 0);
	check_timer();
	if (argument_hex("initrd.crc=", &want)) {
		uint32_t crc = initrd ? initrd_crc() : 0;

		if (!initrd)
			fail(FAIL_INITRD, "initrd.crc: there is no initrd", 0, want);
		if (crc != want)
			fail(FAIL_INITRD, "initrd.crc: crc32, wanted", crc, want);
	}
}

/* Write the room as Linux does at once: every word other than its neighbours, then read it back. */
static void fill(uintptr_t start, uintptr_t end)
{
	for (uintptr_t p = start; p < end; p += 4)
		store32(p, ~(uint32_t)p);
	for (uintptr_t p = start; p < end; p += 4) {
		if (load32(p) != ~(uint32_t)p)
			fail(FAIL_BSS, "room is not RAM: address, read", p, load32(p));
	}
}

/* Nothing that the kernel still needs may lie in that room, whatever the addresses claim. */
static void check_room(const struct entry *e, bool initrd)
{
	uint32_t tree = crc_add(0, g.tree.dtb, g.tree.dtb + g.tree.size);
	uint32_t disk = initrd ? initrd_crc() : 0;

	fill(e->start - PAGE_TABLE, e->start);
	fill((uintptr_t)room_start, (uintptr_t)bss_end);
	if (crc_add(0, g.tree.dtb, g.tree.dtb + g.tree.size) != tree)
		fail(FAIL_DTB_PLACE, "DTB changed with our page tables or BSS", e->r2, g.tree.size);
	if (initrd && initrd_crc() != disk)
		fail(FAIL_INITRD, "initrd changed with our page tables or BSS",
		     (uint32_t)g.tree.initrd.start, (uint32_t)g.tree.initrd.end);
	text("mini: page table and BSS room ok\n");
}

void mini_main(const struct entry *e)
{
	bool initrd;

	report_init();
	crc_init();
	open_tree(e);
	check_cpu(e);
	check_place(e);
	check_image(e);
	check_tree(e);
	check_bootargs();
	initrd = check_initrd(e);
	check_room(e, initrd);
	check_expectations(e, initrd);
	text("mini: all checks passed\n");
	report_end(FAIL_NONE);
}

/* What a Linux image is known by when it is not an ELF file any more. */
__attribute__((used)) static const char banner[] =
	"Linux version 6.1.0-zshim-mini (zshim@payload) the mini vmlinux of tests/payload\n";
