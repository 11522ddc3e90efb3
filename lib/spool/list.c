#include "spool/internal.h"

int
spool_list(struct spool *s, bool lost, struct spool_place *place,
    spool_each *each, void *context, struct err *err)
{
	sqlite3_stmt *st;
	int rc, stop = 0;

	if (sqlite3_prepare_v2(s->db,
		"SELECT job.seq, job.endpoint, state, attempts, round, status,"
		" first, at, error, accepted, line, name, id FROM job"
		" JOIN event USING(seq) JOIN endpoint ON number = endpoint"
		" WHERE (job.seq, job.endpoint) > (?2, ?3)"
		" AND (state > 2 OR NOT ?1)"
		" UNION ALL "
		"SELECT event.seq, fresh.endpoint, 0, 0, 0, 0,"
		" 0, 0, NULL, accepted, line, name, id FROM fresh"
		" JOIN event ON event.seq BETWEEN first AND last"
		" JOIN endpoint ON number = fresh.endpoint"
		" WHERE NOT ?1 AND (event.seq, fresh.endpoint) > (?2, ?3)"
		" AND NOT EXISTS (SELECT 1 FROM job"
		" WHERE job.seq = event.seq"
		" AND job.endpoint = fresh.endpoint) ORDER BY 1, 2",
		-1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_bind_int(st, 1, lost);
	sqlite3_bind_int64(st, 2, place->seq);
	sqlite3_bind_int64(st, 3, place->endpoint);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && stop == 0) {
		struct spool_delivery j = {.seq = sqlite3_column_int64(st, 0),
		    .endpoint = sqlite3_column_int64(st, 1),
		    .attempts = (uint32_t)sqlite3_column_int64(st, 3),
		    .round = (uint32_t)sqlite3_column_int64(st, 4),
		    .status = sqlite3_column_int(st, 5),
		    .first = sqlite3_column_int64(st, 6),
		    .at = sqlite3_column_int64(st, 7),
		    .error = {sqlite3_column_blob(st, 8), 0},
		    .accepted = sqlite3_column_int64(st, 9),
		    .line = {sqlite3_column_blob(st, 10), 0},
		    .name = (const char *)sqlite3_column_text(st, 11),
		    .id = {sqlite3_column_blob(st, 12), 0}};

		j.error.n = (size_t)sqlite3_column_bytes(st, 8);
		j.line.n = (size_t)sqlite3_column_bytes(st, 10);
		j.id.n = (size_t)sqlite3_column_bytes(st, 12);
		*place = (struct spool_place){j.seq, j.endpoint};
		if (spool_state_read(
			j.seq, sqlite3_column_int64(st, 2), &j.state, err) != 0)
			stop = -1;
		else if (j.name == NULL)
			stop = spool_fail(s, err);
		else
			stop = each(context, &j);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		stop = spool_fail(s, err);
	sqlite3_finalize(st);
	return stop;
}

static int
forget_event(struct spool *s, int64_t seq, struct err *err)
{
	sqlite3_stmt *jobs = spool_statement(s, SPOOL_FORGET_DELIVERIES, err);
	sqlite3_stmt *event = spool_statement(s, SPOOL_FORGET_EVENT, err);

	if (jobs == NULL || event == NULL)
		return -1;
	sqlite3_bind_int64(jobs, 1, seq);
	sqlite3_bind_int64(event, 1, seq);
	return spool_run(s, jobs, err) != 0 || spool_run(s, event, err) != 0
	    ? -1
	    : 0;
}

int
spool_forget(struct spool *s, int64_t *from, int64_t before, int64_t now,
    uint64_t *n, struct err *err)
{
	int64_t old[SPOOL_FORGET_MAX], next = 0;
	size_t count = 0, seen = 0;
	sqlite3_stmt *st;
	int rc;

	*n = 0;
	st = spool_statement(s, SPOOL_OLD_EVENTS, err);
	if (st == NULL)
		return -1;
	sqlite3_bind_int64(st, 1, before);
	sqlite3_bind_int64(st, 2, *from);
	sqlite3_bind_int64(st, 3, SPOOL_FORGET_MAX);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t accepted = sqlite3_column_int64(st, 1);

		/* Later events were accepted later, unless the clock was
		 * wrong. */
		if (accepted >= before && accepted <= now)
			break;
		next = sqlite3_column_int64(st, 0);
		if (accepted < before && sqlite3_column_int(st, 2) == 0 &&
		    !spool_unlogged_any(s, next))
			old[count++] = next;
		seen++;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		spool_fail(s, err);
		sqlite3_reset(st);
		return -1;
	}
	sqlite3_reset(st);
	*from = seen == SPOOL_FORGET_MAX ? next + 1 : 0;
	if (count > 0 && spool_begin(s, false, err) != 0)
		return -1;
	while (*n < count) {
		if (forget_event(s, old[(*n)++], err) != 0)
			return -1;
	}
	return 0;
}
