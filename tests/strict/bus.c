// SPDX-License-Identifier: MIT
/* What answers to an address: RAM, one UART, and nothing else. */
#include "machine.h"

/* PL011: never full. */
static uint64_t uart_read(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
	(void)uc;
	(void)offset;
	(void)size;
	(void)user;
	return 0;
}

static void uart_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user)
{
	struct machine *m = user;

	(void)uc;
	(void)size;
	if (offset == 0 && m->uart_len + 1 < sizeof(m->uart))
		m->uart[m->uart_len++] = (char)value;
}

static void write_nothing(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *user)
{
	(void)uc;
	(void)offset;
	(void)size;
	(void)value;
	(void)user;
}

/* As on vexpress: nothing answers, and nothing complains.  For the search for RAM only. */
static bool map_nothing(struct machine *m, uint32_t address)
{
	return m->scenario->rom && plan_is_entry(m) &&
	       uc_mmio_map(m->uc, address & ~0xfffu, 0x1000, uart_read, NULL, write_nothing,
			   NULL) == UC_ERR_OK;
}

static bool on_nowhere(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
		       void *user)
{
	(void)uc;
	(void)type;
	(void)size;
	(void)value;
	if (map_nothing(user, (uint32_t)address))
		return true;
	violation(user, RULE_TRAP, "access to 0x%x, where nothing is", (uint32_t)address);
	return false;
}

bool bus_start(struct machine *m)
{
	uc_hook h;

	return uc_mem_map_ptr(m->uc, RAM_BASE, RAM_SIZE, UC_PROT_ALL, m->ram) == UC_ERR_OK &&
	       uc_mmio_map(m->uc, UART_BASE, UART_SIZE, uart_read, m, uart_write, m) == UC_ERR_OK &&
	       uc_hook_add(m->uc, &h, UC_HOOK_MEM_INVALID, (void *)on_nowhere, m, 1, 0) ==
		       UC_ERR_OK;
}
