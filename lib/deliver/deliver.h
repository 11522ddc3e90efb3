/*
 * deliver: gets events to their webhook endpoints.
 *
 * Takes lines, decides who gets them, signs and sends them, tries again as
 * the policy says, and settles each event for each endpoint exactly once:
 * delivered, dead or expired, with one receipt.  What is not delivered
 * becomes a dead letter.  One thread; the caller runs the loop:
 *
 *	while (!deliver_idle(d)) {
 *		deliver_turn(d, …);
 *		while (a line is at hand && deliver_wants_lines(d))
 *			deliver_take(d, line, &err);
 *	}
 *
 * Prints nothing: what a human should know goes to the report function.
 *
 * Everything flows one way.  lib/outgoing makes an event of a line (accept.c),
 * lib/store keeps it, lib/schedule says when it is sent (load.c, send.c), and
 * lib/transport carries it and brings an answer (answer.c).  The scheduler
 * makes outcomes of that, which settle.c writes to the store and close.c into
 * receipts and dead letters.  Of these only this module knows the others.
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

/* Endpoints known at once; lines of an own endpoint count. */
#define DELIVER_ENDPOINTS_MAX 4096

/* Patterns of event types of one endpoint. */
#define DELIVER_TYPES_MAX 32

/* Bytes of events held in memory; then lines wait. */
#define DELIVER_MEMORY_MAX ((size_t)64 << 20)

/* Events a second to one endpoint. */
#define DELIVER_RATE_MIN 0.001
#define DELIVER_RATE_MAX 1e6

/* The most events in one request. */
#define DELIVER_BATCH_MAX 1000

struct deliver;

/* One endpoint, apart from lines that bring their own. */
struct deliver_endpoint_options {
	const char *name; /* in receipts; NULL: the URL */
	struct http_target_options http;
	const char *const *type; /* patterns as fnmatch(3) has them */
	size_t types;            /* 0: all events */
	struct sign_keys *keys;  /* owned by the caller; NULL: none */
	int64_t concurrency;     /* 0: as the policy */
	double rate;             /* negative: as the policy */
};

enum deliver_note {
	DELIVER_NOTE_DETAIL, /* for -v: an attempt failed, will be retried */
	DELIVER_NOTE_STATE,  /* an endpoint went off, a circuit opened, … */
	DELIVER_NOTE_LOST,   /* an event became a dead letter */
	DELIVER_NOTE_OUTPUT  /* a file or stdout could not be written */
};

typedef void deliver_report(void *context, enum deliver_note what,
    const char *endpoint, const char *text);

struct deliver_outputs {
	struct ndjson_writer *receipts; /* should be one that never waits */
	int dead_letters;       /* descriptor of the dead letter file, or -1 */
	int audit;              /* descriptor of the audit file, or -1 */
	const char *metrics;    /* file, or NULL */
	deliver_report *report; /* never NULL */
	void *context;
};

struct deliver_counts {
	uint64_t taken;     /* lines */
	uint64_t unmatched; /* of these, no endpoint wanted them */
	uint64_t accepted;  /* events, once for each endpoint */
	uint64_t delivered, dead, expired;
	uint64_t known;      /* accepted before, and now fed again */
	uint64_t known_lost; /* of these, dead or expired */
	uint64_t attempts, retries;
	uint64_t stranded; /* endpoints of the spool that cannot be used now */
	uint64_t pending;  /* accepted and not settled */
	uint64_t in_flight;
};

/* ${o} must stay in place.  NULL with ${err}. */
struct deliver *deliver_new(const struct schedule_policy *p,
    const struct deliver_outputs *o, struct err *err);

/* Free.  What is pending is forgotten, see deliver_abandon. */
void deliver_free(struct deliver *d);

struct deliver_spool_options {
	struct spool *spool; /* stays the caller's */
	const char *name;    /* for messages */
	int64_t keep;        /* ms that settled events are remembered */
	int64_t most;        /* bytes: beyond, lines wait */
	bool follow;         /* events in the slow phase are waited for */
};

/* Keep everything in a spool; call it before endpoints are added.  Return 0,
 * or -1 with ${err}. */
int deliver_use_spool(
    struct deliver *d, const struct deliver_spool_options *o, struct err *err);

/* After the endpoints were added: take up those of lines that the spool has
 * events for; where none was added, all endpoints of the spool; with
 * ${settled}, those too that have only settled events.  Return 0, or -1. */
int deliver_recover(struct deliver *d, bool settled, struct err *err);

/* Send settled events once more to the endpoints of this run that they went
 * to: those accepted from ${from} to before ${to}; or the event ${id}.  Add to
 * *${n} how many.  Return 0, or -1 with ${err}. */
int deliver_replay(
    struct deliver *d, int64_t from, int64_t to, uint64_t *n, struct err *err);
int deliver_replay_id(
    struct deliver *d, struct span id, uint64_t *n, struct err *err);

/* Send the dead and expired events of this run's endpoints once more.  Add to
 * *${n} how many.  Return 0, or -1 with ${err}. */
int deliver_retry_dead(struct deliver *d, uint64_t *n, struct err *err);

/* Switch an endpoint on that 410 switched off, or that Retry-After holds.
 * Return 0, or -1 with ${err}. */
int deliver_switch_on(struct deliver *d, const char *name, struct err *err);

/* Add an endpoint that gets all events (that match).  Return 0, or -1 with
 * ${err}. */
int deliver_add(struct deliver *d, const struct deliver_endpoint_options *o,
    struct err *err);

/* What lines with an endpoint of their own get: all but url, bearer, header
 * and certificate, which belong to the endpoints that were added.  Copied;
 * ${o}->keys stay the caller's. */
int deliver_set_default(struct deliver *d,
    const struct deliver_endpoint_options *o, struct err *err);

/* Send OPTIONS with this WebHook-Request-Origin to each endpoint before its
 * first event (CloudEvents HTTP webhooks, section 4); NULL: do not ask. */
int deliver_set_origin(struct deliver *d, const char *origin);

enum deliver_taken {
	DELIVER_TAKEN,
	DELIVER_BAD_LINE, /* see err; nothing was taken */
	DELIVER_FAILED    /* ours: memory, spool */
};

/* Take one line. */
enum deliver_taken deliver_take(
    struct deliver *d, struct span line, struct err *err);

/* Is there room for more lines? */
bool deliver_wants_lines(const struct deliver *d);

/* Is there nothing left that this run should wait for? */
bool deliver_idle(const struct deliver *d);

/* Send what can be sent, unless the receipts pile up; wait at most ${ms} (-1:
 * without end) for an answer, a retry that comes due, or one of the ${n}
 * descriptors to be readable; deal with the answers.  Return 0; or -1 with
 * ${err}: the attempts cannot be audited or waited for, and no more should be
 * made. */
int deliver_turn(struct deliver *d, const int fd[], bool readable[], size_t n,
    int64_t ms, struct err *err);

/* Start nothing new from now on; what is under way may finish. */
void deliver_stop(struct deliver *d);

/* The events in the slow phase are waited for no longer, nor is the run kept up
 * without any: there will be no more lines. */
void deliver_unfollow(struct deliver *d);

/* End what is under way and settle all that is pending as dead for ${reason}.
 * Return as deliver_turn. */
int deliver_abandon(struct deliver *d, const char *reason, struct err *err);

/* Will it take no more lines, since receipts, dead letters or the spool failed
 * to be written?  Reported once; what was taken is still delivered. */
bool deliver_closed(const struct deliver *d);

void deliver_count(const struct deliver *d, struct deliver_counts *c);

/* Write the metrics file now.  Return 0, or -1 with ${err}. */
int deliver_write_metrics(struct deliver *d, struct err *err);

#endif
