/* Parts that resources share. */
#include "fhir/maker.h"
#include "fhir/types.h"

void
fhir_put_text(struct fhir_maker *m, struct buf *b, const char *name,
    const struct shape_value *v)
{
	struct span text = json_inside(v->value);

	if (v->escaped) {
		buf_clear(&m->text);
		json_unescape(text, &m->text);
		text = buf_span(&m->text);
	}
	if (!fhir_is_string(text) && m->bad_text == NULL)
		m->bad_text = name;
	buf_add_span(b, v->value);
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

/* ---- Extensions ------------------------------------------------------------ */

/* Begin an item of a list, with a comma unless it is the first one, and its
 * URL. */
static void
begin_extension(struct buf *b, const char *url)
{
	if (b->len > 0 && b->data[b->len - 1] != '[')
		buf_add_byte(b, ',');
	FHIR_PUT(b, "{\"url\":\"");
	buf_add_text(b, url);
	buf_add_byte(b, '"');
}

void
fhir_put_decimal(struct buf *b, const char *url, const struct shape_value *v)
{
	if (v->type != JSON_NUMBER)
		return;
	begin_extension(b, url);
	FHIR_PUT(b, ",\"valueDecimal\":");
	buf_add_span(b, v->value);
	buf_add_byte(b, '}');
}

void
fhir_put_string(struct fhir_maker *m, struct buf *b, const char *url,
    const char *name, const struct shape_value *v)
{
	if (v->type != JSON_STRING)
		return;
	begin_extension(b, url);
	FHIR_PUT(b, ",\"valueString\":");
	fhir_put_text(m, b, name, v);
	buf_add_byte(b, '}');
}

/* Append signal, noise, motion, light and coverage, as far as known. */
static void
put_quality(struct buf *b, const struct fhir_event *e)
{
	static const char *const url[EVENT_QUALITY_FIELDS] = {
	    [EVENT_QUALITY_SIGNAL] = "signal",
	    [EVENT_QUALITY_SNR] = "snrDb",
	    [EVENT_QUALITY_MOTION] = "motion",
	    [EVENT_QUALITY_ILLUMINATION] = "illumination",
	    [EVENT_QUALITY_COVERAGE] = "coverage",
	};
	size_t known = 0;

	for (size_t i = 0; i < EVENT_QUALITY_FIELDS; i++)
		known += e->quality[i].type == JSON_NUMBER;
	if (known == 0)
		return;
	begin_extension(b, FHIR_EXTENSION "quality");
	FHIR_PUT(b, ",\"extension\":[");
	for (size_t i = 0; i < EVENT_QUALITY_FIELDS; i++)
		fhir_put_decimal(b, url[i], &e->quality[i]);
	FHIR_PUT(b, "]}");
}

static void
put_session(struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	const struct shape_value *s = e->session;

	begin_extension(b, FHIR_EXTENSION "session");
	FHIR_PUT(b, ",\"extension\":[");
	fhir_put_string(m, b, "id", "session.id", &s[EVENT_SESSION_ID]);
	fhir_put_string(
	    m, b, "startTime", "session.startTime", &s[EVENT_SESSION_START]);
	fhir_put_decimal(b, "offsetSeconds", &s[EVENT_SESSION_OFFSET]);
	fhir_put_decimal(b, "durationSeconds", &s[EVENT_SESSION_DURATION]);
	fhir_put_decimal(b, "seq", &e->v[EVENT_SEQ]);
	FHIR_PUT(b, "]}");
}

/* Append the type of ${e}, unless the Observations show it; and its time, unless
 * issued has the same text. */
static void
put_event(struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	const struct shape_value *time = &e->v[EVENT_TIME];

	if (!e->type_shows)
		fhir_put_string(m, b, FHIR_EXTENSION "eventType", "type",
		    &e->v[EVENT_TYPE]);
	if (!json_string_is(
		json_inside(time->value), time->escaped, span_of(e->issued)))
		fhir_put_string(m, b, FHIR_EXTENSION "eventTime", "time", time);
}

void
fhir_put_event_extensions(
    struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	put_quality(b, e);
	put_session(m, b, e);
	put_event(m, b, e);
}

/* ---- Who and when ---------------------------------------------------------- */

/* A value that is absent because it is unknown. */
#define UNKNOWN                                \
	"{\"extension\":[{\"url\":\"" FHIR_HL7 \
	"data-absent-reason\",\"valueCode\":\"unknown\"}]}"

static void
put_subject(struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	const struct shape_value *subject = &e->session[EVENT_SESSION_SUBJECT];

	FHIR_PUT(b, ",\"subject\":");
	if (m->opt.subject != NULL) {
		FHIR_PUT(b, "{\"reference\":\"");
		json_escape(b, span_of(m->opt.subject));
		FHIR_PUT(b, "\"}");
	} else if (subject->type == JSON_STRING) {
		FHIR_PUT(b,
		    "{\"type\":\"Patient\",\"identifier\":{\"system\":"
		    "\"" FHIR_SUBJECT_SYSTEM "\",\"value\":");
		fhir_put_text(m, b, "session.subject", subject);
		FHIR_PUT(b, "}}");
	} else {
		FHIR_PUT(b, UNKNOWN);
	}
}

/* Append the ${time} ${key}, which is unknown if it is empty. */
static void
put_bound(struct buf *b, const char *key, const char *time)
{
	if (time[0] != '\0')
		buf_addf(b, "\"%s\":\"%s\"", key, time);
	else
		buf_addf(b, "\"_%s\":" UNKNOWN, key);
}

void
fhir_put_context(
    struct fhir_maker *m, struct buf *b, const struct fhir_event *e)
{
	put_subject(m, b, e);
	FHIR_PUT(b, ",\"effectivePeriod\":{");
	put_bound(b, "start", e->start);
	buf_add_byte(b, ',');
	put_bound(b, "end", e->end);
	FHIR_PUT(b, "},\"issued\":\"");
	buf_add_text(b, e->issued);
	buf_add_byte(b, '"');
}
