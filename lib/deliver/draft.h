/* What lib/deliver/draft.c and event.c share; not for others. */
#ifndef DELIVER_DRAFT_H
#define DELIVER_DRAFT_H

#include "deliver/event.h"

/* A piece of the event before it has its storage: it lies in the line, or in
 * the reader's text at an offset. */
struct deliver_piece {
	struct span at; /* in the line, unless in_text */
	size_t offset, n;
	bool in_text;
};

/* What the line says. */
struct deliver_draft {
	struct span line; /* cut of a dead letter's member */
	enum message_kind kind;
	struct message message;
	struct deliver_piece id, body, type, session, endpoint, content_type;
	struct deliver_piece signature, letter_endpoint;
	struct deliver_piece header[DELIVER_LINE_HEADERS_MAX];
	size_t headers;
	int64_t time;
	bool timed;
	bool replayed;
};

/* Read d->line.  Return 0; or -1 with ${err}, and errno ENOMEM where memory is
 * the reason. */
int deliver_draft_read(
    struct deliver_reader *r, struct deliver_draft *d, struct err *err);

/* Where ${p} lies now. */
struct span deliver_draft_span(
    const struct deliver_reader *r, const struct deliver_piece *p);

#endif
