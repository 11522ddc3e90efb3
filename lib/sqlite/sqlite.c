#include "sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/claim.h"

struct sqlite {
	const struct sqlite_format *format;
	char *path;
	sqlite3 *db;
	int fd; /* has the lock */
	sqlite3_stmt **statement;
	bool bound_badly; /* a parameter could not be set; see why */
	struct err why;
};

/* ---- Errors ---------------------------------------------------------------- */

int
sqlite_damaged(struct sqlite *s, struct err *err, const char *what, ...)
{
	struct err text;
	va_list ap;

	va_start(ap, what);
	vsnprintf(text.text, sizeof(text.text), what, ap);
	va_end(ap);
	return err_set(err,
	    "%s: is damaged (%s): move it away to begin a new one", s->path,
	    text.text);
}

/* Return the number that ${sql} asks for; 0 if it cannot be asked. */
static int64_t
number_of(struct sqlite *s, const char *sql)
{
	sqlite3_stmt *st;
	int64_t n = 0;

	if (sql == NULL ||
	    sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Has a table that never gives a number again (AUTOINCREMENT) given the largest?  The
 * error of SQLite is that of a full disk, but 2^63 rows were never written. */
static bool
is_used_up(struct sqlite *s)
{
	bool used = number_of(s,
			"SELECT max(CAST(seq AS INTEGER)) "
			"FROM sqlite_sequence") == INT64_MAX;
	sqlite3_stmt *st;

	if (used ||
	    sqlite3_prepare_v2(s->db, "SELECT name FROM sqlite_sequence", -1,
		&st, NULL) != SQLITE_OK)
		return used;
	while (!used && sqlite3_step(st) == SQLITE_ROW) {
		char *sql = sqlite3_mprintf("SELECT max(rowid) FROM \"%w\"",
		    (const char *)sqlite3_column_text(st, 0));

		used = number_of(s, sql) == INT64_MAX;
		sqlite3_free(sql);
	}
	sqlite3_finalize(st);
	return used;
}

static int
failed(struct sqlite *s, struct err *err)
{
	int code = sqlite3_errcode(s->db), errnum = sqlite3_system_errno(s->db);

	switch (code) {
	case SQLITE_NOTADB:
		return err_set(err, "%s: not a %s", s->path, s->format->what);
	case SQLITE_CORRUPT:
		return sqlite_damaged(s, err, "%s", sqlite3_errmsg(s->db));
	case SQLITE_FULL:
		if (is_used_up(s))
			return sqlite_damaged(
			    s, err, "a table has no number left");
		return err_set(err, "%s: the disk is full", s->path);
	case SQLITE_NOMEM:
		return err_set(err, "%s: out of memory", s->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, "%s: in use by another process", s->path);
	case SQLITE_CANTOPEN:
		if (errnum != 0)
			return err_sys(
			    err, errnum, "%s: cannot be opened", s->path);
		return err_set(err, "%s: cannot be opened", s->path);
	case SQLITE_IOERR:
		/* Older versions do not keep what the write failed with. */
		if (errnum != 0)
			return err_sys(
			    err, errnum, "%s: read or write failed", s->path);
		return err_set(err,
		    "%s: cannot be written: the disk is full or broken, or the "
		    "file too large",
		    s->path);
	}
	return err_set(err, "%s: %s", s->path, sqlite3_errmsg(s->db));
}

/* ---- Opening --------------------------------------------------------------- */

static int
exec(struct sqlite *s, const char *sql, struct err *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : failed(s, err);
}

/* Set *${value} to the first column of the first row; if ${text} is given, to
 * whether the column equals it. */
static int
ask(struct sqlite *s, const char *sql, const char *text, int64_t *value,
    struct err *err)
{
	const unsigned char *got;
	sqlite3_stmt *st;
	int rc;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return failed(s, err);
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW) {
		failed(s, err);
	} else if (text == NULL) {
		*value = sqlite3_column_int64(st, 0);
	} else {
		got = sqlite3_column_text(st, 0);
		*value = got != NULL && strcmp((const char *)got, text) == 0;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* Create and lock the file.  Creating it here gives it mode 0600; SQLite would
 * make it readable by everybody.  A second name is refused, because SQLite
 * finds the write-ahead log by the name of the file. */
static int
claim(struct sqlite *s, struct stat *st, struct err *err)
{
	s->fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->fd < 0 || fstat(s->fd, st) != 0)
		return err_sys(err, errno, "%s", s->path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, "%s: not a regular file", s->path);
	if (st->st_nlink > 1)
		return err_set(err,
		    "%s: has a second name, a hard link: take one of the names "
		    "away",
		    s->path);
	if (compat_claim(s->fd) == 0)
		return 0;
	if (errno == EAGAIN)
		return err_set(err, "%s: in use by another process", s->path);
	return err_sys(err, errno, "%s: cannot be locked", s->path);
}

/* Check the kind and version of the file before anything is written to it. */
static int
check_kind(struct sqlite *s, bool *is_new, int64_t *version, struct err *err)
{
	int64_t id = 0, tables = 0;

	if (ask(s, "PRAGMA application_id", NULL, &id, err) != 0 ||
	    ask(s, "PRAGMA user_version", NULL, version, err) != 0 ||
	    ask(s, "SELECT count(*) FROM sqlite_master", NULL, &tables, err) !=
		0)
		return -1;
	*is_new = tables == 0;
	if (*is_new)
		return 0;
	if (id != s->format->application)
		return err_set(err, "%s: not a %s", s->path, s->format->what);
	if (*version == s->format->version ||
	    (*version >= 1 && *version < s->format->version &&
		s->format->upgrade != NULL))
		return 0;
	return err_set(err, "%s: %s of another version (%lld)", s->path,
	    s->format->what, (long long)*version);
}

/* Create the tables, and mark the file, in one transaction. */
static int
create(struct sqlite *s, struct err *err)
{
	struct buf b;
	const char *sql;
	int rc;

	buf_init(&b);
	buf_addf(&b,
	    "BEGIN; %s; PRAGMA application_id = %d; PRAGMA user_version = %d;"
	    "COMMIT;",
	    s->format->schema, (int)s->format->application, s->format->version);
	sql = buf_string(&b);
	rc = sql == NULL ? err_set(err, "%s: out of memory", s->path)
			 : exec(s, sql, err);
	buf_release(&b);
	return rc;
}

/* Make the current version of ${version}, in one transaction. */
static int
upgrade(struct sqlite *s, int64_t version, struct err *err)
{
	char mark[64];

	snprintf(mark, sizeof(mark), "PRAGMA user_version = %d; COMMIT",
	    s->format->version);
	if (exec(s, "BEGIN", err) != 0)
		return -1;
	for (; version < s->format->version; version++) {
		if (exec(s, s->format->upgrade[version - 1], err) != 0)
			return -1;
	}
	return exec(s, mark, err);
}

static int
connect_file(struct sqlite *s, struct err *err)
{
	struct stat st;
	int64_t good = 1, version = 0;
	bool is_new;

	if (claim(s, &st, err) != 0)
		return -1;
	if (sqlite3_open_v2(s->path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return s->db == NULL
		    ? err_set(err, "%s: out of memory", s->path)
		    : failed(s, err);
	/* Exclusive from the first access: no shared memory is needed. */
	if ((!s->format->has_reader &&
		exec(s, "PRAGMA locking_mode = EXCLUSIVE", err) != 0) ||
	    check_kind(s, &is_new, &version, err) != 0 ||
	    exec(s,
		"PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		/* Truncate the log to this size after a burst. */
		"PRAGMA journal_size_limit = 8388608;",
		err) != 0)
		return -1;
	if (is_new)
		return create(s, err);
	if (st.st_size <= SQLITE_CHECK_MAX &&
	    ask(s, "PRAGMA quick_check(1)", "ok", &good, err) != 0)
		return -1;
	if (!good)
		return err_set(err,
		    "%s: is damaged: move it away to begin a new one", s->path);
	return version == s->format->version ? 0 : upgrade(s, version, err);
}

/* Open the file that sqlite_open has checked. */
static int
connect_reader(struct sqlite *s, struct err *err)
{
	if (sqlite3_open_v2(s->path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		return 0;
	return s->db == NULL ? err_set(err, "%s: out of memory", s->path)
			     : failed(s, err);
}

/* Connect ${path} by ${connect}, and prepare its statements. */
static struct sqlite *
open_with(int (*connect)(struct sqlite *, struct err *), const char *path,
    const struct sqlite_format *format, struct err *err)
{
	struct sqlite *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	s->format = format;
	s->fd = -1;
	s->path = strdup(path);
	s->statement = calloc(format->statements, sizeof(sqlite3_stmt *));
	if (s->path == NULL || s->statement == NULL) {
		err_set(err, "out of memory");
		goto err0;
	}
	if (connect(s, err) != 0)
		goto err0;
	for (size_t i = 0; i < format->statements; i++) {
		if (sqlite3_prepare_v3(s->db, format->sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &s->statement[i],
			NULL) != SQLITE_OK) {
			failed(s, err);
			goto err0;
		}
	}
	return s;
err0:
	sqlite_close(s);
	return NULL;
}

struct sqlite *
sqlite_open(
    const char *path, const struct sqlite_format *format, struct err *err)
{
	return open_with(connect_file, path, format, err);
}

struct sqlite *
sqlite_open_reader(
    const char *path, const struct sqlite_format *format, struct err *err)
{
	return open_with(connect_reader, path, format, err);
}

void
sqlite_close(struct sqlite *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->statement != NULL && i < s->format->statements;
	     i++)
		sqlite3_finalize(s->statement[i]);
	sqlite3_close(s->db);
	/* Only now: see compat_claim. */
	if (s->fd >= 0)
		close(s->fd);
	free(s->statement);
	free(s->path);
	free(s);
}

/* ---- Statements ------------------------------------------------------------ */

static void
check_bound(struct sqlite *s, int rc)
{
	if (rc == SQLITE_OK || s->bound_badly)
		return;
	failed(s, &s->why);
	s->bound_badly = true;
}

void
sqlite_number(struct sqlite *s, size_t which, int at, int64_t n)
{
	check_bound(s, sqlite3_bind_int64(s->statement[which], at, n));
}

void
sqlite_bytes(struct sqlite *s, size_t which, int at, struct span b)
{
	/* A null pointer would bind NULL. */
	check_bound(s,
	    sqlite3_bind_blob64(s->statement[which], at, b.n > 0 ? b.p : "",
		b.n, SQLITE_STATIC));
}

void
sqlite_reset(struct sqlite *s, size_t which)
{
	sqlite3_reset(s->statement[which]);
	sqlite3_clear_bindings(s->statement[which]);
}

int
sqlite_step(struct sqlite *s, size_t which, struct err *err)
{
	int rc;

	if (s->bound_badly) {
		err_set(err, "%s", s->why.text);
		s->bound_badly = false;
		sqlite_reset(s, which);
		return -1;
	}
	rc = sqlite3_step(s->statement[which]);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		failed(s, err);
	sqlite_reset(s, which);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
sqlite_run(struct sqlite *s, size_t which, struct err *err)
{
	return sqlite_step(s, which, err);
}

int64_t
sqlite_column(struct sqlite *s, size_t which, int at)
{
	return sqlite3_column_int64(s->statement[which], at);
}

struct span
sqlite_column_text(struct sqlite *s, size_t which, int at)
{
	const void *p = sqlite3_column_blob(s->statement[which], at);

	return (struct span){p != NULL ? p : "",
	    (size_t)sqlite3_column_bytes(s->statement[which], at)};
}

int
sqlite_begin(struct sqlite *s, struct err *err)
{
	return exec(s, "BEGIN IMMEDIATE", err);
}

int
sqlite_commit(struct sqlite *s, struct err *err)
{
	return exec(s, "COMMIT", err);
}

int
sqlite_rollback(struct sqlite *s, struct err *err)
{
	/* After some errors, such as a full disk, SQLite has done it. */
	return sqlite3_get_autocommit(s->db) != 0 ? 0
						  : exec(s, "ROLLBACK", err);
}

int64_t
sqlite_changes(struct sqlite *s)
{
	return sqlite3_changes(s->db);
}

int64_t
sqlite_inserted(struct sqlite *s)
{
	return sqlite3_last_insert_rowid(s->db);
}
