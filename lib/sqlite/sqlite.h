/*
 * sqlite: one SQLite file that only this process has open, and its prepared
 * statements.
 *
 * The file has a write-ahead log, and a commit waits for the disk: what is
 * committed survives kill -9 and loss of power.  Errors are described in the
 * words of the tools, with the name of the file.
 *
 *	sqlite_number(s, ADD, 1, number);
 *	sqlite_bytes(s, ADD, 2, text);
 *	if (sqlite_run(s, ADD, &err) != 0)
 *		return -1;
 *
 * One thread at a time may use a struct sqlite.
 */
#ifndef SQLITE_SQLITE_H
#define SQLITE_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* A file of up to this size is checked completely when it is opened. */
#define SQLITE_CHECK_MAX (64 << 20)

struct sqlite_format {
	const char *what;    /* "registry of vitals-hub" */
	int32_t application; /* the application ID in the header of the file */
	int version;         /* 1 or more */
	const char *schema;  /* the statements that create the tables */
	/* Element i has the statements that make version i + 2 of version
	 * i + 1.  NULL: earlier versions are refused. */
	const char *const *upgrade;
	bool has_reader; /* sqlite_open_reader is used as well */
	/* The text of each statement.  They are numbered by its index. */
	const char *const *sql;
	size_t statements;
};

struct sqlite;

/* Open and lock ${path}, a file of ${format}, which must outlive it.  Create it
 * with mode 0600 if it does not exist.  Return NULL with ${err}: it is in use,
 * damaged, of another kind or version, or has a second name. */
struct sqlite *sqlite_open(
    const char *path, const struct sqlite_format *format, struct err *err);

/* Open a second connection to ${path}, which this process has open by
 * sqlite_open, to read what is committed.  Of ${format} only ${what} and the
 * statements count.  Close it first.  Return NULL with ${err}. */
struct sqlite *sqlite_open_reader(
    const char *path, const struct sqlite_format *format, struct err *err);

/* Close it; an open transaction is undone. */
void sqlite_close(struct sqlite *s);

/* Set parameter ${at} (from 1) of statement ${which}.  The bytes must stay in
 * place until the statement has run.  A failure is reported when it runs. */
void sqlite_number(struct sqlite *s, size_t which, int at, int64_t n);
void sqlite_bytes(struct sqlite *s, size_t which, int at, struct span b);

/* Run a statement that returns no rows.  Return 0, or -1 with ${err}. */
int sqlite_run(struct sqlite *s, size_t which, struct err *err);

/* Get the next row of a statement.  Return 1; 0 after the last row; or -1 with
 * ${err}.  After 0 and -1 the statement is reset. */
int sqlite_step(struct sqlite *s, size_t which, struct err *err);

/* Stop before the last row, and clear the parameters. */
void sqlite_reset(struct sqlite *s, size_t which);

/* Return column ${at} (from 0) of the current row; the bytes are valid until
 * the next step. */
int64_t sqlite_column(struct sqlite *s, size_t which, int at);
struct span sqlite_column_text(struct sqlite *s, size_t which, int at);

/* A row is not as it was written: set ${err} to say that the file is damaged, by
 * ${what} in the words of printf.  Return -1. */
int sqlite_damaged(struct sqlite *s, struct err *err, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

/* Begin a transaction; commit it, which waits for the disk; or undo it, also
 * after a commit that failed.  Return 0, or -1 with ${err}. */
int sqlite_begin(struct sqlite *s, struct err *err);
int sqlite_commit(struct sqlite *s, struct err *err);
int sqlite_rollback(struct sqlite *s, struct err *err);

/* Return how many rows the last statement changed; and the number of the row
 * that the last insertion made. */
int64_t sqlite_changes(struct sqlite *s);
int64_t sqlite_inserted(struct sqlite *s);

#endif
