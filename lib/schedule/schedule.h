/*
 * schedule: when may which delivery be sent to which endpoint?
 *
 * Pure: no I/O, and no clock of its own.  The caller says what time it is,
 * adds deliveries, asks what to send, says what became of it, and takes the
 * outcomes:
 *
 *	schedule_set_time(s, now, wall);
 *	schedule_add(s, e, entry);
 *	while (schedule_next(s, &request))
 *		send it, or schedule_unsent(s, &request);
 *	schedule_answered(s, &request, &answer);
 *	while ((entry = schedule_take_outcome(s)) != NULL)
 *		settle it, and schedule_finish(s, entry);
 *
 * Keeps: one of a session at a time and in order, where the policy says so;
 * what failed in one request in one request; pauses, circuit breakers, rates,
 * Retry-After, consent, requests at once.  Two times are in use: what waits
 * for something counts by ${now}, which never jumps; ages count by ${wall}.
 */
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash/table.h"
#include "outgoing/answer.h"
#include "outgoing/delivery.h"
#include "schedule/policy.h"

/* Deliveries of one session in memory, behind the one that is out, where a
 * store holds the others: its share of what memory has room for, within
 * these. */
#define SCHEDULE_SESSION_LEAST 16
#define SCHEDULE_SESSION_MAX 256

struct schedule_endpoint;

enum schedule_outcome {
	SCHEDULE_DELIVERED,
	SCHEDULE_DEAD,
	SCHEDULE_EXPIRED,
	SCHEDULE_WAITS,   /* until entry->at, in the schedule */
	SCHEDULE_LEAVES,  /* until entry->at, in the store */
	SCHEDULE_RETURNED /* ready, as it was: the request was broken off */
};

/* Why it has this outcome. */
enum schedule_cause {
	SCHEDULE_BY_ANSWER,
	SCHEDULE_TOO_LATE,    /* the next attempt would be after give_up */
	SCHEDULE_NEVER_SENT,  /* and it is after give_up */
	SCHEDULE_HELD,        /* Retry-After is after give_up */
	SCHEDULE_IS_DOWN,     /* the endpoint */
	SCHEDULE_IS_OFF,      /* the endpoint, since just now */
	SCHEDULE_WAS_OFF,     /* the endpoint, before it came */
	SCHEDULE_IS_ABANDONED /* the run ends */
};

/* Deliveries of one session to one endpoint: one at a time is in no queue of
 * this kind, and the others wait here. */
struct schedule_session {
	struct hash_node node; /* first: the session's name */
	struct schedule_endpoint *endpoint;
	struct schedule_session *next; /* of those that want more */
	struct schedule_entry *head, *tail;
	size_t length;
	bool skipped; /* more of them are only in the store */
	char name[];
};

/* A delivery's place in the schedule. */
struct schedule_entry {
	struct outgoing_delivery delivery;
	struct schedule_endpoint *endpoint;
	struct schedule_entry *next; /* in ready, session or request */
	struct schedule_entry *mate; /* goes in one request with it, and
					      is in no queue of its own */
	struct schedule_entry *older, *newer; /* all of its endpoint */
	struct schedule_entry *next_outcome;
	struct schedule_session *session; /* NULL: in no order */
	size_t heap; /* its place in the heap plus 1; 0: not there */
	int64_t due; /* by now, while in the heap */
	int64_t at;  /* the same by wall */
	enum schedule_outcome outcome;
	enum schedule_cause cause;
	bool alone; /* not in a batch any more */
};

enum schedule_consent {
	SCHEDULE_CONSENT_GIVEN, /* or not asked for */
	SCHEDULE_CONSENT_WANTED,
	SCHEDULE_CONSENT_ASKED
};

/* An endpoint's queues and limits; part of what the caller keeps of it. */
struct schedule_endpoint {
	struct schedule_endpoint *next;
	struct schedule_entry *ready, **ready_end;
	struct schedule_entry *oldest, *newest;
	struct hash_table sessions;
	size_t loaded; /* entries */
	size_t quick;  /* of these waiting, those in the quick phase */
	size_t in_flight;
	size_t concurrency;
	double rate, tokens; /* rate 0: any */
	int64_t refilled;
	int64_t not_before; /* Retry-After */
	struct schedule_breaker breaker;
	enum schedule_consent consent;
	uint32_t asked; /* in vain, in a row */
	int64_t ask_at; /* not before */
	bool off;       /* 410, or no consent */
	bool down;      /* its circuit opened max_attempts times in a row */
};

struct schedule_heap {
	struct schedule_entry **entry;
	size_t count, cap;
};

/* One request: a handshake, one delivery, or a batch. */
struct schedule_request {
	struct schedule_endpoint *endpoint;
	struct schedule_entry *entry; /* and what is next of it; or NULL */
	size_t count;
	bool handshake;
	bool again; /* they were in one request before */
};

struct schedule {
	struct schedule_policy policy;
	int64_t now, wall;
	uint64_t random[2];
	struct schedule_endpoint *endpoint, **endpoint_end;
	size_t endpoints;
	struct schedule_heap waiting;
	size_t loaded;
	size_t in_flight;
	bool stopped;   /* nothing new is sent */
	bool underused; /* more could be under way, if there were more */
	/* A pass over all endpoints, which begins with another each time. */
	struct schedule_endpoint *turn, *at;
	size_t each, left; /* requests of each of them, and of ${at} */
	size_t to_visit;   /* endpoints of this pass, with ${at} */
	bool sent;
	/* What this machine was short of: */
	size_t width;        /* requests at once now */
	int64_t short_until; /* none is made before */
	int64_t wider_at;    /* the width doubles */
	struct schedule_entry *outcome, **outcome_end;
	struct schedule_session *wanting;
};

/* ${random} are 128 bits that nobody can guess. */
void schedule_init(struct schedule *s, const struct schedule_policy *p,
    const uint64_t random[2]);
/* Free all entries, those of requests under way as well. */
void schedule_release(struct schedule *s);
void schedule_set_time(struct schedule *s, int64_t now, int64_t wall);
/* The wall clock was set by ${by} ms: nothing is older than before. */
void schedule_step(struct schedule *s, int64_t by);

/* Add an endpoint whose concurrency, rate and consent are set. */
void schedule_add_endpoint(struct schedule *s, struct schedule_endpoint *e);
/* Take it out; it has no entry, and no request under way. */
void schedule_remove_endpoint(struct schedule *s, struct schedule_endpoint *e);

/* ---- Entries ----------------------------------------------------------- */

/* A new entry in no queue, which holds ${event}.  NULL without memory. */
struct schedule_entry *schedule_entry_new(struct outgoing_event *event);
/* The same, which takes the members of ${d}. */
struct schedule_entry *schedule_entry_of(const struct outgoing_delivery *d);
/* Free one that is in no queue.  NULL is a no-op. */
void schedule_entry_free(struct schedule_entry *entry);

enum schedule_added {
	SCHEDULE_ADDED,
	SCHEDULE_SESSION_FULL, /* its session has so many here: it stays in the
				  store, and is asked for later */
	SCHEDULE_NO_MEMORY
};
/* Let ${entry} be sent to ${e}: at once, or when entry->due is, and behind
 * others of its session.  Where it is not added, it stays the caller's. */
enum schedule_added schedule_add(struct schedule *s,
    struct schedule_endpoint *e, struct schedule_entry *entry);

/* Free ${entry}, whose outcome was taken, is not SCHEDULE_WAITS or
 * SCHEDULE_RETURNED, and was dealt with; the next of its session is ready. */
void schedule_finish(struct schedule *s, struct schedule_entry *entry);

/* How many entries of ${e} are held in memory. */
size_t schedule_window(
    const struct schedule *s, const struct schedule_endpoint *e);

/* A session that has none left here, but may have in the store: add up to
 * SCHEDULE_SESSION_LEAST of them, then say whether there may be ${more}.  NULL:
 * there is no such session. */
struct schedule_session *schedule_take_wanting(struct schedule *s);
void schedule_session_loaded(
    struct schedule *s, struct schedule_session *session, bool more);

/* ---- Requests ---------------------------------------------------------- */

/* What is to be sent now?  False: nothing. */
bool schedule_next(struct schedule *s, struct schedule_request *r);

/* When may there be something (by now)?  -1: not without an answer. */
int64_t schedule_next_time(const struct schedule *s);

/* ${r} could not be made for want of memory: it goes back, and its endpoint
 * waits for a second. */
void schedule_unsent(struct schedule *s, struct schedule_request *r);

/* What is new about an endpoint. */
struct schedule_news {
	bool held;      /* by a longer Retry-After */
	bool closed;    /* the circuit: it answers again */
	bool opened;    /* the circuit */
	bool consents;  /* after it was asked in vain */
	bool ask_again; /* it did not answer the handshake */
	bool down;      /* newly */
	bool off;       /* newly */
	bool drop;      /* all that is there: see schedule_drop */
	enum schedule_cause drop_cause;
};

/* What became of ${r}, which was not a handshake?  Outcomes follow. */
void schedule_answered(struct schedule *s, struct schedule_request *r,
    const struct outgoing_answer *a);
/* And what does that say about its endpoint?  Outcomes follow. */
void schedule_judge(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, struct schedule_news *news);
/* What became of a handshake with ${e}?  ${consents}: it said so, to at most
 * ${rate} events a second, 0: any.  Outcomes follow. */
void schedule_handshaken(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, bool consents, double rate,
    struct schedule_news *news);

/* No request could be made: fewer are made for a time.  Return true where that
 * is news. */
bool schedule_was_short(struct schedule *s);

/* ---- Outcomes ---------------------------------------------------------- */

/* The next entry that has one; NULL: there is none. */
struct schedule_entry *schedule_take_outcome(struct schedule *s);

/* Give all of ${e} that can be sent or wait the outcome SCHEDULE_DEAD for
 * ${cause}, but not those behind others of their session: call it again, when
 * the outcomes were finished, until it returns false. */
bool schedule_drop(
    struct schedule *s, struct schedule_endpoint *e, enum schedule_cause cause);

/* Give those that can be sent, and for which the Retry-After of ${e} is too
 * long, the outcome SCHEDULE_EXPIRED.  Return as schedule_drop. */
bool schedule_expire_held(struct schedule *s, struct schedule_endpoint *e);

#endif
