/*
 * deliver/event: what one input line asks to be sent.
 *
 * Event lines, CloudEvents, FHIR resources and other JSON objects are their
 * own body; a message carries the body in "payload".  A line that is no FHIR
 * resource may say where it goes ("endpoint", an http or https URL) and with
 * which further headers ("headers"): outside a message these two are taken
 * out of the body.  A dead letter is the line that once failed, with
 * "deadLetter" as its last member, which is taken off again.
 */
#ifndef DELIVER_EVENT_H
#define DELIVER_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "diag/err.h"
#include "message/message.h"
#include "json/json.h"

/* Further headers that one line may ask for. */
#define DELIVER_LINE_HEADERS_MAX 16

struct deliver_event {
	uint32_t refs;     /* jobs that hold it, and its maker */
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
	struct span signature; /* of a message; n 0: none */
	struct span header[DELIVER_LINE_HEADERS_MAX]; /* "Name: value" */
	size_t headers;
	bool cloudevent;             /* the body is a CloudEvent in JSON */
	bool replayed;               /* it came as a dead letter */
	struct span letter_endpoint; /* of a dead letter; n 0 */
	size_t size;                 /* bytes held, for the bound of memory */
	char bytes[];
};

/* Reads lines; keeps its storage between them. */
struct deliver_reader {
	struct message_reader message;
	struct json_scan scan;
	struct buf line;
	struct buf text; /* strings that stand nowhere in the line */
};

void deliver_reader_init(struct deliver_reader *r);
void deliver_reader_release(struct deliver_reader *r);

/* Read ${line}, accepted at ${accepted}.  Return an event with one reference;
 * or NULL with ${err}, and errno ENOMEM where memory is the reason, 0 where
 * the line is. */
struct deliver_event *deliver_event_read(struct deliver_reader *r,
    struct span line, int64_t accepted, struct err *err);

void deliver_event_hold(struct deliver_event *e);
void deliver_event_drop(struct deliver_event *e); /* NULL is a no-op */

/* Why a line did not arrive. */
struct deliver_letter {
	const char *endpoint;
	const char *reason;
	uint32_t attempts;
	int last_status; /* 0: none */
	int64_t time;
};

/* Append ${line} with "deadLetter" as its last member, without a newline. */
void deliver_letter_write(
    struct buf *out, struct span line, const struct deliver_letter *letter);

#endif
