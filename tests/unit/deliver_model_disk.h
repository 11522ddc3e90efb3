/*
 * deliver_model_disk: the stores of deliver_model.c, which are watched: memory,
 * a simulated disk, or the spool's own row, on which the crash comes as well.
 */
#ifndef DELIVER_MODEL_DISK_H
#define DELIVER_MODEL_DISK_H

#include "deliver_model_world.h"

struct watched {
	struct store base;   /* first */
	struct store *below; /* NULL: simulated */
	struct spool *spool;
	struct outgoing_reader *reader;
};

/* The row below, which has times of its own. */
static struct store *
below(struct store *s)
{
	struct store *b = ((struct watched *)s)->below;

	if (b != NULL)
		store_set_time(b, s->now, s->wall);
	return b;
}

/* May one more write be made?  What was not committed is gone where it may
 * not. */
static bool
may_write(struct store *s)
{
	struct watched *w = (struct watched *)s;

	if (model.crashed)
		return false;
	if (model_write())
		return true;
	if (w->spool != NULL)
		spool_rollback(w->spool);
	return false;
}

static void
watched_close(struct store *s)
{
	struct watched *w = (struct watched *)s;

	store_close(w->below);
	spool_close(w->spool);
	free(w);
}

static enum store_event
watched_accept_event(
    struct store *s, struct outgoing_event *event, struct err *err)
{
	int64_t *seq = &model.disk.seq[model_event(event)];
	struct store *b = below(s);

	if (!may_write(s)) {
		event->seq = INT64_MAX / 2; /* of no run to come */
		return STORE_NEW;
	}
	if (b != NULL) {
		enum store_event rc = b->row->accept_event(b, event, err);

		*seq = event->seq;
		return rc;
	}
	event->seq = *seq;
	if (*seq != 0)
		return model.durable ? STORE_KNOWN : STORE_NEW;
	event->seq = *seq = ++model.disk.last;
	return STORE_NEW;
}

static enum store_accepted
watched_accept(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old, struct err *err)
{
	struct model_row *row =
	    &model.disk.row[e->number - 1][model_event(event)];
	struct store *b = below(s);
	enum store_accepted rc;

	if (model.crashed || !may_write(s))
		return STORE_COMING;
	if (b != NULL)
		rc = b->row->accept(
		    b, e, event, is_new, has_room, unlogged, old, err);
	else if (row->there)
		rc = row->state < STORE_DELIVERED ? STORE_PENDING
						  : STORE_SETTLED;
	else
		rc = event->seq < e->cursor ? STORE_COMING_BACK : STORE_COMING;
	if (!model.durable)
		rc = STORE_ACCEPTED;
	if (rc == STORE_PENDING || rc == STORE_SETTLED) {
		*old =
		    (struct store_record){.state = row->state, .at = s->wall};
		return rc;
	}
	*row = (struct model_row){.there = true,
	    .state = rc == STORE_COMING_BACK ? STORE_WAITING : STORE_READY,
	    .at = s->wall,
	    .since = s->wall};
	return rc;
}

static int
watched_add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err)
{
	struct store *b = below(s);
	size_t i = (size_t)(name[9] - '0');

	e->number = (int64_t)i + 1;
	if (b != NULL)
		return b->row->add_endpoint(b, name, of_line, e, known, err);
	known->off = model.disk.off[i];
	for (size_t k = 0; k < MODEL_EVENTS; k++) {
		const struct model_row *row = &model.disk.row[i][k];

		if (!row->there || row->state >= STORE_DELIVERED)
			continue;
		e->pending++;
		if (row->state == STORE_READY) {
			e->more = true;
			continue;
		}
		e->quick += row->round < s->quick_rounds;
		if (row->at < e->due)
			e->due = row->at;
	}
	return 0;
}

static int
watched_commit(struct store *s, struct err *err)
{
	struct store *b = below(s);

	if (model.crashed || !may_write(s))
		return 0;
	model.safe = model.disk;
	return b != NULL ? b->row->commit(b, err) : 0;
}

static int
watched_commit_accepted(struct store *s, struct err *err)
{
	s->unsynced = 0;
	return watched_commit(s, err);
}

static int
watched_save(struct store *s, const struct store_endpoint *e,
    const struct outgoing_delivery *d, enum store_state state, int64_t at,
    const char *reason, struct err *err)
{
	struct store *b = below(s);
	size_t k = model_event(d->event);
	struct model_row *row = &model.disk.row[e->number - 1][k];

	if (model.crashed || !may_write(s))
		return 0;
	if (!row->there)
		model_fault("what is not there is written");
	if (row->state >= STORE_DELIVERED)
		model_fault("what is settled is written");
	model_saw.settled += state >= STORE_DELIVERED;
	row->state = state;
	row->at = at;
	row->first = d->first;
	row->since = d->since;
	row->batch = d->batch;
	row->attempts = d->attempts;
	row->round = d->round;
	row->status = d->last_status;
	return b == NULL ? 0 : b->row->save(b, e, d, state, at, reason, err);
}

/* Is ${k} taken before ${best}? */
static bool
comes_first(const struct model_row *row, size_t k, size_t best, bool due)
{
	if (best == MODEL_EVENTS)
		return true;
	if (due && row[k].at != row[best].at)
		return row[k].at < row[best].at;
	if (due && row[k].batch != row[best].batch)
		return row[k].batch < row[best].batch;
	return model.disk.seq[k] < model.disk.seq[best];
}

static enum store_taken
hand_out(const struct store_taker *taker, struct outgoing_reader *reader,
    size_t e, size_t k)
{
	const struct model_row *row = &model.disk.row[e][k];
	struct outgoing_delivery d = {.first = row->first,
	    .since = row->since,
	    .batch = row->batch,
	    .attempts = row->attempts,
	    .round = row->round,
	    .last_status = row->status};
	enum store_taken taken;
	char line[160];

	model_line(k, line, sizeof(line));
	d.event = outgoing_event_read(reader, span_of(line), row->since, NULL);
	d.event->seq = model.disk.seq[k];
	taken = taker->take(
	    taker->context, &d, row->state == STORE_READY ? row->at : 0);
	if (taken != STORE_TAKEN)
		outgoing_event_unref(d.event);
	return taken;
}

/* Take those that wait and are due, or those that are ready. */
static size_t
take_some(struct store *s, struct store_endpoint *e, size_t room, bool due,
    const struct store_taker *taker)
{
	struct model_row *row = model.disk.row[e->number - 1];
	bool tried[MODEL_EVENTS] = {false};
	int64_t before = e->more ? e->cursor : INT64_MAX, batch = 0;
	size_t n = 0, k, best;

	for (;;) {
		best = MODEL_EVENTS;
		for (k = 0; k < MODEL_EVENTS; k++) {
			if (tried[k] || !row[k].there ||
			    row[k].state != (due ? STORE_WAITING : STORE_READY))
				continue;
			if (due ? row[k].at > s->wall ||
				    model.disk.seq[k] >= before
				: model.disk.seq[k] < e->cursor)
				continue;
			if (comes_first(row, k, best, due))
				best = k;
		}
		if (best == MODEL_EVENTS)
			return n;
		tried[best] = true;
		if (n >= room &&
		    (row[best].batch == 0 || row[best].batch != batch))
			return n;
		batch = row[best].batch;
		if (!may_write(s) ||
		    hand_out(taker, ((struct watched *)s)->reader,
			(size_t)e->number - 1, best) == STORE_STOP)
			return room;
		row[best].state = STORE_READY;
		if (due && row[best].round < s->quick_rounds && e->quick > 0)
			e->quick--;
		store_passed(e, model.disk.seq[best]);
		n++;
	}
}

static int
watched_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker, struct err *err)
{
	const struct model_row *row = model.disk.row[e->number - 1];
	struct store *b = below(s);
	size_t n;

	if (model.crashed)
		return 0;
	if (b != NULL)
		return b->row->take(b, e, room, taker, err);
	if (e->due <= s->wall) {
		n = take_some(s, e, room, true, taker);
		room -= n < room ? n : room;
		e->due = INT64_MAX;
		for (size_t k = 0; k < MODEL_EVENTS; k++) {
			if (row[k].there && row[k].state == STORE_WAITING &&
			    row[k].at < e->due)
				e->due = row[k].at;
		}
	}
	if (e->more && room > 0 && take_some(s, e, room, false, taker) < room)
		e->more = false;
	return 0;
}

static int
watched_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker,
    size_t *n, struct err *err)
{
	struct model_row *row = model.disk.row[e->number - 1];
	struct store *b = below(s);

	if (model.crashed)
		return 0;
	if (b != NULL)
		return b->row->take_session(
		    b, e, session, limit, taker, n, err);
	/* Few enough for one go, in their order. */
	for (int64_t seq = 1; seq < e->cursor && *n < limit; seq++) {
		for (size_t k = 0; k < MODEL_EVENTS; k++) {
			if (model.disk.seq[k] != seq || !row[k].there ||
			    row[k].state != STORE_READY ||
			    (char)('0' + model_session(k)) != session.p[2])
				continue;
			if (hand_out(taker, ((struct watched *)s)->reader,
				(size_t)e->number - 1, k) == STORE_STOP)
				return 0;
			++*n;
		}
	}
	return 0;
}

static int
watched_flush(struct store *s, struct err *err)
{
	struct store *b = below(s);

	return b == NULL || model.crashed ? 0 : b->row->flush(b, err);
}

static int
watched_switch_off(
    struct store *s, const struct store_endpoint *e, bool off, struct err *err)
{
	struct store *b = below(s);

	if (!may_write(s))
		return 0;
	model.disk.off[e->number - 1] = off;
	return b == NULL ? 0 : b->row->switch_off(b, e, off, err);
}

static int
watched_step(struct store *s, int64_t by, struct err *err)
{
	struct store *b = below(s);

	if (!may_write(s))
		return 0;
	for (size_t i = 0; i < MODEL_ENDPOINTS * MODEL_EVENTS; i++) {
		struct model_row *row =
		    &model.disk.row[i / MODEL_EVENTS][i % MODEL_EVENTS];

		if (!row->there || row->state >= STORE_DELIVERED)
			continue;
		row->since += by;
		row->at += by < 0 ? by : 0;
	}
	return b == NULL ? 0 : b->row->step(b, by, err);
}

/* Memory keeps no account of its own; ours has it, and loses nothing. */
static struct store *
watched_open(struct deliver *d, const char *path)
{
	static struct store_row durable = {.name = "durable",
	    .durable = true,
	    .parks = true,
	    .close = watched_close,
	    .accept_event = watched_accept_event,
	    .accept = watched_accept,
	    .add_endpoint = watched_add_endpoint,
	    .commit = watched_commit,
	    .commit_accepted = watched_commit_accepted,
	    .save = watched_save,
	    .take = watched_take,
	    .take_session = watched_take_session,
	    .flush = watched_flush,
	    .switch_off = watched_switch_off,
	    .step = watched_step};
	static const struct store_row memory = {.name = "memory",
	    .close = watched_close,
	    .accept_event = watched_accept_event,
	    .accept = watched_accept,
	    .add_endpoint = watched_add_endpoint,
	    .commit = watched_commit,
	    .save = watched_save,
	    .flush = watched_flush};
	const struct schedule_policy *p = &d->schedule.policy;
	struct watched *w = calloc(1, sizeof(*w));
	struct err err;

	if (w == NULL)
		return NULL;
	w->base.row = model.durable ? &durable : &memory;
	w->base.name = "model";
	w->base.quick_rounds = (uint32_t)p->max_attempts;
	w->reader = &d->reader;
	if (path != NULL) {
		struct store_disk_options o = {.name = path,
		    .reader = &d->reader,
		    .quick_rounds = (uint32_t)p->max_attempts,
		    .ordered = p->ordered,
		    .batch = (size_t)p->batch,
		    .keep = INT64_C(1) << 40,
		    .most = INT64_C(1) << 40};

		w->spool = o.spool = spool_open(path, SPOOL_WRITE, &err);
		w->below = w->spool == NULL ? NULL : store_disk_open(&o, &err);
		if (w->below == NULL) {
			printf("# %s\n", err.text);
			watched_close(&w->base);
			return NULL;
		}
	} else if (p->ordered) {
		/* As store_disk_open. */
		for (size_t i = 0; i < MODEL_ENDPOINTS * MODEL_EVENTS; i++) {
			struct model_row *row =
			    &model.disk.row[i / MODEL_EVENTS][i % MODEL_EVENTS];

			if (row->state == STORE_WAITING)
				row->state = STORE_READY;
		}
	}
	return &w->base;
}

#endif
