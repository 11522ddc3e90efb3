/* Reading the parts of an event that FHIR needs. */
#include <math.h>

#include "fhir/maker.h"
#include "message/message.h"

/* Report what is wrong with the JSON, or what ${line} seems to be. */
static int
not_an_event(struct fhir_maker *m, struct span line, struct err *err)
{
	const char *seems;

	if (json_index_read(&m->index, line, err) != 0)
		return -1;
	/* If a member is found only now, shape_peek ran out of memory. */
	if (json_index_find(&m->index, "schemaVersion") != NULL ||
	    json_index_find(&m->index, "specversion") != NULL)
		return err_set(err, "out of memory");
	err_set(err, "not an event: neither schemaVersion nor specversion");
	if (json_index_find(&m->index, "record") != NULL)
		return err_set(
		    err, "not an event: vitals-event makes events of records");
	seems = message_seems(&m->index);
	if (seems != NULL)
		err_set(err, "not an event: it seems to be %s", seems);
	return -1;
}

/* Read the members of the event, with or without a CloudEvent around it. */
static enum verdict
read_members(struct fhir_maker *m, struct span line, struct fhir_event *e,
    struct event_notes *notes, struct err *err)
{
	static const char *const name[] = {"schemaVersion", "specversion"};
	struct shape_value v;
	struct span data;
	int which = shape_peek(&m->reader, line, name, 2, &v);
	int rc = which < 0 ? not_an_event(m, line, err)
	    : which == 1
	    ? event_read_cloud(&m->reader, line, e->v, notes, &data, err)
	    : event_read(&m->reader, line, e->v, notes, err);

	return rc == 0           ? VERDICT_GOOD
	    : err_is_memory(err) ? VERDICT_SYSTEM
				 : VERDICT_BAD;
}

static double
seconds(const struct shape_value *v)
{
	double x = 0;

	if (v->type == JSON_NUMBER && json_number(v->value, &x) != 0)
		x = 0;
	return x;
}

/* Read the instant ${v} into *${ms}.  Return 0, or -1 with ${err}. */
static int
read_instant(struct fhir_maker *m, const struct shape_value *v, int64_t *ms,
    struct err *err)
{
	buf_clear(&m->text);
	shape_text(v, &m->text);
	if (buf_failed(&m->text))
		return err_set(err, "out of memory");
	(void)instant_parse(buf_span(&m->text), ms); /* its shape was checked */
	return 0;
}

/* FHIR allows the years 0001 to 9999. */
static int
write_instant(
    int64_t ms, const char *name, char text[INSTANT_TEXT_MAX], struct err *err)
{
	instant_format(ms, text);
	if (memcmp(text, "0000", 4) != 0)
		return 0;
	return err_set(err, "%s: FHIR has no year 0", name);
}

static int
read_times(struct fhir_maker *m, struct fhir_event *e, struct err *err)
{
	const struct shape_value *s = e->session;
	double offset = seconds(&s[EVENT_SESSION_OFFSET]);
	double duration = e->is_wave
	    ? event_wave_seconds(&m->scan, &e->v[EVENT_RATE],
		  &e->v[EVENT_VALUES], &e->wave_values)
	    : seconds(&s[EVENT_SESSION_DURATION]);
	int64_t time = 0, start = 0;

	if (read_instant(m, &e->v[EVENT_TIME], &time, err) != 0 ||
	    write_instant(time, "time", e->issued, err) != 0)
		return -1;
	memcpy(e->end, e->issued, sizeof(e->end));
	if (s[EVENT_SESSION_START].type != JSON_STRING)
		return 0;
	if (read_instant(m, &s[EVENT_SESSION_START], &start, err) != 0)
		return -1;
	if ((offset + duration) * 1000 > (double)(INSTANT_MAX - start))
		return err_set(err, "ends after the year 9999");
	start += llround(offset * 1000);
	if (write_instant(start, "session.startTime", e->start, err) != 0)
		return -1;
	if (e->is_wave || s[EVENT_SESSION_DURATION].type == JSON_NUMBER)
		return write_instant(start + llround(duration * 1000),
		    "session.startTime", e->end, err);
	if (!e->is_sample) {
		e->end[0] = '\0';
		return 0;
	}
	/* It is the end of a moving window. */
	memcpy(e->end, e->start, sizeof(e->end));
	e->start[0] = '\0';
	return 0;
}

/* ---- Parts of the event, as they are read ----------------------------------- */

static void
take_session(void *context, const struct shape_value got[EVENT_SESSION_FIELDS])
{
	struct fhir_event *e = context;

	memcpy(e->session, got, sizeof(e->session));
}

static void
take_quality(void *context, const struct shape_value got[EVENT_QUALITY_FIELDS])
{
	struct fhir_event *e = context;

	memcpy(e->quality, got, sizeof(e->quality));
}

static void
take_reading(void *context, const struct shape_value got[EVENT_READING_FIELDS])
{
	struct fhir_event *e = context;
	const struct shape_value *name = &got[EVENT_READING_VITAL];
	struct fhir_reading *r = &e->reading[e->readings];

	if (e->readings == FHIR_READINGS_MAX) {
		e->has_more = true;
		return;
	}
	memcpy(r->v, got, sizeof(r->v));
	r->vital = fhir_vital_find(json_inside(name->value), name->escaped);
	e->readings++;
}

static const struct event_watch watch = {
    .session = take_session, .reading = take_reading, .quality = take_quality};

/* Each vital may be in an event only once: its name becomes part of an ID. */
static int
check_readings(const struct fhir_event *e, struct err *err)
{
	if (e->has_more)
		return err_set(err, "more than %d readings", FHIR_READINGS_MAX);
	for (size_t i = 0; i < e->readings; i++) {
		const struct fhir_vital *vital = e->reading[i].vital;

		for (size_t k = 0; vital != NULL && k < i; k++) {
			if (e->reading[k].vital == vital)
				return err_set(err,
				    "readings: %s appears twice", vital->name);
		}
	}
	return 0;
}

static bool
is_kind(const struct shape_value *type, enum event_kind kind)
{
	return json_string_is(json_inside(type->value), type->escaped,
	    span_of(event_type_name[kind]));
}

enum verdict
fhir_event_read(struct fhir_maker *m, struct span line, struct fhir_event *e,
    struct err *err)
{
	struct event_notes notes = {.watch = &watch, .context = e};
	const struct shape_value *type = &e->v[EVENT_TYPE];
	enum verdict rc;

	e->reading = m->reading;
	rc = read_members(m, line, e, &notes, err);
	if (rc != VERDICT_GOOD)
		return rc;
	buf_clear(&m->id);
	shape_text(&e->v[EVENT_ID], &m->id);
	if (buf_failed(&m->id)) {
		err_set(err, "out of memory");
		return VERDICT_SYSTEM;
	}
	e->id = buf_span(&m->id);
	e->is_wave = e->v[EVENT_WAVE].type == JSON_STRING &&
	    e->v[EVENT_RATE].type == JSON_NUMBER &&
	    e->v[EVENT_VALUES].type == JSON_ARRAY;
	e->is_sample = is_kind(type, EVENT_KIND_SAMPLE);
	e->type_shows = e->is_wave ? is_kind(type, EVENT_KIND_WAVE)
				   : is_kind(type, EVENT_KIND_COMPLETED) ||
		is_kind(type, EVENT_KIND_FAILED);
	if (read_times(m, e, err) != 0 || check_readings(e, err) != 0)
		return err_is_memory(err) ? VERDICT_SYSTEM : VERDICT_BAD;
	return VERDICT_GOOD;
}
