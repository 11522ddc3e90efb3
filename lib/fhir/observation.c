/* Readings and waves as Observations. */
#include <stdio.h>

#include "fhir/maker.h"

/* The source of an Observation: one reading, or those of a panel. */
struct observed {
	const struct fhir_vital *vital; /* NULL: unknown */
	/* NULL: the event lacks the component */
	const struct fhir_reading *reading[FHIR_COMPONENTS];
	size_t readings;
	bool is_panel;
};

static bool
is_uncalibrated(const struct fhir_reading *r)
{
	const struct shape_value *v = &r->v[EVENT_READING_STATUS];

	return v->type == JSON_STRING &&
	    json_string_is(
		json_inside(v->value), v->escaped, SPAN_LIT("uncalibrated"));
}

/* Is there a value, and may it be included? */
static bool
has_value(const struct fhir_maker *m, const struct fhir_reading *r)
{
	return r != NULL && r->v[EVENT_READING_VALUE].type == JSON_NUMBER &&
	    (m->opt.uncalibrated || !is_uncalibrated(r));
}

static bool
is_preliminary(const struct fhir_maker *m, const struct fhir_reading *r)
{
	double x = 0;

	if (!has_value(m, r))
		return false;
	if (is_uncalibrated(r))
		return true;
	return r->v[EVENT_READING_CONFIDENCE].type == JSON_NUMBER &&
	    json_number(r->v[EVENT_READING_CONFIDENCE].value, &x) == 0 &&
	    x < m->opt.preliminary_below;
}

static bool
shows_uncalibrated(const struct fhir_maker *m, const struct observed *o)
{
	for (size_t i = 0; i < o->readings; i++) {
		if (has_value(m, o->reading[i]) &&
		    is_uncalibrated(o->reading[i]))
			return true;
	}
	return false;
}

/* ---- Values ---------------------------------------------------------------- */

static void
put_value(struct fhir_maker *m, const struct fhir_reading *r)
{
	static const struct shape_value missing = {
	    JSON_STRING, {"\"not-measured\"", 14}, false};
	static const struct shape_value uncalibrated = {
	    JSON_STRING, {"\"not-calibrated\"", 16}, false};
	const struct shape_value *unit;
	struct buf *b = &m->made;

	if (!has_value(m, r)) {
		fhir_put_absent_reason(m,
		    r == NULL ? &missing
			: r->v[EVENT_READING_ABSENT].type == JSON_STRING
			? &r->v[EVENT_READING_ABSENT]
			: &uncalibrated);
		return;
	}
	unit = &r->v[EVENT_READING_UNIT];
	FHIR_PUT(b, ",\"valueQuantity\":{\"value\":");
	buf_add_span(b, r->v[EVENT_READING_VALUE].value);
	if (r->vital != NULL) {
		buf_add_span(b, buf_span(&fhir_row_of(m, r->vital)->quantity));
	} else {
		FHIR_PUT(b, ",\"unit\":");
		buf_add_span(b, unit->value);
		FHIR_PUT(b, ",\"system\":\"" FHIR_UCUM "\",\"code\":");
	}
	buf_add_span(b, unit->value);
	buf_add_byte(b, '}');
}

/* Append the confidence, if the value is included, and the calibration. */
static void
put_reading_extensions(struct fhir_maker *m, const struct fhir_reading *r)
{
	struct buf *b = &m->made;

	if (r == NULL)
		return;
	if (has_value(m, r))
		fhir_put_decimal(b, FHIR_EXTENSION "confidence",
		    &r->v[EVENT_READING_CONFIDENCE]);
	fhir_put_string(m, b, FHIR_EXTENSION "calibration", "status",
	    &r->v[EVENT_READING_STATUS]);
	if (!has_value(m, r) && r->vital == NULL)
		fhir_put_string(m, b, FHIR_EXTENSION "unit", "unit",
		    &r->v[EVENT_READING_UNIT]);
}

/* Return the method of ${r}, or NULL if no value of it is included. */
static const struct shape_value *
method_of(const struct fhir_maker *m, const struct fhir_reading *r)
{
	return has_value(m, r) ? &r->v[EVENT_READING_METHOD] : NULL;
}

/* Return the method of the values of ${o}; NULL if they have none, or more than
 * one. */
static const struct shape_value *
common_method(const struct fhir_maker *m, const struct observed *o)
{
	const struct shape_value *common = NULL;

	for (size_t i = 0; i < o->readings; i++) {
		const struct shape_value *v = method_of(m, o->reading[i]);

		if (v == NULL)
			continue;
		if (v->type != JSON_STRING ||
		    (common != NULL &&
			(v->value.n != common->value.n ||
			    memcmp(v->value.p, common->value.p, v->value.n) !=
				0)))
			return NULL;
		common = v;
	}
	return common;
}

static void
put_component(struct fhir_maker *m, const struct observed *o, size_t i)
{
	const struct fhir_reading *r = o->reading[i];
	const struct shape_value *method =
	    common_method(m, o) == NULL ? method_of(m, r) : NULL;
	struct buf *b = &m->made;
	size_t first;

	FHIR_PUT(b, "{\"extension\":[");
	first = b->len;
	put_reading_extensions(m, r);
	if (method != NULL)
		fhir_put_string(
		    m, b, FHIR_EXTENSION "method", "method", method);
	if (b->len > first)
		FHIR_PUT(b, "],");
	else if (!buf_failed(b))
		b->len -= strlen("\"extension\":["); /* there is none */
	buf_add_span(
	    b, buf_span(&fhir_row_of(m, fhir_vital_component(i))->code));
	put_value(m, r);
	buf_add_byte(b, '}');
}

static void
put_components(struct fhir_maker *m, const struct observed *o)
{
	FHIR_PUT(&m->made, ",\"component\":[");
	for (size_t i = 0; i < o->readings; i++) {
		if (i > 0)
			buf_add_byte(&m->made, ',');
		put_component(m, o, i);
	}
	buf_add_byte(&m->made, ']');
}

/* ---- Observations ---------------------------------------------------------- */

/* Append the method, if all values have the same. */
static void
put_method(struct fhir_maker *m, const struct observed *o)
{
	const struct shape_value *v = common_method(m, o);

	if (v == NULL)
		return;
	FHIR_PUT(&m->made, ",\"method\":{\"text\":");
	fhir_put_text(m, &m->made, "method", v);
	buf_add_byte(&m->made, '}');
}

static const char *
status_of(const struct fhir_maker *m, const struct fhir_event *e,
    const struct observed *o)
{
	bool preliminary = e->is_sample;

	for (size_t i = 0; i < o->readings; i++)
		preliminary |= is_preliminary(m, o->reading[i]);
	return preliminary ? "preliminary" : "final";
}

static enum verdict
observe(struct fhir_maker *m, const struct fhir_event *e,
    const struct observed *o, struct err *err)
{
	const struct fhir_row_text *row = fhir_row_of(m, o->vital);
	const struct shape_value *name = o->reading[0] == NULL
	    ? NULL
	    : &o->reading[0]->v[EVENT_READING_VITAL];
	enum verdict rc = fhir_resource_begin(m, e, row, err);
	bool marked = shows_uncalibrated(m, o);
	struct buf *b = &m->made;

	if (rc != VERDICT_GOOD)
		return rc;
	if (!o->is_panel)
		put_reading_extensions(m, o->reading[0]);
	fhir_end_extensions(m);
	if (marked)
		FHIR_PUT(b,
		    ",\"modifierExtension\":[{\"url\":\"" FHIR_EXTENSION
		    "uncalibrated\",\"valueBoolean\":true}]");
	fhir_put_head(m, e, row, status_of(m, e, o), "vital", name);
	if (!o->is_panel)
		put_value(m, o->reading[0]);
	if (marked)
		FHIR_PUT(b,
		    ",\"note\":[{\"text\":\"Uncalibrated: shows a trend, not "
		    "a quantity.\"}]");
	put_method(m, o);
	if (o->is_panel)
		put_components(m, o);
	return fhir_resource_end(m, e, err);
}

/* Return the panel of which ${first} is a component. */
static struct observed
panel_of(const struct fhir_event *e, const struct fhir_reading *first)
{
	struct observed o = {.vital = first->vital->panel,
	    .readings = FHIR_COMPONENTS,
	    .is_panel = true};

	for (size_t i = 0; i < FHIR_COMPONENTS; i++) {
		for (size_t k = 0; k < e->readings; k++) {
			if (e->reading[k].vital == fhir_vital_component(i))
				o.reading[i] = &e->reading[k];
		}
	}
	return o;
}

enum verdict
fhir_observe(struct fhir_maker *m, const struct fhir_event *e, struct err *err)
{
	enum verdict rc = VERDICT_GOOD;
	bool has_panel = false;

	for (size_t i = 0; rc == VERDICT_GOOD && i < e->readings; i++) {
		const struct fhir_reading *r = &e->reading[i];
		struct observed o = {
		    .vital = r->vital, .reading = {r}, .readings = 1};
		char *part = m->resource[m->resources].part;

		if (r->vital != NULL && r->vital->panel != NULL) {
			if (has_panel)
				continue;
			has_panel = true;
			o = panel_of(e, r);
		}
		if (o.vital != NULL)
			memcpy(part, o.vital->name, strlen(o.vital->name) + 1);
		else
			snprintf(part, FHIR_PART_MAX, "reading-%zu", i);
		rc = observe(m, e, &o, err);
	}
	return rc;
}
