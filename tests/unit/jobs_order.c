/* Output in the order of the tasks, whoever is first; deaths; a full output. */
#include "jobs/jobs.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define TASKS 9
#define DIES 4

struct report {
	size_t next;
	int bad, died;
};

/* The later, the earlier it is done; one dies. */
static int
work(void *context, size_t task, int fd)
{
	struct timespec nap = {0, (long)(TASKS - task) * 2000000};
	char line[2] = {(char)('a' + (int)task), '\n'};

	(void)context;
	(void)nanosleep(&nap, NULL);
	if (write(fd, line, sizeof(line)) != (ssize_t)sizeof(line))
		return JOBS_EXIT_OUTPUT;
	if (task == DIES)
		(void)raise(SIGKILL);
	return (int)task;
}

static void
ended(void *context, size_t task, int status, int signal)
{
	struct report *r = context;

	r->bad += task != r->next++;
	if (task == DIES) {
		r->bad += status != -1;
		r->died = signal;
	} else {
		r->bad += status != (int)task;
	}
}

static void
in_order(unsigned at_once)
{
	struct report r = {0};
	struct jobs jobs = {.tasks = TASKS,
	    .at_once = at_once,
	    .work = work,
	    .ended = ended,
	    .context = &r};
	char text[64] = "";
	int end[2];
	struct err err;

	CHECK(pipe(end) == 0, "a pipe");
	jobs.out = end[1];
	CHECK(jobs_run(&jobs, &err) == JOBS_OK, "all tasks ran");
	close(end[1]);
	ssize_t n = read(end[0], text, sizeof(text) - 1);
	CHECK(n == 2 * TASKS, "and wrote all");
	CHECK_TEXT(text, "a\nb\nc\nd\ne\nf\ng\nh\ni\n", "in their order");
	CHECK(r.next == TASKS && r.bad == 0, "each was told of, in order");
	CHECK(r.died == SIGKILL, "and of what one died");
	close(end[0]);
}

int
main(void)
{
	static const unsigned at_once[] = {1, 2, TASKS, JOBS_MAX};

	for (size_t i = 0; i < sizeof(at_once) / sizeof(at_once[0]); i++)
		in_order(at_once[i]);

	/* Nobody reads. */
	struct report r = {0};
	struct jobs jobs = {.tasks = 2,
	    .at_once = 2,
	    .work = work,
	    .ended = ended,
	    .context = &r};
	struct err err;
	int end[2];
	(void)signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(end) == 0, "a pipe");
	close(end[0]);
	jobs.out = end[1];
	CHECK(jobs_run(&jobs, &err) == JOBS_OUTPUT && errno == EPIPE,
	    "an output that failed is an outcome of its own");
	jobs.at_once = 1;
	CHECK(jobs_run(&jobs, &err) == JOBS_REPORTED,
	    "and one that a task has reported is another");
	close(end[1]);
	return check_done();
}
