#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"
#include "instant/instant.h"

/* Lines accepted at once.  Where there is enough to send already, groups are
 * so many ms apart; while sending goes on, they are also smaller, since what
 * memory has no room for must be read again. */
#define GROUP 4096
#define GROUP_BUSY 1024
#define GROUP_EVERY 100

/* How often, in ms, and how many settled events are forgotten. */
#define FORGET_EVERY 60000
#define FORGET_MAX 1000

int
deliver_use_spool(
    struct deliver *d, const struct deliver_spool_options *o, struct err *err)
{
	d->store = *o;
	d->accepting_end = &d->accepting;
	d->room = GROUP;
	if (!d->policy.ordered)
		return 0;
	/* What waits for its time must not be overtaken by its session. */
	if (spool_index_sessions(o->spool, err) != 0)
		return -1;
	return spool_make_ready(o->spool, err);
}

int
deliver_store_endpoint(
    struct deliver *d, struct deliver_endpoint *e, struct err *err)
{
	struct spool_counts c;
	bool off;

	if (spool_endpoint(d->store.spool, e->name, !e->added, &e->number, &off,
		err) != 0 ||
	    spool_count(d->store.spool, e->number,
		(uint32_t)d->policy.max_attempts, &c, err) != 0)
		return -1;
	e->off = off;
	e->pending = (size_t)(c.ready + c.waiting);
	d->count.pending += e->pending;
	e->more = c.ready > 0;
	e->quick = (size_t)c.quick;
	e->due = c.next;
	if (off)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "is switched off since it answered 410; %zu of its events "
		    "are kept",
		    e->pending);
	return 0;
}

struct recovery {
	struct deliver *d;
	struct err *err;
};

static int
recover_one(void *context, const char *name, bool of_line)
{
	struct recovery *r = context;
	struct deliver *d = r->d;

	if (deliver_endpoint_find(d, span_of(name)) != NULL)
		return 0;
	if (!of_line && d->added > 0) {
		d->out->report(d->out->context, DELIVER_NOTE_STATE, name,
		    "its events wait in the spool: it is no endpoint of this "
		    "run");
		return 0;
	}
	return deliver_endpoint_for(d, span_of(name), r->err) != NULL ? 0 : -1;
}

struct names {
	struct buf text; /* "L" or "C", name, 0 byte; … */
};

static int
collect_name(void *context, const char *name, bool of_line)
{
	struct names *n = context;

	buf_add_byte(&n->text, of_line ? 'L' : 'C');
	buf_add(&n->text, name, strlen(name) + 1);
	return 0;
}

int
deliver_recover(struct deliver *d, bool settled, struct err *err)
{
	struct recovery r = {d, err};
	struct names n;
	int rc;

	buf_init(&n.text);
	rc = spool_endpoints(
	    d->store.spool, settled && d->added == 0, collect_name, &n, err);
	if (rc == 0 && buf_failed(&n.text))
		rc = err_set(err, "out of memory");
	/* Making endpoints writes, so the reading is over by now. */
	for (size_t at = 0; rc == 0 && at < n.text.len;
	     at += strlen(n.text.data + at) + 1)
		rc = recover_one(
		    &r, n.text.data + at + 1, n.text.data[at] == 'L');
	buf_release(&n.text);
	if (rc != 0)
		return rc;
	/* What was woken up just now is due now. */
	d->now = instant_monotonic();
	d->wall = instant_now();
	return spool_commit(d->store.spool, err);
}

int
deliver_switch_on(struct deliver *d, const char *name, struct err *err)
{
	struct deliver_endpoint *e = deliver_endpoint_find(d, span_of(name));

	if (e == NULL)
		return err_set(err, "%s is no endpoint of this run", name);
	e->off = false;
	return spool_switch(d->store.spool, e->number, false, err);
}

/* It cannot be worked with any more. */
static void
store_failed(struct deliver *d, const struct err *why)
{
	if (d->store_failed)
		return;
	d->store_failed = true;
	spool_rollback(d->store.spool);
	err_set(&d->store_err, "%s: %s", d->store.name, why->text);
}

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

/* Count anew what was changed in the spool itself. */
static void
recount(struct deliver *d)
{
	struct spool_counts c;
	struct err why;

	d->count.pending = 0;
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_count(d->store.spool, e->number,
			(uint32_t)d->policy.max_attempts, &c, &why) != 0) {
			store_failed(d, &why);
			return;
		}
		e->pending = (size_t)(c.ready + c.waiting);
		e->quick = (size_t)c.quick;
		e->due = c.next;
		d->count.pending += e->pending;
	}
}

int
deliver_replay(
    struct deliver *d, int64_t from, int64_t to, uint64_t *n, struct err *err)
{
	uint64_t some;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_replay(d->store.spool, e->number, from, to, d->wall,
			&some, err) != 0)
			return -1;
		*n += some;
	}
	recount(d);
	return 0;
}

int
deliver_replay_id(
    struct deliver *d, struct span id, uint64_t *n, struct err *err)
{
	uint64_t some;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_replay_id(d->store.spool, e->number, id, d->wall,
			&some, err) != 0)
			return -1;
		*n += some;
	}
	recount(d);
	return 0;
}

/* ---- Taking ------------------------------------------------------------ */

/* A receipt for what was settled in an earlier run. */
static void
repeat_receipt(struct deliver *d, struct deliver_endpoint *e,
    struct deliver_event *event, const struct spool_job *old)
{
	static const enum deliver_outcome outcome[] = {
	    [SPOOL_DELIVERED] = DELIVER_OUTCOME_DELIVERED,
	    [SPOOL_DEAD] = DELIVER_OUTCOME_DEAD,
	    [SPOOL_EXPIRED] = DELIVER_OUTCOME_EXPIRED};
	struct deliver_job j = {.event = event,
	    .endpoint = e,
	    .attempts = old->attempts,
	    .first = old->first,
	    .last_status = old->status};
	char *reason =
	    old->error.n > 0 ? strndup(old->error.p, old->error.n) : NULL;

	deliver_receipt(d, &j, outcome[old->state], reason, old->at);
	free(reason);
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
	if (e->due > d->wall)
		e->due = d->wall;
}

static int
known_job(struct deliver *d, struct deliver_endpoint *e,
    struct deliver_event *event, struct spool_job *j, struct err *err)
{
	d->count.known++;
	if (j->state == SPOOL_READY || j->state == SPOOL_WAITING)
		return 0;
	if (!event->replayed || j->state == SPOOL_DELIVERED) {
		repeat_receipt(d, e, event, j);
		return 0;
	}
	j->state = SPOOL_WAITING;
	j->at = j->since = d->wall;
	j->round = 0;
	count_due(d, e);
	return spool_save(d->store.spool, j, err);
}

/* It is sent once it is on disk. */
static int
expect(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_event *event)
{
	struct deliver_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return -1;
	j->endpoint = e;
	j->event = event;
	j->since = event->accepted;
	deliver_event_hold(event);
	*d->accepting_end = j;
	d->accepting_end = &j->next;
	return 0;
}

static int
take_for(struct deliver *d, struct deliver_endpoint *e,
    struct deliver_event *event, struct err *err)
{
	struct spool_job row = {.seq = event->seq,
	    .endpoint = e->number,
	    .at = d->wall,
	    .since = d->wall,
	    .session = event->session};
	bool known;

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
	else if (expect(d, e, event) != 0)
		return err_set(err, "out of memory");
	return 0;
}

/* The ID is known: is it the same event? */
static bool
same_body(struct deliver *d, const struct deliver_event *event, struct span old)
{
	struct deliver_event *e;
	bool same;

	if (old.n == event->line.n && memcmp(old.p, event->line.p, old.n) == 0)
		return true;
	e = deliver_event_read(&d->reader, old, 0, NULL);
	same = e != NULL && e->body.n == event->body.n &&
	    memcmp(e->body.p, event->body.p, e->body.n) == 0;
	deliver_event_drop(e);
	return same;
}

enum deliver_taken
deliver_store_take(struct deliver *d, struct deliver_event *event,
    struct deliver_endpoint *one, size_t *given, struct err *err)
{
	struct deliver_endpoint *e;
	struct span old;
	bool known;

	if (spool_add_event(d->store.spool, event->id, event->line,
		event->accepted, &event->seq, &known, &old, err) != 0) {
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
		if (!d->accept_failed && take_for(d, e, event, err) != 0)
			accept_failed(d, err);
		else if (!d->accept_failed)
			continue;
		/* For deliver_store_accept to refuse. */
		if (expect(d, e, event) != 0)
			return DELIVER_FAILED;
	}
	return DELIVER_TAKEN;
}

static uint64_t
settled(const struct deliver *d)
{
	return d->count.delivered + d->count.dead + d->count.expired;
}

/* It is on disk: into memory with it, or, where that has enough, not. */
static void
admit(struct deliver *d, struct deliver_job *j)
{
	struct deliver_endpoint *e = j->endpoint;
	int64_t seq = j->event->seq;

	e->pending++;
	d->count.pending++;
	if (e->more || e->off || e->loaded >= deliver_window(d, e) ||
	    d->held > DELIVER_MEMORY_MAX) {
		e->more = true;
		deliver_job_drop(d, j);
		return;
	}
	e->cursor = seq + 1;
	switch (deliver_enqueue(d, j)) {
	case 0:
		return;
	case -1:
		e->cursor = seq;
		e->more = true;
		break;
	}
	deliver_job_drop(d, j);
}

/* They are on no disk: they must not vanish. */
static void
refuse(struct deliver *d, struct deliver_job *j, const struct err *why)
{
	struct deliver_endpoint *e = j->endpoint;
	char reason[ERR_TEXT_MAX + 32];

	snprintf(reason, sizeof(reason), "not accepted: %s", why->text);
	j->event->seq = 0; /* the number was undone */
	deliver_receipt(d, j, DELIVER_OUTCOME_DEAD, reason, d->wall);
	e->dead++;
	d->count.dead++;
	deliver_note(d, DELIVER_NOTE_LOST, e, "%.*s: %s", (int)j->event->id.n,
	    j->event->id.p, reason);
	deliver_job_drop(d, j);
}

void
deliver_store_accept(struct deliver *d)
{
	struct deliver_job *j, *next;
	struct err why;
	bool good;

	if (d->store.spool == NULL)
		return;
	if (!d->store_failed && !d->accept_failed &&
	    spool_commit(d->store.spool, &why) != 0)
		accept_failed(d, &why);
	good = !d->store_failed && !d->accept_failed;
	if (!good && d->accepting != NULL)
		recount(d);
	if (d->accepting != NULL) {
		d->accepted_at = d->now;
		d->settled_then = settled(d);
	}
	for (j = d->accepting; j != NULL; j = next) {
		next = j->next;
		j->next = NULL;
		if (good)
			admit(d, j);
		else
			refuse(d, j,
			    d->accept_failed ? &d->accept_err : &d->store_err);
	}
	d->accepting = NULL;
	d->accepting_end = &d->accepting;
}

void
deliver_store_commit(struct deliver *d)
{
	struct err why;

	if (d->store.spool != NULL && !d->store_failed &&
	    spool_commit(d->store.spool, &why) != 0)
		store_failed(d, &why);
}

/* ---- Loading ----------------------------------------------------------- */

size_t
deliver_window(const struct deliver *d, const struct deliver_endpoint *e)
{
	size_t share = (size_t)d->policy.queue / (d->names.count + 1) + 1;
	size_t least = 2 * e->concurrency;

	return share > least ? share : least;
}

struct loading {
	struct deliver *d;
	struct deliver_endpoint *e;
	size_t count;
	bool cursor;               /* it goes along */
	bool due;                  /* they waited for their time */
	struct deliver_lane *lane; /* to append to */
};

static struct deliver_job *
read_job(
    struct deliver *d, struct deliver_endpoint *e, const struct spool_job *row)
{
	struct deliver_job *j = calloc(1, sizeof(*j));
	struct err why;

	if (j == NULL)
		return NULL;
	j->event =
	    deliver_event_read(&d->reader, row->line, row->accepted, &why);
	if (j->event == NULL) {
		free(j);
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

static int
load_one(void *context, const struct spool_job *row)
{
	struct loading *l = context;
	struct deliver *d = l->d;
	struct deliver_job *j = read_job(d, l->e, row);

	if (j == NULL)
		return 1; /* memory: later */
	l->count++;
	if (l->due && row->round < d->policy.max_attempts && l->e->quick > 0)
		l->e->quick--;
	switch (deliver_enqueue(d, j)) {
	case 0:
		break;
	case 1:
		deliver_job_drop(d, j);
		break;
	default:
		deliver_job_drop(d, j);
		return 1;
	}
	if (l->cursor)
		l->e->cursor = row->seq + 1;
	return d->held > DELIVER_MEMORY_MAX;
}

static void
load_endpoint(struct deliver *d, struct deliver_endpoint *e)
{
	struct loading l = {.d = d, .e = e};
	size_t window = deliver_window(d, e);
	struct err why;
	int64_t room;
	int rc = 0;

	if (e->loaded > window / 2 || e->off ||
	    (e->loaded > 0 && d->held > DELIVER_MEMORY_MAX))
		return;
	room = (int64_t)(window - e->loaded);
	if (e->due <= d->wall) {
		l.due = true;
		/* Ready ones from the cursor on are still to come: what is
		 * made ready there would come twice. */
		rc = spool_due(d->store.spool, e->number, d->wall,
		    e->more ? e->cursor : INT64_MAX, room, load_one, &l, &why);
		if (rc >= 0)
			rc = spool_next(
			    d->store.spool, e->number, &e->due, &why);
		room -= (int64_t)l.count;
	}
	if (rc >= 0 && e->more && room > 0) {
		l.due = false;
		l.cursor = true;
		l.count = 0;
		rc = spool_ready(d->store.spool, e->number, e->cursor, room,
		    load_one, &l, &why);
		if (rc == 0 && l.count < (size_t)room)
			e->more = false;
	}
	if (rc < 0)
		store_failed(d, &why);
}

void
deliver_store_load(struct deliver *d)
{
	if (d->store.spool == NULL || d->stopped)
		return;
	for (struct deliver_endpoint *e = d->endpoint;
	     e != NULL && !d->store_failed; e = e->next)
		load_endpoint(d, e);
	if (d->loaded < (size_t)d->policy.queue / 2)
		d->room = GROUP;
	else if (d->now - d->accepted_at < GROUP_EVERY)
		d->room = 0;
	else
		d->room = settled(d) > d->settled_then ? GROUP_BUSY : GROUP;
}

static int
load_session_one(void *context, const struct spool_job *row)
{
	struct loading *l = context;
	struct deliver_job *j = read_job(l->d, l->e, row);

	if (j == NULL)
		return 1;
	l->count++;
	if (deliver_enqueue(l->d, j) != 0)
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
		e->cursor, DELIVER_LANE_MAX, load_session_one, &l, &why) < 0) {
		store_failed(d, &why);
		return false;
	}
	return l.count == DELIVER_LANE_MAX;
}

/* ---- Settling ---------------------------------------------------------- */

static void
save(struct deliver *d, const struct deliver_job *j, enum spool_state state,
    int64_t at, const char *reason)
{
	struct spool_job row = {.seq = j->event->seq,
	    .endpoint = j->endpoint->number,
	    .state = state,
	    .attempts = j->attempts,
	    .round = j->round,
	    .status = j->last_status,
	    .first = j->first,
	    .at = at,
	    .since = j->since};
	struct err why;

	if (reason != NULL)
		row.error = span_of(reason);
	if (!d->store_failed && spool_save(d->store.spool, &row, &why) != 0)
		store_failed(d, &why);
}

void
deliver_store_settle(struct deliver *d, const struct deliver_job *j,
    enum spool_state state, const char *reason)
{
	save(d, j, state, d->wall, reason);
}

void
deliver_store_wait(struct deliver *d, struct deliver_job *j, int64_t at)
{
	struct deliver_endpoint *e = j->endpoint;

	if (j->round < d->policy.max_attempts)
		e->quick++;
	if (j->lane != NULL) {
		save(d, j, SPOOL_READY, at, j->error);
		j->due = d->now + (at - d->wall);
		if (deliver_heap_push(&d->waiting, j) != 0)
			deliver_make_ready(j, true);
		return;
	}
	save(d, j, SPOOL_WAITING, at, j->error);
	if (at < e->due)
		e->due = at;
	deliver_job_free(d, j);
}

void
deliver_store_switch_off(struct deliver *d, struct deliver_endpoint *e)
{
	struct err why;

	if (!d->store_failed &&
	    spool_switch(d->store.spool, e->number, true, &why) != 0)
		store_failed(d, &why);
}

void
deliver_store_ages(struct deliver *d)
{
	struct err why;

	if (d->store.spool == NULL || d->store_failed)
		return;
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_oldest(d->store.spool, e->number, &e->oldest_accepted,
			&why) != 0)
			store_failed(d, &why);
	}
}

/* Is there nothing of ${e} that a run without --follow waits for? */
static bool
endpoint_idle(const struct deliver *d, const struct deliver_endpoint *e)
{
	if (e->in_flight > 0)
		return false;
	if (e->pending == 0 || e->off || e->down ||
	    e->hold > d->now + d->policy.retry_cap)
		return true;
	return e->ready == NULL && !e->more && e->quick == 0 &&
	    e->due > d->wall;
}

bool
deliver_store_idle(const struct deliver *d)
{
	if (d->accepting != NULL)
		return false;
	if (d->count.pending == 0)
		return !d->store.follow;
	if (d->store.follow)
		return false;
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next) {
		if (!endpoint_idle(d, e))
			return false;
	}
	return true;
}

void
deliver_store_housekeeping(struct deliver *d)
{
	bool crowded;
	struct err why;
	uint64_t n = 0;

	if (d->store.spool == NULL || d->store_failed || d->now < d->forget_at)
		return;
	crowded = spool_size(d->store.spool) >= d->store.most;
	if (spool_forget(d->store.spool,
		crowded ? d->wall : d->wall - d->store.keep, false, FORGET_MAX,
		&n, &why) != 0) {
		store_failed(d, &why);
		return;
	}
	d->accept_wait = crowded && spool_size(d->store.spool) >= d->store.most;
	d->forget_at = d->now +
	    (n == FORGET_MAX  ? 0
		    : crowded ? 1000
			      : FORGET_EVERY);
}
