/*
 * inbox/schema: the tables of a state file, and its versions.
 *
 * In all functions ${path} is the name of the file, for messages.  They return
 * 0, or -1 with ${err}.
 */
#ifndef INBOX_SCHEMA_H
#define INBOX_SCHEMA_H

#include <stdint.h>

#include "diag/err.h"

struct sqlite3;

/* Create the tables in an empty database, or migrate those of an earlier
 * version.  Fail if it is not a state file, or one of a later version. */
int inbox_schema_make(struct sqlite3 *db, const char *path, struct err *err);

/* Run the statements in ${text}, which return no rows. */
int inbox_schema_exec(
    struct sqlite3 *db, const char *path, const char *text, struct err *err);

/* Get the single number that the query ${text} returns. */
int inbox_schema_ask(struct sqlite3 *db, const char *path, const char *text,
    int64_t *value, struct err *err);

/* Set ${err} to the reason of the last failure.  Return -1. */
int inbox_schema_failed(struct sqlite3 *db, const char *path, struct err *err);

#endif
