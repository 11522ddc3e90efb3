#include "spool/internal.h"

int
spool_endpoint(struct spool *s, const char *name, bool of_line,
    struct spool_endpoint *e, struct err *err)
{
	sqlite3_stmt *st;
	int rc = -1;

	if (spool_begin(s, true, err) != 0)
		return -1;
	if (sqlite3_prepare_v2(s->db,
		"INSERT INTO endpoint(name, own) VALUES(?1, ?2)"
		" ON CONFLICT(name) DO UPDATE"
		" SET own = min(own, excluded.own)"
		" RETURNING number, off, hold",
		-1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 2, of_line);
	if (sqlite3_step(st) == SQLITE_ROW) {
		e->number = sqlite3_column_int64(st, 0);
		e->off = sqlite3_column_int(st, 1) != 0;
		e->not_before = sqlite3_column_int64(st, 2);
		/* The row is inserted only when the statement ends. */
		rc = sqlite3_step(st) == SQLITE_DONE ? 0 : -1;
	}
	if (rc != 0)
		spool_fail(s, err);
	sqlite3_finalize(st);
	return rc;
}

/* Run ${sql} with the number of an endpoint and ${value}. */
static int
change_endpoint(struct spool *s, const char *sql, int64_t number, int64_t value,
    struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	if (spool_begin(s, true, err) != 0)
		return -1;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_bind_int64(st, 1, number);
	sqlite3_bind_int64(st, 2, value);
	rc = spool_run(s, st, err);
	sqlite3_finalize(st);
	return rc;
}

int
spool_switch(struct spool *s, int64_t number, bool off, struct err *err)
{
	return change_endpoint(s,
	    off ? "UPDATE endpoint SET off = ?2 WHERE number = ?1"
		: "UPDATE endpoint SET off = ?2, hold = 0 WHERE number = ?1",
	    number, off, err);
}

int
spool_set_not_before(
    struct spool *s, int64_t number, int64_t until, struct err *err)
{
	return change_endpoint(s,
	    "UPDATE endpoint SET hold = ?2 WHERE number = ?1", number, until,
	    err);
}

int
spool_endpoints(struct spool *s, bool all, spool_each_endpoint *each,
    void *context, struct err *err)
{
	sqlite3_stmt *st;
	int rc, stop = 0;

	if (sqlite3_prepare_v2(s->db,
		"SELECT name, own FROM endpoint WHERE ?1 OR EXISTS ("
		"SELECT 1 FROM job"
		" WHERE state = 0 AND endpoint = number) OR EXISTS ("
		"SELECT 1 FROM job WHERE state = 1 AND endpoint = number)"
		" ORDER BY number",
		-1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_bind_int(st, 1, all);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && stop == 0)
		stop = each(context, (const char *)sqlite3_column_text(st, 0),
		    sqlite3_column_int(st, 1) != 0);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		stop = spool_fail(s, err);
	sqlite3_finalize(st);
	return stop;
}
