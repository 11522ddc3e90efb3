/* Answers, and the ways to close after them. */
#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "instant/instant.h"
#include "serve/private.h"

/* How long to discard input after a refusal, so that the client reads the
 * answer before it gets a reset. */
#define LINGER_MS 2000

void
serve_linger(struct serve_request *r)
{
	struct evbuffer *in = bufferevent_get_input(r->bev);

	if (r->ended) {
		serve_finish(r);
		return;
	}
	serve_tls_goodbye(r->bev, false);
	shutdown(bufferevent_getfd(r->bev), SHUT_WR);
	evbuffer_drain(in, evbuffer_get_length(in));
	serve_enter(r, SERVE_LINGER, LINGER_MS);
}

void
serve_respond(
    struct serve_request *r, int status, const char *headers, struct span body)
{
	struct evbuffer *out;
	struct buf head;

	/* More requests may precede the end of the client's input. */
	if (r->bev == NULL || r->serve->draining ||
	    (r->ended &&
		evbuffer_get_length(bufferevent_get_input(r->bev)) == 0) ||
	    serve_crowded(r->serve))
		r->keep_alive = false;
	buf_init(&head);
	serve_answer_head(
	    r->serve, &head, status, r->keep_alive, headers, body.n);
	if (r->bev == NULL || buf_failed(&head)) {
		buf_release(&head);
		serve_finish(r);
		return;
	}
	out = bufferevent_get_output(r->bev);
	serve_enter(r, SERVE_ANSWER, r->serve->options.request_ms);
	evbuffer_add(out, head.data, head.len);
	if (!span_is(r->head.method, "HEAD"))
		evbuffer_add(out, body.p, body.n);
	buf_release(&head);
}

void
serve_refuse(struct serve_request *r, int status, const char *why)
{
	const char *headers = status == 503 ? "Retry-After: 1\r\n" : NULL;
	char text[128];

	r->keep_alive = false;
	r->refused = true;
	if (r->serve->options.refused != NULL)
		r->serve->options.refused(
		    r->serve->options.context, r->peer, status, why);
	snprintf(text, sizeof(text), "%s\n", why);
	serve_respond(r, status, headers, span_of(text));
}

void
serve_detach(struct serve_request *r)
{
	r->phase = SERVE_STREAM;
	r->since = instant_monotonic();
	event_del(r->timer);
	bufferevent_disable(r->bev, EV_READ | EV_WRITE);
	serve_forget_body(r);
	buf_release(&r->text);
	memset(&r->head, 0, sizeof(r->head));
}

void
serve_close_gently(struct serve_request *r)
{
	serve_stream_free(r->stream);
	r->stream = NULL;
	if (bufferevent_enable(r->bev, EV_READ) != 0)
		serve_finish(r);
	else
		serve_linger(r);
}
