#include "event/event.h"
#include "event/shapes.h"
#include "instant/instant.h"

/* CloudEvents JSON format, 2.2: null means that the attribute is absent. */
#define NEED SHAPE_REQUIRED
#define NIL SHAPE_NULLABLE

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
	return event_json_type(s) ? NULL
				  : "is not supported (supported: "
				    "application/json and types with +json)";
}

enum {
	CLOUD_VERSION,
	CLOUD_ID,
	CLOUD_SOURCE,
	CLOUD_TYPE,
	CLOUD_SUBJECT,
	CLOUD_TIME,
	CLOUD_CONTENT_TYPE,
	CLOUD_SCHEMA,
	CLOUD_PARTITION,
	CLOUD_DATA,
	CLOUD_BASE64,
	CLOUD_FIELDS
};

static const struct shape_field cloud_fields[CLOUD_FIELDS] = {
    [CLOUD_VERSION] = {"specversion", SHAPE_STRING, NEED, 0, 0, NULL,
	not_specversion},
    [CLOUD_ID] = {"id", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [CLOUD_SOURCE] = {"source", SHAPE_STRING, NEED, 1, 0, NULL,
	event_uri_wrong},
    [CLOUD_TYPE] = {"type", SHAPE_STRING, NEED, 1, 0, NULL, NULL},
    [CLOUD_SUBJECT] = {"subject", SHAPE_STRING, NIL, 1, 0, NULL, NULL},
    [CLOUD_TIME] = {"time", SHAPE_STRING, NIL, 0, 0, NULL, event_not_instant},
    [CLOUD_CONTENT_TYPE] = {"datacontenttype", SHAPE_STRING, NIL, 0, 0, NULL,
	not_json_type},
    [CLOUD_SCHEMA] = {"dataschema", SHAPE_STRING, NIL, 1, 0, NULL,
	event_uri_wrong},
    [CLOUD_PARTITION] = {"partitionkey", SHAPE_STRING, NIL, 1, 0, NULL, NULL},
    [CLOUD_DATA] = {"data", SHAPE_OBJECT, NEED, 0, 0, NULL, NULL},
    [CLOUD_BASE64] = {"data_base64", SHAPE_STRING, NIL, 0, 0, NULL, NULL},
};
static const struct shape cloud_shape = {cloud_fields, CLOUD_FIELDS, NULL};

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
		    "'%.*s' is not an attribute name of "
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

static bool
same_text(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Does the attribute agree with the event's own member? */
static int
check_same(const struct shape_value *a, const struct shape_value *b,
    bool (*same)(struct span a, struct span b), const char *name,
    struct err *err)
{
	struct buf x, y;
	bool good, memory;

	if (a->type != JSON_STRING || b->type != JSON_STRING)
		return 0;
	buf_init(&x);
	buf_init(&y);
	shape_text(a, &x);
	shape_text(b, &y);
	memory = !buf_failed(&x) && !buf_failed(&y);
	good = memory && same(buf_span(&x), buf_span(&y));
	buf_release(&x);
	buf_release(&y);
	if (good)
		return 0;
	if (!memory)
		return err_set(err, "out of memory");
	return err_set(err, "%s: differs from the event's in data", name);
}

int
event_read_cloud(struct shape_reader *r, struct span line,
    struct shape_value got[EVENT_FIELDS], struct event_notes *notes,
    struct span *data, struct err *err)
{
	struct shape_value cloud[CLOUD_FIELDS];

	r->context = notes;
	if (shape_read(r, line, &cloud_shape, cloud, err) != 0)
		return -1;
	for (size_t i = 0; i < r->others; i++) {
		if (check_extension(&r->other[i], err) != 0)
			return -1;
	}
	if (cloud[CLOUD_BASE64].type == JSON_STRING)
		return err_set(err, "data_base64 beside data");
	*data = cloud[CLOUD_DATA].value;
	if (event_read(r, *data, got, notes, err) != 0) {
		struct err what = *err;

		return err_set(err, "data: %s", what.text);
	}
	if (check_same(
		&cloud[CLOUD_ID], &got[EVENT_ID], same_text, "id", err) != 0 ||
	    check_same(&cloud[CLOUD_TYPE], &got[EVENT_TYPE], same_text, "type",
		err) != 0)
		return -1;
	return check_same(
	    &cloud[CLOUD_TIME], &got[EVENT_TIME], instant_same, "time", err);
}
