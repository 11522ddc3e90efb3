/*
 * schedule: decides when each delivery may be sent to its endpoint.
 *
 * It does no I/O and reads no clock.  The caller sets the time, adds
 * deliveries, asks for the next request, reports its answer, and takes the
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
 * The scheduler enforces
 *
 *	- the order within a session, if the policy asks for it: one delivery
 *	  at a time;
 *	- that a batch that failed is sent again as the same batch;
 *	- pauses, circuit breakers, rates, Retry-After, consent, and limits on
 *	  concurrent requests.
 *
 * There are two clocks, both in milliseconds.  Waiting is measured by ${now},
 * which never jumps.  Ages are measured by ${wall}, the wall clock.
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

/* Limits on the deliveries of one session that wait in memory, if a store has
 * the others.  Within these limits a session gets its share of the window of
 * its endpoint (schedule_window). */
#define SCHEDULE_SESSION_LEAST 16
#define SCHEDULE_SESSION_MAX 256

struct schedule_endpoint;

enum schedule_outcome {
	SCHEDULE_DELIVERED,
	SCHEDULE_DEAD,
	SCHEDULE_EXPIRED,
	SCHEDULE_WAITS,    /* until entry->at, in the schedule */
	SCHEDULE_LEAVES,   /* waits until entry->at, but in the store */
	SCHEDULE_RETURNED, /* ready again: the request was cancelled */
	SCHEDULE_REVOKED   /* its event was: see schedule_revoke */
};

/* The reason for an outcome. */
enum schedule_cause {
	SCHEDULE_BY_ANSWER,
	SCHEDULE_TOO_LATE,    /* the next attempt would be after give_up */
	SCHEDULE_NEVER_SENT,  /* no request could be made before give_up */
	SCHEDULE_HELD,        /* Retry-After ends after give_up */
	SCHEDULE_IS_DOWN,     /* the endpoint is down */
	SCHEDULE_IS_OFF,      /* the endpoint has just been switched off */
	SCHEDULE_WAS_OFF,     /* the endpoint was already switched off */
	SCHEDULE_IS_ABANDONED /* the run ends */
};

/* The deliveries of one session to one endpoint.  The current delivery is
 * ready, waiting for its time, or under way.  The others wait in this list. */
struct schedule_session {
	struct hash_node node; /* first: the session's name */
	struct schedule_endpoint *endpoint;
	struct schedule_session *next; /* in schedule.wanting */
	struct schedule_entry *head, *tail;
	size_t length;
	bool skipped; /* the store has more of them */
	char name[];
};

/* A delivery in the schedule. */
struct schedule_entry {
	struct outgoing_delivery delivery;
	struct schedule_endpoint *endpoint;
	struct schedule_entry *next; /* in ready, session or request */
	struct schedule_entry *mate; /* sent in the same request; only the
					      first of the mates is queued */
	struct schedule_entry *older, *newer; /* all of its endpoint */
	struct schedule_entry *next_outcome;
	struct schedule_session *session; /* NULL: not ordered */
	size_t heap; /* its index in the heap plus 1; 0: not in it */
	int64_t due; /* when its wait ends (now) */
	int64_t at;  /* the same (wall) */
	enum schedule_outcome outcome;
	enum schedule_cause cause;
	bool alone; /* must no longer be sent in a batch */
};

enum schedule_consent {
	SCHEDULE_CONSENT_GIVEN, /* or not required */
	SCHEDULE_CONSENT_WANTED,
	SCHEDULE_CONSENT_ASKED
};

/* The queues and limits of an endpoint.  The caller embeds this struct in its
 * own struct for the endpoint. */
struct schedule_endpoint {
	struct schedule_endpoint *next;
	struct schedule_entry *ready, **ready_end;
	struct schedule_entry *oldest, *newest;
	struct hash_table sessions;
	size_t loaded; /* entries in memory */
	size_t quick;  /* waiting entries in the quick phase */
	size_t in_flight;
	size_t concurrency;
	double rate, tokens; /* rate: events per second; 0: unlimited */
	int64_t refilled;
	int64_t not_before; /* Retry-After (now) */
	struct schedule_breaker breaker;
	enum schedule_consent consent;
	uint32_t asked; /* handshakes in a row without an answer */
	int64_t ask_at; /* no handshake before this (now) */
	bool off;       /* answered 410, or gave no consent */
	bool down;      /* its circuit opened, or a handshake got no answer,
			   max_attempts times in a row */
};

struct schedule_heap {
	struct schedule_entry **entry;
	size_t count, cap;
};

/* One request: a handshake, a single delivery, or a batch. */
struct schedule_request {
	struct schedule_endpoint *endpoint;
	struct schedule_entry *entry; /* linked by next; NULL: a handshake */
	size_t count;
	bool handshake;
	bool again; /* a batch that was sent before */
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
	bool stopped;   /* no new requests */
	bool underused; /* there is capacity for more requests */
	/* A pass over all endpoints.  Each pass begins one endpoint further. */
	struct schedule_endpoint *turn, *at;
	size_t each, left; /* requests for each endpoint, left for ${at} */
	size_t to_visit;   /* endpoints left in this pass, including ${at} */
	bool sent;
	/* After this machine ran out of descriptors, ports or memory: */
	size_t width;        /* limit on concurrent requests for now */
	int64_t short_until; /* no request before this */
	int64_t wider_at;    /* when the width doubles */
	struct schedule_entry *outcome, **outcome_end;
	struct schedule_session *wanting;
};

/* Set ${s} up with a copy of ${p}.  ${random} is 128 unpredictable bits. */
void schedule_init(struct schedule *s, const struct schedule_policy *p,
    const uint64_t random[2]);
/* Free all entries, including those of requests under way.  The endpoints
 * still belong to the caller. */
void schedule_release(struct schedule *s);
/* Set the time: ${now} is monotonic, ${wall} is the wall clock, both in ms. */
void schedule_set_time(struct schedule *s, int64_t now, int64_t wall);
/* Adjust all entries after the wall clock was set forward by ${by} ms (back if
 * negative), so that the step does not change their age. */
void schedule_step(struct schedule *s, int64_t by);

/* Add ${e}, whose concurrency, rate and consent the caller has set.  ${e}
 * belongs to the caller and must stay in place until it is removed. */
void schedule_add_endpoint(struct schedule *s, struct schedule_endpoint *e);
/* Remove ${e}.  It must have no entry and no request under way. */
void schedule_remove_endpoint(struct schedule *s, struct schedule_endpoint *e);

/* ---- Entries ----------------------------------------------------------- */

/* Create an entry for ${event}, and take a reference to the event.  Return NULL
 * if memory runs out.  The entry belongs to the caller until it is added. */
struct schedule_entry *schedule_entry_new(struct outgoing_event *event);
/* Create an entry from ${d}.  It takes over the event reference and the error
 * text of ${d}.  Return NULL if memory runs out; ${d} is then unchanged. */
struct schedule_entry *schedule_entry_of(const struct outgoing_delivery *d);
/* Free an entry that is not in the schedule.  NULL is a no-op. */
void schedule_entry_free(struct schedule_entry *entry);

enum schedule_added {
	SCHEDULE_ADDED,
	SCHEDULE_SESSION_FULL, /* its session has enough entries in memory;
				  see schedule_take_wanting */
	SCHEDULE_NO_MEMORY
};
/* Add ${entry}, to be sent to ${e} as soon as possible, or at entry->due if
 * that is later, and after the earlier entries of its session.  The schedule
 * owns it if SCHEDULE_ADDED is returned; otherwise the caller still does. */
enum schedule_added schedule_add(struct schedule *s,
    struct schedule_endpoint *e, struct schedule_entry *entry);

/* Remove and free ${entry} after its outcome has been taken and handled.  The
 * outcome must not be SCHEDULE_WAITS or SCHEDULE_RETURNED.  The next entry of
 * its session can then be sent. */
void schedule_finish(struct schedule *s, struct schedule_entry *entry);

/* Return how many entries of ${e} should be in memory at most. */
size_t schedule_window(
    const struct schedule *s, const struct schedule_endpoint *e);

/* Return a session that has no entries left in memory but may have deliveries
 * in the store, or NULL if there is none.  The caller adds up to
 * SCHEDULE_SESSION_LEAST of these deliveries.  It then calls
 * schedule_session_loaded with ${more} true if the store may have more. */
struct schedule_session *schedule_take_wanting(struct schedule *s);
void schedule_session_loaded(
    struct schedule *s, struct schedule_session *session, bool more);

/* ---- Requests ---------------------------------------------------------- */

/* Fill in ${r} with the next request to send.  Return false if nothing can be
 * sent now.  The entries of ${r} still belong to the schedule. */
bool schedule_next(struct schedule *s, struct schedule_request *r);

/* Return the time (now) at which schedule_next should be called again; -1 if
 * only an answer or a new entry can change anything. */
int64_t schedule_next_time(const struct schedule *s);

/* Undo ${r}, which could not be sent because memory ran out.  Its entries are
 * ready again, and its endpoint waits for a second. */
void schedule_unsent(struct schedule *s, struct schedule_request *r);

/* State changes of an endpoint. */
struct schedule_news {
	bool held;      /* by a longer Retry-After */
	bool closed;    /* the circuit has closed */
	bool opened;    /* the circuit has opened */
	bool consents;  /* after handshakes that got no answer */
	bool ask_again; /* the handshake got no answer */
	bool down;      /* it has gone down */
	bool off;       /* it has been switched off */
	bool drop;      /* the caller should call schedule_drop */
	enum schedule_cause drop_cause;
};

/* Each of the next three functions may create outcomes; take them afterwards.
 *
 * Apply the answer ${a} to the entries of ${r}, which is not a handshake. */
void schedule_answered(struct schedule *s, struct schedule_request *r,
    const struct outgoing_answer *a);
/* Apply the same answer to its endpoint ${e}.  Fill in ${news}. */
void schedule_endpoint_answered(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, struct schedule_news *news);
/* Apply the answer to a handshake with ${e}.  ${consents} is whether the
 * endpoint consented, and ${rate} how many events per second it accepts (0:
 * unlimited).  Fill in ${news}. */
void schedule_handshaken(struct schedule *s, struct schedule_endpoint *e,
    const struct outgoing_answer *a, bool consents, double rate,
    struct schedule_news *news);

/* Report that this machine could not make a request.  For some time fewer are
 * made.  Return true if the number of requests was not yet limited. */
bool schedule_was_short(struct schedule *s);

/* ---- Outcomes ---------------------------------------------------------- */

/* Return the next entry that has an outcome; NULL if there is none.  The entry
 * still belongs to the schedule: see schedule_finish. */
struct schedule_entry *schedule_take_outcome(struct schedule *s);

/* Give the entries of ${e} that are ready or waiting for their time the outcome
 * SCHEDULE_DEAD with ${cause}.  Return true if there were any.  Entries queued
 * in a session become ready when the outcome before them is finished, so call
 * this, and finish the outcomes, until it returns false. */
bool schedule_drop(
    struct schedule *s, struct schedule_endpoint *e, enum schedule_cause cause);

/* Give the entries of ${e} that are ready or waiting for their time, and whose
 * event is revoked, the outcome SCHEDULE_REVOKED.  Return true if there were
 * any; call it again as described for schedule_drop.  An entry that is under way
 * or behind it in its session stays; call this before schedule_next until there
 * is none. */
bool schedule_revoke(struct schedule *s, struct schedule_endpoint *e);

/* Give the ready entries of ${e} that would expire before its Retry-After ends
 * the outcome SCHEDULE_EXPIRED.  Return true if there were any; call it again
 * as described for schedule_drop. */
bool schedule_expire_held(struct schedule *s, struct schedule_endpoint *e);

#endif
