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

size_t
deliver_window(const struct deliver *d, const struct deliver_endpoint *e)
{
	size_t share = (size_t)d->policy.queue / (d->names.count + 1) + 1;
	size_t least = 2 * e->concurrency;

	return share > least ? share : least;
}

bool
deliver_has_room(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held)
{
	return !e->more && !e->off && held < deliver_window(d, e) &&
	    d->held <= DELIVER_MEMORY_MAX;
}

struct loading {
	struct deliver *d;
	struct deliver_endpoint *e;
	size_t count, room;
	/* The last ones that were in one request: the first of them is the last
	 * ready one. */
	struct deliver_job *first, *last;
	int64_t at; /* when they were to go again */
	size_t mates, bytes;
	bool cursor;               /* it goes along */
	bool due;                  /* they waited for their time */
	struct deliver_lane *lane; /* to append to */
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
	struct deliver_job j = {.event = &event,
	    .endpoint = e,
	    .attempts = row->attempts,
	    .round = row->round,
	    .first = row->first,
	    .since = row->since,
	    .last_status = row->status};
	char reason[ERR_TEXT_MAX + 40];

	snprintf(reason, sizeof(reason), "its line in the spool is damaged: %s",
	    why->text);
	deliver_close(d, &j, DELIVER_OUTCOME_DEAD, reason);
}

/* NULL: it is damaged, and was settled, or, with errno ENOMEM, it can be read
 * later. */
static struct deliver_job *
read_job(
    struct deliver *d, struct deliver_endpoint *e, const struct spool_job *row)
{
	struct deliver_job *j = calloc(1, sizeof(*j));
	struct err why;

	if (j == NULL)
		return NULL;
	j->event =
	    outgoing_event_read(&d->reader, row->line, row->accepted, &why);
	if (j->event == NULL) {
		bool memory = errno == ENOMEM;

		free(j);
		if (!memory)
			bury(d, e, row, &why);
		errno = memory ? ENOMEM : 0;
		return NULL;
	}
	j->event->seq = row->seq;
	d->held += j->event->size;
	j->endpoint = e;
	j->attempts = row->attempts;
	j->round = row->round;
	j->first = row->first;
	j->since = row->since;
	j->last_status = row->status;
	if (row->error.n > 0)
		j->error = strndup(row->error.p, row->error.n);
	if (row->state == SPOOL_READY && row->at > d->wall)
		j->due = d->now + (row->at - d->wall);
	return j;
}

/* Was ${row} in one request with those before it? */
static bool
is_mate(const struct loading *l, const struct spool_job *row)
{
	return l->last != NULL && row->attempts > 0 && row->at == l->at &&
	    l->mates < (size_t)l->d->policy.batch &&
	    l->bytes + row->line.n <= NDJSON_LINE_MAX;
}

/* ${j} was enqueued: with its mates, if it has any. */
static void
join_mates(struct loading *l, struct deliver_job *j,
    const struct spool_job *row, bool mate)
{
	struct deliver_endpoint *e = l->e;

	if (e->ready_end != &j->next || j->attempts == 0 ||
	    j->event->headers > 0 || !j->event->cloudevent) {
		l->last = NULL; /* it waits for its session, or goes alone */
		return;
	}
	if (mate) {
		l->first->next = NULL;
		e->ready_end = &l->first->next;
		l->last->mate = j;
	} else {
		l->first = j;
		l->at = row->at;
		l->mates = l->bytes = 0;
	}
	l->last = j;
	l->mates++;
	l->bytes += row->line.n;
}

/* Return 1 where it is not taken now. */
static int
load_one(void *context, const struct spool_job *row)
{
	struct loading *l = context;
	struct deliver *d = l->d;
	bool mate = d->policy.batch > 1 && is_mate(l, row);
	struct deliver_job *j;

	if (!mate &&
	    (l->count >= l->room ||
		(l->count > 0 && d->held > DELIVER_MEMORY_MAX)))
		return 1;
	j = read_job(d, l->e, row);
	if (j == NULL && errno == ENOMEM)
		return 1; /* later */
	switch (j == NULL ? 0 : deliver_enqueue(d, j)) {
	case 0:
		if (j != NULL && d->policy.batch > 1)
			join_mates(l, j, row, mate);
		break;
	case 1:
		deliver_job_drop(d, j);
		break;
	default:
		deliver_job_drop(d, j);
		return 1;
	}
	l->count++;
	if (l->due && row->round < d->policy.max_attempts && l->e->quick > 0)
		l->e->quick--;
	if (l->cursor)
		l->e->cursor = row->seq + 1;
	return 0;
}

static void
load_endpoint(struct deliver *d, struct deliver_endpoint *e)
{
	struct loading l = {.d = d, .e = e};
	size_t window = deliver_window(d, e);
	struct err why;
	int64_t room, batch = d->policy.batch;
	int rc = 0;

	if (e->loaded > window / 2 || e->off ||
	    (e->loaded > 0 && d->held > DELIVER_MEMORY_MAX))
		return;
	room = (int64_t)(window - e->loaded);
	if (e->due <= d->wall) {
		l.due = true;
		l.room = (size_t)room;
		/* Ready ones from the cursor on are still to come: what is
		 * made ready there would come twice. */
		rc = spool_due(d->store.spool, e->number, d->wall,
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
		l.last = NULL;
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
	size_t half = (size_t)d->policy.queue / 2;
	/* Of one session, those in memory are few. */
	size_t held = d->policy.ordered ? (size_t)d->count.pending : d->loaded;
	size_t left = held < half ? half - held : 0;
	uint64_t settled = deliver_settled(d) - d->settled_then;
	bool busy = settled > 0 && !d->starved;

	if (left >= GROUP_HALF)
		return left < GROUP ? left : GROUP;
	/* Where memory is small, all but what it has room for is read again. */
	if (left > 0 && half < 2 * GROUP_HALF)
		return GROUP;
	if (d->now - d->accepted_at < (busy ? GROUP_EVERY_BUSY : GROUP_EVERY))
		return 0;
	return busy && settled >= GROUP_BUSY && 2 * settled < GROUP
	    ? (size_t)(2 * settled)
	    : GROUP;
}

void
deliver_store_load(struct deliver *d)
{
	if (d->store.spool == NULL || d->stopped)
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
	struct deliver_job *j = read_job(l->d, l->e, row);

	if (j == NULL && errno == ENOMEM)
		return 1;
	l->count++;
	if (j != NULL && deliver_enqueue(l->d, j) != 0)
		deliver_job_drop(l->d, j);
	return 0;
}

bool
deliver_store_session(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_lane *lane)
{
	struct loading l = {.d = d, .e = e};
	struct err why;

	lane->skipped = false;
	if (d->stopped || d->store_failed)
		return false;
	if (spool_session(d->store.spool, e->number, lane->node.key, 0,
		e->cursor, DELIVER_LANE_LEAST, load_session_one, &l,
		&why) < 0) {
		deliver_store_failed(d, &why);
		return false;
	}
	return l.count == DELIVER_LANE_LEAST;
}
