#include "inbox/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/real.h"
#include "inbox/schema.h"

/* inbox_probe writes at most this many bytes. */
#define PROBE_MAX (16 << 20)

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	MARK,
	UNDO,
	NOTE,
	HASH,
	ADD,
	NEXT,
	OLDEST,
	PRINTED,
	FORGET,
	PROBE,
	PROBED,
	NO_PLACE,
	SET_PLACE,
	GET_PLACE,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [MARK] = "SAVEPOINT mark",
    [UNDO] = "ROLLBACK TO mark",
    [NOTE] = "INSERT OR IGNORE INTO seen (id, time, hash) VALUES (?1, ?2, ?3)",
    [HASH] = "SELECT hash FROM seen WHERE id = ?1",
    [ADD] = "INSERT INTO line (text, time) VALUES (?1, ?2)",
    [NEXT] = ("SELECT number, text FROM line WHERE number > ?1 "
	      "ORDER BY number LIMIT 1"),
    [OLDEST] = "SELECT time FROM line ORDER BY number LIMIT 1",
    [PRINTED] = "DELETE FROM line WHERE number <= ?1",
    [FORGET] = ("DELETE FROM seen WHERE id IN (SELECT id FROM seen "
		"WHERE time < ?1 ORDER BY time LIMIT ?2)"),
    /* An ID of a sender has no NUL. */
    [PROBE] = ("INSERT OR REPLACE INTO seen (id, time, hash) "
	       "VALUES (x'00', 0, zeroblob(?1))"),
    [PROBED] = "DELETE FROM seen WHERE id = x'00'",
    [NO_PLACE] = "DELETE FROM place",
    [SET_PLACE] = ("INSERT OR REPLACE INTO place (one, device, inode, offset) "
		   "VALUES (1, ?1, ?2, ?3)"),
    [GET_PLACE] = "SELECT device, inode, offset FROM place",
};

struct inbox {
	char *path;
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	uint64_t waiting;
	uint64_t before;     /* waiting at the start of the transaction */
	uint64_t marked;     /* waiting at the savepoint */
	bool open;           /* a transaction is open */
	int64_t last;        /* number of the last stored line */
	int64_t last_before; /* last at the start of the transaction */
	int64_t last_marked; /* last at the savepoint */
};

static int
failed(const struct inbox *x, struct err *err)
{
	return inbox_schema_failed(x->db, x->path, err);
}

/* Run a statement that returns no rows. */
static int
run(struct inbox *x, enum statement which, struct err *err)
{
	int rc = sqlite3_step(x->statement[which]);

	if (rc != SQLITE_DONE)
		failed(x, err);
	sqlite3_reset(x->statement[which]);
	sqlite3_clear_bindings(x->statement[which]);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
prepare(struct inbox *x, struct err *err)
{
	int64_t waiting = 0;

	/* Lock the file exclusively with the first read, so that a second
	 * receiver fails at its start. */
	if (inbox_schema_exec(x->db, x->path,
		"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
		"PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		/* The log is truncated to this size after a burst. */
		"PRAGMA journal_size_limit = 8388608;"
		"BEGIN EXCLUSIVE; COMMIT",
		err) != 0)
		return -1;
	if (inbox_schema_make(x->db, x->path, err) != 0 ||
	    inbox_schema_ask(x->db, x->path, "SELECT count(*) FROM line",
		&waiting, err) != 0 ||
	    inbox_schema_ask(x->db, x->path,
		"SELECT coalesce(max(number), 0) FROM line", &x->last,
		err) != 0)
		return -1;
	x->waiting = (uint64_t)waiting;
	for (int i = 0; i < STATEMENTS; i++) {
		if (sqlite3_prepare_v3(x->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &x->statement[i],
			NULL) != SQLITE_OK)
			return failed(x, err);
	}
	return 0;
}

/* The write-ahead log is beside the file, under the file's name.  Through
 * another hard link it is not found after a crash, and its content would be
 * lost. */
static int
check_links(int fd, const char *path, struct err *err)
{
	char log[PATH_MAX], *real;
	struct stat st;
	int n;

	if (fstat(fd, &st) != 0 || st.st_nlink < 2)
		return 0;
	real = compat_real_path(path);
	if (real == NULL)
		return err_sys(err, errno, "%s", path);
	n = snprintf(log, sizeof(log), "%s-wal", real);
	free(real);
	if (n > 0 && (size_t)n < sizeof(log) && access(log, F_OK) == 0)
		return 0;
	return err_set(err,
	    "%s: has a second hard link, and may be in use by that name: "
	    "remove one of the names",
	    path);
}

/* SQLite would make the file readable by everyone. */
static int
touch(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), rc;

	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	rc = check_links(fd, path, err);
	close(fd);
	return rc;
}

struct inbox *
inbox_open(const char *path, struct err *err)
{
	struct inbox *x = calloc(1, sizeof(*x));

	if (x == NULL || (x->path = strdup(path)) == NULL) {
		free(x);
		err_set(err, "out of memory");
		return NULL;
	}
	if (touch(path, err) != 0)
		goto err0;
	if (sqlite3_open_v2(path, &x->db, SQLITE_OPEN_READWRITE, NULL) !=
		SQLITE_OK ||
	    sqlite3_extended_result_codes(x->db, 0) != SQLITE_OK) {
		err_set(err, "%s: %s", path,
		    x->db != NULL ? sqlite3_errmsg(x->db) : "out of memory");
		goto err0;
	}
	if (prepare(x, err) != 0)
		goto err0;
	return x;
err0:
	inbox_close(x);
	return NULL;
}

void
inbox_close(struct inbox *x)
{
	if (x == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(x->statement[i]);
	sqlite3_close(x->db);
	free(x->path);
	free(x);
}

int
inbox_begin(struct inbox *x, struct err *err)
{
	if (run(x, BEGIN, err) != 0)
		return -1;
	x->before = x->waiting;
	x->last_before = x->last;
	x->open = true;
	return 0;
}

int
inbox_commit(struct inbox *x, struct err *err)
{
	if (run(x, COMMIT, err) != 0)
		return -1;
	x->open = false;
	return 0;
}

void
inbox_rollback(struct inbox *x)
{
	/* A failure such as a full disk may have rolled back already. */
	if (x->open && sqlite3_get_autocommit(x->db) == 0)
		run(x, ROLLBACK, NULL);
	if (x->open) {
		x->waiting = x->before;
		x->last = x->last_before;
	}
	x->open = false;
}

int
inbox_mark(struct inbox *x, struct err *err)
{
	x->marked = x->waiting;
	x->last_marked = x->last;
	return run(x, MARK, err);
}

int
inbox_undo(struct inbox *x, struct err *err)
{
	x->waiting = x->marked;
	x->last = x->last_marked;
	return run(x, UNDO, err);
}

static bool
bind(struct inbox *x, enum statement which, int at, struct span s)
{
	/* A null pointer would bind NULL, not an empty text. */
	return sqlite3_bind_blob64(x->statement[which], at, s.n > 0 ? s.p : "",
		   s.n, SQLITE_STATIC) == SQLITE_OK;
}

/* Compare ${hash} with that of the known ${id}.  IDs of version 1 have none. */
static enum inbox_noted
compare(struct inbox *x, struct span id, struct span hash, struct err *err)
{
	sqlite3_stmt *st = x->statement[HASH];
	enum inbox_noted noted = INBOX_FAILED;
	const void *p;

	if (!bind(x, HASH, 1, id) || sqlite3_step(st) != SQLITE_ROW) {
		failed(x, err);
	} else {
		p = sqlite3_column_blob(st, 0);
		noted = p != NULL &&
			((size_t)sqlite3_column_bytes(st, 0) != hash.n ||
			    memcmp(p, hash.p, hash.n) != 0)
		    ? INBOX_CONFLICT
		    : INBOX_KNOWN;
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return noted;
}

enum inbox_noted
inbox_note(struct inbox *x, struct span id, struct span hash, int64_t now,
    struct err *err)
{
	if (!bind(x, NOTE, 1, id) || !bind(x, NOTE, 3, hash) ||
	    sqlite3_bind_int64(x->statement[NOTE], 2, now) != SQLITE_OK) {
		failed(x, err);
		return INBOX_FAILED;
	}
	if (run(x, NOTE, err) != 0)
		return INBOX_FAILED;
	return sqlite3_changes(x->db) > 0 ? INBOX_NEW
					  : compare(x, id, hash, err);
}

int
inbox_add(struct inbox *x, struct span line, int64_t now, struct err *err)
{
	if (!bind(x, ADD, 1, line) ||
	    sqlite3_bind_int64(x->statement[ADD], 2, now) != SQLITE_OK)
		return failed(x, err);
	if (run(x, ADD, err) != 0)
		return -1;
	x->last = sqlite3_last_insert_rowid(x->db);
	x->waiting++;
	return 0;
}

uint64_t
inbox_waiting(const struct inbox *x)
{
	return x->waiting;
}

int64_t
inbox_oldest(struct inbox *x)
{
	sqlite3_stmt *st = x->statement[OLDEST];
	int64_t time =
	    sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;

	sqlite3_reset(st);
	return time;
}

int
inbox_next(struct inbox *x, int64_t after, struct buf *line, int64_t *number,
    struct err *err)
{
	sqlite3_stmt *next = x->statement[NEXT];
	int rc;

	if (sqlite3_bind_int64(next, 1, after) != SQLITE_OK)
		return failed(x, err);
	rc = sqlite3_step(next);
	if (rc == SQLITE_ROW && x->open &&
	    sqlite3_column_int64(next, 0) > x->last_before) {
		rc = SQLITE_DONE; /* it is not committed yet */
	} else if (rc == SQLITE_ROW) {
		*number = sqlite3_column_int64(next, 0);
		buf_add(line, sqlite3_column_blob(next, 1),
		    (size_t)sqlite3_column_bytes(next, 1));
	} else if (rc != SQLITE_DONE) {
		failed(x, err);
	}
	sqlite3_reset(next);
	if (rc == SQLITE_ROW && buf_failed(line))
		return err_set(err, "out of memory");
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

int
inbox_printed(struct inbox *x, int64_t number, struct err *err)
{
	if (sqlite3_bind_int64(x->statement[PRINTED], 1, number) != SQLITE_OK)
		return failed(x, err);
	if (run(x, PRINTED, err) != 0)
		return -1;
	x->waiting -= (uint64_t)sqlite3_changes(x->db);
	return 0;
}

int
inbox_forget(struct inbox *x, int64_t time, int max, struct err *err)
{
	if (sqlite3_bind_int64(x->statement[FORGET], 1, time) != SQLITE_OK ||
	    sqlite3_bind_int(x->statement[FORGET], 2, max) != SQLITE_OK)
		return failed(x, err);
	return run(x, FORGET, err) != 0 ? -1 : sqlite3_changes(x->db);
}

int
inbox_probe(struct inbox *x, size_t bytes, struct err *err)
{
	sqlite3_int64 n = bytes < PROBE_MAX ? (sqlite3_int64)bytes : PROBE_MAX;

	if (sqlite3_bind_int64(x->statement[PROBE], 1, n) != SQLITE_OK)
		return failed(x, err);
	/* Two transactions: in one, inserting and deleting would need no
	 * space. */
	return run(x, PROBE, err) != 0 ? -1 : run(x, PROBED, err);
}

int
inbox_set_place(
    struct inbox *x, const struct inbox_place *place, struct err *err)
{
	sqlite3_stmt *set = x->statement[SET_PLACE];

	if (place == NULL)
		return run(x, NO_PLACE, err);
	if (sqlite3_bind_int64(set, 1, place->device) != SQLITE_OK ||
	    sqlite3_bind_int64(set, 2, place->inode) != SQLITE_OK ||
	    sqlite3_bind_int64(set, 3, place->offset) != SQLITE_OK)
		return failed(x, err);
	return run(x, SET_PLACE, err);
}

int
inbox_get_place(struct inbox *x, struct inbox_place *place, struct err *err)
{
	sqlite3_stmt *get = x->statement[GET_PLACE];
	int rc = sqlite3_step(get);

	if (rc == SQLITE_ROW) {
		place->device = sqlite3_column_int64(get, 0);
		place->inode = sqlite3_column_int64(get, 1);
		place->offset = sqlite3_column_int64(get, 2);
	} else if (rc != SQLITE_DONE) {
		failed(x, err);
	}
	sqlite3_reset(get);
	return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}
