/* Messages from WebSocket clients: acknowledgements and new tokens. */
#include "instant/instant.h"
#include "stream/private.h"
#include "json/json.h"

/* The client violates the protocol: report ${why} and close with ${code}. */
static void
fail(struct stream_client *c, int code, const char *why)
{
	stream_report(c->stream, STREAM_REFUSED, c->peer, "websocket: %s", why);
	stream_leave(c, why, code);
}

static void
acknowledge(struct stream_client *c, uint64_t sequence)
{
	struct stream_metrics *m = &c->stream->metrics;

	if (c->probe == 0 || sequence < c->probe)
		return;
	stream_observe(&m->acknowledged, instant_monotonic() - c->probed);
	if (c->probe_event != 0)
		stream_observe(
		    &m->event_acknowledged, instant_now() - c->probe_event);
	c->probe = 0;
}

/* Does ${b} allow every session that ${a} does? */
static bool
covers(const struct access_grant *b, const struct access_grant *a)
{
	struct span list = buf_span(&a->sessions), one;

	if (b->all)
		return true;
	if (a->all)
		return false;
	while (access_next_text(&list, &one)) {
		if (!access_grant_allows(b, one))
			return false;
	}
	return true;
}

/* Replace the token that the connection began with.  Return NULL, or why the
 * new one is refused. */
static const char *
renew(struct stream_client *c, struct span raw)
{
	struct stream *st = c->stream;
	struct access_grant grant;
	const char *why = NULL;
	struct buf token;

	if (st->options.keys == NULL)
		return NULL;
	buf_init(&token);
	access_grant_init(&grant);
	json_unescape(raw, &token);
	if (buf_failed(&token)) {
		why = "out of memory";
	} else if (stream_token_read(st, buf_span(&token), instant_now(),
		       &grant, &why) == 0) {
		why = NULL;
		if (grant.subject.len != c->grant.subject.len ||
		    memcmp(buf_span(&grant.subject).p,
			buf_span(&c->grant.subject).p, grant.subject.len) != 0)
			why = "the new token has another subject";
		else if (!covers(&grant, &c->grant))
			why = "the new token is for other sessions";
	}
	if (why == NULL)
		c->grant.expires = grant.expires;
	access_grant_release(&grant);
	buf_wipe(&token);
	return why;
}

/* Process a message.  Return NULL, or what is wrong with it. */
static const char *
take_message(struct stream_client *c, struct span text)
{
	const struct json_member *ack, *token;
	const char *why = NULL;
	struct json_index ix;
	int64_t sequence = 0;

	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) != 0) {
		why = "a message is not a JSON object";
	} else {
		ack = json_index_find(&ix, "ack");
		token = json_index_find(&ix, "token");
		if (ack != NULL &&
		    (ack->type != JSON_NUMBER ||
			json_integer(ack->value, 0, INT64_MAX, &sequence) != 0))
			why = "an ack is not a sequence number";
		else if (ack != NULL)
			acknowledge(c, (uint64_t)sequence);
		if (why == NULL && token != NULL)
			why = token->type != JSON_STRING
			    ? "a token is not a string"
			    : renew(c, json_inside(token->value));
	}
	json_index_release(&ix);
	return why;
}

static void
pong(struct stream_client *c, struct span payload)
{
	struct buf out;

	/* A client that sends pings but reads nothing gets no pongs. */
	if (serve_stream_room(c->out) <= STREAM_SPARE)
		return;
	buf_init(&out);
	websocket_add(&out, WEBSOCKET_PONG, payload, NULL);
	if (!buf_failed(&out))
		serve_stream_add_copy(c->out, buf_span(&out));
	buf_release(&out);
	serve_stream_push(c->out);
}

/* The client closes: answer with the same code. */
static void
goodbye(struct stream_client *c)
{
	struct buf out;

	buf_init(&out);
	websocket_add_close(&out, c->reader->code, (struct span){"", 0}, NULL);
	if (!buf_failed(&out))
		serve_stream_add_copy(c->out, buf_span(&out));
	buf_release(&out);
	stream_report(c->stream, STREAM_CLIENT, c->peer, "websocket: left");
	serve_stream_end(c->out);
	stream_forget(c);
}

void
stream_received(void *client, struct span bytes)
{
	struct stream_client *c = client;
	const char *why;

	c->pinged = 0;
	for (;;) {
		switch (websocket_read(c->reader, &bytes)) {
		case WEBSOCKET_MORE:
		case WEBSOCKET_GOT_PONG:
			if (bytes.n == 0)
				return;
			break;
		case WEBSOCKET_GOT_PING:
			pong(c, c->reader->payload);
			break;
		case WEBSOCKET_GOT_TEXT:
			why = take_message(c, c->reader->payload);
			if (why != NULL) {
				fail(c, WEBSOCKET_POLICY, why);
				return;
			}
			break;
		case WEBSOCKET_GOT_BINARY:
			fail(c, WEBSOCKET_UNSUPPORTED, "a message is not text");
			return;
		case WEBSOCKET_GOT_CLOSE:
			goodbye(c);
			return;
		case WEBSOCKET_FAILED:
			fail(c, c->reader->code, c->reader->why);
			return;
		}
	}
}
