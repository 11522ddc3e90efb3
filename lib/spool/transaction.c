#include "spool/internal.h"

static int
set_sync(struct spool *s, bool sync, struct err *err)
{
	if (s->synced == sync)
		return 0;
	if (spool_exec(s,
		sync ? "PRAGMA synchronous = FULL"
		     : "PRAGMA synchronous = NORMAL",
		err) != 0)
		return -1;
	s->synced = sync;
	return 0;
}

int
spool_commit(struct spool *s, struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	if (!s->open)
		return 0;
	st = spool_unlogged_write(s, err) != 0
	    ? NULL
	    : spool_statement(s, SPOOL_COMMIT, err);
	rc = st == NULL ? SQLITE_ERROR : sqlite3_step(st);
	if (st != NULL && rc != SQLITE_DONE)
		spool_fail(s, err);
	sqlite3_reset(st);
	if (rc != SQLITE_DONE) {
		spool_rollback(s);
		return -1;
	}
	spool_unlogged_committed(s);
	s->open = false;
	return 0;
}

int
spool_sync(struct spool *s, struct err *err)
{
	int rc;

	/* A statement that still holds a row would block the checkpoint. */
	for (size_t i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	rc = sqlite3_wal_checkpoint_v2(
	    s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	/* Busy: a reader keeps pages in the log, but the log is synced. */
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
	    ? 0
	    : spool_fail(s, err);
}

void
spool_rollback(struct spool *s)
{
	if (s->open && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	spool_unlogged_undo(s);
	s->open = false;
}

int
spool_begin(struct spool *s, bool sync, struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	/* Whether a commit waits must be set before its transaction begins. */
	if (s->open && sync && !s->synced && spool_commit(s, err) != 0)
		return -1;
	if (s->open)
		return 0;
	if (set_sync(s, sync, err) != 0)
		return -1;
	st = spool_statement(s, SPOOL_BEGIN, err);
	if (st == NULL)
		return -1;
	rc = sqlite3_step(st);
	if (rc != SQLITE_DONE)
		spool_fail(s, err);
	sqlite3_reset(st);
	s->open = rc == SQLITE_DONE;
	return s->open ? 0 : -1;
}
