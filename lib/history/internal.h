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

#endif
