#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deliver/internal.h"
#include "instant/instant.h"
#include "outgoing/shown.h"

/* The longest, in ms, that what was settled is not synced to the disk. */
#define SYNC_EVERY 1000

/* How often, in ms, settled events are forgotten. */
#define FORGET_EVERY 60000

int
deliver_use_spool(
    struct deliver *d, const struct deliver_spool_options *o, struct err *err)
{
	d->store = *o;
	d->accepting_end = &d->accepting;
	d->schedule.policy.durable = true;
	d->room = 1; /* more when the first turn has looked */
	if (!d->schedule.policy.ordered)
		return 0;
	/* What waits for its time must not be overtaken by its session. */
	if (spool_index_sessions(o->spool, err) != 0)
		return -1;
	return spool_make_ready(o->spool, err);
}

/* Retry-After of an earlier run. */
static void
take_up_hold(struct deliver *d, struct deliver_endpoint *e, int64_t until)
{
	int64_t wait = until - d->schedule.wall;
	char text[INSTANT_TEXT_MAX];

	/* The clock may have been set back. */
	if (wait > HTTP_RETRY_AFTER_MAX)
		wait = HTTP_RETRY_AFTER_MAX;
	e->queue.not_before = d->schedule.now + wait;
	instant_format(d->schedule.wall + wait, text);
	deliver_note(d, DELIVER_NOTE_STATE, e,
	    "asked for no requests before %s (Retry-After)", text);
}

int
deliver_store_endpoint(
    struct deliver *d, struct deliver_endpoint *e, struct err *err)
{
	struct spool_endpoint kept;
	struct spool_counts c;

	if (spool_endpoint(d->store.spool, e->name, !e->added, &kept, err) != 0)
		return -1;
	e->number = kept.number;
	if (spool_count(d->store.spool, e->number,
		(uint32_t)d->schedule.policy.max_attempts, &c, err) != 0)
		return -1;
	e->queue.off = kept.off;
	if (kept.hold > d->schedule.wall)
		take_up_hold(d, e, kept.hold);
	e->pending = (size_t)(c.ready + c.waiting);
	d->count.pending += e->pending;
	e->more = c.ready > 0;
	e->quick = (size_t)c.quick;
	e->due = c.next;
	if (e->queue.off)
		deliver_note(d, DELIVER_NOTE_STATE, e,
		    "is switched off since it answered 410; %zu of its events "
		    "are kept",
		    e->pending);
	return 0;
}

static int
recover_one(struct deliver *d, const char *name, bool of_line, struct err *err)
{
	bool bad = false;
	struct outgoing_shown shown;
	struct err why;
	char text[ERR_TEXT_MAX + 80];

	if (deliver_endpoint_find(d, span_of(name)) != NULL)
		return 0;
	outgoing_shown(&shown, span_of(name));
	if (!of_line && d->added > 0) {
		d->out->report(d->out->context, DELIVER_NOTE_STATE, shown.text,
		    "its events wait in the spool: it is no endpoint of this "
		    "run");
		return 0;
	}
	if (deliver_endpoint_for(d, span_of(name), &bad, &why) != NULL)
		return 0;
	if (!bad)
		return err_set(err, "%s", why.text);
	/* The options of an earlier run allowed it. */
	d->count.stranded++;
	snprintf(
	    text, sizeof(text), "its events wait in the spool: %s", why.text);
	d->out->report(d->out->context, DELIVER_NOTE_STATE, shown.text, text);
	return 0;
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
		    d, n.text.data + at + 1, n.text.data[at] == 'L', err);
	buf_release(&n.text);
	if (rc != 0)
		return rc;
	/* What was woken up just now is due now. */
	schedule_set_time(&d->schedule, instant_monotonic(), instant_now());
	return spool_commit(d->store.spool, err);
}

int
deliver_switch_on(struct deliver *d, const char *name, struct err *err)
{
	struct deliver_endpoint *e = deliver_endpoint_named(d, span_of(name));
	struct outgoing_shown shown;

	if (e == NULL)
		return err_set(err, "%s is no endpoint of this run",
		    outgoing_shown(&shown, span_of(name)));
	e->queue.off = false;
	e->queue.not_before = 0;
	return spool_switch(d->store.spool, e->number, false, err);
}

struct search {
	struct span shown;
	struct buf text;
	struct buf *url;
};

static int
compare_name(void *context, const char *name, bool of_line)
{
	struct search *s = context;

	(void)of_line;
	buf_clear(&s->text);
	outgoing_show(&s->text, span_of(name));
	if (buf_string(&s->text) == NULL || !span_is(s->shown, s->text.data))
		return 0;
	buf_add_text(s->url, name);
	return 1;
}

int
deliver_store_named(
    struct deliver *d, struct span shown, struct buf *url, struct err *err)
{
	struct search s = {.shown = shown, .url = url};
	int rc;

	if (d->store.spool == NULL)
		return 0;
	buf_init(&s.text);
	rc = spool_endpoints(d->store.spool, true, compare_name, &s, err);
	if (rc >= 0 && (buf_failed(&s.text) || buf_failed(url)))
		rc = err_set(err, "out of memory");
	buf_release(&s.text);
	return rc < 0 ? -1 : 0;
}

void
deliver_store_failed(struct deliver *d, const struct err *why)
{
	if (d->store_failed)
		return;
	d->store_failed = true;
	spool_rollback(d->store.spool);
	err_set(&d->store_err, "%s: %s", d->store.name, why->text);
}

void
deliver_store_recount(struct deliver *d)
{
	struct spool_counts c;
	struct err why;

	d->count.pending = 0;
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_count(d->store.spool, e->number,
			(uint32_t)d->schedule.policy.max_attempts, &c,
			&why) != 0) {
			deliver_store_failed(d, &why);
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
		if (spool_replay(d->store.spool, e->number, from, to,
			d->schedule.wall, &some, err) != 0)
			return -1;
		*n += some;
	}
	deliver_store_recount(d);
	return 0;
}

int
deliver_replay_id(
    struct deliver *d, struct span id, uint64_t *n, struct err *err)
{
	uint64_t some;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_replay_id(d->store.spool, e->number, id,
			d->schedule.wall, &some, err) != 0)
			return -1;
		*n += some;
	}
	deliver_store_recount(d);
	return 0;
}

int
deliver_retry_dead(struct deliver *d, uint64_t *n, struct err *err)
{
	uint64_t some;

	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_retry(d->store.spool, e->number, d->schedule.wall,
			&some, err) != 0)
			return -1;
		*n += some;
	}
	deliver_store_recount(d);
	return 0;
}

static void
save(struct deliver *d, struct schedule_entry *j, enum spool_state state,
    int64_t at, const char *reason)
{
	struct spool_job row = {.seq = j->delivery.event->seq,
	    .endpoint = deliver_endpoint_of(j->endpoint)->number,
	    .state = state,
	    .attempts = j->delivery.attempts,
	    .round = j->delivery.round,
	    .status = j->delivery.last_status,
	    .first = j->delivery.first,
	    .at = at,
	    .since = j->delivery.since,
	    .batch = j->delivery.batch,
	    .fresh = j->delivery.unlogged,
	    .session = j->delivery.event->session};
	struct err why;

	if (d->unsynced == 0)
		d->unsynced = d->schedule.now > 0 ? d->schedule.now : 1;
	if (reason != NULL)
		row.error = span_of(reason);
	if (!d->store_failed && spool_save(d->store.spool, &row, &why) != 0)
		deliver_store_failed(d, &why);
	j->delivery.unlogged = false;
}

void
deliver_store_commit(struct deliver *d)
{
	struct err why;

	if (d->store.spool == NULL || d->store_failed)
		return;
	if (spool_commit(d->store.spool, &why) != 0) {
		deliver_store_failed(d, &why);
	} else if (d->unsynced > 0 &&
	    d->schedule.now - d->unsynced >= SYNC_EVERY) {
		d->unsynced = 0;
		if (spool_sync(d->store.spool, &why) != 0)
			deliver_store_failed(d, &why);
	}
}

int64_t
deliver_store_sync_time(const struct deliver *d)
{
	return d->unsynced > 0 && !d->store_failed ? d->unsynced + SYNC_EVERY
						   : -1;
}

void
deliver_store_settle(struct deliver *d, struct schedule_entry *j,
    enum spool_state state, const char *reason)
{
	save(d, j, state, d->schedule.wall, reason);
}

void
deliver_store_leave(struct deliver *d, struct schedule_entry *j)
{
	if (j->delivery.unlogged)
		save(d, j, SPOOL_READY, j->delivery.since, NULL);
	schedule_entry_free(j);
}

void
deliver_store_wait(
    struct deliver *d, struct schedule_entry *j, int64_t at, bool in_memory)
{
	struct deliver_endpoint *e = deliver_endpoint_of(j->endpoint);

	save(d, j, in_memory ? SPOOL_READY : SPOOL_WAITING, at,
	    j->delivery.error);
	if (in_memory)
		return;
	if (j->delivery.round < d->schedule.policy.max_attempts)
		e->quick++;
	if (at < e->due)
		e->due = at;
}

void
deliver_store_switch_off(struct deliver *d, struct deliver_endpoint *e)
{
	struct err why;

	if (!d->store_failed &&
	    spool_switch(d->store.spool, e->number, true, &why) != 0)
		deliver_store_failed(d, &why);
}

void
deliver_store_hold(struct deliver *d, const struct deliver_endpoint *e)
{
	struct err why;

	if (!d->store_failed &&
	    spool_hold(d->store.spool, e->number,
		d->schedule.wall + (e->queue.not_before - d->schedule.now),
		&why) != 0)
		deliver_store_failed(d, &why);
}

void
deliver_store_stepped(struct deliver *d, int64_t by)
{
	struct err why;

	if (!d->store_failed && spool_step(d->store.spool, by, &why) != 0)
		deliver_store_failed(d, &why);
}

void
deliver_store_ages(struct deliver *d)
{
	struct err why;

	if (d->store.spool == NULL || d->store_failed)
		return;
	for (struct deliver_endpoint *e = d->endpoint; e != NULL; e = e->next) {
		if (spool_oldest(d->store.spool, e->number, &e->oldest_accepted,
			&why) != 0) {
			deliver_store_failed(d, &why);
			return;
		}
		/* Those in memory stand in the order in which they came. */
		if (e->queue.oldest != NULL &&
		    (e->oldest_accepted == 0 ||
			e->queue.oldest->delivery.event->accepted <
			    e->oldest_accepted))
			e->oldest_accepted =
			    e->queue.oldest->delivery.event->accepted;
	}
}

bool
deliver_endpoint_idle(const struct deliver *d, const struct deliver_endpoint *e)
{
	if (e->queue.in_flight > 0 || e->coming > 0)
		return false;
	if (d->store.spool == NULL)
		return e->pending == 0;
	if (e->pending == 0 || e->queue.off || e->queue.down ||
	    e->queue.not_before >
		d->schedule.now + d->schedule.policy.retry_cap)
		return true;
	return e->queue.ready == NULL && !e->more && e->quick == 0 &&
	    e->queue.quick == 0 && e->due > d->schedule.wall;
}

void
deliver_unfollow(struct deliver *d)
{
	d->store.follow = false;
}

bool
deliver_store_idle(const struct deliver *d)
{
	/* A service that can take no more lines must end, to be started anew. */
	bool follow = d->store.follow && !deliver_closed(d);

	if (d->accepting != NULL)
		return false;
	if (d->count.pending == 0)
		return !follow;
	if (follow)
		return false;
	for (const struct deliver_endpoint *e = d->endpoint; e != NULL;
	     e = e->next) {
		if (!deliver_endpoint_idle(d, e))
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

	if (d->store.spool == NULL || d->store_failed ||
	    d->schedule.now < d->forget_at)
		return;
	crowded = spool_size(d->store.spool) >= d->store.most;
	if (spool_forget(d->store.spool, &d->forget_from,
		crowded ? d->schedule.wall : d->schedule.wall - d->store.keep,
		d->schedule.wall, &n, &why) != 0) {
		deliver_store_failed(d, &why);
		return;
	}
	d->accept_wait = crowded && spool_size(d->store.spool) >= d->store.most;
	/* Where it did not come to the end, it goes on in the next turn. */
	d->forget_at = d->schedule.now +
	    (d->forget_from > 0 ? 0
		    : crowded   ? 1000
				: FORGET_EVERY);
}
