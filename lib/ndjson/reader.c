#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "ndjson/ndjson.h"

#define CHUNK ((size_t)64 << 10)

/* How many bytes of a line that is too long the caller gets. */
#define TOO_LONG_SHOWN 64

struct ndjson_reader {
	int fd;
	size_t max;
	struct ndjson_writer *tied;
	char *data;
	size_t cap;
	size_t from; /* the next line starts here */
	size_t seen; /* no newline in from..seen */
	size_t len;
	uint64_t number;
	bool end;
	bool dropping;    /* inside a line that is too long */
	uint64_t dropped; /* bytes of it */
};

struct ndjson_reader *
ndjson_reader_new(int fd, size_t max)
{
	struct ndjson_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->fd = fd;
	r->max = max == 0 ? NDJSON_LINE_MAX : max;
	r->cap = 2 * CHUNK;
	r->data = malloc(r->cap);
	if (r->data == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
ndjson_reader_free(struct ndjson_reader *r)
{
	if (r == NULL)
		return;
	free(r->data);
	free(r);
}

void
ndjson_reader_tie(struct ndjson_reader *r, struct ndjson_writer *w)
{
	r->tied = w;
}

/* Make room for a chunk after len, by moving the data or growing the buffer,
 * which has at most the longest line and one chunk. */
static int
make_room(struct ndjson_reader *r)
{
	size_t held = r->len - r->from;

	if (r->cap - r->len >= CHUNK)
		return 0;
	if (r->from > 0) {
		memmove(r->data, r->data + r->from, held);
		r->seen -= r->from;
		r->from = 0;
		r->len = held;
	}
	if (r->cap - r->len < CHUNK) {
		char *data = realloc(r->data, r->cap * 2);

		if (data == NULL) {
			errno = ENOMEM;
			return -1;
		}
		r->data = data;
		r->cap *= 2;
	}
	return 0;
}

static enum ndjson_status
fill(struct ndjson_reader *r)
{
	ssize_t n;

	if (r->tied != NULL && ndjson_flush(r->tied) != 0)
		return NDJSON_FLUSH_FAILED;
	if (make_room(r) != 0)
		return NDJSON_FAILED;
	while ((n = read(r->fd, r->data + r->len, CHUNK)) < 0 &&
	    (errno == EINTR || errno == EAGAIN)) {
		struct pollfd p = {.fd = r->fd, .events = POLLIN};

		/* Another process that shares the descriptor has set
		 * O_NONBLOCK. */
		if (errno == EAGAIN)
			poll(&p, 1, -1);
	}
	if (n < 0)
		return NDJSON_FAILED;
	if (n == 0)
		r->end = true;
	r->len += (size_t)n;
	return NDJSON_LINE;
}

static enum ndjson_status
return_line(
    struct ndjson_reader *r, size_t n, bool newline, struct ndjson_line *line)
{
	enum ndjson_status status = NDJSON_LINE;

	line->text = (struct span){r->data + r->from, n};
	line->newline = newline;
	line->number = ++r->number;
	r->from += n + newline;
	r->seen = r->from;
	if (n > 0 && line->text.p[n - 1] == '\r')
		line->text.n--;
	if (r->dropping || line->text.n > r->max) {
		r->dropping = false;
		r->dropped = 0;
		if (line->text.n > TOO_LONG_SHOWN)
			line->text.n = TOO_LONG_SHOWN;
		status = NDJSON_TOO_LONG;
	}
	return status;
}

/* The buffer has no newline: drop the middle of a line that is too long.  "+
 * 1": a line of exactly max bytes may end with "\r\n". */
static void
trim(struct ndjson_reader *r)
{
	r->seen = r->len;
	if (r->len - r->from > r->max + 1) {
		r->dropping = true;
		if (r->len - r->from > TOO_LONG_SHOWN) {
			r->dropped += r->len - r->from - TOO_LONG_SHOWN;
			r->len = r->seen = r->from + TOO_LONG_SHOWN;
		}
	}
}

enum ndjson_status
ndjson_fill(struct ndjson_reader *r)
{
	if (ndjson_ready(r))
		return NDJSON_LINE;
	trim(r);
	return fill(r);
}

enum ndjson_status
ndjson_next(struct ndjson_reader *r, struct ndjson_line *line)
{
	enum ndjson_status status;
	const char *nl;

	for (;;) {
		nl = r->len > r->seen
		    ? memchr(r->data + r->seen, '\n', r->len - r->seen)
		    : NULL;
		if (nl != NULL)
			return return_line(
			    r, (size_t)(nl - (r->data + r->from)), true, line);
		trim(r);
		if (r->end)
			break;
		status = fill(r);
		if (status != NDJSON_LINE)
			return status;
	}
	if (r->len == r->from)
		return NDJSON_END;
	return return_line(r, r->len - r->from, false, line);
}

void
ndjson_resume(struct ndjson_reader *r)
{
	r->end = false;
}

bool
ndjson_torn(
    const struct ndjson_reader *r, struct ndjson_line *line, uint64_t *bytes)
{
	if (r->end || r->len == r->from || ndjson_ready(r))
		return false;
	line->text = (struct span){r->data + r->from, r->len - r->from};
	line->number = r->number + 1;
	line->newline = false;
	*bytes = line->text.n + r->dropped;
	return true;
}

bool
ndjson_ready(const struct ndjson_reader *r)
{
	return r->end ||
	    (r->len > r->from &&
		memchr(r->data + r->from, '\n', r->len - r->from) != NULL);
}
