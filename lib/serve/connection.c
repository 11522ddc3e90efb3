#include <event2/buffer.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instant/instant.h"
#include "serve/private.h"

/* How much the loop buffers in advance on one connection. */
#define AHEAD_MAX ((size_t)64 << 10)

/* How much to discard from a client that was refused. */
#define LINGER_MAX ((size_t)8 << 20)

static void advance(struct serve_request *r);

/* Wait for the next request of the connection. */
static void
next_request(struct serve_request *r)
{
	r->served = true;
	r->begun = false;
	serve_forget_body(r);
	buf_clear(&r->text);
	memset(&r->chunks, 0, sizeof(r->chunks));
	serve_enter(r, SERVE_HEAD, r->serve->options.idle_ms);
	advance(r);
}

/* There is no complete request.  Return false.  If the client has ended its
 * side, close the connection. */
static bool
more(struct serve_request *r)
{
	if (r->ended)
		serve_finish(r);
	return false;
}

/* Skip empty lines before a request (RFC 9112, 2.2).  Return the number of
 * bytes left. */
static size_t
skip_empty_lines(struct evbuffer *in)
{
	char line[2];
	ev_ssize_t n;

	while ((n = evbuffer_copyout(in, line, sizeof(line))) == 2 &&
	    line[0] == '\r' && line[1] == '\n')
		evbuffer_drain(in, sizeof(line));
	return n == 1 && line[0] == '\r' ? 0 : evbuffer_get_length(in);
}

static bool
take_head(struct serve_request *r)
{
	struct evbuffer *in = bufferevent_get_input(r->bev);
	size_t n = skip_empty_lines(in), length;
	const char *why = NULL;
	int status;

	if (n == 0)
		return more(r);
	if (!r->begun) {
		r->begun = true;
		serve_enter(r, SERVE_HEAD, r->serve->options.request_ms);
	}
	if (n > SERVE_HEAD_MAX)
		n = SERVE_HEAD_MAX;
	length = serve_head_length(
	    (const char *)evbuffer_pullup(in, (ev_ssize_t)n), n);
	memset(&r->head, 0, sizeof(r->head));
	if (length == 0) {
		if (n < SERVE_HEAD_MAX)
			return more(r);
		serve_refuse(r, 431, "the head is longer than 16 KiB");
		return false;
	}
	if (buf_reserve(&r->text, length) != 0) {
		serve_finish(r);
		return false;
	}
	evbuffer_remove(in, r->text.data, length);
	r->text.len = length;
	status = serve_head_read(&r->head, r->text.data, length, &why);
	if (status != 0) {
		memset(&r->head, 0, sizeof(r->head));
		serve_refuse(r, status, why);
		return false;
	}
	r->keep_alive = r->head.keep_alive;
	if (r->head.length > r->serve->options.max_body) {
		serve_refuse(r, 413, "the body is too large");
		return false;
	}
	serve_enter(r, SERVE_BODY, r->serve->options.request_ms);
	if (r->head.expects && evbuffer_get_length(in) == 0) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		evbuffer_add(
		    bufferevent_get_output(r->bev), go_on, sizeof(go_on) - 1);
	}
	return true;
}

/* Add up to ${n} bytes at ${p} to the body.  Return how many were used; or 0
 * with *${status} if they were refused. */
static size_t
take_bytes(struct serve_request *r, const char *p, size_t n, int *status)
{
	struct span in = {p, n};

	if (r->head.chunked) {
		*status = serve_chunks_read(
		    &r->chunks, &in, &r->body, r->serve->options.max_body);
		return *status != 0 ? 0 : n - in.n;
	}
	if (n > r->head.length - r->body.len)
		n = (size_t)r->head.length - r->body.len;
	buf_add(&r->body, p, n);
	if (buf_failed(&r->body))
		*status = 500;
	return *status != 0 ? 0 : n;
}

static bool
body_complete(const struct serve_request *r)
{
	return r->head.chunked ? r->chunks.state == SERVE_CHUNK_DONE
			       : r->body.len == r->head.length;
}

static bool
take_body(struct serve_request *r)
{
	struct evbuffer *in = bufferevent_get_input(r->bev);
	int status = 0;

	while (!body_complete(r)) {
		size_t n = evbuffer_get_contiguous_space(in), before;

		if (n == 0)
			return more(r);
		before = r->body.len;
		n = take_bytes(r,
		    (const char *)evbuffer_pullup(in, (ev_ssize_t)n), n,
		    &status);
		evbuffer_drain(in, n);
		r->counted += r->body.len - before;
		r->serve->buffered += r->body.len - before;
		if (status == 0 && r->serve->buffered > SERVE_BUFFERED_MAX)
			status = 503;
		if (status != 0) {
			serve_refuse(r, status,
			    status == 413       ? "the body is too large"
				: status == 400 ? "malformed chunk"
						: "too much at once");
			return false;
		}
	}
	return true;
}

/* Process the input received so far. */
static void
advance(struct serve_request *r)
{
	if (r->phase == SERVE_HEAD && !take_head(r))
		return;
	if (r->phase != SERVE_BODY || !take_body(r))
		return;
	r->phase = SERVE_HANDLER;
	event_del(r->timer);
	if (r->fresh)
		serve_admit(r);
	r->serve->options.handle(r->serve->options.context, r);
}

static void
on_read(struct bufferevent *bev, void *context)
{
	struct serve_request *r = context;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (r->phase == SERVE_HEAD || r->phase == SERVE_BODY) {
		advance(r);
	} else if (r->phase == SERVE_LINGER) {
		r->lingered += evbuffer_get_length(in);
		evbuffer_drain(in, evbuffer_get_length(in));
		if (r->lingered > LINGER_MAX)
			serve_finish(r);
	}
}

static void
on_written(struct bufferevent *bev, void *context)
{
	struct serve_request *r = context;

	/* libevent also calls this when it had nothing to write.  That call is
	 * deferred, so a new answer may not be written yet. */
	if (r->phase != SERVE_ANSWER ||
	    evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		return;
	if (r->keep_alive && !r->serve->draining)
		next_request(r);
	else if (r->refused || serve_unread(r))
		serve_linger(r);
	else
		serve_finish(r);
}

static void
on_event(struct bufferevent *bev, short what, void *context)
{
	struct serve_request *r = context;
	const char *why;

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		r->secure = true;
		return;
	}
	if (r->phase == SERVE_STREAM)
		return; /* the stream detects it */
	why = r->secure ? NULL : serve_tls_failure(r->serve, bev);
	if (why != NULL && r->serve->options.failed != NULL)
		r->serve->options.failed(
		    r->serve->options.context, r->peer, why);
	if ((what & BEV_EVENT_EOF) != 0 &&
	    (r->phase == SERVE_HANDLER || r->phase == SERVE_ANSWER)) {
		/* It may still read, as "printf … | nc" does. */
		r->ended = true;
		bufferevent_disable(r->bev, EV_READ);
		return;
	}
	if (r->phase == SERVE_HANDLER)
		serve_drop_client(r);
	else
		serve_finish(r);
}

static void
on_time(evutil_socket_t fd, short what, void *context)
{
	struct serve_request *r = context;

	(void)fd;
	(void)what;
	if (r->phase == SERVE_BODY || (r->phase == SERVE_HEAD && r->begun))
		serve_refuse(r, 408, "too slow");
	else
		serve_finish(r);
}

static void
name_peer(const struct sockaddr *address, char *text, size_t size)
{
	char host[64] = "?";
	unsigned port = 0;

	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		evutil_inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
		port = ntohs(in.sin_port);
		snprintf(text, size, "%s:%u", host, port);
	} else {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		evutil_inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
		port = ntohs(in6.sin6_port);
		snprintf(text, size, "[%s]:%u", host, port);
	}
}

void
serve_connect(struct serve *s, int fd, const struct sockaddr *address)
{
	struct serve_request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		goto err0;
	r->serve = s;
	r->secure = s->tls == NULL;
	name_peer(address, r->peer, sizeof(r->peer));
	if (serve_address_enter(r, address) != 0) {
		if (s->options.failed != NULL)
			s->options.failed(s->options.context, r->peer,
			    "too many connections from this address");
		goto err1;
	}
	r->timer = event_new(s->base, -1, 0, on_time, r);
	if (r->timer == NULL)
		goto err2;
	r->bev = serve_tls_bufferevent(s, fd);
	if (r->bev == NULL)
		goto err3;
	buf_init(&r->text);
	buf_init(&r->body);
	r->previous = s->last;
	if (s->last != NULL)
		s->last->next = r;
	else
		s->first = r;
	s->last = r;
	s->connections++;
	r->fresh = true;
	s->fresh++;
	bufferevent_setcb(r->bev, on_read, on_written, on_event, r);
	bufferevent_setwatermark(r->bev, EV_READ, 0, AHEAD_MAX);
	serve_enter(r, SERVE_HEAD, s->options.request_ms);
	if (bufferevent_enable(r->bev, EV_READ | EV_WRITE) != 0)
		serve_finish(r);
	return;
err3:
	event_free(r->timer);
err2:
	serve_address_leave(r);
err1:
	free(r);
err0:
	close(fd);
}

const struct serve_head *
serve_request_head(const struct serve_request *r)
{
	return &r->head;
}

struct span
serve_request_body(const struct serve_request *r)
{
	return buf_span(&r->body);
}

const char *
serve_request_peer(const struct serve_request *r)
{
	return r->peer;
}

void
serve_answer(
    struct serve_request *r, int status, const char *headers, struct span body)
{
	serve_respond(r, status, headers, body);
}
