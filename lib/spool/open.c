#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/internal.h"

/* "VPSP", so that file(1) and we can tell a spool. */
#define APPLICATION_ID 0x56505350

/* A spool of up to this many bytes is checked whole when it is opened. */
#define CHECK_MAX (64 << 20)

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE endpoint(number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, own INTEGER NOT NULL,"
    " off INTEGER NOT NULL DEFAULT 0, hold INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE, accepted INTEGER NOT NULL,"
    " session TEXT, line BLOB NOT NULL);"
    /* Most jobs are settled at once, and get a row with their outcome then;
     * until that the group in which they were accepted has one here. */
    "CREATE TABLE fresh(endpoint INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY(endpoint, first)) WITHOUT ROWID;"
    "CREATE TABLE job(seq INTEGER NOT NULL, endpoint INTEGER NOT NULL,"
    " state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " round INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,"
    " first INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,"
    " since INTEGER NOT NULL,"
    " session TEXT, error TEXT, PRIMARY KEY(seq, endpoint)) WITHOUT ROWID;"
    "CREATE INDEX job_ready ON job(endpoint, seq) WHERE state = 0;"
    "CREATE INDEX job_waiting ON job(endpoint, at) WHERE state = 1;"
    "PRAGMA application_id = 1448104784;"
    "PRAGMA user_version = 2;"
    "COMMIT;";

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
		    "is damaged (%s): keep the file, "
		    "\"sqlite3 FILE .recover\" may save what "
		    "it holds",
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
spool_exec(struct spool *s, const char *sql, struct err *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return spool_fail(s, err);
}

/* The first column of the first row.  Return 0, or -1. */
static int
ask(struct spool *s, const char *sql, int64_t *value, struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	*value = 0;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return spool_fail(s, err);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : spool_fail(s, err);
}

int64_t
spool_size(struct spool *s)
{
	int64_t pages = 0, unused = 0, bytes = 0;

	if (ask(s, "PRAGMA page_count", &pages, NULL) != 0 ||
	    ask(s, "PRAGMA freelist_count", &unused, NULL) != 0 ||
	    ask(s, "PRAGMA page_size", &bytes, NULL) != 0)
		return 0;
	return (pages - unused) * bytes;
}

/* Look through the whole file.  The pragma itself, not the table of its name:
 * what that takes for its argument changed between SQLite 3.40 and 3.46. */
static int
check_whole(struct spool *s, struct err *err)
{
	sqlite3_stmt *st;
	const unsigned char *said;
	bool good;
	int rc;

	if (sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st, NULL) !=
	    SQLITE_OK)
		return spool_fail(s, err);
	rc = sqlite3_step(st);
	said = rc == SQLITE_ROW ? sqlite3_column_text(st, 0) : NULL;
	good = said != NULL && strcmp((const char *)said, "ok") == 0;
	sqlite3_finalize(st);
	if (rc != SQLITE_ROW)
		return spool_fail(s, err);
	if (!good)
		return err_set(err,
		    "is damaged: keep the file, \"sqlite3 "
		    "FILE .recover\" may save what it holds");
	return 0;
}

static int
check_format(struct spool *s, enum spool_mode mode, bool fresh, struct err *err)
{
	int64_t id, version;
	struct stat st;

	if (fresh) {
		if (spool_exec(s, schema, err) != 0)
			return -1;
	}
	if (ask(s, "PRAGMA application_id", &id, err) != 0 ||
	    ask(s, "PRAGMA user_version", &version, err) != 0)
		return -1;
	if (id != APPLICATION_ID)
		return err_set(err, "is not a spool of vitals-post");
	if (spool_upgrade(s, mode, version, err) != 0)
		return -1;
	if (stat(s->path, &st) == 0 && st.st_size > CHECK_MAX)
		return 0;
	return check_whole(s, err);
}

static int
connect(struct spool *s, enum spool_mode mode, struct err *err)
{
	int flags = mode == SPOOL_WORK
	    ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
	    : SQLITE_OPEN_READONLY;
	int64_t tables;

	if (sqlite3_open_v2(s->path, &s->db,
		flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL) != SQLITE_OK)
		return spool_fail(s, err);
	sqlite3_busy_timeout(s->db, 5000);
	if (ask(s, "SELECT count(*) FROM sqlite_master", &tables, err) != 0)
		return -1;
	if (mode == SPOOL_LOOK)
		return check_format(s, mode, false, err);
	if (spool_exec(s,
		"PRAGMA page_size = 8192;"
		"PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL;"
		"PRAGMA wal_autocheckpoint = 2000;"
		"PRAGMA journal_size_limit = 8388608;"
		"PRAGMA cache_size = -32768;"
		"PRAGMA temp_store = MEMORY;",
		err) != 0)
		return -1;
	s->synced = true;
	if (check_format(s, mode, tables == 0, err) != 0)
		return -1;
	/* Those are few: they are counted without a look at all others.  Spools
	 * of earlier versions lack it. */
	if (spool_exec(s,
		"CREATE INDEX IF NOT EXISTS job_lost ON job(endpoint)"
		" WHERE state > 2",
		err) != 0)
		return -1;
	return spool_fresh_unfold(s, err);
}

struct spool *
spool_open(const char *path, enum spool_mode mode, struct err *err)
{
	struct spool *s = calloc(1, sizeof(*s));
	mode_t mask;

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	/* One thread, and nobody asks what SQLite has allocated: no locks.
	 * Where it was set up before, this does nothing. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	s->lock = s->file = -1;
	/* Events are about people: the file is its owner's alone. */
	mask = umask(077);
	if (spool_claim(s, path, mode, err) != 0 ||
	    connect(s, mode, err) != 0) {
		spool_close(s);
		s = NULL;
	}
	umask(mask);
	return s;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_finalize(s->statement[i]);
	/* Not before: see compat_claim. */
	sqlite3_close(s->db);
	if (s->file >= 0)
		close(s->file);
	if (s->lock >= 0)
		close(s->lock);
	free(s->fresh);
	free(s->path);
	free(s);
}

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
	st = spool_fresh_write(s, err) != 0
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
	spool_fresh_done(s);
	s->open = false;
	return 0;
}

int
spool_sync(struct spool *s, struct err *err)
{
	int rc;

	/* A statement whose row somebody looked at is in the way. */
	for (size_t i = 0; i < SPOOL_STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	rc = sqlite3_wal_checkpoint_v2(
	    s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	/* Busy: who looks at it holds pages back, but the log is synced. */
	return rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY
	    ? 0
	    : spool_fail(s, err);
}

void
spool_rollback(struct spool *s)
{
	if (s->open && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	spool_fresh_undo(s);
	s->open = false;
}

int
spool_begin(struct spool *s, bool sync, struct err *err)
{
	sqlite3_stmt *st;
	int rc;

	/* How a commit is made must be said before its transaction begins. */
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
