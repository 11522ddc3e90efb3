/* One client: from its first record to its last. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "instant/instant.h"
#include "stream/private.h"

static void
on_writable(void *context)
{
	struct stream_client *c = context;

	if (stream_judge(c))
		stream_pump(c);
}

static void
on_closed(void *context)
{
	struct stream_client *c = context;

	c->out = NULL;
	stream_forget(c);
}

static const struct serve_stream_calls sse_calls = {
    NULL, on_writable, on_closed};
static const struct serve_stream_calls websocket_calls = {
    stream_heard, on_writable, on_closed};

/* ---- Coming ------------------------------------------------------------ */

static void
start_cursor(struct stream_client *c, const struct stream_ask *a)
{
	const struct history *h = c->stream->options.history;

	c->replaying = true;
	if (a->earliest)
		history_start_earliest(h, &c->cursor, c->filter);
	else if (a->has_after)
		history_start_after(
		    h, &c->cursor, c->filter, a->after, buf_span(&a->epoch));
	else if (a->has_since)
		history_start_since(
		    h, &c->cursor, c->filter, instant_now() - a->since_ms);
	else
		history_start_live(h, &c->cursor, c->filter);
}

static struct stream_client *
client_new(struct stream *st, struct serve_request *r, enum stream_kind kind,
    struct stream_ask *a, struct stream_grant *grant)
{
	struct stream_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	if (kind == STREAM_WEBSOCKET) {
		c->reader = malloc(sizeof(*c->reader));
		if (c->reader == NULL) {
			free(c);
			return NULL;
		}
		websocket_reader_init(
		    c->reader, WEBSOCKET_SERVER, STREAM_MESSAGE_MAX);
	}
	c->stream = st;
	c->kind = kind;
	c->filter = a->filter;
	a->filter = NULL;
	c->grant = *grant;
	stream_grant_init(grant);
	c->slow = st->options.slow_fixed ? st->options.slow : a->slow;
	c->keep_every = 1;
	c->began = c->said = instant_monotonic();
	snprintf(c->peer, sizeof(c->peer), "%s", serve_request_peer(r));
	start_cursor(c, a);
	return c;
}

static void
client_free(struct stream_client *c)
{
	history_filter_free(c->filter);
	stream_grant_release(&c->grant);
	buf_release(&c->cors);
	if (c->reader != NULL)
		websocket_reader_release(c->reader);
	free(c->reader);
	free(c);
}

static void
link_client(struct stream_client *c)
{
	struct stream *st = c->stream;

	c->next = st->first;
	if (st->first != NULL)
		st->first->previous = c;
	st->first = c;
	st->clients++;
	st->of_kind[c->kind]++;
	st->count.connections++;
	st->connected[c->kind]++;
	c->address = stream_address(st, c->peer);
	if (c->address != NULL)
		c->address->clients++;
}

static void
say_hello(struct stream_client *c)
{
	struct buf *text = &c->stream->text;
	char retry[48];

	buf_clear(text);
	stream_put_hello(text, c);
	if (c->kind == STREAM_SSE) {
		snprintf(retry, sizeof(retry), "retry: %" PRId64 "\n\n",
		    c->stream->options.retry_ms);
		serve_stream_add_copy(c->out, span_of(retry));
	}
	stream_say(c, "hello", 0, buf_span(text));
}

void
stream_join(struct stream *st, struct serve_request *r, enum stream_kind kind,
    struct stream_ask *a, struct stream_grant *grant, struct buf *headers)
{
	struct stream_client *c = client_new(st, r, kind, a, grant);

	if (c == NULL) {
		serve_answer(r, 503, NULL, SPAN_LIT("out of memory\n"));
		return;
	}
	if (kind == STREAM_POLL) {
		c->request = r;
		c->cors = *headers;
		buf_init(headers);
		c->wait_ends = c->began + a->wait_ms;
		link_client(c);
		stream_answer_poll(c, a->wait_ms == 0);
		return;
	}
	c->out = serve_stream_begin(r, kind == STREAM_SSE ? 200 : 101,
	    headers->data, st->options.dead_ms,
	    kind == STREAM_SSE ? &sse_calls : &websocket_calls, c);
	if (c->out == NULL) {
		client_free(c);
		return;
	}
	link_client(c);
	stream_tell(st, STREAM_CLIENT, c->peer, "%s: watches",
	    stream_transport[kind].name);
	stream_audit_client(c, "connect", NULL);
	say_hello(c);
	stream_pump(c);
}

/* ---- Sending ----------------------------------------------------------- */

void
stream_say(
    struct stream_client *c, const char *name, uint64_t id, struct span json)
{
	struct buf out;

	buf_init(&out);
	stream_transport[c->kind].control(&out, name, id, json);
	if (!buf_failed(&out) &&
	    serve_stream_add_copy(c->out, buf_span(&out)) == 0)
		c->said = instant_monotonic();
	buf_release(&out);
}

static void
release_entry(void *entry)
{
	history_entry_unref(entry);
}

/* Add ${e}, whose reference is the callee's, and before it what was lost.
 * Return 0, or -1 without memory. */
static int
send_line(struct stream_client *c, struct history_entry *e)
{
	struct stream *st = c->stream;
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
	c->sent++;
	st->sent[c->kind]++;
	st->count.sent++;
	stream_observe(&st->delivery[c->kind], instant_now() - e->time);
	c->said = instant_monotonic();
	if (c->kind == STREAM_WEBSOCKET && c->probe == 0) {
		c->probe = e->sequence;
		c->probed = c->said;
	}
	return 0;
}

/* There is no line for ${c}.  False where it has left, and is gone. */
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
	if (!c->stream->ended || c->stream->options.stay)
		return true;
	stream_leave(c, "end", WEBSOCKET_NORMAL);
	return false;
}

/* Send one line, or see why there is none.  1: go on; 0: wait; -1: it has left,
 * and is gone. */
static int
send_next(struct stream_client *c)
{
	struct history_result r;
	struct err err;

	switch (
	    history_next(c->stream->options.history, &c->cursor, &r, &err)) {
	case HISTORY_LINE:
		if (stream_thins(c, r.entry)) {
			history_entry_unref(r.entry);
			return 1;
		}
		if (send_line(c, r.entry) == 0)
			return 1;
		break;
	case HISTORY_GAP:
		stream_lose(c, &r.gap, history_reason_name(r.gap.reason));
		return 1;
	case HISTORY_MORE:
		return 1;
	case HISTORY_NONE:
		return at_end(c) ? 0 : -1;
	case HISTORY_FAILED:
		break;
	}
	stream_leave(c, "internal", WEBSOCKET_INTERNAL);
	return -1;
}

void
stream_pump(struct stream_client *c)
{
	c->more = false;
	for (unsigned n = 0; n < STREAM_TURN; n++) {
		int more;

		if (serve_stream_room(c->out) <= STREAM_SPARE)
			serve_stream_push(c->out);
		if (serve_stream_room(c->out) <= STREAM_SPARE)
			return; /* on_writable goes on */
		more = send_next(c);
		if (more < 0)
			return;
		if (more == 0) {
			serve_stream_push(c->out);
			return;
		}
	}
	serve_stream_push(c->out);
	if (serve_stream_unsent(c->out) > 0)
		return;
	c->more = true;
	stream_again(c->stream);
}

void
stream_pump_all(struct stream *st)
{
	struct stream_client *next;

	for (struct stream_client *c = st->first; c != NULL; c = next) {
		next = c->next;
		if (c->kind == STREAM_POLL)
			stream_answer_poll(c, false);
		else if (serve_stream_unsent(c->out) > 0)
			stream_judge(c);
		else
			stream_pump(c);
	}
	stream_end_if_done(st);
}

/* ---- Going ------------------------------------------------------------- */

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
	stream_tell(c->stream, STREAM_CLIENT, c->peer, "%s: ended: %s",
	    stream_transport[c->kind].name, reason);
	serve_stream_end(c->out);
	c->reason = reason;
	stream_forget(c);
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
	st->of_kind[c->kind]--;
	if (c->address != NULL)
		c->address->clients--;
	stream_audit_client(c, c->kind == STREAM_POLL ? "poll" : "end",
	    c->reason != NULL ? c->reason : "left");
	stream_observe(&st->lasted, instant_monotonic() - c->began);
	client_free(c);
}
