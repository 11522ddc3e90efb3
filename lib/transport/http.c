/* The HTTP transport: POST for events, OPTIONS for a handshake (CloudEvents
 * HTTP webhooks, section 4). */
#include <stdio.h>
#include <stdlib.h>

#include "transport/transport.h"

struct http_transport {
	struct transport base; /* first */
	struct http_client *client;
	struct http_answer answer; /* the last one taken */
	char why[320];
};

enum outgoing_verdict
transport_classify(const struct http_answer *a)
{
	switch (a->failure) {
	case HTTP_ANSWERED:
		break;
	case HTTP_NO_NAME:
	case HTTP_NO_CONNECTION:
	case HTTP_NO_TLS:
	case HTTP_TIMEOUT:
	case HTTP_BROKEN:
	case HTTP_LOCAL:
		return OUTGOING_RETRY;
	case HTTP_SHORT:
		return OUTGOING_SHORT;
	case HTTP_CANCELLED:
		return OUTGOING_CANCELLED;
	case HTTP_DENIED:
		return OUTGOING_DENIED;
	}
	if (a->status >= 200 && a->status < 300)
		return OUTGOING_DELIVERED;
	if (a->status == 410)
		return OUTGOING_GONE;
	/* A redirect is never followed, because its target may be anybody's.
	 * But it may be temporary, so retry. */
	if (a->status >= 500 || a->status < 400 || a->status == 408 ||
	    a->status == 425 || a->status == 429)
		return OUTGOING_RETRY;
	return OUTGOING_REFUSED;
}

bool
transport_holds_endpoint(const struct http_answer *a)
{
	return a->retry_after > 0 && (a->status == 429 || a->status == 503);
}

static const char *
failure_word(enum http_failure f)
{
	switch (f) {
	case HTTP_ANSWERED:
		break;
	case HTTP_NO_NAME:
		return "DNS";
	case HTTP_NO_CONNECTION:
		return "connect";
	case HTTP_NO_TLS:
		return "TLS";
	case HTTP_TIMEOUT:
		return "timeout";
	case HTTP_BROKEN:
		return "broken answer";
	case HTTP_DENIED:
		return "denied";
	case HTTP_LOCAL:
	case HTTP_SHORT:
		return "local";
	case HTTP_CANCELLED:
		return "interrupted";
	}
	return "HTTP";
}

/* "HTTP 503", "connect: refused", … */
static void
describe(const struct http_answer *a, char *text, size_t size)
{
	if (a->failure != HTTP_ANSWERED)
		snprintf(
		    text, size, "%s: %s", failure_word(a->failure), a->error);
	else if (a->status >= 300 && a->status < 400)
		snprintf(text, size, "HTTP %d: redirects are not followed",
		    a->status);
	else
		snprintf(text, size, "HTTP %d", a->status);
}

static struct transport *
open_client(size_t connections, struct err *err)
{
	struct http_transport *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	t->base.row = &transport_http;
	t->client = http_client_new(connections, err);
	if (t->client == NULL) {
		free(t);
		return NULL;
	}
	return &t->base;
}

static struct http_transport *
of(struct transport *t)
{
	return (struct http_transport *)t;
}

static void
close_client(struct transport *t)
{
	http_client_free(of(t)->client);
	free(t);
}

static struct transport_target *
target_open(const struct http_target_options *o, struct err *err)
{
	return (struct transport_target *)http_target_new(o, err);
}

static void
target_close(struct transport_target *target)
{
	http_target_free((struct http_target *)target);
}

static int
send_request(struct transport *t, const struct transport_request *r)
{
	struct span header[OUTGOING_OWN_HEADERS + OUTGOING_HEADERS_MAX];
	struct http_request q = {.target = (struct http_target *)r->target,
	    .method = r->kind == TRANSPORT_HANDSHAKE ? HTTP_OPTIONS : HTTP_POST,
	    .body = r->body,
	    .header = header,
	    .context = r->context};

	/* A line cannot override a header that the target sets. */
	for (size_t i = 0; i < r->headers; i++) {
		if (i < r->own || !http_target_sets(q.target, r->header[i]))
			header[q.headers++] = r->header[i];
	}
	return http_send(of(t)->client, &q);
}

static int
wait_client(
    struct transport *t, const int fd[], bool readable[], size_t n, int64_t ms)
{
	return http_wait(of(t)->client, fd, readable, n, ms);
}

static bool
take_answer(struct transport *t, struct outgoing_answer *a)
{
	struct http_transport *h = of(t);
	struct http_answer *from = &h->answer;

	if (!http_next(h->client, from))
		return false;
	*a = (struct outgoing_answer){.context = from->context,
	    .verdict = transport_classify(from),
	    .status = from->status,
	    .retry_after = from->retry_after,
	    .for_endpoint = transport_holds_endpoint(from),
	    .elapsed_us = from->elapsed_us,
	    .why = h->why,
	    .error = from->error,
	    .address = from->address,
	    .excerpt = from->excerpt,
	    .allowed_origin = from->allowed_origin,
	    .allowed_rate = from->allowed_rate};
	h->why[0] = '\0';
	if (a->verdict != OUTGOING_DELIVERED)
		describe(from, h->why, sizeof(h->why));
	return true;
}

static void
cancel(struct transport *t)
{
	http_cancel(of(t)->client);
}

const struct transport_row transport_http = {.name = "http",
    .room = http_room,
    .open = open_client,
    .close = close_client,
    .target_open = target_open,
    .target_close = target_close,
    .send = send_request,
    .wait = wait_client,
    .take_answer = take_answer,
    .cancel = cancel};
