/* What the files of lib/deliver share; not for others. */
#ifndef DELIVER_INTERNAL_H
#define DELIVER_INTERNAL_H

#include "deliver/deliver.h"
#include "hash/table.h"
#include "outgoing/answer.h"
#include "outgoing/event.h"
#include "outgoing/request.h"
#include "schedule/schedule.h"
#include "transport/transport.h"

/* Upper bounds of the latency histogram's buckets, in seconds. */
#define DELIVER_BUCKETS 16

struct deliver_audit;

/* A request under way. */
struct deliver_request {
	struct schedule_request in;   /* first */
	struct deliver_request *next; /* spare ones */
	int64_t sent;                 /* wall clock */
	struct outgoing_request carries;
};

struct deliver_endpoint {
	struct schedule_endpoint queue; /* first */
	struct deliver_endpoint *next;
	struct hash_node node; /* its name */
	char *name;
	char *shown;         /* the name without secrets */
	char *origin_header; /* "WebHook-Request-Origin: …", or NULL */
	struct transport_target *target;
	struct sign_keys *keys;
	char *type[DELIVER_TYPES_MAX];
	size_t types;
	bool added;     /* by deliver_add; else by a line */
	size_t pending; /* deliveries, in memory or in the spool */
	uint8_t
	    said[600 / 8]; /* a bit for each status whose reason was shown */

	/* With a spool: */
	int64_t number; /* in it */
	int64_t cursor; /* all ready ones before it are, or were, in memory */
	bool more;      /* there may be ready ones from the cursor on */
	size_t coming;  /* those of the group that is being accepted */
	int64_t due;    /* wall clock: when the first waiting one is due */
	size_t quick;   /* waiting ones in the quick phase */
	int64_t oldest_accepted;

	/* For metrics. */
	uint64_t accepted, delivered, dead, expired, attempts, retries;
	uint64_t failures;
	uint64_t bucket[DELIVER_BUCKETS + 1];
	double latency_sum;
};

struct deliver {
	struct schedule schedule;
	const struct deliver_outputs *out;
	struct transport *transport;
	struct outgoing_reader reader;
	struct deliver_endpoint *endpoint, **endpoint_end;
	struct hash_table names;
	size_t added; /* endpoints that deliver_add made */
	bool adding;  /* it makes one */
	struct deliver_endpoint_options line_options;
	char *line_text[4]; /* copies that line_options points to */
	char *origin;
	struct deliver_request *spare;
	struct outgoing_headers headers; /* of the request being made */
	struct buf dead_letter;
	struct buf ids; /* of a batch */
	struct deliver_counts count;
	struct deliver_audit *audit;
	int64_t began; /* wall clock of its making */
	int64_t metrics_due;
	bool failed; /* receipts or dead letters */
	bool metrics_failed;
	/* With a spool: */
	struct deliver_spool_options store;
	struct schedule_entry *accepting, **accepting_end; /* not yet on disk */
	bool store_failed;     /* it can no longer be written */
	bool accept_failed;    /* it takes no more lines */
	size_t room;           /* lines that may be taken in this turn */
	int64_t accepted_at;   /* monotonic: the last lines */
	uint64_t settled_then; /* events settled by then */
	int64_t unsynced;      /* monotonic: the first settled one that a power
			       cut would bring back; 0: none */
	int64_t forget_at;
	int64_t forget_from; /* the event to go on from; 0: the first */
	bool accept_wait;    /* it is as large as it may be */
	struct err store_err, accept_err;
};

static inline struct deliver_endpoint *
deliver_endpoint_of(struct schedule_endpoint *queue)
{
	return (struct deliver_endpoint *)queue;
}

/* ---- clock.c */
/* Look at the clocks, and see to it that a wall clock that was set neither
 * holds events up nor lets them expire. */
void deliver_take_time(struct deliver *d);

/* ---- endpoint.c */
struct deliver_endpoint *deliver_endpoint_new(struct deliver *d,
    const struct deliver_endpoint_options *o, bool *bad, struct err *err);
void deliver_endpoint_free(struct deliver_endpoint *e);
bool deliver_endpoint_wants(
    const struct deliver_endpoint *e, const struct outgoing_event *event);
/* The endpoint of a line's own URL.  NULL with ${err}; *${bad}: it is the URL
 * that is at fault, not memory or the spool. */
struct deliver_endpoint *deliver_endpoint_for(
    struct deliver *d, struct span url, bool *bad, struct err *err);
struct deliver_endpoint *deliver_endpoint_find(
    const struct deliver *d, struct span name);
/* Is there no room for one more, but soon will be?  Then lines wait. */
bool deliver_endpoints_full(const struct deliver *d);
/* The same, also by what is shown of the name. */
struct deliver_endpoint *deliver_endpoint_named(
    const struct deliver *d, struct span name);

/* ---- route.c */
/* Where does ${event} go: to one endpoint that it names, or to all that want
 * it?  *${one} NULL: the latter. */
enum deliver_taken deliver_route(struct deliver *d,
    const struct outgoing_event *event, struct deliver_endpoint **one,
    struct err *err);

/* ---- note.c: what a human should know of ${e} */
void deliver_note(struct deliver *d, enum deliver_note what,
    const struct deliver_endpoint *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- send.c */
/* Send what may be sent now. */
void deliver_send(struct deliver *d);
void deliver_request_free(struct deliver *d, struct deliver_request *r);
/* As many requests at once as the system lets us make. */
void deliver_fit_width(const struct deliver *d, struct schedule_policy *p);

/* ---- answer.c */
/* Deal with an answer. */
void deliver_answered(struct deliver *d, const struct outgoing_answer *a);

/* ---- settle.c */
/* How many events were settled. */
uint64_t deliver_settled(const struct deliver *d);
/* Count what became of ${entry} and say so: receipt, dead letter, spool. */
void deliver_close(struct deliver *d, struct schedule_entry *entry,
    enum schedule_outcome outcome, const char *reason);
/* Deal with all outcomes there are; ${why} is the answer's, or the reason of
 * what was done. */
void deliver_take_outcomes(struct deliver *d, const char *why);
/* Settle all of ${e} that is not under way as dead. */
void deliver_drop(struct deliver *d, struct deliver_endpoint *e,
    enum schedule_cause cause, const char *why);
/* What no request can be made for has its outcome now. */
void deliver_settle_hopeless(struct deliver *d);

/* ---- reason.c */
/* Say once for each status what the body of a bad answer says, and where it may
 * be that nothing is signed. */
void deliver_show_reason(struct deliver *d, const struct deliver_request *r,
    const struct outgoing_answer *a);

/* ---- store.c: what goes into the spool and comes out of it. */
/* Make ${e} known to it. */
int deliver_store_endpoint(
    struct deliver *d, struct deliver_endpoint *e, struct err *err);
/* It cannot be worked with any more. */
void deliver_store_failed(struct deliver *d, const struct err *why);
/* Count anew what was changed in the spool itself. */
void deliver_store_recount(struct deliver *d);
/* Commit what was settled, and sync it where that is due. */
void deliver_store_commit(struct deliver *d);
/* When that is (monotonic), or -1. */
int64_t deliver_store_sync_time(const struct deliver *d);
void deliver_store_settle(struct deliver *d, struct schedule_entry *j,
    enum spool_state state, const char *reason);
/* ${j}, which is ready, leaves memory for the time being. */
void deliver_store_leave(struct deliver *d, struct schedule_entry *j);
/* Write that ${j} waits until ${at}: in memory, or in the spool. */
void deliver_store_wait(
    struct deliver *d, struct schedule_entry *j, int64_t at, bool in_memory);
/* Append to ${url} the name of that endpoint of the spool of which ${shown} is
 * shown; nothing where there is none.  Return 0, or -1 with ${err}. */
int deliver_store_named(
    struct deliver *d, struct span shown, struct buf *url, struct err *err);
void deliver_store_switch_off(struct deliver *d, struct deliver_endpoint *e);
/* Keep until when it wants no requests. */
void deliver_store_hold(struct deliver *d, const struct deliver_endpoint *e);
/* The wall clock was set forward by so many ms. */
void deliver_store_stepped(struct deliver *d, int64_t by);
/* Ask for the age of each endpoint's oldest event. */
void deliver_store_ages(struct deliver *d);
bool deliver_store_idle(const struct deliver *d);
/* Is there nothing of ${e} that a run without --follow waits for? */
bool deliver_endpoint_idle(
    const struct deliver *d, const struct deliver_endpoint *e);
void deliver_store_housekeeping(struct deliver *d);

/* ---- accept.c: lines on their way into the spool. */
/* Take ${event} for the endpoints ${one}, or all that want it. */
enum deliver_taken deliver_store_take(struct deliver *d,
    struct outgoing_event *event, struct deliver_endpoint *one, size_t *given,
    struct err *err);
/* Commit what was taken; then it can be sent. */
void deliver_store_accept(struct deliver *d);

/* ---- load.c: jobs from the spool into memory. */
void deliver_store_load(struct deliver *d);
/* May a further one be held there, ${held} of ${e} being there already? */
bool deliver_has_room(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held);
/* Load more of those sessions that want more. */
void deliver_store_sessions(struct deliver *d);

/* ---- receipt.c */
/* Say once that receipts or dead letters cannot be written. */
void deliver_output_is_bad(struct deliver *d, int errnum, const char *what);
/* From when on did ${j}'s event want to be there?  In ms until ${settled}. */
int64_t deliver_latency(const struct schedule_entry *j, int64_t settled);
void deliver_receipt(struct deliver *d, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled);

/* ---- audit.c */
struct deliver_audit *deliver_audit_new(int fd, struct err *err);
void deliver_audit_free(struct deliver_audit *a);
void deliver_audit_attempt(struct deliver_audit *a,
    const struct deliver_request *r, const struct outgoing_answer *answer);
/* Write what was added.  Return 0, or -1 with ${err}. */
int deliver_audit_flush(struct deliver_audit *a, struct err *err);

/* ---- metrics.c */
extern const double deliver_bucket_bounds[DELIVER_BUCKETS];
void deliver_observe(struct deliver_endpoint *e, double seconds);

#endif
