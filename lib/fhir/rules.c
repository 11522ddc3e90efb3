/* Invariants of data types, with their names in R4B. */
#include "fhir/check.h"
#include "fhir/fhir.h"
#include "fhir/maker.h"
#include "ucum/ucum.h"

/* ---- Codes ----------------------------------------------------------------- */

/* The codes of systems that vital signs use. */
static const struct {
	const char *uri, *codes;
} known[] = {
    {FHIR_TERMINOLOGY "observation-category",
	"|social-history|vital-signs|imaging|laboratory|procedure|survey|exam|"
	"therapy|activity|"},
    {FHIR_TERMINOLOGY "data-absent-reason", FHIR_ABSENT_REASONS},
    {FHIR_WAVE_SYSTEM, "|pulse|"},
};

int
fhir_coding_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *uri = fhir_find(c->tree, n, "system");
	const struct json_node *code = fhir_find(c->tree, n, "code");
	const char *wrong = NULL;
	struct span text;

	(void)e;
	if (uri == NULL || code == NULL)
		return 0;
	text = fhir_text_of(c, code);
	/* Answers and parts have codes that begin with letters. */
	if (fhir_is(uri, FHIR_LOINC) && text.p[0] >= '0' && text.p[0] <= '9')
		wrong = fhir_loinc_wrong(text);
	if (fhir_is(uri, FHIR_VITAL_SYSTEM) && !fhir_vital_is_own(text))
		wrong = "is not in " FHIR_VITAL_SYSTEM;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (fhir_is(uri, known[i].uri) &&
		    !fhir_listed(known[i].codes, text))
			return fhir_wrong(c->tree, code, NULL, c->err,
			    "'%.*s' is not in %s",
			    text.n > 64 ? 64 : (int)text.n, text.p,
			    known[i].uri);
	}
	if (wrong == NULL)
		return 0;
	return fhir_wrong(c->tree, code, NULL, c->err, "'%.*s' %s",
	    text.n > 64 ? 64 : (int)text.n, text.p, wrong);
}

/* ---- Quantities ------------------------------------------------------------ */

/* qty-3, and units of UCUM. */
int
fhir_quantity_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *uri = fhir_find(c->tree, n, "system");
	const struct json_node *code = fhir_find(c->tree, n, "code");
	struct span text;

	(void)e;
	if (code == NULL)
		return 0;
	if (uri == NULL)
		return fhir_wrong(c->tree, n, "system", c->err,
		    "is missing: a code has a system (qty-3)");
	text = fhir_text_of(c, code);
	if (!fhir_is(uri, FHIR_UCUM) || ucum_valid(text))
		return 0;
	return fhir_wrong(c->tree, code, NULL, c->err,
	    "'%.*s' is not a UCUM unit", text.n > 64 ? 64 : (int)text.n,
	    text.p);
}

/* sqty-1 */
int
fhir_simple_quantity_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *comparator =
	    fhir_find(c->tree, n, "comparator");

	if (comparator != NULL)
		return fhir_wrong(c->tree, comparator, NULL, c->err,
		    "is not allowed here (sqty-1)");
	return fhir_quantity_rule(c, n, e);
}

/* rat-1 */
int
fhir_ratio_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	bool over = fhir_find(c->tree, n, "numerator") != NULL;
	bool under = fhir_find(c->tree, n, "denominator") != NULL;

	(void)e;
	if (over == under &&
	    (over || fhir_find(c->tree, n, "extension") != NULL))
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err,
	    "must have a numerator and a denominator (rat-1)");
}

/* Is ${s} one number of JSON, which is a decimal of FHIR too? */
static bool
is_decimal(struct json_scan *scan, struct span s)
{
	enum json_token first;

	json_scan_start(scan, s);
	first = json_scan_next(scan);
	return first == JSON_NUMBER && json_scan_next(scan) == JSON_END;
}

/* Is ${s} decimals, E, U and L, separated by single spaces? */
static bool
is_samples(struct json_scan *scan, struct span s)
{
	while (s.n > 0) {
		const char *space = memchr(s.p, ' ', s.n);
		size_t n = space == NULL ? s.n : (size_t)(space - s.p);

		if ((n != 1 || strchr("EUL", s.p[0]) == NULL) &&
		    !is_decimal(scan, (struct span){s.p, n}))
			return false;
		if (space == NULL)
			return true;
		s.p += n + 1;
		s.n -= n + 1;
	}
	return false;
}

int
fhir_sampled_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	const struct json_node *data = fhir_find(c->tree, n, "data");

	(void)e;
	if (data == NULL || is_samples(&c->tree->scan, fhir_text_of(c, data)))
		return 0;
	return fhir_wrong(c->tree, data, NULL, c->err,
	    "must be decimals, E, U and L with single spaces between them");
}

/* obs-3 */
int
fhir_reference_range_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	(void)e;
	if (fhir_find(c->tree, n, "low") != NULL ||
	    fhir_find(c->tree, n, "high") != NULL ||
	    fhir_find(c->tree, n, "text") != NULL)
		return 0;
	return fhir_wrong(c->tree, n, NULL, c->err,
	    "must have a low, a high or a text (obs-3)");
}

/* ---- Times ----------------------------------------------------------------- */

/* Read the dateTime ${n} into *${ms}: its start, or its end if ${last}.  What has
 * no time of day may be in any zone.  Return whether it is known. */
static bool
bound_of(
    struct fhir_checking *c, const struct json_node *n, bool last, int64_t *ms)
{
	static const int64_t day = 86400000;
	char text[] = "0000-01-01T00:00:00Z";
	struct span s;

	if (n == NULL)
		return false;
	s = fhir_text_of(c, n);
	if (s.n > 10)
		return instant_parse(s, ms) == 0;
	memcpy(text, s.p, s.n);
	if (instant_parse(span_of(text), ms) != 0)
		return false;
	if (last)
		*ms += (s.n == 10 ? 1 : s.n == 7 ? 31 : 366) * day + day;
	else
		*ms -= day;
	return true;
}

/* per-1 */
int
fhir_period_rule(struct fhir_checking *c, const struct json_node *n,
    const struct fhir_element *e)
{
	int64_t start, end;

	(void)e;
	if (!bound_of(c, fhir_find(c->tree, n, "start"), false, &start) ||
	    !bound_of(c, fhir_find(c->tree, n, "end"), true, &end) ||
	    start <= end)
		return 0;
	return fhir_wrong(
	    c->tree, n, NULL, c->err, "ends before it starts (per-1)");
}
