/*
 * stop: the first SIGINT asks all tasks to come to an end, the second ends
 * them.  Without crew_stop_watch SIGINT does what it always does.
 */
#ifndef CREW_STOP_H
#define CREW_STOP_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on watch for SIGINT, once in a process. */
void crew_stop_watch(void);

/* Was there one?  In a task, too. */
bool crew_stopping(void);

/* When it comes, close ${fd}, so that a read that waits comes back. */
void crew_stop_closes(int fd);

/* When it comes, let ${fd} be at its end.  Return 0, or -1 with errno set. */
int crew_stop_ends(int fd);

/* For crew.c: this process is a task; tasks that are told, and no more. */
void crew_stop_is_task(void);
void crew_stop_add(pid_t task);
void crew_stop_remove(pid_t task);

#endif
