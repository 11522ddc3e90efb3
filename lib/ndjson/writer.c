#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

#define FLUSH_AT ((size_t)64 << 10)

struct ndjson_writer {
	int fd;
	int failed; /* the errno of the first failure, or 0 */
	bool unbuffered;
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

int
ndjson_flush(struct ndjson_writer *w)
{
	size_t done = 0;

	if (w->failed != 0)
		return failed(w);
	while (done < w->committed) {
		ssize_t n =
		    write(w->fd, w->buf.data + done, w->committed - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			w->failed = n < 0 ? errno : EIO;
			return failed(w);
		}
		done += (size_t)n;
	}
	memmove(w->buf.data, w->buf.data + done, w->buf.len - done);
	w->buf.len -= done;
	w->committed = 0;
	return 0;
}

void
ndjson_writer_unbuffered(struct ndjson_writer *w)
{
	w->unbuffered = true;
}
