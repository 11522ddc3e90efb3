/* The routing of requests. */
#include <stdio.h>

#include "stream/private.h"
#include "websocket/handshake.h"

/* The headers that a refusal with ${status} needs. */
static const char *
refusal_headers(int status)
{
	switch (status) {
	case 401:
		return "WWW-Authenticate: Bearer realm=\"vitals-stream\"\r\n";
	case 405:
		return "Allow: GET, HEAD, OPTIONS\r\n";
	case 426:
		return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	case 429:
		return "Retry-After: 60\r\n";
	case 503:
		return "Retry-After: 1\r\n";
	default:
		return NULL;
	}
}

static bool
reads(const struct serve_head *h)
{
	return span_is(h->method, "GET") || span_is(h->method, "HEAD");
}

/* Return why there is no room for another client from this address, or NULL. */
static const char *
no_room(struct stream *st, struct serve_request *r)
{
	struct access_address *a;

	if (st->stopping)
		return "the server is shutting down";
	if (!stream_audit_has_room(st))
		return "the audit file is not read";
	if (st->clients >= st->options.clients)
		return "the limit of clients is reached";
	a = access_address_of(&st->addresses, serve_request_peer(r));
	if (a == NULL || a->clients >= st->options.per_address)
		return "the limit of clients from this address is reached";
	return NULL;
}

/* Append the headers of the answer that opens a WebSocket. */
static int
open_websocket(
    const struct serve_head *h, struct buf *headers, const char **why)
{
	const char *protocol =
	    websocket_offers(h, STREAM_PROTOCOL) ? STREAM_PROTOCOL : NULL;
	struct span key;
	int status = websocket_check_request(h, &key, why);

	if (status != 0)
		return status;
	*why = "out of memory";
	return websocket_add_answer(headers, key, protocol) == 0 ? 0 : 503;
}

static int
open_events(struct buf *headers)
{
	buf_add_text(headers,
	    "Content-Type: text/event-stream\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Accel-Buffering: no\r\n");
	return 0;
}

/* Accept a client, or refuse it. */
static void
watch(struct stream *st, struct serve_request *r, enum stream_kind kind)
{
	const struct serve_head *h = serve_request_head(r);
	struct access_grant grant;
	struct stream_ask ask;
	struct buf headers;
	const char *why = NULL;
	int status;

	buf_init(&headers);
	access_grant_init(&grant);
	stream_ask_init(&ask, st->options.slow);
	status = stream_check_origin(st, h, &headers, &why);
	if (status == 0 && kind == STREAM_WEBSOCKET)
		status = open_websocket(h, &headers, &why);
	else if (status == 0 && kind == STREAM_SSE)
		status = open_events(&headers);
	if (status == 0)
		status = stream_ask_read(&ask, h, &why);
	if (status == 0)
		status = stream_check_token(st, r, &ask, &grant, &why);
	if (status == 0)
		status = stream_grant_narrow(&grant, &ask, &why);
	if (status == 0 && (why = no_room(st, r)) != NULL)
		status = 503;
	if (status == 0 && buf_string(&headers) == NULL) {
		why = "out of memory";
		status = 503;
	}
	if (status != 0)
		stream_refuse(st, r, status, refusal_headers(status), why);
	else if (kind == STREAM_SSE && span_is(h->method, "HEAD"))
		serve_answer(r, 200, headers.data, (struct span){NULL, 0});
	else
		stream_join(st, r, kind, &ask, &grant, &headers);
	stream_ask_release(&ask);
	access_grant_release(&grant);
	buf_release(&headers);
}

/* Answer a CORS preflight: may a page of another origin send a token (Fetch,
 * 4.8)? */
static void
answer_preflight(struct stream *st, struct serve_request *r)
{
	const struct serve_head *h = serve_request_head(r);
	const char *why = NULL;
	struct buf headers;
	int status;

	buf_init(&headers);
	status = stream_check_origin(st, h, &headers, &why);
	buf_add_text(&headers,
	    "Access-Control-Allow-Methods: GET, HEAD\r\n"
	    "Access-Control-Allow-Headers: Authorization, Last-Event-ID, "
	    "Cache-Control\r\n"
	    "Access-Control-Max-Age: 600\r\n");
	if (status != 0 || buf_string(&headers) == NULL)
		stream_refuse(
		    st, r, 403, NULL, why != NULL ? why : "out of memory");
	else
		serve_answer(r, 204, headers.data, (struct span){NULL, 0});
	buf_release(&headers);
}

/* Metrics include client addresses, so they need a token for all sessions. */
static void
answer_metrics(struct stream *st, struct serve_request *r)
{
	const struct serve_head *h = serve_request_head(r);
	struct access_grant grant;
	struct stream_ask ask;
	const char *why = NULL;
	struct buf out;
	int status;

	buf_init(&out);
	access_grant_init(&grant);
	stream_ask_init(&ask, st->options.slow);
	status = stream_check_origin(st, h, &out, &why);
	if (status == 0)
		status = stream_ask_read(&ask, h, &why);
	if (status == 0)
		status = stream_check_token(st, r, &ask, &grant, &why);
	if (status == 0 && !grant.all) {
		why = "the token is not for every session";
		status = 403;
	}
	buf_clear(&out);
	if (status == 0)
		stream_put_metrics(st, &out);
	if (status != 0)
		stream_refuse(st, r, status, refusal_headers(status), why);
	else
		serve_answer(r, 200,
		    "Content-Type: " METRICS_TYPE "\r\n"
		    "Cache-Control: no-store\r\n",
		    buf_span(&out));
	stream_ask_release(&ask);
	access_grant_release(&grant);
	buf_release(&out);
}

static void
answer_health(struct stream *st, struct serve_request *r)
{
	const char *why;
	char text[ERR_TEXT_MAX + 20];

	if (st->options.source == NULL ||
	    stream_source_works(st->options.source, &why)) {
		serve_answer(
		    r, 200, "Cache-Control: no-store\r\n", SPAN_LIT("ok\n"));
		return;
	}
	snprintf(text, sizeof(text), "source away: %s\n", why);
	serve_answer(r, 503, "Cache-Control: no-store\r\nRetry-After: 1\r\n",
	    span_of(text));
}

static bool
answer_page(struct stream *st, struct serve_request *r)
{
	const struct serve_head *h = serve_request_head(r);
	const struct stream_page *p = st->options.page;
	struct span known = serve_head_find(h, "if-none-match", NULL);
	char headers[640];

	for (; p->path != NULL; p++) {
		if (!span_is(h->path, p->path))
			continue;
		snprintf(headers, sizeof(headers),
		    "Content-Type: %s\r\n"
		    "Cache-Control: no-cache\r\n"
		    "ETag: %s\r\n"
		    "Referrer-Policy: no-referrer\r\n"
		    "Content-Security-Policy: default-src 'none'; "
		    "script-src 'self'; style-src 'self'; img-src 'self'; "
		    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
		    "frame-ancestors 'none'\r\n",
		    p->type, p->etag);
		if (span_is(known, p->etag))
			serve_answer(r, 304, headers, (struct span){NULL, 0});
		else
			serve_answer(r, 200, headers, p->body);
		return true;
	}
	return false;
}

void
stream_handle(void *context, struct serve_request *r)
{
	static const struct {
		const char *path;
		enum stream_kind kind;
	} row[] = {
	    {"/events", STREAM_SSE},
	    {"/ws", STREAM_WEBSOCKET},
	    {"/poll", STREAM_POLL},
	};
	struct stream *st = context;
	const struct serve_head *h = serve_request_head(r);
	const size_t rows = sizeof(row) / sizeof(row[0]);
	size_t i = 0;

	while (i < rows && !span_is(h->path, row[i].path))
		i++;
	if (i < rows && span_is(h->method, "OPTIONS"))
		answer_preflight(st, r);
	else if (i < rows && (reads(h) || row[i].kind == STREAM_WEBSOCKET))
		watch(st, r, row[i].kind);
	else if (!reads(h))
		stream_refuse(
		    st, r, 405, refusal_headers(405), "only GET is supported");
	else if (span_is(h->path, "/healthz"))
		answer_health(st, r);
	else if (span_is(h->path, "/metrics"))
		answer_metrics(st, r);
	else if (!answer_page(st, r))
		stream_refuse(st, r, 404, NULL, "not found");
}
