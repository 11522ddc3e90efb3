#include "event/maker.h"

#include <errno.h>

#include "instant/instant.h"

int
event_put_subject(struct event_maker *m, struct span subject, struct buf *out,
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
		    "subject: plain identifier: --pseudonym-key-file is "
		    "required");
	else if (event_pseudonym(m->opt.key, subject, out) != 0)
		return err_set(err, "subject: HMAC-SHA256 failed");
	buf_add_byte(out, '"');
	return buf_failed(out) ? err_set(err, "out of memory") : 0;
}

/* Each source is a session.  Its ID is a hash that does not reveal the name of
 * the source: salted with a secret of this run, of the content, or under the
 * key.  The name is hashed without any of them only if it is sent anyway. */
static enum verdict
derive_session(
    struct event_maker *m, const struct event_record *t, struct err *err)
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
		return VERDICT_BAD;
	}
	if (buf_failed(b))
		return event_no_memory(err);
	if (keyed) {
		struct span s = buf_span(b);

		rc = crypto_hmac(m->opt.key, &s, 1, digest);
	} else {
		rc = crypto_sha256(b->data, b->len, digest);
	}
	if (rc != 0)
		return event_failed(err, "SHA-256 failed");
	id_of_digest(digest, text);
	buf_addf(&m->session, "\"%s\"", text);
	return VERDICT_GOOD;
}

enum verdict
event_find_session(
    struct event_maker *m, struct event_record *t, struct err *err)
{
	enum verdict rc = VERDICT_GOOD;

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
	if (rc == VERDICT_GOOD && buf_failed(&m->session))
		return event_no_memory(err);
	t->session.id = buf_span(&m->session);
	return rc;
}

enum verdict
event_find_subject(
    struct event_maker *m, struct event_record *t, struct err *err)
{
	int rc;

	t->session.subject = buf_span(&m->subject);
	if (t->v[RECORD_SUBJECT].type != JSON_STRING)
		return VERDICT_GOOD;
	buf_clear(&m->person);
	buf_clear(&m->scratch);
	shape_text(&t->v[RECORD_SUBJECT], &m->scratch);
	if (buf_failed(&m->scratch))
		return event_no_memory(err);
	rc = event_put_subject(m, buf_span(&m->scratch), &m->person, err);
	buf_wipe(&m->scratch);
	t->session.subject = buf_span(&m->person);
	return rc == 0 ? VERDICT_GOOD : VERDICT_BAD;
}

/* Does an option set the member ${d} of the device? */
static bool
device_given(const struct event_maker *m, const struct json_member *d)
{
	for (size_t i = 0; i < m->opt.devices; i++) {
		if (json_string_is(
			d->key, d->key_escaped, m->opt.device[i].name))
			return true;
	}
	return false;
}

/* Write the record's device; the options replace its members or add some. */
enum verdict
event_find_device(
    struct event_maker *m, struct event_record *t, struct err *err)
{
	const struct shape_value *v = &t->v[RECORD_DEVICE];
	struct json_writer w;

	t->session.device =
	    v->type == JSON_END ? (struct span){NULL, 0} : v->value;
	if (m->opt.devices == 0)
		return VERDICT_GOOD;
	m->index.count = 0;
	if (v->type == JSON_OBJECT &&
	    json_index_read(&m->index, v->value, err) != 0)
		return VERDICT_SYSTEM;
	buf_clear(&m->device);
	json_writer_init(&w, &m->device);
	json_object_begin(&w);
	for (size_t i = 0; i < m->index.count; i++) {
		const struct json_member *d = &m->index.member[i];

		if (device_given(m, d))
			continue;
		json_put_raw(&w,
		    (struct span){d->key.p - 1,
			(size_t)(d->value.p + d->value.n - (d->key.p - 1))});
	}
	for (size_t i = 0; i < m->opt.devices; i++) {
		json_put_string(&w, m->opt.device[i].name);
		buf_add_byte(w.out, ':');
		w.comma = false;
		json_put_string(&w, m->opt.device[i].value);
	}
	json_object_end(&w);
	if (buf_failed(&m->device))
		return event_no_memory(err);
	t->session.device = buf_span(&m->device);
	return VERDICT_GOOD;
}

/* ---- Starts and ends ---------------------------------------------------- */

/* Write the start or the end event of the session in m->last. */
static enum verdict
put_boundary(struct event_maker *m, enum event_kind kind,
    struct ndjson_writer *out, struct err *err)
{
	struct event_session_seen *s = &m->last;
	struct event_head head = {.kind = kind,
	    .session = {.id = buf_span(&s->id),
		.subject = buf_span(&s->subject),
		.start = buf_span(&s->start),
		.device = buf_span(&s->device)}};
	struct json_writer w;
	enum verdict rc;

	rc = event_make_id(m, kind, s->digest, head.id, err);
	if (rc != VERDICT_GOOD)
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
	return event_put(m, &head, out, err);
}

enum verdict
event_end(struct event_maker *m, struct ndjson_writer *out, struct err *err)
{
	if (!m->last.open)
		return VERDICT_GOOD;
	m->last.open = false;
	return put_boundary(m, EVENT_KIND_ENDED, out, err);
}

static enum verdict
commit(struct ndjson_writer *out, enum verdict rc)
{
	if (rc != VERDICT_GOOD || ndjson_commit(out) == 0)
		return rc;
	return VERDICT_OUTPUT;
}

static void
copy(struct buf *b, struct span s)
{
	buf_clear(b);
	buf_add_span(b, s);
}

/* Remember the session that starts with ${t}. */
static void
open_session(struct event_maker *m, const struct event_record *t)
{
	struct event_session_seen *s = &m->last;

	s->open = true;
	s->count = 0;
	s->until = -1;
	s->time = event_time_at(m, t, t->offset);
	memcpy(s->digest, t->digest, sizeof(s->digest));
	copy(&s->id, t->session.id);
	copy(&s->subject, t->session.subject);
	copy(&s->start, t->session.start);
	copy(&s->device, t->session.device);
}

/* If a new session starts, write the end event of the last one and the start
 * event of this one.  Then count the record. */
enum verdict
event_follow_session(struct event_maker *m, const struct event_record *t,
    struct ndjson_writer *out, struct err *err)
{
	struct event_session_seen *s = &m->last;
	enum verdict rc = VERDICT_GOOD;
	double until = t->offset + t->duration;

	if (s->open &&
	    (s->id.len != t->session.id.n ||
		memcmp(s->id.data, t->session.id.p, s->id.len) != 0))
		rc = commit(out, event_end(m, out, err));
	if (rc == VERDICT_GOOD && !s->open) {
		open_session(m, t);
		if (buf_failed(&s->id) || buf_failed(&s->subject) ||
		    buf_failed(&s->start) || buf_failed(&s->device))
			return event_no_memory(err);
		rc = commit(out, put_boundary(m, EVENT_KIND_STARTED, out, err));
	}
	s->count++;
	s->time = event_time_at(m, t, until);
	if (t->v[RECORD_OFFSET].type == JSON_NUMBER && until > s->until)
		s->until = until;
	memcpy(s->digest, t->digest, sizeof(s->digest));
	return rc;
}
