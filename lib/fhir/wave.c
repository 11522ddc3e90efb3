/* Waves as Observations with SampledData. */
#include <stdio.h>

#include "fhir/maker.h"

/* The period of the samples in milliseconds, with this many digits: a
 * picosecond. */
#define PERIOD_DIGITS 9

/* Write "0.1 -0.25 E 1e-3": numbers unchanged, E for a missing one. */
static void
put_values(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	struct json_scan *s = &m->scan;
	enum json_token t;
	size_t n = 0;

	buf_clear(&m->text);
	json_scan_start(s, e->v[EVENT_VALUES].value);
	while ((t = json_scan_next(s)) != JSON_END && t != JSON_ERROR) {
		if (t != JSON_NUMBER && t != JSON_NULL)
			continue;
		if (n++ > 0)
			buf_add_byte(&m->text, ' ');
		if (t == JSON_NUMBER)
			buf_add_span(&m->text, s->span);
		else
			buf_add_byte(&m->text, 'E');
	}
	json_put_string(w, buf_span(&m->text));
}

static void
put_origin(struct json_writer *w)
{
	json_key(w, "origin");
	json_object_begin(w);
	json_key(w, "value");
	json_put_integer(w, 0);
	fhir_put_member(w, "unit", "arbitrary units");
	fhir_put_member(w, "system", FHIR_UCUM);
	fhir_put_member(w, "code", "1");
	json_object_end(w);
}

static void
put_sampled(
    struct fhir_maker *m, struct json_writer *w, const struct fhir_event *e)
{
	double rate = 1;

	(void)json_number(e->v[EVENT_RATE].value, &rate); /* was checked */
	json_key(w, "valueSampledData");
	json_object_begin(w);
	put_origin(w);
	json_key(w, "period");
	json_put_real(w, 1000 / rate, PERIOD_DIGITS);
	json_key(w, "dimensions");
	json_put_integer(w, 1);
	json_key(w, "data");
	put_values(m, w, e);
	json_object_end(w);
}

enum verdict
fhir_observe_wave(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err)
{
	static const struct shape_value empty = {
	    JSON_STRING, {"\"not-measured\"", 14}, false};
	const struct shape_value *name = &e->v[EVENT_WAVE];
	const struct fhir_vital *row =
	    fhir_wave_find(json_inside(name->value), name->escaped);
	struct json_writer w;
	enum verdict rc;

	snprintf(m->resource[m->resources].part, FHIR_PART_MAX, "wave");
	rc = fhir_resource_begin(m, &w, e, NULL, err);
	if (rc != VERDICT_GOOD)
		return rc;
	json_key(&w, "extension");
	json_array_begin(&w);
	fhir_put_decimal(&w, FHIR_EXTENSION "sampleRate", &e->v[EVENT_RATE]);
	json_put_raw(&w, buf_span(&m->extensions));
	json_array_end(&w);
	fhir_put_identifier(m, &w, e);
	fhir_put_member(&w, "status", "final");
	fhir_put_category(&w, row);
	fhir_put_code(m, &w, row, "wave", name);
	json_put_raw(&w, buf_span(&m->context));
	if (e->wave_values > 0)
		put_sampled(m, &w, e);
	else
		fhir_put_absent_reason(m, &w, &empty);
	return fhir_resource_end(m, &w, e, err);
}
