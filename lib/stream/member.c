/* The list of clients, and control records to one of them. */
#include <stdlib.h>

#include "instant/instant.h"
#include "stream/private.h"

void
stream_client_free(struct stream_client *c)
{
	history_filter_free(c->filter);
	access_grant_release(&c->grant);
	buf_release(&c->cors);
	if (c->reader != NULL)
		websocket_reader_release(c->reader);
	free(c->reader);
	free(c);
}

void
stream_forget(struct stream_client *c)
{
	struct stream *st = c->stream;

	if (c->previous != NULL)
		c->previous->next = c->next;
	else
		st->first = c->next;
	if (c->next != NULL)
		c->next->previous = c->previous;
	st->clients--;
	if (c->address != NULL)
		c->address->clients--;
	stream_audit_client(c, c->kind == STREAM_POLL ? "poll" : "end",
	    c->reason != NULL ? c->reason : "left");
	stream_observe(&st->metrics.connection, instant_monotonic() - c->began);
	stream_client_free(c);
}

void
stream_add_control(
    struct stream_client *c, const char *name, uint64_t id, struct span json)
{
	struct buf out;

	buf_init(&out);
	stream_transport[c->kind].control(&out, name, id, json);
	if (!buf_failed(&out) &&
	    serve_stream_add_copy(c->out, buf_span(&out)) == 0)
		c->last_sent = instant_monotonic();
	buf_release(&out);
}
