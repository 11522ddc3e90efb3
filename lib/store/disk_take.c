#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

struct taking {
	struct store_disk *s;
	struct store_endpoint *e;
	const struct store_taker *taker;
	size_t count, room;
	int64_t batch; /* of the previous delivery */
	bool due;      /* taking those whose wait is over */
};

/* Report a damaged line, which cannot be sent.  The disk may have damaged it,
 * or another version accepted what this one refuses.  It stays in the spool. */
static void
bury(const struct taking *t, const struct spool_delivery *row,
    const struct err *why)
{
	struct outgoing_event event = {.seq = row->seq,
	    .accepted = row->accepted,
	    .time = row->accepted,
	    .id = row->id};
	struct outgoing_delivery d = {.event = &event,
	    .attempts = row->attempts,
	    .round = row->round,
	    .first = row->first,
	    .since = row->since,
	    .last_status = row->status};

	t->taker->damaged(t->taker->context, &d, why->text);
}

/* Read ${row} into ${d}.  Return false with errno ENOMEM if memory ran out and
 * it can be read later, or with errno 0 if it was damaged and has been
 * settled. */
static bool
read_row(const struct taking *t, const struct spool_delivery *row,
    struct outgoing_delivery *d)
{
	struct outgoing_event *event;
	struct err why;

	event =
	    outgoing_event_read(t->s->o.reader, row->line, row->accepted, &why);
	if (event == NULL) {
		bool memory = errno == ENOMEM;

		if (!memory)
			bury(t, row, &why);
		errno = memory ? ENOMEM : 0;
		return false;
	}
	event->seq = row->seq;
	*d = (struct outgoing_delivery){.event = event,
	    .first = row->first,
	    .since = row->since,
	    .batch = row->batch,
	    .attempts = row->attempts,
	    .round = row->round,
	    .last_status = row->status};
	if (row->error.n > 0)
		d->error = strndup(row->error.p, row->error.n);
	return true;
}

/* Hand ${row} to the taker. */
static enum store_taken
hand_out(const struct taking *t, const struct spool_delivery *row)
{
	struct outgoing_delivery d;
	enum store_taken taken;

	if (!read_row(t, row, &d))
		return errno == ENOMEM ? STORE_STOP : STORE_TAKEN;
	taken = t->taker->take(
	    t->taker->context, &d, row->state == SPOOL_READY ? row->at : 0);
	if (taken != STORE_TAKEN) {
		outgoing_event_unref(d.event);
		free(d.error);
	}
	return taken;
}

/* Was ${row} in the same request as the previous one?  A batch is taken
 * whole. */
static bool
is_mate(struct taking *t, const struct spool_delivery *row)
{
	bool mate = row->batch != 0 && row->batch == t->batch;

	t->batch = row->batch;
	return mate;
}

static int
take_one(void *context, const struct spool_delivery *row)
{
	struct taking *t = context;

	if (!is_mate(t, row) &&
	    (t->count >= t->room ||
		(t->count > 0 && t->taker->is_full(t->taker->context))))
		return 1;
	if (hand_out(t, row) == STORE_STOP)
		return 1;
	t->count++;
	if (t->due && row->round < t->s->base.quick_rounds && t->e->quick > 0)
		t->e->quick--;
	store_passed(t->e, row->seq);
	return 0;
}

/* Take the deliveries whose wait is over.  This makes them ready.  While there
 * may be ready ones from the cursor on, those there must wait: take_ready would
 * return them a second time. */
static int
take_due(struct taking *t, struct err *err)
{
	struct store_disk *s = t->s;
	struct store_endpoint *e = t->e;

	t->due = true;
	if (spool_due(s->o.spool, e->number, s->base.wall,
		e->more ? e->cursor : INT64_MAX,
		(int64_t)(t->room + s->o.batch), take_one, t, err) < 0)
		return -1;
	return spool_next(s->o.spool, e->number, &e->due, err);
}

static int
take_ready(struct taking *t, struct err *err)
{
	struct store_endpoint *e = t->e;
	int rc;

	rc = spool_ready(t->s->o.spool, e->number, e->cursor,
	    (int64_t)(t->room + t->s->o.batch), take_one, t, err);
	if (rc == 0 && t->count < t->room)
		e->more = false;
	return rc < 0 ? -1 : 0;
}

int
store_disk_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker, struct err *err)
{
	struct taking t = {
	    .s = store_disk_of(s), .e = e, .taker = taker, .room = room};

	if (e->due <= s->wall) {
		if (take_due(&t, err) != 0)
			return -1;
		room -= t.count < room ? t.count : room;
	}
	if (!e->more || room == 0)
		return 0;
	t = (struct taking){
	    .s = store_disk_of(s), .e = e, .taker = taker, .room = room};
	return take_ready(&t, err);
}

static int
take_of_session(void *context, const struct spool_delivery *row)
{
	struct taking *t = context;

	if (hand_out(t, row) == STORE_STOP)
		return 1;
	t->count++;
	return 0;
}

int
store_disk_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker,
    size_t *n, struct err *err)
{
	struct taking t = {.s = store_disk_of(s), .e = e, .taker = taker};
	int rc = spool_session(t.s->o.spool, e->number, session, 0, e->cursor,
	    (int64_t)limit, take_of_session, &t, err);

	*n = t.count;
	return rc < 0 ? -1 : 0;
}
