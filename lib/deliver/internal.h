/* What the files of lib/deliver share; not for others. */
#ifndef DELIVER_INTERNAL_H
#define DELIVER_INTERNAL_H

#include "deliver/deliver.h"
#include "hash/table.h"
#include "instant/instant.h"
#include "outgoing/answer.h"
#include "outgoing/event.h"
#include "outgoing/request.h"
#include "schedule/schedule.h"
#include "store/store.h"
#include "transport/transport.h"

/* Upper bounds of the latency histogram's buckets, in seconds. */
#define DELIVER_BUCKETS 16

struct audit;

/* Read the clocks: one that never jumps, and the wall's. */
typedef void deliver_clocks(int64_t *now, int64_t *wall);

/* A request under way. */
struct deliver_request {
	struct schedule_request in;   /* first */
	struct deliver_request *next; /* spare ones */
	int64_t sent;                 /* wall clock */
	struct outgoing_request carries;
};

struct deliver_endpoint {
	struct schedule_endpoint queue; /* first */
	struct store_endpoint kept;
	struct deliver_endpoint *next;
	struct hash_node node; /* its name */
	char *name;
	char *shown; /* the name without secrets */
	struct buf shown_json;
	char *origin_header; /* "WebHook-Request-Origin: …", or NULL */
	struct transport_target *target;
	struct sign_keys *keys;
	char *type[DELIVER_TYPES_MAX];
	size_t types;
	bool added; /* by deliver_add; else by a line */
	uint8_t
	    said[600 / 8]; /* a bit for each status whose reason was shown */
	int64_t oldest_accepted; /* see deliver_write_metrics */

	/* For metrics. */
	uint64_t accepted, delivered, dead, expired, attempts, retries;
	uint64_t failures;
	uint64_t bucket[DELIVER_BUCKETS + 1];
	double latency_sum;
};

/* A time as a JSON string. */
struct deliver_time_text {
	int64_t ms; /* 0: none yet */
	char text[INSTANT_TEXT_MAX + 2];
};

struct deliver {
	struct schedule schedule;
	const struct deliver_outputs *out;
	struct transport *transport;
	struct store *store;
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
	struct deliver_time_text first_text, settled_text; /* of receipts */
	struct audit *audit;
	int64_t began; /* wall clock of its making */
	int64_t metrics_due;
	bool failed; /* receipts or dead letters */
	bool metrics_failed;
	struct schedule_entry *accepting,
	    **accepting_end;   /* see deliver_accept */
	size_t room;           /* lines that may be taken in this turn */
	int64_t accepted_at;   /* monotonic: the last lines */
	uint64_t settled_then; /* events settled by then */
	bool follow;
	bool refusal_reported;
	deliver_clocks *read_clocks;
};

static inline struct deliver_endpoint *
deliver_endpoint_of(struct schedule_endpoint *queue)
{
	return (struct deliver_endpoint *)queue;
}

/* ---- deliver.c */
/* As deliver_new, over ${transport}, which it takes, and with such clocks. */
struct deliver *deliver_new_over(const struct schedule_policy *p,
    const struct deliver_outputs *o, struct transport *transport,
    deliver_clocks *clocks, struct err *err);
/* Keep everything in ${store}, which it takes, instead of memory. */
void deliver_use_store(struct deliver *d, struct store *store);

/* ---- clock.c */
/* Look at the clocks, and see to it that a wall clock that was set neither
 * holds events up nor lets them expire. */
void deliver_take_time(struct deliver *d);
void deliver_read_clocks(int64_t *now, int64_t *wall);
/* Keep until when ${e} wants no requests. */
void deliver_keep_hold(struct deliver *d, struct deliver_endpoint *e);

/* ---- endpoint.c */
struct deliver_endpoint *deliver_endpoint_new(struct deliver *d,
    const struct deliver_endpoint_options *o, bool *bad, struct err *err);
void deliver_endpoint_free(struct deliver *d, struct deliver_endpoint *e);
bool deliver_endpoint_wants(
    const struct deliver_endpoint *e, const struct outgoing_event *event);
/* The endpoint of a line's own URL.  NULL with ${err}; *${bad}: it is the URL
 * that is at fault, not memory or the spool. */
struct deliver_endpoint *deliver_endpoint_for(
    struct deliver *d, struct span url, bool *bad, struct err *err);
struct deliver_endpoint *deliver_endpoint_find(
    const struct deliver *d, struct span name);
/* Is there nothing of ${e} that a run without --follow waits for? */
bool deliver_endpoint_is_idle(
    const struct deliver *d, const struct deliver_endpoint *e);
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
void deliver_fit_width(
    const struct deliver_outputs *o, struct schedule_policy *p);

/* ---- answer.c */
/* Deal with an answer. */
void deliver_answered(struct deliver *d, const struct outgoing_answer *a);

/* ---- close.c */
/* How many events were settled. */
uint64_t deliver_settled(const struct deliver *d);
/* Count what became of ${entry} and say so: receipt, dead letter, spool. */
void deliver_close(struct deliver *d, struct schedule_entry *entry,
    enum schedule_outcome outcome, const char *reason);
/* ---- settle.c */
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

/* ---- recover.c */
/* Append to ${url} the name of that endpoint of the store of which ${shown} is
 * shown; nothing where there is none.  Return 0, or -1 with ${err}. */
int deliver_name_shown(
    struct deliver *d, struct span shown, struct buf *url, struct err *err);

/* ---- accept.c */
/* Commit what was taken; then it can be sent. */
void deliver_accept(struct deliver *d);
/* May a further one be held in memory, ${held} of ${e} being there already? */
bool deliver_has_room(
    const struct deliver *d, const struct deliver_endpoint *e, size_t held);

/* ---- load.c: from the store into memory. */
void deliver_load(struct deliver *d);
/* More of those sessions that have none left in memory. */
void deliver_load_sessions(struct deliver *d);

/* ---- receipt.c */
/* Say once that receipts or dead letters cannot be written. */
void deliver_output_is_bad(struct deliver *d, int errnum, const char *what);
/* From when on did ${j}'s event want to be there?  In ms until ${settled}. */
int64_t deliver_latency(const struct schedule_entry *j, int64_t settled);
void deliver_receipt(struct deliver *d, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled);

/* ---- audit.c */
struct audit *deliver_audit_new(int fd, struct err *err);
void deliver_audit_attempt(struct audit *a, const struct deliver_request *r,
    const struct outgoing_answer *answer);
/* Write what was added.  Return 0, or -1 with ${err}. */
int deliver_audit_flush(struct audit *a, struct err *err);

/* ---- metrics.c */
extern const double deliver_bucket_bounds[DELIVER_BUCKETS];
void deliver_observe(struct deliver_endpoint *e, double seconds);

#endif
