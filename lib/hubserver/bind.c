/*
 * Messages from WebSocket clients.  The guide does not fix their form, so the
 * three in use are accepted:
 *
 *	bind-with-token TOKEN
 *	bind-with-token: TOKEN
 *	{"type":"bind-with-token","payload":{"token":"TOKEN"}}
 *
 * and of the third form also unbind-from-token and ping.
 */
#include <stdlib.h>

#include "buf/ascii.h"
#include "hubserver/socket.h"
#include "instant/instant.h"

/* The most room for bindings when the first is made. */
#define BOUND_START 8

/* Add a binding, or renew the one that is there.  Return 0, or -1 if there are
 * too many or memory ran out. */
static int
bind_one(struct hubserver_socket *k, uint64_t number, int64_t expires)
{
	size_t cap = k->bounds_cap;
	void *p;

	for (size_t i = 0; i < k->bounds; i++) {
		if (k->bound[i].number == number) {
			k->bound[i].expires = expires;
			return 0;
		}
	}
	if (k->bounds == HUBSERVER_BOUND_MAX)
		return -1;
	if (k->bounds == cap) {
		cap = cap == 0 ? BOUND_START : 2 * cap;
		p = realloc(k->bound, cap * sizeof(*k->bound));
		if (p == NULL)
			return -1;
		k->bound = p;
		k->bounds_cap = cap;
	}
	k->bound[k->bounds++] = (struct hubserver_bound){number, expires};
	return 0;
}

/* Send the handshake of subscription ${number}, which shows the client that the
 * binding is made.  Return false if ${k} is freed. */
static bool
shake_hands(struct hubserver_socket *k, uint64_t number)
{
	struct hubserver *hs = k->server;
	struct hub_notification n = {.kind = FHIR_HANDSHAKE};
	struct err err;

	n.subscription = hub_at(hs->hub, number);
	buf_clear(&hs->text);
	if (n.subscription == NULL)
		return true;
	if (hub_bundle(hs->hub, &n, instant_now(), &hs->text, &err) <= 0 ||
	    buf_failed(&hs->text)) {
		hubserver_socket_close(
		    k, WEBSOCKET_INTERNAL, "the handshake cannot be made");
		return false;
	}
	hubserver_audit_notification(hs, &n, k->peer);
	return hubserver_socket_send(k, WEBSOCKET_TEXT, buf_span(&hs->text));
}

static bool
bind_token(struct hubserver_socket *k, struct span token)
{
	struct hubserver *hs = k->server;
	uint64_t number[HUB_BINDING_MAX];
	int64_t expires = 0;
	struct err err;
	int n;

	/* Each handshake is audited. */
	if (!hubserver_audit_has_room(hs)) {
		hubserver_socket_close(
		    k, WEBSOCKET_TRY_LATER, "the audit file is not read");
		return false;
	}
	n = hub_binding(hs->hub, token, instant_now(), number, &expires, &err);
	if (n <= 0) {
		hubserver_socket_close(k,
		    n < 0 ? WEBSOCKET_INTERNAL : WEBSOCKET_POLICY,
		    n < 0 ? "the token cannot be checked"
			  : "the token is not valid, or no longer");
		return false;
	}
	for (int i = 0; i < n; i++) {
		if (bind_one(k, number[i], expires) != 0) {
			hubserver_socket_close(k, WEBSOCKET_POLICY,
			    "too many Subscriptions on one connection");
			return false;
		}
	}
	k->was_bound = true;
	for (int i = 0; i < n; i++) {
		if (!shake_hands(k, number[i]))
			return false;
	}
	return true;
}

static bool
unbind_token(struct hubserver_socket *k, struct span token)
{
	uint64_t number[HUB_BINDING_MAX];
	int64_t expires = 0;
	int n = hub_binding(
	    k->server->hub, token, instant_now(), number, &expires, NULL);
	size_t kept = 0;

	for (size_t i = 0; i < k->bounds; i++) {
		bool named = false;

		for (int j = 0; j < n; j++)
			named |= k->bound[i].number == number[j];
		if (!named)
			k->bound[kept++] = k->bound[i];
	}
	k->bounds = kept;
	return true;
}

/* Append the token in the payload ${m} of a message to ${out}. */
static bool
read_token(const struct json_member *m, struct buf *out)
{
	const struct json_member *token;
	struct json_index ix;
	bool found = false;

	json_index_init(&ix);
	if (m != NULL && m->type == JSON_OBJECT &&
	    json_index_read(&ix, m->value, NULL) == 0 &&
	    (token = json_index_find(&ix, "token")) != NULL &&
	    token->type == JSON_STRING) {
		json_unescape(json_inside(token->value), out);
		found = !buf_failed(out);
	}
	json_index_release(&ix);
	return found;
}

/* Process a message in JSON.  Return false if ${k} is freed. */
static bool
take_object(struct hubserver_socket *k, const struct json_index *ix)
{
	const struct json_member *type = json_index_find(ix, "type");
	struct span name = type != NULL && type->type == JSON_STRING
	    ? json_inside(type->value)
	    : (struct span){"", 0};
	bool open = true, good = true;
	struct buf token;

	buf_init(&token);
	if (span_is(name, "ping"))
		open = hubserver_socket_send(
		    k, WEBSOCKET_TEXT, SPAN_LIT("{\"type\":\"pong\"}"));
	else if (span_is(name, "bind-with-token") &&
	    read_token(json_index_find(ix, "payload"), &token))
		open = bind_token(k, buf_span(&token));
	else if (span_is(name, "unbind-from-token") &&
	    read_token(json_index_find(ix, "payload"), &token))
		open = unbind_token(k, buf_span(&token));
	else
		good = false;
	if (!good) {
		hubserver_socket_close(
		    k, WEBSOCKET_POLICY, "not a message that is known here");
		open = false;
	}
	buf_wipe(&token);
	return open;
}

bool
hubserver_socket_received(struct hubserver_socket *k, struct span text)
{
	static const char bind[] = "bind-with-token";
	struct json_index ix;
	bool open;

	text = ascii_trim(text);
	if (text.n > sizeof(bind) - 1 &&
	    memcmp(text.p, bind, sizeof(bind) - 1) == 0) {
		text.p += sizeof(bind) - 1;
		text.n -= sizeof(bind) - 1;
		if (text.p[0] == ':') {
			text.p++;
			text.n--;
		}
		return bind_token(k, ascii_trim(text));
	}
	json_index_init(&ix);
	if (json_index_read(&ix, text, NULL) == 0) {
		open = take_object(k, &ix);
	} else {
		hubserver_socket_close(
		    k, WEBSOCKET_POLICY, "not a message that is known here");
		open = false;
	}
	json_index_release(&ix);
	return open;
}
