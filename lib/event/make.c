#include "event/maker.h"

#include <errno.h>
#include <stdlib.h>

#include "compat/random.h"
#include "instant/instant.h"
#include "message/message.h"

struct event_maker *
event_maker_new(const struct event_options *options, struct err *err)
{
	struct event_maker *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		err_set(err, "out of memory");
		return NULL;
	}
	m->opt = *options;
	if (m->opt.source_uri == NULL)
		m->opt.source_uri = EVENT_SOURCE_URI;
	shape_reader_init(&m->reader);
	json_index_init(&m->index);
	id_maker_init(&m->ids);
	if (m->opt.id == EVENT_ID_UUIDV7 &&
	    compat_random(m->salt, sizeof(m->salt)) != 0) {
		err_sys(err, errno, "no random bytes");
		event_maker_free(m);
		return NULL;
	}
	if (m->opt.subject.n > 0 &&
	    event_put_subject(m, m->opt.subject, &m->subject, err) != 0) {
		event_maker_free(m);
		return NULL;
	}
	return m;
}

void
event_maker_free(struct event_maker *m)
{
	if (m == NULL)
		return;
	shape_reader_release(&m->reader);
	json_index_release(&m->index);
	buf_release(&m->subject);
	buf_release(&m->session);
	buf_release(&m->person);
	buf_release(&m->device);
	buf_release(&m->event);
	buf_wipe(&m->scratch);
	buf_release(&m->last.id);
	buf_release(&m->last.subject);
	buf_release(&m->last.start);
	buf_release(&m->last.device);
	free(m);
}

/* ---- Times of a record --------------------------------------------------- */

static double
number(const struct shape_value *v)
{
	double x = 0;

	if (v->type == JSON_NUMBER && json_number(v->value, &x) != 0)
		x = 0;
	return x;
}

static enum verdict
find_time(struct event_maker *m, struct event_record *t, struct err *err)
{
	const struct shape_value *v = &t->v[RECORD_START];
	size_t n;

	t->offset = number(&t->v[RECORD_OFFSET]);
	t->duration = t->kind == EVENT_KIND_WAVE
	    ? event_wave_seconds(
		  &m->index.scan, &t->v[RECORD_RATE], &t->v[RECORD_VALUES], &n)
	    : number(&t->v[RECORD_DURATION]);
	t->has_start = false;
	if (v->type != JSON_STRING)
		return VERDICT_GOOD;
	buf_clear(&m->scratch);
	shape_text(v, &m->scratch);
	if (buf_failed(&m->scratch))
		return event_no_memory(err);
	t->has_start = instant_parse(buf_span(&m->scratch), &t->start) == 0;
	/* The checks of the record do not count the values of a wave. */
	if (!t->has_start ||
	    (t->offset + t->duration) * 1000 <=
		(double)(INSTANT_MAX - t->start))
		return VERDICT_GOOD;
	err_set(err, "ends after the year 9999");
	return VERDICT_BAD;
}

/* ---- Records ------------------------------------------------------------- */

/* Check what this kind of record requires, and set the type of its event. */
static int
find_kind(struct event_record *t, struct err *err)
{
	const struct shape_value *v = t->v;
	struct span name = json_inside(v[RECORD_RECORD].value);

	if (span_is(name, "wave")) {
		t->kind = EVENT_KIND_WAVE;
		if (v[RECORD_WAVE].type == JSON_END ||
		    v[RECORD_RATE].type == JSON_END ||
		    v[RECORD_VALUES].type == JSON_END)
			return err_set(err,
			    "a wave needs 'wave', "
			    "'sampleRate' and 'values'");
		return 0;
	}
	if (span_is(name, "sample"))
		t->kind = EVENT_KIND_SAMPLE;
	else if (span_is(name, "measurement"))
		t->kind = t->notes.valid > 0 ? EVENT_KIND_COMPLETED
					     : EVENT_KIND_FAILED;
	else
		return err_set(err,
		    "record: '%.*s' is not a measurement, sample or wave",
		    name.n > 64 ? 64 : (int)name.n, name.p);
	if (v[RECORD_READINGS].type == JSON_END)
		return err_set(err, "'readings' is missing");
	return 0;
}

static int
check_others(const struct shape_reader *r, struct err *err)
{
	for (size_t i = 0; i < r->others; i++) {
		struct span key = r->other[i].key;

		if (event_reserved(key, r->other[i].key_escaped))
			return err_set(err,
			    "'%.*s' is a member of events, not "
			    "of records",
			    (int)key.n, key.p);
	}
	return 0;
}

/* Write the part of the event that follows its session. */
static void
write_body(struct event_maker *m, const struct event_record *t)
{
	static const struct {
		const char *name;
		enum event_record_field field;
	} member[] = {{"seq", RECORD_SEQ}, {"wave", RECORD_WAVE},
	    {"sampleRate", RECORD_RATE}, {"values", RECORD_VALUES},
	    {"readings", RECORD_READINGS}, {"quality", RECORD_QUALITY}};
	struct buf *b = &m->event;

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		event_write_member(
		    b, member[i].name, t->v[member[i].field].value);
	for (size_t i = 0; i < m->reader.others; i++) {
		buf_add_byte(b, ',');
		buf_add_span(b, m->reader.other[i].member);
	}
	if (m->opt.with_source) {
		event_write_member(b, "source", t->v[RECORD_SOURCE].value);
		event_write_member(
		    b, "sourceSha256", t->v[RECORD_SHA256].value);
	}
	buf_add_byte(b, '}');
}

static enum verdict
convert_record(struct event_maker *m, struct span line,
    struct ndjson_writer *out, struct err *err)
{
	struct event_record t = {.line = line};
	struct event_head head = {0};
	enum verdict rc;

	m->reader.context = &t.notes;
	if (shape_read(&m->reader, line, &event_record_shape, t.v, err) != 0 ||
	    check_others(&m->reader, err) != 0 || find_kind(&t, err) != 0)
		return VERDICT_BAD;
	for (size_t i = 0; i < RECORD_FIELDS; i++) {
		if (t.v[i].type == JSON_END)
			t.v[i].value = (struct span){NULL, 0};
	}
	if (m->opt.id == EVENT_ID_CONTENT &&
	    crypto_sha256(line.p, line.n, t.digest) != 0)
		return event_failed(err, "SHA-256 failed");
	rc = find_time(m, &t, err);
	if (rc != VERDICT_GOOD)
		return rc;
	t.session.start = t.v[RECORD_START].value;
	t.session.offset = t.v[RECORD_OFFSET].value;
	t.session.duration = t.v[RECORD_DURATION].value;
	if ((rc = event_find_session(m, &t, err)) != VERDICT_GOOD ||
	    (rc = event_find_subject(m, &t, err)) != VERDICT_GOOD ||
	    (rc = event_find_device(m, &t, err)) != VERDICT_GOOD)
		return rc;
	if (m->opt.session_events &&
	    (rc = event_follow_session(m, &t, out, err)) != VERDICT_GOOD)
		return rc;
	head.kind = t.kind;
	head.session = t.session;
	rc = event_make_id(m, t.kind, t.digest, head.id, err);
	if (rc != VERDICT_GOOD)
		return rc;
	instant_format(event_time_at(m, &t, t.offset + t.duration), head.time);
	buf_clear(&m->event);
	event_write_head(&m->event, &head);
	write_body(m, &t);
	return event_put(m, &head, out, err);
}

enum verdict
event_take(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	static const char *const name[] = {
	    "record", "schemaVersion", "specversion"};
	struct shape_value v;
	const char *seems;
	int which = shape_peek(&m->reader, line, name, 3, &v);

	switch (which) {
	case 0:
		if (m->opt.mode == EVENT_MAKE)
			return convert_record(m, line, out, err);
		break;
	case 1:
		return event_reread(m, line, out, err);
	case 2:
		return event_reread_cloud(m, line, out, err);
	default:
		break;
	}
	/* Neither: if the JSON is malformed, report that. */
	if (json_index_read(&m->index, line, err) != 0)
		return VERDICT_BAD;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		/* Found now: the search above ran out of memory. */
		if (which != 0 && json_index_find(&m->index, name[i]) != NULL)
			return event_failed(err, "out of memory");
	}
	seems = message_seems(&m->index);
	if (m->opt.mode == EVENT_CHECK)
		err_set(err, "no event: neither schemaVersion nor specversion");
	else
		err_set(err,
		    "neither a record nor an event: no member "
		    "'record', 'schemaVersion' or 'specversion'");
	if (seems != NULL) {
		struct err why = *err;

		err_set(err, "%s (it seems to be %s)", why.text, seems);
	}
	return VERDICT_BAD;
}
