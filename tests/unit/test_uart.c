// SPDX-License-Identifier: MIT
/* zshim_uart_layout(): every lay-out that a device tree can ask for, against where Linux has it. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "image.h"

static const struct zshim_uart_regs ns16550 = {.status = 5, .mask = 0x20, .flip = 0x20, .width = 1};
static const struct zshim_uart_regs other = {
	.data = 0x40, .status = 0xb4, .mask = 0x10, .width = 4, .enable = {1, 0x80, 0, 4, 0x84, 0}};

static void a_16550_is_laid_out(void **state)
{
	static const uint32_t widths[] = {0, 1, 2, 3, 4, 8, 0x101, 0x104, UINT32_MAX};
	static const uint32_t shifts[] = {0, 1, 2, 3, 4, 5, 6, 7, 31, 32, 0x100, UINT32_MAX};

	(void)state;
	for (unsigned s = 0; s < sizeof(shifts) / 4; s++) {
		for (unsigned w = 0; w < sizeof(widths) / 4; w++) {
			uint32_t shift = shifts[s], width = widths[w];
			/* Linux, 8250_early.c: readb or readl at membase + (offset << regshift). */
			bool can = shift <= 5 &&
				   (width == 1 || (width == 4 && (5u << shift) % 4 == 0));
			struct zshim_uart_regs r = ns16550, want = ns16550;

			if (can) {
				want.status = (uint8_t)(5u << shift);
				want.width = (uint8_t)width;
			}
			assert_int_equal(zshim_uart_layout(&r, shift, width),
					 can ? ST_OK : ST_UNSUPPORTED);
			assert_memory_equal(&r, &want, sizeof(r));
		}
	}
}

/* A PL011's node may have a reg-io-width, and earlycon=pl011,mmio32,... is common. */
static void others_stay_as_they_are(void **state)
{
	(void)state;
	for (uint32_t shift = 0; shift < 9; shift++) {
		for (uint32_t width = 0; width < 9; width++) {
			struct zshim_uart_regs r = other;

			assert_int_equal(zshim_uart_layout(&r, shift, width), ST_OK);
			assert_memory_equal(&r, &other, sizeof(r));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_16550_is_laid_out),
		cmocka_unit_test(others_stay_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
