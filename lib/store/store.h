/*
 * store: keeps events until they are settled.
 *
 * There is one interface, {accept, commit, take, wait, settle, next_time}, with
 * a row for each kind of store: memory, which ends with the run; disk, which is
 * a spool; and queue, which shares its events with other processes.
 *
 * An event is accepted when store_accept returns STORE_ACCEPTED, or otherwise
 * by the next store_commit.  The caller has some deliveries in memory and
 * reports their outcomes.  It takes the others from the store when it has room.
 *
 * The caller sets the time.  After the first failed write nothing more is
 * written; store_failure has the reason.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "outgoing/delivery.h"

struct store;
struct spool;

/* The state of an endpoint in the store.  The caller embeds this struct in its
 * own struct for the endpoint. */
struct store_endpoint {
	int64_t number; /* in the store */
	size_t pending; /* deliveries accepted and not settled */
	size_t coming;  /* in the caller's memory until the next commit */
	/* For a store that has deliveries that are not in memory: */
	int64_t cursor; /* the number of an event: ready deliveries before it
			   are or were in memory, those from it on are not */
	bool more;      /* there may be ready ones from the cursor on */
	int64_t due;    /* wall clock: when the first waiting one is due */
	size_t quick;   /* waiting ones in the quick phase */
};

/* What the store knows about an endpoint from earlier runs. */
struct store_known_endpoint {
	bool off;
	int64_t not_before; /* wall clock: Retry-After; 0: none */
};

enum store_state {
	STORE_READY,
	STORE_WAITING,
	STORE_DELIVERED,
	STORE_DEAD,
	STORE_EXPIRED
};

/* How a delivery was settled whose event is now accepted again. */
struct store_record {
	enum store_state state;
	uint32_t attempts;
	int status;
	int64_t first, since, at;
	struct span error; /* valid until the store is called again */
};

enum store_event {
	STORE_NEW,
	STORE_KNOWN,
	STORE_OTHER_BODY, /* the ID is known, with another body */
	STORE_FAILED      /* see store_accept_failure */
};

enum store_accepted {
	STORE_ACCEPTED,    /* now */
	STORE_COMING,      /* by the next commit; in the caller's memory */
	STORE_COMING_BACK, /* by the next commit; store_take returns it */
	STORE_AGAIN,       /* dead or expired before; as STORE_COMING_BACK */
	STORE_PENDING,     /* known, and not yet settled */
	STORE_SETTLED,     /* known and settled: see the record */
	STORE_REFUSED      /* see store_accept_failure */
};

enum store_taken {
	STORE_TAKEN,
	STORE_STAYS, /* not taken: store_take_session will return it */
	STORE_STOP   /* not taken: stop here, and return it next time */
};

/* The receiver of deliveries from store_take and store_take_session. */
struct store_taker {
	void *context;
	/* Take ${d}, which must not be sent before ${not_before} (wall clock;
	 * 0: any time).  If this returns STORE_TAKEN, the event reference and
	 * the error text of ${d} belong to the taker. */
	enum store_taken (*take)(
	    void *context, struct outgoing_delivery *d, int64_t not_before);
	/* The line of ${d} is damaged; ${why} is the reason.  Its event has
	 * only an ID.  The taker settles it, and does not own it. */
	void (*damaged)(
	    void *context, const struct outgoing_delivery *d, const char *why);
	/* Is memory full? */
	bool (*is_full)(void *context);
};

/* Called with the ${name} of an endpoint; ${of_line}: it is from a line. */
typedef int store_name(void *context, const char *name, bool of_line);

/* A kind of store.  The functions of the second group may be NULL if they have
 * nothing to do. */
struct store_row {
	const char *name;
	bool durable; /* outlives the run */
	bool parks;   /* keeps the events of an endpoint that is off */
	void (*close)(struct store *s);
	enum store_event (*accept_event)(
	    struct store *s, struct outgoing_event *event, struct err *err);
	enum store_accepted (*accept)(struct store *s, struct store_endpoint *e,
	    struct outgoing_event *event, bool is_new, bool has_room,
	    bool *unlogged, struct store_record *old, struct err *err);

	int (*add_endpoint)(struct store *s, const char *name, bool of_line,
	    struct store_endpoint *e, struct store_known_endpoint *known,
	    struct err *err);
	void (*remove_endpoint)(
	    struct store *s, const struct store_endpoint *e);
	int (*commit)(struct store *s, struct err *err);
	int (*commit_accepted)(struct store *s, struct err *err);
	void (*rollback)(struct store *s);
	int (*save)(struct store *s, const struct store_endpoint *e,
	    const struct outgoing_delivery *d, enum store_state state,
	    int64_t at, const char *reason, struct err *err);
	void (*withdraw)(struct store *s, const struct store_endpoint *e,
	    const struct outgoing_delivery *d);
	int (*take)(struct store *s, struct store_endpoint *e, size_t room,
	    const struct store_taker *taker, struct err *err);
	/* Set *${n} to the number of deliveries that were read. */
	int (*take_session)(struct store *s, struct store_endpoint *e,
	    struct span session, size_t limit, const struct store_taker *taker,
	    size_t *n, struct err *err);
	int (*flush)(struct store *s, struct err *err);
	int (*switch_off)(struct store *s, const struct store_endpoint *e,
	    bool off, struct err *err);
	int (*set_not_before)(struct store *s, const struct store_endpoint *e,
	    int64_t until, struct err *err);
	int (*step)(struct store *s, int64_t by, struct err *err);
	int (*oldest)(struct store *s, const struct store_endpoint *e,
	    int64_t *accepted, struct err *err);
	int (*recount)(
	    struct store *s, struct store_endpoint *e, struct err *err);
	int (*forget)(struct store *s, struct err *err);
	int (*names)(struct store *s, bool all, store_name *each, void *context,
	    struct err *err);
	int (*replay)(struct store *s, const struct store_endpoint *e,
	    int64_t from, int64_t to, uint64_t *n, struct err *err);
	int (*replay_id)(struct store *s, const struct store_endpoint *e,
	    struct span id, uint64_t *n, struct err *err);
	int (*retry)(struct store *s, const struct store_endpoint *e,
	    uint64_t *n, struct err *err);
};

/* The common first member of all stores. */
struct store {
	const struct store_row *row;
	const char *name; /* for messages */
	int64_t now, wall;
	size_t pending;        /* of all endpoints */
	uint32_t quick_rounds; /* failures in the quick phase */
	int64_t unsynced;      /* monotonic: since when there are outcomes that
				   a power cut would undo; 0: none */
	size_t revoked;        /* deliveries in the caller's memory whose event
				  is revoked: see store_withdraw */
	bool is_paused;        /* nothing may be sent for now */
	bool is_full;          /* accepts no more lines for now */
	bool failed;           /* can no longer be written */
	bool accept_failed;    /* accepts no more lines */
	struct err err, accept_err;
};

/* Open a store in memory.  Return NULL with ${err} on failure. */
struct store *store_memory_open(struct err *err);

/* The caller owns the pointers; they must outlive the store. */
struct store_disk_options {
	struct spool *spool;
	const char *name; /* for messages */
	struct outgoing_reader *reader;
	uint32_t quick_rounds; /* failures in the quick phase */
	bool ordered;          /* sessions are in order */
	size_t batch;          /* the most events in one request */
	int64_t keep;          /* ms that settled events are remembered */
	int64_t most;          /* bytes: at this size it is full */
};
/* Open a store in a spool.  ${o} is copied.  Return NULL with ${err} on
 * failure. */
struct store *store_disk_open(
    const struct store_disk_options *o, struct err *err);

struct queue_event;
struct queue_worker;

/* The caller owns the pointers; they must outlive the store. */
struct store_queue_options {
	struct queue_worker *worker;
	const char *name;      /* for messages */
	uint32_t quick_rounds; /* failures in the quick phase */
	size_t most;           /* events: with this many it is full */
};
/* Open a store of the events that a worker takes from a queue.  It accepts the
 * event that queue_worker_next returned last.  Return NULL with ${err} on
 * failure. */
struct store *store_queue_open(
    const struct store_queue_options *o, struct err *err);
/* The worker of ${s} no longer owns ${e}: see struct queue_worker_options. */
void store_queue_revoke(struct store *s, struct queue_event *e);

/* Free ${s}.  NULL is a no-op. */
void store_close(struct store *s);
/* Set the time: ${now} is monotonic, ${wall} is the wall clock, both in ms. */
void store_set_time(struct store *s, int64_t now, int64_t wall);

/* Add the endpoint ${name}; ${of_line}: it is from a line.  Fill in ${e} with
 * the counts of its deliveries, and ${known}.  Return 0, or -1 with ${err}. */
int store_add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err);

/* Forget the endpoint ${e}, of which nothing is pending. */
void store_remove_endpoint(struct store *s, const struct store_endpoint *e);

/* ---- Accept ------------------------------------------------------------ */

/* Store ${event}.  Call this once per event, then store_accept for each
 * endpoint that gets it. */
enum store_event store_accept_event(
    struct store *s, struct outgoing_event *event);
/* Store the delivery of ${event} to ${e}.  ${is_new}: store_accept_event
 * returned STORE_NEW.  ${has_room}: the caller has room for it in memory.
 * *${unlogged} is set to true if the caller must set this member of its
 * delivery.  ${old} is filled in for STORE_SETTLED. */
enum store_accepted store_accept(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old);
/* Do not count a delivery after STORE_ACCEPTED: the caller ran out of memory
 * and reports that. */
void store_uncount(struct store *s, struct store_endpoint *e);

/* Commit what was accepted since the last commit.  ${any}: some deliveries were
 * STORE_COMING, and are in the caller's memory.
 *
 * If this returns true, the caller calls store_came for each of these
 * deliveries, and then
 *
 *	- store_passed, if it keeps the delivery in memory or will get it from
 *	  store_take_session;
 *	- store_put_back, if it does not keep it in memory.
 *
 * If it returns false, nothing was accepted: the caller calls store_recount for
 * each endpoint and reports these deliveries as lost. */
bool store_commit(struct store *s, bool any);

/* Count a delivery that was committed and is in the caller's memory. */
void store_came(struct store *s, struct store_endpoint *e);
/* Do not return the event ${seq} from store_take: it is in memory, or its
 * session will ask for it. */
void store_passed(struct store_endpoint *e, int64_t seq);
/* The caller drops ${d} from memory unchanged.  store_take will return it,
 * unless it was passed. */
void store_put_back(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d);

/* ---- Take -------------------------------------------------------------- */

/* Hand ${taker} up to ${room} deliveries that are due or were not in memory
 * yet.  A batch is not divided, so there may be more. */
void store_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker);
/* Hand ${taker} up to ${limit} deliveries of ${session}, in order.  Return
 * whether there may be more. */
bool store_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker);

/* Return when the first waiting delivery is due (wall clock); INT64_MAX if none
 * waits. */
int64_t store_next_time(const struct store_endpoint *e);

/* ---- Outcomes ---------------------------------------------------------- */

/* ${d} waits until ${at} (wall clock), either ${in_memory} or in the store. */
void store_wait(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, int64_t at, bool in_memory);
/* ${d} is ready again: its request was cancelled. */
void store_return(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d);
/* ${d} is delivered, dead or expired (${state}) for ${reason}, which may be
 * NULL. */
void store_settle(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, enum store_state state, const char *reason);

/* The caller drops ${d}, whose event is revoked: another process delivers
 * it. */
void store_withdraw(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d);

/* Write the outcomes since the last call, and sync them if that is due. */
void store_flush(struct store *s);
/* Return when the next sync is due (monotonic), or -1. */
int64_t store_flush_time(const struct store *s);

/* ---- The rest ---------------------------------------------------------- */

/* Return why the store can no longer be written, or NULL if it can. */
const struct err *store_failure(const struct store *s);
/* Return why the store accepts no more lines, or NULL if it does. */
const struct err *store_accept_failure(const struct store *s);

/* Remember that ${e} is switched off; or that it is on, which also ends
 * store_set_not_before.  store_switch_on returns 0, or -1 with ${err}. */
void store_switch_off(struct store *s, struct store_endpoint *e);
int store_switch_on(struct store *s, struct store_endpoint *e, struct err *err);
/* Remember that ${e} asked for no requests before ${until} (wall clock). */
void store_set_not_before(
    struct store *s, struct store_endpoint *e, int64_t until);
/* Adjust the times in the store, or of ${e}, after the wall clock was set
 * forward by ${by} ms (back if negative). */
void store_step(struct store *s, int64_t by);
void store_step_endpoint(struct store_endpoint *e, int64_t by);
/* Return when the oldest unsettled delivery was accepted; 0 if there is none or
 * the store does not know.  Unlogged deliveries are not counted. */
int64_t store_oldest(struct store *s, struct store_endpoint *e);
/* Count the pending deliveries of ${e} again. */
void store_recount(struct store *s, struct store_endpoint *e);
/* Forget events that were settled long ago, and check whether the store is
 * full. */
void store_forget(struct store *s);

/* Call ${each} with the name of each endpoint, as spool_endpoints does. */
int store_names(struct store *s, bool all, store_name *each, void *context,
    struct err *err);
/* Send settled deliveries to ${e} again: those accepted from ${from} to before
 * ${to}, the event ${id}, or the dead and expired ones.  Add their number to
 * *${n}.  Return 0, or -1 with ${err}. */
int store_replay(struct store *s, struct store_endpoint *e, int64_t from,
    int64_t to, uint64_t *n, struct err *err);
int store_replay_id(struct store *s, struct store_endpoint *e, struct span id,
    uint64_t *n, struct err *err);
int store_retry(
    struct store *s, struct store_endpoint *e, uint64_t *n, struct err *err);

#endif
