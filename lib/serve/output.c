#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat/again.h"
#include "instant/instant.h"
#include "serve/private.h"

/* A delayed sync is done immediately when this much is unsynced. */
#define UNSYNCED_MAX ((uint64_t)512 << 10)

struct serve_output {
	struct serve *serve;
	int fd;        /* where to write: the caller's, or own */
	int own;       /* a non-blocking one opened here; -1: none */
	bool waits;    /* it can be full: a pipe or the like */
	bool socket;   /* it is a socket, written with send */
	bool syncs;    /* it is a regular file */
	bool newline;  /* one is needed before the first byte */
	bool due;      /* a sync is scheduled */
	int64_t delay; /* of a sync, in milliseconds */
	bool failed;
	struct event *event;
	serve_written *written;
	void *context;
	struct buf queue;
	size_t sent;     /* bytes of queue that are written */
	uint64_t start;  /* offset of the queue's first byte */
	uint64_t whole;  /* offset after the last whole line written */
	uint64_t synced; /* offset up to which all is known to be on disk */
	int64_t origin;  /* of a regular file: the position of offset 0 */
};

static void
on_writable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	serve_output_push(context);
}

/* O_NONBLOCK is a property of the open file, which other processes may share:
 * the shell of a terminal, the next writer of a pipe.  Therefore open the file
 * again and set it there.  If that fails, fall back to poll and small
 * writes. */
static int
reopen(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* Return the position in the regular file ${fd} of the next byte written. */
static off_t
next_byte(int fd, const struct stat *st)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_APPEND) != 0 ? st->st_size
						     : lseek(fd, 0, SEEK_CUR);
}

/* Does a line of the regular file ${fd} end at ${at}?  If that cannot be
 * determined, no. */
static bool
at_line_start(int fd, off_t at)
{
	char last = '\0';
	int in;
	ssize_t n;

	if (at <= 0)
		return true;
	n = compat_pread(fd, &last, 1, at - 1);
	if (n < 0 && (in = reopen(fd, O_RDONLY)) >= 0) {
		n = compat_pread(in, &last, 1, at - 1);
		close(in);
	}
	return n == 1 && last == '\n';
}

static int
start(struct serve_output *o, int fd)
{
	struct stat st;

	o->fd = fd;
	o->own = -1;
	if (fstat(fd, &st) == 0) {
		o->syncs = S_ISREG(st.st_mode);
		o->socket = S_ISSOCK(st.st_mode);
		o->waits = o->socket || S_ISFIFO(st.st_mode) || isatty(fd) == 1;
	}
	if (o->syncs) {
		o->origin = next_byte(fd, &st);
		o->newline = !at_line_start(fd, o->origin);
	}
	if (!o->waits)
		return 0;
	if (!o->socket)
		o->own = reopen(fd, O_WRONLY);
	if (o->own >= 0)
		o->fd = o->own;
	o->event = event_new(o->serve->base, o->fd, EV_WRITE, on_writable, o);
	return o->event != NULL ? 0 : -1;
}

struct serve_output *
serve_output_new(struct serve *s, int fd, serve_written *written, void *context)
{
	struct serve_output *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->serve = s;
	o->written = written;
	o->context = context;
	buf_init(&o->queue);
	if (start(o, fd) != 0) {
		serve_output_free(o);
		return NULL;
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
	if (o->own >= 0)
		close(o->own);
	buf_release(&o->queue);
	free(o);
}

void
serve_output_torn(struct serve_output *o)
{
	if (!o->syncs)
		o->newline = true;
}

void
serve_output_continue(struct serve_output *o, size_t n)
{
	o->start = n;
	o->origin -= (int64_t)n;
	o->newline = false;
}

void
serve_output_delay_sync(struct serve_output *o, int64_t ms)
{
	o->delay = ms;
}

/* The offset after the last byte written. */
static uint64_t
written_to(const struct serve_output *o)
{
	return o->start + o->sent;
}

uint64_t
serve_output_end(const struct serve_output *o)
{
	return o->start + o->queue.len;
}

uint64_t
serve_output_done(const struct serve_output *o)
{
	return o->syncs ? o->synced : written_to(o);
}

int64_t
serve_output_place(const struct serve_output *o, uint64_t offset)
{
	bool newline = o->newline && offset == serve_output_end(o);

	return o->syncs && o->origin >= 0
	    ? o->origin + (int64_t)offset + newline
	    : -1;
}

uint64_t
serve_output_add(struct serve_output *o, struct span bytes)
{
	/* Drop written bytes once they are most of the buffer. */
	if (o->sent > o->queue.len / 2) {
		memmove(o->queue.data, o->queue.data + o->sent,
		    o->queue.len - o->sent);
		o->queue.len -= o->sent;
		o->start += o->sent;
		o->sent = 0;
	}
	if (buf_reserve(&o->queue, bytes.n + 1) != 0) {
		o->queue.failed = false;
		return 0;
	}
	if (o->newline)
		buf_add_byte(&o->queue, '\n');
	o->newline = false;
	buf_add_span(&o->queue, bytes);
	return serve_output_end(o);
}

/* Return how many of the ${n} bytes at ${p} to write in one call.  For a pipe,
 * whole lines of at most PIPE_BUF bytes, which are written atomically.  Then a
 * kill or another writer can only break a line that is longer. */
static size_t
piece(const struct serve_output *o, const char *p, size_t n)
{
	size_t i;

	if (!o->waits || n == 0)
		return n;
	if (n > PIPE_BUF)
		n = PIPE_BUF;
	for (i = n; i > 0 && p[i - 1] != '\n'; i--)
		;
	return i > 0 ? i : n;
}

/* Write without blocking, or fail with EAGAIN. */
static ssize_t
write_piece(const struct serve_output *o, const char *p, size_t n)
{
	struct pollfd ready = {.fd = o->fd, .events = POLLOUT};

	if (o->socket)
		return send(o->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (o->waits && o->own < 0 && poll(&ready, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(o->fd, p, n);
}

/* Write what can be written without blocking.  Return 0, or an errno. */
static int
write_some(struct serve_output *o)
{
	while (o->sent < o->queue.len) {
		const char *p = o->queue.data + o->sent;
		ssize_t w =
		    write_piece(o, p, piece(o, p, o->queue.len - o->sent));
		size_t line;

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EAGAIN && o->waits)
			break;
		if (w <= 0)
			return w < 0 ? errno : EIO;
		for (line = (size_t)w; line > 0 && p[line - 1] != '\n'; line--)
			;
		if (line > 0)
			o->whole = written_to(o) + line;
		o->sent += (size_t)w;
	}
	return 0;
}

/* Truncate the file by the last ${n} bytes written, unless another process has
 * appended to it.  Return how many were removed. */
static uint64_t
cut(const struct serve_output *o, uint64_t n)
{
	off_t at = lseek(o->fd, 0, SEEK_CUR), start = at - (off_t)n;
	struct stat st;

	if (start < 0 || fstat(o->fd, &st) != 0 || st.st_size != at ||
	    ftruncate(o->fd, start) != 0 || lseek(o->fd, start, SEEK_SET) < 0)
		return 0;
	return n;
}

/* Stop writing.  Leave a file with whole lines that are on its disk; the owner
 * of the others writes them again.  ${lost}: a sync has failed, after which the
 * result of another one proves nothing. */
static void
fail(struct serve_output *o, int errnum, bool lost)
{
	uint64_t end = written_to(o);

	o->failed = true;
	if (o->syncs) {
		end -= cut(o, end - o->whole);
		if (!lost && compat_fdatasync(o->fd) == 0)
			o->synced = o->whole;
		else
			cut(o, end - o->synced);
	}
	o->written(o->context, serve_output_done(o), errnum);
}

static void
sync_now(struct serve_output *o)
{
	uint64_t end = written_to(o);

	if (o->failed || o->synced == end)
		return;
	if (compat_fdatasync(o->fd) != 0) {
		fail(o, errno, true);
		return;
	}
	o->synced = end;
	o->written(o->context, end, 0);
}

static void
on_sync_due(void *context)
{
	struct serve_output *o = context;

	o->due = false;
	sync_now(o);
}

static void
sync_soon(struct serve_output *o)
{
	if (o->delay > 0 && written_to(o) - o->synced < UNSYNCED_MAX) {
		if (o->due)
			return;
		o->due = serve_after(o->serve, o->delay, on_sync_due, o) == 0;
		if (o->due)
			return;
	}
	sync_now(o);
}

void
serve_output_push(struct serve_output *o)
{
	uint64_t before = written_to(o);
	int errnum;

	if (o->failed || o->sent == o->queue.len)
		return;
	errnum = write_some(o);
	if (errnum != 0) {
		fail(o, errnum, false);
		return;
	}
	if (o->sent < o->queue.len)
		event_add(o->event, NULL);
	if (o->syncs)
		sync_soon(o);
	else if (written_to(o) > before)
		o->written(o->context, written_to(o), 0);
}

void
serve_output_finish(struct serve_output *o, int64_t ms)
{
	int64_t end = instant_monotonic() + ms;

	for (;;) {
		struct pollfd p = {.fd = o->fd, .events = POLLOUT};
		int64_t left = end - instant_monotonic();

		serve_output_push(o);
		if (o->syncs)
			sync_now(o);
		if (o->failed || o->sent == o->queue.len || left <= 0)
			return;
		poll(&p, 1, (int)left);
	}
}
