/* Private to lib/hub: the hub in memory. */
#ifndef HUB_INTERNAL_H
#define HUB_INTERNAL_H

#include "hash/table.h"
#include "hub/hub.h"
#include "hub/match.h"
#include "hub/observation.h"
#include "hub/store.h"

/* A notification that is to be handed on, or whose outcome is not known. */
struct hub_outgoing {
	/* First: see hub_outgoing_find.  In hub.expected, unless it is for a
	 * websocket. */
	struct hash_node by_id;
	char id[ID_TEXT_MAX];
	struct hub_member *member; /* NULL: it was cancelled */
	enum fhir_notify_kind kind;
	/* Events; of a handshake or a heartbeat, the time at which it was formed,
	 * and the number of events until then, both 0 if an earlier version stored
	 * it. */
	uint64_t first, last;
	bool durable;               /* is in the store */
	bool queued;                /* is in hub.ready or hub.formed */
	bool handed;                /* was handed on before */
	struct hub_outgoing *next;  /* in that queue */
	struct hub_outgoing *other; /* of the same member */
};

struct hub_queue {
	struct hub_outgoing *first, **end;
};

/* A subscription. */
struct hub_member {
	struct hash_node by_id; /* first: see hub_member_find */
	struct hub_subscription *s;
	struct hub_entry entry;
	uint64_t formed; /* the last event that is in a notification, or that
			    will not be sent */
	bool handshake;  /* is to be formed */
	bool changed;    /* since the last commit; is in hub.changed */
	size_t unsettled;
	struct hub_outgoing *outgoing;
	struct hub_member *next_changed;
};

struct hub {
	struct hub_options o;
	struct sqlite *store;
	bool open;    /* a transaction */
	bool spoiled; /* the transaction cannot be committed: see why */
	bool broken;  /* neither could it be undone */
	struct err why;
	struct id_maker ids;

	struct hub_member **member; /* in the order of their numbers */
	size_t members, cap;
	struct hash_table by_id;
	struct hub_match match;
	struct hub_member *changed;
	int64_t checked; /* when ends and heartbeats were last examined */

	struct hash_table expected; /* the outgoing, by ID */
	struct hub_queue formed;    /* in this transaction */
	struct hub_queue ready;

	struct hub_observation observation;
	struct buf text;      /* scratch */
	uint64_t kept, bytes; /* Observations */
	int64_t oldest;       /* when the oldest of them was taken */
	/* In this transaction: Observations, and their events. */
	uint64_t new_taken, new_events;
	uint64_t bindings; /* tokens */
	uint64_t taken, events;
};

/* ---- Transactions (transaction.c) ------------------------------------------ */

/* Begin a transaction unless one is open.  Return 0; or -1 with ${err}. */
int hub_begin(struct hub *h, struct err *err);

/* A change failed, for the reason ${err}: the transaction can only be undone.
 * Return -1. */
int hub_spoil(struct hub *h, const struct err *err);

/* ---- Members (member.c) ----------------------------------------------------- */

/* Add ${s}, which the hub then owns.  Return NULL if out of memory. */
struct hub_member *hub_member_add(struct hub *h, struct hub_subscription *s);

/* Remove ${m}, which has no outgoing, and free it. */
void hub_member_remove(struct hub *h, struct hub_member *m);

/* Give ${m} the subscription ${s}, with the same id, instead of its own, which
 * is freed.  Return 0; or -1 if out of memory, and then the transaction must be
 * undone. */
int hub_member_replace(
    struct hub *h, struct hub_member *m, struct hub_subscription *s);

/* Return the member with ${id}, or NULL. */
struct hub_member *hub_member_find(const struct hub *h, struct span id);

/* Return the index of the first member whose number is ${number} or above. */
size_t hub_member_index(const struct hub *h, uint64_t number);

/* Its state is to be saved, and its events formed, by the next commit. */
void hub_member_changed(struct hub *h, struct hub_member *m);

/* Set the owner of ${s}, a copy.  Return 0, or -1 if out of memory. */
int hub_member_own(struct hub_subscription *s, struct span owner);

/* ---- Outgoing (outgoing.c) -------------------------------------------------- */

void hub_queue_init(struct hub_queue *q);

/* Add a copy of ${like}, with its ID, member, kind, events and durability, to
 * ${queue}.  Return 0, or -1 if out of memory. */
int hub_outgoing_add(
    struct hub *h, struct hub_queue *queue, const struct hub_outgoing *like);

/* Return the outgoing notification with ${id} whose outcome is expected, or
 * NULL; remove it and free it. */
struct hub_outgoing *hub_outgoing_find(const struct hub *h, struct span id);
void hub_outgoing_remove(struct hub *h, struct hub_outgoing *o);

/* Move all of h->formed to the end of h->ready. */
void hub_outgoing_commit(struct hub *h);

/* Cancel the notifications of ${m}; what is in the store of them is deleted by
 * the caller. */
void hub_outgoing_cancel(struct hub *h, struct hub_member *m);

/* Free all. */
void hub_outgoing_clear(struct hub *h);

/* Append the IDs, with their final 0 bytes, of those that were handed on and
 * whose outcome is expected to ${ids}; mark those with ${ids} as handed on. */
void hub_outgoing_handed(const struct hub *h, struct buf *ids);
void hub_outgoing_mark(struct hub *h, struct span ids);

/* ---- Forming (form.c) ------------------------------------------------------- */

/* Form what ${m} has to send, and save its state.  Return 0, or -1 with
 * ${err}. */
int hub_form(struct hub *h, struct hub_member *m, int64_t now, struct err *err);

/* End the subscriptions that end, and form heartbeats.  Return as hub_form. */
int hub_check(struct hub *h, int64_t now, struct err *err);

/* The status of ${m} becomes ${status}, with the error ${why}. */
void hub_set_status(struct hub *h, struct hub_member *m,
    enum fhir_notify_status status, struct span why, int64_t now);

/* Cancel all notifications of ${m}, also in the store: its events up to now
 * are not sent.  Return 0, or -1 with ${err}. */
int hub_stop(struct hub *h, struct hub_member *m, struct err *err);

/* ---- Observations (take.c) -------------------------------------------------- */

/* Drop the Observations beyond the limits, a bounded number.  Return 0, or -1
 * with ${err}. */
int hub_expire(struct hub *h, int64_t now, struct err *err);

#endif
