/* Private to lib/event: writes events; their members have a fixed order. */
#ifndef EVENT_WRITE_H
#define EVENT_WRITE_H

#include "event/shapes.h"
#include "id/id.h"
#include "instant/instant.h"

/* The members of a session, each as JSON; n 0: omitted. */
struct event_session {
	struct span id, subject, start, offset, duration, device;
};

struct event_head {
	enum event_kind kind;
	char id[ID_TEXT_MAX];
	char time[INSTANT_TEXT_MAX];
	struct event_session session;
};

/* Append an event up to the end of its session.  The caller appends the rest
 * and the closing brace. */
void event_write_head(struct buf *b, const struct event_head *head);

/* Append ,"name":value, or nothing if ${value} is empty. */
void event_write_member(struct buf *b, const char *name, struct span value);

/* Append the CloudEvent around ${data}, an event that this run made with
 * ${head}. */
void event_wrap(struct buf *b, const struct event_head *head,
    const char *source_uri, struct span data);

/* Append the CloudEvent around the event ${data}, which was read from the
 * input. */
void event_rewrap(struct buf *b, const struct shape_value v[EVENT_FIELDS],
    const struct event_notes *notes, const char *source_uri, struct span data);

#endif
