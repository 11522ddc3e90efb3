/* Sending lines to clients, at the pace of each. */
#include "instant/instant.h"
#include "stream/private.h"

static void
release_entry(void *entry)
{
	history_entry_unref(entry);
}

/* Add ${e}, preceded by the gap record for lost lines, if any.  Takes ownership
 * of the reference.  Return 0, or -1 if out of memory. */
static int
send_line(struct stream_client *c, struct history_entry *e)
{
	struct span frame =
	    history_frame(e, (unsigned)c->kind, stream_transport[c->kind].line);
	struct buf lost;
	int rc = frame.p == NULL ? -1 : 0;

	if (rc == 0 && c->gap.before != 0) {
		buf_init(&lost);
		stream_put_lost(c, &lost);
		if (buf_failed(&lost) ||
		    serve_stream_add_copy(c->out, buf_span(&lost)) != 0)
			rc = -1;
		buf_release(&lost);
	}
	if (rc != 0) {
		history_entry_unref(e);
		return -1;
	}
	serve_stream_add(c->out, (struct serve_piece){frame, release_entry, e});
	stream_count_sent(c, e, instant_now());
	c->last_sent = c->stream->monotonic;
	if (c->kind == STREAM_WEBSOCKET && c->probe == 0) {
		c->probe = e->sequence;
		c->probed = instant_monotonic();
		c->probe_event = e->event;
	}
	return 0;
}

/* There is no line for ${c}.  Return false if it has ended and is freed. */
static bool
at_end(struct stream_client *c)
{
	struct buf lost;

	if (c->gap.before != 0) {
		buf_init(&lost);
		stream_put_lost(c, &lost);
		if (!buf_failed(&lost))
			serve_stream_add_copy(c->out, buf_span(&lost));
		buf_release(&lost);
	}
	stream_caught_up(c);
	if (!c->stream->closing)
		return true;
	stream_leave_at_end(c);
	return false;
}

enum sent {
	SENT_ENDED = -1, /* the client has ended and is freed */
	SENT_ALL,
	SENT_LINE,   /* continue */
	SENT_NOTHING /* continue after others had a turn */
};

/* Send one line, if there is one. */
static enum sent
send_next(struct stream_client *c)
{
	struct stream *st = c->stream;
	struct history_result r;
	struct err err;

	switch (history_next(st->options.history, &c->cursor, &r, &err)) {
	case HISTORY_LINE:
		if (stream_skips(c, r.entry)) {
			history_entry_unref(r.entry);
			return SENT_LINE;
		}
		if (send_line(c, r.entry) == 0)
			return SENT_LINE;
		break;
	case HISTORY_GAP:
		stream_add_loss(c, &r.gap, history_reason_name(r.gap.reason));
		return SENT_LINE;
	case HISTORY_MORE:
		return SENT_NOTHING;
	case HISTORY_WAIT:
		st->want(st);
		return SENT_ALL; /* everyone is pumped when they are there */
	case HISTORY_NONE:
		return at_end(c) ? SENT_ALL : SENT_ENDED;
	case HISTORY_FAILED:
		break;
	}
	stream_leave(c, "internal", WEBSOCKET_INTERNAL);
	return SENT_ENDED;
}

static void resume(void *stream);

static void
again(struct stream *st)
{
	if (!st->again)
		st->again = serve_soon(st->serve, resume, st) == 0;
}

/* Give ${c} another turn. */
static void
continue_later(struct stream_client *c)
{
	c->more = true;
	again(c->stream);
}

void
stream_pump(struct stream_client *c)
{
	enum sent sent = SENT_LINE;

	c->more = false;
	if (c->kind == STREAM_POLL) {
		if (stream_answer_poll(c, false))
			continue_later(c);
		return;
	}
	for (unsigned n = 0; n < STREAM_TURN && sent == SENT_LINE; n++) {
		if (serve_stream_room(c->out) <= STREAM_SPARE)
			serve_stream_push(c->out);
		if (serve_stream_room(c->out) <= STREAM_SPARE)
			return; /* on_writable continues */
		sent = send_next(c);
		if (sent == SENT_ENDED)
			return;
	}
	serve_stream_push(c->out);
	if (sent != SENT_ALL && serve_stream_unsent(c->out) == 0)
		continue_later(c);
}

static void
resume(void *context)
{
	struct stream *st = context;
	struct stream_client *next;

	st->again = false;
	st->monotonic = instant_monotonic();
	for (struct stream_client *c = st->first; c != NULL; c = next) {
		next = c->next;
		if (c->more)
			stream_pump(c);
	}
	stream_end_if_done(st);
}

void
stream_pump_all(struct stream *st)
{
	struct stream_client *next;

	st->monotonic = instant_monotonic();
	for (struct stream_client *c = st->first; c != NULL; c = next) {
		next = c->next;
		if (c->kind != STREAM_POLL && serve_stream_unsent(c->out) > 0)
			stream_check_lag(c);
		else
			stream_pump(c);
	}
	stream_end_if_done(st);
}
