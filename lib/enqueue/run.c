#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "diag/diag.h"
#include "enqueue/internal.h"
#include "instant/instant.h"

void
enqueue_defaults(struct enqueue_options *o)
{
	memset(o, 0, sizeof(*o));
	o->batch = 1000;
	o->keep = -1;
	o->max_len = -1;
	o->dedupe = 86400;
	o->give_up = 300;
}

/* ---- Beginning and end -------------------------------------------------- */

static int
open_spool(struct enqueue_run *r)
{
	struct err err;

	if (r->o->spool == NULL)
		return 0;
	r->bridge = enqueue_bridge_open(r->o->spool, &err);
	if (r->bridge != NULL)
		return 0;
	diag_error("%s", err.text);
	return -1;
}

static int
open_queue(struct enqueue_run *r, const struct cli *cli)
{
	const struct enqueue_options *o = r->o;
	struct redis_options connection = o->redis;
	struct queue_producer_options q = {
	    .partitions = (uint32_t)o->partitions,
	    .keep = o->keep < 0 ? -1 : (int64_t)(o->keep * 1000),
	    .max_len = o->max_len,
	    .dedupe_ms = (int64_t)(o->dedupe * 1000),
	    .replicas = o->replicas,
	    .window = (size_t)o->batch};
	struct err err;

	connection.note = enqueue_note;
	connection.context = r;
	r->redis = redis_new(&connection, &err);
	if (r->redis == NULL)
		return cli_usage_err(cli, NULL, &err);
	q.redis = r->redis;
	r->p = queue_producer_new(&q, &err);
	if (r->p != NULL)
		return CLI_GO;
	diag_error("%s", err.text);
	return CLI_SYSTEM;
}

/* One attempt: a server that refuses now will refuse later. */
static int
start(struct enqueue_run *r)
{
	struct err err;

	if (redis_start(r->redis, 0, &err) != REDIS_REFUSED)
		return CLI_GO;
	diag_error("%s: %s", redis_name(r->redis), err.text);
	return CLI_REMOTE;
}

static int
setup(struct enqueue_run *r, const struct cli *cli)
{
	int status = open_queue(r, cli);
	struct err err;

	if (status != CLI_GO)
		return status;
	r->in = ndjson_reader_new(STDIN_FILENO, 0);
	if (r->in == NULL) {
		diag_error("out of memory");
		return CLI_SYSTEM;
	}
	if (ndjson_check_input(
		STDIN_FILENO, "<stdin>", STDOUT_FILENO, NULL, &err) != 0) {
		diag_error("%s", err.text);
		return CLI_SYSTEM;
	}
	if (filter_bad_open(&r->bad, r->o->rejects) != 0 ||
	    filter_bad_check(&r->bad) != 0 || open_spool(r) != 0 ||
	    cli_watch_output(r->out, &r->writable) != 0)
		return CLI_SYSTEM;
	r->signals = cli_watch_signals();
	if (r->signals < 0)
		return CLI_SYSTEM;
	filter_bad_begin(&r->bad, "<stdin>");
	return start(r);
}

static void
release(struct enqueue_run *r)
{
	enqueue_bridge_close(r->bridge);
	queue_producer_free(r->p);
	redis_free(r->redis);
	ndjson_reader_free(r->in);
	outgoing_reader_release(&r->reader);
	buf_release(&r->held);
	if (filter_bad_close(&r->bad) != 0)
		enqueue_fail(r, CLI_SYSTEM);
	if (r->signals >= 0)
		close(r->signals);
	if (r->writable >= 0)
		close(r->writable);
}

/* ---- The loop ----------------------------------------------------------- */

/* Report that it was given up, if the time has passed.  While lines can be
 * stored in the spool, there is no need to. */
static bool
gives_up(struct enqueue_run *r)
{
	int64_t since = queue_producer_stuck_since(r->p);
	struct err text;

	if (since < 0 || (r->bridge != NULL && r->more))
		return false;
	if (r->bridge != NULL && since < r->ended)
		since = r->ended;
	if (instant_monotonic() - since < (int64_t)(r->o->give_up * 1000))
		return false;
	err_set(&text, "%s: gave up: %s", redis_name(r->redis),
	    queue_producer_stuck_reason(r->p));
	enqueue_is_fatal(r, CLI_REMOTE, text.text);
	return true;
}

/* Have all lines been passed on, and the settings?  Lines of the spool need no
 * server. */
static bool
is_complete(const struct enqueue_run *r)
{
	if (r->more || queue_producer_pending(r->p) > 0)
		return false;
	if (r->bridge == NULL)
		return queue_producer_ready(r->p);
	return enqueue_bridge_count(r->bridge) == 0 &&
	    (queue_producer_ready(r->p) || redis_connection(r->redis) == 0);
}

static bool
is_done(struct enqueue_run *r)
{
	if (r->fatal)
		return true;
	if (!r->more && r->ended == 0)
		r->ended = instant_monotonic();
	if (is_complete(r))
		return true;
	if (r->stop >= 0 && instant_monotonic() >= r->stop)
		return true;
	/* After a signal the spool need not be empty. */
	if (r->stop >= 0 && !r->more && r->bridge != NULL && r->direct == 0)
		return true;
	return gives_up(r);
}

/* Something could be wrong for long without an event: look now and then. */
static int64_t
time_to_wait(const struct enqueue_run *r)
{
	int64_t wait = queue_producer_wait(r->p);

	if (enqueue_wants_lines(r) && ndjson_ready(r->in))
		return 0;
	if (r->stop < 0 && queue_producer_stuck_since(r->p) < 0)
		return wait;
	return wait >= 0 && wait < 100 ? wait : 100;
}

/* The connection reports itself; that the server is full, nobody else does. */
static void
note_full(struct enqueue_run *r)
{
	bool full = queue_producer_full(r->p);

	if (full && !r->noted_full) {
		diag_note("%s: %s: trying again", redis_name(r->redis),
		    queue_producer_stuck_reason(r->p));
		r->noted_full = true;
	} else if (!full && r->noted_full) {
		diag_note("%s: takes lines again", redis_name(r->redis));
		r->noted_full = false;
	}
}

static void
talk(struct enqueue_run *r)
{
	struct err err, text;

	switch (queue_producer_turn(r->p, &err)) {
	case QUEUE_GOOD:
		note_full(r);
		break;
	case QUEUE_MISMATCH:
		err_set(&text, "--partitions: %s: %s", redis_name(r->redis),
		    err.text);
		enqueue_is_fatal(r, CLI_OK, text.text);
		r->mismatch = true;
		break;
	case QUEUE_FAILED:
		err_set(&text, "%s: %s", redis_name(r->redis), err.text);
		enqueue_is_fatal(r,
		    err_is_memory(&err) ? CLI_SYSTEM : CLI_REMOTE, text.text);
		break;
	}
}

static bool
turn(struct enqueue_run *r)
{
	int fd[3] = {r->signals, -1, -1};
	bool readable[3] = {false, false, false};

	talk(r);
	enqueue_spool_turn(r);
	/* What was just given to the producer is sent. */
	if (!r->fatal && ndjson_flush(r->out) != 0) {
		diag_errno(errno, "<stdout>: write failed");
		r->output_failed = true;
		enqueue_fail(r, CLI_SYSTEM);
		r->fatal = true;
	}
	if (is_done(r))
		return false;
	if (enqueue_wants_lines(r) && !ndjson_ready(r->in))
		fd[1] = STDIN_FILENO;
	if (ndjson_unwritten(r->out) > 0)
		fd[2] = r->writable;
	if (redis_wait(r->redis, fd, readable, 3, time_to_wait(r)) != 0) {
		diag_errno(errno, "cannot wait");
		enqueue_fail(r, CLI_SYSTEM);
		return false;
	}
	if (readable[0])
		enqueue_take_signals(r);
	enqueue_take_lines(r, readable[1]);
	return true;
}

static void
summary(const struct enqueue_run *r)
{
	const struct enqueue_counts *c = &r->count;

	diag_verbose("%" PRIu64 " queued, %" PRIu64 " duplicate, %" PRIu64
		     " spooled, %" PRIu64 " sent from the spool, %" PRIu64
		     " refused",
	    c->queued, c->duplicate, c->spooled, c->drained, c->refused);
}

/* The exit status: wrong options as long as they are why nothing was added. */
static int
status_of(const struct enqueue_run *r)
{
	const struct enqueue_counts *c = &r->count;

	if (!r->mismatch || r->status == CLI_SYSTEM)
		return r->status;
	return c->queued + c->duplicate + c->spooled == 0
	    ? CLI_USAGE
	    : cli_worst(r->status, CLI_REMOTE);
}

int
enqueue_run(const struct cli *cli, const struct enqueue_options *o,
    struct ndjson_writer **out)
{
	struct enqueue_run r = {.o = o,
	    .out = *out,
	    .signals = -1,
	    .writable = -1,
	    .more = true,
	    .stop = -1,
	    .bad.fd = -1};
	int status;

	outgoing_reader_init(&r.reader);
	buf_init(&r.held);
	status = setup(&r, cli);
	if (status == CLI_GO) {
		while (turn(&r))
			;
		enqueue_report_left(&r);
		enqueue_drain_output(&r);
		filter_bad_end(&r.bad);
		summary(&r);
	} else {
		r.status = status;
	}
	status = status_of(&r);
	release(&r);
	if (r.output_failed) {
		ndjson_writer_free(*out);
		*out = NULL;
	}
	return status;
}
