#include <stdio.h>
#include <string.h>

#include "deliver/internal.h"

/* What is shown of why an event was lost; all that we write is shorter. */
#define REASON_MAX 1024

/* It takes no more; what it holds is still delivered, if that works. */
static void
accept_failed(struct deliver *d, const struct err *why)
{
	if (d->accept_failed)
		return;
	d->accept_failed = true;
	spool_rollback(d->store.spool);
	err_set(&d->accept_err, "%s: %s", d->store.name, why->text);
	d->out->report(
	    d->out->context, DELIVER_NOTE_OUTPUT, "", d->accept_err.text);
}

/* A receipt for what was settled in an earlier run. */
static void
repeat_receipt(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, const struct spool_job *old)
{
	static const enum schedule_outcome outcome[] = {
	    [SPOOL_DELIVERED] = SCHEDULE_DELIVERED,
	    [SPOOL_DEAD] = SCHEDULE_DEAD,
	    [SPOOL_EXPIRED] = SCHEDULE_EXPIRED};
	struct schedule_entry j = {.endpoint = &e->queue,
	    .delivery = {.event = event,
		.attempts = old->attempts,
		.first = old->first,
		.since = old->since,
		.last_status = old->status}};
	char reason[REASON_MAX];

	snprintf(reason, sizeof(reason), "%.*s", (int)old->error.n,
	    old->error.n > 0 ? old->error.p : "");
	deliver_receipt(d, &j, outcome[old->state],
	    old->state == SPOOL_DELIVERED && reason[0] == '\0' ? NULL : reason,
	    old->at);
	if (old->state != SPOOL_DELIVERED)
		d->count.known_lost++;
}

/* Count ${e}'s new job, due at once. */
static void
count_due(struct deliver *d, struct deliver_endpoint *e)
{
	e->pending++;
	d->count.pending++;
	e->quick++;
	if (e->due > d->schedule.wall)
		e->due = d->schedule.wall;
}

static int
known_job(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, struct spool_job *j, struct err *err)
{
	d->count.known++;
	if (j->state == SPOOL_READY || j->state == SPOOL_WAITING)
		return 0;
	if (!event->replayed || j->state == SPOOL_DELIVERED) {
		/* What this run settled has had its receipt. */
		if (j->at < d->began || j->at > d->schedule.wall)
			repeat_receipt(d, e, event, j);
		return 0;
	}
	j->state = SPOOL_WAITING;
	j->at = j->since = d->schedule.wall;
	j->round = 0;
	j->batch = 0;
	count_due(d, e);
	return spool_save(d->store.spool, j, err);
}

/* It is sent once it is on disk. */
static int
expect(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, bool fresh)
{
	struct schedule_entry *j = schedule_entry_new(event);

	if (j == NULL)
		return -1;
	j->endpoint = &e->queue;
	j->delivery.unlogged = fresh;
	e->coming++;
	*d->accepting_end = j;
	d->accepting_end = &j->next;
	return 0;
}

/* A new event that memory has room for: its outcome will be the first thing
 * that the spool has to be told. */
static int
give_fresh(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, struct err *err)
{
	if (spool_give(d->store.spool, event->seq, e->number, err) != 0)
		return -1;
	e->accepted++;
	d->count.accepted++;
	return expect(d, e, event, true) != 0 ? err_set(err, "out of memory")
					      : 0;
}

static int
take_for(struct deliver *d, struct deliver_endpoint *e,
    struct outgoing_event *event, bool is_new, struct err *err)
{
	struct spool_job row = {.seq = event->seq,
	    .endpoint = e->number,
	    .at = d->schedule.wall,
	    .since = d->schedule.wall,
	    .session = event->session};
	bool known;

	if (is_new && event->seq >= e->cursor &&
	    deliver_has_room(d, e, e->queue.loaded + e->coming))
		return give_fresh(d, e, event, err);
	/* An event that was there before, for an endpoint that is new to it,
	 * lies behind the cursor: it comes back as one that is due. */
	row.state = event->seq < e->cursor ? SPOOL_WAITING : SPOOL_READY;
	if (spool_add_job(d->store.spool, &row, &known, err) != 0)
		return -1;
	if (known)
		return known_job(d, e, event, &row, err);
	e->accepted++;
	d->count.accepted++;
	if (row.state == SPOOL_WAITING)
		count_due(d, e);
	else if (expect(d, e, event, false) != 0)
		return err_set(err, "out of memory");
	return 0;
}

/* The ID is known: is it the same event? */
static bool
same_body(
    struct deliver *d, const struct outgoing_event *event, struct span old)
{
	struct outgoing_event *e;
	bool same;

	if (old.n == event->line.n && memcmp(old.p, event->line.p, old.n) == 0)
		return true;
	e = outgoing_event_read(&d->reader, old, 0, NULL);
	same = e != NULL && e->body.n == event->body.n &&
	    memcmp(e->body.p, event->body.p, e->body.n) == 0;
	outgoing_event_drop(e);
	return same;
}

enum deliver_taken
deliver_store_take(struct deliver *d, struct outgoing_event *event,
    struct deliver_endpoint *one, size_t *given, struct err *err)
{
	struct spool_event row = {.id = event->id,
	    .session = event->session,
	    .line = event->line,
	    .accepted = event->accepted};
	struct deliver_endpoint *e;
	struct span old;
	bool known = false;

	if (spool_add_event(
		d->store.spool, &row, &event->seq, &known, &old, err) != 0) {
		accept_failed(d, err);
	} else if (known && !same_body(d, event, old)) {
		err_set(err, "the ID \"%.*s\" is known with another body",
		    (int)event->id.n, event->id.p);
		return DELIVER_BAD_LINE;
	}
	for (e = one != NULL ? one : d->endpoint; e != NULL;
	     e = one != NULL ? NULL : e->next) {
		if (one == NULL &&
		    (!e->added || !deliver_endpoint_wants(e, event)))
			continue;
		++*given;
		if (!d->accept_failed &&
		    take_for(d, e, event, !known, err) != 0)
			accept_failed(d, err);
		else if (!d->accept_failed)
			continue;
		/* For deliver_store_accept to refuse. */
		if (expect(d, e, event, false) != 0)
			return DELIVER_FAILED;
	}
	return DELIVER_TAKEN;
}

/* It is on disk: into memory with it, or, where that has enough, not. */
static void
admit(struct deliver *d, struct schedule_entry *j)
{
	struct deliver_endpoint *e = deliver_endpoint_of(j->endpoint);
	int64_t seq = j->delivery.event->seq;

	e->pending++;
	d->count.pending++;
	if (!deliver_has_room(d, e, e->queue.loaded)) {
		e->more = true;
		deliver_store_leave(d, j);
		return;
	}
	e->cursor = seq + 1;
	switch (schedule_add(&d->schedule, &e->queue, j)) {
	case SCHEDULE_ADDED:
		return;
	case SCHEDULE_SESSION_FULL:
		break;
	case SCHEDULE_NO_MEMORY:
		e->cursor = seq;
		e->more = true;
		break;
	}
	deliver_store_leave(d, j);
}

/* They are on no disk: they must not vanish. */
static void
refuse(struct deliver *d, struct schedule_entry *j, const struct err *why)
{
	struct deliver_endpoint *e = deliver_endpoint_of(j->endpoint);
	char reason[ERR_TEXT_MAX + 32];

	snprintf(reason, sizeof(reason), "not accepted: %s", why->text);
	j->delivery.event->seq = 0; /* the number was undone */
	deliver_receipt(d, j, SCHEDULE_DEAD, reason, d->schedule.wall);
	e->dead++;
	d->count.dead++;
	deliver_note(d, DELIVER_NOTE_LOST, e, "%.*s: %s",
	    (int)j->delivery.event->id.n, j->delivery.event->id.p, reason);
	schedule_entry_free(j);
}

void
deliver_store_accept(struct deliver *d)
{
	struct schedule_entry *j, *next;
	struct err why;
	bool good;

	if (d->store.spool == NULL)
		return;
	if (!d->store_failed && !d->accept_failed &&
	    spool_commit(d->store.spool, &why) != 0)
		accept_failed(d, &why);
	good = !d->store_failed && !d->accept_failed;
	if (!good && d->accepting != NULL)
		deliver_store_recount(d);
	if (d->accepting != NULL) {
		d->accepted_at = d->schedule.now;
		if (good)
			d->unsynced = 0; /* the same log, the same fsync */
		if (good && spool_size(d->store.spool) >= d->store.most)
			d->forget_at = d->schedule.now; /* see housekeeping */
		d->settled_then = deliver_settled(d);
	}
	for (j = d->accepting; j != NULL; j = next) {
		next = j->next;
		j->next = NULL;
		deliver_endpoint_of(j->endpoint)->coming--;
		if (good)
			admit(d, j);
		else
			refuse(d, j,
			    d->accept_failed ? &d->accept_err : &d->store_err);
	}
	d->accepting = NULL;
	d->accepting_end = &d->accepting;
}
