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
put_value(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_reading *r)
{
	static const struct shape_value missing = {
	    JSON_STRING, {"\"not-measured\"", 14}, false};
	static const struct shape_value uncalibrated = {
	    JSON_STRING, {"\"not-calibrated\"", 16}, false};
	const struct shape_value *unit;

	if (!has_value(m, r)) {
		fhir_put_absent_reason(m, w,
		    r == NULL ? &missing
			: r->v[EVENT_READING_ABSENT].type == JSON_STRING
			? &r->v[EVENT_READING_ABSENT]
			: &uncalibrated);
		return;
	}
	unit = &r->v[EVENT_READING_UNIT];
	json_key(w, "valueQuantity");
	json_object_begin(w);
	json_key(w, "value");
	json_put_raw(w, r->v[EVENT_READING_VALUE].value);
	json_key(w, "unit");
	if (r->vital != NULL)
		json_put_text(w, r->vital->unit);
	else
		json_put_raw(w, unit->value);
	fhir_put_member(w, "system", FHIR_UCUM);
	json_key(w, "code");
	json_put_raw(w, unit->value);
	json_object_end(w);
}

/* Write the confidence, if the value is included, and the calibration. */
static void
put_reading_extensions(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_reading *r)
{
	if (r == NULL)
		return;
	if (has_value(m, r))
		fhir_put_decimal(w, FHIR_EXTENSION "confidence",
		    &r->v[EVENT_READING_CONFIDENCE]);
	fhir_put_string(m, w, FHIR_EXTENSION "calibration", "status",
	    &r->v[EVENT_READING_STATUS]);
	if (!has_value(m, r) && r->vital == NULL)
		fhir_put_string(m, w, FHIR_EXTENSION "unit", "unit",
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
put_component(struct fhir_maker *m, struct json_writer *w,
    const struct observed *o, size_t i)
{
	const struct fhir_reading *r = o->reading[i];
	const struct shape_value *method = method_of(m, r);

	if (common_method(m, o) != NULL)
		method = NULL;
	json_object_begin(w);
	if (has_value(m, r) ||
	    (r != NULL && r->v[EVENT_READING_STATUS].type == JSON_STRING)) {
		json_key(w, "extension");
		json_array_begin(w);
		put_reading_extensions(m, w, r);
		if (method != NULL)
			fhir_put_string(
			    m, w, FHIR_EXTENSION "method", "method", method);
		json_array_end(w);
	}
	fhir_put_code(m, w, fhir_vital_component(i), NULL, NULL);
	put_value(m, w, r);
	json_object_end(w);
}

static void
put_components(
    struct fhir_maker *m, struct json_writer *w, const struct observed *o)
{
	json_key(w, "component");
	json_array_begin(w);
	for (size_t i = 0; i < o->readings; i++)
		put_component(m, w, o, i);
	json_array_end(w);
}

/* ---- Observations ---------------------------------------------------------- */

static void
put_uncalibrated(struct json_writer *w)
{
	json_key(w, "modifierExtension");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(w, "url", FHIR_EXTENSION "uncalibrated");
	json_key(w, "valueBoolean");
	json_put_bool(w, true);
	json_object_end(w);
	json_array_end(w);
}

static void
put_note(struct json_writer *w)
{
	json_key(w, "note");
	json_array_begin(w);
	json_object_begin(w);
	fhir_put_member(
	    w, "text", "Uncalibrated: shows a trend, not a quantity.");
	json_object_end(w);
	json_array_end(w);
}

/* Write the method, if all values have the same. */
static void
put_method(
    struct fhir_maker *m, struct json_writer *w, const struct observed *o)
{
	const struct shape_value *v = common_method(m, o);

	if (v == NULL)
		return;
	json_key(w, "method");
	json_object_begin(w);
	json_key(w, "text");
	fhir_put_text(m, w, "method", v);
	json_object_end(w);
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
	struct json_writer w;
	const struct shape_value *name = o->reading[0] == NULL
	    ? NULL
	    : &o->reading[0]->v[EVENT_READING_VITAL];
	enum verdict rc = fhir_resource_begin(
	    m, &w, e, o->vital == NULL ? NULL : o->vital->profile, err);
	bool marked = shows_uncalibrated(m, o);

	if (rc != VERDICT_GOOD)
		return rc;
	json_key(&w, "extension");
	json_array_begin(&w);
	if (!o->is_panel)
		put_reading_extensions(m, &w, o->reading[0]);
	json_put_raw(&w, buf_span(&m->extensions));
	json_array_end(&w);
	if (marked)
		put_uncalibrated(&w);
	fhir_put_identifier(m, &w, e);
	fhir_put_member(&w, "status", status_of(m, e, o));
	fhir_put_category(&w, o->vital);
	fhir_put_code(m, &w, o->vital, "vital", name);
	json_put_raw(&w, buf_span(&m->context));
	if (!o->is_panel)
		put_value(m, &w, o->reading[0]);
	if (marked)
		put_note(&w);
	put_method(m, &w, o);
	if (o->is_panel)
		put_components(m, &w, o);
	return fhir_resource_end(m, &w, e, err);
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
			snprintf(part, FHIR_PART_MAX, "%s", o.vital->name);
		else
			snprintf(part, FHIR_PART_MAX, "reading-%zu", i);
		rc = observe(m, e, &o, err);
	}
	return rc;
}
