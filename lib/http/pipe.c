#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "http/internal.h"
#include "instant/instant.h"

#define PIECE ((size_t)16 << 10)

struct http_pipe {
	struct http_slot *slot;
	curl_socket_t fd;
};

/* A slot that connects, and nothing more. */
static struct http_slot *
slot_new(struct http_client *c, struct http_target *t)
{
	struct http_slot *s = http_slot_new(t, http_client_watch(c));
	unsigned rc = 0;

	if (s == NULL)
		return NULL;
	rc |= curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L);
	rc |= curl_easy_setopt(s->easy, CURLOPT_TIMEOUT_MS, t->connect_ms);
	/* A proxy is to pass on what it does not understand. */
	rc |= curl_easy_setopt(s->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	if (rc == 0)
		return s;
	http_slot_free(s);
	return NULL;
}

struct http_pipe *
http_pipe_open(struct http_client *c, struct http_target *t,
    enum http_failure *failure, struct err *err)
{
	struct http_pipe *p = calloc(1, sizeof(*p));
	struct http_answer a;

	*failure = HTTP_LOCAL;
	if (p == NULL || (p->slot = slot_new(c, t)) == NULL) {
		err_set(err, "out of memory");
		goto err0;
	}
	p->slot->result = curl_easy_perform(p->slot->easy);
	if (p->slot->result != CURLE_OK) {
		http_slot_answer(p->slot, &a);
		*failure = a.failure;
		err_set(err, "%s", a.error);
		goto err0;
	}
	if (curl_easy_getinfo(p->slot->easy, CURLINFO_ACTIVESOCKET, &p->fd) ==
		CURLE_OK &&
	    p->fd != CURL_SOCKET_BAD)
		return p;
	err_set(err, "the connection was closed immediately");
	*failure = HTTP_BROKEN;
err0:
	http_pipe_close(p);
	return NULL;
}

void
http_pipe_close(struct http_pipe *p)
{
	if (p == NULL)
		return;
	http_slot_free(p->slot);
	free(p);
}

/* Wait until ${until} for ${events}.  Return 1, 0 if the time is over, or
 * -1. */
static int
wait_for(struct http_pipe *p, short events, int64_t until, struct err *err)
{
	struct pollfd f = {.fd = p->fd, .events = events};

	for (;;) {
		int64_t left = until - instant_monotonic();
		int n;

		if (left < 0)
			left = 0;
		n = poll(&f, 1, left > 3600000 ? 3600000 : (int)left);
		if (n > 0)
			return 1;
		if (n == 0 && left <= 3600000)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_sys(err, errno, "poll");
	}
}

static int
fail(struct http_pipe *p, CURLcode rc, struct err *err)
{
	const char *why = p->slot->error;

	return err_set(
	    err, "%s", why[0] != '\0' ? why : curl_easy_strerror(rc));
}

int
http_pipe_send(
    struct http_pipe *p, struct span bytes, int64_t ms, struct err *err)
{
	int64_t until = instant_monotonic() + ms;

	while (bytes.n > 0) {
		size_t sent = 0;
		CURLcode rc =
		    curl_easy_send(p->slot->easy, bytes.p, bytes.n, &sent);
		int ready;

		bytes.p += sent;
		bytes.n -= sent;
		if (rc == CURLE_OK)
			continue;
		if (rc != CURLE_AGAIN)
			return fail(p, rc, err);
		ready = wait_for(p, POLLOUT, until, err);
		if (ready == 0)
			return err_set(err, "the server does not read");
		if (ready < 0)
			return -1;
	}
	return 0;
}

enum http_pipe_status
http_pipe_receive(
    struct http_pipe *p, struct buf *out, int64_t ms, struct err *err)
{
	int64_t until = instant_monotonic() + ms;

	if (buf_reserve(out, PIECE) != 0) {
		err_set(err, "out of memory");
		return HTTP_PIPE_FAILED;
	}
	for (;;) {
		size_t got = 0;
		CURLcode rc = curl_easy_recv(
		    p->slot->easy, out->data + out->len, PIECE, &got);
		int ready;

		out->len += got;
		if (rc == CURLE_OK)
			return got > 0 ? HTTP_PIPE_GOT : HTTP_PIPE_CLOSED;
		if (rc != CURLE_AGAIN) {
			fail(p, rc, err);
			return HTTP_PIPE_FAILED;
		}
		ready = ms > 0 ? wait_for(p, POLLIN, until, err) : 0;
		if (ready < 0)
			return HTTP_PIPE_FAILED;
		if (ready == 0)
			return HTTP_PIPE_NOTHING;
	}
}
