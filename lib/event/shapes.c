#include "event/shapes.h"

#include "event/event.h"
#include "instant/instant.h"
#include "readings/reading.h"

/* No upper bound. */
#define LARGE 1e15

/* Three hundred years, as in traces.  By hand: no measurement is longer. */
#define SECONDS_MAX 1e10

#define NEED SHAPE_REQUIRED
#define NIL SHAPE_NULLABLE

/* ---- Readings and quality ------------------------------------------------ */

static bool
string_is(const struct shape_value *v, const char *text)
{
	return v->type == JSON_STRING &&
	    json_string_is(json_inside(v->value), v->escaped, span_of(text));
}

/* A known vital must have the unit that its table gives. */
static int
check_unit(const struct shape_value *got, struct err *err)
{
	for (enum vital v = 0; v < VITAL_COUNT; v++) {
		const struct vital_info *info = vital_info(v);

		if (!string_is(&got[EVENT_READING_VITAL], info->name))
			continue;
		if (string_is(&got[EVENT_READING_UNIT], info->unit))
			return 0;
		return err_set(
		    err, "%s must be in '%s'", info->name, info->unit);
	}
	return 0;
}

static int
reading_done(void *context, const struct shape_value *got, struct err *err)
{
	struct event_notes *notes = context;
	bool absent = got[EVENT_READING_ABSENT].type == JSON_STRING;

	if (check_unit(got, err) != 0)
		return -1;
	if (notes->watch != NULL)
		notes->watch->reading(notes->context, got);
	if (got[EVENT_READING_VALUE].type == JSON_NULL) {
		if (!absent)
			return err_set(err,
			    "value is null without an "
			    "absentReason");
		return 0;
	}
	if (absent)
		return err_set(err, "absentReason beside a value");
	/* null: its source gives none, unlike a member that was forgotten */
	if (got[EVENT_READING_CONFIDENCE].type == JSON_END)
		return err_set(err, "value without a confidence");
	if (!string_is(&got[EVENT_READING_STATUS], "uncalibrated"))
		notes->valid++;
	return 0;
}

static const struct shape_field reading_fields[EVENT_READING_FIELDS] = {
    [EVENT_READING_VITAL] = {"vital", SHAPE_STRING, NEED, 1, 64, NULL, NULL},
    [EVENT_READING_VALUE] = {"value", SHAPE_NUMBER, NEED | NIL, 0, 0, NULL,
	NULL},
    [EVENT_READING_UNIT] = {"unit", SHAPE_STRING, NEED, 1, 0, NULL,
	event_not_unit},
    [EVENT_READING_CONFIDENCE] = {"confidence", SHAPE_NUMBER, NIL, 0, 1, NULL,
	NULL},
    [EVENT_READING_METHOD] = {"method", SHAPE_STRING, NIL, 1, 0, NULL, NULL},
    [EVENT_READING_STATUS] = {"status", SHAPE_STRING, 0, 1, 0, NULL, NULL},
    [EVENT_READING_ABSENT] = {"absentReason", SHAPE_STRING, NIL, 1, 0, NULL,
	NULL},
};
const struct shape event_reading_shape = {
    reading_fields, EVENT_READING_FIELDS, reading_done};

static const struct shape_field quality_fields[EVENT_QUALITY_FIELDS] = {
    [EVENT_QUALITY_SIGNAL] = {"signal", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    [EVENT_QUALITY_SNR] = {"snrDb", SHAPE_NUMBER, NIL, 0, 0, NULL, NULL},
    [EVENT_QUALITY_MOTION] = {"motion", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    [EVENT_QUALITY_ILLUMINATION] = {"illumination", SHAPE_NUMBER, NIL, 0, 1,
	NULL, NULL},
    [EVENT_QUALITY_COVERAGE] = {"coverage", SHAPE_NUMBER, NIL, 0, 1, NULL,
	NULL},
};

static int
quality_done(void *context, const struct shape_value *got, struct err *err)
{
	const struct event_notes *notes = context;

	(void)err;
	if (notes->watch != NULL)
		notes->watch->quality(notes->context, got);
	return 0;
}

const struct shape event_quality_shape = {
    quality_fields, EVENT_QUALITY_FIELDS, quality_done};

/* Read the instant ${v}, which is valid.  Return 0, or -1 with ${err}. */
static int
read_instant(const struct shape_value *v, int64_t *ms, struct err *err)
{
	struct buf text;
	int rc;

	if (!v->escaped) {
		(void)instant_parse(json_inside(v->value), ms);
		return 0;
	}
	buf_init(&text);
	shape_text(v, &text);
	rc = buf_failed(&text) ? err_set(err, "out of memory") : 0;
	(void)instant_parse(buf_span(&text), ms);
	buf_release(&text);
	return rc;
}

/* Return the seconds of ${v}; 0 if it is unknown, because it is not a number. */
static double
seconds_of(const struct shape_value *v)
{
	double x = 0;

	return v->type == JSON_NUMBER && json_number(v->value, &x) == 0 ? x : 0;
}

/* Does the span of time, ${duration} seconds long, end in a year that can be written?
 * A ${start} that is not a string is unknown. */
static int
check_end(const struct shape_value *start, const struct shape_value *offset,
    double duration, struct err *err)
{
	double end = seconds_of(offset) + duration;
	int64_t ms = 0;

	if (start->type != JSON_STRING)
		return 0;
	if (read_instant(start, &ms, err) != 0)
		return -1;
	if (end * 1000 <= (double)(INSTANT_MAX - ms))
		return 0;
	return err_set(err, "ends after the year 9999");
}

double
event_wave_seconds(struct json_scan *scan, const struct shape_value *rate,
    const struct shape_value *values, size_t *n)
{
	double per_second = 1;

	*n = 0;
	json_scan_start(scan, values->value);
	for (enum json_token t = json_scan_next(scan);
	     t != JSON_END && t != JSON_ERROR; t = json_scan_next(scan))
		*n += t == JSON_NUMBER || t == JSON_NULL;
	if (json_number(rate->value, &per_second) != 0)
		per_second = 1;
	return (double)*n / per_second;
}

/* ---- Records -------------------------------------------------------------- */

static int
record_done(void *context, const struct shape_value *got, struct err *err)
{
	(void)context;
	return check_end(&got[RECORD_START], &got[RECORD_OFFSET],
	    seconds_of(&got[RECORD_DURATION]), err);
}

static const struct shape_field record_fields[RECORD_FIELDS] = {
    [RECORD_RECORD] = {"record", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [RECORD_SOURCE] = {"source", SHAPE_STRING, NIL, 0, 0, NULL, NULL},
    [RECORD_SHA256] = {"sourceSha256", SHAPE_STRING, NIL, 1, 0, NULL,
	event_not_sha256},
    [RECORD_START] = {"startTime", SHAPE_STRING, NIL, 1, 0, NULL,
	event_not_instant},
    [RECORD_OFFSET] = {"offsetSeconds", SHAPE_NUMBER, NIL, 0, SECONDS_MAX, NULL,
	NULL},
    [RECORD_DURATION] = {"durationSeconds", SHAPE_NUMBER, NIL, 0, SECONDS_MAX,
	NULL, NULL},
    [RECORD_DEVICE] = {"device", SHAPE_OBJECT, NIL, 0, 0, NULL, NULL},
    [RECORD_SESSION] = {"session", SHAPE_STRING, 0, 0, 0, NULL,
	event_session_wrong},
    [RECORD_SUBJECT] = {"subject", SHAPE_STRING, NIL, 1, EVENT_SUBJECT_MAX,
	NULL, NULL},
    [RECORD_SEQ] = {"seq", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [RECORD_WAVE] = {"wave", SHAPE_STRING, 0, 1, 64, NULL, NULL},
    [RECORD_RATE] = {"sampleRate", SHAPE_NUMBER, 0, 0.001, 1e6, NULL, NULL},
    [RECORD_VALUES] = {"values", SHAPE_NUMBERS, 0, 0, 0, NULL, NULL},
    [RECORD_READINGS] = {"readings", SHAPE_OBJECTS, 0, 0, 0,
	&event_reading_shape, NULL},
    [RECORD_QUALITY] = {"quality", SHAPE_OBJECT, NIL, 0, 0,
	&event_quality_shape, NULL},
};
const struct shape event_record_shape = {
    record_fields, RECORD_FIELDS, record_done};

/* ---- Events ---------------------------------------------------------------- */

const char *const event_type_name[EVENT_KINDS] = {
    [EVENT_KIND_COMPLETED] = "vitals.measurement.completed",
    [EVENT_KIND_FAILED] = "vitals.measurement.failed",
    [EVENT_KIND_SAMPLE] = "vitals.sample",
    [EVENT_KIND_WAVE] = "vitals.wave",
    [EVENT_KIND_STARTED] = "vitals.session.started",
    [EVENT_KIND_ENDED] = "vitals.session.ended",
};

static int
session_done(void *context, const struct shape_value *got, struct err *err)
{
	struct event_notes *notes = context;

	notes->session_id = got[EVENT_SESSION_ID];
	notes->subject = got[EVENT_SESSION_SUBJECT];
	if (notes->watch != NULL)
		notes->watch->session(notes->context, got);
	notes->start = got[EVENT_SESSION_START];
	notes->offset = got[EVENT_SESSION_OFFSET];
	return check_end(&got[EVENT_SESSION_START], &got[EVENT_SESSION_OFFSET],
	    seconds_of(&got[EVENT_SESSION_DURATION]), err);
}

static const struct shape_field session_fields[EVENT_SESSION_FIELDS] = {
    [EVENT_SESSION_ID] = {"id", SHAPE_STRING, NEED, 0, 0, NULL,
	event_session_wrong},
    [EVENT_SESSION_SUBJECT] = {"subject", SHAPE_STRING, 0, 1, EVENT_SUBJECT_MAX,
	NULL, NULL},
    [EVENT_SESSION_START] = {"startTime", SHAPE_STRING, NIL, 1, 0, NULL,
	event_not_instant},
    [EVENT_SESSION_OFFSET] = {"offsetSeconds", SHAPE_NUMBER, NIL, 0,
	SECONDS_MAX, NULL, NULL},
    [EVENT_SESSION_DURATION] = {"durationSeconds", SHAPE_NUMBER, NIL, 0,
	SECONDS_MAX, NULL, NULL},
    [EVENT_SESSION_DEVICE] = {"device", SHAPE_OBJECT, NIL, 0, 0, NULL, NULL},
};
const struct shape event_session_shape = {
    session_fields, EVENT_SESSION_FIELDS, session_done};

static const struct shape_field event_fields[EVENT_FIELDS] = {
    [EVENT_VERSION] = {"schemaVersion", SHAPE_STRING, NEED, 1, 0, NULL,
	event_not_version},
    [EVENT_ID] = {"id", SHAPE_STRING, NEED, 0, 0, NULL, event_not_id},
    [EVENT_TYPE] = {"type", SHAPE_STRING, NEED, 0, 0, NULL, event_not_type},
    [EVENT_TIME] = {"time", SHAPE_STRING, NEED, 0, 0, NULL, event_not_instant},
    [EVENT_SESSION] = {"session", SHAPE_OBJECT, NEED, 0, 0,
	&event_session_shape, NULL},
    [EVENT_SEQ] = {"seq", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [EVENT_WAVE] = {"wave", SHAPE_STRING, 0, 1, 64, NULL, NULL},
    [EVENT_RATE] = {"sampleRate", SHAPE_NUMBER, 0, 0.001, 1e6, NULL, NULL},
    [EVENT_VALUES] = {"values", SHAPE_NUMBERS, 0, 0, 0, NULL, NULL},
    [EVENT_READINGS] = {"readings", SHAPE_OBJECTS, 0, 0, 0,
	&event_reading_shape, NULL},
    [EVENT_QUALITY] = {"quality", SHAPE_OBJECT, NIL, 0, 0, &event_quality_shape,
	NULL},
    [EVENT_COUNT] = {"eventCount", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [EVENT_SOURCE] = {"source", SHAPE_STRING, NIL, 0, 0, NULL, NULL},
    [EVENT_SHA256] = {"sourceSha256", SHAPE_STRING, NIL, 1, 0, NULL,
	event_not_sha256},
};
static const struct shape event_shape = {event_fields, EVENT_FIELDS, NULL};

bool
event_reserved(struct span key, bool escaped)
{
	static const char *const name[] = {"schemaVersion", "id", "type",
	    "time", "eventCount", "specversion", "data", "deadLetter"};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (json_string_is(key, escaped, span_of(name[i])))
			return true;
	}
	return false;
}

/* The members that each type requires in addition to the common ones; ends with
 * EVENT_FIELDS. */
static const enum event_event_field needs[EVENT_KINDS][4] = {
    [EVENT_KIND_COMPLETED] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_FAILED] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_SAMPLE] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_WAVE] = {EVENT_WAVE, EVENT_RATE, EVENT_VALUES, EVENT_FIELDS},
    [EVENT_KIND_STARTED] = {EVENT_FIELDS},
    [EVENT_KIND_ENDED] = {EVENT_FIELDS},
};

/* Version 1.0 has a fixed set of types; a later minor version may add some. */
static int
check_type(const struct shape_value got[EVENT_FIELDS],
    const struct event_notes *notes, struct err *err)
{
	struct span text = json_inside(got[EVENT_TYPE].value);

	for (int k = 0; k < EVENT_KINDS; k++) {
		if (!string_is(&got[EVENT_TYPE], event_type_name[k]))
			continue;
		for (int i = 0; needs[k][i] != EVENT_FIELDS; i++) {
			if (got[needs[k][i]].type == JSON_END)
				return err_set(err, "'%s' is missing",
				    event_fields[needs[k][i]].name);
		}
		if (k == EVENT_KIND_COMPLETED && notes->valid == 0)
			return err_set(err,
			    "type: completed, but no reading "
			    "has a calibrated value");
		if (k == EVENT_KIND_FAILED && notes->valid > 0)
			return err_set(err,
			    "type: failed, but a reading has "
			    "a value");
		return 0;
	}
	if (!string_is(&got[EVENT_VERSION], EVENT_SCHEMA_VERSION))
		return 0;
	return err_set(err, "type: '%.*s' is not known in version %s",
	    text.n > 64 ? 64 : (int)text.n, text.p, EVENT_SCHEMA_VERSION);
}

/* The length of a wave is the number of its values, which its session does not
 * have. */
static int
check_wave(const struct shape_value got[EVENT_FIELDS],
    const struct event_notes *notes, struct err *err)
{
	struct json_scan scan;
	double duration;
	size_t n;

	if (!string_is(&got[EVENT_TYPE], event_type_name[EVENT_KIND_WAVE]))
		return 0;
	json_scan_init(&scan);
	duration =
	    event_wave_seconds(&scan, &got[EVENT_RATE], &got[EVENT_VALUES], &n);
	json_scan_release(&scan);
	return check_end(&notes->start, &notes->offset, duration, err);
}

/* A line of another major version may differ in anything, so report only
 * that. */
static int
check_version(struct shape_reader *r, struct span line, struct err *err)
{
	static const char *const name[] = {"schemaVersion"};
	struct shape_value v;
	const char *not = NULL;
	struct buf text;

	if (shape_peek(r, line, name, 1, &v) != 0 || v.type != JSON_STRING)
		return 0; /* shape_read reports it */
	if (!v.escaped && event_not_version(json_inside(v.value)) == NULL)
		return 0;
	buf_init(&text);
	shape_text(&v, &text);
	if (buf_failed(&text)) {
		buf_release(&text);
		return err_set(err, "out of memory");
	}
	not = event_not_version(buf_span(&text));
	if (not != NULL)
		err_set(err, "schemaVersion: '%.*s' %s",
		    text.len > 64 ? 64 : (int)text.len, text.data, not );
	buf_release(&text);
	return not == NULL ? 0 : -1;
}

int
event_read(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct err *err)
{
	*notes = (struct event_notes){
	    .watch = notes->watch, .context = notes->context};
	r->context = notes;
	if (check_version(r, line, err) != 0 ||
	    shape_read(r, line, &event_shape, got, err) != 0)
		return -1;
	return check_type(got, notes, err) == 0 ? check_wave(got, notes, err)
						: -1;
}
