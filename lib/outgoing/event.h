/*
 * outgoing/event: what one input line asks to be sent.
 *
 * Event lines, CloudEvents, FHIR resources and other JSON objects are their
 * own body; a message has the body in "payload".  A line that is not a FHIR
 * resource may say where it is sent ("endpoint", an http or https URL) and with
 * which further headers ("headers"): outside a message these two are removed
 * from the body.  A dead letter is the line that once failed, with
 * "deadLetter" as its last member, which is removed again.
 */
#ifndef OUTGOING_EVENT_H
#define OUTGOING_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "message/message.h"
#include "json/json.h"

/* Further headers that one line may ask for. */
#define OUTGOING_HEADERS_MAX 16

struct outgoing_event {
	uint32_t refs;     /* its deliveries, and whoever reads it */
	int64_t seq;       /* its number in the spool; 0 without one */
	int64_t accepted;  /* wall clock, ms */
	int64_t time;      /* of the event; as accepted where it has none */
	int64_t timestamp; /* of a message's own signature; 0: none */
	struct span line;  /* without "deadLetter" */
	struct span id;    /* id_usable */
	struct span body;
	struct span type;     /* n 0: none */
	struct span session;  /* what --order session keeps in order; n 0 */
	struct span endpoint; /* URL of its own; n 0: none */
	struct span content_type;
	struct span signature;                    /* of a message; n 0: none */
	struct span header[OUTGOING_HEADERS_MAX]; /* "Name: value" */
	size_t headers;
	bool cloudevent;                  /* the body is a CloudEvent in JSON */
	bool replayed;                    /* it came as a dead letter */
	struct span dead_letter_endpoint; /* of a dead letter; n 0 */
	size_t size;                      /* bytes in memory */
	size_t *held;                     /* of the reader */
	char bytes[];
};

/* Reads lines.  Keeps its buffers between them, and must outlive their events, which
 * count in it. */
struct outgoing_reader {
	size_t held; /* bytes of events in memory, for a bound */
	struct message_reader message;
	struct json_scan scan;
	struct buf line;
	struct buf text; /* strings that are nowhere in the line */
};

void outgoing_reader_init(struct outgoing_reader *r);
void outgoing_reader_release(struct outgoing_reader *r);

/* Read ${line}, accepted at ${accepted}.  Return an event with one reference;
 * or NULL with ${err}, and errno ENOMEM if memory ran out, 0 if the line is
 * bad. */
struct outgoing_event *outgoing_event_read(struct outgoing_reader *r,
    struct span line, int64_t accepted, struct err *err);

/* Take one more reference; give one back, and free the event with the last one. */
void outgoing_event_hold(struct outgoing_event *e);
void outgoing_event_drop(struct outgoing_event *e); /* NULL is a no-op */

#endif
