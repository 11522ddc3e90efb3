/* Private to lib/history. */
#ifndef HISTORY_INTERNAL_H
#define HISTORY_INTERNAL_H

#include "history/history.h"

struct history_held {
	struct history_entry entry; /* first: the public part */
	size_t refs;
	struct history *owner; /* NULL: the history has dropped it */
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

	/* The lines in memory have numbers oldest to next - 1; those up to last
	 * are committed.  The ring has a power of 2 of slots, and a line is at
	 * number & mask. */
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

/* Return the line in memory with the number ${sequence}. */
static inline struct history_held *
history_at(const struct history *h, uint64_t sequence)
{
	return h->ring[sequence & h->mask];
}

/* ---- entry.c */
/* Return a copy of ${line} with one reference; NULL if out of memory. */
struct history_held *history_held_new(
    uint64_t sequence, const struct history_line *line);

/* Return the bytes by which it counts towards the limit. */
size_t history_held_bytes(const struct history_held *e);

/* ---- sessions.c */
/* Open or close the session of ${e}, depending on its type.  Return 0, or -1 if
 * out of memory. */
int history_session_note(struct history *h, const struct history_entry *e);
void history_sessions_release(struct history *h);

/* Add an open session; call it in the order of their start.  Return 0, or -1 if
 * out of memory. */
int history_session_add(struct history *h, struct span id, uint64_t started);

/* ---- store.c */
/* Open the store in the options of ${h}.  Load the epoch, numbers and sessions
 * from it; or, if it is new, save those of ${h} to it.  Return 0, or -1. */
int history_store_open(struct history *h, struct err *err);
void history_store_close(struct history_store *s);

/* Write and sync the uncommitted lines, and drop those beyond the limits at
 * ${now}.  Return 0; or -1, and the store is unchanged. */
int history_store_commit(struct history *h, int64_t now, struct err *err);

/* Find line ${sequence}; return it and those after it, one per call; end the
 * query.  The spans are valid until the next call.  Each returns 0, or -1. */
int history_store_seek(
    struct history_store *s, uint64_t sequence, struct err *err);
int history_store_take(
    struct history_store *s, struct history_entry *e, struct err *err);
void history_store_rest(struct history_store *s);

/* ---- format.c: the file format. */
struct sqlite3;
/* Open and lock ${path}.  *${fd} has the lock and must be closed after the
 * connection.  Return 0, or -1.  On failure the caller must still close *${db}
 * unless NULL, and *${fd} unless -1. */
int history_format_open(
    const char *path, struct sqlite3 **db, int *fd, struct err *err);

/* Describe the last failure of ${db}, which is open on ${path}.  Return -1. */
int history_format_fail(struct sqlite3 *db, const char *path, struct err *err);

#endif
