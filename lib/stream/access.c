/* Access control: origins, tokens, and what a token allows. */
#include "instant/instant.h"
#include "jwt/jwt.h"
#include "stream/private.h"
#include "websocket/handshake.h"

int
stream_check_origin(struct stream *st, const struct serve_head *h,
    struct buf *cors, const char **why)
{
	const struct access_origins origins = {
	    .item = st->options.origin,
	    .count = st->options.origins,
	    .local = st->options.keys == NULL,
	    .tls = st->options.tls,
	};

	return access_origin(&origins, h, cors, why);
}

int
stream_grant_narrow(
    const struct access_grant *g, struct stream_ask *a, const char **why)
{
	struct span list = buf_span(&a->sessions), one;
	bool chosen = list.n > 0;

	if (g->all)
		return 0;
	*why = "the token is not for this session";
	while (access_next_text(&list, &one)) {
		if (!access_grant_allows(g, one))
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
	while (access_next_text(&list, &one)) {
		if (history_filter_session(a->filter, one, NULL) != 0)
			return 403;
	}
	return 0;
}

/* Return the token in the headers or the query; n 0 if there is not exactly
 * one. */
static struct span
find_token(const struct serve_head *h, const struct stream_ask *a)
{
	static const char offer[] = "bearer.";
	size_t found;
	struct span token = access_bearer(h, &found);
	struct span offered = websocket_offer_with(h, offer);

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

int
stream_token_read(struct stream *st, struct span token, int64_t now,
    struct access_grant *grant, const char **why)
{
	*why = st->refusal.text;
	return access_token_read(
	    st->options.keys, token, STREAM_AUDIENCE, now, grant, &st->refusal);
}

int
stream_check_token(struct stream *st, struct serve_request *r,
    struct stream_ask *a, struct access_grant *grant, const char **why)
{
	struct span token = find_token(serve_request_head(r), a);
	const char *peer = serve_request_peer(r);

	if (st->options.keys == NULL) {
		grant->all = true;
		return 0;
	}
	*why = "too many invalid tokens from this address";
	if (access_guesses(&st->addresses, peer, false))
		return 429;
	*why = "a token is required, in exactly one place";
	if (token.n == 0)
		return 401;
	if (stream_token_read(st, token, instant_now(), grant, why) == 0)
		return 0;
	access_guesses(&st->addresses, peer, true);
	return 401;
}
