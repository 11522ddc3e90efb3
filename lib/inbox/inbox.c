#include "inbox/private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "vitR": identifies a state file. */
#define APPLICATION_ID 0x76697452

/* inbox_probe writes at most this many bytes. */
#define PROBE_MAX (16 << 20)

static const char *const sql[INBOX_STATEMENTS] = {
    [INBOX_DO_MARK] = "SAVEPOINT mark",
    [INBOX_DO_UNDO] = "ROLLBACK TO mark",
    [INBOX_DO_NOTE] =
	"INSERT OR IGNORE INTO seen (id, time, hash) VALUES (?1, ?2, ?3)",
    [INBOX_DO_HASH] = "SELECT hash FROM seen WHERE id = ?1",
    [INBOX_DO_ADD] = "INSERT INTO line (text, time) VALUES (?1, ?2)",
    [INBOX_DO_COUNT] = ("SELECT count(*), coalesce(max(number), 0), "
			"coalesce(min(number), 1) FROM line"),
    [INBOX_DO_NEXT] = ("SELECT number, text FROM line WHERE number > ?1 "
		       "ORDER BY number LIMIT 1"),
    [INBOX_DO_OLDEST] = "SELECT time FROM line ORDER BY number LIMIT 1",
    [INBOX_DO_PRINTED] = "DELETE FROM line WHERE number <= ?1",
    [INBOX_DO_FORGET] = ("DELETE FROM seen WHERE id IN (SELECT id FROM seen "
			 "WHERE time < ?1 ORDER BY time LIMIT ?2)"),
    /* An ID of a sender has no NUL. */
    [INBOX_DO_PROBE] = ("INSERT OR REPLACE INTO seen (id, time, hash) "
			"VALUES (x'00', 0, zeroblob(?1))"),
    [INBOX_DO_PROBED] = "DELETE FROM seen WHERE id = x'00'",
    [INBOX_DO_NO_PLACE] = "DELETE FROM place",
    [INBOX_DO_SET_PLACE] =
	("INSERT OR REPLACE INTO place (one, device, inode, offset) "
	 "VALUES (1, ?1, ?2, ?3)"),
    [INBOX_DO_GET_PLACE] = "SELECT device, inode, offset FROM place",
    [INBOX_DO_KEEP_UNDECIDED] = ("INSERT INTO line (text, time, id, request) "
				 "VALUES (?1, ?2, ?3, ?4)"),
    [INBOX_DO_SET_REQUEST] =
	"UPDATE line SET request = number WHERE number = ?1",
    [INBOX_DO_NEXT_UNDECIDED] =
	("SELECT number, request, line.id, hash FROM line "
	 "JOIN seen ON seen.id = line.id "
	 "WHERE number > ?1 AND hash IS NOT NULL "
	 "ORDER BY number LIMIT 1"),
    [INBOX_DO_DROP] = "DELETE FROM line WHERE number = ?1",
    [INBOX_DO_UNNOTE] = ("DELETE FROM seen WHERE id = "
			 "(SELECT id FROM line WHERE number = ?1)"),
    [INBOX_DO_NEW_SHARE] =
	"INSERT INTO share (one, owner, decided) VALUES (1, ?1, ?2)",
    [INBOX_DO_GET_SHARE] = "SELECT owner, decided FROM share",
    [INBOX_DO_DECIDE] = "UPDATE share SET decided = ?1",
};

#define PLACE_TABLE                                         \
	"CREATE TABLE place (one INTEGER PRIMARY KEY,"      \
	" device INTEGER NOT NULL, inode INTEGER NOT NULL," \
	" offset INTEGER NOT NULL)"

#define LINE_TIME "time INTEGER NOT NULL DEFAULT 0"

#define SHARE_TABLE                                    \
	"CREATE TABLE share (one INTEGER PRIMARY KEY," \
	" owner TEXT NOT NULL, decided INTEGER NOT NULL)"

static const char *const upgrade[] = {
    "ALTER TABLE seen ADD COLUMN hash BLOB",
    PLACE_TABLE,
    "ALTER TABLE line ADD COLUMN " LINE_TIME,
    ("ALTER TABLE line ADD COLUMN id BLOB;"
     "ALTER TABLE line ADD COLUMN request INTEGER;" SHARE_TABLE),
};

static const struct sqlite_format format = {
    .what = "state file of vitals-receive",
    .application = APPLICATION_ID,
    .version = 1 + sizeof(upgrade) / sizeof(upgrade[0]),
    .schema = "CREATE TABLE seen (id BLOB PRIMARY KEY, time INTEGER NOT NULL,"
	      " hash BLOB) WITHOUT ROWID;"
	      "CREATE INDEX seen_time ON seen (time);"
	      "CREATE TABLE line (number INTEGER PRIMARY KEY AUTOINCREMENT,"
	      " text BLOB NOT NULL, " LINE_TIME
	      ", id BLOB, request INTEGER);" PLACE_TABLE ";" SHARE_TABLE,
    .upgrade = upgrade,
    .sql = sql,
    .statements = INBOX_STATEMENTS};

/* Lines are looked for from number 1 on, and no line can be added after the
 * highest number of all. */
static int
read_lines(struct inbox *x, struct err *err)
{
	int64_t first;

	if (sqlite_step(x->db, INBOX_DO_COUNT, err) < 0)
		return -1;
	x->waiting = (uint64_t)sqlite_column(x->db, INBOX_DO_COUNT, 0);
	x->last = sqlite_column(x->db, INBOX_DO_COUNT, 1);
	first = sqlite_column(x->db, INBOX_DO_COUNT, 2);
	sqlite_reset(x->db, INBOX_DO_COUNT);
	if (first < 1 || x->last == INT64_MAX)
		return sqlite_damaged(x->db, err,
		    "a line has the number %" PRId64,
		    first < 1 ? first : x->last);
	return 0;
}

struct inbox *
inbox_open(const char *path, struct err *err)
{
	struct inbox *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	x->db = sqlite_open(path, &format, err);
	if (x->db != NULL && read_lines(x, err) == 0 &&
	    inbox_share_read(x, err) == 0)
		return x;
	inbox_close(x);
	return NULL;
}

void
inbox_close(struct inbox *x)
{
	if (x == NULL)
		return;
	sqlite_close(x->db);
	free(x);
}

int
inbox_begin(struct inbox *x, struct err *err)
{
	if (sqlite_begin(x->db, err) != 0)
		return -1;
	x->before = x->waiting;
	x->last_before = x->last;
	x->decided_before = x->decided;
	x->open = true;
	return 0;
}

int
inbox_commit(struct inbox *x, struct err *err)
{
	if (sqlite_commit(x->db, err) != 0)
		return -1;
	x->open = false;
	return 0;
}

void
inbox_rollback(struct inbox *x)
{
	if (!x->open)
		return;
	/* The failure before it was reported. */
	(void)sqlite_rollback(x->db, NULL);
	x->waiting = x->before;
	x->last = x->last_before;
	x->decided = x->decided_before;
	x->open = false;
}

int
inbox_mark(struct inbox *x, struct err *err)
{
	x->marked = x->waiting;
	x->last_marked = x->last;
	return sqlite_run(x->db, INBOX_DO_MARK, err);
}

int
inbox_undo(struct inbox *x, struct err *err)
{
	x->waiting = x->marked;
	x->last = x->last_marked;
	return sqlite_run(x->db, INBOX_DO_UNDO, err);
}

/* Compare ${hash} with that of the known ${id}.  IDs of version 1 have none. */
static enum inbox_noted
compare(struct inbox *x, struct span id, struct span hash, struct err *err)
{
	enum inbox_noted noted;
	struct span known;

	sqlite_bytes(x->db, INBOX_DO_HASH, 1, id);
	if (sqlite_step(x->db, INBOX_DO_HASH, err) < 0)
		return INBOX_FAILED;
	known = sqlite_column_text(x->db, INBOX_DO_HASH, 0);
	noted = known.n > 0 &&
		(known.n != hash.n || memcmp(known.p, hash.p, hash.n) != 0)
	    ? INBOX_CONFLICT
	    : INBOX_KNOWN;
	sqlite_reset(x->db, INBOX_DO_HASH);
	return noted;
}

enum inbox_noted
inbox_note(struct inbox *x, struct span id, struct span hash, int64_t now,
    struct err *err)
{
	sqlite_bytes(x->db, INBOX_DO_NOTE, 1, id);
	sqlite_number(x->db, INBOX_DO_NOTE, 2, now);
	sqlite_bytes(x->db, INBOX_DO_NOTE, 3, hash);
	if (sqlite_run(x->db, INBOX_DO_NOTE, err) != 0)
		return INBOX_FAILED;
	return sqlite_changes(x->db) > 0 ? INBOX_NEW
					 : compare(x, id, hash, err);
}

int
inbox_add(struct inbox *x, struct span line, int64_t now, struct err *err)
{
	sqlite_bytes(x->db, INBOX_DO_ADD, 1, line);
	sqlite_number(x->db, INBOX_DO_ADD, 2, now);
	if (sqlite_run(x->db, INBOX_DO_ADD, err) != 0)
		return -1;
	x->last = sqlite_inserted(x->db);
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
	int64_t time;

	if (sqlite_step(x->db, INBOX_DO_OLDEST, NULL) != 1)
		return 0;
	time = sqlite_column(x->db, INBOX_DO_OLDEST, 0);
	sqlite_reset(x->db, INBOX_DO_OLDEST);
	return time;
}

int
inbox_next(struct inbox *x, int64_t after, struct buf *line, int64_t *number,
    struct err *err)
{
	int64_t next;
	int rc;

	sqlite_number(x->db, INBOX_DO_NEXT, 1, after);
	rc = sqlite_step(x->db, INBOX_DO_NEXT, err);
	if (rc != 1)
		return rc;
	next = sqlite_column(x->db, INBOX_DO_NEXT, 0);
	if (x->open && next > x->last_before) {
		rc = 0; /* it is not committed yet */
	} else {
		*number = next;
		buf_add_span(line, sqlite_column_text(x->db, INBOX_DO_NEXT, 1));
	}
	sqlite_reset(x->db, INBOX_DO_NEXT);
	if (rc == 1 && buf_failed(line))
		return err_set(err, "out of memory");
	return rc;
}

int
inbox_printed(struct inbox *x, int64_t number, struct err *err)
{
	sqlite_number(x->db, INBOX_DO_PRINTED, 1, number);
	if (sqlite_run(x->db, INBOX_DO_PRINTED, err) != 0)
		return -1;
	x->waiting -= (uint64_t)sqlite_changes(x->db);
	return 0;
}

int
inbox_forget(struct inbox *x, int64_t time, int max, struct err *err)
{
	sqlite_number(x->db, INBOX_DO_FORGET, 1, time);
	sqlite_number(x->db, INBOX_DO_FORGET, 2, max);
	return sqlite_run(x->db, INBOX_DO_FORGET, err) != 0
	    ? -1
	    : (int)sqlite_changes(x->db);
}

int
inbox_probe(struct inbox *x, size_t bytes, struct err *err)
{
	sqlite_number(x->db, INBOX_DO_PROBE, 1,
	    bytes < PROBE_MAX ? (int64_t)bytes : PROBE_MAX);
	/* Two transactions: in one, inserting and deleting would need no
	 * space. */
	if (sqlite_run(x->db, INBOX_DO_PROBE, err) != 0)
		return -1;
	return sqlite_run(x->db, INBOX_DO_PROBED, err);
}

int
inbox_set_place(
    struct inbox *x, const struct inbox_place *place, struct err *err)
{
	if (place == NULL)
		return sqlite_run(x->db, INBOX_DO_NO_PLACE, err);
	sqlite_number(x->db, INBOX_DO_SET_PLACE, 1, place->device);
	sqlite_number(x->db, INBOX_DO_SET_PLACE, 2, place->inode);
	sqlite_number(x->db, INBOX_DO_SET_PLACE, 3, place->offset);
	return sqlite_run(x->db, INBOX_DO_SET_PLACE, err);
}

int
inbox_get_place(struct inbox *x, struct inbox_place *place, struct err *err)
{
	int rc = sqlite_step(x->db, INBOX_DO_GET_PLACE, err);

	if (rc != 1)
		return rc;
	place->device = sqlite_column(x->db, INBOX_DO_GET_PLACE, 0);
	place->inode = sqlite_column(x->db, INBOX_DO_GET_PLACE, 1);
	place->offset = sqlite_column(x->db, INBOX_DO_GET_PLACE, 2);
	sqlite_reset(x->db, INBOX_DO_GET_PLACE);
	return 1;
}
