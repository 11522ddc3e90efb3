/* Access: origins, tokens, and whose a subscription is. */
#include "hubserver/private.h"
#include "instant/instant.h"
#include "jwt/jwt.h"

bool
hubserver_allow_origin(struct hubserver_call *c)
{
	const struct hubserver_options *o = &c->server->options;
	const struct access_origins origins = {.item = o->origin,
	    .count = o->origins,
	    .local = o->local,
	    .tls = o->tls};
	const char *why;
	int status = access_origin(&origins, c->head, &c->headers, &why);

	if (status == 0)
		return true;
	hubserver_refuse(c, status, "forbidden", "", why);
	return false;
}

bool
hubserver_allow(struct hubserver_call *c)
{
	struct hubserver *hs = c->server;
	const char *peer = serve_request_peer(c->request);
	size_t headers;
	struct span token = access_bearer(c->head, &headers);

	if (hs->options.keys == NULL) {
		c->grant.all = true;
		return true;
	}
	if (access_guesses(&hs->addresses, peer, false)) {
		hubserver_refuse(c, 429, "throttled", "",
		    "too many tokens that fail come from this address");
		return false;
	}
	if (headers != 1 || token.n == 0 || token.n > JWT_MAX) {
		hubserver_refuse(c, 401, "login", "",
		    "a bearer token is needed, in one Authorization header");
		return false;
	}
	if (access_token_read(hs->options.keys, token, HUBSERVER_AUDIENCE,
		instant_now(), &c->grant, &c->refusal) != 0) {
		access_guesses(&hs->addresses, peer, true);
		hubserver_refuse(c, 401, "login", "", c->refusal.text);
		return false;
	}
	if (c->grant.all)
		return true;
	hubserver_refuse(
	    c, 403, "forbidden", "", "the token is not for every session");
	return false;
}

bool
hubserver_owns(const struct hubserver_call *c, const struct hub_subscription *s)
{
	struct span subject = buf_span(&c->grant.subject);

	return span_is(subject, s->owner);
}

const struct hub_subscription *
hubserver_own(struct hubserver_call *c)
{
	const struct hub_subscription *s = hub_find(c->server->hub, c->id);

	if (s != NULL && hubserver_owns(c, s))
		return s;
	hubserver_refuse(
	    c, 404, "not-found", "", "there is no such Subscription");
	return NULL;
}
