/*
 * stop: the first SIGINT asks all tasks to finish, the second ends them.
 * Without jobs_stop_watch SIGINT has its default action.
 */
#ifndef JOBS_STOP_H
#define JOBS_STOP_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on watch for SIGINT, once in a process. */
void jobs_stop_watch(void);

/* Was there one?  In a task, too. */
bool jobs_stopping(void);

/* When it comes, close ${fd}, so that a read that waits comes back. */
void jobs_stop_closes(int fd);

/* When it comes, put ${fd} at its end.  Return 0, or -1 with errno set. */
int jobs_stop_ends(int fd);

/* For jobs.c: this process is a task; tasks that are to be signalled, and that
 * no longer are. */
void jobs_stop_is_task(void);
void jobs_stop_add(pid_t task);
void jobs_stop_remove(pid_t task);

#endif
