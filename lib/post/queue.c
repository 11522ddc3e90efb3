/* One worker of a queue: events come from Redis instead of stdin. */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/random.h"
#include "diag/diag.h"
#include "instant/instant.h"
#include "post/internal.h"
#include "queue/link_redis.h"
#include "queue/worker.h"

/* Time to connect at the start, ms. */
#define START_MS 10000

/* The most events taken in one turn. */
#define EVENTS_A_TURN 256

/* A note from lib/redis. */
static void
note(void *context, enum redis_note what, const char *text)
{
	const struct post_run *r = context;

	if (what == REDIS_NOTE_DETAIL)
		diag_verbose("%s: %s", r->queue_name, text);
	else
		diag_note("%s: %s", r->queue_name, text);
}

static void
revoked(void *context, struct queue_event *e)
{
	const struct post_run *r = context;

	deliver_revoke(r->d, e);
}

/* HOST-PID-RANDOM: no two workers have the same. */
static int
name_worker(char name[QUEUE_NAME_MAX + 1], struct err *err)
{
	char host[64] = "";
	uint32_t random;

	if (gethostname(host, sizeof(host) - 1) != 0 || !queue_name_ok(host))
		snprintf(host, sizeof(host), "worker");
	if (compat_random(&random, sizeof(random)) != 0)
		return err_set(err, "no random bits");
	snprintf(name, QUEUE_NAME_MAX + 1, "%s-%ld-%08" PRIx32, host,
	    (long)getpid(), random);
	return 0;
}

/* A file on stdin would be ignored. */
static int
check_stdin(struct err *err)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0)
		return err_set(err,
		    "<stdin>: with --queue no lines are read: "
		    "vitals-enqueue adds them");
	return 0;
}

/* Connect to the queue, and read its configuration.  Return NULL with ${err} on
 * failure. */
static struct queue_link *
connect_queue(struct post_run *r, struct queue_config *c, struct err *err)
{
	struct queue_link_options o = {.redis = r->o->redis,
	    .group = r->o->group,
	    .lease = (int64_t)(r->o->lease * 1000)};
	char worker[QUEUE_NAME_MAX + 1];
	struct queue_link *k;
	struct err why;
	int rc;

	o.redis.url = r->o->queue;
	o.redis.note = note;
	o.redis.context = r;
	o.worker = worker;
	if (name_worker(worker, err) != 0)
		return NULL;
	r->queue_name = "redis";
	k = queue_link_redis_new(&o, err);
	if (k == NULL)
		return NULL;
	r->queue_name = redis_name(queue_link_redis_connection(k));
	rc = queue_link_redis_start(k, START_MS, c, &why);
	if (rc > 0)
		return k;
	err_set(err, "%s: %s", r->queue_name,
	    rc == 0 ? "the queue does not exist: vitals-enqueue creates it"
		    : why.text);
	r->queue_name = "redis";
	queue_link_redis_free(k);
	return NULL;
}

int
post_queue_open(struct post_run *r, struct err *err)
{
	struct queue_worker_options o = {.lease = (int64_t)(r->o->lease * 1000),
	    .most = (size_t)r->o->policy.queue,
	    .drains = r->o->drain,
	    .revoked = revoked,
	    .context = r};
	struct deliver_queue_options use;
	struct queue_config c;

	if (r->o->queue == NULL)
		return 0;
	if (check_stdin(err) != 0)
		return -1;
	r->link = connect_queue(r, &c, err);
	if (r->link == NULL)
		return -1;
	o.link = r->link;
	o.partitions = c.partitions;
	r->worker = queue_worker_new(&o);
	if (r->worker == NULL)
		return err_set(err, "out of memory");
	use.worker = r->worker;
	use.name = r->queue_name;
	return deliver_use_queue(r->d, &use, err);
}

void
post_queue_close(struct post_run *r)
{
	queue_worker_free(r->worker);
	queue_link_redis_free(r->link);
}

void
post_queue_fds(const struct post_run *r, int fd[2])
{
	fd[0] = fd[1] = -1;
	if (r->link != NULL)
		queue_link_redis_fds(r->link, fd);
}

int64_t
post_queue_wait(const struct post_run *r, int64_t ms)
{
	int64_t due, left;

	if (r->worker == NULL)
		return ms;
	due = queue_worker_due(r->worker);
	if (due == INT64_MAX)
		return ms;
	left = due - instant_monotonic();
	left = left > 0 ? left : 0;
	return ms < 0 || left < ms ? left : ms;
}

/* ${e} cannot be delivered, whatever the endpoint: it becomes a dead letter. */
static void
bad_event(struct post_run *r, struct queue_event *e, const char *why)
{
	struct span line = e->line.p != NULL ? e->line : (struct span){"", 0};

	diag_error("%s: partition %" PRIu32 ": entry %s: %s", r->queue_name,
	    e->partition, e->entry, why);
	if (line.n > 0)
		post_reject(r, line);
	r->status = cli_worst(r->status, CLI_DATA);
	r->bad++;
	if (queue_worker_bury(r->worker, e, line, span_of(why)) != 0) {
		diag_error("%s: out of memory", r->queue_name);
		r->status = cli_worst(r->status, CLI_SYSTEM);
		r->fatal = true;
		return;
	}
	queue_worker_settle(r->worker, e);
}

static void
one_event(struct post_run *r, struct queue_event *e)
{
	struct err err = {""};

	if (e->line.p == NULL) {
		bad_event(r, e, "was not written by vitals-enqueue");
		return;
	}
	if (memchr(e->line.p, '\0', e->line.n) != NULL) {
		bad_event(r, e, "bad line: contains a NUL byte");
		return;
	}
	switch (deliver_take(r->d, e->line, &err)) {
	case DELIVER_TAKEN:
		break;
	case DELIVER_BAD_LINE:
		bad_event(r, e, err.text);
		break;
	case DELIVER_FAILED:
		/* It stays in the queue. */
		diag_error(
		    "%s: entry %s: %s", r->queue_name, e->entry, err.text);
		r->status = cli_worst(r->status, CLI_SYSTEM);
		r->fatal = true;
		break;
	}
}

void
post_queue_take(struct post_run *r)
{
	struct queue_worker_counts c;
	struct queue_event *e;

	if (r->worker == NULL || r->stop >= 0 || r->fatal)
		return;
	for (int i = 0; i < EVENTS_A_TURN && deliver_wants_lines(r->d); i++) {
		e = queue_worker_next(r->worker);
		if (e == NULL)
			break;
		one_event(r, e);
	}
	queue_worker_count(r->worker, &c);
	if (r->o->drain && c.drained)
		deliver_unfollow(r->d);
}

void
post_queue_leave(struct post_run *r)
{
	struct deliver_counts c;

	if (r->worker == NULL)
		return;
	deliver_count(r->d, &c);
	/* With --drain, those of endpoints that are down. */
	if (r->stop < 0 && c.pending > 0) {
		diag_note("%" PRIu64 " wait in the queue", c.pending);
		r->status = cli_worst(r->status, CLI_REMOTE);
	}
	queue_worker_leave(r->worker);
}

void
post_queue_finish(struct post_run *r)
{
	int64_t end = instant_monotonic() + POST_GRACE * 1000, now;
	struct pollfd p[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int fd[2];
	struct err err;

	if (r->worker == NULL || r->fatal)
		return;
	post_queue_fds(r, fd);
	p[0].fd = fd[0];
	p[1].fd = fd[1];
	while ((now = instant_monotonic()) < end) {
		if (queue_worker_turn(r->worker, now, &err) != 0) {
			diag_error("%s: %s", r->queue_name, err.text);
			r->status = cli_worst(r->status, CLI_SYSTEM);
			return;
		}
		if (queue_worker_has_left(r->worker))
			return;
		poll(p, 2, (int)post_queue_wait(r, end - now));
	}
	diag_error("%s: no answer: outcomes may be unwritten, and the leases "
		   "end by themselves",
	    r->queue_name);
	r->status = cli_worst(r->status, CLI_SYSTEM);
}
