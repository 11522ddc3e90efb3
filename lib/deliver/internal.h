/* What the files of lib/deliver share; not for others. */
#ifndef DELIVER_INTERNAL_H
#define DELIVER_INTERNAL_H

#include "deliver/deliver.h"
#include "deliver/table.h"
#include "outgoing/answer.h"
#include "outgoing/event.h"
#include "outgoing/request.h"
#include "transport/transport.h"

/* Upper bounds of the latency histogram's buckets, in seconds. */
#define DELIVER_BUCKETS 16

/* Jobs of one session in memory, behind the one that is out, where a spool
 * holds the others: its share of what memory has room for, within these. */
#define DELIVER_LANE_LEAST 16
#define DELIVER_LANE_MAX 256

struct deliver_endpoint;
struct deliver_audit;

/* Events of one session on their way to one endpoint: one at a time. */
struct deliver_lane {
	struct deliver_node node;        /* first: the session's name */
	struct deliver_job *head, *tail; /* behind the one that is out */
	size_t length;
	bool skipped; /* more of them are in the spool alone */
	char name[];
};

/* One event for one endpoint. */
struct deliver_job {
	struct outgoing_event *event;
	struct deliver_endpoint *endpoint;
	struct deliver_job *next;          /* in ready, lane or shipment */
	struct deliver_job *mate;          /* was in its request, and will be:
					      in no list or heap of its own */
	struct deliver_job *older, *newer; /* all of its endpoint */
	struct deliver_lane *lane;         /* NULL: in no order */
	size_t heap;       /* its place in the heap plus 1; 0: not there */
	int64_t due;       /* monotonic, while in the heap */
	int64_t first;     /* wall clock of its first attempt; 0: none */
	int64_t since;     /* wall clock: accepted, or replayed */
	uint32_t attempts; /* requests made */
	uint32_t round;    /* failures that count for the pause */
	int last_status;
	bool alone;  /* not in a batch any more */
	bool fresh;  /* given to the spool, and never saved */
	char *error; /* of the last attempt; NULL: none */
};

/* A request under way: one job, or a batch of them. */
struct deliver_shipment {
	struct deliver_shipment *next; /* spare ones */
	struct deliver_endpoint *endpoint;
	struct deliver_job *job;
	size_t count;
	int64_t sent; /* wall clock */
	bool handshake;
	bool mates; /* they were in one request before */
	struct outgoing_request request;
};

enum deliver_consent {
	DELIVER_CONSENT_GIVEN, /* or not asked for */
	DELIVER_CONSENT_WANTED,
	DELIVER_CONSENT_ASKED
};

struct deliver_endpoint {
	struct deliver_node node; /* first: its name */
	struct deliver_endpoint *next;
	char *name;
	char *shown;         /* the name without secrets */
	char *origin_header; /* "WebHook-Request-Origin: …", or NULL */
	struct transport_target *target;
	struct sign_keys *keys;
	char *type[DELIVER_TYPES_MAX];
	size_t types;
	bool added; /* by deliver_add; else by a line */

	struct deliver_job *ready, **ready_end;
	struct deliver_job *oldest, *newest;
	struct deliver_table lanes;
	size_t pending; /* jobs, in memory or in the spool */
	size_t loaded;  /* jobs in memory */
	size_t in_flight;
	size_t concurrency;

	double rate, tokens;
	int64_t refilled;
	int64_t hold; /* Retry-After: nothing before (monotonic) */
	struct deliver_breaker breaker;
	enum deliver_consent consent;
	uint32_t asked; /* in vain, in a row */
	int64_t ask_at; /* not before (monotonic) */
	uint8_t
	    said[600 / 8]; /* a bit for each status whose reason was shown */
	bool off;          /* 410, or no consent */
	bool down;         /* its circuit opened max_attempts times in a row */

	/* With a spool: */
	int64_t number; /* in it */
	int64_t cursor; /* all ready ones before it are, or were, in memory */
	bool more;      /* there may be ready ones from the cursor on */
	size_t coming;  /* jobs of the group that is being accepted */
	int64_t due;    /* wall clock: when the first waiting one is due */
	size_t quick;   /* waiting ones in the quick phase */
	int64_t oldest_accepted;

	/* For metrics. */
	uint64_t accepted, delivered, dead, expired, attempts, retries;
	uint64_t failures;
	uint64_t bucket[DELIVER_BUCKETS + 1];
	double latency_sum;
};

struct deliver_heap {
	struct deliver_job **job;
	size_t count, cap;
};

struct deliver {
	struct deliver_policy policy;
	const struct deliver_outputs *out;
	struct transport *transport;
	struct outgoing_reader reader;
	struct deliver_endpoint *endpoint, **endpoint_end;
	struct deliver_endpoint *turn; /* whose turn it is to send first */
	struct deliver_table names;
	size_t added; /* endpoints that deliver_add made */
	bool adding;  /* it makes one */
	struct deliver_endpoint_options line_options;
	char *line_text[4]; /* copies that line_options points to */
	char *origin;
	struct deliver_heap waiting;
	struct deliver_shipment *spare;
	struct outgoing_headers headers; /* of the request being made */
	struct buf letter;
	struct deliver_counts count;
	struct deliver_audit *audit;
	size_t held; /* bytes of events in memory */
	/* What this machine was short of, see shortage.c: */
	size_t width;        /* requests at once now */
	int64_t short_until; /* monotonic: none is made before */
	int64_t wider_at;    /* monotonic: the width doubles */
	int64_t now;         /* monotonic, of this turn */
	int64_t wall;
	int64_t began; /* wall clock of its making */
	int64_t metrics_due;
	uint64_t random[2];
	bool stopped;
	bool starved; /* more could be under way, if there were more */
	bool failed;  /* receipts or dead letters */
	bool metrics_failed;
	/* With a spool: */
	struct deliver_spool_options store;
	struct deliver_job *accepting, **accepting_end; /* not yet on disk */
	size_t loaded;
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

/* ---- queue.c */
int deliver_heap_push(struct deliver_heap *h, struct deliver_job *j);
void deliver_heap_remove(struct deliver_heap *h, struct deliver_job *j);
/* A new job in no list, which holds ${event}.  NULL without memory. */
struct deliver_job *deliver_job_new(
    struct deliver_endpoint *e, struct outgoing_event *event);
void deliver_make_ready(struct deliver_job *j, bool first);
/* The next one alone: its mates come next. */
struct deliver_job *deliver_pop_ready(struct deliver_endpoint *e);
/* Enter a job into its endpoint's lists: ready, or waiting for j->due where
 * that is later than now, or behind others of its session.  Return 0; 1 where
 * its session has so many in memory that it stays in the spool alone; or -1
 * without memory. */
int deliver_enqueue(struct deliver *d, struct deliver_job *j);
/* Free a job that is in no queue; the next of its session becomes ready. */
void deliver_job_free(struct deliver *d, struct deliver_job *j);
/* Free a job that is in no list of its endpoint. */
void deliver_job_drop(struct deliver *d, struct deliver_job *j);

/* ---- dispatch.c */
/* Send what may be sent now. */
void deliver_dispatch(struct deliver *d);
/* When anything may be sent next (monotonic), or -1. */
int64_t deliver_next_time(const struct deliver *d);
void deliver_shipment_free(struct deliver *d, struct deliver_shipment *s);

/* ---- settle.c */
void deliver_answered(struct deliver *d, const struct outgoing_answer *a);
enum deliver_outcome {
	DELIVER_OUTCOME_DELIVERED,
	DELIVER_OUTCOME_DEAD,
	DELIVER_OUTCOME_EXPIRED
};
/* Count what became of a job and tell it: receipt, dead letter, spool. */
void deliver_close(struct deliver *d, struct deliver_job *j,
    enum deliver_outcome o, const char *reason);
/* The same of a job that is in no queue, and free it. */
void deliver_settle(struct deliver *d, struct deliver_job *j,
    enum deliver_outcome o, const char *reason);
/* Settle all jobs of ${e} that are not under way as dead. */
void deliver_flush_endpoint(
    struct deliver *d, struct deliver_endpoint *e, const char *reason);
/* Nothing can be sent to ${e} before ${until} (monotonic): settle those ready
 * ones for which that is too late. */
void deliver_put_off(struct deliver *d, struct deliver_endpoint *e,
    int64_t until, const char *why);
/* ${n} ${what} in a row failed: without a spool its events are given up. */
void deliver_is_down(struct deliver *d, struct deliver_endpoint *e, uint32_t n,
    const char *what, const char *why);
/* It wants nothing any more. */
void deliver_switch_off(
    struct deliver *d, struct deliver_endpoint *e, const char *why);
/* Keep to the Retry-After that goes for all of ${e}. */
void deliver_take_hold(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a);
/* Settle those ready ones of ${e} for which Retry-After is too long. */
void deliver_expire_held(struct deliver *d, struct deliver_endpoint *e);
double deliver_random(struct deliver *d);
/* How many events were settled. */
uint64_t deliver_settled(const struct deliver *d);
void deliver_note(struct deliver *d, enum deliver_note what,
    const struct deliver_endpoint *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- shortage.c: where requests cannot be made for want of descriptors,
 * ports or memory, fewer are made; it is nobody's fault. */
/* As many requests at once as the system lets us make. */
void deliver_fit_width(struct deliver *d);
/* A request to ${e} could not be made: ${why}. */
void deliver_was_short(
    struct deliver *d, struct deliver_endpoint *e, const char *why);
/* Try with more again, in time. */
void deliver_widen(struct deliver *d);

/* ---- consent.c */
/* May an event be sent now, or the endpoint be asked? */
bool deliver_consent_allows(
    const struct deliver *d, const struct deliver_endpoint *e);
/* Take the answer to a handshake. */
void deliver_consent_answered(struct deliver *d, struct deliver_endpoint *e,
    const struct outgoing_answer *a);

/* ---- reason.c */
/* Tell once for each status what the body of a bad answer says, and where it may
 * be that nothing is signed. */
void deliver_tell_reason(struct deliver *d, const struct deliver_shipment *s,
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
void deliver_store_settle(struct deliver *d, struct deliver_job *j,
    enum spool_state state, const char *reason);
/* ${j}, which is ready, leaves memory for the time being. */
void deliver_store_leave(struct deliver *d, struct deliver_job *j);
/* Write that ${j} waits until ${at}; it leaves memory, and false is returned,
 * unless its session waits for it. */
bool deliver_store_wait(struct deliver *d, struct deliver_job *j, int64_t at);
/* Append to ${url} the name of that endpoint of the spool of which ${shown} is
 * shown; nothing where there is none.  Return 0, or -1 with ${err}. */
int deliver_store_named(
    struct deliver *d, struct span shown, struct buf *url, struct err *err);
/* The first time from ${at} on at which no other batch of ${e} waits. */
int64_t deliver_store_free_time(
    struct deliver *d, const struct deliver_endpoint *e, int64_t at);
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
/* How many jobs of ${e} are held in memory. */
size_t deliver_window(
    const struct deliver *d, const struct deliver_endpoint *e);
/* May a further one be held there, ${held} of ${e} being there already? */
bool deliver_has_room(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held);
/* Load more of a session whose jobs in memory are done; false: there are none.
 */
bool deliver_store_session(
    struct deliver *d, struct deliver_endpoint *e, struct deliver_lane *l);

/* ---- receipt.c */
/* Say once that receipts or dead letters cannot be written. */
void deliver_output_is_bad(struct deliver *d, int errnum, const char *what);
/* From when on did ${j}'s event want to be there?  In ms until ${settled}. */
int64_t deliver_latency(const struct deliver_job *j, int64_t settled);
void deliver_receipt(struct deliver *d, const struct deliver_job *j,
    enum deliver_outcome o, const char *reason, int64_t settled);

/* ---- audit.c */
struct deliver_audit *deliver_audit_new(int fd, struct err *err);
void deliver_audit_free(struct deliver_audit *a);
void deliver_audit_attempt(struct deliver_audit *a,
    const struct deliver_shipment *s, const struct outgoing_answer *answer);
/* Write what was added.  Return 0, or -1 with ${err}. */
int deliver_audit_flush(struct deliver_audit *a, struct err *err);

/* ---- metrics.c */
extern const double deliver_bucket_bounds[DELIVER_BUCKETS];
void deliver_observe(struct deliver_endpoint *e, double seconds);

#endif
