/*
 * spool: events on their way, on disk.
 *
 * One SQLite file holds every accepted line once, and for each endpoint that
 * gets it how far that is.  A line is accepted when spool_commit has
 * returned: it is on the disk then (write-ahead log, fsync).  What becomes of
 * it later is committed without waiting for the disk, until spool_sync: a
 * crash of the process loses nothing of that either, and a power cut can only
 * bring an event back that was settled since.  One process works on a spool at
 * a time; others may look.  The only module that sees sqlite3.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"

struct spool;

enum spool_mode {
	SPOOL_WORK, /* make it if it is not there, lock it */
	SPOOL_LOOK  /* read alone */
};

/* Open ${path}.  NULL with ${err}: locked by another process, not a spool,
 * damaged, read-only, … */
struct spool *spool_open(
    const char *path, enum spool_mode mode, struct err *err);

/* Give the lock back and free.  What was not committed is not kept. */
void spool_close(struct spool *s);

/* Commit what was changed since the last commit, and wait until it is on the
 * disk if events or replays are among it.  Return 0; or -1 with ${err}, and
 * all of it is undone. */
int spool_commit(struct spool *s, struct err *err);

/* Wait until all that was committed is on the disk.  Return 0, or -1. */
int spool_sync(struct spool *s, struct err *err);

/* Undo it. */
void spool_rollback(struct spool *s);

/* Bytes in use, without what is free inside the file. */
int64_t spool_size(struct spool *s);

/* ---- Endpoints --------------------------------------------------------- */

struct spool_endpoint {
	int64_t number;
	bool off;     /* switched off */
	int64_t hold; /* wall clock ms: it wants nothing before; 0: none */
};

/* The endpoint ${name}, which is made if it is not there; ${of_line}: it is
 * the own one of a line.  Return 0, or -1 with ${err}. */
int spool_endpoint(struct spool *s, const char *name, bool of_line,
    struct spool_endpoint *e, struct err *err);

/* Switch it off, or on, which also ends its hold.  Return as above. */
int spool_switch(struct spool *s, int64_t number, bool off, struct err *err);

/* It wants nothing before ${until}.  Return as above. */
int spool_hold(struct spool *s, int64_t number, int64_t until, struct err *err);

/* Call ${each} with the names of all endpoints that have unsettled events, or,
 * with ${all}, any events.  Stop
 * where it does not return 0, and return that; -1 with ${err}. */
typedef int spool_name(void *context, const char *name, bool of_line);
int spool_endpoints(struct spool *s, bool all, spool_name *each, void *context,
    struct err *err);

/* ---- Events and jobs --------------------------------------------------- */

enum spool_state {
	SPOOL_READY,   /* to be sent, or being sent */
	SPOOL_WAITING, /* for the time in "at" */
	SPOOL_DELIVERED,
	SPOOL_DEAD,
	SPOOL_EXPIRED
};

/* One event for one endpoint. */
struct spool_job {
	int64_t seq; /* the event's number: later ones have greater ones */
	int64_t endpoint;
	enum spool_state state;
	uint32_t attempts;
	uint32_t round; /* failures that count for the pause */
	int status;     /* of the last answer; 0: none */
	int64_t first;  /* wall clock ms of the first attempt; 0: none */
	int64_t at;     /* of the next one, or when it was settled */
	int64_t since;  /* when it was accepted, or replayed */
	bool fresh;     /* for spool_save: it was given, and never saved */
	int64_t accepted;
	const char *name;    /* of the endpoint; spool_list alone */
	struct span id;      /* of the event; not for writing */
	struct span session; /* n 0: none */
	struct span error;   /* n 0: none */
	struct span line;
};

/* Keep the line ${line} of ${session} under ${id}.  *${known}: it was there
 * before, *${seq} is its number, and *${old} the line that was kept, valid
 * until the next call.  Return 0, or -1 with ${err}. */
struct spool_event {
	struct span id, session, line;
	int64_t accepted;
};
int spool_add_event(struct spool *s, const struct spool_event *e, int64_t *seq,
    bool *known, struct span *old, struct err *err);

/* Give the event ${seq}, which was added just now, to ${endpoint}: the job is
 * ready, and fresh until spool_save.  All fresh ones of a commit cost next to
 * nothing, but until they were saved, or the spool was opened anew, nothing
 * below but spool_add_job, spool_count and spool_list knows of them: it is for
 * jobs that the caller has in memory.  Return 0, or -1 with ${err}. */
int spool_give(struct spool *s, int64_t seq, int64_t endpoint, struct err *err);

/* Add the job ${j} (seq, endpoint, state, at and since, session).  *${known}:
 * it was there before, and ${j} now says how it is.  Return 0, or -1. */
int spool_add_job(
    struct spool *s, struct spool_job *j, bool *known, struct err *err);

/* Write state, attempts, round, status, first, at, since and error; of a fresh
 * one also the session.  Return 0, or -1. */
int spool_save(struct spool *s, const struct spool_job *j, struct err *err);

/* Called with jobs one by one; returns 0 to go on. */
typedef int spool_each(void *context, const struct spool_job *j);

/* Up to ${limit} jobs of ${endpoint} that are ready, from the event ${from}
 * on, in their order.  Return 0, or -1 with ${err}, or what ${each} returned.
 */
int spool_ready(struct spool *s, int64_t endpoint, int64_t from, int64_t limit,
    spool_each *each, void *context, struct err *err);

/* The same of one session, behind the event ${after} and before ${before};
 * wants spool_index_sessions once. */
int spool_session(struct spool *s, int64_t endpoint, struct span session,
    int64_t after, int64_t before, int64_t limit, spool_each *each,
    void *context, struct err *err);
int spool_index_sessions(struct spool *s, struct err *err);

/* Those before the event ${before} whose time has come by ${now}, the earliest
 * first; they are ready from then on, but for one at which ${each} stops. */
int spool_due(struct spool *s, int64_t endpoint, int64_t now, int64_t before,
    int64_t limit, spool_each *each, void *context, struct err *err);

/* When the next of the waiting ones is due; INT64_MAX: there is none. */
int spool_next(struct spool *s, int64_t endpoint, int64_t *at, struct err *err);

/* All unsettled jobs that wait for a time become due at ${now}; or ready. */
int spool_wake(struct spool *s, int64_t now, struct err *err);
int spool_make_ready(struct spool *s, struct err *err);

/* The wall clock was set forward by ${by} ms, or back: all unsettled jobs are
 * as old as before it, and wait for no longer. */
int spool_step(struct spool *s, int64_t by, struct err *err);

struct spool_counts {
	uint64_t ready;
	uint64_t waiting;
	uint64_t quick; /* of these, with a round below the given one */
	int64_t next;   /* when the first waiting one is due; INT64_MAX */
};
int spool_count(struct spool *s, int64_t endpoint, uint32_t round,
    struct spool_counts *c, struct err *err);

/* Move *${at} on to the first time at which no job of ${endpoint} waits: for a
 * batch, whose members are told by their time.  Return 0, or -1. */
int spool_free_time(
    struct spool *s, int64_t endpoint, int64_t *at, struct err *err);

/* When the oldest unsettled event, without fresh ones, was accepted; 0: there
 * is none. */
int spool_oldest(
    struct spool *s, int64_t endpoint, int64_t *accepted, struct err *err);

/* All jobs in the order of their events; with ${lost}, the dead and expired
 * ones alone. */
int spool_list(struct spool *s, bool lost, spool_each *each, void *context,
    struct err *err);

/* Make settled jobs of ${endpoint} due at ${now} once more: of events accepted
 * from ${from} to before ${to}; or of the event ${id}.  *${n}: how many. */
int spool_replay(struct spool *s, int64_t endpoint, int64_t from, int64_t to,
    int64_t now, uint64_t *n, struct err *err);
int spool_replay_id(struct spool *s, int64_t endpoint, struct span id,
    int64_t now, uint64_t *n, struct err *err);

/* Make the dead and expired jobs of ${endpoint} due at ${now}; *${n}: how
 * many. */
int spool_retry(struct spool *s, int64_t endpoint, int64_t now, uint64_t *n,
    struct err *err);

/* How many jobs are dead or expired.  Return 0, or -1. */
int spool_count_lost(struct spool *s, uint64_t *n, struct err *err);

/* Forget delivered events: look at up to SPOOL_FORGET_MAX events accepted
 * before ${before}, from *${from} on, and delete those that were delivered
 * before ${before} to all they were for; it is ${now}.  *${from} is where to go on; 0: there
 * are no further ones.  *${n}: how many were forgotten.  Return 0, or -1. */
#define SPOOL_FORGET_MAX 1000
int spool_forget(struct spool *s, int64_t *from, int64_t before, int64_t now,
    uint64_t *n, struct err *err);

#endif
