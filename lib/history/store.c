#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "history/internal.h"

/* The overhead of a line, in addition to its text, session and type. */
#define LINE_BYTES 64

/* The most lines dropped in one commit, in addition to twice the lines it adds.
 * If many lines expire together, after a pause, a commit stays short. */
#define DROP_MAX 1000

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	START,
	STATE,
	ADVANCE,
	ADD,
	OLD,
	DROP,
	FORGET_SESSIONS,
	ADD_SESSION,
	SESSIONS,
	ENDS,
	NEWEST,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [START] = "INSERT INTO history VALUES (?1, ?2, ?2, 0)",
    [STATE] = "SELECT epoch, first, next, bytes FROM history",
    [ADVANCE] = "UPDATE history SET next = ?1, bytes = ?2",
    [ADD] = "INSERT INTO line VALUES (?1, ?2, ?3, ?4, ?5)",
    [OLD] = ("SELECT sequence, time, length(session) + length(type) + "
	     "length(text) FROM line ORDER BY sequence LIMIT ?1"),
    [DROP] = "DELETE FROM line WHERE sequence <= ?1",
    [FORGET_SESSIONS] = "DELETE FROM session",
    [ADD_SESSION] = "INSERT INTO session VALUES (?1, ?2)",
    [SESSIONS] = "SELECT id, started FROM session ORDER BY started",
    [ENDS] = "SELECT ifnull(min(sequence), 0) FROM line",
    [NEWEST] = "SELECT sequence, time FROM line ORDER BY sequence DESC LIMIT 1",
};

struct history_store {
	char *path;
	sqlite3 *db;
	int fd; /* the lock */
	/* The state after the last commit.  While a writer has the store, only
	 * its thread uses these. */
	uint64_t stored; /* the oldest number, or the one after the last */
	uint64_t bytes;  /* of all lines */
	/* Lines below this number are, or are about to be, dropped. */
	_Atomic uint64_t dropped;
	sqlite3_stmt *statement[STATEMENTS];
};

static int
failed(struct history_store *s, struct err *err)
{
	return history_format_fail(s->db, s->path, err);
}

/* Run a statement that returns no rows, and clear its bindings. */
static int
run(struct history_store *s, enum statement which, struct err *err)
{
	int rc = sqlite3_step(s->statement[which]);

	if (rc != SQLITE_DONE)
		failed(s, err);
	sqlite3_reset(s->statement[which]);
	sqlite3_clear_bindings(s->statement[which]);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int
bind_number(struct history_store *s, enum statement which, int at, uint64_t n)
{
	return sqlite3_bind_int64(s->statement[which], at, (sqlite3_int64)n) ==
		SQLITE_OK
	    ? 0
	    : -1;
}

static int
bind_bytes(struct history_store *s, enum statement which, int at, struct span b)
{
	/* A null pointer would bind NULL. */
	return sqlite3_bind_blob64(s->statement[which], at, b.n > 0 ? b.p : "",
		   b.n, SQLITE_STATIC) == SQLITE_OK
	    ? 0
	    : -1;
}

static struct span
column(sqlite3_stmt *st, int at)
{
	const void *p = sqlite3_column_blob(st, at);

	return (struct span){
	    p != NULL ? p : "", (size_t)sqlite3_column_bytes(st, at)};
}

static uint64_t
column_number(sqlite3_stmt *st, int at)
{
	return (uint64_t)sqlite3_column_int64(st, at);
}

/* ---- Opening ------------------------------------------------------------ */

/* The store is new: save the epoch of ${h} to it. */
static int
start(struct history *h, struct err *err)
{
	struct history_store *s = h->store;

	if (bind_bytes(s, START, 1, span_of(h->epoch)) != 0 ||
	    bind_number(s, START, 2, h->first) != 0)
		return failed(s, err);
	return run(s, START, err);
}

static int
read_state(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	sqlite3_stmt *st = s->statement[STATE];
	struct span epoch;
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW) {
		epoch = column(st, 0);
		snprintf(
		    h->epoch, sizeof(h->epoch), "%.*s", (int)epoch.n, epoch.p);
		h->first = column_number(st, 1);
		h->oldest = h->next = column_number(st, 2);
		h->last = h->next - 1;
		s->bytes = column_number(st, 3);
	} else if (rc != SQLITE_DONE) {
		failed(s, err);
	}
	sqlite3_reset(st);
	if (rc == SQLITE_DONE)
		return start(h, err);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* Determine the range of lines: the last one is the one before next. */
static int
read_ends(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	sqlite3_stmt *st = s->statement[NEWEST];
	uint64_t newest = h->last;
	int rc = sqlite3_step(st);

	h->stored = s->stored = h->next;
	h->stored_time = INT64_MAX;
	if (rc == SQLITE_ROW) {
		newest = column_number(st, 0);
		h->time = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	if (rc == SQLITE_DONE)
		return 0;
	if (rc != SQLITE_ROW)
		return failed(s, err);
	st = s->statement[ENDS];
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		h->stored = column_number(st, 0);
	sqlite3_reset(st);
	if (rc != SQLITE_ROW)
		return failed(s, err);
	if (newest != h->last || h->stored < h->first)
		return err_set(
		    err, "%s: is damaged: numbers are missing", s->path);
	s->stored = h->stored;
	/* The first commit determines it. */
	h->stored_time = INT64_MIN;
	return 0;
}

static int
read_sessions(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	sqlite3_stmt *st = s->statement[SESSIONS];
	int rc, added = 0;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW && added == 0)
		added =
		    history_session_add(h, column(st, 0), column_number(st, 1));
	if (rc != SQLITE_DONE && added == 0)
		failed(s, err);
	sqlite3_reset(st);
	if (added != 0)
		return err_set(err, "out of memory");
	return rc == SQLITE_DONE ? 0 : -1;
}

int
history_store_open(struct history *h, struct err *err)
{
	struct history_store *s = calloc(1, sizeof(*s));

	h->store = s;
	if (s == NULL || (s->path = strdup(h->o.store)) == NULL)
		return err_set(err, "out of memory");
	s->fd = -1;
	if (history_format_open(s->path, &s->db, &s->fd, err) != 0)
		return -1;
	for (int i = 0; i < STATEMENTS; i++) {
		if (sqlite3_prepare_v3(s->db, sql[i], -1,
			SQLITE_PREPARE_PERSISTENT, &s->statement[i],
			NULL) != SQLITE_OK)
			return failed(s, err);
	}
	if (read_state(h, err) != 0 || read_ends(h, err) != 0)
		return -1;
	return read_sessions(h, err);
}

void
history_store_close(struct history_store *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statement[i]);
	sqlite3_close(s->db);
	/* Only now: see compat_claim. */
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	free(s);
}

/* ---- Committing --------------------------------------------------------- */

static size_t
line_bytes(const struct history_entry *e)
{
	return LINE_BYTES + e->text.n + e->session.n + e->type.n;
}

static int
add_line(
    struct history_store *s, const struct history_entry *e, struct err *err)
{
	if (bind_number(s, ADD, 1, e->sequence) != 0 ||
	    bind_number(s, ADD, 2, (uint64_t)e->time) != 0 ||
	    bind_bytes(s, ADD, 3, e->session) != 0 ||
	    bind_bytes(s, ADD, 4, e->type) != 0 ||
	    bind_bytes(s, ADD, 5, e->text) != 0)
		return failed(s, err);
	return run(s, ADD, err);
}

static int
write_sessions(
    struct history_store *s, const struct history_batch *b, struct err *err)
{
	if (run(s, FORGET_SESSIONS, err) != 0)
		return -1;
	for (size_t i = 0; i < b->sessions; i++) {
		struct span id = {b->session[i].id, b->session[i].n};

		if (bind_bytes(s, ADD_SESSION, 1, id) != 0 ||
		    bind_number(s, ADD_SESSION, 2, b->session[i].started) != 0)
			return failed(s, err);
		if (run(s, ADD_SESSION, err) != 0)
			return -1;
	}
	return 0;
}

/* Find the oldest line to keep, examining at most ${max}. */
static int
find_oldest(struct history_store *s, struct history_batch *b, size_t max,
    struct err *err)
{
	sqlite3_stmt *st = s->statement[OLD];
	int rc;

	b->stored = b->next;
	b->oldest = INT64_MAX;
	if (bind_number(s, OLD, 1, max) != 0)
		return failed(s, err);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		uint64_t n = column_number(st, 0);
		int64_t time = sqlite3_column_int64(st, 1);
		bool is_last = n + 1 == b->next;

		b->stored = n;
		b->oldest = time;
		if (b->now - time <= b->o->age_ms &&
		    (is_last || b->bytes <= b->o->store_bytes))
			break;
		b->bytes -= LINE_BYTES + column_number(st, 2);
		b->stored = n + 1;
		b->oldest = is_last ? INT64_MAX : INT64_MIN;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		failed(s, err);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static int
write_all(struct history_store *s, struct history_batch *b, struct err *err)
{
	b->bytes = s->bytes;
	for (size_t i = 0; i < b->lines; i++) {
		const struct history_entry *e = &b->line[i]->entry;

		if (add_line(s, e, err) != 0)
			return -1;
		b->bytes += line_bytes(e);
	}
	if (b->has_sessions && write_sessions(s, b, err) != 0)
		return -1;
	if (find_oldest(s, b, 2 * b->lines + DROP_MAX, err) != 0)
		return -1;
	if (b->stored > s->stored) {
		atomic_store(&s->dropped, b->stored);
		if (bind_number(s, DROP, 1, b->stored - 1) != 0)
			return failed(s, err);
		if (run(s, DROP, err) != 0)
			return -1;
	}
	if (bind_number(s, ADVANCE, 1, b->next) != 0 ||
	    bind_number(s, ADVANCE, 2, b->bytes) != 0)
		return failed(s, err);
	return run(s, ADVANCE, err);
}

int
history_store_commit(
    struct history_store *s, struct history_batch *b, struct err *err)
{
	if (run(s, BEGIN, err) != 0)
		return -1;
	if (write_all(s, b, err) != 0 || run(s, COMMIT, err) != 0) {
		/* After a disk-full error, SQLite may have rolled back
		 * already. */
		if (sqlite3_get_autocommit(s->db) == 0)
			run(s, ROLLBACK, NULL);
		return -1;
	}
	s->stored = b->stored;
	s->bytes = b->bytes;
	return 0;
}

uint64_t
history_store_dropped(const struct history_store *s)
{
	return atomic_load(&s->dropped);
}
