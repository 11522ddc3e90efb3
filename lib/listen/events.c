/* A stream over Server-Sent Events: lines are events without a type, other
 * records have one. */
#include "buf/ascii.h"
#include "listen/internal.h"

static int
begin(
    struct listener *l, const struct serve_head *h, int status, struct err *err)
{
	static const struct span want = {"text/event-stream", 17};
	struct span type = serve_head_find(h, "content-type", NULL);

	(void)status;
	if (type.n > want.n &&
	    (type.p[want.n] == ';' || ascii_blank(type.p[want.n])))
		type.n = want.n;
	if (!ascii_same(type, want.p))
		return err_set(err, "the answer is not an event stream");
	listen_body_begin(&l->body, h);
	listen_sse_release(&l->sse);
	listen_sse_init(&l->sse, LISTEN_RECORD_MAX);
	return 0;
}

static enum listen_took
take_event(struct listener *l, struct listen_record *r, struct err *err)
{
	static const char *const known[] = {"hello", "gap", "heartbeat", "bye"};
	int rc = 0;

	r->kind = LISTEN_UNKNOWN;
	if (l->sse.type.n == 0 || span_is(l->sse.type, "message"))
		rc = listen_record_line(
		    &l->json, l->sse.data, l->sse.id, r, err);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (span_is(l->sse.type, known[i]))
			rc = listen_record_read(&l->json, l->sse.data, r, err);
	}
	return rc == 0 ? LISTEN_RECORD : LISTEN_BROKE;
}

static enum listen_took
take(struct listener *l, struct listen_record *r, struct err *err)
{
	for (;;) {
		struct span in = listen_rest(&l->in, l->taken);
		struct span text;
		enum listen_sse_status status;

		if (in.n > 0 && !l->body.ended &&
		    listen_body_read(&l->body, &in, err) != 0)
			return LISTEN_BROKE;
		l->taken = l->in.len - in.n;
		text = listen_rest(&l->body.text, l->body.taken);
		if (text.n == 0) {
			if (!l->body.ended)
				return LISTEN_MORE;
			err_set(err, "the stream ended");
			return LISTEN_BROKE;
		}
		status = listen_sse_read(&l->sse, &text);
		l->body.taken = l->body.text.len - text.n;
		if (l->sse.retry >= 0 && l->sse.retry > l->retry_base)
			l->retry_base = l->sse.retry;
		if (status == LISTEN_SSE_EVENT)
			return take_event(l, r, err);
		if (status == LISTEN_SSE_FAILED) {
			err_set(err, "an event is too long");
			return LISTEN_BROKE;
		}
	}
}

const struct listen_method listen_method_sse = {
    .name = "Server-Sent Events",
    .path = "events",
    .accept = "text/event-stream",
    .begin = begin,
    .take = take,
};
