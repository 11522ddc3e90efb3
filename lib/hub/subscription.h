/*
 * hub/subscription: a Subscription resource (R4, R4B) that follows the
 * Subscriptions R5 Backport guide 1.1.0.
 *
 * What is not supported is refused rather than ignored.  The text of the
 * resource is kept and returned as the client wrote it, except for the members
 * that the hub maintains: id, meta.versionId, meta.lastUpdated, status, error.
 */
#ifndef HUB_SUBSCRIPTION_H
#define HUB_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "fhir/notify.h"
#include "hub/filter.h"
#include "hub/topic.h"
#include "id/id.h"

/* Limits, in bytes: of the resource; an endpoint; a content type; a header. */
#define HUB_RESOURCE_MAX ((size_t)64 << 10)
#define HUB_ENDPOINT_MAX 2048
#define HUB_PAYLOAD_MAX 128
#define HUB_HEADER_MAX 8192

/* The most headers of a channel. */
#define HUB_HEADERS_MAX 16

/* The most events in one notification, also if backport-max-count is larger. */
#define HUB_BATCH_MAX 100

/* The shortest and the longest heartbeat period, and the longest timeout, in
 * seconds. */
#define HUB_HEARTBEAT_MIN 1
#define HUB_HEARTBEAT_MAX 86400
#define HUB_TIMEOUT_MAX 86400

/* The longest text of an error, in bytes, with its final 0 byte. */
#define HUB_ERROR_MAX 256

/* Why a resource or a parameter is refused, as an OperationOutcome says it. */
struct hub_issue {
	const char *code;     /* of IssueType: "required", "value", … */
	char expression[160]; /* "Subscription.channel.endpoint"; or empty */
	struct err err;       /* what is wrong */
};

enum hub_channel {
	HUB_REST_HOOK,
	HUB_WEBSOCKET,
	HUB_EMAIL
};

/* Texts are owned by the subscription and end with a 0 byte. */
struct hub_subscription {
	/* From the resource: */
	enum hub_channel channel;
	const char *endpoint; /* https URL, "mailto:…", or "" (websocket) */
	const char *payload;  /* the content type */
	enum fhir_version version; /* by fhirVersion of the content type */
	enum fhir_notify_content content;
	const char *header[HUB_HEADERS_MAX]; /* "Name: value" */
	size_t headers;
	const struct hub_topic *topic;
	struct hub_filter *filter; /* within the topic; never NULL */
	unsigned heartbeat_s;      /* 0: none */
	unsigned timeout_s;        /* of a delivery; 0: not given */
	unsigned max_count;        /* events in a notification, 1 or more */
	int64_t end;               /* when it ends; INT64_MAX: never */
	struct span text;          /* the resource, as written by the client */

	/* From the hub: */
	uint64_t number;      /* its key: never used twice in a hub */
	char id[ID_TEXT_MAX]; /* its FHIR id, a UUID */
	uint64_t version_id;  /* counts up with each change */
	int64_t updated;      /* the time of the last change */
	char *owner;          /* as given to hub_create */
	enum fhir_notify_status status;
	char error[HUB_ERROR_MAX]; /* if status is FHIR_ERROR */
	uint64_t count;            /* events since it started */
	int64_t sent; /* the time of its last notification; 0: none */

	char *memory; /* private: what the texts point into */
};

struct hub_subscription_options {
	bool allow_http;              /* endpoints with plain http */
	unsigned heartbeat_min_s;     /* at least HUB_HEARTBEAT_MIN */
	bool withheld[HUB_EMAIL + 1]; /* channels that are not available */
};

/* Parse and check ${resource}, of which it makes a copy.  Its status becomes
 * that of the resource; the other members of the hub are 0.  Return NULL with
 * ${issue}, whose code is "exception" if memory ran out. */
struct hub_subscription *hub_subscription_new(struct span resource,
    const struct hub_subscription_options *o, struct hub_issue *issue);
void hub_subscription_free(struct hub_subscription *s);

/* Append the resource as it is now to ${out}. */
void hub_subscription_write(const struct hub_subscription *s, struct buf *out);

/* Return the code of the channel: "rest-hook", "websocket", "email". */
const char *hub_channel_code(enum hub_channel channel);

#endif
