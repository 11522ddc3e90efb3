/* The input: from bytes to lines, from lines to the history. */
#include "buf/ascii.h"
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

/* Find the session's ID in the object that member "session" of ${ix} is.  Return
 * 1; 0 if there is none; or -1 without memory. */
static int
find_session(const struct json_index *ix, struct json_index *inner,
    struct buf *text, struct span *id, struct err *err)
{
	const struct json_member *m = json_index_find(ix, "session");

	if (m == NULL || m->type != JSON_OBJECT)
		return 0;
	if (json_index_read(inner, m->value, err) != 0)
		return -1; /* it was checked with the line */
	*id = text_of(find_text(inner, "id"), text);
	return 1;
}

/* Find the session of the event in st->index, or in the data of a CloudEvent.
 * Return 0, or -1 without memory. */
static int
take_session(struct stream *st, struct span *id, struct err *err)
{
	const struct json_member *data;
	int found;

	found =
	    find_session(&st->index, &st->session_index, &st->session, id, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	if (find_text(&st->index, "specversion") == NULL ||
	    (data = json_index_find(&st->index, "data")) == NULL ||
	    data->type != JSON_OBJECT)
		return 0;
	if (json_index_read(&st->data_index, data->value, err) != 0)
		return -1;
	found = find_session(
	    &st->data_index, &st->session_index, &st->session, id, err);
	return found < 0 ? -1 : 0;
}

/* Return the time of the event in ${ix}, or 0. */
static int64_t
find_time(const struct json_index *ix)
{
	const struct json_member *m = find_text(ix, "time");
	int64_t time;

	if (m != NULL && instant_parse(json_inside(m->value), &time) == 0)
		return time;
	return 0;
}

int
stream_line_read(struct stream *st, struct span text, int64_t time,
    struct history_line *line, struct err *err)
{
	const struct json_member *type;

	*line = (struct history_line){
	    .text = text, .session = {"", 0}, .time = time};
	if (json_index_read(&st->index, text, err) != 0)
		return -1;
	buf_clear(&st->name);
	buf_clear(&st->session);
	type = find_text(&st->index, "type");
	if (type == NULL)
		type = find_text(&st->index, "record");
	line->type = text_of(type, &st->name);
	if (take_session(st, &line->session, err) != 0)
		return -1;
	line->event = find_time(&st->index);
	if (buf_failed(&st->name) || buf_failed(&st->session))
		return err_set(err, "out of memory");
	return 0;
}

int
stream_append(
    struct stream *st, struct span text, int64_t time, struct err *err)
{
	struct history_line line;
	uint64_t sequence;

	if (stream_line_read(st, text, time, &line, err) != 0 ||
	    history_append(st->options.history, &line, &sequence, err) != 0)
		return -1;
	if (line.event != 0)
		stream_observe(&st->metrics.arrival, line.time - line.event);
	return 0;
}

/* Stop reading. */
static void
end_input(struct stream *st, bool complete)
{
	st->ended = true;
	st->complete = complete;
}

void
stream_fail(struct stream *st, const struct err *err)
{
	st->count.failed = true;
	st->failure = *err;
	end_input(st, false);
}

void
stream_line_report(struct stream *st, const struct ndjson_line *line,
    bool overlong, const char *why)
{
	const struct err reported = {""};

	st->count.lines++;
	st->count.bad += why != NULL;
	if (st->options.line(st->options.context, line, !overlong, why) != 0)
		stream_fail(st, &reported);
	else if (why != NULL && st->options.strict)
		end_input(st, false);
}

/* An ndjson_take. */
static void
take_line(void *context, const struct ndjson_line *line, bool overlong)
{
	struct stream *st = context;
	struct err err;
	const char *why;

	/* Others may follow the one that ended the input. */
	if (st->ended || (ascii_trim(line->text).n == 0 && !overlong))
		return;
	why = overlong ? "bad line: longer than 1 MiB" : ndjson_refusal(line);
	if (why == NULL &&
	    stream_append(st, line->text, instant_now(), &err) != 0) {
		if (err_is_memory(&err)) {
			stream_fail(st, &err);
			return;
		}
		why = err.text;
	}
	stream_line_report(st, line, overlong, why);
}

void
stream_take(void *context, struct span bytes, int errnum)
{
	struct stream *st = context;
	struct err err;

	if (errnum != 0) {
		err_sys(&err, errnum, "<stdin>: read failed");
		stream_fail(st, &err);
	} else if (ndjson_pieces_add(&st->pieces, bytes, take_line, st) != 0) {
		err_set(&err, "out of memory");
		stream_fail(st, &err);
	} else if (bytes.n == 0 && !st->ended) {
		end_input(st, true);
	}
	if (st->ended) {
		serve_input_free(st->input);
		st->input = NULL;
	}
	stream_commit(st);
}

void
stream_commit(struct stream *st)
{
	struct history *h = st->options.history;
	uint64_t last = history_last(h);
	struct err err;

	if (!st->history_failed &&
	    history_commit(h, instant_now(), &err) != 0) {
		st->history_failed = true;
		stream_fail(st, &err);
	}
	if (st->ended && history_uncommitted(h) == 0)
		st->closing = !st->complete || !st->options.stay;
	if (st->input != NULL)
		serve_input_pause(
		    st->input, history_uncommitted(h) > STREAM_UNCOMMITTED_MAX);
	if (history_last(h) != last || st->closing)
		stream_pump_all(st);
	if (st->count.failed)
		stream_stop(st);
}
