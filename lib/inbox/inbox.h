/*
 * inbox: the persistent state of a receiver, in one SQLite file.
 *
 * It has the IDs that were accepted, for as long as a sender may repeat them,
 * and the accepted lines that are not known to be printed yet.  An ID and its
 * lines are written in one transaction; once inbox_commit has returned they
 * survive a crash of the process and of the machine (WAL, synchronous=FULL).
 * Only one process may use the file at a time.
 */
#ifndef INBOX_INBOX_H
#define INBOX_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

struct inbox;

/* Open ${path}, and create it (mode 0600) if it does not exist.  Return NULL
 * with ${err}, which names the file, on failure: not an inbox, damaged, in use
 * by another process. */
struct inbox *inbox_open(const char *path, struct err *err);
void inbox_close(struct inbox *x); /* NULL is ignored */

/* Begin and end a transaction.  Return 0; or -1 with ${err}: then call
 * inbox_rollback. */
int inbox_begin(struct inbox *x, struct err *err);
int inbox_commit(struct inbox *x, struct err *err);
void inbox_rollback(struct inbox *x);

/* Within a transaction: set a savepoint, and roll back to it.  Return 0, or -1
 * with ${err}. */
int inbox_mark(struct inbox *x, struct err *err);
int inbox_undo(struct inbox *x, struct err *err);

/* Bytes of the hash of a body. */
#define INBOX_HASH 16

enum inbox_noted {
	INBOX_NEW,
	INBOX_KNOWN,    /* with the same hash */
	INBOX_CONFLICT, /* known with another hash */
	INBOX_FAILED    /* the reason is in ${err} */
};

/* Within a transaction: record ${id} as accepted at ${now} (milliseconds) with
 * ${hash}, the INBOX_HASH bytes of the hash of its body, unless it is known. */
enum inbox_noted inbox_note(struct inbox *x, struct span id, struct span hash,
    int64_t now, struct err *err);

/* Within a transaction: store ${line}, accepted at ${now}, until it is printed.
 * Return 0, or -1 with ${err}. */
int inbox_add(struct inbox *x, struct span line, int64_t now, struct err *err);

/* Return how many lines are stored, including those of an open transaction. */
uint64_t inbox_waiting(const struct inbox *x);

/* Return when the first stored line was accepted; 0 if there is none, if an
 * earlier version stored it, or if the file cannot be read. */
int64_t inbox_oldest(struct inbox *x);

/* Append the first stored line with a number above ${after} (0: the first of
 * all) to ${line}, and set *${number}.  Lines of an open transaction are
 * skipped.  Return 1; 0 if there is none; or -1 with ${err}. */
int inbox_next(struct inbox *x, int64_t after, struct buf *line,
    int64_t *number, struct err *err);

/* The lines up to ${number} are printed: delete them.  Return 0, or -1. */
int inbox_printed(struct inbox *x, int64_t number, struct err *err);

/* Delete at most ${max} of the IDs accepted before ${time}, the oldest first.
 * Return how many, or -1. */
int inbox_forget(struct inbox *x, int64_t time, int max, struct err *err);

/* Outside a transaction: could ${bytes} be committed now?  Return 0; or -1 with
 * the reason in ${err}. */
int inbox_probe(struct inbox *x, size_t bytes, struct err *err);

/* ---- Lines that several receivers may have ----------------------------- */

/*
 * Receivers that share deduplication (see receive/share.h) store a line first
 * and decide later which of them prints it.  Lines up to the number
 * inbox_decided are decided.
 */

/* Prepare to share: make up the name of this state file, 16 random hexadecimal
 * digits, unless it has one.  The lines that are there then are decided.  Return
 * the name, which is owned by ${x}; or NULL with ${err}. */
const char *inbox_share(struct inbox *x, struct err *err);

int64_t inbox_decided(const struct inbox *x);

/* Return the number of the last stored line, or of the last one that there
 * was. */
int64_t inbox_last(const struct inbox *x);

/* Within a transaction: as inbox_add, for a line that is undecided.  ${id} is
 * that of its payload.  *${request} is the number of the first line of its
 * request, or 0 for that line itself, which sets it. */
int inbox_add_undecided(struct inbox *x, struct span line, struct span id,
    int64_t *request, int64_t now, struct err *err);

struct inbox_undecided {
	int64_t number, request;
	/* As inbox_note recorded them; in ${text}. */
	struct span id, hash;
};

/* Get the first undecided line with a number above ${after}; ${text} is
 * overwritten.  Lines that were stored by inbox_add, or whose ID is forgotten,
 * are skipped.  Return 1; 0 if there is none; or -1 with ${err}. */
int inbox_next_undecided(struct inbox *x, int64_t after, struct buf *text,
    struct inbox_undecided *u, struct err *err);

/* Within a transaction: delete the line ${number}, which this receiver will not
 * print; with ${unnote}, also forget its ID.  Return 0, or -1 with ${err}. */
int inbox_drop(struct inbox *x, int64_t number, bool unnote, struct err *err);

/* Within a transaction: those lines up to ${number} that are still stored are to
 * be printed.  Return 0, or -1 with ${err}. */
int inbox_decide(struct inbox *x, int64_t number, struct err *err);

/* ---- Where lines are printed ------------------------------------------- */

/* A position in a regular file.  After it are the stored lines that were
 * written but not yet deleted by inbox_printed. */
struct inbox_place {
	int64_t device, inode, offset;
};

/* Record ${place}, or with NULL that there is none.  Return 0, or -1 with
 * ${err}. */
int inbox_set_place(
    struct inbox *x, const struct inbox_place *place, struct err *err);

/* Return 1 with ${place}; 0 if none is recorded; or -1 with ${err}. */
int inbox_get_place(
    struct inbox *x, struct inbox_place *place, struct err *err);

#endif
