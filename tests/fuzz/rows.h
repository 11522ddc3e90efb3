/*
 * rows: an SQLite file in which something else has changed rows, for fuzzers.
 *
 *	if (!rows_kept())
 *		rows_keep("spool_rows", make);
 *	rows_change(column, columns, data, size);
 *	... open rows_path, and use it ...
 *	rows_remove();
 *
 * The input is a list of changes: a byte for the column, one for the type and the
 * length, then the value.
 */
#ifndef FUZZ_ROWS_H
#define FUZZ_ROWS_H

#include "buf/buf.h"
#include "diag/err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS_NUMBER 8 /* bytes of a number, and of a text without a length */
#define ROWS_CHANGES_MAX 16

struct rows_column {
	const char *table, *name;
};

static char rows_path[80];

/* The good file, which rows_keep has made. */
static uint8_t rows_file[1 << 18];
static size_t rows_file_n;

static inline void
rows_check(bool good)
{
	if (!good)
		abort();
}

/* Return ${done}.  What fails has a message, which is cleared: the next needs its
 * own. */
static inline bool
rows_worked(bool done, struct err *err)
{
	rows_check(done || err->text[0] != '\0');
	err->text[0] = '\0';
	return done;
}

static volatile unsigned rows_seen;

/* Read all of ${s}, so that a sanitizer finds what is not there. */
static inline void
rows_see(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		rows_seen += (unsigned char)s.p[i];
}

static inline void
rows_remove(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char name[sizeof(rows_path) + 16];

		snprintf(name, sizeof(name), "%s%s", rows_path, ends[i]);
		(void)unlink(name);
	}
}

static inline bool
rows_kept(void)
{
	return rows_file_n > 0;
}

/* Let ${make} make the file rows_path, and keep what is in it. */
static inline void
rows_keep(const char *name, void (*make)(void))
{
	FILE *f;

	snprintf(rows_path, sizeof(rows_path), "%s/%s.%ld",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", name,
	    (long)getpid());
	rows_remove();
	make();
	f = fopen(rows_path, "r");
	rows_check(f != NULL);
	rows_file_n = fread(rows_file, 1, sizeof(rows_file), f);
	rows_check(rows_file_n > 0 && rows_file_n < sizeof(rows_file));
	fclose(f);
}

static inline void
rows_restore(void)
{
	FILE *f;

	rows_remove();
	f = fopen(rows_path, "w");
	rows_check(f != NULL &&
	    fwrite(rows_file, 1, rows_file_n, f) == rows_file_n &&
	    fclose(f) == 0);
}

/* Set ${c} to a value from *${data} in all rows.  Constraints of the table may
 * forbid it. */
static inline void
rows_change_one(sqlite3 *db, const struct rows_column *c, const uint8_t **data,
    size_t *size)
{
	size_t most = (*data)[0] < 4 ? ROWS_NUMBER : (*data)[0] / 4;
	size_t n = *size - 1 < most ? *size - 1 : most;
	const uint8_t *value = *data + 1;
	sqlite3_stmt *st;
	int64_t number = 0;
	char sql[128];

	snprintf(sql, sizeof(sql), "UPDATE OR IGNORE %s SET %s = ?", c->table,
	    c->name);
	rows_check(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
	switch ((*data)[0] % 4) {
	case 0:
		n = n < ROWS_NUMBER ? n : ROWS_NUMBER;
		memcpy(&number, value, n);
		sqlite3_bind_int64(st, 1, number);
		break;
	case 1:
		sqlite3_bind_text(st, 1, (const char *)value, (int)n, NULL);
		break;
	case 2:
		sqlite3_bind_blob(st, 1, value, (int)n, NULL);
		break;
	default:
		n = 0;
	}
	(void)sqlite3_step(st);
	sqlite3_finalize(st);
	*data += 1 + n;
	*size -= 1 + n;
}

/* Put the good file back, and change ${columns} of it. */
static inline void
rows_change(const struct rows_column *column, size_t columns,
    const uint8_t *data, size_t size)
{
	sqlite3 *db;

	rows_restore();
	rows_check(sqlite3_open(rows_path, &db) == SQLITE_OK);
	rows_check(sqlite3_exec(db, "PRAGMA synchronous = OFF; BEGIN", NULL,
		       NULL, NULL) == SQLITE_OK);
	for (int i = 0; i < ROWS_CHANGES_MAX && size > 1; i++) {
		size_t c = data[0] % columns;

		data++;
		size--;
		rows_change_one(db, &column[c], &data, &size);
	}
	rows_check(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	rows_check(sqlite3_close(db) == SQLITE_OK);
}

#endif
