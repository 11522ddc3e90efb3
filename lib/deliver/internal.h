/* Shared by the files of lib/deliver; private to them. */
#ifndef DELIVER_INTERNAL_H
#define DELIVER_INTERNAL_H

#include "deliver/deliver.h"
#include "hash/table.h"
#include "instant/instant.h"
#include "metrics/metrics.h"
#include "outgoing/answer.h"
#include "outgoing/event.h"
#include "outgoing/request.h"
#include "schedule/schedule.h"
#include "store/store.h"
#include "transport/transport.h"

struct audit;

/* Read the monotonic clock and the wall clock, in ms. */
typedef void deliver_clocks(int64_t *now, int64_t *wall);

/* A request under way. */
struct deliver_request {
	struct schedule_request in;   /* first */
	struct deliver_request *next; /* of the spare ones */
	int64_t sent;                 /* wall clock */
	struct outgoing_request carries;
};

struct deliver_endpoint {
	struct schedule_endpoint queue; /* first */
	struct store_endpoint kept;
	struct deliver_endpoint *next;
	struct hash_node node; /* its name */
	char *name;
	char *shown; /* its name without secrets */
	struct buf shown_json;
	char *origin_header; /* "WebHook-Request-Origin: …", or NULL */
	struct transport_target *target;
	struct sign_keys *keys;
	bool is_mail;
	char *type[DELIVER_TYPES_MAX];
	size_t types;
	bool added; /* by deliver_add; otherwise by a line */
	uint8_t
	    said[600 / 8]; /* a bit for each status whose reason was shown */
	int64_t oldest_accepted; /* see deliver_write_metrics */

	/* For metrics. */
	uint64_t accepted, delivered, dead, expired, attempts, retries;
	uint64_t failures;
	struct metrics_histogram latency; /* in seconds */
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
	size_t added; /* endpoints that deliver_add created */
	bool adding;  /* deliver_add is creating one */
	struct deliver_endpoint_options line_options;
	char *line_text[4]; /* the texts of line_options */
	char *origin;
	struct deliver_request *spare;
	struct outgoing_headers headers; /* of the request being made */
	bool binary;
	struct cloudevent_split split; /* likewise, if binary */
	struct buf dead_letter;
	struct buf ids; /* of a batch */
	struct deliver_counts count;
	struct deliver_time_text first_text, settled_text; /* of receipts */
	struct audit *audit;
	struct ndjson_writer *letters; /* of a FIFO for dead letters; or NULL */
	int64_t began;                 /* wall clock: start of the run */
	int64_t metrics_due;
	bool failed; /* receipts or dead letters cannot be written */
	bool metrics_failed;
	struct schedule_entry *accepting,
	    **accepting_end;   /* see deliver_accept */
	size_t room;           /* lines that may be taken in this turn */
	int64_t accepted_at;   /* monotonic: when lines were last accepted */
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
/* Like deliver_new, but with ${clocks}, and with ${transport}, which it owns:
 * it is closed even on failure. */
struct deliver *deliver_new_over(const struct schedule_policy *p,
    const struct deliver_outputs *o, struct transport *transport,
    deliver_clocks *clocks, struct err *err);
/* Store events in ${store}, which ${d} then owns, instead of in memory. */
void deliver_use_store(struct deliver *d, struct store *store);

/* ---- clock.c */
/* Read the clocks.  If the wall clock was set, adjust all times, so that events
 * are neither delayed nor expire because of it. */
void deliver_take_time(struct deliver *d);
void deliver_read_clocks(int64_t *now, int64_t *wall);
/* Store the time until which ${e} asked for no requests. */
void deliver_save_not_before(struct deliver *d, struct deliver_endpoint *e);

/* ---- endpoint.c */
/* Create an endpoint, which ${d} owns.  Return NULL with ${err} on failure.
 * *${bad}: the URL or another HTTP option is bad. */
struct deliver_endpoint *deliver_endpoint_new(struct deliver *d,
    const struct deliver_endpoint_options *o, bool *bad, struct err *err);
void deliver_endpoint_free(struct deliver *d, struct deliver_endpoint *e);
/* Does the type of ${event} match the patterns of ${e}? */
bool deliver_endpoint_wants(
    const struct deliver_endpoint *e, const struct outgoing_event *event);
/* Find or create the endpoint for a ${url} that a line names.  Return NULL with
 * ${err} on failure.  *${bad}: the URL is bad; otherwise memory or the store
 * failed. */
struct deliver_endpoint *deliver_endpoint_for(
    struct deliver *d, struct span url, bool *bad, struct err *err);
/* Find an endpoint by its name.  Return NULL if there is none. */
struct deliver_endpoint *deliver_endpoint_find(
    const struct deliver *d, struct span name);
/* Has ${e} nothing that a run without --follow waits for? */
bool deliver_endpoint_is_idle(
    const struct deliver *d, const struct deliver_endpoint *e);
/* Is there no room for another endpoint now, but will there be soon?  Then no
 * lines are accepted. */
bool deliver_endpoints_full(const struct deliver *d);
/* Find an endpoint by its name, or by its name without secrets.  Return NULL if
 * there is none. */
struct deliver_endpoint *deliver_endpoint_named(
    const struct deliver *d, struct span name);

/* ---- route.c */
/* Set *${one} to the endpoint that ${event} names, or to NULL if it is for all
 * endpoints that want it.  ${err} is set unless DELIVER_TAKEN is returned. */
enum deliver_taken deliver_route(struct deliver *d,
    const struct outgoing_event *event, struct deliver_endpoint **one,
    struct err *err);

/* ---- note.c: report a message about ${e} */
void deliver_note(struct deliver *d, enum deliver_note what,
    const struct deliver_endpoint *e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- send.c */
/* Send what may be sent now. */
void deliver_send(struct deliver *d);
void deliver_request_free(struct deliver *d, struct deliver_request *r);
/* Limit the concurrent requests in ${p} to what the system allows. */
void deliver_fit_width(
    const struct deliver_outputs *o, struct schedule_policy *p);

/* ---- answer.c */
/* Handle an answer. */
void deliver_answered(struct deliver *d, const struct outgoing_answer *a);

/* ---- close.c */
/* Return how many events were settled in this run. */
uint64_t deliver_settled(const struct deliver *d);
/* Settle ${entry}: write its outcome to the store, the receipt and the dead
 * letter, and count it. */
void deliver_close(struct deliver *d, struct schedule_entry *entry,
    enum schedule_outcome outcome, const char *reason);
/* ---- settle.c */
/* Handle all outcomes.  ${why} describes the answer, or another reason. */
void deliver_take_outcomes(struct deliver *d, const char *why);
/* Settle as dead all deliveries to ${e} that are in memory and not under
 * way. */
void deliver_drop(struct deliver *d, struct deliver_endpoint *e,
    enum schedule_cause cause, const char *why);
/* Drop the deliveries whose events are revoked. */
void deliver_withdraw(struct deliver *d);
/* Settle deliveries that will never be sent. */
void deliver_settle_unsendable(struct deliver *d);

/* ---- reason.c */
/* Report the start of the body of a failed answer, once per status, and that
 * requests are unsigned if that may be the reason. */
void deliver_show_reason(struct deliver *d, const struct deliver_request *r,
    const struct outgoing_answer *a);

/* ---- recover.c */
/* Append to ${url} the name of the endpoint in the store that is shown as
 * ${shown}, or nothing if there is none.  Return 0, or -1 with ${err}. */
int deliver_name_shown(
    struct deliver *d, struct span shown, struct buf *url, struct err *err);

/* ---- accept.c */
/* Commit the lines that were taken.  Their events can then be sent. */
void deliver_accept(struct deliver *d);

/* ---- load.c */
/* Load deliveries from the store into memory, where there is room. */
void deliver_load(struct deliver *d);
/* Load more deliveries of the sessions that have none left in memory. */
void deliver_load_sessions(struct deliver *d);

/* ---- receipt.c */
/* Report once that receipts or dead letters cannot be written. */
void deliver_output_is_bad(struct deliver *d, int errnum, const char *what);
/* Open d->letters if dead letters go to a FIFO.  Return 0, or -1 if memory ran
 * out. */
int deliver_open_letters(struct deliver *d);
/* Write what the readers of d->letters take now. */
void deliver_flush_letters(struct deliver *d);
/* Return the latency of ${j} in ms: from the time of a live event, or otherwise
 * from its acceptance, to ${settled}. */
int64_t deliver_latency(const struct schedule_entry *j, int64_t settled);
/* Write the receipt of ${j}, and its dead letter if it was not delivered. */
void deliver_receipt(struct deliver *d, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled);

/* ---- audit.c */
/* Return NULL with ${err} on failure; see audit_new, and for ${path}, which may
 * be NULL, audit_follow. */
struct audit *deliver_audit_new(int fd, const char *path, struct err *err);
/* Add the line of the attempt ${r}. */
void deliver_audit_attempt(struct audit *a, const struct deliver_request *r,
    const struct outgoing_answer *answer);
/* Add the line of the outcome of ${j}. */
void deliver_audit_settled(struct audit *a, const struct schedule_entry *j,
    enum schedule_outcome outcome, const char *reason, int64_t settled);
/* Write the lines that were added.  Return 0, or -1 with ${err}. */
int deliver_audit_flush(struct audit *a, struct err *err);

/* ---- metrics.c */
/* Set up the histogram of ${e}. */
void deliver_metrics_init(struct deliver_endpoint *e);

#endif
