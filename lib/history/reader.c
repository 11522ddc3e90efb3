/* Reading lines that are only in the store, on a connection of its own: it does
 * not wait for the writer. */
#include <sqlite3.h>
#include <stdlib.h>

#include "history/internal.h"

struct history_reader {
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *read;
	uint64_t at; /* the next line for history_reader_take */
};

struct history_reader *
history_reader_new(const char *path, struct err *err)
{
	static const char sql[] =
	    "SELECT sequence, time, session, type, text FROM line "
	    "WHERE sequence >= ?1 ORDER BY sequence";
	struct history_reader *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	r->path = path;
	if (sqlite3_open_v2(path, &r->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    sqlite3_prepare_v3(r->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
		&r->read, NULL) != SQLITE_OK) {
		if (r->db == NULL)
			err_set(err, "%s: out of memory", path);
		else
			history_format_fail(r->db, path, err);
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
	sqlite3_finalize(r->read);
	sqlite3_close(r->db);
	free(r);
}

int
history_reader_seek(
    struct history_reader *r, uint64_t sequence, struct err *err)
{
	r->at = sequence;
	return sqlite3_bind_int64(r->read, 1, (sqlite3_int64)sequence) ==
		SQLITE_OK
	    ? 0
	    : history_format_fail(r->db, r->path, err);
}

static struct span
column(sqlite3_stmt *st, int at)
{
	const void *p = sqlite3_column_blob(st, at);

	return (struct span){
	    p != NULL ? p : "", (size_t)sqlite3_column_bytes(st, at)};
}

int
history_reader_take(
    struct history_reader *r, struct history_entry *e, struct err *err)
{
	sqlite3_stmt *st = r->read;
	int rc = sqlite3_step(st);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return history_format_fail(r->db, r->path, err);
	if (rc == SQLITE_DONE || (uint64_t)sqlite3_column_int64(st, 0) != r->at)
		return err_set(err, "%s: is damaged: line %llu is missing",
		    r->path, (unsigned long long)r->at);
	e->sequence = r->at++;
	e->time = sqlite3_column_int64(st, 1);
	e->event = 0;
	e->session = column(st, 2);
	e->type = column(st, 3);
	e->text = column(st, 4);
	return 0;
}

void
history_reader_rest(struct history_reader *r)
{
	sqlite3_reset(r->read);
}
