#include <inttypes.h>
#include <stdio.h>

#include "compat/random.h"
#include "instant/instant.h"
#include "listen/internal.h"
#include "websocket/handshake.h"

/* How much of the reason for a refusal is shown, in bytes, and how long to wait
 * for it, in milliseconds. */
#define REASON_MAX 120
#define REASON_MS 1000

/* Append ${text} as a value in a query (RFC 3986, 3.4). */
static void
add_value(struct buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
				    "QRSTUVWXYZ0123456789-._~";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			buf_add_byte(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

/* Return the seconds that the server may take to answer a poll. */
static int64_t
poll_wait(const struct listener *l)
{
	int64_t s = l->o.silence_ms / 2000;

	if (l->o.once)
		return 0;
	return s > 25 ? 25 : s;
}

static void
add_target(
    const struct listener *l, const struct listen_method *m, struct buf *out)
{
	const struct listen_options *o = &l->o;
	char sign = '?';

	buf_add_span(out, buf_span(&l->path));
	if (l->path.len == 0 || l->path.data[l->path.len - 1] != '/')
		buf_add_byte(out, '/');
	buf_add_text(out, m->path);
	if (l->at.known) {
		buf_addf(out, "%cafter=%" PRIu64, sign, l->at.sequence);
		sign = '&';
	}
	if (l->at.known && l->at.epoch[0] != '\0')
		buf_addf(out, "&epoch=%s", l->at.epoch);
	for (size_t i = 0; i < o->sessions + o->types; i++) {
		bool session = i < o->sessions;

		buf_addf(out, "%c%s=", sign, session ? "session" : "type");
		add_value(
		    out, session ? o->session[i] : o->type[i - o->sessions]);
		sign = '&';
	}
	if (m == &listen_method_poll)
		buf_addf(out, "%cwait=%" PRId64, sign, poll_wait(l));
}

static void
add_headers(const struct listener *l, struct buf *out)
{
	buf_add_text(out, "User-Agent: vitals-listen/" VITALS_VERSION "\r\n");
	if (l->token.len > 0) {
		buf_add_text(out, "Authorization: Bearer ");
		buf_add_span(out, buf_span(&l->token));
		buf_add_text(out, "\r\n");
	}
}

/* Write the request to l->out. */
static int
compose(struct listener *l, const struct listen_method *m, struct err *err)
{
	uint8_t nonce[WEBSOCKET_NONCE];
	struct websocket_request r = {
	    .key = l->key, .protocols = "vitals.stream.v1"};
	struct buf target, headers;
	int rc = 0;

	if (compat_random(nonce, sizeof(nonce)) != 0)
		return err_set(err, "no random bytes");
	websocket_key(nonce, l->key);
	buf_init(&target);
	buf_init(&headers);
	add_target(l, m, &target);
	add_headers(l, &headers);
	r.host = buf_string(&l->host);
	r.target = buf_string(&target);
	r.headers = buf_string(&headers);
	buf_clear(&l->out);
	if (r.host == NULL || r.target == NULL || r.headers == NULL)
		rc = -1;
	else if (m == &listen_method_websocket)
		websocket_add_request(&l->out, &r);
	else
		buf_addf(&l->out,
		    "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: %s\r\n"
		    "Cache-Control: no-store\r\n%s%s\r\n",
		    r.target, r.host, m->accept,
		    m == &listen_method_poll ? "" : "Connection: close\r\n",
		    r.headers);
	if (rc != 0 || buf_failed(&l->out))
		rc = err_set(err, "out of memory");
	buf_release(&target);
	buf_wipe(&headers);
	return rc;
}

/* Wait for the head of the answer.  Return its length, or 0 with ${err}. */
static size_t
wait_head(struct listener *l, struct err *err)
{
	int64_t until = instant_monotonic() + l->o.answer_ms;

	for (;;) {
		/* Also valid for a buffer that is still empty. */
		size_t n = serve_head_length(buf_span(&l->in).p, l->in.len);
		int64_t left = until - instant_monotonic();

		if (n > 0)
			return n;
		if (l->in.len > SERVE_HEAD_MAX) {
			err_set(err, "the head of the answer is too long");
			return 0;
		}
		switch (left <= 0
			? HTTP_PIPE_NOTHING
			: http_pipe_receive(l->pipe, &l->in, left, err)) {
		case HTTP_PIPE_GOT:
			break;
		case HTTP_PIPE_NOTHING:
			err_set(err, "no answer");
			return 0;
		case HTTP_PIPE_CLOSED:
			err_set(err, "closed without an answer");
			return 0;
		case HTTP_PIPE_FAILED:
			return 0;
		}
	}
}

/* Read the start of the body of a refusal into l->body, if it is text. */
static void
read_reason(struct listener *l, const struct serve_head *h)
{
	static const struct span plain = {"text/plain", 10};
	struct span type = serve_head_find(h, "content-type", NULL);
	int64_t until = instant_monotonic() + REASON_MS;

	listen_body_begin(&l->body, h);
	if (type.n < plain.n || memcmp(type.p, plain.p, plain.n) != 0)
		return;
	for (;;) {
		struct span in = listen_rest(&l->in, l->taken);
		int64_t left = until - instant_monotonic();

		if (listen_body_read(&l->body, &in, NULL) != 0)
			return;
		l->taken = l->in.len - in.n;
		if (l->body.ended || l->body.text.len >= REASON_MAX ||
		    left <= 0 ||
		    http_pipe_receive(l->pipe, &l->in, left, NULL) !=
			HTTP_PIPE_GOT)
			return;
	}
}

/* The server refuses the request: set ${err} to what it says about it. */
static int
refuse(
    struct listener *l, const struct serve_head *h, int status, struct err *err)
{
	struct span after = serve_head_find(h, "retry-after", NULL);
	struct span place = serve_head_find(h, "location", NULL);
	const char *token = l->o.token_file;
	struct span why;
	int n;

	if (after.p != NULL)
		l->retry_after = http_retry_after(after, instant_now());
	/* For these, the other ways would be refused, too. */
	l->refused = status == 401 || status == 403 || status == 429 ||
	    status == 503 || status / 100 == 3;
	/* RFC 9110, 15.5: the client seems to have erred; but for Request
	 * Timeout, Too Early (RFC 8470) and Too Many Requests (RFC 6585). */
	l->permanent = status / 100 == 3 ||
	    (status / 100 == 4 && status != 408 && status != 425 &&
		status != 429);
	if (status / 100 == 3 && place.n > 0)
		return err_set(err,
		    "the server answers %d (redirects are not followed; this "
		    "one is to %.*s)",
		    status, (int)(place.n < REASON_MAX ? place.n : REASON_MAX),
		    place.p);
	read_reason(l, h);
	why = listen_rest(&l->body.text, l->body.taken);
	for (n = 0; n < REASON_MAX && (size_t)n < why.n; n++) {
		if (why.p[n] == '\r' || why.p[n] == '\n')
			break;
	}
	l->forbidden = status == 401 || status == 403;
	if (!l->forbidden)
		token = NULL;
	return err_set(err, "the server answers %d%s%s%s%.*s%s", status,
	    token != NULL ? " to the token in " : "",
	    token != NULL ? token : "", n > 0 ? " (" : "", n,
	    n > 0 ? why.p : "", n > 0 ? ")" : "");
}

int
listen_request(
    struct listener *l, const struct listen_method *m, struct err *err)
{
	struct serve_head h;
	const char *why = "";
	size_t n;
	int status;

	if (compose(l, m, err) != 0)
		return -1;
	buf_clear(&l->in);
	l->taken = 0;
	if (http_pipe_send(l->pipe, buf_span(&l->out), l->o.answer_ms, err) !=
	    0)
		return -1;
	n = wait_head(l, err);
	if (n == 0)
		return -1;
	l->taken = n;
	status = serve_head_read_response(&h, l->in.data, n, &why);
	if (status < 0)
		return err_set(err, "the answer is not HTTP: %s", why);
	if (status != (m == &listen_method_websocket ? 101 : 200))
		return refuse(l, &h, status, err);
	return m->begin(l, &h, status, err);
}
