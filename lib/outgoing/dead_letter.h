/*
 * outgoing/dead_letter: a line that did not arrive, written so that it can be
 * sent again: the line itself, with what became of it as its last member.
 */
#ifndef OUTGOING_DEAD_LETTER_H
#define OUTGOING_DEAD_LETTER_H

#include <stdint.h>

#include "buf/buf.h"

/* Why a line did not arrive. */
struct outgoing_dead_letter {
	const char *endpoint;
	const char *reason;
	uint32_t attempts;
	int last_status; /* 0: none */
	int64_t time;
};

/* Append ${line}, an object, with "deadLetter" as its last member and without a
 * newline. */
void outgoing_dead_letter_write(
    struct buf *out, struct span line, const struct outgoing_dead_letter *why);

#endif
