/*
 * outgoing/shown: URLs as messages, receipts, dead letters, audit and metrics
 * show them: without user and password, and with "***" in place of each value
 * of the query, which may be a token.  A query is followed by the start of the
 * URL's SHA-256, "#9e365627", so that two that differ only in a value can still
 * be distinguished, and a dead letter leads back to its endpoint.
 */
#ifndef OUTGOING_SHOWN_H
#define OUTGOING_SHOWN_H

#include <stdbool.h>

#include "buf/buf.h"

/* Append what may be shown of ${url}, which need not be a good one. */
void outgoing_show_url(struct buf *out, struct span url);

/* The same of the name of an endpoint, which is its URL, or any text, which is
 * shown as it is. */
void outgoing_show(struct buf *out, struct span name);

/* The same in storage of its own, cut to what a message has room for. */
#define OUTGOING_SHOWN_MAX 200
struct outgoing_shown {
	char text[OUTGOING_SHOWN_MAX + sizeof("...")];
};
const char *outgoing_shown(struct outgoing_shown *s, struct span name);
const char *outgoing_shown_url(struct outgoing_shown *s, struct span url);

/* Is ${name} a URL whose query was masked so?  Nothing can be sent to it. */
bool outgoing_is_masked(struct span name);

#endif
