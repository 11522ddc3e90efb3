/* The operation $get-ws-binding-token. */
#include "hubserver/private.h"
#include "instant/instant.h"

struct chosen {
	struct hubserver_call *call;
	uint64_t number[HUB_BINDING_MAX];
	size_t count;
};

/* Add ${s}, unless it is there.  Return 0; or -1 with ${err}. */
static int
choose(struct chosen *chosen, const struct hub_subscription *s, struct err *err)
{
	for (size_t i = 0; i < chosen->count; i++) {
		if (chosen->number[i] == s->number)
			return 0;
	}
	if (s->channel != HUB_WEBSOCKET)
		return err_set(err, "the channel of Subscription %s is %s",
		    s->id, hub_channel_code(s->channel));
	if (chosen->count == HUB_BINDING_MAX)
		return err_set(err, "more than %d Subscriptions: name some",
		    HUB_BINDING_MAX);
	chosen->number[chosen->count++] = s->number;
	return 0;
}

static int
take_id(void *context, struct span name, struct span value, struct err *err)
{
	struct chosen *chosen = context;
	const struct hub_subscription *s =
	    hub_find(chosen->call->server->hub, value);

	if (!span_is(name, "id"))
		return err_set(err, "%.*s: not a parameter here",
		    (int)(name.n > 64 ? 64 : name.n), name.p);
	if (s == NULL || !hubserver_owns(chosen->call, s))
		return err_set(err, "id: there is no such Subscription");
	return choose(chosen, s, err);
}

/* Choose all WebSocket subscriptions of the client. */
static int
choose_all(struct chosen *chosen, struct err *err)
{
	const struct hub *hub = chosen->call->server->hub;
	const struct hub_subscription *s;
	uint64_t number = 0;
	int rc = 0;

	while (rc == 0 && (s = hub_after(hub, number)) != NULL) {
		number = s->number;
		if (s->channel == HUB_WEBSOCKET &&
		    hubserver_owns(chosen->call, s))
			rc = choose(chosen, s, err);
	}
	if (rc == 0 && chosen->count == 0)
		rc = err_set(
		    err, "there is no Subscription with a websocket channel");
	return rc;
}

static void
put(struct json_writer *w, const char *name, const char *type,
    struct span value)
{
	json_object_begin(w);
	json_key(w, "name");
	json_put_text(w, name);
	json_key(w, type);
	json_put_string(w, value);
	json_object_end(w);
}

static void
put_answer(struct hubserver_call *c, const struct chosen *chosen,
    const char *token, int64_t expires)
{
	struct span base = buf_span(&c->server->base);
	char time[INSTANT_TEXT_MAX];
	struct json_writer w;
	struct buf url;

	instant_format(expires, time);
	buf_init(&url);
	/* "http" becomes "ws", "https" becomes "wss". */
	buf_add_text(&url, "ws");
	buf_add(&url, base.p + 4, base.n - 4);
	buf_add_text(&url, HUBSERVER_SOCKET_PATH);
	json_writer_init(&w, &c->body);
	json_object_begin(&w);
	json_key(&w, "resourceType");
	json_put_text(&w, "Parameters");
	json_key(&w, "parameter");
	json_array_begin(&w);
	put(&w, "token", "valueString", span_of(token));
	put(&w, "expiration", "valueDateTime", span_of(time));
	for (size_t i = 0; i < chosen->count; i++)
		put(&w, "subscription", "valueString",
		    span_of(hub_at(c->server->hub, chosen->number[i])->id));
	put(&w, "websocket-url", "valueUrl", buf_span(&url));
	json_array_end(&w);
	json_object_end(&w);
	c->body.failed |= url.failed;
	buf_release(&url);
}

/* Return when a binding for the client ends: not later than its own token. */
static int64_t
binding_end(const struct hubserver_call *c)
{
	int64_t end = instant_now() + c->server->options.binding_ms;

	return c->grant.expires > 0 && c->grant.expires < end ? c->grant.expires
							      : end;
}

void
hubserver_binding_token(struct hubserver_call *c)
{
	struct hubserver *hs = c->server;
	int64_t expires = binding_end(c);
	struct chosen chosen = {.call = c};
	const struct hub_subscription *s;
	char token[HUB_TOKEN_MAX];
	enum hub_result result;
	struct err err;
	int rc = 0;

	if (hubserver_parameters(c, take_id, &chosen) != 0)
		return;
	if (c->id.n > 0) {
		s = hubserver_own(c);
		if (s == NULL)
			return;
		chosen.count = 0;
		rc = choose(&chosen, s, &err);
	} else if (chosen.count == 0) {
		rc = choose_all(&chosen, &err);
	}
	if (rc != 0) {
		hubserver_refuse(c, 422, "business-rule", "", err.text);
		return;
	}
	result = hub_bind(hs->hub, chosen.number, chosen.count, instant_now(),
	    expires, token, &err);
	if (result != HUB_DONE) {
		hubserver_refuse(c, 503,
		    result == HUB_FULL ? "too-costly" : "exception", "",
		    err.text);
		return;
	}
	if (!hubserver_committed(c))
		return;
	put_answer(c, &chosen, token, expires);
	hubserver_answer(c, 200);
}
