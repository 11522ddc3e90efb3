/* A client, from its first record to its last. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "instant/instant.h"
#include "stream/private.h"

static void
on_writable(void *context)
{
	struct stream_client *c = context;

	if (stream_check_lag(c))
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
    stream_received, on_writable, on_closed};

/* ---- Connecting -------------------------------------------------------- */

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
    struct stream_ask *a, struct access_grant *grant)
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
	access_grant_init(grant);
	c->slow = st->options.slow_fixed ? st->options.slow : a->slow;
	c->keep_every = 1;
	c->began = c->last_sent = instant_monotonic();
	c->joined = history_last(st->options.history);
	snprintf(c->peer, sizeof(c->peer), "%s", serve_request_peer(r));
	start_cursor(c, a);
	c->given = c->cursor.after;
	return c;
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
	st->count.connections++;
	st->metrics.connected[c->kind]++;
	c->address = access_address_of(&st->addresses, c->peer);
	if (c->address != NULL)
		c->address->clients++;
}

static void
send_hello(struct stream_client *c)
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
	/* An EventSource that reconnects before its first line continues where
	 * it began.  A number of another epoch is not repeated. */
	stream_add_control(c, "hello", c->cursor.foreign ? 0 : c->cursor.after,
	    buf_span(text));
}

void
stream_join(struct stream *st, struct serve_request *r, enum stream_kind kind,
    struct stream_ask *a, struct access_grant *grant, struct buf *headers)
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
		stream_pump(c);
		return;
	}
	c->out = serve_stream_begin(r, kind == STREAM_SSE ? 200 : 101,
	    headers->data, st->options.dead_ms,
	    kind == STREAM_SSE ? &sse_calls : &websocket_calls, c);
	if (c->out == NULL) {
		stream_client_free(c);
		return;
	}
	link_client(c);
	stream_report(st, STREAM_CLIENT, c->peer, "%s: watches",
	    stream_transport[kind].name);
	stream_audit_client(c, "connect", NULL);
	send_hello(c);
	stream_pump(c);
}
