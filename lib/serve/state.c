/* The phases of a connection, and its end. */
#include <event2/buffer.h>
#include <poll.h>
#include <stdlib.h>

#include "instant/instant.h"
#include "serve/private.h"

void
serve_limit(struct serve_request *r, int64_t ms)
{
	const struct timeval tv = {ms / 1000, (ms % 1000) * 1000};

	event_add(r->timer, &tv);
}

void
serve_enter(struct serve_request *r, enum serve_phase phase, int64_t ms)
{
	r->phase = phase;
	r->since = instant_monotonic();
	serve_limit(r, ms);
}

void
serve_forget_body(struct serve_request *r)
{
	r->serve->buffered -= r->counted;
	r->counted = 0;
	buf_release(&r->body);
}

void
serve_drop_client(struct serve_request *r)
{
	if (r->bev == NULL)
		return;
	serve_tls_goodbye(r->bev, true);
	bufferevent_free(r->bev);
	r->bev = NULL;
	event_del(r->timer);
}

void
serve_resume(void *context)
{
	struct serve *s = context;

	if (s->listener != NULL && !s->paused && !s->draining)
		evconnlistener_enable(s->listener);
}

void
serve_disconnected(struct serve *s)
{
	if (s->draining) {
		if (s->connections == 0)
			event_base_loopbreak(s->base);
		return;
	}
	if (s->paused && s->connections < s->room) {
		s->paused = false;
		serve_resume(s);
	}
}

void
serve_finish(struct serve_request *r)
{
	struct serve *s = r->serve;
	bool fresh = r->fresh;

	serve_stream_free(r->stream);
	serve_drop_client(r);
	if (r->previous != NULL)
		r->previous->next = r->next;
	else
		s->first = r->next;
	if (r->next != NULL)
		r->next->previous = r->previous;
	else
		s->last = r->previous;
	serve_address_leave(r);
	serve_forget_body(r);
	buf_release(&r->text);
	if (r->timer != NULL)
		event_free(r->timer);
	free(r);
	s->connections--;
	s->fresh -= fresh;
	serve_disconnected(s);
}

bool
serve_unread(const struct serve_request *r)
{
	char byte;

	return evbuffer_get_length(bufferevent_get_input(r->bev)) > 0 ||
	    recv(bufferevent_getfd(r->bev), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >
	    0;
}

bool
serve_someone_waits(const struct serve *s)
{
	struct pollfd p = {.events = POLLIN};

	if (s->listener == NULL)
		return false;
	p.fd = evconnlistener_get_fd(s->listener);
	return poll(&p, 1, 0) > 0;
}

bool
serve_crowded(const struct serve *s)
{
	return s->connections - s->fresh >= s->options.max_connections &&
	    (s->fresh > 0 || serve_someone_waits(s));
}
