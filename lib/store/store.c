#include "store/store.h"

/* The longest time, in ms, until outcomes are synced to the disk. */
#define SYNC_EVERY 1000

void
store_close(struct store *s)
{
	if (s != NULL)
		s->row->close(s);
}

void
store_set_time(struct store *s, int64_t now, int64_t wall)
{
	s->now = now;
	s->wall = wall;
}

/* The store can no longer be written.  Only the first reason is kept. */
static void
fail(struct store *s, const struct err *why)
{
	if (s->failed)
		return;
	s->failed = true;
	if (s->row->rollback != NULL)
		s->row->rollback(s);
	err_set(&s->err, "%s: %s", s->name, why->text);
}

static void
accept_fail(struct store *s, const struct err *why)
{
	if (s->accept_failed)
		return;
	s->accept_failed = true;
	if (s->row->rollback != NULL)
		s->row->rollback(s);
	err_set(&s->accept_err, "%s: %s", s->name, why->text);
}

const struct err *
store_failure(const struct store *s)
{
	return s->failed ? &s->err : NULL;
}

const struct err *
store_accept_failure(const struct store *s)
{
	return s->accept_failed ? &s->accept_err : store_failure(s);
}

int
store_add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err)
{
	*known = (struct store_known_endpoint){false, 0};
	e->due = INT64_MAX;
	if (s->row->add_endpoint != NULL &&
	    s->row->add_endpoint(s, name, of_line, e, known, err) != 0)
		return -1;
	s->pending += e->pending;
	return 0;
}

void
store_remove_endpoint(struct store *s, const struct store_endpoint *e)
{
	if (s->row->remove_endpoint != NULL)
		s->row->remove_endpoint(s, e);
}

enum store_event
store_accept_event(struct store *s, struct outgoing_event *event)
{
	struct err why = {""};
	enum store_event rc;

	if (s->accept_failed)
		return STORE_FAILED;
	rc = s->row->accept_event(s, event, &why);
	if (rc == STORE_FAILED)
		accept_fail(s, &why);
	return rc;
}

static void
count(struct store *s, struct store_endpoint *e)
{
	e->pending++;
	s->pending++;
}

/* Count a delivery that waits in the store until ${at}. */
static void
count_waiting(
    const struct store *s, struct store_endpoint *e, uint32_t round, int64_t at)
{
	if (round < s->quick_rounds)
		e->quick++;
	if (at < e->due)
		e->due = at;
}

enum store_accepted
store_accept(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old)
{
	enum store_accepted rc = STORE_REFUSED;
	struct err why = {""};

	if (s->accept_failed)
		return STORE_REFUSED;
	rc = s->row->accept(s, e, event, is_new, has_room, unlogged, old, &why);
	switch (rc) {
	case STORE_ACCEPTED:
		count(s, e);
		break;
	case STORE_COMING:
		e->coming++;
		break;
	case STORE_COMING_BACK:
	case STORE_AGAIN:
		count(s, e);
		count_waiting(s, e, 0, s->wall);
		break;
	case STORE_PENDING:
	case STORE_SETTLED:
		break;
	case STORE_REFUSED:
		accept_fail(s, &why);
		break;
	}
	return rc;
}

void
store_uncount(struct store *s, struct store_endpoint *e)
{
	e->pending--;
	s->pending--;
}

bool
store_commit(struct store *s, bool any)
{
	struct err why = {""};
	int rc = 0;

	if (s->failed || s->accept_failed)
		return false;
	if (any && s->row->commit_accepted != NULL)
		rc = s->row->commit_accepted(s, &why);
	else if (s->row->commit != NULL)
		rc = s->row->commit(s, &why);
	if (rc != 0 && s->row->commit_accepted == NULL)
		fail(s, &why); /* what fails is not only accepting */
	else if (rc != 0)
		accept_fail(s, &why);
	return rc == 0;
}

void
store_came(struct store *s, struct store_endpoint *e)
{
	count(s, e);
}

void
store_passed(struct store_endpoint *e, int64_t seq)
{
	if (seq >= e->cursor)
		e->cursor = seq + 1;
}

static void
save(struct store *s, struct store_endpoint *e, struct outgoing_delivery *d,
    enum store_state state, int64_t at, const char *reason)
{
	struct err why;

	if (s->row->save == NULL)
		return;
	if (s->unsynced == 0)
		s->unsynced = s->now > 0 ? s->now : 1;
	if (!s->failed && s->row->save(s, e, d, state, at, reason, &why) != 0)
		fail(s, &why);
	d->unlogged = false;
}

void
store_put_back(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d)
{
	if (d->unlogged)
		save(s, e, d, STORE_READY, d->since, NULL);
	if (d->event->seq >= e->cursor)
		e->more = true;
}

void
store_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker)
{
	struct err why;

	if (s->failed || s->row->take == NULL)
		return;
	if (s->row->take(s, e, room, taker, &why) != 0)
		fail(s, &why);
}

bool
store_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker)
{
	struct err why;
	size_t n = 0;

	if (s->failed || s->row->take_session == NULL)
		return false;
	if (s->row->take_session(s, e, session, limit, taker, &n, &why) != 0)
		fail(s, &why);
	return n == limit;
}

int64_t
store_next_time(const struct store_endpoint *e)
{
	return e->due;
}

void
store_withdraw(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d)
{
	if (s->row->withdraw != NULL)
		s->row->withdraw(s, e, d);
	e->pending--;
	s->pending--;
}

void
store_wait(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, int64_t at, bool in_memory)
{
	save(s, e, d, in_memory ? STORE_READY : STORE_WAITING, at, d->error);
	if (in_memory)
		return;
	if (d->event->revoked)
		store_withdraw(s, e, d);
	else
		count_waiting(s, e, d->round, at);
}

void
store_return(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d)
{
	save(s, e, d, STORE_READY, s->wall, d->error);
}

void
store_settle(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, enum store_state state, const char *reason)
{
	save(s, e, d, state, s->wall, reason);
	e->pending--;
	s->pending--;
}

void
store_flush(struct store *s)
{
	struct err why;

	if (s->failed || s->row->commit == NULL)
		return;
	if (s->row->commit(s, &why) != 0) {
		fail(s, &why);
	} else if (s->unsynced > 0 && s->now - s->unsynced >= SYNC_EVERY) {
		s->unsynced = 0;
		if (s->row->flush(s, &why) != 0)
			fail(s, &why);
	}
}

int64_t
store_flush_time(const struct store *s)
{
	return s->unsynced > 0 && !s->failed ? s->unsynced + SYNC_EVERY : -1;
}

void
store_switch_off(struct store *s, struct store_endpoint *e)
{
	struct err why;

	if (!s->failed && s->row->switch_off != NULL &&
	    s->row->switch_off(s, e, true, &why) != 0)
		fail(s, &why);
}

int
store_switch_on(struct store *s, struct store_endpoint *e, struct err *err)
{
	return s->row->switch_off == NULL
	    ? 0
	    : s->row->switch_off(s, e, false, err);
}

void
store_set_not_before(struct store *s, struct store_endpoint *e, int64_t until)
{
	struct err why;

	if (!s->failed && s->row->set_not_before != NULL &&
	    s->row->set_not_before(s, e, until, &why) != 0)
		fail(s, &why);
}

void
store_step(struct store *s, int64_t by)
{
	struct err why;

	if (!s->failed && s->row->step != NULL &&
	    s->row->step(s, by, &why) != 0)
		fail(s, &why);
}

void
store_step_endpoint(struct store_endpoint *e, int64_t by)
{
	if (by < 0 && e->due < INT64_MAX)
		e->due += by;
}

int64_t
store_oldest(struct store *s, struct store_endpoint *e)
{
	int64_t accepted = 0;
	struct err why;

	if (!s->failed && s->row->oldest != NULL &&
	    s->row->oldest(s, e, &accepted, &why) != 0)
		fail(s, &why);
	return accepted;
}

void
store_recount(struct store *s, struct store_endpoint *e)
{
	struct err why;

	s->pending -= e->pending;
	if (!s->failed && s->row->recount != NULL &&
	    s->row->recount(s, e, &why) != 0)
		fail(s, &why);
	s->pending += e->pending;
}

void
store_forget(struct store *s)
{
	struct err why;

	if (!s->failed && s->row->forget != NULL &&
	    s->row->forget(s, &why) != 0)
		fail(s, &why);
}

int
store_names(
    struct store *s, bool all, store_name *each, void *context, struct err *err)
{
	return s->row->names == NULL
	    ? 0
	    : s->row->names(s, all, each, context, err);
}

int
store_replay(struct store *s, struct store_endpoint *e, int64_t from,
    int64_t to, uint64_t *n, struct err *err)
{
	return s->row->replay == NULL ? 0
				      : s->row->replay(s, e, from, to, n, err);
}

int
store_replay_id(struct store *s, struct store_endpoint *e, struct span id,
    uint64_t *n, struct err *err)
{
	return s->row->replay_id == NULL ? 0
					 : s->row->replay_id(s, e, id, n, err);
}

int
store_retry(
    struct store *s, struct store_endpoint *e, uint64_t *n, struct err *err)
{
	return s->row->retry == NULL ? 0 : s->row->retry(s, e, n, err);
}
