/* Waves as Observations with SampledData. */
#include <stdio.h>

#include "fhir/maker.h"

/* The period of the samples in milliseconds, with this many digits: a
 * picosecond. */
#define PERIOD_DIGITS 9

/* Append 0.1 -0.25 E 1e-3: numbers unchanged, E for a missing one. */
static void
put_values(struct fhir_maker *m, const struct fhir_event *e)
{
	struct json_scan *s = &m->scan;
	enum json_token t;
	size_t n = 0;

	json_scan_start(s, e->v[EVENT_VALUES].value);
	while ((t = json_scan_next(s)) != JSON_END && t != JSON_ERROR) {
		if (t != JSON_NUMBER && t != JSON_NULL)
			continue;
		if (n++ > 0)
			buf_add_byte(&m->made, ' ');
		if (t == JSON_NUMBER)
			buf_add_span(&m->made, s->span);
		else
			buf_add_byte(&m->made, 'E');
	}
}

static void
put_sampled(struct fhir_maker *m, const struct fhir_event *e)
{
	struct buf *b = &m->made;
	struct json_writer w;
	double rate = 1;

	(void)json_number(e->v[EVENT_RATE].value, &rate); /* was checked */
	FHIR_PUT(b,
	    ",\"valueSampledData\":{\"origin\":{\"value\":0,\"unit\":"
	    "\"arbitrary units\",\"system\":\"" FHIR_UCUM
	    "\",\"code\":\"1\"},\"period\":");
	json_writer_init(&w, b);
	json_put_real(&w, 1000 / rate, PERIOD_DIGITS);
	FHIR_PUT(b, ",\"dimensions\":1,\"data\":\"");
	put_values(m, e);
	FHIR_PUT(b, "\"}");
}

enum verdict
fhir_observe_wave(
    struct fhir_maker *m, const struct fhir_event *e, struct err *err)
{
	static const struct shape_value empty = {
	    JSON_STRING, {"\"not-measured\"", 14}, false};
	const struct shape_value *name = &e->v[EVENT_WAVE];
	const struct fhir_row_text *row = fhir_row_of(
	    m, fhir_wave_find(json_inside(name->value), name->escaped));
	enum verdict rc;

	snprintf(m->resource[m->resources].part, FHIR_PART_MAX, "wave");
	rc = fhir_resource_begin(m, e, row, err);
	if (rc != VERDICT_GOOD)
		return rc;
	fhir_put_decimal(
	    &m->made, FHIR_EXTENSION "sampleRate", &e->v[EVENT_RATE]);
	fhir_end_extensions(m);
	fhir_put_head(m, e, row, "final", "wave", name);
	if (e->wave_values > 0)
		put_sampled(m, e);
	else
		fhir_put_absent_reason(m, &empty);
	return fhir_resource_end(m, e, err);
}
