/*
 * outgoing/request: what one request carries: one event, or a batch of
 * CloudEvents, its ID, and its headers, signed anew for each attempt.
 */
#ifndef OUTGOING_REQUEST_H
#define OUTGOING_REQUEST_H

#include "id/id.h"
#include "outgoing/event.h"
#include "sign/sign.h"

/* Headers that are ours: ID, timestamp, signature, content type, origin, and
 * what schemes add. */
#define OUTGOING_OWN_HEADERS 12

/* The most bytes of bodies in a batch of more than one. */
#define OUTGOING_BATCH_BYTES_MAX ((size_t)1 << 20)

struct outgoing_request {
	char id[ID_MAX + 1];
	bool is_batch;
	struct span body; /* the event's, or in batch */
	struct span type;
	struct buf batch;
};

/* The headers of a request, ours first, then those that the line asks for and
 * that are not ours.  Storage of the caller, used for one after the other. */
struct outgoing_headers {
	struct span header[OUTGOING_OWN_HEADERS + OUTGOING_HEADERS_MAX];
	size_t own, count;
	struct buf text;
	size_t at[OUTGOING_OWN_HEADERS], n[OUTGOING_OWN_HEADERS];
};

/* Let ${r} carry ${event}, which stays in place. */
void outgoing_request_single(
    struct outgoing_request *r, const struct outgoing_event *event);

/* Let ${r} carry a batch: begin, add each event, end.  The ID is made of those
 * of its events, so that the same batch sent again has the same ID.  ${ids} is
 * scratch.  The last returns 0, or -1 without memory. */
void outgoing_batch_begin(struct outgoing_request *r, struct buf *ids);
void outgoing_batch_add(struct outgoing_request *r, struct buf *ids,
    const struct outgoing_event *event);
int outgoing_batch_end(struct outgoing_request *r, struct buf *ids);

/* Make the headers of ${r}, whose first event is ${event}: signed with ${keys}
 * at ${time} (s since 1970), or, where that is NULL, with the signature that a
 * message brought; ${origin} is a whole header, or NULL.  The spans point into
 * ${h}, ${event} and ${origin}.  Return 0, or -1 without memory. */
int outgoing_headers_make(struct outgoing_headers *h,
    const struct outgoing_request *r, const struct outgoing_event *event,
    struct sign_keys *keys, int64_t time, const char *origin);

#endif
