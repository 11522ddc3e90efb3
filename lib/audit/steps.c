/* Steps in words, as lines and as a table. */
#include "audit/steps.h"

#include <inttypes.h>
#include <stdlib.h>

#include "buf/plain.h"
#include "instant/instant.h"

/* ---- In words ----------------------------------------------------------- */

struct span
audit_text_of(const struct json_index *ix, const char *key)
{
	const struct json_member *m = json_index_find(ix, key);

	if (m == NULL || m->type != JSON_STRING)
		return (struct span){NULL, 0};
	return json_inside(m->value);
}

/* Append the string member ${key} after ${before}.  Return whether there is
 * one. */
static bool
add_text(struct buf *out, const struct json_index *ix, const char *before,
    const char *key)
{
	struct span text = audit_text_of(ix, key);

	if (text.p == NULL)
		return false;
	buf_add_text(out, before);
	json_unescape(text, out);
	return true;
}

/* Append the member ${key}, a number, between two texts. */
static bool
add_number(struct buf *out, const struct json_index *ix, const char *before,
    const char *key, const char *after)
{
	const struct json_member *m = json_index_find(ix, key);

	if (m == NULL || m->type != JSON_NUMBER)
		return false;
	buf_add_text(out, before);
	buf_add_span(out, m->value);
	buf_add_text(out, after);
	return true;
}

static void
describe_attempt(struct buf *out, const struct json_index *ix)
{
	add_number(out, ix, "attempt ", "attempt", "");
	add_text(out, ix, " to ", "endpoint");
	add_number(out, ix, ": HTTP ", "httpStatus", "");
	add_number(out, ix, ": SMTP ", "smtpStatus", "");
	add_text(out, ix, ": ", "error");
	add_number(out, ix, ", ", "elapsedSeconds", " s");
}

static void
describe_settled(struct buf *out, const struct json_index *ix)
{
	add_text(out, ix, "", "status");
	add_text(out, ix, ": ", "endpoint");
	add_number(out, ix, ", attempts: ", "attempts", "");
	add_number(out, ix, ", latency: ", "latencySeconds", " s");
	add_text(out, ix, ": ", "error");
}

static void
describe_client(struct buf *out, const struct json_index *ix)
{
	add_text(out, ix, "watched by ", "client");
	if (audit_text_of(ix, "subject").n > 0)
		add_text(out, ix, ", ", "subject");
	add_text(out, ix, ", ", "kind");
	if (!add_number(out, ix, ", for ", "elapsedSeconds", " s until then"))
		buf_add_text(out, ", from then on");
	add_number(out, ix, ", lines: ", "sent", "");
	add_number(out, ix, ", lost: ", "lost", "");
}

static void
describe_other(struct buf *out, const struct json_index *ix)
{
	if (!add_text(out, ix, "", "record") && !add_text(out, ix, "", "type"))
		buf_add_text(out, "a line");
	add_text(out, ix, ": ", "status");
	add_text(out, ix, ": ", "endpoint");
	add_text(out, ix, " for ", "path");
	add_text(out, ix, ", from ", "client");
	add_number(out, ix, ": HTTP ", "httpStatus", "");
	add_text(out, ix, ": ", "reason");
	add_text(out, ix, ": ", "error");
}

void
audit_describe(struct buf *out, const struct json_index *ix)
{
	static const struct {
		const char *record;
		void (*describe)(struct buf *out, const struct json_index *ix);
	} kind[] = {{"attempt", describe_attempt},
	    {"settled", describe_settled}, {"connect", describe_client},
	    {"end", describe_client}, {"poll", describe_client}};
	struct span record = audit_text_of(ix, "record");

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		if (span_is(record, kind[i].record)) {
			kind[i].describe(out, ix);
			return;
		}
	}
	describe_other(out, ix);
}

/* ---- Output ------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const struct audit_step *p = a, *q = b;

	if (p->time != q->time)
		return p->time < q->time ? -1 : 1;
	return p->order < q->order ? -1 : 1;
}

/* Sort the steps.  Return the time of the first one that has one, or 0. */
static int64_t
sort(struct audit_trace *t)
{
	if (t->steps > 0)
		qsort(t->step, t->steps, sizeof(t->step[0]), compare);
	for (size_t i = 0; i < t->steps; i++)
		if (!t->step[i].dropped && t->step[i].time > 0)
			return t->step[i].time;
	return 0;
}

static void
put_line(const struct audit_trace *t, const struct audit_step *s, int64_t first,
    struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_object_begin(&w);
	json_key(&w, "record");
	json_put_text(&w, "step");
	instant_put(&w, "time", s->time);
	json_key(&w, "sinceSeconds");
	if (s->time > 0)
		json_put_real(&w, (double)(s->time - first) / 1000, 3);
	else
		json_put_null(&w);
	json_key(&w, "file");
	json_put_text(&w, s->file);
	json_key(&w, "number");
	json_put_integer(&w, (int64_t)s->number);
	json_key(&w, "what");
	json_put_text(&w, t->text.data + s->what);
	json_key(&w, "line");
	json_put_raw(&w, (struct span){t->text.data + s->line, s->length});
	json_object_end(&w);
}

static void
put_row(const struct audit_trace *t, const struct audit_step *s, int64_t first,
    struct buf *out)
{
	char text[INSTANT_TEXT_MAX] = "-";

	if (s->time > 0) {
		instant_format(s->time, text);
		buf_addf(out, "%-24s %10.3f  ", text,
		    (double)(s->time - first) / 1000);
	} else {
		buf_addf(out, "%-24s %10s  ", "-", "-");
	}
	plain_put(out, span_of(s->file));
	buf_addf(out, ":%" PRIu64 ": ", s->number);
	plain_put(out, span_of(t->text.data + s->what));
}

int
audit_trace_put(struct audit_trace *t, bool table, struct ndjson_writer *out)
{
	int64_t first = sort(t);

	for (size_t i = 0; i < t->steps; i++) {
		if (t->step[i].dropped)
			continue;
		(table ? put_row : put_line)(
		    t, &t->step[i], first, ndjson_record(out));
		if (ndjson_commit(out) != 0)
			return -1;
	}
	return 0;
}
