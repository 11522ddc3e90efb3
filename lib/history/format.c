#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/claim.h"
#include "history/internal.h"

/* "vitH": the application ID in the file's header. */
#define APPLICATION_ID 0x76697448
#define VERSION 1

/* A store of up to this size is checked completely when it is opened. */
#define CHECK_MAX (64 << 20)

static const char schema[] =
    "BEGIN;"
    "CREATE TABLE history(epoch BLOB NOT NULL, first INTEGER NOT NULL,"
    " next INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE TABLE session(id BLOB PRIMARY KEY, started INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE line(sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
    " session BLOB NOT NULL, type BLOB NOT NULL, text BLOB NOT NULL);"
    "PRAGMA application_id = 1986622536;"
    "PRAGMA user_version = 1;"
    "COMMIT;";

int
history_format_fail(struct sqlite3 *db, const char *path, struct err *err)
{
	int code = sqlite3_errcode(db), errnum = sqlite3_system_errno(db);

	switch (code) {
	case SQLITE_NOTADB:
		return err_set(err, "%s: not a history of vitals-stream", path);
	case SQLITE_CORRUPT:
		return err_set(err,
		    "%s: is damaged (%s): move it away to begin a new history",
		    path, sqlite3_errmsg(db));
	case SQLITE_FULL:
		return err_set(err, "%s: the disk is full", path);
	case SQLITE_NOMEM:
		return err_set(err, "%s: out of memory", path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, "%s: in use by another process", path);
	case SQLITE_CANTOPEN:
		if (errnum != 0)
			return err_sys(
			    err, errnum, "%s: cannot be opened", path);
		return err_set(err, "%s: cannot be opened", path);
	case SQLITE_IOERR:
		/* Older versions do not keep what the write failed with. */
		if (errnum != 0)
			return err_sys(
			    err, errnum, "%s: read or write failed", path);
		return err_set(err,
		    "%s: cannot be written: the disk is full or broken, or the "
		    "file too large",
		    path);
	}
	return err_set(err, "%s: %s", path, sqlite3_errmsg(db));
}

/* Set *${value} to the first column of the first row; if ${text} is given, to
 * whether the column equals it. */
static int
ask(struct sqlite3 *db, const char *path, const char *sql, const char *text,
    int64_t *value, struct err *err)
{
	const unsigned char *got;
	sqlite3_stmt *st;
	int rc;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		return history_format_fail(db, path, err);
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW) {
		history_format_fail(db, path, err);
	} else if (text == NULL) {
		*value = sqlite3_column_int64(st, 0);
	} else {
		got = sqlite3_column_text(st, 0);
		*value = got != NULL && strcmp((const char *)got, text) == 0;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

static int
exec(struct sqlite3 *db, const char *path, const char *sql, struct err *err)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : history_format_fail(db, path, err);
}

/* Create and lock the file.  Creating it here gives it mode 0600; SQLite would
 * make it readable by everybody.  A second name is refused, because SQLite
 * finds the write-ahead log by the name of the file. */
static int
claim(const char *path, int *fd, struct stat *st, struct err *err)
{
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0 || fstat(*fd, st) != 0)
		return err_sys(err, errno, "%s", path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, "%s: not a regular file", path);
	if (st->st_nlink > 1)
		return err_set(err,
		    "%s: has a second name, a hard link: take one of the names "
		    "away",
		    path);
	if (compat_claim(*fd) == 0)
		return 0;
	if (errno == EAGAIN)
		return err_set(err, "%s: in use by another process", path);
	return err_sys(err, errno, "%s: cannot be locked", path);
}

/* Check the kind and version of the file before anything is written to it. */
static int
check_kind(struct sqlite3 *db, const char *path, bool *is_new, struct err *err)
{
	int64_t id, version, tables;

	if (ask(db, path, "PRAGMA application_id", NULL, &id, err) != 0 ||
	    ask(db, path, "PRAGMA user_version", NULL, &version, err) != 0 ||
	    ask(db, path, "SELECT count(*) FROM sqlite_master", NULL, &tables,
		err) != 0)
		return -1;
	*is_new = tables == 0;
	if (*is_new)
		return 0;
	if (id != APPLICATION_ID)
		return err_set(err, "%s: not a history of vitals-stream", path);
	if (version != VERSION)
		return err_set(err, "%s: history of a later version (%lld)",
		    path, (long long)version);
	return 0;
}

int
history_format_open(
    const char *path, struct sqlite3 **db, int *fd, struct err *err)
{
	struct stat st;
	int64_t good = 1;
	bool is_new;

	*db = NULL;
	if (claim(path, fd, &st, err) != 0)
		return -1;
	if (sqlite3_open_v2(path, db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return *db == NULL ? err_set(err, "%s: out of memory", path)
				   : history_format_fail(*db, path, err);
	if (check_kind(*db, path, &is_new, err) != 0 ||
	    exec(*db, path,
		"PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		/* Truncate the log to this size after a burst. */
		"PRAGMA journal_size_limit = 8388608;",
		err) != 0)
		return -1;
	if (is_new)
		return exec(*db, path, schema, err);
	if (st.st_size <= CHECK_MAX &&
	    ask(*db, path, "PRAGMA quick_check(1)", "ok", &good, err) != 0)
		return -1;
	if (!good)
		return err_set(err,
		    "%s: is damaged: move it away to begin a new history",
		    path);
	return 0;
}
