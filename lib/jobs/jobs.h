/*
 * jobs: many tasks in processes of their own, several at once, their output
 * in the order of the tasks.
 *
 * What a task writes comes out as it is written while it is the first that
 * has not ended, and is kept until then otherwise; a task that is far ahead
 * (JOBS_AHEAD_MAX bytes) waits.  A task that crashes takes no other with it.
 */
#ifndef JOBS_JOBS_H
#define JOBS_JOBS_H

#include <stddef.h>

#include "diag/err.h"

#define JOBS_MAX 64
/* What work returns where its output failed, which it has told: then no other
 * task is begun. */
#define JOBS_OUTPUT_FAILED 99
#define JOBS_AHEAD_MAX ((size_t)4 << 20) /* bytes kept of one task */

struct jobs {
	size_t tasks;
	unsigned at_once; /* 1..JOBS_MAX */
	int out;          /* where the output goes */
	/* Run in a process of its own; write to ${fd}.  What it returns, 0 to
	 * 98 or JOBS_OUTPUT_FAILED, is the process's exit status. */
	int (*work)(void *context, size_t task, int fd);
	/* Told in the order of the tasks, once each, after the task's output:
	 * its status; or -1 and the signal that ended it. */
	void (*ended)(void *context, size_t task, int status, int signal);
	/* Told a few times a second how many tasks are done, where there are
	 * several jobs.  NULL: not wanted. */
	void (*tick)(void *context, size_t done);
	void *context;
};

/* Run all tasks.  Return 0; or -1 with ${err} set (no process, no memory) or,
 * where the output failed, empty and errno set, or 0 where a task told of it: the
 * tasks then running were told to end. */
int jobs_run(const struct jobs *jobs, struct err *err);

#endif
