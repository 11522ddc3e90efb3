/* The input: from bytes to lines, from lines to the history. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "instant/instant.h"
#include "ndjson/ndjson.h"
#include "stream/private.h"
#include "json/json.h"

static const struct json_member *
find_text(const struct json_index *ix, const char *key)
{
	const struct json_member *m = json_index_find(ix, key);

	return m != NULL && m->type == JSON_STRING ? m : NULL;
}

/* Append the value of ${m} (may be NULL) to ${out}. */
static struct span
text_of(const struct json_member *m, struct buf *out)
{
	size_t start = out->len;

	if (m == NULL)
		return (struct span){"", 0};
	if (!m->value_escaped)
		return json_inside(m->value);
	json_unescape(json_inside(m->value), out);
	return (struct span){buf_span(out).p + start, out->len - start};
}

/* Find the session's ID in the object that member "session" of ${ix} is. */
static bool
find_session(const struct json_index *ix, struct json_index *inner,
    struct buf *text, struct span *id)
{
	const struct json_member *m = json_index_find(ix, "session");

	if (m == NULL || m->type != JSON_OBJECT ||
	    json_index_read(inner, m->value, NULL) != 0)
		return false;
	*id = text_of(find_text(inner, "id"), text);
	return true;
}

/* Find the session in the data of a CloudEvent. */
static void
take_session(const struct json_index *ix, struct buf *text, struct span *id)
{
	const struct json_member *data;
	struct json_index inner, wrapped;

	json_index_init(&inner);
	json_index_init(&wrapped);
	if (!find_session(ix, &inner, text, id) &&
	    find_text(ix, "specversion") != NULL &&
	    (data = json_index_find(ix, "data")) != NULL &&
	    data->type == JSON_OBJECT &&
	    json_index_read(&wrapped, data->value, NULL) == 0)
		find_session(&wrapped, &inner, text, id);
	json_index_release(&wrapped);
	json_index_release(&inner);
}

/* Add the age of the event in ${ix} to the histogram. */
static void
observe_time(struct stream *st, const struct json_index *ix, int64_t now)
{
	const struct json_member *m = find_text(ix, "time");
	int64_t time;

	if (m != NULL && instant_parse(json_inside(m->value), &time) == 0)
		stream_observe(&st->arrival, now - time);
}

/* Append ${text} to the history.  Return 0; or -1 with ${err}. */
static int
append(struct stream *st, struct span text, struct err *err)
{
	struct history_line line = {.text = text, .session = {"", 0}};
	const struct json_member *type;
	struct json_index ix;
	struct buf session, name;
	uint64_t sequence;
	int rc;

	buf_init(&session);
	buf_init(&name);
	json_index_init(&ix);
	rc = json_index_read(&ix, text, err);
	if (rc == 0) {
		line.time = instant_now();
		type = find_text(&ix, "type");
		if (type == NULL)
			type = find_text(&ix, "record");
		line.type = text_of(type, &name);
		take_session(&ix, &session, &line.session);
		observe_time(st, &ix, line.time);
		rc = buf_failed(&session) || buf_failed(&name)
		    ? err_set(err, "out of memory")
		    : history_append(
			  st->options.history, &line, &sequence, err);
	}
	json_index_release(&ix);
	buf_release(&session);
	buf_release(&name);
	return rc;
}

static void
take_line(struct stream *st, struct span text)
{
	char where[32];
	struct err err;

	st->count.lines++;
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	if (st->overlong)
		err_set(&err, "the line is longer than 1 MiB");
	else if (append(st, text, &err) == 0)
		return;
	if (err_is_memory(&err)) {
		st->count.failed = true;
		st->failure = err;
	}
	st->count.bad++;
	snprintf(where, sizeof(where), "-:%" PRIu64, st->count.lines);
	stream_tell(st, STREAM_BAD_LINE, where, "%s", err.text);
}

/* Append the part of a line that was read. */
static void
keep_part(struct stream *st, struct span part)
{
	if (st->overlong || st->line.len + part.n > NDJSON_LINE_MAX) {
		st->overlong = true;
		buf_release(&st->line);
		return;
	}
	buf_add_span(&st->line, part);
}

static void
end_line(struct stream *st)
{
	take_line(st, buf_span(&st->line));
	buf_clear(&st->line);
	st->overlong = false;
}

static void
take_bytes(struct stream *st, struct span bytes)
{
	while (bytes.n > 0) {
		const char *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end != NULL ? (size_t)(end - bytes.p) : bytes.n;

		if (end != NULL && st->line.len == 0 && !st->overlong) {
			take_line(st, (struct span){bytes.p, n});
		} else {
			keep_part(st, (struct span){bytes.p, n});
			if (end != NULL)
				end_line(st);
		}
		n += end != NULL;
		bytes.p += n;
		bytes.n -= n;
	}
}

void
stream_take(void *context, struct span bytes, int errnum)
{
	struct stream *st = context;
	struct err err;

	take_bytes(st, bytes);
	if (bytes.n == 0 && (st->line.len > 0 || st->overlong))
		end_line(st); /* the last line, without its newline */
	if (errnum != 0) {
		st->count.failed = true;
		err_sys(&st->failure, errnum, "stdin");
	}
	if (history_commit(st->options.history, instant_now(), &err) != 0) {
		st->count.failed = true;
		st->failure = err;
	}
	if (bytes.n == 0)
		st->ended = true;
	stream_pump_all(st);
	if (st->count.failed)
		stream_stop(st);
}
