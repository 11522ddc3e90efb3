#include "stream/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "audit/audit.h"
#include "instant/instant.h"
#include "stream/private.h"
#include "websocket/handshake.h"

/* ---- Beginning and end ------------------------------------------------- */

struct stream *
stream_new(const struct stream_options *options, struct err *err)
{
	struct stream *st = calloc(1, sizeof(*st));

	if (st == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	st->options = *options;
	if (st->options.per_address == 0)
		st->options.per_address = st->options.clients;
	if (st->options.audit != NULL)
		audit_nowait(st->options.audit);
	st->monotonic = instant_monotonic();
	stream_metrics_init(&st->metrics);
	ndjson_pieces_init(&st->pieces, NDJSON_LINE_MAX);
	buf_init(&st->text);
	json_index_init(&st->index);
	json_index_init(&st->data_index);
	json_index_init(&st->session_index);
	buf_init(&st->name);
	buf_init(&st->session);
	return st;
}

void
stream_free(struct stream *st)
{
	if (st == NULL)
		return;
	while (st->first != NULL) {
		/* The server frees polls. */
		if (st->first->out != NULL)
			serve_stream_abort(st->first->out);
		st->first->reason = "stopped";
		stream_forget(st->first);
	}
	access_addresses_release(&st->addresses);
	serve_input_free(st->input);
	serve_input_free(st->committed);
	ndjson_pieces_release(&st->pieces);
	buf_release(&st->text);
	json_index_release(&st->index);
	json_index_release(&st->data_index);
	json_index_release(&st->session_index);
	buf_release(&st->name);
	buf_release(&st->session);
	free(st);
}

const char *
stream_failure(const struct stream *st)
{
	return st->failure.text;
}

void
stream_use_keys(struct stream *st, struct sign_keys *keys)
{
	st->options.keys = keys;
}

/* ---- Time -------------------------------------------------------------- */

/* Say up to which number ${c}, which is up to date, has everything that its
 * filter accepts. */
static void
send_heartbeat(struct stream_client *c, int64_t now)
{
	struct buf *json = &c->stream->text;
	struct buf out;

	buf_init(&out);
	buf_clear(json);
	stream_put_heartbeat(json, c->cursor.after);
	stream_transport[c->kind].control(
	    &out, "heartbeat", c->cursor.after, buf_span(json));
	stream_transport[c->kind].ping(&out);
	if (!buf_failed(&out) && !buf_failed(json) &&
	    serve_stream_add_copy(c->out, buf_span(&out)) == 0)
		serve_stream_push(c->out);
	buf_release(&out);
	c->last_sent = now;
	if (c->kind == STREAM_WEBSOCKET && c->pinged == 0)
		c->pinged = now;
}

/* Do the periodic work for ${c}, which may be freed. */
static void
check_client(struct stream_client *c, int64_t now)
{
	const struct stream_options *o = &c->stream->options;
	int64_t stalled;

	if (c->grant.expires > 0 && instant_now() >= c->grant.expires) {
		stream_leave(c, "token-expired", WEBSOCKET_POLICY);
		return;
	}
	if (c->kind == STREAM_POLL) {
		stream_pump(c);
		return;
	}
	stalled = serve_stream_stalled_since(c->out);
	if ((stalled > 0 && now - stalled >= o->dead_ms) ||
	    (c->pinged > 0 && now - c->pinged >= o->dead_ms)) {
		stream_report(c->stream, STREAM_CLIENT, c->peer,
		    "%s: the link is dead", stream_transport[c->kind].name);
		serve_stream_abort(c->out);
		c->reason = "dead";
		stream_forget(c);
		return;
	}
	if (serve_stream_unsent(c->out) > 0) {
		stream_check_lag(c);
		return;
	}
	if (now - c->last_sent >= o->heartbeat_ms && !c->more)
		send_heartbeat(c, now);
}

static void
tick(void *context)
{
	struct stream *st = context;
	int64_t now = instant_monotonic();
	struct stream_client *next;

	if (st->stopping)
		return;
	st->monotonic = now;
	stream_audit_flush(st);
	stream_commit(st);
	if (st->stopping)
		return;
	if (st->options.source != NULL)
		stream_follow_tick(st);
	for (struct stream_client *c = st->first; c != NULL; c = next) {
		next = c->next;
		check_client(c, now);
	}
	stream_end_if_done(st);
	serve_after(st->serve, STREAM_TICK_MS, tick, st);
}

/* Lines are on disk. */
static void
on_committed(void *context, struct span bytes, int errnum)
{
	struct stream *st = context;

	(void)bytes;
	(void)errnum;
	if (!st->stopping)
		stream_commit(st);
}

int
stream_start(struct stream *st, struct serve *s, int fd, struct err *err)
{
	int committed = history_descriptor(st->options.history);

	st->serve = s;
	if (committed >= 0) {
		st->committed = serve_input_new(s, committed, on_committed, st);
		if (st->committed == NULL)
			return err_set(err, "out of memory");
	}
	if (st->options.source != NULL)
		return stream_follow(st, err) != 0 ||
			serve_after(s, STREAM_TICK_MS, tick, st) != 0
		    ? err_set(err, "out of memory")
		    : 0;
	st->input = serve_input_new(s, fd, stream_take, st);
	if (st->input == NULL || serve_after(s, STREAM_TICK_MS, tick, st) != 0)
		return err_set(err, "out of memory");
	return 0;
}

const struct stream_counters *
stream_finish(struct stream *st)
{
	struct err err;

	if (!st->history_failed &&
	    history_sync(st->options.history, instant_now(), &err) != 0) {
		st->count.failed = true;
		st->failure = err;
	}
	if (st->options.audit != NULL && !st->count.failed &&
	    audit_finish(st->options.audit, AUDIT_UNREAD_MS) != 0) {
		st->count.failed = true;
		err_sys(
		    &st->failure, errno, "the audit file cannot be written");
	}
	return &st->count;
}

void
stream_client_failed(void *context, const char *peer, const char *why)
{
	stream_report(context, STREAM_REFUSED, peer, "%s", why);
	stream_audit_refusal(context, peer, 0, why);
}
