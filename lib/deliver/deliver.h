/*
 * deliver: delivers events to webhook endpoints.
 *
 * It accepts lines, chooses the endpoints of each, signs and sends them, and
 * retries as the policy says.  It settles each event for each endpoint exactly
 * once, as delivered, dead or expired, and writes one receipt for it.  An event
 * that was not delivered becomes a dead letter.
 *
 * There is one thread, and the caller runs the loop:
 *
 *	while (!deliver_idle(d)) {
 *		deliver_turn(d, …);
 *		while (a line is available && deliver_wants_lines(d))
 *			deliver_take(d, line, &err);
 *	}
 *
 * Nothing is printed: messages for the user are passed to the report function.
 *
 * An event passes through four modules, and only this one knows them all:
 *
 *	- lib/outgoing parses the line (accept.c);
 *	- lib/store keeps the event;
 *	- lib/schedule decides when it is sent (load.c, send.c);
 *	- lib/transport sends it and returns an answer (answer.c).
 *
 * The scheduler turns the answer into outcomes.  settle.c writes these to the
 * store, and close.c writes receipts and dead letters.
 */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "http/http.h"
#include "ndjson/ndjson.h"
#include "schedule/policy.h"
#include "sign/sign.h"
#include "spool/spool.h"

/* Endpoints at the same time, including those that lines name. */
#define DELIVER_ENDPOINTS_MAX 4096

/* Patterns of event types of one endpoint. */
#define DELIVER_TYPES_MAX 32

/* Bytes of events in memory; at this size no more lines are accepted. */
#define DELIVER_MEMORY_MAX ((size_t)64 << 20)

/* Events per second to one endpoint. */
#define DELIVER_RATE_MIN 0.001
#define DELIVER_RATE_MAX 1e6

/* The most events in one request. */
#define DELIVER_BATCH_MAX 1000

struct deliver;

/* The options of one endpoint; see also deliver_set_default. */
struct deliver_endpoint_options {
	const char *name; /* in receipts; NULL: the URL */
	struct http_target_options http;
	const char *const *type; /* patterns of fnmatch(3) */
	size_t types;            /* 0: all events */
	struct sign_keys *keys;  /* owned by the caller; NULL: none */
	int64_t concurrency;     /* 0: that of the policy */
	double rate;             /* negative: that of the policy */
};

enum deliver_note {
	DELIVER_NOTE_DETAIL, /* for -v: a failed attempt will be retried */
	DELIVER_NOTE_STATE,  /* an endpoint is off, a circuit opened, … */
	DELIVER_NOTE_LOST,   /* an event became a dead letter */
	DELIVER_NOTE_OUTPUT  /* a file or stdout could not be written */
};

typedef void deliver_report(void *context, enum deliver_note what,
    const char *endpoint, const char *text);

struct deliver_outputs {
	struct ndjson_writer *receipts; /* should never block */
	int dead_letters;       /* descriptor of the dead letter file, or -1 */
	int audit;              /* descriptor of the audit file, or -1 */
	const char *audit_path; /* to follow; NULL: it is never renamed */
	const char *metrics;    /* file, or NULL */
	deliver_report *report; /* never NULL */
	void *context;
};

struct deliver_counts {
	uint64_t taken;     /* lines */
	uint64_t unmatched; /* lines that no endpoint wanted */
	uint64_t accepted;  /* events, once for each endpoint */
	uint64_t delivered, dead, expired;
	uint64_t known;      /* events that had been accepted before */
	uint64_t known_lost; /* of these, dead or expired */
	uint64_t attempts, retries;
	uint64_t stranded; /* endpoints of the spool that cannot be used now */
	uint64_t pending;  /* accepted and not settled */
	uint64_t in_flight;
};

/* Create an instance.  ${p} is copied.  The caller owns ${o}, which must stay
 * in place.  Return NULL with ${err} on failure. */
struct deliver *deliver_new(const struct schedule_policy *p,
    const struct deliver_outputs *o, struct err *err);

/* Free ${d}.  Pending events are dropped without a receipt; see
 * deliver_abandon.  NULL is a no-op. */
void deliver_free(struct deliver *d);

struct deliver_spool_options {
	struct spool *spool; /* owned by the caller */
	const char *name;    /* for messages */
	int64_t keep;        /* ms that settled events are remembered */
	int64_t most;        /* bytes: at this size no lines are accepted */
	bool follow;         /* wait for more lines, and for all events */
};

/* Store events in a spool.  Call this before endpoints are added.  Return 0, or
 * -1 with ${err}. */
int deliver_use_spool(
    struct deliver *d, const struct deliver_spool_options *o, struct err *err);

struct queue_event;
struct queue_worker;

struct deliver_queue_options {
	struct queue_worker *worker; /* owned by the caller */
	const char *name;            /* for messages */
};

/* Deliver the events that a worker takes from a queue.  Call this before
 * endpoints are added.  Each line for deliver_take is that of the event that
 * queue_worker_next returned last; it is settled in the queue when it is settled
 * at all of its endpoints.  The instance waits for more lines until
 * deliver_unfollow.  Return 0, or -1 with ${err}. */
int deliver_use_queue(
    struct deliver *d, const struct deliver_queue_options *o, struct err *err);
/* The worker no longer owns ${e}: do not send it. */
void deliver_revoke(struct deliver *d, struct queue_event *e);

/* Recover the endpoints for which the spool has unsettled events.  Call this
 * after the endpoints were added.
 *
 * If any were added, only the endpoints of lines are recovered, and the others
 * are reported.  If none were added, all endpoints of the spool are recovered;
 * with ${settled}, these include endpoints that have only settled events.
 *
 * Return 0, or -1 with ${err}. */
int deliver_recover(struct deliver *d, bool settled, struct err *err);

/* Send settled events again, to those of their endpoints that are in this run:
 * the events accepted from ${from} to before ${to}, or the event ${id}.  Add
 * their number to *${n}.  Return 0, or -1 with ${err}. */
int deliver_replay(
    struct deliver *d, int64_t from, int64_t to, uint64_t *n, struct err *err);
int deliver_replay_id(
    struct deliver *d, struct span id, uint64_t *n, struct err *err);

/* Send the dead and expired events of this run's endpoints again.  Add their
 * number to *${n}.  Return 0, or -1 with ${err}. */
int deliver_retry_dead(struct deliver *d, uint64_t *n, struct err *err);

/* Switch on the endpoint ${name}, which a 410 switched off or a Retry-After
 * delays.  Return 0, or -1 with ${err}. */
int deliver_switch_on(struct deliver *d, const char *name, struct err *err);

/* Add an endpoint.  It gets all events whose type matches its patterns.  ${o}
 * is copied, but its keys belong to the caller and must outlive ${d}.  Return
 * 0, or -1 with ${err}. */
int deliver_add(struct deliver *d, const struct deliver_endpoint_options *o,
    struct err *err);

/* Set the options of endpoints that lines name.  The URL, types, bearer token,
 * headers and client certificate of ${o} are ignored: they belong to endpoints
 * that were added.  ${o} is copied, but its keys belong to the caller and must
 * outlive ${d}.  Return 0, or -1 with ${err}. */
int deliver_set_default(struct deliver *d,
    const struct deliver_endpoint_options *o, struct err *err);

/* Send an OPTIONS request with the WebHook-Request-Origin ${origin} to each
 * endpoint before its first event (CloudEvents HTTP webhooks, section 4).  Call
 * this before endpoints are added.  Return 0, or -1 if memory runs out. */
int deliver_set_origin(struct deliver *d, const char *origin);

/* Send single CloudEvents in binary content mode, if they can be: see
 * outgoing_request_binary. */
void deliver_set_binary(struct deliver *d);

enum deliver_taken {
	DELIVER_TAKEN,
	DELIVER_BAD_LINE, /* the line is bad, and was not accepted */
	DELIVER_FAILED    /* memory or the spool failed */
};

/* Take one line.  ${err} is set unless DELIVER_TAKEN is returned. */
enum deliver_taken deliver_take(
    struct deliver *d, struct span line, struct err *err);

/* Is there room for more lines? */
bool deliver_wants_lines(const struct deliver *d);

/* Is there nothing left that this run should wait for? */
bool deliver_idle(const struct deliver *d);

/* Do one turn of the loop:
 *
 *	- send what can be sent, unless too many receipts are unwritten;
 *	- wait at most ${ms} (-1: no limit) for an answer, for a retry to become
 *	  due, or for one of the ${n} descriptors ${fd} to be readable, which
 *	  sets its ${readable};
 *	- handle the answers.
 *
 * Return 0, or -1 with ${err} if attempts cannot be audited, stored or waited
 * for.  The caller should then stop. */
int deliver_turn(struct deliver *d, const int fd[], bool readable[], size_t n,
    int64_t ms, struct err *err);

/* Start no more requests.  Those under way may finish. */
void deliver_stop(struct deliver *d);

/* Stop waiting for more lines, and for events in the slow phase. */
void deliver_unfollow(struct deliver *d);

/* Cancel the requests under way.  Without a spool, settle all pending events as
 * dead for ${reason}.  Return 0, or -1 with ${err}, as deliver_turn does. */
int deliver_abandon(struct deliver *d, const char *reason, struct err *err);

/* Are no more lines accepted because receipts, dead letters or the spool could
 * not be written?  This is reported once; accepted events are still sent. */
bool deliver_closed(const struct deliver *d);

/* The number of bytes of dead letters, and of audit lines, that are not written
 * because the reader of a FIFO is slow. */
size_t deliver_unwritten_letters(const struct deliver *d);
size_t deliver_unwritten_audit(const struct deliver *d);

/* Write the receipts, dead letters and audit lines that can be written without
 * waiting for a reader.  Return 0, or -1 with ${err}, as deliver_turn does. */
int deliver_flush(struct deliver *d, struct err *err);

/* Fill in ${c}. */
void deliver_count(const struct deliver *d, struct deliver_counts *c);

/* Write the metrics file now, if there is one.  Return 0, or -1 with ${err}. */
int deliver_write_metrics(struct deliver *d, struct err *err);

#endif
