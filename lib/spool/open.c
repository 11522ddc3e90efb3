#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/internal.h"

/* "VPSP": tells file(1) and us that a file is a spool. */
#define APPLICATION_ID 0x56505350

/* A spool of at most this many bytes is checked completely when it is opened.
 */
#define CHECK_MAX (64 << 20)

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE endpoint(number INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, own INTEGER NOT NULL,"
    " off INTEGER NOT NULL DEFAULT 0, hold INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE, accepted INTEGER NOT NULL,"
    " session TEXT, line BLOB NOT NULL);"
    /* Most deliveries are settled at once, and their row in "job" is written
     * with the outcome.  Until then they are unlogged: this table holds the
     * range of events that were accepted together. */
    "CREATE TABLE fresh(endpoint INTEGER NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY(endpoint, first)) WITHOUT ROWID;"
    /* One event for one endpoint. */
    "CREATE TABLE job(seq INTEGER NOT NULL, endpoint INTEGER NOT NULL,"
    " state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " round INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0,"
    " first INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,"
    " since INTEGER NOT NULL, session TEXT, error TEXT,"
    " batch INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(seq, endpoint)) WITHOUT "
    "ROWID;"
    "CREATE INDEX job_ready ON job(endpoint, seq) WHERE state = 0;"
    "CREATE INDEX job_waiting ON job(endpoint, at) WHERE state = 1;"
    "PRAGMA application_id = 1448104784;"
    "PRAGMA user_version = 3;"
    "COMMIT;";

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

/* Check the whole file.  The pragma, not the table-valued function: the meaning
 * of its argument changed between SQLite 3.40 and 3.46. */
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
check_format(struct spool *s, enum spool_mode mode, bool empty, struct err *err)
{
	int64_t id, version;
	struct stat st;

	if (empty) {
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
	int flags = mode == SPOOL_WRITE
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
	if (mode == SPOOL_READ)
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
	/* Dead and expired deliveries are few: this counts them without reading
	 * the others.  Spools of earlier versions lack the index. */
	if (spool_exec(s,
		"CREATE INDEX IF NOT EXISTS job_lost ON job(endpoint)"
		" WHERE state > 2",
		err) != 0)
		return -1;
	return spool_unlogged_unfold(s, err);
}

int
spool_index_sessions(struct spool *s, struct err *err)
{
	return spool_exec(s,
	    "CREATE INDEX IF NOT EXISTS job_session"
	    " ON job(endpoint, session, seq)"
	    " WHERE state = 0 AND session IS NOT NULL",
	    err);
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
	/* One thread, and no statistics of memory: SQLite needs no locks.  Both
	 * calls fail, without harm, once SQLite is initialised. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	s->lock = s->file = -1;
	/* Events are about people: only the owner may read the file. */
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
	/* The claim must outlive the database: see compat_claim. */
	sqlite3_close(s->db);
	if (s->file >= 0)
		close(s->file);
	if (s->lock >= 0)
		close(s->lock);
	free(s->unlogged);
	free(s->path);
	free(s);
}
