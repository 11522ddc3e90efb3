/* What the files of lib/history share; not for others. */
#ifndef HISTORY_INTERNAL_H
#define HISTORY_INTERNAL_H

#include "history/history.h"

struct history_held {
	struct history_entry entry; /* first: the public part */
	size_t refs;
	struct history *owner; /* NULL: no longer held */
	struct buf frame[HISTORY_FRAMES];
	char data[]; /* text, session, type */
};

struct history_open {
	char *id;
	size_t n;
	uint64_t started;
};

struct history {
	struct history_options o;
	char epoch[HISTORY_EPOCH_MAX];
	uint64_t first; /* the first number of the epoch */

	/* The lines in memory, numbers oldest to next - 1; those up to last
	 * are committed.  A ring of a power of 2, at number & mask. */
	struct history_held **ring;
	size_t mask;
	uint64_t oldest, last, next;
	size_t bytes;
	int64_t time; /* of the newest line */

	struct history_open session[HISTORY_SESSIONS_MAX];
	size_t sessions;
	bool sessions_changed; /* since the last commit */

	struct history_store *store; /* or NULL */
	uint64_t stored;             /* the oldest number in it, or last + 1 */
};

static inline struct history_held *
history_at(const struct history *h, uint64_t sequence)
{
	return h->ring[sequence & h->mask];
}

/* ---- entry.c */
/* A copy of ${line} with one reference; NULL without memory. */
struct history_held *history_held_new(
    uint64_t sequence, const struct history_line *line);

/* The bytes that it counts for. */
size_t history_held_bytes(const struct history_held *e);

/* ---- sessions.c: open or close the session of ${e} as its type says.  Return
 * 0, or -1 without memory. */
int history_session_note(struct history *h, const struct history_entry *e);
void history_sessions_release(struct history *h);

/* A session that is open; they come in the order of their start.  Return 0,
 * or -1 without memory. */
int history_session_add(struct history *h, struct span id, uint64_t started);

/* ---- store.c */
/* Open the store of ${h}'s options, and take epoch, numbers and sessions from
 * it, or, where it is new, put these of ${h} into it.  Return 0, or -1. */
int history_store_open(struct history *h, struct err *err);
void history_store_close(struct history_store *s);

/* Write and sync what is to be committed, and drop what is beyond the bounds
 * at ${now}.  Return 0; or -1, when the store is as it was. */
int history_store_commit(struct history *h, int64_t now, struct err *err);

/* Go to the line ${sequence}, take it and those behind it one by one, and end.
 * The spans live until the next call.  Each returns 0, or -1. */
int history_store_seek(
    struct history_store *s, uint64_t sequence, struct err *err);
int history_store_take(
    struct history_store *s, struct history_entry *e, struct err *err);
void history_store_rest(struct history_store *s);

/* ---- format.c: the file itself. */
struct sqlite3;
/* Open and lock ${path}; *${fd} holds the lock, and must be closed after the
 * connection.  Return 0; or -1, when what is not NULL and not -1 is still to be
 * closed. */
int history_format_open(
    const char *path, struct sqlite3 **db, int *fd, struct err *err);

/* Describe the last failure of ${db}, at work on ${path}.  Return -1. */
int history_format_fail(struct sqlite3 *db, const char *path, struct err *err);

#endif
