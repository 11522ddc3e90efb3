/*
 * listen/sse: a parser for Server-Sent Events (HTML, 9.2.6).  It accepts bytes
 * in pieces of any size.
 */
#ifndef LISTEN_SSE_H
#define LISTEN_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct listen_sse {
	/* The last event, valid until the next call: */
	struct span type; /* n 0: "message" */
	struct span data;
	struct span id; /* the last one received; n 0: none */

	/* Milliseconds of the last "retry:"; -1: none. */
	int64_t retry;

	/* Internal: */
	struct buf line, type_text, data_text, id_text;
	bool has_data, after_cr, started, done;
	size_t max;
};

/* Prepare ${s} for lines and events of at most ${max} bytes each. */
void listen_sse_init(struct listen_sse *s, size_t max);
void listen_sse_release(struct listen_sse *s);

enum listen_sse_status {
	LISTEN_SSE_FAILED = -1, /* too long, or out of memory */
	LISTEN_SSE_MORE = 0,    /* all input was consumed */
	LISTEN_SSE_EVENT
};

/* Consume bytes of *${in} up to the end of the next event. */
enum listen_sse_status listen_sse_read(struct listen_sse *s, struct span *in);

#endif
