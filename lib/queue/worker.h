/*
 * queue/worker: one of several workers that take events from a queue.
 *
 * Each partition of the queue has at most one worker at a time, so the events
 * of a session stay in order.  The workers that live share the partitions
 * evenly.  A worker that dies keeps its partitions until their leases run out;
 * their next worker begins with the events that were not settled, in order, and
 * with the state that was written for each.
 *
 *	queue_worker_turn(w, now);
 *	while (there is room && (e = queue_worker_next(w)) != NULL)
 *		deliver e->line;
 *	queue_worker_save(w, e, state);		an attempt failed
 *	queue_worker_settle(w, e);		at the end
 *
 * An event is delivered at least once.  It is delivered again if its worker
 * dies, or is stopped for longer than its lease, before the outcome is written.
 *
 * There is no clock and no connection here: the caller sets the time, and the
 * server is behind queue/link.h.
 */
#ifndef QUEUE_WORKER_H
#define QUEUE_WORKER_H

#include "hash/table.h"
#include "queue/link.h"
#include "queue/queue.h"

struct queue_worker;

/* An event.  It belongs to the worker until queue_worker_next returns it; then
 * the caller must end it with queue_worker_settle or queue_worker_drop. */
struct queue_event {
	struct span line;  /* p NULL: the entry is damaged */
	struct span id;    /* its event ID */
	struct span state; /* from an earlier worker; n 0: none */
	int64_t accepted;  /* when it was added to the queue (wall clock, ms) */
	void *context;     /* of the caller; NULL at first */
	bool lost;         /* its lease is lost: nothing is written */

	/* For the worker. */
	struct hash_node node;             /* the ID of its entry */
	struct queue_event *older, *newer; /* of its partition, or lost */
	struct queue_event *next; /* of those that were not returned yet */
	struct queue_event *next_dirty; /* of those to write, or under way */
	uint32_t partition;
	bool returned; /* by queue_worker_next */
	bool ended;    /* by settle or drop */
	bool dirty;    /* ${fresh} is to be written */
	bool writing;  /* ${under_way} is */
	struct queue_write {
		bool settled;
		struct buf state;
		struct queue_letter *letter;
	} fresh, under_way;
	char entry[QUEUE_ID_MAX];
	char text[]; /* of line, id and state */
};

struct queue_worker_options {
	struct queue_link *link; /* owned by the caller */
	uint32_t partitions;     /* of the queue */
	int64_t lease;           /* ms */
	size_t most;             /* events in memory */
	bool drains;             /* find out when the queue is empty */
	/* The event ${e}, which was returned, is no longer this worker's.  Send
	 * it no more.  The outcome of a request under way is still written if
	 * e->lost is false.  ${e} must still be ended. */
	void (*revoked)(void *context, struct queue_event *e);
	void *context;
};

/* Return NULL if memory ran out.  ${o} is copied. */
struct queue_worker *queue_worker_new(const struct queue_worker_options *o);
/* Free ${w} and its events, including those that were returned.  Nothing is
 * written.  NULL is a no-op. */
void queue_worker_free(struct queue_worker *w);

/* Take the answers of the server and ask what is to be asked at ${now}
 * (monotonic, ms).  Return 0, or -1 with ${err} if this worker cannot
 * continue. */
int queue_worker_turn(struct queue_worker *w, int64_t now, struct err *err);
/* Return when the next turn is due, even without an answer (monotonic). */
int64_t queue_worker_due(const struct queue_worker *w);

/* The most events whose outcome is not written: so many are sent again if the
 * worker dies, besides those under way. */
#define QUEUE_UNSAVED_MAX 256

/* May requests be made now?  Not if a lease may have run out, because the
 * server has not answered or this process was stopped; and not with
 * QUEUE_UNSAVED_MAX unwritten outcomes. */
bool queue_worker_may_send(const struct queue_worker *w, int64_t now);

/* Return the next event, or NULL if there is none now. */
struct queue_event *queue_worker_next(struct queue_worker *w);
/* The event that was returned last; NULL after it has ended. */
struct queue_event *queue_worker_last(const struct queue_worker *w);

/* Write ${state}, which a later worker gets.  Return 0, or -1 if memory ran
 * out; the same for the next two. */
int queue_worker_save(
    struct queue_worker *w, struct queue_event *e, struct span state);
/* Add a dead letter, with the next save or settle of ${e}. */
int queue_worker_bury(struct queue_worker *w, struct queue_event *e,
    struct span line, struct span reason);
/* ${e} is settled: acknowledge it.  It must not be used after that. */
void queue_worker_settle(struct queue_worker *w, struct queue_event *e);
/* End ${e}, which is not settled.  It must not be used after that. */
void queue_worker_drop(struct queue_worker *w, struct queue_event *e);

/* Give all partitions up: take no more events, revoke the others, and release
 * each lease once its events have ended. */
void queue_worker_leave(struct queue_worker *w);
/* After queue_worker_leave: has everything been written and released? */
bool queue_worker_has_left(const struct queue_worker *w);

struct queue_worker_counts {
	size_t leases;  /* partitions that it takes from */
	size_t events;  /* in memory, and not settled */
	size_t unsaved; /* whose outcome is not written yet */
	uint64_t taken, settled, revoked;
	/* With ${drains}: nothing is left in the queue but ${events}. */
	bool drained;
};
void queue_worker_count(
    const struct queue_worker *w, struct queue_worker_counts *c);

#endif
