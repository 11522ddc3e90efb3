/*
 * receive/payload: parses a verified body: one payload, or a batch.
 */
#ifndef RECEIVE_PAYLOAD_H
#define RECEIVE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "diag/err.h"
#include "json/json.h"

enum receive_type {
	RECEIVE_TYPE_NONE,  /* no Content-Type, or an unsupported one */
	RECEIVE_TYPE_JSON,  /* application/json, application/…+json */
	RECEIVE_TYPE_BATCH, /* application/cloudevents-batch+json */
	RECEIVE_TYPE_JOSE   /* application/jose: a compact JWE */
};

/* Parse the value of a Content-Type header; parameters are ignored. */
enum receive_type receive_type_of(struct span content_type);

struct receive_item {
	struct span id;   /* of an event of a batch; p NULL: that of the
			     request */
	struct span text; /* its JSON, in the body */
};

struct receive_items {
	struct json_index index;
	struct json_scan scan;
	struct receive_item *item;
	size_t count;
	size_t cap;
	struct buf ids;
};

void receive_items_init(struct receive_items *t);
void receive_items_release(struct receive_items *t);

/*
 * Check that ${body} is of ${type} and list its items: one JSON object, one
 * JWE, or the events of a batch, each a CloudEvent with "source" and "id".
 * Return 0; or -1 with the reason in ${err}.  If memory ran out, *${memory} is
 * set.
 */
int receive_items_read(struct receive_items *t, enum receive_type type,
    struct span body, bool *memory, struct err *err);

/* Make ${text} the only item.  Return 0, or -1 if memory ran out. */
int receive_items_one(struct receive_items *t, struct span text);

/* Append ${json} as one line: its line ends, which can only be between tokens,
 * become blanks. */
void receive_add_line(struct buf *out, struct span json);

#endif
