/* Shared by lib/outgoing/parse.c and event.c; private to them. */
#ifndef OUTGOING_PARSE_H
#define OUTGOING_PARSE_H

#include "outgoing/event.h"

/* A text of an event that has no storage of its own yet.  It is in the line, or
 * at an offset in the reader's text. */
struct outgoing_piece {
	struct span at; /* in the line, unless in_text */
	size_t offset, n;
	bool in_text;
};

/* The fields of a line. */
struct outgoing_fields {
	struct span line; /* without "deadLetter" */
	enum message_kind kind;
	struct message message;
	struct outgoing_piece id, body, type, session, endpoint, content_type;
	struct outgoing_piece signature, dead_letter_endpoint;
	struct outgoing_piece header[OUTGOING_HEADERS_MAX];
	size_t headers;
	struct outgoing_piece attributes;
	int64_t time;
	bool timed;
	bool replayed;
};

/* Parse d->line into ${d}.  Return 0, or -1 with ${err}, and errno ENOMEM if
 * memory ran out. */
int outgoing_parse(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err);

/* Return the text of ${p}; valid until the reader's text changes. */
struct span outgoing_piece_span(
    const struct outgoing_reader *r, const struct outgoing_piece *p);

#endif
