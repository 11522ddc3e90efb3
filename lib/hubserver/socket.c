/* WebSockets: from the upgrade to the end, and notifications on them. */
#include <stdio.h>
#include <stdlib.h>

#include "hubserver/socket.h"
#include "instant/instant.h"
#include "websocket/handshake.h"

/* How long a client may be connected without a token. */
#define UNBOUND_MS 30000

/* ---- Callbacks ------------------------------------------------------------ */

static void
on_writable(void *context)
{
	hubserver_socket_flush(context);
}

static void
on_closed(void *context)
{
	struct hubserver_socket *k = context;

	hubserver_report(
	    k->server, HUBSERVER_DETAIL, k->peer, "websocket: disconnected");
	hubserver_socket_forget(k);
}

/* The client closes: answer with the same code. */
static void
goodbye(struct hubserver_socket *k)
{
	hubserver_socket_close(k, k->reader.code, "");
}

static void
on_received(void *context, struct span bytes)
{
	struct hubserver_socket *k = context;

	k->pinged = 0;
	for (;;) {
		switch (websocket_read(&k->reader, &bytes)) {
		case WEBSOCKET_MORE:
		case WEBSOCKET_GOT_PONG:
			if (bytes.n == 0)
				return;
			break;
		case WEBSOCKET_GOT_PING:
			if (!hubserver_socket_send(
				k, WEBSOCKET_PONG, k->reader.payload))
				return;
			break;
		case WEBSOCKET_GOT_TEXT:
			if (!hubserver_socket_received(k, k->reader.payload))
				return;
			break;
		case WEBSOCKET_GOT_BINARY:
			hubserver_socket_close(k, WEBSOCKET_UNSUPPORTED,
			    "messages are texts here");
			return;
		case WEBSOCKET_GOT_CLOSE:
			goodbye(k);
			return;
		case WEBSOCKET_FAILED:
			hubserver_socket_close(
			    k, k->reader.code, k->reader.why);
			return;
		}
	}
}

static const struct serve_stream_calls calls = {
    on_received, on_writable, on_closed};

/* ---- Opening -------------------------------------------------------------- */

/* Answer ${c} with the upgrade for ${key}. */
static void
upgrade(struct hubserver_call *c, struct span key)
{
	struct hubserver *hs = c->server;
	struct hubserver_socket *k = calloc(1, sizeof(*k));
	struct serve_request *r = c->request;

	if (k == NULL || websocket_add_answer(&c->headers, key, NULL) != 0 ||
	    buf_string(&c->headers) == NULL) {
		free(k);
		hubserver_refuse(c, 503, "exception", "", "out of memory");
		return;
	}
	k->server = hs;
	websocket_reader_init(
	    &k->reader, WEBSOCKET_SERVER, HUBSERVER_MESSAGE_MAX);
	buf_init(&k->queue);
	k->began = k->said = instant_monotonic();
	snprintf(k->peer, sizeof(k->peer), "%s", serve_request_peer(r));
	k->next = hs->first;
	if (hs->first != NULL)
		hs->first->previous = k;
	hs->first = k;
	hs->sockets++;
	hs->count.requests++;
	hubserver_audit_request(c, 101);
	c->request = NULL;
	k->out = serve_stream_begin(
	    r, 101, c->headers.data, HUBSERVER_DEAD_MS, &calls, k);
	if (k->out == NULL) {
		hubserver_socket_forget(k);
		return;
	}
	hubserver_report(hs, HUBSERVER_DETAIL, k->peer, "websocket: connected");
	serve_stream_push(k->out); /* the head */
}

void
hubserver_socket_open(struct hubserver_call *c)
{
	struct span key;
	const char *why;
	int status = websocket_check_request(c->head, &key, &why);

	if (status != 0)
		hubserver_refuse(c, status, "invalid", "", why);
	else if (c->server->stopping)
		hubserver_refuse(
		    c, 503, "transient", "", "the server is shutting down");
	else if (c->server->sockets >= c->server->options.clients)
		hubserver_refuse(c, 503, "throttled", "",
		    "as many WebSockets as may be are connected");
	else
		upgrade(c, key);
}

/* ---- Notifications -------------------------------------------------------- */

static bool
is_bound(const struct hubserver_socket *k, uint64_t number)
{
	for (size_t i = 0; i < k->bounds; i++) {
		if (k->bound[i].number == number)
			return true;
	}
	return false;
}

void
hubserver_socket_notify(
    struct hubserver *hs, const struct hub_notification *n, struct span bundle)
{
	uint64_t number = n->subscription->number;
	bool sent = false;
	struct hubserver_socket *next;

	for (struct hubserver_socket *k = hs->first; k != NULL; k = next) {
		next = k->next;
		if (!is_bound(k, number))
			continue;
		hubserver_audit_notification(hs, n, k->peer);
		if (hubserver_socket_send(k, WEBSOCKET_TEXT, bundle)) {
			hs->count.sent++;
			sent = true;
		}
	}
	if (!sent)
		hs->count.missed++;
}

/* ---- Time ----------------------------------------------------------------- */

/* Remove the bindings that have expired and those whose subscription is
 * deleted.  Return NULL, or why ${k} is to be closed. */
static const char *
expire(struct hubserver_socket *k, int64_t wall)
{
	size_t kept = 0;
	bool expired = false;

	for (size_t i = 0; i < k->bounds; i++) {
		if (k->bound[i].expires <= wall)
			expired = true;
		else if (hub_at(k->server->hub, k->bound[i].number) != NULL)
			k->bound[kept++] = k->bound[i];
	}
	if (kept == k->bounds)
		return NULL;
	k->bounds = kept;
	if (kept > 0)
		return NULL;
	return expired ? "the binding has expired"
		       : "the Subscription was deleted";
}

/* Look after ${k}, which may be freed. */
static void
look_after(struct hubserver_socket *k, int64_t now, int64_t wall)
{
	int64_t stalled = serve_stream_stalled_since(k->out);
	const char *why = expire(k, wall);

	if (why == NULL && !k->was_bound && now - k->began >= UNBOUND_MS)
		why = "no token was sent";
	if (why != NULL) {
		hubserver_socket_close(k, WEBSOCKET_POLICY, why);
	} else if ((stalled > 0 && now - stalled >= HUBSERVER_DEAD_MS) ||
	    (k->pinged > 0 && now - k->pinged >= HUBSERVER_DEAD_MS)) {
		hubserver_report(k->server, HUBSERVER_DETAIL, k->peer,
		    "websocket: the link is dead");
		serve_stream_abort(k->out);
		hubserver_socket_forget(k);
	} else if (now - k->said >= HUBSERVER_PING_MS && k->pinged == 0) {
		k->pinged = now;
		hubserver_socket_send(k, WEBSOCKET_PING, (struct span){"", 0});
	}
}

void
hubserver_socket_tick(struct hubserver *hs, int64_t now)
{
	int64_t wall = instant_now();
	struct hubserver_socket *next;

	for (struct hubserver_socket *k = hs->first; k != NULL; k = next) {
		next = k->next;
		look_after(k, now, wall);
	}
}

void
hubserver_socket_close_all(struct hubserver *hs, int code, const char *why)
{
	while (hs->first != NULL)
		hubserver_socket_close(hs->first, code, why);
}

void
hubserver_socket_abort_all(struct hubserver *hs)
{
	while (hs->first != NULL) {
		serve_stream_abort(hs->first->out);
		hubserver_socket_forget(hs->first);
	}
}
