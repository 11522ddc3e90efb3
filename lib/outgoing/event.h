/*
 * outgoing/event: the event that one input line describes.
 *
 * The body of event lines, CloudEvents, FHIR resources and other JSON objects
 * is the line itself.  A message has its body in "payload".
 *
 * A line that is not a FHIR resource may name an http, https or mailto URL to
 * send it to ("endpoint") and additional headers ("headers").  These two members are
 * removed from the body, except in a message.
 *
 * A message whose headers have attributes ("ce-id") is a CloudEvent in binary
 * mode, as vitals-receive writes it.  The attributes are sent unchanged.
 *
 * A resource of vitals-fhir has headers of its own: see fhir_is_own.
 *
 * A dead letter is a line that was not delivered, with "deadLetter" as its last
 * member.  That member is removed.
 */
#ifndef OUTGOING_EVENT_H
#define OUTGOING_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf/buf.h"
#include "cloudevent/binary.h"
#include "diag/err.h"
#include "message/message.h"
#include "json/json.h"

/* Additional headers of one line, without attributes of a CloudEvent. */
#define OUTGOING_HEADERS_MAX 16

struct outgoing_event {
	uint32_t refs;     /* references: see outgoing_event_ref */
	int64_t seq;       /* its number in the spool; 0: not in a spool */
	int64_t accepted;  /* wall clock, ms */
	int64_t time;      /* of the event; if it has none, accepted */
	int64_t timestamp; /* of a message's own signature; 0: none */
	struct span line;  /* without "deadLetter" */
	struct span id;    /* id_usable */
	struct span body;
	struct span type;     /* n 0: none */
	struct span session;  /* for --order session; n 0: none */
	struct span endpoint; /* the URL that the line names; n 0: none */
	struct span content_type;
	struct span signature;                    /* of a message; n 0: none */
	struct span header[OUTGOING_HEADERS_MAX]; /* "Name: value" */
	size_t headers;
	/* Those of a CloudEvent in binary mode, each "ce-name: value\n"; n 0:
	 * none. */
	struct span attributes;
	bool cloudevent; /* the body is a CloudEvent in JSON */
	bool replayed;   /* the line was a dead letter */
	bool revoked;    /* its store has withdrawn it: it must not be sent */
	struct span dead_letter_endpoint; /* of a dead letter; n 0: none */
	size_t size;                      /* bytes in memory */
	size_t *held;                     /* of the reader */
	char bytes[];
};

/* A reader of lines.  It reuses its buffers, and counts the memory of its
 * events, so it must stay in place until all of them are freed. */
struct outgoing_reader {
	size_t held; /* bytes of all its events */
	struct message_reader message;
	struct json_scan scan;
	struct cloudevent_binary attributes;
	struct buf attribute_lines;
	struct buf line;
	struct buf text; /* strings that the line does not contain literally */
};

void outgoing_reader_init(struct outgoing_reader *r);
void outgoing_reader_release(struct outgoing_reader *r);

/* Read ${line}, which was accepted at ${accepted} (wall clock, ms).  Return a
 * new event with one reference, which belongs to the caller.  On failure,
 * return NULL with ${err}, and errno ENOMEM if memory ran out, or 0 if the line
 * is bad. */
struct outgoing_event *outgoing_event_read(struct outgoing_reader *r,
    struct span line, int64_t accepted, struct err *err);

/* Add a reference; release a reference, and free the event with the last
 * one. */
void outgoing_event_ref(struct outgoing_event *e);
void outgoing_event_unref(struct outgoing_event *e); /* NULL is a no-op */

#endif
