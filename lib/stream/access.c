/* Access control: origins, tokens, and connections per address. */
#include <stdlib.h>

#include "buf/ascii.h"
#include "instant/instant.h"
#include "jwt/jwt.h"
#include "stream/private.h"
#include "websocket/handshake.h"

#define MINUTE_MS 60000

/* ---- Origins ----------------------------------------------------------- */

/* Does the Host header name this machine?  This stops DNS rebinding: a page
 * whose name was made to resolve to this address. */
static bool
is_local(struct span host)
{
	static const char *const name[] = {"localhost", "127.0.0.1", "[::1]"};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		struct span start = {host.p, strlen(name[i])};

		if (host.n < start.n ||
		    (host.n > start.n && host.p[start.n] != ':'))
			continue;
		if (ascii_same(start, name[i]))
			return true;
	}
	return host.n > 4 && memcmp(host.p, "127.", 4) == 0;
}

/* Is ${origin} the scheme of this server ("http://" or "https://") and
 * ${host}? */
static bool
same_origin(const struct stream *st, struct span origin, struct span host)
{
	size_t n = st->options.tls ? 8 : 7;
	struct span rest;

	if (origin.n < n ||
	    memcmp(origin.p, st->options.tls ? "https://" : "http://", n) != 0)
		return false;
	rest = (struct span){origin.p + n, origin.n - n};
	return rest.n == host.n && memcmp(rest.p, host.p, host.n) == 0;
}

static bool
listed(const struct stream *st, struct span origin)
{
	for (size_t i = 0; i < st->options.origins; i++) {
		if (strcmp(st->options.origin[i], "*") == 0 ||
		    span_is(origin, st->options.origin[i]))
			return true;
	}
	return false;
}

int
stream_check_origin(struct stream *st, const struct serve_head *h,
    struct buf *cors, const char **why)
{
	size_t origins;
	struct span host = serve_head_find(h, "host", NULL);
	struct span origin = serve_head_find(h, "origin", &origins);

	*why = "the Host header names another machine";
	if (st->options.local && !is_local(host))
		return 403;
	if (origins == 0)
		return 0;
	*why = "pages of this origin may not watch";
	if (origins > 1 || origin.n == 0)
		return 403;
	if (same_origin(st, origin, host))
		return 0;
	if (!listed(st, origin))
		return 403;
	buf_add_text(cors, "Access-Control-Allow-Origin: ");
	buf_add_span(cors, origin);
	buf_add_text(cors, "\r\nVary: Origin\r\n");
	return 0;
}

/* ---- Grants ------------------------------------------------------------ */

void
stream_grant_init(struct stream_grant *g)
{
	memset(g, 0, sizeof(*g));
	buf_init(&g->sessions);
	buf_init(&g->subject);
}

void
stream_grant_release(struct stream_grant *g)
{
	buf_release(&g->sessions);
	buf_release(&g->subject);
}

/* Iterate over a list of texts, each with a final 0 byte. */
static bool
next_text(struct span *list, struct span *one)
{
	if (list->n == 0)
		return false;
	*one = (struct span){list->p, strlen(list->p)};
	list->p += one->n + 1;
	list->n -= one->n + 1;
	return true;
}

bool
stream_grant_allows(const struct stream_grant *g, struct span session)
{
	struct span list = buf_span(&g->sessions), one;

	if (g->all)
		return true;
	while (next_text(&list, &one)) {
		if (one.n == session.n && one.n > 0 &&
		    memcmp(one.p, session.p, one.n) == 0)
			return true;
	}
	return false;
}

int
stream_grant_narrow(
    const struct stream_grant *g, struct stream_ask *a, const char **why)
{
	struct span list = buf_span(&a->sessions), one;
	bool chosen = list.n > 0;

	if (g->all)
		return 0;
	*why = "the token is not for this session";
	while (next_text(&list, &one)) {
		if (!stream_grant_allows(g, one))
			return 403;
	}
	if (chosen)
		return 0;
	*why = "out of memory";
	if (a->filter == NULL)
		a->filter = history_filter_new();
	if (a->filter == NULL)
		return 503;
	*why = "the token is for too many sessions";
	list = buf_span(&g->sessions);
	while (next_text(&list, &one)) {
		if (history_filter_session(a->filter, one, NULL) != 0)
			return 403;
	}
	return 0;
}

/* ---- Addresses --------------------------------------------------------- */

static bool
stale(const struct stream_address *a, int64_t now)
{
	return a->clients == 0 &&
	    (a->failures == 0 || now - a->minute >= MINUTE_MS);
}

struct stream_address *
stream_address(struct stream *st, const char *peer)
{
	const char *colon = strrchr(peer, ':');
	size_t n = colon != NULL ? (size_t)(colon - peer) : strlen(peer);
	struct stream_address **p = &st->addresses, *a;
	int64_t now = instant_monotonic();

	while ((a = *p) != NULL) {
		if (strlen(a->name) == n && memcmp(a->name, peer, n) == 0)
			return a;
		if (stale(a, now)) {
			*p = a->next;
			free(a);
			st->address_count--;
			continue;
		}
		p = &a->next;
	}
	if (st->address_count >= STREAM_ADDRESSES)
		return NULL;
	a = calloc(1, sizeof(*a) + n + 1);
	if (a == NULL)
		return NULL;
	memcpy(a->name, peer, n);
	a->next = st->addresses;
	st->addresses = a;
	st->address_count++;
	return a;
}

/* ---- Tokens ------------------------------------------------------------ */

/* Has the address sent too many invalid tokens? */
static bool
guesses(struct stream *st, struct serve_request *r, bool failed)
{
	struct stream_address *a = stream_address(st, serve_request_peer(r));
	int64_t now = instant_monotonic();

	if (a == NULL)
		return true;
	if (now - a->minute >= MINUTE_MS) {
		a->minute = now;
		a->failures = 0;
	}
	if (failed)
		a->failures++;
	return a->failures >= STREAM_FAILURES_MAX;
}

/* Return the token in the headers or the query; n 0 if there is not exactly
 * one. */
static struct span
find_token(const struct serve_head *h, const struct stream_ask *a)
{
	static const char bearer[] = "bearer ", offer[] = "bearer.";
	size_t headers, found = 0;
	struct span token = {NULL, 0};
	struct span value = serve_head_find(h, "authorization", &headers);
	struct span offered = websocket_offer_with(h, offer);

	if (headers > 0) {
		struct span scheme = {value.p, sizeof(bearer) - 1};

		found += headers;
		if (value.n > scheme.n && ascii_same(scheme, bearer))
			token = (struct span){
			    value.p + scheme.n, value.n - scheme.n};
	}
	if (offered.p != NULL) {
		found++;
		token = (struct span){offered.p + sizeof(offer) - 1,
		    offered.n - (sizeof(offer) - 1)};
	}
	if (a->token.len > 0) {
		found++;
		token = buf_span(&a->token);
	}
	if (found != 1 || token.n > JWT_MAX)
		token.n = 0;
	return token;
}

/* Append the sessions of ${t} to those of ${grant}. */
static void
take_sessions(const struct jwt_claims *t, struct stream_grant *grant)
{
	grant->all = t->all_sessions;
	for (size_t i = 0; i < t->sessions; i++) {
		/* A session's name contains no 0 byte. */
		if (memchr(t->session[i].p, '\0', t->session[i].n) != NULL)
			continue;
		buf_add_span(&grant->sessions, t->session[i]);
		buf_add_byte(&grant->sessions, '\0');
	}
}

int
stream_token_read(struct stream *st, struct span token, int64_t now,
    struct stream_grant *grant, const char **why)
{
	struct jwt t;
	int rc = -1;

	jwt_init(&t);
	*why = st->refusal.text;
	if (jwt_check(st->options.keys, token, SPAN_LIT(STREAM_AUDIENCE),
		now / 1000, &t, &st->refusal) == JWT_GOOD) {
		take_sessions(&t.claims, grant);
		buf_add_span(&grant->subject, t.claims.subject);
		grant->expires = t.claims.expires * 1000;
		rc = 0;
		if (buf_failed(&grant->sessions) || buf_failed(&grant->subject))
			rc = err_set(&st->refusal, "out of memory");
	}
	jwt_release(&t);
	return rc;
}

int
stream_check_token(struct stream *st, struct serve_request *r,
    struct stream_ask *a, struct stream_grant *grant, const char **why)
{
	struct span token = find_token(serve_request_head(r), a);

	if (st->options.keys == NULL) {
		grant->all = true;
		return 0;
	}
	*why = "too many tokens that fail come from this address";
	if (guesses(st, r, false))
		return 429;
	*why = "a token is needed, in one place";
	if (token.n == 0)
		return 401;
	if (stream_token_read(st, token, instant_now(), grant, why) == 0)
		return 0;
	guesses(st, r, true);
	return 401;
}
