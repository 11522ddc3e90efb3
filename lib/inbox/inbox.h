/*
 * inbox: what a receiver must not forget, in one SQLite file.
 *
 * Holds the IDs that were accepted, for as long as a sender may repeat them,
 * and the lines that were accepted and are not known to be printed yet.  An
 * ID and its lines are kept in one transaction; once inbox_commit has
 * returned they outlive a crash of the process and of the machine (WAL,
 * synchronous=FULL).  One process at a time.
 */
#ifndef INBOX_INBOX_H
#define INBOX_INBOX_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

struct inbox;

/* Open ${path}, which is made where it is not there (mode 0600).  NULL with
 * ${err}, which names the file: foreign, damaged, in use by another process. */
struct inbox *inbox_open(const char *path, struct err *err);
void inbox_close(struct inbox *x); /* NULL is a no-op */

/* A transaction.  Return 0; or -1 with ${err}, after which inbox_rollback is
 * called. */
int inbox_begin(struct inbox *x, struct err *err);
int inbox_commit(struct inbox *x, struct err *err);
void inbox_rollback(struct inbox *x);

/* Within a transaction: a place to go back to, and the way back.  Return 0, or
 * -1 with ${err}. */
int inbox_mark(struct inbox *x, struct err *err);
int inbox_undo(struct inbox *x, struct err *err);

/* Within a transaction: note ${id} as accepted at ${now} (milliseconds), with
 * ${hash}, which tells its body from others.  Return 1 where it is new, 0 where
 * it was known, 2 where it was with another hash, -1 with ${err}. */
int inbox_note(struct inbox *x, struct span id, struct span hash, int64_t now,
    struct err *err);

/* Within a transaction: keep ${line} until it is printed.  Return 0, or -1
 * with ${err}. */
int inbox_keep(struct inbox *x, struct span line, struct err *err);

/* How many lines are kept, those of an open transaction among them. */
uint64_t inbox_waiting(const struct inbox *x);

/* Append the first kept line behind number ${after} (0: of all) to ${line}
 * and give its number.  Return 1; 0 where there is none; -1 with ${err}. */
int inbox_next(struct inbox *x, int64_t after, struct buf *line,
    int64_t *number, struct err *err);

/* The lines up to ${number} are printed: drop them.  Return 0, or -1. */
int inbox_printed(struct inbox *x, int64_t number, struct err *err);

/* Forget at most ${max} of the IDs accepted before ${time}, the oldest first.
 * Return how many, or -1. */
int inbox_forget(struct inbox *x, int64_t time, int max, struct err *err);

/* Outside a transaction: could ${bytes} be committed now?  Return 0, or -1 with
 * ${err} saying why not. */
int inbox_probe(struct inbox *x, size_t bytes, struct err *err);

#endif
