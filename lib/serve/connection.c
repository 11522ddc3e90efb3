#include <event2/buffer.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/private.h"

/* What the loop reads ahead of us on one connection. */
#define AHEAD_MAX ((size_t)64 << 10)

/* After a refusal the rest of what the client sends is thrown away for so
 * long, so that it reads our answer before it meets a reset. */
#define LINGER_MS 2000
#define LINGER_MAX ((size_t)8 << 20)

enum phase {
	PHASE_HEAD,    /* between requests, or in a head */
	PHASE_BODY,    /* in a body */
	PHASE_HANDLER, /* the handler has it */
	PHASE_ANSWER,  /* the answer is on its way */
	PHASE_LINGER   /* closing */
};

/* A connection, and its request of the moment. */
struct serve_request {
	struct serve *serve;
	struct serve_request *previous, *next;
	struct bufferevent *bev; /* NULL: the client is gone */
	struct event *timer;
	enum phase phase;
	bool begun;      /* bytes of a head have come */
	bool ended;      /* the client sends no more */
	bool keep_alive; /* after this answer */
	bool refused;    /* before all of it was read */
	size_t lingered;
	struct buf text; /* the head */
	struct buf body;
	size_t counted; /* bytes of body that serve->buffered counts */
	struct serve_head head;
	struct serve_chunks chunks;
	char peer[80];
};

static void advance(struct serve_request *r);

static void
wait_for(struct serve_request *r, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};

	event_add(r->timer, &tv);
}

static void
forget_body(struct serve_request *r)
{
	r->serve->buffered -= r->counted;
	r->counted = 0;
	buf_release(&r->body);
}

static void
drop_client(struct serve_request *r)
{
	if (r->bev == NULL)
		return;
	serve_tls_goodbye(r->bev, true);
	bufferevent_free(r->bev);
	r->bev = NULL;
	event_del(r->timer);
}

/* The connection is over; nobody holds ${r} any more. */
static void
finish(struct serve_request *r)
{
	struct serve *s = r->serve;

	drop_client(r);
	if (r->previous != NULL)
		r->previous->next = r->next;
	else
		s->first = r->next;
	if (r->next != NULL)
		r->next->previous = r->previous;
	else
		s->last = r->previous;
	forget_body(r);
	buf_release(&r->text);
	if (r->timer != NULL)
		event_free(r->timer);
	free(r);
	s->connections--;
	serve_disconnected(s);
}

/* Wait for the next request of the connection. */
static void
next_request(struct serve_request *r)
{
	r->phase = PHASE_HEAD;
	r->begun = false;
	forget_body(r);
	buf_clear(&r->text);
	memset(&r->chunks, 0, sizeof(r->chunks));
	wait_for(r, r->serve->options.idle_ms);
	advance(r);
}

static void
linger(struct serve_request *r)
{
	struct evbuffer *in = bufferevent_get_input(r->bev);

	if (r->ended) {
		finish(r);
		return;
	}
	r->phase = PHASE_LINGER;
	serve_tls_goodbye(r->bev, false);
	shutdown(bufferevent_getfd(r->bev), SHUT_WR);
	evbuffer_drain(in, evbuffer_get_length(in));
	wait_for(r, LINGER_MS);
}

static void
answer(
    struct serve_request *r, int status, const char *headers, struct span body)
{
	struct evbuffer *out;
	struct buf head;

	if (r->bev == NULL || r->ended || r->serve->draining)
		r->keep_alive = false;
	buf_init(&head);
	serve_answer_head(
	    r->serve, &head, status, r->keep_alive, headers, body.n);
	if (r->bev == NULL || buf_failed(&head)) {
		buf_release(&head);
		finish(r);
		return;
	}
	r->phase = PHASE_ANSWER;
	out = bufferevent_get_output(r->bev);
	wait_for(r, r->serve->options.request_ms);
	evbuffer_add(out, head.data, head.len);
	if (!span_is(r->head.method, "HEAD"))
		evbuffer_add(out, body.p, body.n);
	buf_release(&head);
}

/* Refuse what has come so far, and close. */
static void
refuse(struct serve_request *r, int status, const char *why)
{
	const char *headers = status == 503 ? "Retry-After: 1\r\n" : NULL;
	char text[128];

	r->keep_alive = false;
	r->refused = true;
	snprintf(text, sizeof(text), "%s\n", why);
	answer(r, status, headers, span_of(text));
}

static bool
take_head(struct serve_request *r)
{
	struct evbuffer *in = bufferevent_get_input(r->bev);
	size_t n = evbuffer_get_length(in), length;
	const char *why = NULL;
	int status;

	if (n == 0)
		return false;
	if (!r->begun) {
		r->begun = true;
		wait_for(r, r->serve->options.request_ms);
	}
	if (n > SERVE_HEAD_MAX)
		n = SERVE_HEAD_MAX;
	length = serve_head_length(
	    (const char *)evbuffer_pullup(in, (ev_ssize_t)n), n);
	memset(&r->head, 0, sizeof(r->head));
	if (length == 0) {
		if (n == SERVE_HEAD_MAX)
			refuse(r, 431, "the head is longer than 16 KiB");
		return false;
	}
	if (buf_reserve(&r->text, length) != 0) {
		finish(r);
		return false;
	}
	evbuffer_remove(in, r->text.data, length);
	r->text.len = length;
	status = serve_head_read(&r->head, r->text.data, length, &why);
	if (status != 0) {
		memset(&r->head, 0, sizeof(r->head));
		refuse(r, status, why);
		return false;
	}
	r->keep_alive = r->head.keep_alive;
	if (r->head.length > r->serve->options.max_body) {
		refuse(r, 413, "the body is too large");
		return false;
	}
	r->phase = PHASE_BODY;
	wait_for(r, r->serve->options.request_ms);
	if (r->head.expects && evbuffer_get_length(in) == 0) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		evbuffer_add(
		    bufferevent_get_output(r->bev), go_on, sizeof(go_on) - 1);
	}
	return true;
}

/* Take the ${n} bytes at ${p}, or fewer; return how many.  0 with *${status}
 * where they cannot be taken. */
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
			return false;
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
			refuse(r, status,
			    status == 413       ? "the body is too large"
				: status == 400 ? "malformed chunk"
						: "too much at once");
			return false;
		}
	}
	return true;
}

/* Go on with what has come. */
static void
advance(struct serve_request *r)
{
	if (r->phase == PHASE_HEAD && !take_head(r))
		return;
	if (r->phase != PHASE_BODY || !take_body(r))
		return;
	r->phase = PHASE_HANDLER;
	event_del(r->timer);
	r->serve->options.handle(r->serve->options.context, r);
}

static void
on_read(struct bufferevent *bev, void *context)
{
	struct serve_request *r = context;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (r->phase == PHASE_HEAD || r->phase == PHASE_BODY) {
		advance(r);
	} else if (r->phase == PHASE_LINGER) {
		r->lingered += evbuffer_get_length(in);
		evbuffer_drain(in, evbuffer_get_length(in));
		if (r->lingered > LINGER_MAX)
			finish(r);
	}
}

static void
on_written(struct bufferevent *bev, void *context)
{
	struct serve_request *r = context;

	/* libevent calls this, too, when it has had nothing to write; put off,
	 * that call may meet an answer that is not written yet. */
	if (r->phase != PHASE_ANSWER ||
	    evbuffer_get_length(bufferevent_get_output(bev)) > 0)
		return;
	if (r->keep_alive && !r->serve->draining && !r->ended)
		next_request(r);
	else if (r->refused)
		linger(r);
	else
		finish(r);
}

static void
on_event(struct bufferevent *bev, short what, void *context)
{
	struct serve_request *r = context;

	(void)bev;
	if ((what & BEV_EVENT_CONNECTED) != 0)
		return;
	if ((what & BEV_EVENT_EOF) != 0 &&
	    (r->phase == PHASE_HANDLER || r->phase == PHASE_ANSWER)) {
		/* It may still read: "printf … | nc" does. */
		r->ended = true;
		bufferevent_disable(r->bev, EV_READ);
		return;
	}
	if (r->phase == PHASE_HANDLER)
		drop_client(r);
	else
		finish(r);
}

static void
on_time(evutil_socket_t fd, short what, void *context)
{
	struct serve_request *r = context;

	(void)fd;
	(void)what;
	if (r->phase == PHASE_BODY || (r->phase == PHASE_HEAD && r->begun))
		refuse(r, 408, "too slow");
	else
		finish(r);
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
	name_peer(address, r->peer, sizeof(r->peer));
	r->timer = event_new(s->base, -1, 0, on_time, r);
	if (r->timer == NULL)
		goto err1;
	r->bev = serve_tls_bufferevent(s, fd);
	if (r->bev == NULL)
		goto err2;
	buf_init(&r->text);
	buf_init(&r->body);
	r->previous = s->last;
	if (s->last != NULL)
		s->last->next = r;
	else
		s->first = r;
	s->last = r;
	s->connections++;
	bufferevent_setcb(r->bev, on_read, on_written, on_event, r);
	bufferevent_setwatermark(r->bev, EV_READ, 0, AHEAD_MAX);
	wait_for(r, s->options.request_ms);
	if (bufferevent_enable(r->bev, EV_READ | EV_WRITE) != 0)
		finish(r);
	return;
err2:
	event_free(r->timer);
err1:
	free(r);
err0:
	close(fd);
}

bool
serve_disconnect_idle(struct serve *s, bool all)
{
	struct serve_request *r = s->first, *next;
	bool any = false;

	for (; r != NULL && (all || !any); r = next) {
		next = r->next;
		/* Not the one that has just come, for which room is made. */
		if (next == NULL && !all)
			break;
		if (r->phase != PHASE_HEAD || r->begun)
			continue;
		finish(r);
		any = true;
	}
	return any;
}

void
serve_disconnect_all(struct serve *s)
{
	struct serve_request *next;

	for (struct serve_request *r = s->first; r != NULL; r = next) {
		next = r->next;
		finish(r);
	}
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
	answer(r, status, headers, body);
}
