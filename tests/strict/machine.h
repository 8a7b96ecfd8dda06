/* SPDX-License-Identifier: MIT */
/*
 * The strict machine: one ARMv7-A core that runs a packed image from its first instruction to the
 * kernel's first, and stops at the first thing that hardware would punish although QEMU forgives
 * it. Section numbers are those of the Arm Architecture Reference Manual, ARMv7-A (DDI 0406C).
 *
 * What it does not know: HYP, Secure state, exceptions (but one, which tells the shim so, any is a
 * failure, so no probe of an address where nothing is), what dirty junk in the caches at power-up
 * does (only that all of the first level was dropped before it comes on), caches beyond the
 * architecture's (PL310), other masters, other CPUs, TLB entries of a former map.
 *
 * The emulator (libunicorn) knows no caches and no barriers: its memory is what a perfectly
 * coherent CPU would see.  So nothing here goes wrong by itself; beside each cache line the machine
 * keeps what a real cache and a real RAM might hold, and refuses an access whose result depends on
 * it.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <unicorn/unicorn.h>

#include "image_file.h"

#define RAM_BASE  0x40000000u
#define RAM_SIZE  0x01000000u
#define NO_MAP	  0x40f00000u /* a section, reserved in virt.dts */
#define UART_BASE 0x09000000u
#define UART_SIZE 0x1000u
#define SECTIONS  4096u

#define INSTRUCTIONS_MAX 300000000ul /* a boot has less than a third */

/* What was broken. */
enum rule {
	RULE_NONE,
	RULE_ALIGN,   /* an access that is not aligned as its memory type asks, A3.2 */
	RULE_UNINIT,  /* a read of RAM that nobody wrote */
	RULE_DCACHE,  /* data that is not where the access looks for it, B2.2 */
	RULE_ICACHE,  /* instructions that instruction fetch may not see yet, B2.2.9 */
	RULE_BARRIER, /* a change of the system's state that is used before it is sure, B3.15.5 */
	RULE_PLAN,    /* an access outside what this stage of the boot may touch */
	RULE_STACK,   /* stack too deep, or not 8-byte aligned at a call of C */
	RULE_TRAP,    /* an exception, an access to nowhere, a rest */
	RULE_RESULT,  /* the kernel was entered, but not as it must be */
	RULE_COUNT
};

/* How an address is mapped; without MMU all data is Strongly-ordered (B3.2.1). */
enum memory_type { MEM_FAULT, MEM_ORDERED, MEM_DEVICE, MEM_UNCACHED, MEM_CACHED };

/*
 * A cache line.  Times are those of struct machine; 0: never.
 *   dirty  the cache has newer data than RAM
 *   valid  the cache may hold a copy: since power-up, since a cached access, or by speculation
 *   stale  that copy may be older than RAM
 */
struct line {
	uint32_t changed; /* when RAM last got new data */
	uint32_t cleaned; /* when it was last cleaned, having been dirty */
	uint8_t at;	  /* the level that it is in, from 0 */
	bool dirty;
	bool valid;
	bool stale;
};

/* The shape of one level of the caches. */
struct cache {
	unsigned line_shift;
	uint32_t sets;
	uint32_t ways;
};

enum { CACHES_MAX = 8 };

/* Changes of state that only an ISB, or the entry to or return from an exception, makes sure. */
struct pending {
	bool sctlr;
	bool table; /* TTBR0, TTBR1, TTBCR, DACR, CONTEXTIDR */
	bool vbar;
};

/* What invalidates everything of a kind needs a DSB to be complete and an ISB to be seen. */
struct sweep {
	uint32_t asked; /* the time up to which it counts; 0: nothing is under way */
	uint32_t complete;
	uint32_t seen;
};

#define PERM_R 1u
#define PERM_W 2u
#define PERM_X 4u

struct region {
	uint32_t start;
	uint32_t end;
	unsigned perm;
};

enum { REGION_MAX = 24, LOADED_MAX = 4 };

/* What the shim says itself of its plan, read from its struct boot; see plan.c. */
struct plan {
	struct region region[REGION_MAX];
	unsigned count;
	unsigned last_read; /* where the search begins */
	unsigned last_write;
	struct region loaded[LOADED_MAX]; /* by the loader, beside the image */
	unsigned loaded_count;
	struct region early;
	struct region probe; /* the word that tells whether the image is in RAM */
	unsigned stage;	     /* plan.c has the names */
	uint32_t boot;	     /* struct boot */
	uint32_t check_back; /* where check_parts returns to */
	uint32_t code;	     /* the stub in the shim's place; 0 before step 6 */
	uint32_t kernel;
	uint32_t output_end; /* of what is inflated */
	struct region room;
	struct region tree;
	uint32_t stack_low;
	uint32_t stack_high;
	uint32_t early_deepest; /* bytes of stack used at most: in place, and after the move */
	uint32_t deepest;
};

/* A memmove() that is under way; len 0: none. */
struct copy {
	uint32_t to;
	uint32_t from;
	uint32_t len;
	uint32_t back; /* its return address */
};

/* Numbers of main.c's scenarios. */
enum { SCENARIO_MINI, SCENARIO_BARE, SCENARIO_ROM, SCENARIO_ON };

/* What is packed, and how a loader starts it. */
struct scenario {
	const char *name;
	const char *image; /* image and kernel, see main.c */
	const char *kernel;
	const char *tree; /* the loader's device tree */
	uint32_t load;	  /* the image */
	uint32_t tree_at;
	bool initrd; /* the loader has one */
	bool rom;    /* the image lies in ROM */
	bool icache; /* instruction cache and branch prediction are on, as U-Boot leaves them */
	bool on;     /* MMU and data cache, too, and all that was loaded is dirty */
};

struct machine {
	uc_engine *uc;
	const struct image_file *image;
	uint32_t load;	 /* where byte 0 of the image lies */
	uint32_t rom_at; /* a word that was written in ROM: undone before the next instruction */
	uint32_t rom_word;
	uint8_t *ram;
	uint8_t *written; /* one a byte: somebody wrote it since power-up */
	uint8_t *kind;	  /* one a halfword: enum kind of the instruction there, 0 when not known */
	struct line *line;
	unsigned line_shift;
	struct cache cache[CACHES_MAX];
	unsigned caches;  /* levels up to the point of coherency */
	uint32_t dropped; /* sets and ways of the first level that maintenance reached */

	uint32_t now;	     /* counts what changes RAM or caches */
	uint32_t done;	     /* all up to here is complete: the last DSB */
	uint32_t maintained; /* the last cache maintenance */
	struct sweep icache;
	struct sweep tlb;
	struct pending pending;

	uint32_t sctlr;
	uint32_t ttbr0;
	uint32_t ttbcr;
	bool have_ttbr0; /* written since reset: they are UNKNOWN before */
	bool have_ttbcr;
	bool have_dacr;
	bool mmu;
	bool always_check; /* behaves as if SCTLR.A were set: see main.c */
	enum memory_type type[SECTIONS];

	uint32_t pc; /* of the instruction that is being executed */
	unsigned long instructions;
	uint8_t pc_kind;
	uint32_t resume;	 /* goes on there when the emulator stops; 0: does not */
	unsigned skip;		 /* accesses that the emulator makes up, see cpu.c */
	unsigned long unaligned; /* accesses, all legal */
	unsigned long beyond;	 /* reads of output that is not there yet, see memory.c */

	struct copy copy;
	uint8_t *copied; /* what m->written will be of its destination */

	struct plan plan;
	const struct scenario *scenario;
	uint32_t code; /* of the shim's refusal */
	uint32_t stop; /* the kernel's first instruction, once it is known */
	bool reached;

	char uart[16384];
	size_t uart_len;

	enum rule rule; /* the first violation */
	char text[400];
};

extern const char *const rule_names[RULE_COUNT];

/* cpu.c: makes a machine with everything loaded; runs it to its end; frees it. */
bool machine_init(struct machine *m, int cpu_model, const struct image_file *image,
		  const struct scenario *scenario, const char *tree);
void machine_run(struct machine *m);
void machine_free(struct machine *m);
uint32_t machine_reg(struct machine *m, int reg);
uint32_t machine_cp15(struct machine *m, uint32_t crn, uint32_t crm, uint32_t opc2);

/* bus.c: maps RAM and UART. */
bool bus_start(struct machine *m);

/* loader.c: RAM and registers as a loader leaves them, and what became of the loader's initrd. */
void loader_start(struct machine *m, const char *tree);
void loader_check_initrd(struct machine *m);

/* Notes the first violation and stops the machine.  Format as printf. */
void violation(struct machine *m, enum rule rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool in_ram(uint32_t address, uint32_t size)
{
	return address >= RAM_BASE && address - RAM_BASE <= RAM_SIZE - size;
}

static inline struct line *line_of(struct machine *m, uint32_t address)
{
	return &m->line[(address - RAM_BASE) >> m->line_shift];
}

uint32_t ram32(const struct machine *m, uint32_t address);

/* memory.c: one data access, one instruction fetch (the first after each write). */
void memory_access(struct machine *m, bool write, uint32_t address, uint32_t size);
void memory_fetch(struct machine *m, uint32_t pc);
void copy_begin(struct machine *m, uint32_t to, uint32_t from, uint32_t len, uint32_t back);
void copy_end(struct machine *m);
/* The shim gives up: its log must be in RAM for whoever looks. */
void memory_rest(struct machine *m, uint32_t log);
/* The kernel is entered: what lies in the caches must not matter to it. */
void memory_hand_over(struct machine *m);

/* cache.c: maintenance by set and way. */
void cache_start(struct machine *m);
void cache_set_way(struct machine *m, uint32_t operand, bool clean);

/* system.c: CP15 writes and barriers. */
enum barrier { BARRIER_DMB, BARRIER_DSB, BARRIER_ISB };
void system_barrier(struct machine *m, enum barrier barrier);
void system_write(struct machine *m, uint32_t insn, uint32_t value);
/* The loader has MMU and caches on, with this table. */
void system_on(struct machine *m, uint32_t table);

/* plan.c: stages and regions. */
void plan_start(struct machine *m);
void plan_loaded(struct machine *m, uint32_t start, uint32_t end);
/* Does the machine want to know when this function is entered?  And it is. */
bool plan_cares(const struct symbol *s);
void plan_function(struct machine *m, const struct symbol *s);
/* check_parts has returned. */
void plan_checked(struct machine *m);
const char *plan_stage(const struct machine *m);
/* No C yet. */
bool plan_is_entry(const struct machine *m);
/* Is the shim's log there?  Before it has one, 0 is right. */
bool plan_has_log(const struct machine *m, uint32_t log);
/* Where the initrd must be in the end. */
uint32_t plan_initrd(const struct machine *m);
/* Every stage was seen. */
bool plan_finished(const struct machine *m);
/* These bytes are where the kernel is being inflated to. */
bool plan_is_output(const struct machine *m, uint32_t address, uint32_t size);
/* Whether the present step may do that; a write may begin the next step. */
bool plan_allows(struct machine *m, unsigned perm, uint32_t address, uint32_t size);

#endif /* MACHINE_H */
