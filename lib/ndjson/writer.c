#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

#define FLUSH_AT ((size_t)64 << 10)

struct ndjson_writer {
	int fd;
	int failed; /* the errno of the first write that failed, or 0 */
	bool lost;  /* a record, because memory ran out */
	bool unbuffered;
	bool nowait;
	size_t committed;
	struct buf buf;
};

struct ndjson_writer *
ndjson_writer_new(int fd)
{
	struct ndjson_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->fd = fd;
	buf_init(&w->buf);
	if (buf_reserve(&w->buf, 2 * FLUSH_AT) != 0) {
		free(w);
		return NULL;
	}
	return w;
}

void
ndjson_writer_free(struct ndjson_writer *w)
{
	if (w == NULL)
		return;
	buf_release(&w->buf);
	free(w);
}

struct buf *
ndjson_record(struct ndjson_writer *w)
{
	return &w->buf;
}

bool
ndjson_pending(const struct ndjson_writer *w)
{
	return w->buf.len > w->committed || buf_failed(&w->buf);
}

void
ndjson_discard(struct ndjson_writer *w)
{
	w->buf.len = w->committed;
	w->buf.failed = false;
}

static int
failed(struct ndjson_writer *w)
{
	errno = w->failed;
	return -1;
}

int
ndjson_commit_raw(struct ndjson_writer *w)
{
	if (w->failed != 0)
		return failed(w);
	if (buf_failed(&w->buf)) {
		ndjson_discard(w);
		w->lost = true;
		errno = ENOMEM;
		return -1;
	}
	w->committed = w->buf.len;
	if (w->unbuffered || w->committed >= FLUSH_AT)
		return ndjson_flush(w);
	return 0;
}

int
ndjson_commit(struct ndjson_writer *w)
{
	buf_add_byte(&w->buf, '\n');
	return ndjson_commit_raw(w);
}

int
ndjson_put(struct ndjson_writer *w, struct span line)
{
	buf_add_span(&w->buf, line);
	return ndjson_commit(w);
}

/* Wait up to ${ms} until something can be written.  Return whether it can. */
static bool
writable(const struct ndjson_writer *w, int ms)
{
	struct pollfd p = {.fd = w->fd, .events = POLLOUT};

	return poll(&p, 1, ms) > 0;
}

/* Write some of the committed bytes after ${done}.  Return how many; 0 if
 * nothing can be written now; -1 with errno set. */
static ssize_t
write_some(const struct ndjson_writer *w, size_t done)
{
	size_t n = w->committed - done;

	/* Do not set O_NONBLOCK: other processes may share the descriptor.  A
	 * pipe that poll reports as writable accepts PIPE_BUF bytes without
	 * blocking. */
	if (w->nowait) {
		if (!writable(w, 0))
			return 0;
		if (n > PIPE_BUF)
			n = PIPE_BUF;
	}
	for (;;) {
		ssize_t got = write(w->fd, w->buf.data + done, n);

		if (got > 0)
			return got;
		if (got == 0)
			errno = EIO;
		if (got == 0 || (errno != EINTR && errno != EAGAIN))
			return -1;
		/* Another process has set O_NONBLOCK. */
		if (errno == EAGAIN && w->nowait)
			return 0;
		if (errno == EAGAIN)
			writable(w, -1);
	}
}

int
ndjson_flush(struct ndjson_writer *w)
{
	size_t done = 0;

	if (w->failed != 0)
		return failed(w);
	while (done < w->committed) {
		ssize_t n = write_some(w, done);

		if (n < 0) {
			w->failed = errno;
			return failed(w);
		}
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (done == 0)
		return 0;
	memmove(w->buf.data, w->buf.data + done, w->buf.len - done);
	w->buf.len -= done;
	w->committed -= done;
	return 0;
}

int
ndjson_failure(const struct ndjson_writer *w)
{
	return w->failed == 0 && w->lost ? ENOMEM : w->failed;
}

void
ndjson_writer_nowait(struct ndjson_writer *w, bool nowait)
{
	struct stat st;

	/* Writing to a regular file waits for no reader. */
	w->nowait = nowait && (fstat(w->fd, &st) != 0 || !S_ISREG(st.st_mode));
}

size_t
ndjson_unwritten(const struct ndjson_writer *w)
{
	return w->failed != 0 ? 0 : w->committed;
}

void
ndjson_writer_unbuffered(struct ndjson_writer *w)
{
	w->unbuffered = true;
}
