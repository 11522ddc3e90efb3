/* Polling: a request that waits for lines. */
#include "instant/instant.h"
#include "stream/private.h"

/* Append the lines available.  Return the number of records. */
static size_t
put_lines(struct stream_client *c, struct buf *out)
{
	struct history *h = c->stream->options.history;
	struct history_result r;
	struct err err;
	size_t n = 0;

	for (;;) {
		if (n >= STREAM_POLL_LINES || out->len >= STREAM_POLL_BYTES)
			return n;
		switch (history_next(h, &c->cursor, &r, &err)) {
		case HISTORY_LINE:
			stream_put_lost(c, out);
			stream_transport[c->kind].line(r.entry, out);
			history_entry_unref(r.entry);
			c->sent++;
			c->stream->sent[c->kind]++;
			c->stream->count.sent++;
			n++;
			break;
		case HISTORY_GAP:
			stream_lose(
			    c, &r.gap, history_reason_name(r.gap.reason));
			stream_put_lost(c, out);
			n++;
			break;
		case HISTORY_MORE:
			break;
		case HISTORY_NONE:
		case HISTORY_FAILED:
			return n;
		}
	}
}

void
stream_answer_poll(struct stream_client *c, bool at_once)
{
	static const char headers[] = "Content-Type: application/x-ndjson\r\n"
				      "Cache-Control: no-store\r\n"
				      "X-Accel-Buffering: no\r\n";
	struct stream *st = c->stream;
	struct serve_request *request = c->request;
	struct buf out, all, text;
	size_t n;

	buf_init(&out);
	buf_init(&all);
	buf_init(&text);
	n = put_lines(c, &out);
	if (n == 0 && !at_once && !buf_failed(&out) && !st->ended &&
	    instant_monotonic() < c->wait_ends) {
		buf_release(&out);
		return;
	}
	stream_put_hello(&all, c);
	buf_add_byte(&all, '\n');
	buf_add_span(&all, buf_span(&out));
	buf_add_text(&text, headers);
	buf_add_span(&text, buf_span(&c->cors));
	if (buf_failed(&out) || buf_failed(&all) || buf_string(&text) == NULL)
		serve_answer(request, 503, NULL, SPAN_LIT("out of memory\n"));
	else
		serve_answer(request, 200, text.data, buf_span(&all));
	buf_release(&text);
	buf_release(&all);
	buf_release(&out);
	c->reason = "answered";
	stream_forget(c);
}
