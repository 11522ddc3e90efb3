#include <limits.h>
#include <string.h>

#include "spool/internal.h"

static void
bind_text(sqlite3_stmt *st, int i, struct span text)
{
	if (text.n == 0)
		sqlite3_bind_null(st, i);
	else
		sqlite3_bind_text64(
		    st, i, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
}

static struct span
column_span(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);
	int n = sqlite3_column_bytes(st, i);

	return (struct span){p, p == NULL ? 0 : (size_t)n};
}

int
spool_state_read(
    int64_t seq, int64_t number, enum spool_state *state, struct err *err)
{
	if (number < SPOOL_READY || number > SPOOL_EXPIRED)
		return err_set(err, "is damaged: event %lld has the state %lld",
		    (long long)seq, (long long)number);
	*state = (enum spool_state)number;
	return 0;
}

static int
read_delivery(sqlite3_stmt *st, struct spool_delivery *j, struct err *err)
{
	memset(j, 0, sizeof(*j));
	j->seq = sqlite3_column_int64(st, 0);
	j->endpoint = sqlite3_column_int64(st, 1);
	j->attempts = (uint32_t)sqlite3_column_int64(st, 3);
	j->round = (uint32_t)sqlite3_column_int64(st, 4);
	j->status = sqlite3_column_int(st, 5);
	j->first = sqlite3_column_int64(st, 6);
	j->at = sqlite3_column_int64(st, 7);
	j->session = column_span(st, 8);
	j->error = column_span(st, 9);
	j->accepted = sqlite3_column_int64(st, 10);
	j->line = column_span(st, 11);
	j->since = sqlite3_column_int64(st, 12);
	j->id = column_span(st, 13);
	j->batch = sqlite3_column_int64(st, 14);
	return spool_state_read(
	    j->seq, sqlite3_column_int64(st, 2), &j->state, err);
}

int
spool_add_event(struct spool *s, const struct spool_event *e, int64_t *seq,
    bool *known, struct span *old, struct err *err)
{
	sqlite3_stmt *st;

	if (spool_begin(s, true, err) != 0 ||
	    (st = spool_statement(s, SPOOL_ADD_EVENT, err)) == NULL)
		return -1;
	bind_text(st, 1, e->id);
	sqlite3_bind_int64(st, 2, e->accepted);
	bind_text(st, 3, e->session);
	sqlite3_bind_blob64(st, 4, e->line.p, e->line.n, SQLITE_STATIC);
	/* SQLite would use the numbers of forgotten events again, and an event
	 * with a lower number than those before it would be overtaken. */
	if (s->newest > 0)
		sqlite3_bind_int64(st, 5, s->newest + 1);
	else
		sqlite3_bind_null(st, 5);
	if (spool_run(s, st, err) != 0)
		return -1;
	*known = sqlite3_changes(s->db) == 0;
	if (!*known) {
		*seq = s->newest = sqlite3_last_insert_rowid(s->db);
		return 0;
	}
	st = spool_statement(s, SPOOL_FIND_EVENT, err);
	if (st == NULL)
		return -1;
	bind_text(st, 1, e->id);
	if (sqlite3_step(st) != SQLITE_ROW)
		return spool_fail(s, err);
	*seq = sqlite3_column_int64(st, 0);
	*old = column_span(st, 1);
	return 0;
}

/* Read the row of the delivery; an unlogged one may have none.  Return 0, or
 * -1. */
static int
find_delivery(struct spool *s, struct spool_delivery *j, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_FIND_DELIVERY, err);
	int rc;

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, j->seq);
	sqlite3_bind_int64(st, 2, j->endpoint);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		return read_delivery(st, j, err);
	if (rc == SQLITE_DONE && spool_unlogged_has(s, j->seq, j->endpoint))
		j->state = SPOOL_READY;
	else
		return spool_fail(s, err);
	return 0;
}

int
spool_add_unlogged(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err)
{
	return spool_begin(s, true, err) != 0
	    ? -1
	    : spool_unlogged_add(s, seq, endpoint, err);
}

int
spool_add_delivery(
    struct spool *s, struct spool_delivery *j, bool *known, struct err *err)
{
	sqlite3_stmt *st;

	if (spool_unlogged_has(s, j->seq, j->endpoint)) {
		*known = true;
		return find_delivery(s, j, err);
	}
	if (spool_begin(s, true, err) != 0 ||
	    (st = spool_statement(s, SPOOL_ADD_DELIVERY, err)) == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, j->seq);
	sqlite3_bind_int64(st, 2, j->endpoint);
	sqlite3_bind_int(st, 3, (int)j->state);
	sqlite3_bind_int64(st, 4, j->at);
	sqlite3_bind_int64(st, 5, j->since);
	bind_text(st, 6, j->session);
	if (spool_run(s, st, err) != 0)
		return -1;
	*known = sqlite3_changes(s->db) == 0;
	return *known ? find_delivery(s, j, err) : 0;
}

int
spool_save(struct spool *s, const struct spool_delivery *j, struct err *err)
{
	sqlite3_stmt *st;

	if (spool_begin(s, false, err) != 0 ||
	    (st = spool_statement(s,
		 j->unlogged ? SPOOL_SAVE_UNLOGGED : SPOOL_SAVE, err)) == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, j->seq);
	sqlite3_bind_int64(st, 2, j->endpoint);
	sqlite3_bind_int(st, 3, (int)j->state);
	sqlite3_bind_int64(st, 4, j->attempts);
	sqlite3_bind_int64(st, 5, j->round);
	sqlite3_bind_int(st, 6, j->status);
	sqlite3_bind_int64(st, 7, j->first);
	sqlite3_bind_int64(st, 8, j->at);
	bind_text(st, 9, j->error);
	sqlite3_bind_int64(st, 10, j->since);
	sqlite3_bind_int64(st, 11, j->batch);
	if (!j->unlogged)
		return spool_run(s, st, err);
	bind_text(st, 12, j->session);
	if (spool_run(s, st, err) != 0)
		return -1;
	return spool_unlogged_saved(s, j->seq, j->endpoint, err);
}

static int
walk(struct spool *s, sqlite3_stmt *st, spool_each *each, void *context,
    struct err *err)
{
	struct spool_delivery j;
	int rc, stop = 0;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW && stop == 0)
		stop = read_delivery(st, &j, err) != 0 ? -1 : each(context, &j);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		stop = spool_fail(s, err);
	sqlite3_reset(st);
	return stop;
}

int
spool_ready(struct spool *s, int64_t endpoint, int64_t from, int64_t limit,
    spool_each *each, void *context, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_READY_DELIVERIES, err);

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	sqlite3_bind_int64(st, 2, from);
	sqlite3_bind_int64(st, 3, limit);
	return walk(s, st, each, context, err);
}

int
spool_session(struct spool *s, int64_t endpoint, struct span session,
    int64_t after, int64_t before, int64_t limit, spool_each *each,
    void *context, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_SESSION_DELIVERIES, err);

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	bind_text(st, 2, session);
	sqlite3_bind_int64(st, 3, after);
	sqlite3_bind_int64(st, 4, before);
	sqlite3_bind_int64(st, 5, limit);
	return walk(s, st, each, context, err);
}

struct due {
	struct spool *s;
	spool_each *each;
	void *context;
	struct err *err;
};

static int
take_due(void *context, const struct spool_delivery *j)
{
	struct due *d = context;
	int rc = d->each(d->context, j);
	sqlite3_stmt *st;

	if (rc != 0)
		return rc;
	st = spool_statement(d->s, SPOOL_TAKE_DUE, d->err);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, j->seq);
	sqlite3_bind_int64(st, 2, j->endpoint);
	return spool_run(d->s, st, d->err);
}

int
spool_due(struct spool *s, int64_t endpoint, int64_t now, int64_t before,
    int64_t limit, spool_each *each, void *context, struct err *err)
{
	struct due d = {s, each, context, err};
	sqlite3_stmt *st;

	if (spool_begin(s, false, err) != 0 ||
	    (st = spool_statement(s, SPOOL_DUE_DELIVERIES, err)) == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	sqlite3_bind_int64(st, 2, now);
	sqlite3_bind_int64(st, 3, limit);
	sqlite3_bind_int64(st, 4, before);
	return walk(s, st, take_due, &d, err);
}

int
spool_next(struct spool *s, int64_t endpoint, int64_t *at, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_NEXT, err);
	int rc;

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	rc = sqlite3_step(st);
	*at = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : INT64_MAX;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		spool_fail(s, err);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

int
spool_wake(struct spool *s, int64_t now, struct err *err)
{
	char text[96];

	snprintf(text, sizeof(text),
	    "UPDATE job SET at = %lld WHERE state < 2 AND at > %lld",
	    (long long)now, (long long)now);
	return spool_exec(s, text, err);
}

int
spool_shift_clock(struct spool *s, int64_t by, struct err *err)
{
	char text[112];

	snprintf(text, sizeof(text),
	    "UPDATE job SET since = since + %lld, at = at + %lld"
	    " WHERE state < 2",
	    (long long)by, (long long)(by < 0 ? by : 0));
	return spool_begin(s, false, err) != 0 ? -1 : spool_exec(s, text, err);
}

int
spool_make_ready(struct spool *s, struct err *err)
{
	return spool_exec(s, "UPDATE job SET state = 0 WHERE state = 1", err);
}

int
spool_count(struct spool *s, int64_t endpoint, uint32_t round,
    struct spool_counts *c, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_COUNT_READY, err);

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	if (sqlite3_step(st) != SQLITE_ROW)
		return spool_fail(s, err);
	c->ready = (uint64_t)sqlite3_column_int64(st, 0) +
	    spool_unlogged_left(s, endpoint);
	sqlite3_reset(st);
	st = spool_statement(s, SPOOL_COUNT_WAITING, err);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	sqlite3_bind_int64(st, 2, round);
	if (sqlite3_step(st) != SQLITE_ROW)
		return spool_fail(s, err);
	c->waiting = (uint64_t)sqlite3_column_int64(st, 0);
	c->quick = (uint64_t)sqlite3_column_int64(st, 1);
	c->next = c->waiting > 0 ? sqlite3_column_int64(st, 2) : INT64_MAX;
	sqlite3_reset(st);
	return 0;
}

int
spool_oldest(
    struct spool *s, int64_t endpoint, int64_t *accepted, struct err *err)
{
	sqlite3_stmt *st = spool_statement(s, SPOOL_OLDEST, err);

	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, endpoint);
	if (sqlite3_step(st) != SQLITE_ROW)
		return spool_fail(s, err);
	*accepted = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return 0;
}

static int
replayed(struct spool *s, sqlite3_stmt *st, uint64_t *n, struct err *err)
{
	if (spool_run(s, st, err) != 0)
		return -1;
	*n = (uint64_t)sqlite3_changes64(s->db);
	return 0;
}

int
spool_replay(struct spool *s, int64_t endpoint, int64_t from, int64_t to,
    int64_t now, uint64_t *n, struct err *err)
{
	sqlite3_stmt *st;

	if (spool_begin(s, true, err) != 0 ||
	    (st = spool_statement(s, SPOOL_REPLAY, err)) == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	sqlite3_bind_int64(st, 3, now);
	sqlite3_bind_int64(st, 4, endpoint);
	return replayed(s, st, n, err);
}

int
spool_replay_id(struct spool *s, int64_t endpoint, struct span id, int64_t now,
    uint64_t *n, struct err *err)
{
	sqlite3_stmt *st;

	if (spool_begin(s, true, err) != 0 ||
	    (st = spool_statement(s, SPOOL_REPLAY_ID, err)) == NULL)
		return -1;
	bind_text(st, 1, id);
	sqlite3_bind_int64(st, 2, now);
	sqlite3_bind_int64(st, 3, endpoint);
	return replayed(s, st, n, err);
}
