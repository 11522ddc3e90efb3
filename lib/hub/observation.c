#include "hub/observation.h"

#include "fhir/fhir.h"
#include "hub/date.h"

void
hub_observation_init(struct hub_observation *o)
{
	memset(o, 0, sizeof(*o));
	buf_init(&o->unescaped);
	for (size_t i = 0; i < 4; i++) {
		json_index_init(&o->index[i]);
		json_scan_init(&o->scan[i]);
	}
}

void
hub_observation_release(struct hub_observation *o)
{
	buf_release(&o->unescaped);
	for (size_t i = 0; i < 4; i++) {
		json_index_release(&o->index[i]);
		json_scan_release(&o->scan[i]);
	}
}

/* ---- Reading JSON ---------------------------------------------------------- */

/* Set *${text} to the string member ${name} of object ${depth}; n 0 if it is
 * missing.  Return 0; or -1 if it is not a string, or empty. */
static int
text_of(struct hub_observation *o, unsigned depth, const char *name,
    struct span *text, struct err *err)
{
	const struct json_member *m = json_index_find(&o->index[depth], name);
	size_t start = o->unescaped.len;

	*text = (struct span){"", 0};
	if (m == NULL)
		return 0;
	if (m->type != JSON_STRING || m->value.n == 2)
		return err_set(err, "%s: is not a text", name);
	*text = json_inside(m->value);
	if (!m->value_escaped)
		return 0;
	/* There is room: what is unescaped is never longer. */
	json_unescape(*text, &o->unescaped);
	*text =
	    (struct span){o->unescaped.data + start, o->unescaped.len - start};
	return 0;
}

/* Begin to iterate over the elements of the array ${m}; or, if ${m} is an
 * object and ${single}, over it only.  Return 0, or -1. */
static int
open_array(struct hub_observation *o, unsigned depth,
    const struct json_member *m, const char *name, struct err *err)
{
	if (m->type != JSON_ARRAY)
		return err_set(err, "%s: is not an array", name);
	json_scan_start(&o->scan[depth], m->value);
	(void)json_scan_next(&o->scan[depth]); /* was checked: '[' */
	return 0;
}

/* Read the next element, an object, into index ${depth} + 1.  Return 1; 0 at
 * the end; or -1. */
static int
next_object(struct hub_observation *o, unsigned depth, const char *name,
    struct err *err)
{
	enum json_token token = json_scan_next(&o->scan[depth]);
	struct span value = {"", 0};

	if (token == JSON_ARRAY_END)
		return 0;
	if (token == JSON_OBJECT)
		token = json_scan_skip(&o->scan[depth], &value);
	if (token == JSON_ERROR) /* of memory: the text was checked */
		return err_set(err, "%s", o->scan[depth].error);
	if (token != JSON_OBJECT)
		return err_set(
		    err, "%s: has an element that is not an object", name);
	return json_index_read(&o->index[depth + 1], value, err) == 0 ? 1 : -1;
}

/* Read the object ${m} into index ${depth}.  Return 0, or -1. */
static int
enter(struct hub_observation *o, unsigned depth, const struct json_member *m,
    const char *name, struct err *err)
{
	if (m->type != JSON_OBJECT)
		return err_set(err, "%s: is not an object", name);
	return json_index_read(&o->index[depth], m->value, err);
}

/* ---- Elements -------------------------------------------------------------- */

/* Add the codings of the CodeableConcept in index ${depth}. */
static int
read_concept(struct hub_observation *o, unsigned depth, enum hub_place place,
    size_t part, struct err *err)
{
	const struct json_member *m =
	    json_index_find(&o->index[depth], "coding");
	struct hub_coding *c;
	int rc;

	if (m == NULL)
		return 0;
	if (open_array(o, depth, m, "coding", err) != 0)
		return -1;
	while ((rc = next_object(o, depth, "coding", err)) > 0) {
		if (o->codings == HUB_CODINGS_MAX)
			return err_set(
			    err, "more than %d codings", HUB_CODINGS_MAX);
		c = &o->coding[o->codings++];
		c->place = place;
		c->part = part;
		if (text_of(o, depth + 1, "system", &c->uri, err) != 0 ||
		    text_of(o, depth + 1, "code", &c->code, err) != 0)
			return -1;
	}
	return rc;
}

/* Read code and valueQuantity of the object in index ${depth}. */
static int
read_part(
    struct hub_observation *o, unsigned depth, size_t part, struct err *err)
{
	const struct json_member *m = json_index_find(&o->index[depth], "code");
	struct hub_quantity *q = &o->quantity[part];

	q->given = false;
	if (m == NULL)
		return err_set(err, "code: is missing");
	if (enter(o, depth + 1, m, "code", err) != 0 ||
	    read_concept(o, depth + 1, HUB_CODE, part, err) != 0)
		return -1;
	m = json_index_find(&o->index[depth], "valueQuantity");
	if (m == NULL)
		return 0;
	if (enter(o, depth + 1, m, "valueQuantity", err) != 0 ||
	    text_of(o, depth + 1, "system", &q->uri, err) != 0 ||
	    text_of(o, depth + 1, "code", &q->code, err) != 0 ||
	    text_of(o, depth + 1, "unit", &q->unit, err) != 0)
		return -1;
	m = json_index_find(&o->index[depth + 1], "value");
	if (m == NULL)
		return 0;
	if (m->type != JSON_NUMBER || json_number(m->value, &q->value) != 0)
		return err_set(err, "valueQuantity.value: is not a number");
	q->given = true;
	return 0;
}

static int
read_components(struct hub_observation *o, struct err *err)
{
	const struct json_member *m =
	    json_index_find(&o->index[0], "component");
	int rc;

	if (m == NULL)
		return 0;
	if (open_array(o, 0, m, "component", err) != 0)
		return -1;
	while ((rc = next_object(o, 0, "component", err)) > 0) {
		if (o->parts == 1 + HUB_COMPONENTS_MAX)
			return err_set(
			    err, "more than %d components", HUB_COMPONENTS_MAX);
		if (read_part(o, 1, o->parts++, err) != 0)
			return -1;
	}
	return rc;
}

static int
read_categories(struct hub_observation *o, struct err *err)
{
	const struct json_member *m = json_index_find(&o->index[0], "category");
	int rc;

	if (m == NULL)
		return 0;
	if (open_array(o, 0, m, "category", err) != 0)
		return -1;
	while ((rc = next_object(o, 0, "category", err)) > 0) {
		if (read_concept(o, 1, HUB_CATEGORY, HUB_MAIN, err) != 0)
			return -1;
	}
	return rc;
}

/* Set the type of the subject in index 1, whose reference is set.  It may be the URL
 * of the definition of the type.  One that is not a text is unknown: Observations with
 * it have been accepted, and are kept. */
static void
read_type(struct hub_observation *o)
{
	static const char start[] = "http://hl7.org/fhir/StructureDefinition/";
	size_t n = sizeof(start) - 1;

	o->type = fhir_reference_names(o->reference);
	if (o->type.n > 0)
		return;
	(void)text_of(o, 1, "type", &o->type, NULL);
	if (o->type.n > n && memcmp(o->type.p, start, n) == 0)
		o->type = (struct span){o->type.p + n, o->type.n - n};
}

static int
read_subject(struct hub_observation *o, struct err *err)
{
	const struct json_member *m = json_index_find(&o->index[0], "subject");

	o->reference = o->type = o->uri = o->value = (struct span){"", 0};
	if (m == NULL)
		return 0;
	if (enter(o, 1, m, "subject", err) != 0 ||
	    text_of(o, 1, "reference", &o->reference, err) != 0)
		return -1;
	read_type(o);
	m = json_index_find(&o->index[1], "identifier");
	if (m == NULL)
		return 0;
	if (enter(o, 2, m, "subject.identifier", err) != 0 ||
	    text_of(o, 2, "system", &o->uri, err) != 0)
		return -1;
	return text_of(o, 2, "value", &o->value, err);
}

/* Read the time ${name} of object ${depth} as the range from *${start} to
 * *${end}, which stay as they are if it is missing. */
static int
read_time(struct hub_observation *o, unsigned depth, const char *name,
    int64_t *start, int64_t *end, struct err *err)
{
	struct span text;

	if (text_of(o, depth, name, &text, err) != 0)
		return -1;
	if (text.n > 0 && hub_date_read(text, start, end) != 0)
		return err_set(err, "%s: is not a date or time", name);
	return 0;
}

static int
read_effective(struct hub_observation *o, struct err *err)
{
	const struct json_member *m =
	    json_index_find(&o->index[0], "effectivePeriod");
	int64_t other;

	o->start = o->end = INT64_MIN;
	if (m == NULL)
		return read_time(o, 0, "effectiveDateTime", &o->start, &o->end,
			   err) != 0
		    ? -1
		    : read_time(
			  o, 0, "effectiveInstant", &o->start, &o->end, err);
	/* A period that is open at one end is searched by the other. */
	if (enter(o, 1, m, "effectivePeriod", err) != 0 ||
	    read_time(o, 1, "start", &o->start, &o->end, err) != 0)
		return -1;
	other = o->start;
	if (read_time(o, 1, "end", &other, &o->end, err) != 0)
		return -1;
	if (o->start == INT64_MIN)
		o->start = other;
	return 0;
}

int
hub_observation_read(
    struct hub_observation *o, struct span text, struct err *err)
{
	struct span type;

	o->codings = 0;
	o->parts = 1;
	buf_clear(&o->unescaped);
	if (buf_reserve(&o->unescaped, text.n) != 0)
		return err_set(err, "out of memory");
	if (json_index_read(&o->index[0], text, err) != 0 ||
	    text_of(o, 0, "resourceType", &type, err) != 0)
		return -1;
	if (!span_is(type, "Observation"))
		return err_set(err, "resourceType: is not Observation");
	if (text_of(o, 0, "id", &o->id, err) != 0 ||
	    text_of(o, 0, "status", &o->status, err) != 0)
		return -1;
	if (o->status.n == 0)
		return err_set(err, "status: is missing");
	if (read_part(o, 0, HUB_MAIN, err) != 0 ||
	    read_categories(o, err) != 0 || read_subject(o, err) != 0 ||
	    read_effective(o, err) != 0)
		return -1;
	return read_components(o, err);
}
