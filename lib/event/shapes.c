#include "event/shapes.h"

#include "event/event.h"
#include "id/id.h"
#include "instant/instant.h"
#include "ucum/ucum.h"
#include "vitals/reading.h"

/* A limit that only says "at least". */
#define LARGE 1e15

#define NEED SHAPE_REQUIRED
#define NIL SHAPE_NULLABLE

/* ---- Tests of strings ---------------------------------------------------- */

static const char *
not_instant(struct span s)
{
	int64_t ms;

	return instant_parse(s, &ms) == 0 ? NULL
					  : "is no RFC 3339 time with offset";
}

static const char *
not_unit(struct span s)
{
	return ucum_valid(s) ? NULL : "is no UCUM unit";
}

static const char *
not_sha256(struct span s)
{
	bool good = s.n == 64;

	for (size_t i = 0; good && i < s.n; i++)
		good = (s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'f');
	return good ? NULL : "is no SHA-256 in lower-case hexadecimal";
}

static const char *
not_id(struct span s)
{
	return id_usable(s) ? NULL
			    : "is no ID: 1 to 256 visible ASCII characters "
			      "without full stop, quote and backslash";
}

/* "1.0": major and minor, without leading zeros. */
static const char *
not_version(struct span s)
{
	size_t major = 0, minor;

	while (major < s.n && s.p[major] >= '0' && s.p[major] <= '9')
		major++;
	minor = major + 1;
	while (minor < s.n && s.p[minor] >= '0' && s.p[minor] <= '9')
		minor++;
	if (major == 0 || major + 1 >= s.n || s.p[major] != '.' ||
	    minor != s.n || (s.p[0] == '0' && major > 1) ||
	    (s.p[major + 1] == '0' && minor > major + 2))
		return "is no version: MAJOR.MINOR";
	if (major == 1 && s.p[0] == '0' + EVENT_SCHEMA_MAJOR)
		return NULL;
	return "is a version that is not supported (supported: "
	       "1.x)";
}

static const char *
not_type(struct span s)
{
	bool good = s.n > 0;

	for (size_t i = 0; good && i < s.n; i++) {
		char c = s.p[i], before = i > 0 ? s.p[i - 1] : '.';

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_' ||
		    (c == '.' && before != '.' && i + 1 < s.n);
	}
	return good ? NULL
		    : "is no type: words of letters, digits and '_', joined "
		      "by full stops";
}

static const char *
not_specversion(struct span s)
{
	return span_is(s, "1.0") ? NULL
				 : "is a version of CloudEvents that is not "
				   "supported (supported: 1.0)";
}

static const char *
not_json_type(struct span s)
{
	if (span_is(s, "application/json"))
		return NULL;
	return "is not supported (supported: application/json)";
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

const char *
event_session_wrong(struct span s)
{
	if (s.n == 0 || s.n > EVENT_SESSION_MAX || has_control(s) ||
	    !json_utf8_valid(s, NULL))
		return "is no session ID: 1 to 256 bytes of UTF-8 without "
		       "control characters";
	return NULL;
}

const char *
event_device_wrong(struct span name, struct span value)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(i > 0 && c >= '0' && c <= '9')))
			return "has a name that is not of letters and digits";
	}
	if (name.n == 0 || name.n > EVENT_DEVICE_NAME_MAX)
		return "has a name that is not of 1 to 32 letters";
	if (value.n == 0 || value.n > EVENT_DEVICE_VALUE_MAX ||
	    has_control(value) || !json_utf8_valid(value, NULL))
		return "has a value that is not 1 to 256 bytes of UTF-8 "
		       "without control characters";
	return NULL;
}

/* RFC 3986 letters, and '%' with two hexadecimal digits. */
const char *
event_uri_wrong(struct span s)
{
	static const char other[] = "-._~:/?#[]@!$&'()*+,;=%";
	static const char hex[] = "0123456789abcdefABCDEF";
	bool good = s.n > 0 && s.n <= 2048;

	for (size_t i = 0; good && i < s.n; i++) {
		char c = s.p[i];

		good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr(other, c) != NULL);
		if (c == '%')
			good = i + 2 < s.n && s.p[i + 1] != '\0' &&
			    strchr(hex, s.p[i + 1]) != NULL &&
			    s.p[i + 2] != '\0' &&
			    strchr(hex, s.p[i + 2]) != NULL;
	}
	return good ? NULL : "is no URI reference (RFC 3986)";
}

/* ---- Readings and quality ------------------------------------------------ */

enum {
	READING_VITAL,
	READING_VALUE,
	READING_UNIT,
	READING_CONFIDENCE,
	READING_METHOD,
	READING_STATUS,
	READING_ABSENT,
	READING_FIELDS
};

static bool
string_is(const struct shape_value *v, const char *text)
{
	return v->type == JSON_STRING &&
	    json_string_is(json_inside(v->value), v->escaped, span_of(text));
}

/* A vital that we know has the unit of its table. */
static int
check_unit(const struct shape_value *got, struct err *err)
{
	for (enum vital v = 0; v < VITAL_COUNT; v++) {
		const struct vital_info *info = vital_info(v);

		if (!string_is(&got[READING_VITAL], info->name))
			continue;
		if (string_is(&got[READING_UNIT], info->unit))
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
	bool absent = got[READING_ABSENT].type == JSON_STRING;

	if (check_unit(got, err) != 0)
		return -1;
	if (got[READING_VALUE].type == JSON_NULL) {
		if (!absent)
			return err_set(err,
			    "value is null without an "
			    "absentReason");
		return 0;
	}
	if (absent)
		return err_set(err, "absentReason beside a value");
	if (got[READING_CONFIDENCE].type != JSON_NUMBER)
		return err_set(err, "value without a confidence");
	if (!string_is(&got[READING_STATUS], "uncalibrated"))
		notes->valid++;
	return 0;
}

static const struct shape_field reading_fields[READING_FIELDS] = {
    [READING_VITAL] = {"vital", SHAPE_STRING, NEED, 1, 64, NULL, NULL},
    [READING_VALUE] = {"value", SHAPE_NUMBER, NEED | NIL, 0, 0, NULL, NULL},
    [READING_UNIT] = {"unit", SHAPE_STRING, NEED, 1, 0, NULL, not_unit},
    [READING_CONFIDENCE] = {"confidence", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    [READING_METHOD] = {"method", SHAPE_STRING, NIL, 1, 0, NULL, NULL},
    [READING_STATUS] = {"status", SHAPE_STRING, 0, 1, 0, NULL, NULL},
    [READING_ABSENT] = {"absentReason", SHAPE_STRING, NIL, 1, 0, NULL, NULL},
};
static const struct shape reading_shape = {
    reading_fields, READING_FIELDS, reading_done};

static const struct shape_field quality_fields[] = {
    {"signal", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    {"snrDb", SHAPE_NUMBER, NIL, 0, 0, NULL, NULL},
    {"motion", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    {"illumination", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
    {"coverage", SHAPE_NUMBER, NIL, 0, 1, NULL, NULL},
};
static const struct shape quality_shape = {
    quality_fields, sizeof(quality_fields) / sizeof(quality_fields[0]), NULL};

/* ---- Records -------------------------------------------------------------- */

static const struct shape_field record_fields[RECORD_FIELDS] = {
    [RECORD_RECORD] = {"record", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [RECORD_SOURCE] = {"source", SHAPE_STRING, NIL, 0, 0, NULL, NULL},
    [RECORD_SHA256] = {"sourceSha256", SHAPE_STRING, NIL, 1, 0, NULL,
	not_sha256},
    [RECORD_START] = {"startTime", SHAPE_STRING, NIL, 1, 0, NULL, not_instant},
    [RECORD_OFFSET] = {"offsetSeconds", SHAPE_NUMBER, NIL, 0, LARGE, NULL,
	NULL},
    [RECORD_DURATION] = {"durationSeconds", SHAPE_NUMBER, NIL, 0, LARGE, NULL,
	NULL},
    [RECORD_DEVICE] = {"device", SHAPE_OBJECT, NIL, 0, 0, NULL, NULL},
    [RECORD_SESSION] = {"session", SHAPE_STRING, 0, 1, 0, NULL,
	event_session_wrong},
    [RECORD_SUBJECT] = {"subject", SHAPE_STRING, NIL, 1, EVENT_SUBJECT_MAX,
	NULL, NULL},
    [RECORD_SEQ] = {"seq", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [RECORD_WAVE] = {"wave", SHAPE_STRING, 0, 1, 64, NULL, NULL},
    [RECORD_RATE] = {"sampleRate", SHAPE_NUMBER, 0, 0.001, 1e6, NULL, NULL},
    [RECORD_VALUES] = {"values", SHAPE_NUMBERS, 0, 0, 0, NULL, NULL},
    [RECORD_READINGS] = {"readings", SHAPE_OBJECTS, 0, 0, 0, &reading_shape,
	NULL},
    [RECORD_QUALITY] = {"quality", SHAPE_OBJECT, NIL, 0, 0, &quality_shape,
	NULL},
};
const struct shape event_record_shape = {record_fields, RECORD_FIELDS, NULL};

/* ---- Events ---------------------------------------------------------------- */

const char *const event_type_name[EVENT_KINDS] = {
    [EVENT_KIND_COMPLETED] = "vitals.measurement.completed",
    [EVENT_KIND_FAILED] = "vitals.measurement.failed",
    [EVENT_KIND_SAMPLE] = "vitals.sample",
    [EVENT_KIND_WAVE] = "vitals.wave",
    [EVENT_KIND_STARTED] = "vitals.session.started",
    [EVENT_KIND_ENDED] = "vitals.session.ended",
};

enum {
	SESSION_ID,
	SESSION_SUBJECT,
	SESSION_START,
	SESSION_OFFSET,
	SESSION_DURATION,
	SESSION_DEVICE,
	SESSION_FIELDS
};

static int
session_done(void *context, const struct shape_value *got, struct err *err)
{
	struct event_notes *notes = context;

	(void)err;
	notes->session_id = got[SESSION_ID];
	notes->subject = got[SESSION_SUBJECT];
	return 0;
}

static const struct shape_field session_fields[SESSION_FIELDS] = {
    [SESSION_ID] = {"id", SHAPE_STRING, NEED, 1, 0, NULL, event_session_wrong},
    [SESSION_SUBJECT] = {"subject", SHAPE_STRING, 0, 1, EVENT_SUBJECT_MAX, NULL,
	NULL},
    [SESSION_START] = {"startTime", SHAPE_STRING, NIL, 1, 0, NULL, not_instant},
    [SESSION_OFFSET] = {"offsetSeconds", SHAPE_NUMBER, NIL, 0, LARGE, NULL,
	NULL},
    [SESSION_DURATION] = {"durationSeconds", SHAPE_NUMBER, NIL, 0, LARGE, NULL,
	NULL},
    [SESSION_DEVICE] = {"device", SHAPE_OBJECT, NIL, 0, 0, NULL, NULL},
};
static const struct shape session_shape = {
    session_fields, SESSION_FIELDS, session_done};

static const struct shape_field event_fields[EVENT_FIELDS] = {
    [EVENT_VERSION] = {"schemaVersion", SHAPE_STRING, NEED, 1, 0, NULL,
	not_version},
    [EVENT_ID] = {"id", SHAPE_STRING, NEED, 0, 0, NULL, not_id},
    [EVENT_TYPE] = {"type", SHAPE_STRING, NEED, 0, 0, NULL, not_type},
    [EVENT_TIME] = {"time", SHAPE_STRING, NEED, 0, 0, NULL, not_instant},
    [EVENT_SESSION] = {"session", SHAPE_OBJECT, NEED, 0, 0, &session_shape,
	NULL},
    [EVENT_SEQ] = {"seq", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [EVENT_WAVE] = {"wave", SHAPE_STRING, 0, 1, 64, NULL, NULL},
    [EVENT_RATE] = {"sampleRate", SHAPE_NUMBER, 0, 0.001, 1e6, NULL, NULL},
    [EVENT_VALUES] = {"values", SHAPE_NUMBERS, 0, 0, 0, NULL, NULL},
    [EVENT_READINGS] = {"readings", SHAPE_OBJECTS, 0, 0, 0, &reading_shape,
	NULL},
    [EVENT_QUALITY] = {"quality", SHAPE_OBJECT, NIL, 0, 0, &quality_shape,
	NULL},
    [EVENT_COUNT] = {"eventCount", SHAPE_INTEGER, 0, 0, LARGE, NULL, NULL},
    [EVENT_SOURCE] = {"source", SHAPE_STRING, NIL, 0, 0, NULL, NULL},
    [EVENT_SHA256] = {"sourceSha256", SHAPE_STRING, NIL, 1, 0, NULL,
	not_sha256},
};
const struct shape event_event_shape = {event_fields, EVENT_FIELDS, NULL};

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

/* What each type must have beyond what all have; ends with EVENT_FIELDS. */
static const enum event_event_field needs[EVENT_KINDS][4] = {
    [EVENT_KIND_COMPLETED] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_FAILED] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_SAMPLE] = {EVENT_READINGS, EVENT_FIELDS},
    [EVENT_KIND_WAVE] = {EVENT_WAVE, EVENT_RATE, EVENT_VALUES, EVENT_FIELDS},
    [EVENT_KIND_STARTED] = {EVENT_FIELDS},
    [EVENT_KIND_ENDED] = {EVENT_FIELDS},
};

/* A 1.0 line has a type of 1.0; a later minor version may bring its own. */
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

/* A line of another major version may differ in anything: say that alone. */
static int
check_version(struct shape_reader *r, struct span line, struct err *err)
{
	static const char *const name[] = {"schemaVersion"};
	struct shape_value v;
	const char *not = NULL;
	struct buf text;

	if (shape_peek(r, line, name, 1, &v) != 0 || v.type != JSON_STRING)
		return 0; /* shape_read says what is wrong */
	buf_init(&text);
	shape_text(&v, &text);
	not = not_version(buf_span(&text));
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
	*notes = (struct event_notes){0};
	r->context = notes;
	if (check_version(r, line, err) != 0 ||
	    shape_read(r, line, &event_event_shape, got, err) != 0)
		return -1;
	return check_type(got, notes, err);
}

/* ---- CloudEvents 1.0 --------------------------------------------------------- */

static const struct shape_field cloud_fields[CLOUD_FIELDS] = {
    [CLOUD_VERSION] = {"specversion", SHAPE_STRING, NEED, 0, 0, NULL,
	not_specversion},
    [CLOUD_ID] = {"id", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [CLOUD_SOURCE] = {"source", SHAPE_STRING, NEED, 1, 0, NULL,
	event_uri_wrong},
    [CLOUD_TYPE] = {"type", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [CLOUD_SUBJECT] = {"subject", SHAPE_STRING, 0, 1, 0, NULL, NULL},
    [CLOUD_TIME] = {"time", SHAPE_STRING, 0, 0, 0, NULL, not_instant},
    [CLOUD_CONTENT_TYPE] = {"datacontenttype", SHAPE_STRING, 0, 0, 0, NULL,
	not_json_type},
    [CLOUD_SCHEMA] = {"dataschema", SHAPE_STRING, 0, 1, 0, NULL,
	event_uri_wrong},
    [CLOUD_PARTITION] = {"partitionkey", SHAPE_STRING, 0, 1, 0, NULL, NULL},
    [CLOUD_DATA] = {"data", SHAPE_OBJECT, NEED, 0, 0, NULL, NULL},
    [CLOUD_BASE64] = {"data_base64", SHAPE_STRING, 0, 0, 0, NULL, NULL},
};
const struct shape event_cloud_shape = {cloud_fields, CLOUD_FIELDS, NULL};

/* Extension attributes: [a-z0-9]+, of a simple type. */
static int
check_extension(const struct shape_other *o, struct err *err)
{
	int shown = o->key.n > 64 ? 64 : (int)o->key.n;
	bool good = o->key.n > 0;
	int64_t whole;

	for (size_t i = 0; good && i < o->key.n; i++)
		good = (o->key.p[i] >= 'a' && o->key.p[i] <= 'z') ||
		    (o->key.p[i] >= '0' && o->key.p[i] <= '9');
	if (!good)
		return err_set(err,
		    "'%.*s' is no attribute name of "
		    "CloudEvents: lower-case letters and "
		    "digits",
		    shown, o->key.p);
	if (o->type == JSON_STRING || o->type == JSON_TRUE ||
	    o->type == JSON_FALSE || o->type == JSON_NULL ||
	    (o->type == JSON_NUMBER &&
		json_integer(o->value, INT32_MIN, INT32_MAX, &whole) == 0))
		return 0;
	return err_set(err,
	    "%.*s: must be a string, a boolean or a 32-bit "
	    "integer",
	    shown, o->key.p);
}

/* Do the attribute and the event's own member say the same? */
static int
check_same(const struct shape_value *a, const struct shape_value *b,
    const char *name, struct err *err)
{
	struct buf x, y;
	bool same;

	if (a->type == JSON_END || b->type == JSON_END)
		return 0;
	if (!a->escaped && !b->escaped) {
		same = a->value.n == b->value.n &&
		    memcmp(a->value.p, b->value.p, a->value.n) == 0;
	} else {
		buf_init(&x);
		buf_init(&y);
		shape_text(a, &x);
		shape_text(b, &y);
		same = x.len == y.len &&
		    (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);
		buf_release(&x);
		buf_release(&y);
	}
	if (same)
		return 0;
	return err_set(err, "%s: differs from the event's in data", name);
}

int
event_read_cloud(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct span *data, struct err *err)
{
	struct shape_value cloud[CLOUD_FIELDS];

	r->context = notes;
	if (shape_read(r, line, &event_cloud_shape, cloud, err) != 0)
		return -1;
	for (size_t i = 0; i < r->others; i++) {
		if (check_extension(&r->other[i], err) != 0)
			return -1;
	}
	if (cloud[CLOUD_BASE64].type != JSON_END)
		return err_set(err, "data_base64 beside data");
	*data = cloud[CLOUD_DATA].value;
	if (event_read(r, *data, got, notes, err) != 0) {
		struct err what = *err;

		return err_set(err, "data: %s", what.text);
	}
	if (check_same(&cloud[CLOUD_ID], &got[EVENT_ID], "id", err) != 0 ||
	    check_same(&cloud[CLOUD_TYPE], &got[EVENT_TYPE], "type", err) != 0)
		return -1;
	return check_same(&cloud[CLOUD_TIME], &got[EVENT_TIME], "time", err);
}
