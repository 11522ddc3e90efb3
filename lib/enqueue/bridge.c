#include "enqueue/bridge.h"

#include <stdlib.h>

#include "sqlite/sqlite.h"

/* "vitQ": identifies a spool of vitals-enqueue. */
#define APPLICATION_ID 0x76697451

enum statement {
	ADD,
	REMOVE,
	COUNT,
	NEXT,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [ADD] = "INSERT INTO line(text) VALUES(?1)",
    [REMOVE] = "DELETE FROM line WHERE number = ?1",
    [COUNT] = "SELECT count(*), ifnull(min(number), 1) FROM line",
    [NEXT] = ("SELECT number, text FROM line WHERE number > ?1"
	      " ORDER BY number LIMIT 1"),
};

static const struct sqlite_format format = {
    .what = "spool of vitals-enqueue",
    .application = APPLICATION_ID,
    .version = 1,
    .schema = "CREATE TABLE line(number INTEGER PRIMARY KEY AUTOINCREMENT,"
	      " text BLOB NOT NULL)",
    .sql = sql,
    .statements = STATEMENTS,
};

struct enqueue_bridge {
	struct sqlite *db;
	uint64_t count;
	bool changing; /* a transaction is open */
};

struct enqueue_bridge *
enqueue_bridge_open(const char *path, struct err *err)
{
	struct enqueue_bridge *b = calloc(1, sizeof(*b));
	int64_t first;

	if (b == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	b->db = sqlite_open(path, &format, err);
	if (b->db == NULL || sqlite_step(b->db, COUNT, err) != 1)
		goto err0;
	b->count = (uint64_t)sqlite_column(b->db, COUNT, 0);
	first = sqlite_column(b->db, COUNT, 1);
	sqlite_reset(b->db, COUNT);
	if (first >= 1)
		return b;
	/* Such a line would be counted, and never be found. */
	sqlite_damaged(
	    b->db, err, "a line has the number %lld", (long long)first);
err0:
	enqueue_bridge_close(b);
	return NULL;
}

void
enqueue_bridge_close(struct enqueue_bridge *b)
{
	if (b == NULL)
		return;
	if (b->db != NULL)
		sqlite_close(b->db);
	free(b);
}

static int
change(struct enqueue_bridge *b, struct err *err)
{
	if (b->changing)
		return 0;
	if (sqlite_begin(b->db, err) != 0)
		return -1;
	b->changing = true;
	return 0;
}

int
enqueue_bridge_add(struct enqueue_bridge *b, struct span line, struct err *err)
{
	if (change(b, err) != 0)
		return -1;
	sqlite_bytes(b->db, ADD, 1, line);
	if (sqlite_run(b->db, ADD, err) != 0)
		return -1;
	b->count++;
	return 0;
}

int
enqueue_bridge_remove(struct enqueue_bridge *b, int64_t number, struct err *err)
{
	if (change(b, err) != 0)
		return -1;
	sqlite_number(b->db, REMOVE, 1, number);
	if (sqlite_run(b->db, REMOVE, err) != 0)
		return -1;
	b->count--;
	return 0;
}

int
enqueue_bridge_commit(struct enqueue_bridge *b, struct err *err)
{
	if (!b->changing)
		return 0;
	b->changing = false;
	sqlite_reset(b->db, NEXT);
	return sqlite_commit(b->db, err);
}

uint64_t
enqueue_bridge_count(const struct enqueue_bridge *b)
{
	return b->count;
}

int
enqueue_bridge_next(struct enqueue_bridge *b, int64_t after, int64_t *number,
    struct span *line, struct err *err)
{
	int rc;

	sqlite_reset(b->db, NEXT);
	sqlite_number(b->db, NEXT, 1, after);
	rc = sqlite_step(b->db, NEXT, err);
	if (rc == 1) {
		*number = sqlite_column(b->db, NEXT, 0);
		*line = sqlite_column_text(b->db, NEXT, 1);
	}
	return rc;
}
