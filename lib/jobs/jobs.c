#include "jobs/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf/buf.h"
#include "compat/orphan.h"
#include "compat/write.h"
#include "jobs/stop.h"

enum {
	BLOCK = 1 << 16,
	TICK_MS = 250
};

/* A task that was started and not yet reported. */
struct task {
	size_t number;
	pid_t pid;
	int fd; /* its output; -1: at its end */
	struct buf ahead;
};

struct run {
	const struct jobs *jobs;
	struct task task[JOBS_MAX]; /* in the order of their numbers */
	unsigned running;
	size_t next;
	bool direct; /* one at a time: tasks write to the output themselves */
};

static enum jobs_status
put(const struct run *r, const void *p, size_t n)
{
	return compat_write(r->jobs->out, p, n) == n ? JOBS_OK : JOBS_OUTPUT;
}

static enum jobs_status
start(struct run *r, struct err *err)
{
	const struct jobs *jobs = r->jobs;
	struct task *t = &r->task[r->running];
	int end[2] = {-1, jobs->out};
	pid_t self = getpid();

	if (!r->direct && pipe(end) != 0) {
		err_sys(err, errno, "cannot make a pipe");
		return JOBS_SYSTEM;
	}
	t->number = r->next;
	t->fd = end[0];
	buf_init(&t->ahead);
	if ((t->pid = fork()) < 0) {
		err_sys(err, errno, "cannot start a process");
		if (!r->direct) {
			close(end[0]);
			close(end[1]);
		}
		return JOBS_SYSTEM;
	}
	if (t->pid == 0) {
		jobs_stop_is_task();
		compat_orphan_end(self);
		for (unsigned i = 0; i < r->running; i++)
			if (r->task[i].fd >= 0)
				close(r->task[i].fd);
		if (!r->direct)
			close(end[0]);
		_exit(jobs->work(jobs->context, t->number, end[1]));
	}
	jobs_stop_add(t->pid);
	if (!r->direct)
		close(end[1]);
	r->running++;
	r->next++;
	return JOBS_OK;
}

/* Wait for the first task, whose output is at its end, and report it.  One
 * that dies of SIGPIPE has found that nobody reads. */
static enum jobs_status
reap(struct run *r)
{
	struct task first = r->task[0];
	int status = 0;

	while (waitpid(first.pid, &status, 0) < 0 && errno == EINTR)
		;
	jobs_stop_remove(first.pid);
	for (unsigned i = 1; i < r->running; i++)
		r->task[i - 1] = r->task[i];
	r->running--;
	buf_release(&first.ahead);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE) {
		errno = EPIPE;
		return JOBS_OUTPUT;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == JOBS_EXIT_OUTPUT)
		return JOBS_REPORTED;
	if (WIFSIGNALED(status))
		r->jobs->ended(
		    r->jobs->context, first.number, -1, WTERMSIG(status));
	else
		r->jobs->ended(
		    r->jobs->context, first.number, WEXITSTATUS(status), 0);
	return JOBS_OK;
}

/* Read what task ${i} wrote: pass it on, or keep it. */
static enum jobs_status
take(struct run *r, unsigned i, char *block, struct err *err)
{
	struct task *t = &r->task[i];
	ssize_t n = read(t->fd, block, BLOCK);

	if (n < 0 && errno == EINTR)
		return JOBS_OK;
	if (n < 0) {
		err_sys(err, errno, "cannot read");
		return JOBS_SYSTEM;
	}
	if (n == 0) {
		close(t->fd);
		t->fd = -1;
		return JOBS_OK;
	}
	if (i == 0)
		return put(r, block, (size_t)n);
	buf_add(&t->ahead, block, (size_t)n);
	if (buf_failed(&t->ahead)) {
		err_set(err, "out of memory");
		return JOBS_SYSTEM;
	}
	return JOBS_OK;
}

/* Pass on what the first task has, and report those that ended. */
static enum jobs_status
pass_on(struct run *r)
{
	enum jobs_status status = JOBS_OK;

	while (status == JOBS_OK && r->running > 0) {
		struct task *t = &r->task[0];

		status = put(r, t->ahead.data, t->ahead.len);
		if (status != JOBS_OK)
			break;
		buf_clear(&t->ahead);
		if (t->fd >= 0)
			break;
		status = reap(r);
	}
	return status;
}

static enum jobs_status
wait_for_output(struct run *r, char *block, struct err *err)
{
	enum jobs_status status = JOBS_OK;
	struct pollfd p[JOBS_MAX];

	for (unsigned i = 0; i < r->running; i++) {
		const struct task *t = &r->task[i];
		bool full = i > 0 && t->ahead.len >= JOBS_AHEAD_MAX;

		p[i] =
		    (struct pollfd){.fd = full ? -1 : t->fd, .events = POLLIN};
	}
	if (poll(p, r->running, r->jobs->tick == NULL ? -1 : TICK_MS) < 0) {
		if (errno == EINTR)
			return JOBS_OK;
		err_sys(err, errno, "poll");
		return JOBS_SYSTEM;
	}
	for (unsigned i = 0; status == JOBS_OK && i < r->running; i++)
		if (p[i].fd >= 0 && p[i].revents != 0)
			status = take(r, i, block, err);
	return status;
}

/* Is a task left to begin? */
static bool
any_left(const struct run *r)
{
	return r->next < r->jobs->tasks && !jobs_stopping();
}

static void
tick(const struct run *r)
{
	size_t done = r->next - r->running;

	for (unsigned i = 0; i < r->running; i++)
		done += r->task[i].fd < 0;
	if (r->jobs->tick != NULL)
		r->jobs->tick(r->jobs->context, done);
}

static enum jobs_status
work_off(struct run *r, char *block, struct err *err)
{
	enum jobs_status status = JOBS_OK;

	while (status == JOBS_OK && (r->running > 0 || any_left(r))) {
		while (status == JOBS_OK && any_left(r) &&
		    r->running < r->jobs->at_once)
			status = start(r, err);
		if (status == JOBS_OK && r->direct) {
			status = reap(r);
			continue;
		}
		tick(r);
		if (status == JOBS_OK)
			status = wait_for_output(r, block, err);
		if (status == JOBS_OK)
			status = pass_on(r);
	}
	return status;
}

enum jobs_status
jobs_run(const struct jobs *jobs, struct err *err)
{
	struct run r = {.jobs = jobs, .direct = jobs->at_once == 1};
	char *block = malloc(BLOCK);
	enum jobs_status status;
	int saved;

	if (block == NULL) {
		err_set(err, "out of memory");
		return JOBS_SYSTEM;
	}
	status = work_off(&r, block, err);
	saved = errno;
	for (unsigned i = 0; i < r.running; i++) {
		kill(r.task[i].pid, SIGTERM);
		if (r.task[i].fd >= 0)
			close(r.task[i].fd);
		while (waitpid(r.task[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		buf_release(&r.task[i].ahead);
	}
	free(block);
	errno = saved;
	return status;
}
