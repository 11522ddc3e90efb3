/*
 * deliver/shown: URLs as they stand in messages, receipts, dead letters, audit
 * and metrics: without user and password, and with "***" in place of each value
 * of the query, which may be a token.  Behind a query stands then the start of
 * the URL's SHA-256, "#9e365627", so that two that differ in a value alone are
 * still told apart, and a dead letter leads back to its endpoint.
 */
#ifndef DELIVER_SHOWN_H
#define DELIVER_SHOWN_H

#include <stdbool.h>

#include "buf/buf.h"

/* Append what may be shown of ${url}, which need not be a good one. */
void deliver_show_url(struct buf *out, struct span url);

/* The same of the name of an endpoint, which is its URL, or any text, which is
 * shown as it is. */
void deliver_show(struct buf *out, struct span name);

/* The same in storage of its own, cut to what a message has room for. */
#define DELIVER_SHOWN_MAX 200
struct deliver_shown {
	char text[DELIVER_SHOWN_MAX + sizeof("...")];
};
const char *deliver_shown(struct deliver_shown *s, struct span name);
const char *deliver_shown_url(struct deliver_shown *s, struct span url);

/* Is ${name} a URL whose query was masked so?  Nothing can be sent to it. */
bool deliver_is_masked(struct span name);

#endif
