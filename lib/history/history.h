/*
 * history: the lines of a stream, for those who watch it, come late, or come
 * back.
 *
 * Each line gets the next sequence number.  An epoch is one unbroken history;
 * its first number is the time of its start in microseconds since 1970, so
 * that numbers of different epochs do not meet.  Lines are held until a bound
 * is reached: bytes, entries, or age.  A cursor walks them in order, passes
 * over what its filter refuses, and is told what it missed.
 *
 * A line is appended, then committed, then seen by cursors, never before:
 *
 *	while (a line can be read without waiting)
 *		history_append(h, &line, &sequence, &err);
 *	history_commit(h, now, &err);
 *	for (each watcher)
 *		while (it has room && history_next(h, &cursor, &found, &err) ==
 *		    HISTORY_LINE) ...
 *
 * One thread.  Times are milliseconds since 1970 of the system's clock; where
 * that is set forward, lines are older than they were.
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

/* The longest session and type; longer ones are refused. */
#define HISTORY_NAME_MAX 256

/* Open sessions that are known at once.  Of more the one that has been open
 * for longest is forgotten. */
#define HISTORY_SESSIONS_MAX 1024

/* Sessions, and types, in one filter. */
#define HISTORY_FILTER_MAX 64

/* Lines that one call looks at before it lets others have their turn. */
#define HISTORY_SCAN_MAX 4096

/* Forms of a line that are made once for all watchers. */
#define HISTORY_FRAMES 3

struct history;

struct history_options {
	size_t bytes;   /* held in memory, what describes a line included */
	size_t entries; /* lines held in memory, 1 or more */
	int64_t age_ms; /* of the oldest line, wherever it is held */
	/* A file that holds lines beyond these bounds and beyond the life of
	 * the process, or NULL; and the bytes of lines in it. */
	const char *store;
	uint64_t store_bytes;
};

/*
 * An empty history of a new epoch that begins at ${now}; or what the store
 * holds of its epoch.  The store is a file of SQLite, made (mode 0600) where
 * there is none, for one process at a time.  A line is in it, synced, before
 * cursors see it: a number that was seen is never given to another line,
 * whatever crashes.  NULL with ${err}, which names the file where it is at
 * fault: foreign, damaged, in use, of a later version.
 */
struct history *history_new(
    const struct history_options *o, int64_t now, struct err *err);

/* Lines that somebody else refers to stay until they are released. */
void history_free(struct history *h);

/* ---- Appending --------------------------------------------------------- */

struct history_line {
	struct span text;    /* one JSON object, without newline */
	struct span session; /* n 0: of no session */
	struct span type;    /* "vitals.sample", or the record of a raw line */
	int64_t time;        /* when it was accepted */
};

/* Copy ${line}; *${sequence} is its number.  A line of the type
 * "vitals.session.started" opens its session, "vitals.session.ended" closes
 * it.  A time before that of the last line becomes that.  Return 0; or -1 with ${err}, and nothing was appended. */
int history_append(struct history *h, const struct history_line *line,
    uint64_t *sequence, struct err *err);

/* Let cursors see all that was appended, and drop what is beyond the bounds at
 * ${now}; call it now and then when nothing is appended, too.  The newest line
 * is dropped by its age only.  With a store this waits for the disk, once for
 * all lines.  Return 0; or -1 with ${err}: then what was appended is still to
 * be committed, and nothing should be appended until it is. */
int history_commit(struct history *h, int64_t now, struct err *err);

/* ---- What is there ----------------------------------------------------- */

const char *history_epoch(const struct history *h);

/* The number of the last line that cursors see; before the first line the
 * number before that. */
uint64_t history_last(const struct history *h);

/* The oldest number that is held; history_last + 1 where there is none. */
uint64_t history_oldest(const struct history *h);

/* Bytes and lines held in memory. */
size_t history_bytes(const struct history *h);
size_t history_entries(const struct history *h);

struct history_session {
	struct span id;   /* valid until the next append */
	uint64_t started; /* the number of the line that opened it */
};

/* Open session number ${i} in the order of their start; false: past the
 * last. */
bool history_session(
    const struct history *h, size_t i, struct history_session *s);

/* ---- Entries ----------------------------------------------------------- */

/* A line with its number.  It does not change, and is freed with its last
 * reference. */
struct history_entry {
	uint64_t sequence;
	int64_t time;
	struct span text, session, type;
};

/* Take a further reference, or give one back. */
struct history_entry *history_entry_ref(struct history_entry *e);
void history_entry_unref(struct history_entry *e);

/* Append one form of ${e}, such as the frame of a transport, to ${out}. */
typedef void history_renderer(const struct history_entry *e, struct buf *out);

/* The form number ${slot}, below HISTORY_FRAMES, of ${e}.  ${render}, always
 * the same for a slot, makes it at the first call; it lives as long as the
 * entry, and counts among the bytes held.  p NULL without memory. */
struct span history_frame(
    struct history_entry *e, unsigned slot, history_renderer *render);

/* ---- Filters ----------------------------------------------------------- */

struct history_filter;

/* A filter that lets everything through; NULL without memory. */
struct history_filter *history_filter_new(void);
void history_filter_free(struct history_filter *f);

/* From now on let only sessions, or types, through that were named here.  The
 * empty session is the lines of none.  A type is the whole of it
 * ("vitals.measurement.failed"), or what follows "vitals." up to the next
 * point ("measurement"), or the record of a raw line.  Return 0; or -1 with
 * ${err}. */
int history_filter_session(
    struct history_filter *f, struct span id, struct err *err);
int history_filter_type(
    struct history_filter *f, struct span type, struct err *err);

/* Does ${f} let ${e} through?  NULL lets everything through. */
bool history_filter_passes(
    const struct history_filter *f, const struct history_entry *e);

/* ---- Cursors ----------------------------------------------------------- */

struct history_cursor {
	uint64_t after; /* all up to it was seen, passed over or reported */
	const struct history_filter *filter; /* or NULL; outlives the cursor */
	bool foreign; /* after is of another epoch, and not yet reported */
};

/* Begin behind the last line; or with the oldest that is held; or with the
 * oldest that was accepted at ${time} or later; or behind the number ${after},
 * which is of ${epoch} (n 0: not known). */
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
	HISTORY_NONE,        /* nothing more for now */
	HISTORY_LINE,
	HISTORY_GAP,
	HISTORY_MORE /* HISTORY_SCAN_MAX lines were passed over: call again */
};

enum history_reason {
	HISTORY_EXPIRED, /* the lines are no longer held */
	HISTORY_EPOCH,   /* the number is of another epoch */
	HISTORY_SKIPPED  /* by history_skip */
};

/* The lost count of a gap of which it is not known. */
#define HISTORY_UNKNOWN UINT64_MAX

/* What is strictly between the numbers after and before is not given. */
struct history_gap {
	uint64_t after, before;
	uint64_t lost; /* lines that the filter lets through, or UNKNOWN */
	enum history_reason reason;
};

struct history_result {
	struct history_entry *entry; /* LINE: a reference, the caller's */
	struct history_gap gap;      /* GAP */
};

/* Move ${c} to the next line that its filter lets through, or over what is
 * lost.  The cost is that of the lines that are passed over. */
enum history_found history_next(struct history *h, struct history_cursor *c,
    struct history_result *r, struct err *err);

/* Move ${c} on so that ${before}, at most history_last + 1, is the next line,
 * and count in ${gap} what that passes over.  How many of lines that are not in
 * memory a filter lets through is not known. */
void history_skip(struct history *h, struct history_cursor *c, uint64_t before,
    struct history_gap *gap);

/* The name of ${reason} on the wire: "expired", "epoch", "slow". */
const char *history_reason_name(enum history_reason reason);

#endif
