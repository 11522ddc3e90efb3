#include <inttypes.h>

#include "instant/instant.h"
#include "stream/private.h"
#include "json/json.h"

static const char *const slow_name[] = {"drop-oldest", "thin", "disconnect"};

static void
put_sessions(struct json_writer *w, const struct stream_client *c)
{
	const struct history *h = c->stream->options.history;
	struct history_session s;

	json_key(w, "sessions");
	json_array_begin(w);
	for (size_t i = 0; history_session(h, i, &s); i++) {
		/* A number that is not committed must not be seen: after a
		 * crash it may be that of another line. */
		if (s.started > history_last(h) ||
		    !access_grant_allows(&c->grant, s.id))
			continue;
		json_object_begin(w);
		json_key(w, "id");
		json_put_string(w, s.id);
		json_key(w, "started");
		json_put_integer(w, (int64_t)s.started);
		json_key(w, "ended");
		json_put_bool(w, false);
		json_object_end(w);
	}
	json_array_end(w);
}

void
stream_put_hello(struct buf *out, const struct stream_client *c)
{
	const struct stream_options *o = &c->stream->options;
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "hello");
	json_key(&w, "version");
	json_put_text(&w, "1.0");
	json_key(&w, "epoch");
	json_put_text(&w, history_epoch(o->history));
	json_key(&w, "sequence");
	/* Not the current one: lines that were added while a poll waited follow
	 * the hello. */
	json_put_integer(&w, (int64_t)c->joined);
	json_key(&w, "oldest");
	json_put_integer(&w, (int64_t)history_oldest(o->history));
	json_key(&w, "historySeconds");
	json_put_real(&w, (double)history_age(o->history) / 1000, 3);
	json_key(&w, "slow");
	json_put_text(&w, slow_name[c->slow]);
	instant_put(&w, "time", instant_now());
	put_sessions(&w, c);
	json_object_end(&w);
}

void
stream_put_gap(struct buf *out, const struct history_gap *g, const char *reason)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "gap");
	json_key(&w, "after");
	json_put_integer(&w, (int64_t)g->after);
	json_key(&w, "before");
	json_put_integer(&w, (int64_t)g->before);
	json_key(&w, "lost");
	if (g->lost == HISTORY_UNKNOWN)
		json_put_null(&w);
	else
		json_put_integer(&w, (int64_t)g->lost);
	json_key(&w, "reason");
	json_put_text(&w, reason);
	json_object_end(&w);
}

void
stream_put_bye(struct buf *out, const char *reason, uint64_t after)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "bye");
	json_key(&w, "reason");
	json_put_text(&w, reason);
	json_key(&w, "after");
	json_put_integer(&w, (int64_t)after);
	json_object_end(&w);
}

void
stream_put_heartbeat(struct buf *out, uint64_t sequence)
{
	buf_addf(out, "{\"record\":\"heartbeat\",\"sequence\":%" PRIu64 "}",
	    sequence);
}

void
stream_put_line(struct buf *out, const struct history_entry *e)
{
	buf_addf(out, "{\"record\":\"line\",\"sequence\":%" PRIu64 ",\"line\":",
	    e->sequence);
	buf_add_span(out, e->text);
	buf_add_byte(out, '}');
}
