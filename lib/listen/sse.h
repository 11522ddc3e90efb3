/*
 * listen/sse: the format of Server-Sent Events (HTML, 9.2.6), read from bytes
 * that come in any pieces.
 */
#ifndef LISTEN_SSE_H
#define LISTEN_SSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf/buf.h"

struct listen_sse {
	/* Of the last event, until the next call: */
	struct span type; /* n 0: "message" */
	struct span data;
	struct span id; /* of it or of one before; n 0: none */

	/* Milliseconds of the last "retry:"; -1: none. */
	int64_t retry;

	/* The reader's own: */
	struct buf line, type_text, data_text, id_text;
	bool has_data, after_cr, started, done;
	size_t max;
};

/* Read lines and events of at most ${max} bytes each. */
void listen_sse_init(struct listen_sse *s, size_t max);
void listen_sse_release(struct listen_sse *s);

enum listen_sse_status {
	LISTEN_SSE_FAILED = -1, /* too long, or out of memory */
	LISTEN_SSE_MORE = 0,    /* all bytes are taken */
	LISTEN_SSE_EVENT
};

/* Take bytes off *${in} up to the end of the next event. */
enum listen_sse_status listen_sse_read(struct listen_sse *s, struct span *in);

#endif
