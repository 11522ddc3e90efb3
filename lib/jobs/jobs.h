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
/* What work returns where its output failed and it has reported that: then no
 * other task is begun. */
#define JOBS_EXIT_OUTPUT 99
#define JOBS_AHEAD_MAX ((size_t)4 << 20) /* bytes kept of one task */

struct jobs {
	size_t tasks;
	unsigned at_once; /* 1..JOBS_MAX */
	int out;          /* where the output goes */
	/* Run in a process of its own; write to ${fd}.  What it returns, 0 to
	 * 98 or JOBS_EXIT_OUTPUT, is the process's exit status. */
	int (*work)(void *context, size_t task, int fd);
	/* Called in the order of the tasks, once each, after the task's output:
	 * with its status; or with -1 and the signal that ended it. */
	void (*ended)(void *context, size_t task, int status, int signal);
	/* Called a few times per second with the number of tasks that are done,
	 * where several run at once.  NULL: not wanted. */
	void (*tick)(void *context, size_t done);
	void *context;
};

enum jobs_status {
	JOBS_OK,
	JOBS_SYSTEM,   /* no process, no memory: ${err} says why */
	JOBS_OUTPUT,   /* writing failed: errno says why */
	JOBS_REPORTED, /* a task could not write, and has reported it */
};

/* Run all tasks.  Unless it returns JOBS_OK, the tasks still running were
 * ended. */
enum jobs_status jobs_run(const struct jobs *jobs, struct err *err);

#endif
