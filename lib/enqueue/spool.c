#include "diag/diag.h"
#include "enqueue/internal.h"

static void
spool_failed(struct enqueue_run *r, const struct err *err)
{
	enqueue_is_fatal(r, CLI_SYSTEM, err->text);
}

static int
store(struct enqueue_run *r, const struct queue_line *line)
{
	struct err err;

	if (enqueue_bridge_add(r->bridge, line->line, &err) != 0) {
		spool_failed(r, &err);
		return -1;
	}
	r->count.spooled++;
	enqueue_receipt(r, line->id, NULL);
	return 0;
}

int
enqueue_pass(struct enqueue_run *r, const struct queue_line *line)
{
	if (r->bridge != NULL && queue_producer_stuck_since(r->p) >= 0)
		return store(r, line);
	if (queue_producer_add(r->p, line) != 0) {
		enqueue_is_fatal(r, CLI_SYSTEM, "out of memory");
		return -1;
	}
	r->direct += (line->number & ENQUEUE_SPOOLED) == 0;
	return 0;
}

static void
take_receipts(struct enqueue_run *r)
{
	struct queue_receipt q;
	struct err err;

	while (!r->fatal && queue_producer_next(r->p, &q)) {
		bool spooled = (q.line.number & ENQUEUE_SPOOLED) != 0;

		r->direct -= !spooled;
		if (q.outcome == QUEUE_OTHER_BODY)
			enqueue_refuse(r, &q.line);
		else if (!spooled)
			enqueue_receipt(r, q.line.id, &q);
		r->count.queued += q.outcome == QUEUE_ADDED && !spooled;
		r->count.duplicate += q.outcome == QUEUE_DUPLICATE && !spooled;
		r->count.drained += q.outcome != QUEUE_OTHER_BODY && spooled;
		if (!r->fatal && spooled &&
		    enqueue_bridge_remove(r->bridge,
			(int64_t)(q.line.number & ~ENQUEUE_SPOOLED), &err) != 0)
			spool_failed(r, &err);
	}
}

/* The server is away: what it has not acknowledged waits in the spool. */
static void
withdraw(struct enqueue_run *r)
{
	struct queue_line line;

	while (!r->fatal && queue_producer_withdraw(r->p, &line)) {
		if ((line.number & ENQUEUE_SPOOLED) != 0)
			continue;
		r->direct--;
		store(r, &line);
	}
	r->fed = 0;
}

/* Return 0; or -1, reported. */
static int
feed_line(struct enqueue_run *r, int64_t number, struct span text)
{
	struct err err;
	struct outgoing_event *e =
	    outgoing_event_read(&r->reader, text, 0, &err);
	struct queue_line line;
	int rc;

	if (e == NULL) {
		enqueue_is_fatal(r, CLI_SYSTEM, err.text);
		return -1;
	}
	line = (struct queue_line){.number = (uint64_t)number | ENQUEUE_SPOOLED,
	    .id = e->id,
	    .session = e->session,
	    .line = text,
	    .again = e->replayed};
	rc = queue_producer_add(r->p, &line);
	outgoing_event_unref(e);
	if (rc != 0)
		enqueue_is_fatal(r, CLI_SYSTEM, "out of memory");
	return rc;
}

/* The server is there: give it what waits, before anything newer.  One that was
 * full gets one line, to see whether it still is. */
static void
feed(struct enqueue_run *r)
{
	bool stuck = queue_producer_stuck_since(r->p) >= 0;
	struct span text;
	struct err err;
	int64_t number;

	while (!r->fatal && queue_producer_has_room(r->p) &&
	    (!stuck || queue_producer_pending(r->p) == 0)) {
		int rc = enqueue_bridge_next(
		    r->bridge, r->fed, &number, &text, &err);

		if (rc < 0)
			spool_failed(r, &err);
		if (rc <= 0 || feed_line(r, number, text) != 0)
			return;
		r->fed = number;
	}
}

void
enqueue_spool_turn(struct enqueue_run *r)
{
	bool away = redis_connection(r->redis) == 0;
	bool stuck = queue_producer_stuck_since(r->p) >= 0;
	struct err err;

	take_receipts(r);
	if (r->bridge == NULL || r->fatal)
		return;
	if (stuck && (away || r->direct > 0))
		withdraw(r);
	if (!r->fatal && enqueue_bridge_commit(r->bridge, &err) != 0)
		spool_failed(r, &err);
	if (r->fatal)
		return;
	enqueue_release_receipts(r);
	if (!away && r->direct == 0 && enqueue_bridge_count(r->bridge) > 0)
		feed(r);
}
