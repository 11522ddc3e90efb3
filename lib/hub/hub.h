/*
 * hub: the registry of a FHIR Subscriptions server, in one SQLite file.
 *
 * Observations are stored, matched to the subscriptions, and become numbered
 * events.  Events become notifications, which are handed on to the channels.
 *
 *	for (each input)
 *		hub_take(...), hub_create(...), hub_settle(...), ...
 *	hub_commit(h, now, &err);
 *	while (hub_next(h, &n))
 *		hub_bundle(h, &n, now, &out, &err), send it
 *
 * Everything since the last hub_commit is one transaction: nothing of it may
 * be shown to anybody before hub_commit returns 0.  After that, no kill and no
 * loss of power undoes it.  In particular:
 *
 *	- The numbers of the events of a subscription count up by 1 from 1.  A
 *	  number is never used twice, and belongs to one Observation.
 *	- A notification to a rest-hook or an e-mail address is handed on until
 *	  hub_settle reports its outcome: again after a restart, with the same
 *	  ID and the same events.
 *	- A notification to a websocket is handed on once.  What it misses, the
 *	  client gets by $events.
 *
 * If hub_commit fails, all of the transaction is undone.
 *
 * Single-threaded.  Times are milliseconds since 1970 of the system clock.
 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "diag/verdict.h"
#include "fhir/notify.h"
#include "hub/filter.h"
#include "hub/subscription.h"
#include "hub/topic.h"
#include "id/id.h"

/* The most subscriptions of a hub. */
#define HUB_SUBSCRIPTIONS_MAX 100000

/* The largest Observation, in bytes.  With the quotes escaped it must fit in a
 * message line of 1 MiB. */
#define HUB_OBSERVATION_MAX ((size_t)256 << 10)

/* The most bytes of Observations in a notification or an answer to $events, if
 * it has more than one. */
#define HUB_BATCH_BYTES ((size_t)384 << 10)

/* The most notifications with events of one subscription whose outcome is not
 * known.  Beyond that, events wait, and are then sent together. */
#define HUB_UNSETTLED_MAX 8

/* A binding token with its final 0 byte; the most subscriptions that it is
 * for; and the most valid tokens. */
#define HUB_TOKEN_MAX 44
#define HUB_BINDING_MAX 256
#define HUB_BINDINGS_MAX 100000

/* The most bytes of an owner, with its final 0 byte. */
#define HUB_OWNER_MAX 257

struct hub;

struct hub_options {
	const char *path;      /* of the file */
	const char *base;      /* URL of the server, without a slash at its
				  end: "https://hub.example/fhir" */
	size_t subscriptions;  /* the most; up to HUB_SUBSCRIPTIONS_MAX */
	uint64_t observations; /* the most that are kept; 1 or more */
	uint64_t bytes;        /* of them all; 1 or more */
	int64_t age_ms;        /* how long they are kept after hub_take */
	struct hub_subscription_options subscription;
};

/* Open the hub in o->path, whose texts must outlive it; create it with mode
 * 0600 if it does not exist.  Only one process can have it open.  Return NULL
 * with ${err}: foreign, damaged, in use, or of a later version. */
struct hub *hub_open(const struct hub_options *o, int64_t now, struct err *err);

/* Close; what was not committed is undone. */
void hub_close(struct hub *h);

/* Turn new events into notifications; end what ends, drop the Observations
 * beyond the limits, make heartbeats that are due; and commit.  Call it after
 * each group of changes, and each second.  Waits for the disk if there were
 * changes.  Return 0; or -1 with ${err}, and everything since the last commit
 * is undone.  Then all pointers to subscriptions are invalid.  If it cannot
 * even be undone, every later call fails. */
int hub_commit(struct hub *h, int64_t now, struct err *err);

/* ---- Observations -------------------------------------------------------- */

enum hub_taken {
	HUB_TAKEN_FAILED = -1, /* the file, or memory: see err */
	HUB_TAKEN_BAD,         /* not a usable Observation: see err */
	HUB_TAKEN_KNOWN,       /* the same was taken before: no event */
	HUB_TAKEN_NEW
};

/* Can hub_take take the Observation ${text}?  Return HUB_TAKEN_NEW if it can, also if
 * it would be known; otherwise as hub_take. */
enum hub_taken hub_can_take(struct hub *h, struct span text, struct err *err);

/* Take the Observation ${text} at ${now}: store it, match it, and count up the
 * events of the subscriptions that it matches; *${matches} is how many.  An
 * Observation without an id gets one, which is derived from its content.
 * Another text with a known id is a new version, and an event. */
enum hub_taken hub_take(struct hub *h, struct span text, int64_t now,
    size_t *matches, struct err *err);

/* Append the newest version of Observation ${id} to ${out}.  Return 1; 0 if
 * there is none, or no longer; or -1 with ${err}. */
int hub_read(struct hub *h, struct span id, struct buf *out, struct err *err);

/* Where a search continues; all zeros is its start. */
struct hub_cursor {
	int64_t time;
	uint64_t number;
};

enum hub_search {
	HUB_SEARCH_FAILED = -1, /* see err */
	HUB_SEARCH_END,
	HUB_SEARCH_FOUND, /* one is appended to out */
	HUB_SEARCH_MORE   /* none yet, after a bounded effort: call again */
};

/* Find the next Observation that ${f} (HUB_FOR_SEARCH) matches: the newest
 * first, by the end of its effective time.  Append its text to ${out}, set
 * *${id} to its id, and move ${c} after it. */
enum hub_search hub_search(struct hub *h, const struct hub_filter *f,
    struct hub_cursor *c, struct buf *out, char id[65], struct err *err);

/* ---- Subscriptions ------------------------------------------------------- */

enum hub_result {
	HUB_FAILED = -1, /* the file, or memory */
	HUB_DONE,
	HUB_INVALID,   /* the resource is refused */
	HUB_NOT_FOUND, /* there is no such subscription */
	HUB_CONFLICT,  /* its version is another */
	HUB_FULL       /* there are too many */
};

/* Create a subscription of ${owner} (any text; its meaning is the caller's).
 * Its status becomes requested, and a handshake is due; that of a websocket
 * becomes active.  On success *${s} is set; otherwise ${issue}.
 *
 * A pointer to a subscription is valid until it is updated or deleted, or
 * hub_commit fails. */
enum hub_result hub_create(struct hub *h, struct span resource,
    struct span owner, int64_t now, const struct hub_subscription **s,
    struct hub_issue *issue);

/* Replace the resource of subscription ${id}; if ${version} is not 0, only if
 * it is its version.  The status of the new resource means:
 *
 *	- requested, active: begin again, as after hub_create; the numbers
 *	  continue.  Events that were not handed on are not sent: the client
 *	  gets them by $events.
 *	- error: as before; only valid if it is in error.
 *	- off: no more events. */
enum hub_result hub_update(struct hub *h, struct span id, uint64_t version,
    struct span resource, int64_t now, const struct hub_subscription **s,
    struct hub_issue *issue);

/* Delete subscription ${id} and its events. */
enum hub_result hub_delete(
    struct hub *h, struct span id, uint64_t version, struct hub_issue *issue);

/* Return the subscription with ${id} or ${number}; NULL if there is none. */
const struct hub_subscription *hub_find(const struct hub *h, struct span id);
const struct hub_subscription *hub_at(const struct hub *h, uint64_t number);

/* Return the subscription with the lowest number above ${number}, or NULL:
 * iterates over all, starting with 0. */
const struct hub_subscription *hub_after(const struct hub *h, uint64_t number);

/* Write the status of ${s} for $status, and its ID to ${id}.  Return 0, or -1
 * if out of memory. */
int hub_put_status(const struct hub *h, const struct hub_subscription *s,
    int64_t now, struct json_writer *w, char id[ID_TEXT_MAX]);

/* Append the answer to $events: those with the numbers ${first} to ${last},
 * inclusive, that are still available, at most HUB_BATCH_MAX and
 * HUB_BATCH_BYTES.  Set *${until} to the last number that the answer covers;
 * the next request would begin after it.  Return 0; or -1 with ${err}. */
int hub_events(struct hub *h, const struct hub_subscription *s, uint64_t first,
    uint64_t last, enum fhir_notify_content content, int64_t now,
    uint64_t *until, struct buf *out, struct err *err);

/* ---- Notifications ------------------------------------------------------- */

struct hub_notification {
	char id[ID_TEXT_MAX]; /* of its message and its Bundle */
	const struct hub_subscription *subscription;
	enum fhir_notify_kind kind;
	uint64_t first, last; /* events, of an event notification */
	/* Of another: when it was formed, and the number of events until then.
	 * Time 0: hub_bundle sets both to what they are. */
	int64_t time;
	uint64_t count;
};

/* Get the next committed notification that is to be handed on.  Return false
 * if there is none at present. */
bool hub_next(struct hub *h, struct hub_notification *n);

/* Append the Bundle of ${n} to ${out}.  It is the same each time.  With events, its
 * timestamp is the time of the last of them, and the number of events since the
 * start is the number of that one.  The caller may also fill in ${n} itself for a
 * handshake on a websocket, as of ${now}: subscription and kind, time 0, and an empty
 * ID, which is then set.  Return 1; 0 if none of its Observations is kept any more,
 * and it cannot be delivered; or -1 with ${err}. */
int hub_bundle(struct hub *h, struct hub_notification *n, int64_t now,
    struct buf *out, struct err *err);

enum hub_outcome {
	HUB_DELIVERED,
	HUB_UNDELIVERABLE /* permanently: it will not be tried again */
};

/* The notification ${id} was delivered, or not, for the reason ${why}.  A
 * handshake that was delivered makes its subscription active; anything that
 * was not puts it in error, and its other notifications are no longer handed
 * on.  Return 1; 0 if no such notification is expected; or -1 with ${err}. */
int hub_settle(struct hub *h, struct span id, enum hub_outcome outcome,
    struct span why, int64_t now, struct err *err);

/* ---- Binding tokens of websockets ---------------------------------------- */

/* Make a token for ${n} subscriptions (their numbers; 1..HUB_BINDING_MAX),
 * valid from ${now} until ${expires}.  Return HUB_DONE, HUB_FULL, or HUB_FAILED with
 * ${err}.  Only a hash of it is stored. */
enum hub_result hub_bind(struct hub *h, const uint64_t *number, size_t n,
    int64_t now, int64_t expires, char token[HUB_TOKEN_MAX], struct err *err);

/* Get the subscriptions of ${token} that still exist, and the time at which it
 * expires.  Return how many; 0 if it is not valid at ${now}; or -1 with
 * ${err}. */
int hub_binding(struct hub *h, struct span token, int64_t now,
    uint64_t number[HUB_BINDING_MAX], int64_t *expires, struct err *err);

/* ---- Counts --------------------------------------------------------------- */

struct hub_counts {
	size_t subscriptions[FHIR_OFF + 1]; /* by status */
	uint64_t observations, bytes;       /* that are kept */
	uint64_t taken, events;             /* since hub_open */
	size_t unsettled;                   /* notifications */
};

void hub_count(const struct hub *h, struct hub_counts *counts);

#endif
