/*
 * outgoing/request: the content of one request, which is one event or a batch
 * of CloudEvents: its body, its ID, and its headers.  Each attempt is signed
 * again.
 *
 * A CloudEvent can be sent in binary content mode, in which its attributes are
 * headers.  Those of a message that was received in this mode are sent again.
 */
#ifndef OUTGOING_REQUEST_H
#define OUTGOING_REQUEST_H

#include "cloudevent/split.h"
#include "id/id.h"
#include "outgoing/event.h"
#include "sign/sign.h"

/* The most headers that are not from the line: content type, ID, timestamp,
 * signature, origin, those of signature schemes, and attributes. */
#define OUTGOING_OWN_HEADERS (12 + CLOUDEVENT_ATTRIBUTES_MAX)

/* The most bytes of bodies in a batch of more than one event. */
#define OUTGOING_BATCH_BYTES_MAX ((size_t)1 << 20)

struct outgoing_request {
	char id[ID_MAX + 1];
	bool is_batch;
	struct span body; /* in the event or in batch */
	struct span type;
	struct buf batch; /* or the decoded data of an event */
	const struct cloudevent_split *attributes; /* NULL: of the event */
};

/* The headers of a request: our own, then those of the line, without any that
 * have the name of an own one.  The caller may reuse this for the next
 * request. */
struct outgoing_headers {
	struct span header[OUTGOING_OWN_HEADERS + OUTGOING_HEADERS_MAX];
	size_t own, count;
	struct buf text;
	size_t at[OUTGOING_OWN_HEADERS], n[OUTGOING_OWN_HEADERS];
};

/* Fill in ${r} with ${event}, which must stay in place while ${r} is used. */
void outgoing_request_single(
    struct outgoing_request *r, const struct outgoing_event *event);

/* Change ${r}, which is ${event}, to binary mode, if it is a CloudEvent that can
 * be sent so and has no signature of its own.  ${s}, which ${r} uses, must stay
 * in place until the headers are made.  Return 0, or -1 if memory ran out. */
int outgoing_request_binary(struct outgoing_request *r,
    const struct outgoing_event *event, struct cloudevent_split *s);

/* Fill in ${r} with a batch: begin, add each event, end.  The ID of the batch
 * is a hash of the IDs of its events, so the same batch has the same ID when it
 * is sent again.  ${ids} is scratch space.  outgoing_batch_end returns 0, or -1
 * if memory ran out. */
void outgoing_batch_begin(struct outgoing_request *r, struct buf *ids);
void outgoing_batch_add(struct outgoing_request *r, struct buf *ids,
    const struct outgoing_event *event);
int outgoing_batch_end(struct outgoing_request *r, struct buf *ids);

/* Make the headers ${h} of ${r}, whose first event is ${event}.  Sign with
 * ${keys} at ${time} (s since 1970).  If ${keys} is NULL, use the signature of
 * the message, if there is one.  ${origin} is a complete header, or NULL.
 *
 * The spans point into ${h}, ${event} and ${origin}.  Return 0, or -1 if memory
 * ran out. */
int outgoing_headers_make(struct outgoing_headers *h,
    const struct outgoing_request *r, const struct outgoing_event *event,
    struct sign_keys *keys, int64_t time, const char *origin);

#endif
