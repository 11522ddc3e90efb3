#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"

/* Lines accepted at once.  What memory has no room for must be read again, so
 * the next group comes when there is room for a good part of one; or, since a
 * line is safe once it is accepted, after so many ms at the latest: sooner
 * where nothing is settled, smaller where much is. */
#define GROUP 4096
#define GROUP_HALF 2048
#define GROUP_BUSY 1024
#define GROUP_EVERY 100
#define GROUP_EVERY_BUSY 300

bool
deliver_has_room(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held)
{
	return !e->more && !e->queue.off &&
	    held < schedule_window(&d->schedule, &e->queue) &&
	    d->reader.held <= DELIVER_MEMORY_MAX;
}

struct loading {
	struct deliver *d;
	struct deliver_endpoint *e;
	size_t count, room;
	int64_t batch; /* of the last one */
	bool cursor;   /* it goes along */
	bool due;      /* they waited for their time */
};

/* Nothing can be sent of a line that is damaged: the disk did that, or a
 * version that took what this one refuses.  The spool keeps it. */
static void
bury(struct deliver *d, struct deliver_endpoint *e, const struct spool_job *row,
    const struct err *why)
{
	struct outgoing_event event = {.seq = row->seq,
	    .accepted = row->accepted,
	    .time = row->accepted,
	    .id = row->id};
	struct schedule_entry j = {.endpoint = &e->queue,
	    .delivery = {.event = &event,
		.attempts = row->attempts,
		.round = row->round,
		.first = row->first,
		.since = row->since,
		.last_status = row->status}};
	char reason[ERR_TEXT_MAX + 40];

	snprintf(reason, sizeof(reason), "its line in the spool is damaged: %s",
	    why->text);
	deliver_close(d, &j, SCHEDULE_DEAD, reason);
}

/* NULL: it is damaged, and was settled, or, with errno ENOMEM, it can be read
 * later. */
static struct schedule_entry *
read_entry(
    struct deliver *d, struct deliver_endpoint *e, const struct spool_job *row)
{
	struct outgoing_event *event;
	struct schedule_entry *entry;
	struct err why;

	event = outgoing_event_read(&d->reader, row->line, row->accepted, &why);
	if (event == NULL) {
		if (errno != ENOMEM)
			bury(d, e, row, &why);
		return NULL;
	}
	event->seq = row->seq;
	entry = schedule_entry_new(event);
	outgoing_event_drop(event);
	if (entry == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	entry->delivery.attempts = row->attempts;
	entry->delivery.round = row->round;
	entry->delivery.first = row->first;
	entry->delivery.since = row->since;
	entry->delivery.last_status = row->status;
	entry->delivery.batch = row->batch;
	if (row->error.n > 0)
		entry->delivery.error = strndup(row->error.p, row->error.n);
	if (row->state == SPOOL_READY && row->at > d->schedule.wall)
		entry->due = d->schedule.now + (row->at - d->schedule.wall);
	return entry;
}

/* Was ${row} in one request with the one before it? */
static bool
is_mate(struct loading *l, const struct spool_job *row)
{
	bool mate = row->batch != 0 && row->batch == l->batch;

	l->batch = row->batch;
	return mate;
}

/* Return 1 where it is not taken now. */
static int
load_one(void *context, const struct spool_job *row)
{
	struct loading *l = context;
	struct deliver *d = l->d;
	struct schedule_entry *entry;

	if (!is_mate(l, row) &&
	    (l->count >= l->room ||
		(l->count > 0 && d->reader.held > DELIVER_MEMORY_MAX)))
		return 1;
	entry = read_entry(d, l->e, row);
	if (entry == NULL && errno == ENOMEM)
		return 1; /* later */
	if (entry != NULL) {
		switch (schedule_add(&d->schedule, &l->e->queue, entry)) {
		case SCHEDULE_ADDED:
			break;
		case SCHEDULE_SESSION_FULL:
			schedule_entry_free(entry);
			break;
		case SCHEDULE_NO_MEMORY:
			schedule_entry_free(entry);
			return 1;
		}
	}
	l->count++;
	if (l->due && row->round < d->schedule.policy.max_attempts &&
	    l->e->quick > 0)
		l->e->quick--;
	if (l->cursor)
		l->e->cursor = row->seq + 1;
	return 0;
}

static void
load_endpoint(struct deliver *d, struct deliver_endpoint *e)
{
	struct loading l = {.d = d, .e = e};
	size_t window = schedule_window(&d->schedule, &e->queue);
	struct err why;
	int64_t room, batch = d->schedule.policy.batch;
	int rc = 0;

	if (e->queue.loaded > window / 2 || e->queue.off ||
	    (e->queue.loaded > 0 && d->reader.held > DELIVER_MEMORY_MAX))
		return;
	room = (int64_t)(window - e->queue.loaded);
	if (e->due <= d->schedule.wall) {
		l.due = true;
		l.room = (size_t)room;
		/* Ready ones from the cursor on are still to come: what is
		 * made ready there would come twice. */
		rc = spool_due(d->store.spool, e->number, d->schedule.wall,
		    e->more ? e->cursor : INT64_MAX, room + batch, load_one, &l,
		    &why);
		if (rc >= 0)
			rc = spool_next(
			    d->store.spool, e->number, &e->due, &why);
		room -= (int64_t)l.count;
	}
	if (rc >= 0 && e->more && room > 0) {
		l.due = false;
		l.cursor = true;
		l.count = 0;
		l.room = (size_t)room;
		l.batch = 0;
		rc = spool_ready(d->store.spool, e->number, e->cursor,
		    room + batch, load_one, &l, &why);
		if (rc == 0 && l.count < (size_t)room)
			e->more = false;
	}
	if (rc < 0)
		deliver_store_failed(d, &why);
}

/* How many lines may be taken now? */
static size_t
lines_wanted(const struct deliver *d)
{
	size_t half = (size_t)d->schedule.policy.queue / 2;
	/* Of one session, those in memory are few. */
	size_t held = d->schedule.policy.ordered ? (size_t)d->count.pending
						 : d->schedule.loaded;
	size_t left = held < half ? half - held : 0;
	uint64_t settled = deliver_settled(d) - d->settled_then;
	bool busy = settled > 0 && !d->schedule.underused;

	if (left >= GROUP_HALF)
		return left < GROUP ? left : GROUP;
	/* Where memory is small, all but what it has room for is read again. */
	if (left > 0 && half < 2 * GROUP_HALF)
		return GROUP;
	if (d->schedule.now - d->accepted_at <
	    (busy ? GROUP_EVERY_BUSY : GROUP_EVERY))
		return 0;
	return busy && settled >= GROUP_BUSY && 2 * settled < GROUP
	    ? (size_t)(2 * settled)
	    : GROUP;
}

void
deliver_store_load(struct deliver *d)
{
	if (d->store.spool == NULL || d->schedule.stopped)
		return;
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && !d->store_failed; e = e->next)
		load_endpoint(d, e);
	d->room = lines_wanted(d);
}

static int
load_session_one(void *context, const struct spool_job *row)
{
	struct loading *l = context;
	struct schedule_entry *entry = read_entry(l->d, l->e, row);

	if (entry == NULL && errno == ENOMEM)
		return 1;
	l->count++;
	if (entry != NULL &&
	    schedule_add(&l->d->schedule, &l->e->queue, entry) !=
		SCHEDULE_ADDED)
		schedule_entry_free(entry);
	return 0;
}

void
deliver_store_sessions(struct deliver *d)
{
	struct schedule_session *q;
	struct err why;

	while ((q = schedule_take_wanting(&d->schedule)) != NULL) {
		struct deliver_endpoint *e = deliver_endpoint_of(q->endpoint);
		struct loading l = {.d = d, .e = e};

		if (!d->schedule.stopped && !d->store_failed &&
		    spool_session(d->store.spool, e->number, q->node.key, 0,
			e->cursor, SCHEDULE_SESSION_LEAST, load_session_one, &l,
			&why) < 0)
			deliver_store_failed(d, &why);
		schedule_session_loaded(
		    &d->schedule, q, l.count == SCHEDULE_SESSION_LEAST);
	}
}
