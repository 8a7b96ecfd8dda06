// SPDX-License-Identifier: MIT
#include "jobs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "util.h"

#define THREADS_MAX 64

struct queue {
	void (*run)(void *all, size_t i);
	void *all;
	size_t count;
	atomic_size_t next;
};

static void *work(void *arg)
{
	struct queue *q = arg;

	for (size_t i; (i = atomic_fetch_add(&q->next, 1)) < q->count;)
		q->run(q->all, i);
	return NULL;
}

/* How many at once: of cores, jobs, and shares of half the memory, what there is least of. */
static size_t at_once(size_t count, size_t memory)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES);
	long page = sysconf(_SC_PAGESIZE);
	uint64_t n = cores > 1 ? (uint64_t)cores : 1;

	if (pages > 0 && page > 0 && memory > 0) {
		uint64_t fit = (uint64_t)pages * (uint64_t)page / 2 / memory;

		n = fit < n ? fit : n;
	}
	n = n < count ? n : count;
	n = n < THREADS_MAX ? n : THREADS_MAX;
	return n ? (size_t)n : 1;
}

void jobs_run(void (*run)(void *all, size_t i), void *all, size_t count, size_t memory)
{
	struct queue q = {.run = run, .all = all, .count = count};
	pthread_t thread[THREADS_MAX];
	size_t started = 0, more = at_once(count, memory) - 1;

	/* This thread works too; and alone, where no other can be had. */
	while (started < more && pthread_create(&thread[started], NULL, work, &q) == 0)
		started++;
	work(&q);
	for (size_t i = 0; i < started; i++)
		if (pthread_join(thread[i], NULL) != 0)
			internal_error("a thread is lost");
}
