#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "compat/random.h"
#include "event/event.h"
#include "event/shapes.h"
#include "event/write.h"
#include "id/id.h"
#include "instant/instant.h"

#define SALT 32

/* The session that the last record belonged to, for its end. */
struct session {
	struct buf id, subject, start, device;
	int64_t count;
	double until; /* seconds from the start of the source; -1: unknown */
	int64_t time; /* of its last event */
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* of its last record */
	bool open;
};

struct event_maker {
	struct event_options opt;
	struct shape_reader reader;
	struct json_index index; /* of a record's device */
	struct id_maker ids;
	uint8_t salt[SALT]; /* makes derived session IDs of this run its own */
	struct buf subject; /* the option's pseudonym, as JSON */
	struct buf session, person, device, event, scratch;
	struct session last;
};

/* What one record comes to. */
struct taking {
	struct shape_value v[RECORD_FIELDS];
	struct event_notes notes;
	struct event_session session;
	enum event_kind kind;
	struct span line;
	uint8_t digest[CRYPTO_SHA256_SIZE]; /* with EVENT_ID_CONTENT */
	double offset, duration;            /* 0 where unknown */
	int64_t start;                      /* of the source */
	bool has_start;
};

static enum event_result
failed(struct err *err, const char *what)
{
	err_set(err, "%s", what);
	return EVENT_FAILED;
}

static enum event_result
no_memory(struct err *err)
{
	return failed(err, "out of memory");
}

/* ---- Options ---------------------------------------------------------------- */

static int
take_subject(struct event_maker *m, struct span subject, struct buf *out,
    struct err *err)
{
	if (subject.n == 0 || subject.n > EVENT_SUBJECT_MAX)
		return err_set(err, "subject: must be 1 to %d bytes long",
		    EVENT_SUBJECT_MAX);
	buf_add_byte(out, '"');
	if (event_is_pseudonym(subject))
		buf_add_span(out, subject);
	else if (m->opt.key == NULL)
		return err_set(err,
		    "subject: a plain identifier is not sent "
		    "on: --pseudonym-key-file is needed");
	else if (event_pseudonym(m->opt.key, subject, out) != 0)
		return err_set(err, "subject: HMAC-SHA256 failed");
	buf_add_byte(out, '"');
	return buf_failed(out) ? err_set(err, "out of memory") : 0;
}

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
	    take_subject(m, m->opt.subject, &m->subject, err) != 0) {
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

/* ---- Session ----------------------------------------------------------------- */

/* A session of its own for each source, named after it in a way that does
 * not tell its name: salted with what nobody else has; by its content; or
 * plainly hashed only where the name is sent on anyway. */
static enum event_result
derive_session(struct event_maker *m, const struct taking *t, struct err *err)
{
	const struct shape_value *name = &t->v[RECORD_SOURCE];
	const struct shape_value *sum = &t->v[RECORD_SHA256];
	bool content = m->opt.id == EVENT_ID_CONTENT;
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char text[ID_TEXT_MAX];
	struct buf *b = &m->scratch;
	bool keyed = false;
	int rc;

	buf_clear(b);
	buf_add(b, "vitals session", 15); /* with its NUL */
	if (!content) {
		buf_add(b, m->salt, sizeof(m->salt));
		if (name->type == JSON_STRING)
			shape_text(name, b);
	} else if (sum->type == JSON_STRING) {
		shape_text(sum, b);
	} else if (name->type == JSON_STRING &&
	    (m->opt.key != NULL || m->opt.with_source)) {
		shape_text(name, b);
		keyed = m->opt.key != NULL;
	} else {
		err_set(err,
		    "no session: the line has no sourceSha256 to "
		    "derive one from: --session is needed");
		return EVENT_BAD;
	}
	if (buf_failed(b))
		return no_memory(err);
	if (keyed) {
		struct span s = buf_span(b);

		rc = crypto_hmac(m->opt.key, &s, 1, digest);
	} else {
		rc = crypto_sha256(b->data, b->len, digest);
	}
	if (rc != 0)
		return failed(err, "SHA-256 failed");
	id_of_digest(digest, text);
	buf_addf(&m->session, "\"%s\"", text);
	return EVENT_OK;
}

static enum event_result
find_session(struct event_maker *m, struct taking *t, struct err *err)
{
	enum event_result rc = EVENT_OK;

	buf_clear(&m->session);
	if (t->v[RECORD_SESSION].type == JSON_STRING) {
		buf_add_span(&m->session, t->v[RECORD_SESSION].value);
	} else if (m->opt.session != NULL) {
		buf_add_byte(&m->session, '"');
		json_escape(&m->session, span_of(m->opt.session));
		buf_add_byte(&m->session, '"');
	} else {
		rc = derive_session(m, t, err);
	}
	if (rc == EVENT_OK && buf_failed(&m->session))
		return no_memory(err);
	t->session.id = buf_span(&m->session);
	return rc;
}

static enum event_result
find_subject(struct event_maker *m, struct taking *t, struct err *err)
{
	int rc;

	t->session.subject = buf_span(&m->subject);
	if (t->v[RECORD_SUBJECT].type != JSON_STRING)
		return EVENT_OK;
	buf_clear(&m->person);
	buf_clear(&m->scratch);
	shape_text(&t->v[RECORD_SUBJECT], &m->scratch);
	if (buf_failed(&m->scratch))
		return no_memory(err);
	rc = take_subject(m, buf_span(&m->scratch), &m->person, err);
	buf_wipe(&m->scratch);
	t->session.subject = buf_span(&m->person);
	return rc == 0 ? EVENT_OK : EVENT_BAD;
}

/* The value that an option gives for ${key}, or NULL. */
static const char *
device_option(const struct event_maker *m, const struct json_member *key)
{
	for (size_t i = 0; i < m->opt.devices; i++) {
		if (json_string_is(key->key, key->key_escaped,
			span_of(m->opt.device[i].name)))
			return m->opt.device[i].value;
	}
	return NULL;
}

/* The record's device, with what the options say instead of it, or more. */
static enum event_result
find_device(struct event_maker *m, struct taking *t, struct err *err)
{
	const struct shape_value *v = &t->v[RECORD_DEVICE];
	struct json_writer w;

	t->session.device =
	    v->type == JSON_END ? (struct span){NULL, 0} : v->value;
	if (m->opt.devices == 0)
		return EVENT_OK;
	m->index.count = 0;
	if (v->type == JSON_OBJECT &&
	    json_index_read(&m->index, v->value, err) != 0)
		return EVENT_FAILED;
	buf_clear(&m->device);
	json_writer_init(&w, &m->device);
	json_object_begin(&w);
	for (size_t i = 0; i < m->index.count; i++) {
		const struct json_member *d = &m->index.member[i];
		const char *given = device_option(m, d);

		if (given != NULL)
			continue;
		json_put_raw(&w,
		    (struct span){d->key.p - 1,
			(size_t)(d->value.p + d->value.n - (d->key.p - 1))});
	}
	for (size_t i = 0; i < m->opt.devices; i++) {
		json_key(&w, m->opt.device[i].name);
		json_put_text(&w, m->opt.device[i].value);
	}
	json_object_end(&w);
	if (buf_failed(&m->device))
		return no_memory(err);
	t->session.device = buf_span(&m->device);
	return EVENT_OK;
}

/* ---- Time and ID --------------------------------------------------------------- */

static double
number(const struct shape_value *v)
{
	double x = 0;

	if (v->type == JSON_NUMBER && json_number(v->value, &x) != 0)
		x = 0;
	return x;
}

static int64_t
milliseconds(double seconds)
{
	return (int64_t)llround(seconds * 1000);
}

static void
find_time(struct event_maker *m, struct taking *t)
{
	const struct shape_value *v = &t->v[RECORD_START];

	t->offset = number(&t->v[RECORD_OFFSET]);
	t->duration = number(&t->v[RECORD_DURATION]);
	t->has_start = false;
	if (v->type != JSON_STRING)
		return;
	buf_clear(&m->scratch);
	shape_text(v, &m->scratch);
	t->has_start = instant_parse(buf_span(&m->scratch), &t->start) == 0;
}

/* The time of what happens ${seconds} into the source. */
static int64_t
time_at(const struct event_maker *m, const struct taking *t, double seconds)
{
	if (m->opt.clock != EVENT_CLOCK_NOW && t->has_start)
		return t->start + milliseconds(seconds);
	if (m->opt.clock == EVENT_CLOCK_GIVEN)
		return m->opt.time;
	return instant_now();
}

/* The ID of an event of ${kind} about the record with ${digest}.  The record's
 * own event has an ID of the record's bytes alone. */
static enum event_result
make_id(struct event_maker *m, enum event_kind kind,
    const uint8_t digest[CRYPTO_SHA256_SIZE], char id[ID_TEXT_MAX],
    struct err *err)
{
	uint8_t own[CRYPTO_SHA256_SIZE];
	struct buf *b = &m->scratch;

	if (m->opt.id == EVENT_ID_UUIDV7) {
		if (id_next(&m->ids, instant_now(), id) == 0)
			return EVENT_OK;
		err_sys(err, errno, "no random bytes");
		return EVENT_FAILED;
	}
	memcpy(own, digest, sizeof(own));
	if (kind == EVENT_KIND_STARTED || kind == EVENT_KIND_ENDED) {
		buf_clear(b);
		buf_add_text(b, event_type_name[kind]);
		buf_add(b, digest, CRYPTO_SHA256_SIZE);
		if (buf_failed(b))
			return no_memory(err);
		if (crypto_sha256(b->data, b->len, own) != 0)
			return failed(err, "SHA-256 failed");
	}
	id_of_digest(own, id);
	return EVENT_OK;
}

/* ---- Events ----------------------------------------------------------------------- */

/* Append the event in m->event to the record of ${out}, wrapped if asked. */
static enum event_result
put_event(struct event_maker *m, const struct event_head *head,
    struct ndjson_writer *out, struct err *err)
{
	struct buf *record = ndjson_record(out);
	size_t before = record->len;

	if (m->opt.cloudevents)
		event_wrap(
		    record, head, m->opt.source_uri, buf_span(&m->event));
	else
		buf_add_span(record, buf_span(&m->event));
	if (buf_failed(&m->event) || buf_failed(record))
		return no_memory(err);
	if (record->len - before <= NDJSON_LINE_MAX)
		return EVENT_OK;
	err_set(err, "bad line: its event would be longer than 1 MiB");
	return EVENT_BAD;
}

/* The start or the end of the session in m->last. */
static enum event_result
put_boundary(struct event_maker *m, enum event_kind kind,
    struct ndjson_writer *out, struct err *err)
{
	struct session *s = &m->last;
	struct event_head head = {.kind = kind,
	    .session = {.id = buf_span(&s->id),
		.subject = buf_span(&s->subject),
		.start = buf_span(&s->start),
		.device = buf_span(&s->device)}};
	struct json_writer w;
	enum event_result rc;

	rc = make_id(m, kind, s->digest, head.id, err);
	if (rc != EVENT_OK)
		return rc;
	instant_format(s->time, head.time);
	if (kind == EVENT_KIND_ENDED && s->until >= 0) {
		buf_clear(&m->scratch);
		json_writer_init(&w, &m->scratch);
		json_put_real(&w, s->until, 3);
		head.session.duration = buf_span(&m->scratch);
	}
	buf_clear(&m->event);
	event_write_head(&m->event, &head);
	json_writer_init(&w, &m->event);
	w.comma = true;
	if (kind == EVENT_KIND_ENDED) {
		json_key(&w, "eventCount");
		json_put_integer(&w, s->count);
	}
	json_object_end(&w);
	return put_event(m, &head, out, err);
}

enum event_result
event_end(struct event_maker *m, struct ndjson_writer *out, struct err *err)
{
	if (!m->last.open)
		return EVENT_OK;
	m->last.open = false;
	return put_boundary(m, EVENT_KIND_ENDED, out, err);
}

static enum event_result
commit(struct ndjson_writer *out, enum event_result rc, struct err *err)
{
	if (rc != EVENT_OK || ndjson_commit(out) == 0)
		return rc;
	err->text[0] = '\0'; /* who flushes last reports it */
	return EVENT_FAILED;
}

static void
keep(struct buf *b, struct span s)
{
	buf_clear(b);
	buf_add_span(b, s);
}

/* Remember the session of ${t}, whose first record it is. */
static void
open_session(struct event_maker *m, const struct taking *t)
{
	struct session *s = &m->last;

	s->open = true;
	s->count = 0;
	s->until = -1;
	s->time = time_at(m, t, t->offset);
	memcpy(s->digest, t->digest, sizeof(s->digest));
	keep(&s->id, t->session.id);
	keep(&s->subject, t->session.subject);
	keep(&s->start, t->session.start);
	keep(&s->device, t->session.device);
}

/* Tell the end of the session before and the start of this one, where one
 * ends and one starts; then count the record in. */
static enum event_result
follow_session(struct event_maker *m, const struct taking *t,
    struct ndjson_writer *out, struct err *err)
{
	struct session *s = &m->last;
	enum event_result rc = EVENT_OK;
	double until = t->offset + t->duration;

	if (s->open &&
	    (s->id.len != t->session.id.n ||
		memcmp(s->id.data, t->session.id.p, s->id.len) != 0))
		rc = commit(out, event_end(m, out, err), err);
	if (rc == EVENT_OK && !s->open) {
		open_session(m, t);
		if (buf_failed(&s->id) || buf_failed(&s->subject) ||
		    buf_failed(&s->start) || buf_failed(&s->device))
			return no_memory(err);
		rc = commit(
		    out, put_boundary(m, EVENT_KIND_STARTED, out, err), err);
	}
	s->count++;
	s->time = time_at(m, t, until);
	if (t->v[RECORD_OFFSET].type == JSON_NUMBER && until > s->until)
		s->until = until;
	memcpy(s->digest, t->digest, sizeof(s->digest));
	return rc;
}

/* What the kind of record asks for, and which event it gives. */
static int
find_kind(struct taking *t, struct err *err)
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
		    "record: '%.*s' is no measurement, sample "
		    "or wave",
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

/* The part of the event behind its session. */
static void
write_body(struct event_maker *m, const struct taking *t)
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

static enum event_result
take_record(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct taking t = {.line = line};
	struct event_head head = {0};
	enum event_result rc;

	m->reader.context = &t.notes;
	if (shape_read(&m->reader, line, &event_record_shape, t.v, err) != 0 ||
	    check_others(&m->reader, err) != 0 || find_kind(&t, err) != 0)
		return EVENT_BAD;
	for (size_t i = 0; i < RECORD_FIELDS; i++) {
		if (t.v[i].type == JSON_END)
			t.v[i].value = (struct span){NULL, 0};
	}
	if (m->opt.id == EVENT_ID_CONTENT &&
	    crypto_sha256(line.p, line.n, t.digest) != 0)
		return failed(err, "SHA-256 failed");
	find_time(m, &t);
	t.session.start = t.v[RECORD_START].value;
	t.session.offset = t.v[RECORD_OFFSET].value;
	t.session.duration = t.v[RECORD_DURATION].value;
	if ((rc = find_session(m, &t, err)) != EVENT_OK ||
	    (rc = find_subject(m, &t, err)) != EVENT_OK ||
	    (rc = find_device(m, &t, err)) != EVENT_OK)
		return rc;
	if (m->opt.session_events &&
	    (rc = follow_session(m, &t, out, err)) != EVENT_OK)
		return rc;
	head.kind = t.kind;
	head.session = t.session;
	rc = make_id(m, t.kind, t.digest, head.id, err);
	if (rc != EVENT_OK)
		return rc;
	instant_format(time_at(m, &t, t.offset + t.duration), head.time);
	buf_clear(&m->event);
	event_write_head(&m->event, &head);
	write_body(m, &t);
	return put_event(m, &head, out, err);
}

/* ---- Events read back ---------------------------------------------------------------- */

static enum event_result
put_line(struct span text, struct ndjson_writer *out)
{
	buf_add_span(ndjson_record(out), text);
	return EVENT_OK; /* the commit reports a lack of memory */
}

static enum event_result
take_event(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct shape_value v[EVENT_FIELDS];
	struct event_notes notes;
	struct buf *record = ndjson_record(out);
	size_t before = record->len;

	if (event_read(&m->reader, line, v, &notes, err) != 0)
		return EVENT_BAD;
	if (m->opt.mode == EVENT_CHECK || !m->opt.cloudevents)
		return put_line(line, out);
	event_rewrap(record, v, &notes, m->opt.source_uri, line);
	if (record->len - before <= NDJSON_LINE_MAX)
		return EVENT_OK;
	err_set(err, "bad line: its event would be longer than 1 MiB");
	return EVENT_BAD;
}

static enum event_result
take_cloud(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	struct shape_value v[EVENT_FIELDS];
	struct event_notes notes;
	struct span data;

	if (event_read_cloud(&m->reader, line, v, &notes, &data, err) != 0)
		return EVENT_BAD;
	if (m->opt.mode == EVENT_CHECK || m->opt.cloudevents)
		return put_line(line, out);
	return put_line(data, out);
}

enum event_result
event_take(struct event_maker *m, struct span line, struct ndjson_writer *out,
    struct err *err)
{
	static const char *const name[] = {
	    "record", "schemaVersion", "specversion"};
	struct shape_value v;

	switch (shape_peek(&m->reader, line, name, 3, &v)) {
	case 0:
		if (m->opt.mode == EVENT_MAKE)
			return take_record(m, line, out, err);
		break;
	case 1:
		return take_event(m, line, out, err);
	case 2:
		return take_cloud(m, line, out, err);
	default:
		break;
	}
	/* Neither: say what is wrong with the JSON, if that is it. */
	if (json_index_read(&m->index, line, err) != 0)
		return EVENT_BAD;
	if (m->opt.mode == EVENT_CHECK)
		err_set(err, "no event: neither schemaVersion nor specversion");
	else
		err_set(err,
		    "neither a record nor an event: no member "
		    "'record', 'schemaVersion' or 'specversion'");
	return EVENT_BAD;
}
