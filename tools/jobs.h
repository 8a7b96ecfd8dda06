/* SPDX-License-Identifier: MIT */
/* Independent work for all cores of the machine. */
#ifndef JOBS_H
#define JOBS_H

#include <stddef.h>

/*
 * Calls run(all, i) for each i below count, several at once where there are cores for it, the lower
 * numbers first.  memory: what one of them needs at most; no more run at once than fit.
 */
void jobs_run(void (*run)(void *all, size_t i), void *all, size_t count, size_t memory);

#endif /* JOBS_H */
