/*
 * outgoing/shown: URLs without secrets, for messages, receipts, dead letters,
 * audit and metrics.
 *
 * User and password are omitted.  Each value of the query, which may be a
 * token, becomes "***".  After a masked query the start of the URL's SHA-256 is
 * appended, as in "#9e365627".  It distinguishes URLs that differ only in a
 * value, and leads from a dead letter back to its endpoint.
 */
#ifndef OUTGOING_SHOWN_H
#define OUTGOING_SHOWN_H

#include <stdbool.h>

#include "buf/buf.h"

/* Append the ${name} of an endpoint.  If it is a URL, omit its secrets; any
 * other text is appended unchanged. */
void outgoing_show(struct buf *out, struct span name);

/* The same, but store the text in ${s}, truncated to a length for messages.
 * Return the text in ${s}, which is empty if memory ran out. */
#define OUTGOING_SHOWN_MAX 200
struct outgoing_shown {
	char text[OUTGOING_SHOWN_MAX + sizeof("...")];
};
const char *outgoing_shown(struct outgoing_shown *s, struct span name);
const char *outgoing_shown_url(struct outgoing_shown *s, struct span url);

/* Is ${name} a URL with a masked query?  Nothing can be sent to it. */
bool outgoing_is_masked(struct span name);

#endif
