/* How each transport encodes lines and control records. */
#include <inttypes.h>

#include "stream/private.h"

/* ---- Server-sent events (HTML, 9.2) ------------------------------------ */

static void
sse_line(const struct history_entry *e, struct buf *out)
{
	buf_addf(out, "id: %" PRIu64 "\ndata: ", e->sequence);
	buf_add_span(out, e->text);
	buf_add_text(out, "\n\n");
}

static void
sse_control(struct buf *out, const char *name, uint64_t id, struct span json)
{
	buf_addf(out, "event: %s\n", name);
	if (id > 0)
		buf_addf(out, "id: %" PRIu64 "\n", id);
	buf_add_text(out, "data: ");
	buf_add_span(out, json);
	buf_add_text(out, "\n\n");
}

static void
no_ping(struct buf *out)
{
	(void)out;
}

static void
no_end(struct buf *out, int code, const char *reason)
{
	(void)out;
	(void)code;
	(void)reason;
}

/* ---- WebSocket --------------------------------------------------------- */

/* The longest envelope: "{"record":"line","sequence":…,"line":}". */
#define WRAPPED_MAX 80

static void
websocket_line(const struct history_entry *e, struct buf *out)
{
	uint8_t head[WEBSOCKET_HEAD_MAX];
	struct buf text;

	buf_init(&text);
	buf_reserve(&text, e->text.n + WRAPPED_MAX);
	stream_put_line(&text, e);
	if (buf_failed(&text)) {
		out->failed = true;
	} else {
		buf_add(out, head,
		    websocket_head(head, WEBSOCKET_TEXT, text.len, NULL));
		buf_add_span(out, buf_span(&text));
	}
	buf_release(&text);
}

static void
websocket_control(
    struct buf *out, const char *name, uint64_t id, struct span json)
{
	(void)name;
	(void)id;
	websocket_add(out, WEBSOCKET_TEXT, json, NULL);
}

static void
websocket_ping(struct buf *out)
{
	websocket_add(out, WEBSOCKET_PING, (struct span){"", 0}, NULL);
}

static void
websocket_end(struct buf *out, int code, const char *reason)
{
	websocket_add_close(out, code, span_of(reason), NULL);
}

/* ---- Polling ----------------------------------------------------------- */

static void
poll_line(const struct history_entry *e, struct buf *out)
{
	stream_put_line(out, e);
	buf_add_byte(out, '\n');
}

static void
poll_control(struct buf *out, const char *name, uint64_t id, struct span json)
{
	(void)name;
	(void)id;
	buf_add_span(out, json);
	buf_add_byte(out, '\n');
}

const struct stream_transport stream_transport[STREAM_KINDS] = {
    [STREAM_SSE] = {"sse", sse_line, sse_control, no_ping, no_end},
    [STREAM_WEBSOCKET] = {"websocket", websocket_line, websocket_control,
	websocket_ping, websocket_end},
    [STREAM_POLL] = {"poll", poll_line, poll_control, no_ping, no_end},
};
