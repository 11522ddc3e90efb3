/* Reading lines that are only in the store, on a connection of its own: it does
 * not wait for the writer. */
#include <stdlib.h>

#include "history/internal.h"
#include "sqlite/sqlite.h"

enum statement {
	READ,
	STATEMENTS
};

static const char *const sql[STATEMENTS] = {
    [READ] = "SELECT sequence, time, session, type, text FROM line "
	     "WHERE sequence >= ?1 ORDER BY sequence",
};

static const struct sqlite_format format = {
    .what = HISTORY_WHAT, .sql = sql, .statements = STATEMENTS};

struct history_reader {
	const char *path;
	struct sqlite *db;
	uint64_t at; /* the next line for history_reader_take */
};

struct history_reader *
history_reader_new(const char *path, struct err *err)
{
	struct history_reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	r->path = path;
	r->db = sqlite_open_reader(path, &format, err);
	if (r->db == NULL) {
		history_reader_free(r);
		return NULL;
	}
	return r;
}

void
history_reader_free(struct history_reader *r)
{
	if (r == NULL)
		return;
	sqlite_close(r->db);
	free(r);
}

void
history_reader_seek(struct history_reader *r, uint64_t sequence)
{
	r->at = sequence;
	sqlite_number(r->db, READ, 1, (int64_t)sequence);
}

int
history_reader_take(
    struct history_reader *r, struct history_entry *e, struct err *err)
{
	int rc = sqlite_step(r->db, READ, err);

	if (rc < 0)
		return -1;
	if (rc == 0 || (uint64_t)sqlite_column(r->db, READ, 0) != r->at)
		return err_set(err, "%s: is damaged: line %llu is missing",
		    r->path, (unsigned long long)r->at);
	e->sequence = r->at++;
	e->time = sqlite_column(r->db, READ, 1);
	e->event = 0;
	e->session = sqlite_column_text(r->db, READ, 2);
	e->type = sqlite_column_text(r->db, READ, 3);
	e->text = sqlite_column_text(r->db, READ, 4);
	return 0;
}

void
history_reader_rest(struct history_reader *r)
{
	sqlite_reset(r->db, READ);
}
