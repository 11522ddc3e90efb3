/*
 * history: the lines of a stream, for clients that watch it, join late, or
 * reconnect.
 *
 * Each line gets the next sequence number.  An epoch is one unbroken history.
 * Its first number is the time of its start in microseconds since 1970, so that
 * numbers of different epochs do not overlap.  Lines are kept until a limit is
 * reached: bytes, entries, or age.  A cursor iterates over them in order, skips
 * what its filter excludes, and reports what it has missed.
 *
 * Cursors see a line only after it was appended and committed:
 *
 *	while (a line can be read without waiting)
 *		history_append(h, &line, &sequence, &err);
 *	history_commit(h, now, &err);
 *	for (each watcher)
 *		while (it has room && history_next(h, &cursor, &found, &err) ==
 *		    HISTORY_LINE) ...
 *
 * With a store, a line is committed when it is on disk.  A thread of the history
 * writes there, all lines that have arrived meanwhile in one commit, so that the
 * caller waits neither for the disk nor for a lock.  Otherwise this is
 * single-threaded.  Times are milliseconds since 1970 of the system clock.  If
 * it is set forward, lines expire earlier.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

/* 16 hexadecimal digits and a final 0 byte. */
#define HISTORY_EPOCH_MAX 17

/* The longest session and type, in bytes; longer ones are refused. */
#define HISTORY_NAME_MAX 256

/* The most open sessions.  Beyond that, the one that has been open for longest
 * is forgotten. */
#define HISTORY_SESSIONS_MAX 1024

/* The most sessions, and the most types, in one filter. */
#define HISTORY_FILTER_MAX 64

/* The most lines that one call examines before it returns to the caller. */
#define HISTORY_SCAN_MAX 4096

/* The encodings of a line that are cached for all watchers. */
#define HISTORY_FRAMES 3

struct history;

struct history_options {
	size_t bytes;   /* in memory, including the overhead per line */
	size_t entries; /* in memory; 0: one per 128 bytes */
	int64_t age_ms; /* of the oldest line, in memory or in the store */
	/* A file for lines beyond these limits and beyond the life of the
	 * process, or NULL; and the maximum bytes of lines in it. */
	const char *store;
	uint64_t store_bytes;
};

/*
 * Create an empty history with a new epoch that begins at ${now}; or, if the
 * store exists, continue its epoch.  The store is an SQLite file, created with
 * mode 0600, for one process at a time.  A line is in it and synced before
 * cursors see it, so a number once seen is never given to another line, even
 * after a crash.  Return NULL with ${err} on failure.  ${err} names the file if
 * that is the cause: foreign, damaged, in use, or of a later version.
 */
struct history *history_new(
    const struct history_options *o, int64_t now, struct err *err);

/* Entries with other references remain until these are released.  Lines that
 * are not committed are lost, unless they are being written. */
void history_free(struct history *h);

/* ---- A history that is elsewhere --------------------------------------- */

/* The most lines and bytes in a page, unless one line is longer; and the most
 * pages, and wanted numbers, at a time. */
#define HISTORY_PAGE_LINES 256
#define HISTORY_PAGE_BYTES ((size_t)256 << 10)
#define HISTORY_PAGES 64
#define HISTORY_WANTED_MAX 64

/* A cursor may be this many numbers ahead: its client has read them from another
 * server of the same history. */
#define HISTORY_AHEAD_MAX 1000000

/*
 * Several processes can serve one history, which a store that they share has
 * numbered from 1.  Each follows it: the lines are appended with the numbers that
 * they have there.  What is no longer in memory is read in pages when a cursor
 * needs it:
 *
 *	while ((n = history_wanted(h)) != 0)
 *		read lines from number n on, history_page_begin, history_page_add;
 *		if there is none with the number n, history_page_gap
 *
 * Without a store.  The next line that is appended has the number ${next} of
 * ${epoch}, 16 hexadecimal digits.  Lines in memory are dropped; with another
 * epoch, pages and sessions, too.
 */
void history_follow(struct history *h, struct span epoch, uint64_t next);

/* Return the number that the next appended line gets. */
uint64_t history_next_number(const struct history *h);

/* The oldest line elsewhere has the number ${n}. */
void history_set_oldest(struct history *h, uint64_t n);

/* Return a number that a cursor waits for, and forget it; 0 if there is none. */
uint64_t history_wanted(struct history *h);

/* Begin a page with the line ${first}, in place of the one that was not used for
 * longest, and add lines to it.  Return 0; or -1 if it is full, or memory ran
 * out. */
void history_page_begin(struct history *h, uint64_t first);
struct history_line;
int history_page_add(struct history *h, const struct history_line *line);

/* No lines elsewhere have the numbers from ${first} to before ${next}, or to before
 * the lines in memory if these begin earlier.  Cursors report a gap there. */
void history_page_gap(struct history *h, uint64_t first, uint64_t next);

/* ---- Appending --------------------------------------------------------- */

struct history_line {
	struct span text;    /* one JSON object, without its newline */
	struct span session; /* n 0: no session */
	struct span type;    /* "vitals.sample", or the record of a raw line */
	int64_t time;        /* when it was accepted */
	int64_t event;       /* when it happened; 0: unknown */
};

/* Append a copy of ${line} and set *${sequence} to its number.  A line of type
 * "vitals.session.started" opens its session, "vitals.session.ended" closes it.
 * A time before that of the last line is changed to that.  Return 0; or -1 with
 * ${err}, and nothing was appended. */
int history_append(struct history *h, const struct history_line *line,
    uint64_t *sequence, struct err *err);

/* Make appended lines visible to cursors, and drop those beyond the limits at
 * ${now}; also call it regularly when nothing is appended.  The newest line is
 * dropped only for its age.  With a store, this begins to write and returns; the
 * lines are visible after the first call after they are on disk.  Return 0; or
 * -1 with ${err} if lines could not be written.  They are then still
 * uncommitted; append nothing until a later call succeeds. */
int history_commit(struct history *h, int64_t now, struct err *err);

/* The same, but wait until all appended lines are visible. */
int history_sync(struct history *h, int64_t now, struct err *err);

/* Return a descriptor that is readable when lines are on disk that
 * history_commit will make visible: read what is there and call that.  Return
 * -1 if there is no store. */
int history_descriptor(const struct history *h);

/* Return the bytes of the lines that are not yet visible. */
size_t history_uncommitted(const struct history *h);

/* ---- State ------------------------------------------------------------- */

/* Return the epoch, 16 hexadecimal digits, which is owned by ${h}. */
const char *history_epoch(const struct history *h);

/* Return the number of the last committed line; before the first line, the
 * number before its. */
uint64_t history_last(const struct history *h);

/* Return the oldest number available; history_last + 1 if there is none. */
uint64_t history_oldest(const struct history *h);

/* Return when line ${sequence} was accepted; or, if it is not in memory, the
 * oldest one that is. */
int64_t history_time(const struct history *h, uint64_t sequence);

/* Return the maximum age of a line, in milliseconds. */
int64_t history_age(const struct history *h);

/* Return the bytes and lines in memory. */
size_t history_bytes(const struct history *h);
size_t history_entries(const struct history *h);

struct history_session {
	struct span id;   /* valid until the next append */
	uint64_t started; /* the number of the line that opened it */
};

/* Get open session ${i}, in the order of their start.  Return false if there
 * are not that many. */
bool history_session(
    const struct history *h, size_t i, struct history_session *s);

/* ---- Entries ----------------------------------------------------------- */

/* A line with its number.  It is immutable and freed with its last
 * reference. */
struct history_entry {
	uint64_t sequence;
	int64_t time;
	int64_t event; /* 0 also if the line is only in the store */
	struct span text, session, type;
};

/* Add a reference, or release one. */
struct history_entry *history_entry_ref(struct history_entry *e);
void history_entry_unref(struct history_entry *e);

/* Append an encoding of ${e}, such as the frame of a transport, to ${out}. */
typedef void history_renderer(const struct history_entry *e, struct buf *out);

/* Return encoding ${slot} (below HISTORY_FRAMES) of ${e}.  ${render}, always
 * the same for a slot, creates it in the first call.  It is freed with the
 * entry, and its bytes count towards the limit.  p is NULL if out of memory. */
struct span history_frame(
    struct history_entry *e, unsigned slot, history_renderer *render);

/* ---- Filters ----------------------------------------------------------- */

struct history_filter;

/* Return a filter that accepts every line; NULL if out of memory. */
struct history_filter *history_filter_new(void);
void history_filter_free(struct history_filter *f);

/* Restrict ${f} to the sessions, or types, that were added.  The empty session
 * matches lines without a session.  A type is one of:
 *
 *	- the whole type ("vitals.measurement.failed"),
 *	- the part of it between "vitals." and the next dot ("measurement"),
 *	- the record of a raw line.
 *
 * Return 0; or -1 with ${err}. */
int history_filter_session(
    struct history_filter *f, struct span id, struct err *err);
int history_filter_type(
    struct history_filter *f, struct span type, struct err *err);

/* Return whether ${f} accepts ${e}.  If ${f} is NULL, it accepts every line. */
bool history_filter_passes(
    const struct history_filter *f, const struct history_entry *e);

/* ---- Cursors ----------------------------------------------------------- */

struct history_cursor {
	uint64_t after; /* all up to it was returned, skipped or reported */
	const struct history_filter *filter; /* or NULL; outlives the cursor */
	bool foreign;  /* after is of another epoch; not yet reported */
	int64_t since; /* skip lines accepted before it; 0: none */
	/* While the first line accepted then is looked for elsewhere: its number
	 * is after ${after} and not above this.  0: it is not. */
	uint64_t until;
};

/* Start after the last line; with the oldest available; with the oldest that
 * was accepted at ${time} or later; or after the number ${after} of ${epoch}
 * (n 0: unknown). */
void history_start_live(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter);
void history_start_earliest(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter);
void history_start_since(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, int64_t time);
void history_start_after(const struct history *h, struct history_cursor *c,
    const struct history_filter *filter, uint64_t after, struct span epoch);

enum history_found {
	HISTORY_FAILED = -1, /* see err */
	HISTORY_NONE,        /* no more lines at present */
	HISTORY_LINE,
	HISTORY_GAP,
	HISTORY_MORE, /* HISTORY_SCAN_MAX lines were skipped: call again */
	HISTORY_WAIT  /* the next lines are wanted: call again when they were
			 added */
};

enum history_reason {
	HISTORY_EXPIRED, /* the lines are no longer available */
	HISTORY_EPOCH,   /* the number is of another epoch */
	HISTORY_SKIPPED  /* by history_skip */
};

/* The lost count of a gap of unknown size. */
#define HISTORY_UNKNOWN UINT64_MAX

/* The lines strictly between the numbers after and before were not returned. */
struct history_gap {
	uint64_t after, before;
	uint64_t lost; /* lines that the filter accepts, or UNKNOWN */
	enum history_reason reason;
};

struct history_result {
	struct history_entry *entry; /* LINE: a reference of the caller */
	struct history_gap gap;      /* GAP */
};

/* Move ${c} to the next line that its filter accepts, or past a gap.  The cost
 * is proportional to the lines skipped, but lines before a time that are
 * elsewhere are skipped by binary search.  Return HISTORY_FAILED with ${err} if
 * the store cannot be read or memory runs out. */
enum history_found history_next(struct history *h, struct history_cursor *c,
    struct history_result *r, struct err *err);

/* Move ${c} so that ${before}, at most history_last + 1, is the next line, and
 * describe in ${gap} what that skips.  The lost count is HISTORY_UNKNOWN if the
 * position is of another epoch, or if there is a filter and a skipped line is
 * not in memory. */
void history_skip(struct history *h, struct history_cursor *c, uint64_t before,
    struct history_gap *gap);

/* Return the name of ${reason} in the protocol: "expired", "epoch", "slow". */
const char *history_reason_name(enum history_reason reason);

#endif
