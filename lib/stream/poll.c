/* Polling: a request that waits for lines. */
#include "instant/instant.h"
#include "stream/private.h"

/* How long a poll waits for lines that are read from elsewhere. */
#define PAGE_MS 5000

enum found {
	FOUND_FAILED,
	FOUND_SOME, /* there may be more */
	FOUND_WAIT, /* there are more, which are read from elsewhere */
	FOUND_ALL
};

/* Append the lines available, and set *${n} to the number of records. */
static enum found
put_lines(struct stream_client *c, struct buf *out, size_t *n)
{
	struct history *h = c->stream->options.history;
	int64_t now = instant_now();
	struct history_result r;
	struct err err;

	for (*n = 0; *n < STREAM_POLL_LINES && out->len < STREAM_POLL_BYTES;
	     ++*n) {
		switch (history_next(h, &c->cursor, &r, &err)) {
		case HISTORY_LINE:
			stream_put_lost(c, out);
			stream_transport[c->kind].line(r.entry, out);
			stream_count_sent(c, r.entry, now);
			history_entry_unref(r.entry);
			break;
		case HISTORY_GAP:
			stream_add_loss(
			    c, &r.gap, history_reason_name(r.gap.reason));
			stream_put_lost(c, out);
			break;
		case HISTORY_MORE:
			return FOUND_SOME;
		case HISTORY_WAIT:
			c->stream->want(c->stream);
			return FOUND_WAIT;
		case HISTORY_NONE:
			return FOUND_ALL;
		case HISTORY_FAILED:
			return FOUND_FAILED;
		}
		c->given = c->cursor.after;
	}
	return FOUND_SOME;
}

/* If the filter has excluded lines after the last one that was given, say so:
 * the client need not ask for them again. */
static void
put_position(struct stream_client *c, struct buf *out)
{
	if (c->cursor.after == c->given)
		return;
	stream_put_heartbeat(out, c->cursor.after);
	buf_add_byte(out, '\n');
}

/* Answer with the records ${lines}, or refuse with ${status}. */
static void
answer(struct stream_client *c, int status, const struct buf *lines)
{
	static const char type[] = "Content-Type: application/x-ndjson\r\n"
				   "Cache-Control: no-store\r\n"
				   "X-Accel-Buffering: no\r\n";
	struct buf all, headers;

	buf_init(&all);
	buf_init(&headers);
	stream_put_hello(&all, c);
	buf_add_byte(&all, '\n');
	buf_add_span(&all, buf_span(lines));
	buf_add_text(&headers, type);
	buf_add_span(&headers, buf_span(&c->cors));
	if (buf_failed(lines) || buf_failed(&all) ||
	    buf_string(&headers) == NULL)
		status = 503;
	if (status == 200)
		serve_answer(c->request, 200, headers.data, buf_span(&all));
	else
		serve_answer(c->request, status, "Retry-After: 1\r\n",
		    SPAN_LIT("the history cannot be read\n"));
	buf_release(&headers);
	buf_release(&all);
}

bool
stream_answer_poll(struct stream_client *c, bool at_once)
{
	struct stream *st = c->stream;
	struct buf lines;
	enum found found;
	size_t n;

	buf_init(&lines);
	found = put_lines(c, &lines, &n);
	if (n == 0 && !at_once && !buf_failed(&lines) &&
	    (found == FOUND_SOME ||
		(found == FOUND_WAIT &&
		    instant_monotonic() - c->began < PAGE_MS) ||
		(found == FOUND_ALL && !st->ended &&
		    instant_monotonic() < c->wait_ends))) {
		buf_release(&lines);
		return found == FOUND_SOME;
	}
	if (found == FOUND_ALL)
		put_position(c, &lines);
	answer(c,
	    n == 0 && (found == FOUND_FAILED || found == FOUND_WAIT) ? 503
								     : 200,
	    &lines);
	buf_release(&lines);
	c->reason = "answered";
	stream_forget(c);
	return false;
}
