/*
 * outgoing/dead_letter: a line that was not delivered, in a form that can be
 * sent again.  It is the line itself with one more member, "deadLetter", at its
 * end, which says why it was not delivered.
 */
#ifndef OUTGOING_DEAD_LETTER_H
#define OUTGOING_DEAD_LETTER_H

#include <stdint.h>

#include "buf/buf.h"

/* Why a line was not delivered. */
struct outgoing_dead_letter {
	const char *endpoint;
	const char *reason;
	uint32_t attempts;
	int last_status; /* see outgoing/status.h */
	int64_t time;    /* ms since 1970, UTC */
};

/* Append ${line}, which is a JSON object, with "deadLetter" as its last member.
 * Append no newline. */
void outgoing_dead_letter_write(
    struct buf *out, struct span line, const struct outgoing_dead_letter *why);

#endif
