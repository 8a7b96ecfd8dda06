// SPDX-License-Identifier: MIT
/*
 * The whole boot, one call a stage.  Step 1 is the boot sector (arm/header.S), step 2 up to here is
 * arm/entry.S: stub and descriptor are sound, this is the only CPU, and *b holds the entry
 * registers and is otherwise zero.
 *
 * Until step 6 we run where the loader put the image, perhaps in ROM, on a small stack, with the
 * MMU off, and write nothing but that stack.  From step 6 on we run in a place of our own.
 */
#include "boot.h"

_Noreturn void boot_main(struct boot *b)
{
	check_entry(b); /* 2 */
	find_given(b);	/* 3 */
	find_device_tree(b);
	arch_set_timer(b);
	find_fw_cfg(b);
	find_command_line(b);
	find_initrd(b);
	find_console(b);
	find_ram(b); /* 4 */
	find_kernel(b);
	plan_layout(b); /* 5 */
	move_shim(b);	/* 6: goes on below, in the copy, where no address from above is used but
			 * through b */
}

_Noreturn void boot_moved(struct boot *b)
{
	arch_settle(b);
	adopt(b);
	start_log(b);
	keep_params(b);
	open_pen(b);
	mmu_on(b);	/* 7 */
	check_parts(b); /* 8 */
	await_cpus(b);	/* 9 */
	move_parts(b);
	unpack_kernel(b);   /* 10 */
	fix_device_tree(b); /* 11 */
	hand_over(b);	    /* 12 */
}
