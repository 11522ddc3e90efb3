#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "buf/ascii.h"
#include "history/internal.h"
#include "sqlite/sqlite.h"

/* "vitH": identifies a history. */
#define APPLICATION_ID 0x76697448

/* The overhead of a line, in addition to its text, session and type. */
#define LINE_BYTES 64

/* The most lines dropped in one commit, in addition to twice the lines it adds.
 * If many lines expire together, after a pause, a commit stays short. */
#define DROP_MAX 1000

/* No number comes near this by counting from the time in microseconds. */
#define NUMBER_MAX (INT64_MAX / 2)

enum statement {
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

static const struct sqlite_format format = {.what = HISTORY_WHAT,
    .application = APPLICATION_ID,
    .version = 1,
    .schema =
	"CREATE TABLE history(epoch BLOB NOT NULL, first INTEGER NOT NULL,"
	" next INTEGER NOT NULL, bytes INTEGER NOT NULL);"
	"CREATE TABLE session(id BLOB PRIMARY KEY, started INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE line(sequence INTEGER PRIMARY KEY,"
	" time INTEGER NOT NULL, session BLOB NOT NULL, type BLOB NOT NULL,"
	" text BLOB NOT NULL)",
    .sql = sql,
    .statements = STATEMENTS,
    .has_reader = true};

struct history_store {
	struct sqlite *db;
	/* The state after the last commit.  While a writer has the store, only
	 * its thread uses these. */
	uint64_t stored; /* the oldest number, or the one after the last */
	uint64_t bytes;  /* of all lines */
	/* Lines below this number are, or are about to be, dropped. */
	_Atomic uint64_t dropped;
};

static uint64_t
column(const struct history_store *s, enum statement which, int at)
{
	return (uint64_t)sqlite_column(s->db, which, at);
}

/* ---- Opening ------------------------------------------------------------ */

/* The store is new: save the epoch of ${h} to it. */
static int
start(struct history *h, struct err *err)
{
	struct sqlite *db = h->store->db;

	sqlite_bytes(db, START, 1, span_of(h->epoch));
	sqlite_number(db, START, 2, (int64_t)h->first);
	return sqlite_run(db, START, err);
}

/* Take over the current row of STATE. */
static int
take_state(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	struct span epoch = sqlite_column_text(s->db, STATE, 0);
	int64_t first = sqlite_column(s->db, STATE, 1);
	int64_t next = sqlite_column(s->db, STATE, 2);
	int64_t bytes = sqlite_column(s->db, STATE, 3);

	if (!ascii_is_hex(epoch, HISTORY_EPOCH_MAX - 1))
		return sqlite_damaged(s->db, err, "the epoch");
	if (first < 1 || next < first || next > NUMBER_MAX)
		return sqlite_damaged(s->db, err, "the numbers of lines");
	if (bytes < 0)
		return sqlite_damaged(s->db, err, "the bytes of lines");
	memcpy(h->epoch, epoch.p, epoch.n);
	h->first = (uint64_t)first;
	h->oldest = h->next = (uint64_t)next;
	h->last = h->next - 1;
	s->bytes = (uint64_t)bytes;
	return 0;
}

static int
read_state(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	int rc = sqlite_step(s->db, STATE, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return start(h, err);
	rc = take_state(h, err);
	sqlite_reset(s->db, STATE);
	return rc;
}

/* Determine the range of lines: the last one is the one before next. */
static int
read_ends(struct history *h, struct err *err)
{
	struct history_store *s = h->store;
	uint64_t newest;
	int rc = sqlite_step(s->db, NEWEST, err);

	h->stored = s->stored = h->next;
	h->stored_time = INT64_MAX;
	if (rc <= 0)
		return rc;
	newest = column(s, NEWEST, 0);
	h->time = sqlite_column(s->db, NEWEST, 1);
	sqlite_reset(s->db, NEWEST);
	if (sqlite_step(s->db, ENDS, err) < 0)
		return -1;
	h->stored = s->stored = column(s, ENDS, 0);
	sqlite_reset(s->db, ENDS);
	if (newest != h->last || h->stored < h->first || h->stored > newest)
		return sqlite_damaged(s->db, err, "the numbers of lines");
	/* The first commit determines it. */
	h->stored_time = INT64_MIN;
	return 0;
}

static int
read_sessions(struct history *h, struct err *err)
{
	struct sqlite *db = h->store->db;
	int rc;

	while ((rc = sqlite_step(db, SESSIONS, err)) == 1) {
		if (history_session_add(h, sqlite_column_text(db, SESSIONS, 0),
			column(h->store, SESSIONS, 1)) != 0) {
			sqlite_reset(db, SESSIONS);
			return err_set(err, "out of memory");
		}
	}
	return rc;
}

int
history_store_open(struct history *h, struct err *err)
{
	struct history_store *s = calloc(1, sizeof(*s));

	h->store = s;
	if (s == NULL)
		return err_set(err, "out of memory");
	s->db = sqlite_open(h->o.store, &format, err);
	if (s->db == NULL || read_state(h, err) != 0 || read_ends(h, err) != 0)
		return -1;
	return read_sessions(h, err);
}

void
history_store_close(struct history_store *s)
{
	if (s == NULL)
		return;
	sqlite_close(s->db);
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
	sqlite_number(s->db, ADD, 1, (int64_t)e->sequence);
	sqlite_number(s->db, ADD, 2, e->time);
	sqlite_bytes(s->db, ADD, 3, e->session);
	sqlite_bytes(s->db, ADD, 4, e->type);
	sqlite_bytes(s->db, ADD, 5, e->text);
	return sqlite_run(s->db, ADD, err);
}

static int
write_sessions(
    struct history_store *s, const struct history_batch *b, struct err *err)
{
	if (sqlite_run(s->db, FORGET_SESSIONS, err) != 0)
		return -1;
	for (size_t i = 0; i < b->sessions; i++) {
		const struct history_open *open = &b->session[i];

		sqlite_bytes(
		    s->db, ADD_SESSION, 1, (struct span){open->id, open->n});
		sqlite_number(s->db, ADD_SESSION, 2, (int64_t)open->started);
		if (sqlite_run(s->db, ADD_SESSION, err) != 0)
			return -1;
	}
	return 0;
}

/* Find the oldest line to keep, examining at most ${max}. */
static int
find_oldest(struct history_store *s, struct history_batch *b, size_t max,
    struct err *err)
{
	int rc;

	b->stored = b->next;
	b->oldest = INT64_MAX;
	sqlite_number(s->db, OLD, 1, (int64_t)max);
	while ((rc = sqlite_step(s->db, OLD, err)) == 1) {
		uint64_t n = column(s, OLD, 0), bytes;
		int64_t time = sqlite_column(s->db, OLD, 1);
		bool is_last = n + 1 == b->next;

		b->stored = n;
		b->oldest = time;
		if (time >= b->now - b->o->age_ms &&
		    (is_last || b->bytes <= b->o->store_bytes)) {
			sqlite_reset(s->db, OLD);
			return 0;
		}
		bytes = LINE_BYTES + column(s, OLD, 2);
		b->bytes -= bytes < b->bytes ? bytes : b->bytes;
		b->stored = n + 1;
		b->oldest = is_last ? INT64_MAX : INT64_MIN;
	}
	return rc;
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
		sqlite_number(s->db, DROP, 1, (int64_t)b->stored - 1);
		if (sqlite_run(s->db, DROP, err) != 0)
			return -1;
	}
	sqlite_number(s->db, ADVANCE, 1, (int64_t)b->next);
	sqlite_number(s->db, ADVANCE, 2, (int64_t)b->bytes);
	return sqlite_run(s->db, ADVANCE, err);
}

int
history_store_commit(
    struct history_store *s, struct history_batch *b, struct err *err)
{
	if (sqlite_begin(s->db, err) != 0)
		return -1;
	if (write_all(s, b, err) != 0 || sqlite_commit(s->db, err) != 0) {
		/* The failure before it is the one to report. */
		(void)sqlite_rollback(s->db, NULL);
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
