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

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
start(struct run *r, struct err *err)
{
	const struct jobs *jobs = r->jobs;
	struct task *t = &r->task[r->running];
	int end[2] = {-1, jobs->out};
	pid_t self = getpid();

	if (!r->direct && pipe(end) != 0)
		return err_sys(err, errno, "cannot make a pipe");
	t->number = r->next;
	t->fd = end[0];
	buf_init(&t->ahead);
	if ((t->pid = fork()) < 0) {
		err_sys(err, errno, "cannot start a process");
		if (!r->direct) {
			close(end[0]);
			close(end[1]);
		}
		return -1;
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
	return 0;
}

/* Wait for the first task, whose output is at its end, and report it.  Return
 * -1 with errno set where nobody reads what it wrote, 0 where it told why. */
static int
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
		return -1;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == JOBS_OUTPUT_FAILED) {
		errno = 0;
		return -1;
	}
	if (WIFSIGNALED(status))
		r->jobs->ended(
		    r->jobs->context, first.number, -1, WTERMSIG(status));
	else
		r->jobs->ended(
		    r->jobs->context, first.number, WEXITSTATUS(status), 0);
	return 0;
}

/* Read what task ${i} wrote: pass it on, or keep it. */
static int
take(struct run *r, unsigned i, char *block, struct err *err)
{
	struct task *t = &r->task[i];
	ssize_t n = read(t->fd, block, BLOCK);

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(err, errno, "read");
	if (n == 0) {
		close(t->fd);
		t->fd = -1;
		return 0;
	}
	if (i == 0)
		return write_all(r->jobs->out, block, (size_t)n);
	buf_add(&t->ahead, block, (size_t)n);
	return buf_failed(&t->ahead) ? err_set(err, "out of memory") : 0;
}

/* Pass on what the first task has, and report those that ended. */
static int
pass_on(struct run *r)
{
	while (r->running > 0) {
		struct task *t = &r->task[0];

		if (write_all(r->jobs->out, t->ahead.data, t->ahead.len) != 0)
			return -1;
		buf_clear(&t->ahead);
		if (t->fd >= 0)
			return 0;
		if (reap(r) != 0)
			return -1;
	}
	return 0;
}

static int
wait_for_output(struct run *r, char *block, struct err *err)
{
	struct pollfd p[JOBS_MAX];

	for (unsigned i = 0; i < r->running; i++) {
		const struct task *t = &r->task[i];
		bool full = i > 0 && t->ahead.len >= JOBS_AHEAD_MAX;

		p[i] =
		    (struct pollfd){.fd = full ? -1 : t->fd, .events = POLLIN};
	}
	if (poll(p, r->running, r->jobs->tick == NULL ? -1 : TICK_MS) < 0)
		return errno == EINTR ? 0 : err_sys(err, errno, "poll");
	for (unsigned i = 0; i < r->running; i++)
		if (p[i].fd >= 0 && p[i].revents != 0 &&
		    take(r, i, block, err) != 0)
			return -1;
	return 0;
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

static int
work_off(struct run *r, char *block, struct err *err)
{
	const struct jobs *jobs = r->jobs;

	while (r->running > 0 || any_left(r)) {
		while (r->running < jobs->at_once && any_left(r))
			if (start(r, err) != 0)
				return -1;
		if (r->direct && reap(r) == 0)
			continue;
		if (r->direct)
			return -1;
		tick(r);
		if (wait_for_output(r, block, err) != 0 || pass_on(r) != 0)
			return -1;
	}
	return 0;
}

int
jobs_run(const struct jobs *jobs, struct err *err)
{
	struct run r = {.jobs = jobs, .direct = jobs->at_once == 1};
	char *block = malloc(BLOCK);
	int status, saved;

	err->text[0] = '\0';
	if (block == NULL)
		return err_set(err, "out of memory");
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
