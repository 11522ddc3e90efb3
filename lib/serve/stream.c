#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "instant/instant.h"
#include "serve/private.h"

/* How much to read per call, and how many calls before others get a turn. */
#define READ_SIZE 4096
#define READ_ROUNDS 16

static ssize_t
write_one(struct serve_stream *t)
{
	struct span s = t->piece[t->first].bytes;

	return send(
	    t->fd, s.p + t->sent, s.n - t->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t
write_all(struct serve_stream *t)
{
	struct iovec v[SERVE_PIECES];
	struct msghdr message = {.msg_iov = v, .msg_iovlen = t->count};

	for (size_t i = 0; i < t->count; i++) {
		struct span s = t->piece[(t->first + i) % SERVE_PIECES].bytes;
		size_t skip = i == 0 ? t->sent : 0;
		/* Only read, although iov_base is not const. */
		const union {
			const char *from;
			void *base;
		} p = {s.p + skip};

		v[i].iov_base = p.base;
		v[i].iov_len = s.n - skip;
	}
	return sendmsg(t->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t
write_tls(struct serve_stream *t)
{
	struct span s = t->piece[t->first].bytes;
	size_t n = 0;
	int reason;

	ERR_clear_error();
	if (SSL_write_ex(t->ssl, s.p + t->sent, s.n - t->sent, &n) == 1)
		return (ssize_t)n;
	reason = SSL_get_error(t->ssl, 0);
	errno = reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ
	    ? EAGAIN
	    : EPIPE;
	ERR_clear_error();
	return -1;
}

void
serve_stream_push(struct serve_stream *t)
{
	while (t->count > 0 && !t->broken) {
		ssize_t n = t->ssl != NULL ? write_tls(t)
		    : t->count == 1        ? write_one(t)
					   : write_all(t);

		if (n >= 0) {
			serve_stream_sent(t, (size_t)n);
			t->since = 0;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN) {
			if (t->since == 0)
				t->since = instant_monotonic();
			event_add(t->write, NULL);
			return;
		}
		t->broken = true;
		event_active(t->read, EV_READ, 0);
	}
}

size_t
serve_stream_room(const struct serve_stream *t)
{
	return SERVE_PIECES - t->count;
}

void
serve_stream_add(struct serve_stream *t, struct serve_piece piece)
{
	t->piece[(t->first + t->count) % SERVE_PIECES] = piece;
	t->count++;
	t->unsent += piece.bytes.n;
}

int
serve_stream_add_copy(struct serve_stream *t, struct span bytes)
{
	char *copy = malloc(bytes.n > 0 ? bytes.n : 1);

	if (copy == NULL)
		return -1;
	if (bytes.n > 0)
		memcpy(copy, bytes.p, bytes.n);
	serve_stream_add(t, (struct serve_piece){{copy, bytes.n}, free, copy});
	return 0;
}

size_t
serve_stream_unsent(const struct serve_stream *t)
{
	return t->unsent;
}

int64_t
serve_stream_stalled_since(const struct serve_stream *t)
{
	return t->since;
}

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	struct serve_stream *t = context;

	(void)fd;
	(void)what;
	serve_stream_push(t);
	if (t->count > 0)
		return;
	if (t->calls != NULL)
		t->calls->writable(t->context);
	else
		serve_close_gently(t->request);
}

/* ---- Reading ----------------------------------------------------------- */

/* Read what is available.  Return its length, 0 at the end, or -1 with
 * errno. */
static ssize_t
read_some(struct serve_stream *t, char *to, size_t size)
{
	struct evbuffer *ahead = bufferevent_get_input(t->request->bev);
	size_t n = 0;
	int reason;

	/* First, what was read after the head of the request. */
	if (evbuffer_get_length(ahead) > 0)
		return evbuffer_remove(ahead, to, size);
	if (t->ssl == NULL)
		return recv(t->fd, to, size, MSG_DONTWAIT);
	ERR_clear_error();
	if (SSL_read_ex(t->ssl, to, size, &n) == 1)
		return (ssize_t)n;
	reason = SSL_get_error(t->ssl, 0);
	ERR_clear_error();
	errno = EAGAIN;
	return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE
	    ? -1
	    : 0;
}

/* The client has disconnected. */
static void
lose(struct serve_stream *t)
{
	const struct serve_stream_calls *calls = t->calls;
	void *its = t->context;
	struct serve_request *r = t->request;

	t->calls = NULL;
	if (calls != NULL)
		calls->closed(its);
	serve_finish(r);
}

static void
on_readable(evutil_socket_t fd, short what, void *context)
{
	struct serve_stream *t = context;
	const struct serve_stream_calls *calls;
	char bytes[READ_SIZE];
	ssize_t n = 0;

	(void)fd;
	(void)what;
	for (int i = 0; i < READ_ROUNDS; i++) {
		if (!t->broken)
			n = read_some(t, bytes, sizeof(bytes));
		if (!t->broken && n < 0 && errno == EINTR)
			continue;
		if (!t->broken && n < 0 && errno == EAGAIN)
			return;
		if (t->broken || n <= 0) {
			lose(t);
			return;
		}
		calls = t->calls;
		if (calls == NULL || calls->received == NULL)
			continue;
		calls->received(t->context, (struct span){bytes, (size_t)n});
		/* That call may have ended the stream. */
		if (t->calls == NULL)
			return;
	}
	/* Read the rest in the next iteration of the loop. */
	event_active(t->read, EV_READ, 0);
}

/* ---- Beginning and end ------------------------------------------------- */

static int
set_up(struct serve_stream *t, int64_t dead_ms)
{
	struct serve_request *r = t->request;
	const int unsent = SERVE_UNSENT_MAX, dead = (int)dead_ms;
	int fd = bufferevent_getfd(r->bev);

	t->fd = fd;
	/* Streams also work on systems without these options. */
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
	t->ssl = bufferevent_openssl_get_ssl(r->bev);
	if (t->ssl != NULL)
		SSL_set_mode(t->ssl,
		    SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	t->read =
	    event_new(r->serve->base, fd, EV_READ | EV_PERSIST, on_readable, t);
	t->write = event_new(r->serve->base, fd, EV_WRITE, on_writable, t);
	if (t->read == NULL || t->write == NULL ||
	    event_add(t->read, NULL) != 0)
		return -1;
	/* Bytes already read or decrypted do not make the descriptor
	 * readable. */
	event_active(t->read, EV_READ, 0);
	return 0;
}

struct serve_stream *
serve_stream_begin(struct serve_request *r, int status, const char *headers,
    int64_t dead_ms, const struct serve_stream_calls *calls, void *context)
{
	struct serve_stream *t = calloc(1, sizeof(*t));
	struct buf head;

	if (t == NULL || r->bev == NULL) {
		free(t);
		serve_finish(r);
		return NULL;
	}
	buf_init(&head);
	r->stream = t;
	t->request = r;
	t->context = context;
	serve_detach(r);
	serve_answer_head(
	    r->serve, &head, status, status == 101, headers, SERVE_ENDLESS);
	if (buf_failed(&head) || set_up(t, dead_ms) != 0 ||
	    serve_stream_add_copy(t, buf_span(&head)) != 0) {
		serve_finish(r);
		t = NULL;
	} else {
		t->calls = calls;
	}
	buf_release(&head);
	return t;
}

void
serve_stream_end(struct serve_stream *t)
{
	t->calls = NULL;
	serve_stream_push(t);
	if (t->broken)
		return; /* on_readable frees it */
	/* on_readable may be the caller's caller: let the loop free the
	 * stream. */
	serve_limit(t->request, t->request->serve->options.request_ms);
	event_active(t->write, EV_WRITE, 0);
}

void
serve_stream_abort(struct serve_stream *t)
{
	t->calls = NULL;
	t->broken = true;
	event_active(t->read, EV_READ, 0);
}
