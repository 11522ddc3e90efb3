/*
 * spool: a persistent queue of events.
 *
 * One SQLite file holds every accepted line once, and the state of its delivery
 * to each endpoint.  A line is accepted when spool_commit has returned: it is
 * on the disk then (write-ahead log, fsync).  Later changes of state are
 * committed without waiting for the disk, until spool_sync.  A crash of the
 * process loses none of them; a power cut can only undo them, so that a settled
 * event is delivered again.  One process writes to a spool at a time; others
 * may read it.  It calls SQLite itself; the other stores use lib/sqlite.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

struct spool;

enum spool_mode {
	SPOOL_WRITE, /* create the file if it does not exist; lock it */
	SPOOL_READ   /* only read */
};

/* Open ${path}.  Return NULL with ${err} on failure: locked by another process,
 * not a spool, damaged, read-only, … */
struct spool *spool_open(
    const char *path, enum spool_mode mode, struct err *err);

/* Release the lock and free ${s}; NULL is ignored.  What was not committed is
 * lost. */
void spool_close(struct spool *s);

/* Commit the changes since the last commit, and wait for the disk if events or
 * replays are among them.  Return 0; or -1 with ${err}, and all of them are
 * undone. */
int spool_commit(struct spool *s, struct err *err);

/* Wait until all that was committed is on the disk.  Return 0, or -1 with
 * ${err}. */
int spool_sync(struct spool *s, struct err *err);

/* Undo the changes since the last commit. */
void spool_rollback(struct spool *s);

/* Return the bytes in use, without the free pages of the file. */
int64_t spool_size(struct spool *s);

/* ---- Endpoints --------------------------------------------------------- */

struct spool_endpoint {
	int64_t number;
	bool off; /* switched off */
	int64_t
	    not_before; /* send nothing before, wall clock ms; 0: no limit */
};

/* Look ${name} up, and add it if it is new.  ${of_line}: it was named by a
 * line, not by the user.  Return 0 with ${e}, or -1 with ${err}. */
int spool_endpoint(struct spool *s, const char *name, bool of_line,
    struct spool_endpoint *e, struct err *err);

/* Switch the endpoint off; or on, which also ends that limit.  Return 0, or -1
 * with ${err}. */
int spool_switch(struct spool *s, int64_t number, bool off, struct err *err);

/* Send it nothing before ${until}.  Return 0, or -1 with ${err}. */
int spool_set_not_before(
    struct spool *s, int64_t number, int64_t until, struct err *err);

/* Call ${each} with the name of each endpoint that has unsettled deliveries, or
 * with ${all} of each endpoint.  Stop when it does not return 0, and return its
 * value.  Otherwise return 0, or -1 with ${err}. */
typedef int spool_each_endpoint(void *context, const char *name, bool of_line);
int spool_endpoints(struct spool *s, bool all, spool_each_endpoint *each,
    void *context, struct err *err);

/* ---- Events and deliveries --------------------------------------------- */

enum spool_state {
	SPOOL_READY,   /* to be sent, or being sent */
	SPOOL_WAITING, /* until the time in "at" */
	SPOOL_DELIVERED,
	SPOOL_DEAD,
	SPOOL_EXPIRED
};

/* The delivery of one event to one endpoint. */
struct spool_delivery {
	int64_t seq; /* of the event; increases in the order of acceptance */
	int64_t endpoint;
	enum spool_state state;
	uint32_t attempts;
	uint32_t round; /* failures that count for the backoff */
	int status;     /* of the last answer; negative: of SMTP; 0: none */
	int64_t first;  /* wall clock ms of the first attempt; 0: none */
	int64_t at;     /* of the next attempt, or when it was settled */
	int64_t since;  /* when it was accepted or replayed */
	/* The number of the batch in which it was sent and must be sent again; 0:
	 * none. */
	int64_t batch;
	bool unlogged; /* for spool_save: unlogged, see spool_add_unlogged */
	int64_t accepted;
	const char *name;    /* of the endpoint; set only by spool_list */
	struct span id;      /* of the event; ignored when writing */
	struct span session; /* n 0: none */
	struct span error;   /* n 0: none */
	struct span line;
};

/* Add an event; *${seq} is its number.  If its ID is *${known}, nothing is
 * added, and *${old} is the line that has this ID, valid until the next call.
 * Return 0, or -1 with ${err}. */
struct spool_event {
	struct span id, session, line;
	int64_t accepted;
};
int spool_add_event(struct spool *s, const struct spool_event *e, int64_t *seq,
    bool *known, struct span *old, struct err *err);

/* Add the delivery of event ${seq}, which was just added, to ${endpoint}.  It
 * is ready, and unlogged until spool_save: it has no row of its own, so a
 * commit of many costs little.  Until it is saved, or the spool is opened
 * again, only spool_add_delivery, spool_count and spool_list know of it; the caller
 * must have it in memory.  Return 0, or -1 with ${err}. */
int spool_add_unlogged(
    struct spool *s, int64_t seq, int64_t endpoint, struct err *err);

/* Add the delivery ${j} (seq, endpoint, state, at, since, session).  If it is
 * *${known}, nothing is added, and ${j} is set to what the spool has; of an
 * unlogged one, which has no row, only the state, SPOOL_READY.  Return 0, or -1
 * with ${err}. */
int spool_add_delivery(
    struct spool *s, struct spool_delivery *j, bool *known, struct err *err);

/* Write state, attempts, round, status, first, at, since, batch and error; of an
 * unlogged delivery also the session.  Return 0, or -1 with ${err}. */
int spool_save(
    struct spool *s, const struct spool_delivery *j, struct err *err);

/* Called with each delivery; returns 0 to continue. */
typedef int spool_each(void *context, const struct spool_delivery *j);

/* Call ${each} with up to ${limit} ready deliveries to ${endpoint}, from the
 * event ${from} on, in order of events.  Return 0, -1 with ${err}, or what
 * ${each} returned. */
int spool_ready(struct spool *s, int64_t endpoint, int64_t from, int64_t limit,
    spool_each *each, void *context, struct err *err);

/* The same for one session, between the events ${after} and ${before}, both
 * exclusive.  Call spool_index_sessions once before. */
int spool_session(struct spool *s, int64_t endpoint, struct span session,
    int64_t after, int64_t before, int64_t limit, spool_each *each,
    void *context, struct err *err);
int spool_index_sessions(struct spool *s, struct err *err);

/* The same for waiting deliveries that are due at ${now}, of events before
 * ${before}: the earliest time first, and the members of a batch one after the
 * other.  Each becomes ready unless ${each} stops at it. */
int spool_due(struct spool *s, int64_t endpoint, int64_t now, int64_t before,
    int64_t limit, spool_each *each, void *context, struct err *err);

/* *${at}: when the next waiting delivery is due; INT64_MAX: there is none.
 * Return 0, or -1 with ${err}. */
int spool_next(struct spool *s, int64_t endpoint, int64_t *at, struct err *err);

/* Make all waiting deliveries due at ${now}; or ready.  Return 0, or -1 with
 * ${err}. */
int spool_wake(struct spool *s, int64_t now, struct err *err);
int spool_make_ready(struct spool *s, struct err *err);

/* The wall clock was set forward by ${by} ms, or back if negative.  The age of
 * unsettled deliveries stays what it was, and none waits longer.  Return 0, or
 * -1 with ${err}. */
int spool_shift_clock(struct spool *s, int64_t by, struct err *err);

struct spool_counts {
	uint64_t ready;
	uint64_t waiting;
	uint64_t quick; /* of the waiting: round is below the given one */
	int64_t next;   /* when the first waiting one is due, or INT64_MAX */
};
int spool_count(struct spool *s, int64_t endpoint, uint32_t round,
    struct spool_counts *c, struct err *err);

/* *${accepted}: when the oldest unsettled event was accepted, without unlogged
 * deliveries; 0: there is none.  Return 0, or -1 with ${err}. */
int spool_oldest(
    struct spool *s, int64_t endpoint, int64_t *accepted, struct err *err);

/* Call ${each} with all deliveries after *${place} ({0, 0} is the start), in
 * order of events; with ${lost}, only with dead and expired ones.  *${place}
 * becomes the last one.  Return 0 at the end, -1 with ${err}, or what ${each}
 * returned. Between two calls nothing keeps the writer of the spool from
 * truncating its log: ${each} should not block. */
struct spool_place {
	int64_t seq, endpoint;
};
int spool_list(struct spool *s, bool lost, struct spool_place *place,
    spool_each *each, void *context, struct err *err);

/* Make settled deliveries to ${endpoint} due at ${now} again: of events
 * accepted from ${from} on and before ${to}; or of the event ${id}.  *${n}: how
 * many. Return 0, or -1 with ${err}. */
int spool_replay(struct spool *s, int64_t endpoint, int64_t from, int64_t to,
    int64_t now, uint64_t *n, struct err *err);
int spool_replay_id(struct spool *s, int64_t endpoint, struct span id,
    int64_t now, uint64_t *n, struct err *err);

/* Make the dead and expired deliveries to ${endpoint} due at ${now}.  *${n}:
 * how many.  Return 0, or -1 with ${err}. */
int spool_retry(struct spool *s, int64_t endpoint, int64_t now, uint64_t *n,
    struct err *err);

/* *${n}: how many deliveries are dead or expired.  Return 0, or -1 with ${err}.
 */
int spool_count_lost(struct spool *s, uint64_t *n, struct err *err);

/* Delete old events, up to SPOOL_FORGET_MAX a call: of the events from *${from}
 * on that were accepted before ${before}, those whose deliveries were all made
 * before ${before}.  It is ${now}.  *${from} is set to where to continue, 0 at
 * the end.  *${n}: how many were deleted.  Return 0, or -1 with ${err}. */
#define SPOOL_FORGET_MAX 1000
int spool_forget(struct spool *s, int64_t *from, int64_t before, int64_t now,
    uint64_t *n, struct err *err);

#endif
