/* The statements and how they are run: the base of all other files here. */
#include <errno.h>

#include "spool/internal.h"

/* The columns of a delivery in the order of read_delivery. */
#define DELIVERY                                                      \
	"job.seq, job.endpoint, job.state, job.attempts, job.round, " \
	"job.status, job.first, job.at, job.session, job.error, "     \
	"event.accepted, event.line, job.since, event.id, job.batch"

static const char *const sql[SPOOL_STATEMENTS] = {
    [SPOOL_BEGIN] = "BEGIN IMMEDIATE",
    [SPOOL_COMMIT] = "COMMIT",
    [SPOOL_ADD_EVENT] = "INSERT INTO event(id, accepted, session, line, seq)"
			" VALUES(?1, ?2, ?3, ?4, ?5)"
			" ON CONFLICT(id) DO NOTHING",
    [SPOOL_FIND_EVENT] = "SELECT seq, line FROM event WHERE id = ?1",
    [SPOOL_ADD_DELIVERY] =
	"INSERT INTO job(seq, endpoint, state, at, since, session)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    [SPOOL_FIND_DELIVERY] = "SELECT " DELIVERY " FROM job JOIN event USING(seq)"
			    " WHERE job.seq = ?1 AND job.endpoint = ?2",
    [SPOOL_SAVE] = "UPDATE job SET state = ?3, attempts = ?4, round = ?5,"
		   " status = ?6, first = ?7, at = ?8, error = ?9,"
		   " since = ?10, batch = ?11"
		   " WHERE seq = ?1 AND endpoint = ?2",
    [SPOOL_SAVE_UNLOGGED] =
	"INSERT INTO job(seq, endpoint, state, attempts, round,"
	" status, first, at, error, since, batch, session)"
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [SPOOL_ADD_UNLOGGED] = "INSERT INTO fresh VALUES(?1, ?2, ?3)",
    [SPOOL_DROP_UNLOGGED] = "DELETE FROM fresh WHERE endpoint = ?1"
			    " AND first = ?2",
    [SPOOL_READY_DELIVERIES] =
	"SELECT " DELIVERY " FROM job JOIN event USING(seq)"
	" WHERE job.state = 0 AND job.endpoint = ?1 AND job.seq >= ?2"
	" ORDER BY job.seq LIMIT ?3",
    [SPOOL_SESSION_DELIVERIES] =
	"SELECT " DELIVERY " FROM job JOIN event USING(seq)"
	" WHERE job.state = 0 AND job.endpoint = ?1 AND job.session = ?2"
	" AND job.seq > ?3 AND job.seq < ?4 ORDER BY job.seq LIMIT ?5",
    [SPOOL_DUE_DELIVERIES] =
	"SELECT " DELIVERY " FROM job JOIN event USING(seq)"
	" WHERE job.state = 1 AND job.endpoint = ?1"
	" AND job.at <= ?2 AND job.seq < ?4"
	" ORDER BY job.at, job.batch, job.seq LIMIT ?3",
    [SPOOL_TAKE_DUE] = "UPDATE job SET state = 0 WHERE state = 1"
		       " AND seq = ?1 AND endpoint = ?2",
    [SPOOL_NEXT] = "SELECT at FROM job WHERE state = 1 AND endpoint = ?1"
		   " ORDER BY at LIMIT 1",
    [SPOOL_COUNT_READY] =
	"SELECT count(*) FROM job WHERE state = 0 AND endpoint = ?1",
    [SPOOL_COUNT_WAITING] =
	"SELECT count(*), count(*) FILTER (WHERE round < ?2), min(at)"
	" FROM job WHERE state = 1 AND endpoint = ?1",
    [SPOOL_OLDEST] =
	"SELECT min(accepted) FROM event WHERE seq IN ("
	"SELECT min(seq) FROM job WHERE state = 0 AND endpoint = ?1"
	" UNION ALL "
	"SELECT min(seq) FROM job WHERE state = 1 AND endpoint = ?1)",
    [SPOOL_REPLAY] =
	"UPDATE job SET state = 1, at = ?3, since = ?3, round = 0,"
	" batch = 0"
	" WHERE state > 1 AND seq IN (SELECT seq FROM event"
	" WHERE accepted >= ?1 AND accepted < ?2) AND endpoint = ?4",
    [SPOOL_REPLAY_ID] =
	"UPDATE job SET state = 1, at = ?2, since = ?2, round = 0,"
	" batch = 0"
	" WHERE state > 1 AND seq = (SELECT seq FROM event WHERE id = ?1)"
	" AND endpoint = ?3",
    [SPOOL_OLD_EVENTS] = "SELECT seq, accepted, EXISTS ("
			 "SELECT 1 FROM job WHERE job.seq = event.seq AND"
			 " (state <> 2 OR at >= ?1)) FROM event"
			 " WHERE seq >= ?2 ORDER BY seq LIMIT ?3",
    [SPOOL_FORGET_DELIVERIES] = "DELETE FROM job WHERE seq = ?1",
    [SPOOL_FORGET_EVENT] = "DELETE FROM event WHERE seq = ?1",
};

int
spool_fail(struct spool *s, struct err *err)
{
	int code = sqlite3_extended_errcode(s->db);
	int errnum = sqlite3_system_errno(s->db);

	switch (code & 0xff) {
	case SQLITE_FULL:
		return err_set(err, "the disk is full");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err,
		    "is %sdamaged (%s): keep the file, "
		    "\"sqlite3 FILE .recover\" may save what "
		    "it holds",
		    (code & 0xff) == SQLITE_NOTADB ? "not a spool, or " : "",
		    sqlite3_errmsg(s->db));
	case SQLITE_READONLY:
		return err_set(err, "is read-only");
	case SQLITE_IOERR:
		if (errnum == ENOSPC || errnum == EFBIG || errnum == EDQUOT)
			return err_sys(err, errnum, "cannot be written");
		if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC)
			return err_set(err,
			    "cannot be written: the disk is "
			    "full or broken, or the file "
			    "too large");
		return err_set(err, "read or write failed: %s (%d)",
		    sqlite3_errmsg(s->db), code);
	case SQLITE_NOMEM:
		return err_set(err, "out of memory");
	case SQLITE_CANTOPEN:
		if (errnum != 0)
			return err_sys(err, errnum, "cannot be opened");
		return err_set(err, "cannot be opened");
	}
	return err_set(err, "%s", sqlite3_errmsg(s->db));
}

int
spool_exec(struct spool *s, const char *text, struct err *err)
{
	if (sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return spool_fail(s, err);
}

sqlite3_stmt *
spool_statement(struct spool *s, enum spool_sql which, struct err *err)
{
	sqlite3_stmt **st = &s->statement[which];

	if (*st != NULL) {
		sqlite3_reset(*st);
		return *st;
	}
	if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT,
		st, NULL) != SQLITE_OK) {
		spool_fail(s, err);
		*st = NULL;
	}
	return *st;
}

int
spool_run(struct spool *s, sqlite3_stmt *st, struct err *err)
{
	int rc = sqlite3_step(st);

	if (rc != SQLITE_DONE)
		spool_fail(s, err);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}
