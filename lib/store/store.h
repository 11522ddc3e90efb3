/*
 * store: keeps events until they are settled.
 *
 * One interface, {accept, commit, take, wait, settle, next_time}, with a row
 * for each place: memory, which is gone at the end of the run, and disk, a
 * spool.  An event is accepted when STORE_ACCEPTED was returned, or with the
 * next store_commit.  What the caller does not hold in memory it takes out
 * when it has room, and what it holds it says the outcome of.  The time is
 * handed in; writing fails once, and is asked for by store_failure.
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

/* What a store keeps of an endpoint; part of what the caller keeps of it. */
struct store_endpoint {
	int64_t number; /* in the store */
	size_t pending; /* accepted and not settled */
	size_t
	    coming; /* of these the caller holds, to be accepted with the next
			   commit */
	/* Of a store that holds what is not in memory: */
	int64_t cursor; /* all ready ones before it, and none from it on, are or
			   were in memory */
	bool more;      /* there may be ready ones from the cursor on */
	int64_t due;    /* wall clock: when the first waiting one is due */
	size_t quick;   /* waiting ones with few failures */
};

/* What it knew of an endpoint from earlier runs. */
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

/* How a delivery was settled that is given once more. */
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
	STORE_OTHER_BODY, /* its ID is known, with another body */
	STORE_FAILED      /* it takes no more: see store_accept_failure */
};

enum store_accepted {
	STORE_ACCEPTED,    /* now */
	STORE_COMING,      /* with the next commit; the caller holds it */
	STORE_COMING_BACK, /* with the next commit; store_take gives it */
	STORE_AGAIN,       /* it was lost before: as STORE_COMING_BACK */
	STORE_PENDING,     /* it was there before, and is not settled */
	STORE_SETTLED,     /* it was there before: see the record */
	STORE_REFUSED      /* it takes no more: see store_accept_failure */
};

enum store_taken {
	STORE_TAKEN,
	STORE_STAYS, /* it will be asked for by its session */
	STORE_STOP   /* it is not taken now, nor are those behind it */
};

/* Who takes deliveries out. */
struct store_taker {
	void *context;
	/* Take ${d}, whose members are yours from then on, and which is not to
	 * be sent before ${not_before} (wall clock; 0: at once). */
	enum store_taken (*take)(
	    void *context, struct outgoing_delivery *d, int64_t not_before);
	/* Its line is damaged, ${why}; its event has only an ID.  Settle it. */
	void (*damaged)(
	    void *context, const struct outgoing_delivery *d, const char *why);
	/* Is there no room for further events now? */
	bool (*is_full)(void *context);
};

typedef int store_name(void *context, const char *name, bool of_line);

/* A place.  Those of the second group may be NULL: nothing to do. */
struct store_row {
	const char *name;
	bool durable; /* it outlives the run */
	void (*close)(struct store *s);
	enum store_event (*accept_event)(
	    struct store *s, struct outgoing_event *event, struct err *err);
	enum store_accepted (*accept)(struct store *s, struct store_endpoint *e,
	    struct outgoing_event *event, bool is_new, bool has_room,
	    bool *unlogged, struct store_record *old, struct err *err);

	int (*add_endpoint)(struct store *s, const char *name, bool of_line,
	    struct store_endpoint *e, struct store_known_endpoint *known,
	    struct err *err);
	int (*commit)(struct store *s, struct err *err);
	int (*commit_accepted)(struct store *s, struct err *err);
	void (*rollback)(struct store *s);
	int (*save)(struct store *s, const struct store_endpoint *e,
	    const struct outgoing_delivery *d, enum store_state state,
	    int64_t at, const char *reason, struct err *err);
	int (*take)(struct store *s, struct store_endpoint *e, size_t room,
	    const struct store_taker *taker, struct err *err);
	/* *${n}: how many were looked at. */
	int (*take_session)(struct store *s, struct store_endpoint *e,
	    struct span session, size_t limit, const struct store_taker *taker,
	    size_t *n, struct err *err);
	int (*flush)(struct store *s, struct err *err);
	int (*switch_off)(struct store *s, const struct store_endpoint *e,
	    bool off, struct err *err);
	int (*hold)(struct store *s, const struct store_endpoint *e,
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

/* What each row begins with. */
struct store {
	const struct store_row *row;
	const char *name; /* for messages */
	int64_t now, wall;
	size_t pending;        /* of all endpoints */
	uint32_t quick_rounds; /* failures of the quick phase */
	int64_t unsynced;      /* by now: the first settled one that a power
				   cut would bring back; 0: none */
	bool is_full;          /* no more lines for the moment */
	bool failed;           /* it can no longer be written */
	bool accept_failed;    /* it takes no more lines */
	struct err err, accept_err;
};

/* NULL with ${err}. */
struct store *store_memory_open(struct err *err);

struct store_disk_options {
	struct spool *spool;            /* stays the caller's */
	const char *name;               /* for messages */
	struct outgoing_reader *reader; /* stays the caller's */
	uint32_t quick_rounds;
	bool ordered;
	size_t batch; /* the most events in one request */
	int64_t keep; /* ms that settled events are remembered */
	int64_t most; /* bytes: beyond, it is full */
};
struct store *store_disk_open(
    const struct store_disk_options *o, struct err *err);

/* Free.  NULL is a no-op. */
void store_close(struct store *s);
void store_set_time(struct store *s, int64_t now, int64_t wall);

/* Make an endpoint known, and count what there is for it. */
int store_add_endpoint(struct store *s, const char *name, bool of_line,
    struct store_endpoint *e, struct store_known_endpoint *known,
    struct err *err);

/* ---- Accept ------------------------------------------------------------ */

/* Keep ${event}, then give it to each endpoint that it is for; ${is_new}: the
 * first returned STORE_NEW.  ${has_room}: the caller can hold it.  *${unlogged}
 * is for its delivery. */
enum store_event store_accept_event(
    struct store *s, struct outgoing_event *event);
enum store_accepted store_accept(struct store *s, struct store_endpoint *e,
    struct outgoing_event *event, bool is_new, bool has_room, bool *unlogged,
    struct store_record *old);
/* The caller cannot hold one that was accepted, and reports that: do not count it. */
void store_forsake(struct store *s, struct store_endpoint *e);

/* Accept what is coming; ${any}: there is something.  Return false if it is not
 * accepted: the caller calls store_recount for each endpoint, and reports what it
 * holds as lost.  Otherwise the caller calls, for each event that it holds,
 * store_came; then store_passed, if it keeps the event or will ask for it by its
 * session; and store_put_back, if it does not keep it. */
bool store_commit(struct store *s, bool any);

/* Count one that the caller holds, and that was committed. */
void store_came(struct store *s, struct store_endpoint *e);
/* It is in memory, or its session will ask for it: store_take does not return it. */
void store_passed(struct store_endpoint *e, int64_t seq);
/* It leaves memory unchanged, and store_take returns it, unless it was passed. */
void store_put_back(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d);

/* ---- Take -------------------------------------------------------------- */

/* Take up to ${room} of those that are due, or were not in memory yet. */
void store_take(struct store *s, struct store_endpoint *e, size_t room,
    const struct store_taker *taker);
/* The same of a session, in order.  Return whether there may be more. */
bool store_take_session(struct store *s, struct store_endpoint *e,
    struct span session, size_t limit, const struct store_taker *taker);

/* When the first one that waits for its time is due, by the wall clock;
 * INT64_MAX: none does. */
int64_t store_next_time(const struct store_endpoint *e);

/* ---- Outcomes ---------------------------------------------------------- */

/* ${d} waits until ${at}: ${in_memory}, or in the store. */
void store_wait(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, int64_t at, bool in_memory);
/* Its request was broken off: it is ready, as before. */
void store_return(
    struct store *s, struct store_endpoint *e, struct outgoing_delivery *d);
/* It is delivered, dead or expired. */
void store_settle(struct store *s, struct store_endpoint *e,
    struct outgoing_delivery *d, enum store_state state, const char *reason);

/* Write what was said since the last time, and sync it where that is due. */
void store_flush(struct store *s);
/* When that is (by now), or -1. */
int64_t store_flush_time(const struct store *s);

/* ---- The rest ---------------------------------------------------------- */

/* Why it can no longer be written, or takes no more lines; NULL: it can. */
const struct err *store_failure(const struct store *s);
const struct err *store_accept_failure(const struct store *s);

void store_switch_off(struct store *s, struct store_endpoint *e);
int store_switch_on(struct store *s, struct store_endpoint *e, struct err *err);
/* It wants nothing before ${until} (wall clock). */
void store_hold(struct store *s, struct store_endpoint *e, int64_t until);
/* The wall clock was set forward by ${by} ms, or back. */
void store_step(struct store *s, int64_t by);
void store_step_endpoint(struct store_endpoint *e, int64_t by);
/* When the oldest one that is not settled was accepted, without those that it
 * only knows to be there; 0: there is none, or it does not say. */
int64_t store_oldest(struct store *s, struct store_endpoint *e);
void store_recount(struct store *s, struct store_endpoint *e);
/* Forget what was settled long ago, and look whether it is full. */
void store_forget(struct store *s);

/* Call ${each} with the names of its endpoints, as spool_endpoints. */
int store_names(struct store *s, bool all, store_name *each, void *context,
    struct err *err);
/* Send settled ones once more; add to *${n} how many.  Return 0, or -1. */
int store_replay(struct store *s, struct store_endpoint *e, int64_t from,
    int64_t to, uint64_t *n, struct err *err);
int store_replay_id(struct store *s, struct store_endpoint *e, struct span id,
    uint64_t *n, struct err *err);
int store_retry(
    struct store *s, struct store_endpoint *e, uint64_t *n, struct err *err);

#endif
