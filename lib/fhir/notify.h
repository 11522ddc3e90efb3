/*
 * fhir/notify: notification Bundles of the Subscriptions R5 Backport guide
 * 1.1.0, for R4B (SubscriptionStatus first) and R4 (Parameters first).
 *
 * A Bundle of type history.  Its first entry has the status of the
 * Subscription and the events; the others have the resources that the events
 * are about.
 */
#ifndef FHIR_NOTIFY_H
#define FHIR_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "fhir/fhir.h"
#include "id/id.h"
#include "json/json.h"

/* The largest event number: 2^53 - 1, which every JSON reader keeps exactly. */
#define FHIR_NOTIFY_NUMBER_MAX ((INT64_C(1) << 53) - 1)

enum fhir_notify_kind {
	FHIR_HANDSHAKE,
	FHIR_HEARTBEAT,
	FHIR_EVENT_NOTIFICATION,
	FHIR_QUERY_STATUS, /* only for fhir_notify_put_status */
	FHIR_QUERY_EVENT
};

enum fhir_notify_content {
	FHIR_EMPTY,   /* event numbers and times */
	FHIR_ID_ONLY, /* and references to the resources */
	FHIR_FULL_RESOURCE
};

enum fhir_notify_status {
	FHIR_REQUESTED,
	FHIR_ACTIVE,
	FHIR_ERROR,
	FHIR_OFF
};

struct fhir_notify_event {
	uint64_t number;      /* 1..FHIR_NOTIFY_NUMBER_MAX */
	int64_t time;         /* milliseconds since 1970 */
	struct span id;       /* of the Observation: a FHIR id */
	struct span resource; /* the Observation as JSON: only read for
				 FHIR_FULL_RESOURCE */
};

struct fhir_notify {
	enum fhir_notify_kind kind;
	enum fhir_version version;
	enum fhir_notify_content content;
	struct span id;   /* of the Bundle: a UUID, such as of fhir_notify_id */
	struct span base; /* "https://hub.example/fhir", without a
				     slash at its end */
	struct span subscription; /* its FHIR id */
	struct span topic;        /* its canonical URL; n 0: omitted */
	enum fhir_notify_status status;
	uint64_t count;    /* events since the Subscription started */
	int64_t time;      /* of the notification, milliseconds since 1970 */
	struct span error; /* why the status is FHIR_ERROR; n 0: none */
	const struct fhir_notify_event *event; /* in the order of number */
	size_t events;                         /* 0 in handshake, heartbeat */
};

/* Return the FHIR code of ${kind}, ${content} or ${status}: "handshake",
 * "id-only", "requested". */
const char *fhir_notify_kind_code(enum fhir_notify_kind kind);
const char *fhir_notify_content_code(enum fhir_notify_content content);
const char *fhir_notify_status_code(enum fhir_notify_status status);

/* Write an ID for ${n} to ${id}, which is derived from the Subscription, the
 * kind, and the events; without events, from the time: the same notification
 * always has the same ID.  Return 0, or -1 if out of memory. */
int fhir_notify_id(const struct fhir_notify *n, char id[ID_TEXT_MAX]);

/* Append the Bundle of ${n} to ${out}.  Return 0, or -1 if out of memory. */
int fhir_notify_write(const struct fhir_notify *n, struct buf *out);

/* Write only the SubscriptionStatus (R4B) or Parameters (R4) of ${n}, for the
 * searchset of $status. */
void fhir_notify_put_status(const struct fhir_notify *n, struct json_writer *w);

/* ---- Notifications of a maker ---------------------------------------------- */

struct fhir_notify_options {
	struct span base, subscription; /* see fhir_notify_split */
	struct span topic;              /* n 0: omitted */
	enum fhir_notify_content content;
	uint64_t after; /* the number of the last event before */
};

/* Split ${url}, which fhir_reference_wrong accepts as a reference to a
 * Subscription, into its base and its id.  Return 0, or -1 if it is not an
 * absolute URL. */
int fhir_notify_split(struct span url, struct span *base, struct span *id);

/* Can ${url} be a canonical URL: at most FHIR_REFERENCE_MAX printable ASCII
 * characters without spaces, with a scheme? */
bool fhir_notify_topic_ok(struct span url);

/* Append a handshake or a heartbeat, as the options of ${m} request, to the
 * record of ${out}.  Return a verdict; unless it is good, with ${err}.
 *
 * With such options, fhir_take appends an event notification: one event for
 * each resource, with the next numbers. */
enum verdict fhir_notify_take(struct fhir_maker *m, enum fhir_notify_kind kind,
    int64_t now, struct ndjson_writer *out, struct err *err);

#endif
