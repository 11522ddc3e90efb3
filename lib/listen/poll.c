/* A stream by polling: each answer has records, one per line. */
#include "listen/internal.h"

static int
begin(
    struct listener *l, const struct serve_head *h, int status, struct err *err)
{
	(void)status;
	(void)err;
	listen_body_begin(&l->body, h);
	return 0;
}

static enum listen_took
take(struct listener *l, struct listen_record *r, struct err *err)
{
	struct span in = listen_rest(&l->in, l->taken);
	struct listen_body *b = &l->body;
	struct span line;
	const char *end;

	if (in.n > 0 && !b->ended && listen_body_read(b, &in, err) != 0)
		return LISTEN_BROKE;
	l->taken = l->in.len - in.n;
	/* A body without a length ends when the connection does. */
	if (l->closed && !b->chunked && !b->sized)
		b->ended = true;
	line = listen_rest(&b->text, b->taken);
	if (line.n == 0)
		return b->ended ? LISTEN_DONE : LISTEN_MORE;
	end = memchr(line.p, '\n', line.n);
	if (end == NULL) {
		if (!b->ended && line.n <= LISTEN_RECORD_MAX)
			return LISTEN_MORE;
		err_set(err, "a record is cut off or too long");
		return LISTEN_BROKE;
	}
	line.n = (size_t)(end - line.p);
	b->taken += line.n + 1;
	return listen_record_read(&l->json, line, r, err) == 0 ? LISTEN_RECORD
							       : LISTEN_BROKE;
}

const struct listen_method listen_method_poll = {
    .name = "polling",
    .path = "poll",
    .accept = "application/x-ndjson",
    .begin = begin,
    .take = take,
};
