/* What lib/outgoing/parse.c and event.c share; not for others. */
#ifndef OUTGOING_PARSE_H
#define OUTGOING_PARSE_H

#include "outgoing/event.h"

/* A piece of the event before it has its storage: it is in the line, or in
 * the reader's text at an offset. */
struct outgoing_piece {
	struct span at; /* in the line, unless in_text */
	size_t offset, n;
	bool in_text;
};

/* What the line says. */
struct outgoing_fields {
	struct span line; /* without a dead letter's member */
	enum message_kind kind;
	struct message message;
	struct outgoing_piece id, body, type, session, endpoint, content_type;
	struct outgoing_piece signature, dead_letter_endpoint;
	struct outgoing_piece header[OUTGOING_HEADERS_MAX];
	size_t headers;
	int64_t time;
	bool timed;
	bool replayed;
};

/* Read d->line.  Return 0; or -1 with ${err}, and errno ENOMEM where memory is
 * the reason. */
int outgoing_parse(
    struct outgoing_reader *r, struct outgoing_fields *d, struct err *err);

/* Where ${p} is now. */
struct span outgoing_piece_span(
    const struct outgoing_reader *r, const struct outgoing_piece *p);

#endif
