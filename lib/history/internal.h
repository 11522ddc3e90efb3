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

/* Lines that were read from elsewhere, or numbers that no line there has. */
struct history_page {
	uint64_t first;
	size_t count, bytes;
	uint64_t missing; /* from first on; then count is 0 */
	uint64_t used;    /* when, by history.uses; 0: never */
	struct history_held *line[HISTORY_PAGE_LINES];
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

	size_t uncommitted; /* bytes of lines after last */

	/* With a store: */
	struct history_store *store;
	struct history_reader *reader;
	struct history_writer *writer;
	bool writing;    /* the writer has a batch that was not taken back */
	uint64_t stored; /* the oldest number in the store, or last + 1 */
	int64_t stored_time; /* when it was accepted; INT64_MIN: unknown */

	/* With history_follow: */
	bool follows;
	uint64_t elsewhere;                 /* the oldest number there */
	struct history_page *page, *filled; /* HISTORY_PAGES; the last begun */
	uint64_t uses;
	uint64_t want[HISTORY_WANTED_MAX];
	size_t wants;
};

/* Return the line in memory with the number ${sequence}. */
static inline struct history_held *
history_at(const struct history *h, uint64_t sequence)
{
	return h->ring[sequence & h->mask];
}

/* ---- pages.c */
/* Return the line ${n} of a page.  Or return NULL with *${next}: the first number
 * after ${n} that a line can have if none has ${n}, otherwise 0, and ${n} is
 * wanted. */
struct history_held *history_page_find(
    struct history *h, uint64_t n, uint64_t *next);
void history_pages_release(struct history *h);

/* ---- entry.c */
/* Return a copy of ${line} with one reference; NULL if out of memory. */
struct history_held *history_held_new(
    uint64_t sequence, const struct history_line *line);

/* Return the bytes by which it counts towards the limit. */
size_t history_held_bytes(const struct history_held *e);

/* Drop the oldest line in memory. */
void history_drop(struct history *h);

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

/* What to write in one commit, and its result. */
struct history_batch {
	const struct history_options *o;
	struct history_held **line; /* consecutive numbers */
	size_t lines, room;
	uint64_t next; /* the number after the last line */
	int64_t now;
	bool has_sessions; /* replace the open sessions by: */
	struct history_open *session;
	size_t sessions;
	uint64_t stored; /* then the oldest number in the store, or next */
	int64_t oldest;  /* when it was accepted; INT64_MIN: unknown */
	uint64_t bytes;  /* of all lines in the store */
};

/* Write and sync ${b}, and drop lines beyond the limits.  This does not use
 * struct history, so it may run in another thread.  Return 0; or -1, and the
 * store is unchanged. */
int history_store_commit(
    struct history_store *s, struct history_batch *b, struct err *err);

/* Return the number below which lines are, or are about to be, dropped.  Any
 * thread may call this. */
uint64_t history_store_dropped(const struct history_store *s);

/* What messages call the file. */
#define HISTORY_WHAT "history of vitals-stream"

/* ---- reader.c */
/* Return a second connection to the store ${path}, which outlives it, for one
 * thread; or NULL with ${err}. */
struct history_reader *history_reader_new(const char *path, struct err *err);
void history_reader_free(struct history_reader *r);

/* Find line ${sequence}; return it and those after it, one per call; end the
 * query.  The spans are valid until the next call.  history_reader_take returns
 * 0, or -1 with ${err}. */
void history_reader_seek(struct history_reader *r, uint64_t sequence);
int history_reader_take(
    struct history_reader *r, struct history_entry *e, struct err *err);
void history_reader_rest(struct history_reader *r);

/* ---- writer.c */
/* Empty ${b} and free its sessions. */
void history_batch_clear(struct history_batch *b);

/* Make a writer of batches to ${store}, whose thread starts with the first one.
 * Return NULL with ${err} on failure.  history_writer_free waits until the last
 * batch is written. */
struct history_writer *history_writer_new(
    struct history_store *store, struct err *err);
void history_writer_free(struct history_writer *w);

/* Return a descriptor that is readable after a batch was written. */
int history_writer_descriptor(const struct history_writer *w);

/* Return the batch, to fill it; or NULL until the last one was taken back. */
struct history_batch *history_writer_idle(struct history_writer *w);

/* Write the batch.  Its lines must stay unchanged until it is taken back. */
void history_writer_give(struct history_writer *w);

/* Wait until a batch that was given is written. */
void history_writer_wait(struct history_writer *w);

/* Take back the batch that was written, with *${rc} 0 if that succeeded, or -1
 * with ${err}.  Return NULL if none was. */
struct history_batch *history_writer_take(
    struct history_writer *w, int *rc, struct err *err);

#endif
