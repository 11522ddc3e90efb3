#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "instant/instant.h"
#include "serve/private.h"

struct serve_output {
	struct serve *serve;
	int fd;
	bool waits; /* a pipe or the like, which may be full */
	bool syncs; /* a regular file */
	bool failed;
	struct event *event;
	serve_written *written;
	void *context;
	struct buf queue;
	size_t sent;   /* bytes of queue that are written */
	uint64_t done; /* offset of the queue's first byte */
};

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	serve_output_push(context);
}

struct serve_output *
serve_output_new(struct serve *s, int fd, serve_written *written, void *context)
{
	struct serve_output *o = calloc(1, sizeof(*o));
	struct stat st;

	if (o == NULL)
		return NULL;
	o->serve = s;
	o->fd = fd;
	o->written = written;
	o->context = context;
	if (fstat(fd, &st) == 0) {
		o->syncs = S_ISREG(st.st_mode);
		o->waits = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
		    isatty(fd) == 1;
	}
	buf_init(&o->queue);
	if (o->waits) {
		o->event = event_new(s->base, fd, EV_WRITE, on_writable, o);
		if (o->event == NULL) {
			free(o);
			return NULL;
		}
	}
	return o;
}

void
serve_output_free(struct serve_output *o)
{
	if (o == NULL)
		return;
	if (o->event != NULL)
		event_free(o->event);
	buf_release(&o->queue);
	free(o);
}

uint64_t
serve_output_end(const struct serve_output *o)
{
	return o->done + o->queue.len;
}

uint64_t
serve_output_done(const struct serve_output *o)
{
	return o->done + o->sent;
}

uint64_t
serve_output_add(struct serve_output *o, struct span bytes)
{
	/* What is written is dropped when it is most of the buffer. */
	if (o->sent > o->queue.len / 2) {
		memmove(o->queue.data, o->queue.data + o->sent,
		    o->queue.len - o->sent);
		o->queue.len -= o->sent;
		o->done += o->sent;
		o->sent = 0;
	}
	if (buf_reserve(&o->queue, bytes.n) != 0) {
		o->queue.failed = false;
		return 0;
	}
	buf_add_span(&o->queue, bytes);
	return serve_output_end(o);
}

/* Would a write of PIPE_BUF bytes go through at once? */
static bool
writable(const struct serve_output *o)
{
	struct pollfd p = {.fd = o->fd, .events = POLLOUT};

	return !o->waits || poll(&p, 1, 0) > 0;
}

/* Write what goes without blocking.  Return 0, or an errno. */
static int
write_some(struct serve_output *o)
{
	while (o->sent < o->queue.len && writable(o)) {
		size_t n = o->queue.len - o->sent;
		ssize_t w;

		if (o->waits && n > PIPE_BUF)
			n = PIPE_BUF;
		w = write(o->fd, o->queue.data + o->sent, n);
		if (w < 0 && (errno == EINTR))
			continue;
		if (w < 0 && errno == EAGAIN && o->waits)
			break;
		if (w <= 0)
			return w < 0 ? errno : EIO;
		o->sent += (size_t)w;
	}
	if (o->syncs && fdatasync(o->fd) != 0)
		return errno;
	return 0;
}

void
serve_output_push(struct serve_output *o)
{
	size_t before = o->sent;
	int errnum;

	if (o->failed || o->sent == o->queue.len)
		return;
	errnum = write_some(o);
	if (errnum != 0) {
		o->failed = true;
		o->written(o->context, serve_output_done(o), errnum);
		return;
	}
	if (o->sent < o->queue.len)
		event_add(o->event, NULL);
	if (o->sent > before)
		o->written(o->context, serve_output_done(o), 0);
}

void
serve_output_finish(struct serve_output *o, int64_t ms)
{
	int64_t end = instant_monotonic() + ms;

	for (;;) {
		struct pollfd p = {.fd = o->fd, .events = POLLOUT};
		int64_t left = end - instant_monotonic();

		serve_output_push(o);
		if (o->failed || o->sent == o->queue.len || left <= 0)
			return;
		poll(&p, 1, (int)left);
	}
}
