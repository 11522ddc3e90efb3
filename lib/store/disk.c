/* The store in a spool, which outlives the run. */
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

/* How often settled events are forgotten, in ms: normally, and if the store is
 * full. */
#define FORGET_EVERY 60000
#define FORGET_EVERY_FULL 1000

static struct spool *
spool_of(struct store *s)
{
	return store_disk_of(s)->o.spool;
}

static void
close_disk(struct store *s)
{
	free(s);
}

/* The ID of ${event} is known: is ${old}, the line in the spool, the same? */
static bool
same_body(struct store *s, const struct outgoing_event *event, struct span old)
{
	struct outgoing_event *e;
	bool same;

	if (old.n == event->line.n && memcmp(old.p, event->line.p, old.n) == 0)
		return true;
	e = outgoing_event_read(store_disk_of(s)->o.reader, old, 0, NULL);
	same = e != NULL && e->body.n == event->body.n &&
	    memcmp(e->body.p, event->body.p, e->body.n) == 0;
	outgoing_event_unref(e);
	return same;
}

static enum store_event
accept_event(struct store *s, struct outgoing_event *event, struct err *err)
{
	struct spool_event row = {.id = event->id,
	    .session = event->session,
	    .line = event->line,
	    .accepted = event->accepted};
	struct span old;
	bool known;

	if (spool_add_event(
		spool_of(s), &row, &event->seq, &known, &old, err) != 0)
		return STORE_FAILED;
	if (!known)
		return STORE_NEW;
	return same_body(s, event, old) ? STORE_KNOWN : STORE_OTHER_BODY;
}

static enum store_state
state_of(enum spool_state state)
{
	static const enum store_state of[] = {[SPOOL_READY] = STORE_READY,
	    [SPOOL_WAITING] = STORE_WAITING,
	    [SPOOL_DELIVERED] = STORE_DELIVERED,
	    [SPOOL_DEAD] = STORE_DEAD,
	    [SPOOL_EXPIRED] = STORE_EXPIRED};

	return of[state];
}

/* The delivery is known.  If it was dead or expired, and the event is now a
 * dead letter, send it again. */
static enum store_accepted
known_one(struct store *s, const struct outgoing_event *event,
    struct spool_delivery *row, struct store_record *old, struct err *err)
{
	if (row->state == SPOOL_READY || row->state == SPOOL_WAITING)
		return STORE_PENDING;
	if (!event->replayed || row->state == SPOOL_DELIVERED) {
		*old = (struct store_record){.state = state_of(row->state),
		    .attempts = row->attempts,
		    .status = row->status,
		    .first = row->first,
		    .since = row->since,
		    .at = row->at,
		    .error = row->error};
		return STORE_SETTLED;
	}
	row->state = SPOOL_WAITING;
	row->at = row->since = s->wall;
	row->round = 0;
	row->batch = 0;
	return spool_save(spool_of(s), row, err) == 0 ? STORE_AGAIN
						      : STORE_REFUSED;
}

static enum store_accepted
accept_one(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old, struct err *err)
{
	struct spool_delivery row = {.seq = event->seq,
	    .endpoint = e->number,
	    .at = s->wall,
	    .since = s->wall,
	    .session = event->session};
	bool known;

	/* A new event that memory has room for: the delivery is written with
	 * its first outcome. */
	if (is_new && event->seq >= e->cursor && has_room) {
		*unlogged = true;
		return spool_add_unlogged(
			   spool_of(s), event->seq, e->number, err) == 0
		    ? STORE_COMING
		    : STORE_REFUSED;
	}
	/* A known event may be new to this endpoint.  If it is before the
	 * cursor, store_take only finds it as a waiting one that is due. */
	row.state = event->seq < e->cursor ? SPOOL_WAITING : SPOOL_READY;
	if (spool_add_delivery(spool_of(s), &row, &known, err) != 0)
		return STORE_REFUSED;
	if (known)
		return known_one(s, event, &row, old, err);
	return row.state == SPOOL_WAITING ? STORE_COMING_BACK : STORE_COMING;
}

static int
count(
    struct store *s, struct store_endpoint *e, uint64_t *ready, struct err *err)
{
	struct spool_counts c;

	if (spool_count(spool_of(s), e->number, s->quick_rounds, &c, err) != 0)
		return -1;
	e->pending = (size_t)(c.ready + c.waiting);
	e->quick = (size_t)c.quick;
	e->due = c.next;
	*ready = c.ready;
	return 0;
}

static int
recount(struct store *s, struct store_endpoint *e, struct err *err)
{
	uint64_t ready;

	return count(s, e, &ready, err);
}

static int
add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err)
{
	struct spool_endpoint kept;
	uint64_t ready;

	if (spool_endpoint(spool_of(s), name, of_line, &kept, err) != 0)
		return -1;
	e->number = kept.number;
	known->off = kept.off;
	known->not_before = kept.not_before;
	if (count(s, e, &ready, err) != 0)
		return -1;
	e->more = ready > 0;
	return 0;
}

static int
commit(struct store *s, struct err *err)
{
	return spool_commit(spool_of(s), err);
}

static void
rollback(struct store *s)
{
	spool_rollback(spool_of(s));
}

static int
save(struct store *s, const struct store_endpoint *e,
    const struct outgoing_delivery *d, enum store_state state, int64_t at,
    const char *reason, struct err *err)
{
	static const enum spool_state of[] = {[STORE_READY] = SPOOL_READY,
	    [STORE_WAITING] = SPOOL_WAITING,
	    [STORE_DELIVERED] = SPOOL_DELIVERED,
	    [STORE_DEAD] = SPOOL_DEAD,
	    [STORE_EXPIRED] = SPOOL_EXPIRED};
	struct spool_delivery row = {.seq = d->event->seq,
	    .endpoint = e->number,
	    .state = of[state],
	    .attempts = d->attempts,
	    .round = d->round,
	    .status = d->last_status,
	    .first = d->first,
	    .at = at,
	    .since = d->since,
	    .batch = d->batch,
	    .unlogged = d->unlogged,
	    .session = d->event->session};

	if (reason != NULL)
		row.error = span_of(reason);
	return spool_save(spool_of(s), &row, err);
}

static int
flush(struct store *s, struct err *err)
{
	return spool_sync(spool_of(s), err);
}

static int
switch_off(
    struct store *s, const struct store_endpoint *e, bool off, struct err *err)
{
	return spool_switch(spool_of(s), e->number, off, err);
}

static int
set_not_before(struct store *s, const struct store_endpoint *e, int64_t until,
    struct err *err)
{
	return spool_set_not_before(spool_of(s), e->number, until, err);
}

static int
step(struct store *s, int64_t by, struct err *err)
{
	return spool_shift_clock(spool_of(s), by, err);
}

static int
oldest(struct store *s, const struct store_endpoint *e, int64_t *accepted,
    struct err *err)
{
	return spool_oldest(spool_of(s), e->number, accepted, err);
}

static int
forget(struct store *s, struct err *err)
{
	struct store_disk *d = store_disk_of(s);
	struct spool *spool = d->o.spool;
	bool crowded;
	uint64_t n = 0;

	if (s->now < d->forget_at)
		return 0;
	crowded = spool_size(spool) >= d->o.most;
	if (spool_forget(spool, &d->forget_from,
		crowded ? s->wall : s->wall - d->o.keep, s->wall, &n, err) != 0)
		return -1;
	s->is_full = crowded && spool_size(spool) >= d->o.most;
	/* If it did not reach the end, continue in the next turn. */
	d->forget_at = s->now;
	if (d->forget_from == 0)
		d->forget_at += crowded ? FORGET_EVERY_FULL : FORGET_EVERY;
	return 0;
}

/* The accepted events may have filled the store. */
static int
commit_accepted(struct store *s, struct err *err)
{
	struct store_disk *d = store_disk_of(s);

	if (commit(s, err) != 0)
		return -1;
	/* This also synced the outcomes, which are in the same log. */
	s->unsynced = 0;
	if (spool_size(d->o.spool) >= d->o.most)
		d->forget_at = s->now;
	return 0;
}

static int
names(
    struct store *s, bool all, store_name *each, void *context, struct err *err)
{
	return spool_endpoints(spool_of(s), all, each, context, err);
}

static int
replay(struct store *s, const struct store_endpoint *e, int64_t from,
    int64_t to, uint64_t *n, struct err *err)
{
	uint64_t some = 0;
	int rc =
	    spool_replay(spool_of(s), e->number, from, to, s->wall, &some, err);

	*n += some;
	return rc;
}

static int
replay_id(struct store *s, const struct store_endpoint *e, struct span id,
    uint64_t *n, struct err *err)
{
	uint64_t some = 0;
	int rc =
	    spool_replay_id(spool_of(s), e->number, id, s->wall, &some, err);

	*n += some;
	return rc;
}

static int
retry(struct store *s, const struct store_endpoint *e, uint64_t *n,
    struct err *err)
{
	uint64_t some = 0;
	int rc = spool_retry(spool_of(s), e->number, s->wall, &some, err);

	*n += some;
	return rc;
}

static const struct store_row disk = {.name = "disk",
    .durable = true,
    .parks = true,
    .close = close_disk,
    .accept_event = accept_event,
    .accept = accept_one,
    .add_endpoint = add_endpoint,
    .commit = commit,
    .commit_accepted = commit_accepted,
    .rollback = rollback,
    .save = save,
    .take = store_disk_take,
    .take_session = store_disk_take_session,
    .flush = flush,
    .switch_off = switch_off,
    .set_not_before = set_not_before,
    .step = step,
    .oldest = oldest,
    .recount = recount,
    .forget = forget,
    .names = names,
    .replay = replay,
    .replay_id = replay_id,
    .retry = retry};

struct store *
store_disk_open(const struct store_disk_options *o, struct err *err)
{
	struct store_disk *d;

	/* A waiting delivery must not be overtaken by others of its session. */
	if (o->ordered &&
	    (spool_index_sessions(o->spool, err) != 0 ||
		spool_make_ready(o->spool, err) != 0))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	d->base.row = &disk;
	d->base.name = o->name;
	d->base.quick_rounds = o->quick_rounds;
	d->o = *o;
	return &d->base;
}
