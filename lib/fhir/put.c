/* Parts that resources share. */
#include "fhir/maker.h"

/* Does FHIR allow the string?  It must have a character other than space, and
 * no control characters except tab, CR and LF (R4, Data Types, string). */
static bool
usable(struct span s)
{
	bool visible = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 && c != '\t' && c != '\r' && c != '\n')
			return false;
		visible |= c > 0x20;
	}
	return visible;
}

void
fhir_put_text(struct fhir_maker *m, struct json_writer *w, const char *name,
    const struct shape_value *v)
{
	buf_clear(&m->text);
	shape_text(v, &m->text);
	if (!usable(buf_span(&m->text)) && m->bad_text == NULL)
		m->bad_text = name;
	json_put_raw(w, v->value);
}

void
fhir_put_member(struct json_writer *w, const char *key, const char *text)
{
	json_key(w, key);
	json_put_text(w, text);
}

void
fhir_put_coding(struct json_writer *w, const struct fhir_coding *coding)
{
	json_object_begin(w);
	fhir_put_member(w, "system", coding->uri);
	fhir_put_member(w, "code", coding->code);
	if (coding->display != NULL)
		fhir_put_member(w, "display", coding->display);
	json_object_end(w);
}

void
fhir_put_absent(struct json_writer *w, const char *code)
{
	json_object_begin(w);
	json_key(w, "extension");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(w, "url", FHIR_HL7 "data-absent-reason");
	fhir_put_member(w, "valueCode", code);
	json_object_end(w);
	json_array_end(w);
	json_object_end(w);
}

void
fhir_put_decimal(
    struct json_writer *w, const char *url, const struct shape_value *v)
{
	if (v->type != JSON_NUMBER)
		return;
	json_object_begin(w);
	fhir_put_member(w, "url", url);
	json_key(w, "valueDecimal");
	json_put_raw(w, v->value);
	json_object_end(w);
}

bool
fhir_is_id(struct span s)
{
	bool good = s.n >= 1 && s.n <= 64;

	for (size_t i = 0; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-' ||
		    s.p[i] == '.';
	return good;
}

/* ---- Extensions ------------------------------------------------------------ */

void
fhir_put_string(struct fhir_maker *m, struct json_writer *w, const char *url,
    const char *name, const struct shape_value *v)
{
	if (v->type != JSON_STRING)
		return;
	json_object_begin(w);
	fhir_put_member(w, "url", url);
	json_key(w, "valueString");
	fhir_put_text(m, w, name, v);
	json_object_end(w);
}

/* Write signal, noise, motion, light and coverage, as far as known. */
static int
put_quality(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	static const char *const url[EVENT_QUALITY_FIELDS] = {
	    [EVENT_QUALITY_SIGNAL] = "signal",
	    [EVENT_QUALITY_SNR] = "snrDb",
	    [EVENT_QUALITY_MOTION] = "motion",
	    [EVENT_QUALITY_ILLUMINATION] = "illumination",
	    [EVENT_QUALITY_COVERAGE] = "coverage",
	};
	struct shape_value v[EVENT_QUALITY_FIELDS];
	struct err err; /* not used: only memory can run out */
	size_t known = 0;

	if (e->v[EVENT_QUALITY].type != JSON_OBJECT)
		return 0;
	if (shape_read(&m->reader, e->v[EVENT_QUALITY].value,
		&event_quality_shape, v, &err) != 0)
		return -1;
	for (size_t i = 0; i < EVENT_QUALITY_FIELDS; i++)
		known += v[i].type == JSON_NUMBER;
	if (known == 0)
		return 0;
	json_object_begin(w);
	fhir_put_member(w, "url", FHIR_EXTENSION "quality");
	json_key(w, "extension");
	json_array_begin(w);
	for (size_t i = 0; i < EVENT_QUALITY_FIELDS; i++)
		fhir_put_decimal(w, url[i], &v[i]);
	json_array_end(w);
	json_object_end(w);
	return 0;
}

static void
put_session(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	const struct shape_value *s = e->session;

	json_object_begin(w);
	fhir_put_member(w, "url", FHIR_EXTENSION "session");
	json_key(w, "extension");
	json_array_begin(w);
	fhir_put_string(m, w, "id", "session.id", &s[EVENT_SESSION_ID]);
	fhir_put_string(
	    m, w, "startTime", "session.startTime", &s[EVENT_SESSION_START]);
	fhir_put_decimal(w, "offsetSeconds", &s[EVENT_SESSION_OFFSET]);
	fhir_put_decimal(w, "durationSeconds", &s[EVENT_SESSION_DURATION]);
	fhir_put_decimal(w, "seq", &e->v[EVENT_SEQ]);
	json_array_end(w);
	json_object_end(w);
}

/* Write the type of ${e}, unless the Observations show it; and its time, unless
 * issued has the same text. */
static void
put_event(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	const struct shape_value *time = &e->v[EVENT_TIME];

	if (!e->type_shows)
		fhir_put_string(m, w, FHIR_EXTENSION "eventType", "type",
		    &e->v[EVENT_TYPE]);
	if (!json_string_is(
		json_inside(time->value), time->escaped, span_of(e->issued)))
		fhir_put_string(m, w, FHIR_EXTENSION "eventTime", "time", time);
}

int
fhir_put_event_extensions(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	int rc = put_quality(m, w, e);

	put_session(m, w, e);
	put_event(m, w, e);
	return rc;
}

/* ---- Who and when ---------------------------------------------------------- */

static void
put_subject(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	const struct shape_value *subject = &e->session[EVENT_SESSION_SUBJECT];

	json_key(w, "subject");
	if (m->opt.subject != NULL) {
		json_object_begin(w);
		fhir_put_member(w, "reference", m->opt.subject);
		json_object_end(w);
	} else if (subject->type == JSON_STRING) {
		json_object_begin(w);
		fhir_put_member(w, "type", "Patient");
		json_key(w, "identifier");
		json_object_begin(w);
		fhir_put_member(w, "system", FHIR_SUBJECT_SYSTEM);
		json_key(w, "value");
		fhir_put_text(m, w, "session.subject", subject);
		json_object_end(w);
		json_object_end(w);
	} else {
		fhir_put_absent(w, "unknown");
	}
}

void
fhir_put_context(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	put_subject(m, w, e);
	json_key(w, "effectivePeriod");
	json_object_begin(w);
	if (e->has_start && e->has_duration) {
		fhir_put_member(w, "start", e->start);
	} else {
		json_key(w, "_start");
		fhir_put_absent(w, "unknown");
	}
	fhir_put_member(w, "end", e->end);
	json_object_end(w);
	fhir_put_member(w, "issued", e->issued);
}
