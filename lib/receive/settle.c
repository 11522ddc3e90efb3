/* The transaction, the output, and the answers that wait for them. */
#include <stdlib.h>
#include <string.h>

#include "instant/instant.h"
#include "receive/private.h"

/* The output is filled from the inbox up to this many bytes. */
#define AHEAD ((uint64_t)1 << 20)

/* How often printed lines are deleted from the inbox if no commit does it. */
#define MARK_MS 500

/* How late the output file is synced; until then the inbox has its lines. */
#define SYNC_MS 500

/* How often to look for requests that have waited too long. */
#define WATCH_MS 250

/* How many IDs are forgotten at a time, which takes some milliseconds, and the
 * pause before the next ones, in which requests are handled. */
#define FORGET_MAX 500
#define FORGET_PAUSE_MS 50

/* How often the state file is probed for health checks, and with how many bytes
 * if nothing has failed. */
#define PROBE_MS 1000
#define PROBE_BYTES 4096

/* How often to look for expired IDs. */
#define FORGET_MS 3600000

struct receive_pending *
receive_push(struct receive_queue *q)
{
	if (q->first + q->count == q->cap && q->first > 0) {
		memmove(
		    q->item, q->item + q->first, q->count * sizeof(*q->item));
		q->first = 0;
	}
	if (q->count == q->cap) {
		size_t cap = q->cap == 0 ? 64 : 2 * q->cap;
		struct receive_pending *item =
		    realloc(q->item, cap * sizeof(*item));

		if (item == NULL)
			return NULL;
		q->item = item;
		q->cap = cap;
	}
	return &q->item[q->first + q->count++];
}

static struct receive_pending
pop(struct receive_queue *q)
{
	q->count--;
	return q->item[q->first++];
}

/* The slot of the request that ${p} has to answer; NULL in it: none. */
static struct serve_request **
request_of(struct receive_pending *p)
{
	return p->claim != NULL ? &p->claim->request : &p->request;
}

static void flush(void *context);

void
receive_flush_soon(struct receive *r)
{
	if (r->flushing)
		return;
	r->flushing = true;
	if (serve_soon(r->serve, flush, r) != 0)
		flush(r);
}

int
receive_open(struct receive *r, struct err *err)
{
	if (r->open)
		return 0;
	if (inbox_begin(r->options.inbox, err) != 0)
		return -1;
	r->open = true;
	r->brought = 0;
	return 0;
}

/* The state file cannot be written: its senders must try again. */
void
receive_inbox_failed(struct receive *r, const struct err *err)
{
	receive_report(r, RECEIVE_TROUBLE, NULL, err->text);
	inbox_rollback(r->options.inbox);
	r->open = false;
	r->broken = true;
	if (r->brought > r->needed)
		r->needed = r->brought;
	while (r->uncommitted.count > 0) {
		struct receive_pending p = pop(&r->uncommitted);

		r->unprinted -= p.lines;
		if (p.claim != NULL) {
			receive_claim_answer(r, p.claim, 503, "try again");
			receive_claim_free(p.claim);
		} else {
			r->counters.accepted -= p.lines;
			receive_answer(r, &p, 503);
		}
	}
	receive_claims_rolled_back(r);
}

bool
receive_works(struct receive *r)
{
	int64_t now = instant_monotonic();
	struct err err;

	if (r->options.inbox == NULL || r->open ||
	    (r->probed != 0 && now - r->probed < PROBE_MS))
		return !r->broken;
	r->probed = now;
	if (!r->broken)
		r->needed = PROBE_BYTES;
	r->broken = inbox_probe(r->options.inbox, r->needed, &err) != 0;
	if (r->broken)
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
	return !r->broken;
}

void
receive_mark(void *context)
{
	struct receive *r = context;
	struct err err;

	r->marking = false;
	if (r->open || r->printed == r->marked)
		return; /* the transaction does it */
	if (inbox_begin(r->options.inbox, &err) != 0 ||
	    receive_note_printed(r, &err) != 0 ||
	    inbox_commit(r->options.inbox, &err) != 0) {
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
		inbox_rollback(r->options.inbox);
	} else {
		r->marked = r->printed;
	}
}

static void
mark_soon(struct receive *r)
{
	if (r->marking || r->printed == r->marked)
		return;
	r->marking = serve_after(r->serve, MARK_MS, receive_mark, r) == 0;
}

/* Is there room in the output for more lines of the inbox? */
static bool
has_space(const struct receive *r)
{
	return serve_output_end(r->output) - serve_output_done(r->output) <
	    AHEAD;
}

/* Queue lines of the inbox while the output has room. */
static void
pump(struct receive *r)
{
	struct err err;
	int rc = 1;

	while (!r->failed && rc > 0 && has_space(r)) {
		struct receive_pending *p;
		struct span rest;
		int64_t number;
		uint64_t end;

		buf_clear(&r->line);
		rc = inbox_next(
		    r->options.inbox, r->queued, &r->line, &number, &err);
		if (rc < 0)
			receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
		if (rc <= 0 || number > r->decided_to) {
			r->more = false;
			break;
		}
		buf_add_byte(&r->line, '\n');
		p = buf_failed(&r->line) ? NULL : receive_push(&r->writing);
		if (p == NULL)
			break;
		rest = buf_span(&r->line);
		if (number == r->begun) {
			rest.p += r->begun_n;
			rest.n -= r->begun_n;
		}
		end = serve_output_add(r->output, rest);
		if (end == 0) {
			r->writing.count--;
			break;
		}
		*p = (struct receive_pending){
		    .offset = end, .lines = 1, .number = number};
		r->queued = number;
	}
}

/* Lines that end at or before ${offset} of the output are safe. */
static void
settle(struct receive *r, uint64_t offset)
{
	while (r->writing.count > 0 &&
	    r->writing.item[r->writing.first].offset <= offset) {
		struct receive_pending p = pop(&r->writing);

		r->counters.printed += p.lines;
		r->unprinted -= p.lines < r->unprinted ? p.lines : r->unprinted;
		if (p.number > 0) {
			r->printed = p.number;
			r->printed_to = p.offset;
		}
		if (p.claim != NULL)
			receive_claim_printed(r, p.claim);
		else if (p.request != NULL)
			receive_answer(r, &p, p.status);
	}
}

/* Has the first unwritten line waited too long? */
static bool
late(const struct receive *r, int64_t now)
{
	return r->writing.count > 0 &&
	    now - r->writing.item[r->writing.first].since >= RECEIVE_WAIT_MS;
}

/* The reader of the output has stopped or is too slow: answer senders that have
 * waited too long with 503.  Their lines stay queued, and their IDs are
 * known. */
static void
overdue(void *context)
{
	struct receive *r = context;
	int64_t now = instant_monotonic();
	bool any = false;

	r->watching = false;
	for (size_t i = 0; i < r->writing.count; i++) {
		struct receive_pending *p =
		    &r->writing.item[r->writing.first + i];
		struct receive_pending answered = *p;

		answered.request = *request_of(p);
		if (answered.request == NULL)
			continue;
		if (now - p->since < RECEIVE_WAIT_MS) {
			any = true;
			break;
		}
		*request_of(p) = NULL;
		receive_answer(r, &answered, 503);
	}
	if (any)
		receive_watch(r);
}

void
receive_watch(struct receive *r)
{
	if (!r->watching)
		r->watching = serve_after(r->serve, WATCH_MS, overdue, r) == 0;
}

static void
commit(struct receive *r)
{
	struct err err;

	if ((r->printed != r->marked && receive_note_printed(r, &err) != 0) ||
	    inbox_commit(r->options.inbox, &err) != 0) {
		receive_inbox_failed(r, &err);
		return;
	}
	r->open = false;
	r->broken = false;
	r->marked = r->printed;
	r->more = true;
	while (r->uncommitted.count > 0) {
		struct receive_pending p = pop(&r->uncommitted);

		if (p.claim != NULL)
			receive_claim_begin(r, p.claim);
		else
			receive_answer(r, &p, p.status);
	}
	receive_claims_committed(r);
}

/* Write as many lines to the output as it has room for. */
static void
print(void *context)
{
	struct receive *r = context;

	r->printing = false;
	if (r->options.inbox != NULL)
		pump(r);
	serve_output_push(r->output);
	/* A duplicate payload may wait only for this. */
	settle(r, serve_output_done(r->output));
}

/* Print in the next round, so that no answer waits for the disk of the
 * output. */
static void
print_soon(struct receive *r)
{
	if (r->printing)
		return;
	r->printing = true;
	if (serve_soon(r->serve, print, r) != 0)
		print(r);
}

/* After each round of requests: commit all of them together. */
static void
flush(void *context)
{
	struct receive *r = context;

	r->flushing = false;
	if (r->open)
		commit(r);
	if (r->options.inbox != NULL)
		print_soon(r);
	else
		print(r);
}

static void
written(void *context, uint64_t offset, int errnum)
{
	struct receive *r = context;

	settle(r, offset);
	if (errnum != 0) {
		struct err err;

		err_sys(&err, errnum, "<stdout>: write failed");
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
		r->failed = true;
		while (r->writing.count > 0) {
			struct receive_pending p = pop(&r->writing);

			if (p.claim != NULL)
				receive_claim_unprinted(r, p.claim);
			else if (p.request != NULL)
				receive_answer(r, &p, 503);
		}
		serve_drain(r->serve);
		return;
	}
	if (r->options.inbox != NULL) {
		mark_soon(r);
		if (r->more && has_space(r))
			print_soon(r);
	}
	if (r->options.count > 0 && r->counters.printed >= r->options.count)
		serve_drain(r->serve);
}

bool
receive_has_room(const struct receive *r)
{
	if (r->failed || serve_draining(r->serve))
		return false;
	if (r->options.count > 0 &&
	    r->counters.printed + r->unprinted >= r->options.count)
		return false;
	if (r->options.inbox != NULL)
		return inbox_waiting(r->options.inbox) < RECEIVE_WAITING_MAX;
	return !late(r, instant_monotonic()) &&
	    serve_output_end(r->output) - serve_output_done(r->output) <
	    RECEIVE_QUEUE_MAX;
}

int
receive_print_claim(
    struct receive *r, struct receive_claim *c, struct span lines)
{
	struct receive_pending *p = receive_push(&r->writing);
	uint64_t end = p != NULL ? serve_output_add(r->output, lines) : 0;

	if (end == 0) {
		if (p != NULL)
			r->writing.count--;
		return -1;
	}
	*p = (struct receive_pending){.offset = end,
	    .lines = c->added,
	    .id = c->id,
	    .since = c->since,
	    .claim = c};
	r->unprinted += c->added;
	r->counters.accepted += c->added;
	receive_watch(r);
	receive_flush_soon(r);
	return 0;
}

static void
forget(void *context)
{
	struct receive *r = context;
	int n = FORGET_MAX; /* transaction open: next time */
	struct err err;

	if (!r->open)
		n = inbox_forget(r->options.inbox,
		    instant_now() - r->options.keep_ms, FORGET_MAX, &err);
	if (n < 0)
		receive_report(r, RECEIVE_TROUBLE, NULL, err.text);
	serve_after(
	    r->serve, n == FORGET_MAX ? FORGET_PAUSE_MS : FORGET_MS, forget, r);
}

int
receive_output_start(struct receive *r, struct err *err)
{
	r->output = serve_output_new(r->serve, r->options.fd, written, r);
	return r->output == NULL ? err_set(err, "out of memory") : 0;
}

void
receive_lines_start(struct receive *r)
{
	receive_resume(r);
	/* A killed run may have written part of one of these lines. */
	if (inbox_waiting(r->options.inbox) > 0)
		serve_output_torn(r->output);
	/* With --count the last line is synced before the exit, so do not delay
	 * it. */
	if (r->options.count == 0)
		serve_output_delay_sync(r->output, SYNC_MS);
	serve_after(r->serve, FORGET_PAUSE_MS, forget, r);
	r->more = true;
	print_soon(r);
}

void
receive_commit_rest(struct receive *r)
{
	if (r->open)
		commit(r);
}

void
receive_write_rest(struct receive *r)
{
	/* What a connection still waits for. */
	receive_commit_rest(r);
	if (r->options.inbox != NULL)
		pump(r);
	receive_report_counted(r);
	serve_output_finish(r->output, serve_drain_left(r->serve));
}
