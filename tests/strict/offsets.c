// SPDX-License-Identifier: MIT
/*
 * Where the board's compiler puts what the strict machine reads from struct boot: each array here
 * is as large as the offset that its name stands for; strict.mk makes offsets.h of that.
 */
#include "boot.h"

#define OFFSET(name, member) const char name[offsetof(struct boot, member)]

/* Of struct boot in the early area, below the first stack. */
const char BOOT_EARLY_BYTES[BOOT_EARLY_SIZE];
const char LOG_BYTES[BOOT_LOG_SIZE];
OFFSET(BOOT_INITRD, initrd);
OFFSET(BOOT_KERNEL_PART, kernel);
OFFSET(MAP_STACK, map.state);
OFFSET(PLAN_KERNEL, layout.kernel);
OFFSET(PLAN_ROOM, layout.room);
OFFSET(PLAN_SHIM, layout.shim);
OFFSET(PLAN_TREE, layout.tree);
OFFSET(PLAN_INITRD, layout.initrd);
OFFSET(PLAN_PART, layout.part);
OFFSET(PLAN_ASIDE, layout.aside);
