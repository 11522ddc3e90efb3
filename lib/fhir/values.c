/* Readings and waves from Observations. */
#include "fhir/draft.h"
#include "fhir/maker.h"
#include "readings/vital.h"

/* The longest name of a vital sign or of a wave in an event, in bytes. */
#define NAME_MAX_BYTES 64

/* An Observation or a component, as a reading. */
struct source {
	const struct json_node *n;      /* it */
	const struct json_node *method; /* a CodeableConcept, or NULL */
	bool uncalibrated;              /* unless it has a calibration */
};

/* Return the row of the CodeableConcept ${code}; NULL if its codes are not
 * known. */
static const struct fhir_vital *
find_vital(const struct json_tree *t, const struct json_node *code)
{
	const struct fhir_vital *row;

	for (size_t i = 0; (row = fhir_vital_row(i)) != NULL; i++) {
		for (size_t k = 0; k < 2 && row->code[k].uri != NULL; k++) {
			if (fhir_codings(t, code, row->code[k].uri,
				row->code[k].code) > 0)
				return row;
		}
	}
	return NULL;
}

/* Append the name of what ${n} measures, as JSON. */
static int
put_name(struct fhir_checking *c, const struct json_node *n, const char *known,
    struct buf *out)
{
	const struct json_node *code = fhir_find(c->tree, n, "code");

	if (known != NULL) {
		buf_addf(out, "\"%s\"", known);
		return 0;
	}
	if (fhir_concept_text(c->tree, code, NAME_MAX_BYTES, out))
		return 0;
	return fhir_wrong(c->tree, n, "code", c->err,
	    "has no text, display or code of at most %d bytes", NAME_MAX_BYTES);
}

/* ---- Units ----------------------------------------------------------------- */

static const char *
unit_of(const struct fhir_vital *row)
{
	for (enum vital v = 0; row != NULL && v < VITAL_COUNT; v++) {
		if (strcmp(vital_info(v)->name, row->name) == 0)
			return vital_info(v)->unit;
	}
	return NULL;
}

/* Is ${text} the unit ${want}, except for annotations in braces, which mean
 * nothing (UCUM, 6): "{beats}/min"? */
static bool
is_unit(struct span text, const char *want)
{
	bool inside = false;

	if (span_is(text, want))
		return true;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '{')
			inside = true;
		else if (text.p[i] == '}')
			inside = false;
		else if (!inside && *want++ != text.p[i])
			return false;
	}
	return *want == '\0';
}

/* Append ,"unit":… of the Quantity ${q}. */
static int
put_unit(struct fhir_checking *c, const struct json_node *q,
    const struct fhir_vital *row, struct buf *out)
{
	const struct json_node *code = fhir_find(c->tree, q, "code");
	const char *want = unit_of(row);

	if (code == NULL ||
	    !fhir_is(fhir_find(c->tree, q, "system"), FHIR_UCUM))
		return fhir_wrong(
		    c->tree, q, NULL, c->err, "has no unit of UCUM");
	if (row == NULL || want == NULL) {
		buf_add_text(out, ",\"unit\":");
		buf_add_span(out, code->value);
		return 0;
	}
	if (!is_unit(fhir_text_of(c, code), want))
		return fhir_wrong(c->tree, code, NULL, c->err,
		    "must be '%s' for %s", want, row->name);
	buf_addf(out, ",\"unit\":\"%s\"", want);
	return 0;
}

/* Append ,"unit":… of the absent reading ${n}. */
static int
put_absent_unit(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_vital *row, struct buf *out)
{
	size_t before = out->len;

	if (unit_of(row) != NULL) {
		buf_addf(out, ",\"unit\":\"%s\"", unit_of(row));
		return 0;
	}
	fhir_put_extension(c->tree, n, FHIR_EXTENSION "unit", "unit", out);
	if (out->len > before)
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err,
	    "has neither a value nor a code that is known: its unit is "
	    "missing");
}

/* ---- Readings -------------------------------------------------------------- */

/* Append the status of ${s}.  Return whether it is uncalibrated. */
static bool
put_calibration(
    struct fhir_checking *c, const struct source *s, struct buf *out)
{
	const struct json_node *e =
	    fhir_extension(c->tree, s->n, FHIR_EXTENSION "calibration");

	if (e == NULL && s->uncalibrated) {
		buf_add_text(out, ",\"status\":\"uncalibrated\"");
		return true;
	}
	fhir_put_extension(
	    c->tree, s->n, FHIR_EXTENSION "calibration", "status", out);
	return e != NULL &&
	    fhir_is(fhir_find(c->tree, e, "valueString"), "uncalibrated");
}

/* Append the value of ${s}, its confidence and its method. */
static int
put_value(struct fhir_checking *c, const struct source *s,
    const struct json_node *q, const struct fhir_vital *row,
    struct fhir_draft *d)
{
	struct buf *out = &d->part[DRAFT_READINGS];
	const struct json_node *value = fhir_find(c->tree, q, "value");
	size_t before;

	if (value == NULL || fhir_find(c->tree, q, "comparator") != NULL)
		return fhir_wrong(c->tree, q, NULL, c->err,
		    value == NULL ? "has no value"
				  : "has a comparator: the value is not known");
	buf_addf(out, ",\"value\":%.*s", (int)value->value.n, value->value.p);
	if (put_unit(c, q, row, out) != 0)
		return -1;
	before = out->len;
	fhir_put_extension(
	    c->tree, s->n, FHIR_EXTENSION "confidence", "confidence", out);
	if (out->len == before)
		buf_add_text(out, ",\"confidence\":null");
	before = out->len;
	fhir_put_extension(
	    c->tree, s->n, FHIR_EXTENSION "method", "method", out);
	if (out->len == before && s->method != NULL) {
		buf_add_text(out, ",\"method\":");
		if (!fhir_concept_text(c->tree, s->method, SIZE_MAX, out))
			buf_add_text(out, "null");
	}
	d->valid += !put_calibration(c, s, out);
	return 0;
}

static int
put_absent(struct fhir_checking *c, const struct source *s,
    const struct json_node *reason, const struct fhir_vital *row,
    struct buf *out)
{
	buf_add_text(out, ",\"value\":null");
	if (put_absent_unit(c, s->n, row, out) != 0)
		return -1;
	(void)put_calibration(c, s, out);
	buf_add_text(out, ",\"absentReason\":");
	if (fhir_concept_text(c->tree, reason, SIZE_MAX, out))
		return 0;
	return fhir_wrong(
	    c->tree, reason, NULL, c->err, "has neither text nor code");
}

/* Append the reading ${s}, which has a value or a reason. */
static int
put_reading(
    struct fhir_checking *c, const struct source *s, struct fhir_draft *d)
{
	struct buf *out = &d->part[DRAFT_READINGS];
	const struct json_node *value = fhir_choice(c->tree, s->n, "value");
	const struct json_node *reason =
	    fhir_find(c->tree, s->n, "dataAbsentReason");
	const struct fhir_vital *row =
	    find_vital(c->tree, fhir_find(c->tree, s->n, "code"));

	if (d->readings == FHIR_READINGS_MAX)
		return fhir_wrong(c->tree, s->n, NULL, c->err,
		    "more than %d readings", FHIR_READINGS_MAX);
	if (d->readings++ > 0)
		buf_add_byte(out, ',');
	buf_add_text(out, "{\"vital\":");
	if (put_name(c, s->n, row == NULL ? NULL : row->name, out) != 0)
		return -1;
	if (value == NULL) {
		if (put_absent(c, s, reason, row, out) != 0)
			return -1;
	} else if (!span_is(value->key, "valueQuantity")) {
		return fhir_wrong(
		    c->tree, value, NULL, c->err, "must be a valueQuantity");
	} else if (put_value(c, s, value, row, d) != 0) {
		return -1;
	}
	buf_add_byte(out, '}');
	return 0;
}

static bool
is_measured(const struct json_tree *t, const struct json_node *n)
{
	return fhir_choice(t, n, "value") != NULL ||
	    fhir_find(t, n, "dataAbsentReason") != NULL;
}

/* Is ${n} the component of one of our panels that was not in the event? */
static bool
is_filler(const struct json_tree *t, const struct fhir_draft *d,
    const struct json_node *n)
{
	return d->part[DRAFT_ID].len > 0 &&
	    fhir_is(fhir_find(t, fhir_find(t, n, "dataAbsentReason"), "text"),
		"not-measured");
}

/* Has a component of ${list} a calibration of its own? */
static bool
has_calibration(const struct json_tree *t, const struct json_node *list)
{
	const struct json_node *n;

	for (n = json_tree_first(t, list); n != NULL;
	     n = json_tree_next(t, n)) {
		if (fhir_extension(t, n, FHIR_EXTENSION "calibration") != NULL)
			return true;
	}
	return false;
}

int
fhir_read_values(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *list = fhir_find(c->tree, n, "component");
	struct source s = {.n = n,
	    .method = fhir_find(c->tree, n, "method"),
	    /* No other modifier is accepted. */
	    .uncalibrated = fhir_find(c->tree, n, "modifierExtension") != NULL};

	if (is_measured(c->tree, n) && put_reading(c, &s, d) != 0)
		return -1;
	s.uncalibrated =
	    s.uncalibrated && list != NULL && !has_calibration(c->tree, list);
	for (n = list == NULL ? NULL : json_tree_first(c->tree, list);
	     n != NULL; n = json_tree_next(c->tree, n)) {
		s.n = n;
		if (is_measured(c->tree, n) && !is_filler(c->tree, d, n) &&
		    put_reading(c, &s, d) != 0)
			return -1;
	}
	if (d->readings > 0)
		return 0;
	return err_set(c->err,
	    "neither a value, a dataAbsentReason nor a component with one");
}

/* ---- Waves ----------------------------------------------------------------- */

/* Is the member ${key} of ${n} missing, or ${want}? */
static bool
is_or_missing(struct fhir_checking *c, const struct json_node *n,
    const char *key, double want)
{
	const struct json_node *v = fhir_find(c->tree, n, key);
	double x = want;

	return v == NULL ||
	    (json_number(v->value, &x) == 0 && x >= want && x <= want);
}

/* Append ,"values":[…] of the SampledData ${n}. */
static int
put_values(struct fhir_checking *c, const struct json_node *n, struct buf *out)
{
	const struct json_node *data = fhir_find(c->tree, n, "data");
	struct span s;

	if (!is_or_missing(c, n, "factor", 1) ||
	    !is_or_missing(c, n, "dimensions", 1) ||
	    !is_or_missing(c, fhir_find(c->tree, n, "origin"), "value", 0))
		return fhir_wrong(c->tree, n, NULL, c->err,
		    "only samples with the origin 0, the factor 1 and one "
		    "dimension can be values of a wave");
	if (data == NULL)
		return fhir_wrong(c->tree, n, "data", c->err, "is missing");
	s = fhir_text_of(c, data);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == 'U' || s.p[i] == 'L')
			return fhir_wrong(c->tree, data, NULL, c->err,
			    "has samples beyond the limits (U or L)");
		if (s.p[i] == ' ')
			buf_add_byte(out, ',');
		else if (s.p[i] == 'E' && (i + 1 == s.n || s.p[i + 1] == ' '))
			buf_add_text(out, "null");
		else
			buf_add_byte(out, s.p[i]);
	}
	return 0;
}

static void
put_rate(struct fhir_checking *c, const struct json_node *n,
    const struct json_node *sampled, struct buf *out)
{
	size_t before = out->len;
	struct json_writer w;
	double period = 1;

	fhir_put_extension(
	    c->tree, n, FHIR_EXTENSION "sampleRate", "sampleRate", out);
	if (out->len > before)
		return;
	(void)json_number(
	    fhir_find(c->tree, sampled, "period")->value, &period);
	buf_add_text(out, ",\"sampleRate\":");
	json_writer_init(&w, out);
	json_put_real(&w, 1000 / period, 6);
}

int
fhir_read_wave(
    struct fhir_checking *c, const struct json_node *n, struct fhir_draft *d)
{
	const struct json_node *sampled =
	    fhir_find(c->tree, n, "valueSampledData");
	const struct json_node *code = fhir_find(c->tree, n, "code");
	struct buf *out = &d->part[DRAFT_WAVE];
	bool pulse = fhir_codings(c->tree, code, FHIR_WAVE_SYSTEM, "pulse") > 0;

	buf_add_text(out, ",\"wave\":");
	if (put_name(c, n, pulse ? "pulse" : NULL, out) != 0)
		return -1;
	put_rate(c, n, sampled, out);
	buf_add_text(out, ",\"values\":[");
	if (sampled != NULL && put_values(c, sampled, out) != 0)
		return -1;
	buf_add_byte(out, ']');
	return 0;
}
