/* The end of a client, and of the stream. */
#include <inttypes.h>
#include <stdio.h>

#include "stream/private.h"

/* How long clients have to receive the rest after the input has ended. */
#define FINISH_MS 10000

void
stream_leave(struct stream_client *c, const char *reason, int code)
{
	char text[WEBSOCKET_REASON_MAX + 1];
	struct buf out, json;

	if (c->kind == STREAM_POLL) {
		stream_answer_poll(c, true);
		return;
	}
	snprintf(text, sizeof(text), "%s", reason);
	if (code == WEBSOCKET_TRY_LATER)
		snprintf(text, sizeof(text), "after=%" PRIu64, c->cursor.after);
	buf_init(&out);
	buf_init(&json);
	stream_put_lost(c, &out);
	stream_put_bye(&json, reason, c->cursor.after);
	if (!buf_failed(&json))
		stream_transport[c->kind].control(
		    &out, "bye", c->cursor.after, buf_span(&json));
	stream_transport[c->kind].end(&out, code, text);
	if (!buf_failed(&out))
		serve_stream_add_copy(c->out, buf_span(&out));
	buf_release(&json);
	buf_release(&out);
	stream_report(c->stream, STREAM_CLIENT, c->peer, "%s: ended: %s",
	    stream_transport[c->kind].name, reason);
	serve_stream_end(c->out);
	c->reason = reason;
	stream_forget(c);
}

void
stream_leave_at_end(struct stream_client *c)
{
	const struct stream *st = c->stream;

	/* After "end" a client does not come back for the rest. */
	if (st->closing && st->complete && !c->cursor.foreign &&
	    c->cursor.after == history_last(st->options.history))
		stream_leave(c, "end", WEBSOCKET_NORMAL);
	else
		stream_leave(c, "shutdown", WEBSOCKET_GOING_AWAY);
}

void
stream_stop(void *context)
{
	struct stream *st = context;

	if (st->stopping)
		return;
	st->stopping = true;
	serve_input_free(st->input);
	st->input = NULL;
	while (st->first != NULL)
		stream_leave_at_end(st->first);
	serve_drain(st->serve);
}

void
stream_end_if_done(struct stream *st)
{
	if (!st->closing || st->stopping)
		return;
	if (st->clients == 0)
		stream_stop(st);
	else if (!st->finishing)
		st->finishing =
		    serve_after(st->serve, FINISH_MS, stream_stop, st) == 0;
}
