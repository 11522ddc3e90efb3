#include "jobs/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "jobs/jobs.h"

/* All of it is read by the handlers, so each step leaves it whole. */
static volatile sig_atomic_t watching, stopping;
static volatile sig_atomic_t tasks;
static volatile pid_t task[JOBS_MAX];
static volatile sig_atomic_t closes = -1, ends = -1, nothing = -1;

/* In a task: the process that started it says that it is over. */
static void
on_stop(int number)
{
	(void)number;
	stopping = 1;
	if (closes >= 0)
		(void)close(closes);
	closes = -1;
}

static void
on_interrupt(int number)
{
	stopping = 1;
	for (int i = 0; i < tasks; i++)
		(void)kill(task[i], SIGUSR1);
	if (ends >= 0)
		(void)dup2(nothing, ends);
	(void)number;
}

void
jobs_stop_watch(void)
{
	struct sigaction first = {
	    .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
	struct sigaction task_stop = {.sa_handler = on_stop};

	(void)sigemptyset(&first.sa_mask);
	(void)sigemptyset(&task_stop.sa_mask);
	watching = 1;
	/* Here already, so that no task is without it for a moment. */
	(void)sigaction(SIGUSR1, &task_stop, NULL);
	(void)sigaction(SIGINT, &first, NULL);
}

bool
jobs_stopping(void)
{
	return stopping != 0;
}

void
jobs_stop_closes(int fd)
{
	if (watching != 0)
		closes = fd;
}

int
jobs_stop_ends(int fd)
{
	if (watching == 0)
		return 0;
	if ((nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		return -1;
	ends = fd;
	return 0;
}

void
jobs_stop_is_task(void)
{
	/* A terminal signals all of its processes; a task is signalled by
	 * the process that started it. */
	if (watching != 0)
		(void)signal(SIGINT, SIG_IGN);
	tasks = 0;
}

void
jobs_stop_add(pid_t pid)
{
	if (watching == 0)
		return;
	task[tasks] = pid;
	tasks = tasks + 1;
	if (stopping != 0)
		(void)kill(pid, SIGUSR1);
}

void
jobs_stop_remove(pid_t pid)
{
	int i = 0;

	while (i < tasks && task[i] != pid)
		i++;
	if (i == tasks)
		return;
	task[i] = task[tasks - 1];
	tasks = tasks - 1;
}
